"""The first glance at values: it never holds back what stands on a page, and lets little else through."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from market_profile.editions import glance
from market_profile.editions.glance import Glance
from market_profile.editions.sought import GROUPS, Page, Values, folded, text_of

WORDS = st.sampled_from(
    ["Ann", "ANN", "o'neill", "Élodie", "SM18", "000020", "0791", "1112223", "07911", "x", "9", "ß"]
)
GAPS = st.sampled_from([" ", "-", "_", ", ", "", "\u00a0", "\n", "/", "\u200b"])
TEXT = st.lists(st.tuples(WORDS, GAPS), max_size=9).map(lambda parts: "".join(word + gap for word, gap in parts))


def _alone(values: list[str], page: Page) -> list[str]:
    """Return the values that the close look finds on the page, each looked up by itself."""
    return [value for value in values if page.files_with(Values(text_of([value]), 5, 10).forms)]


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(TEXT, min_size=1, max_size=12), views=st.lists(TEXT, min_size=1, max_size=4), small=st.booleans()
)
def test_what_stands_on_a_page_is_never_held_back(values: list[str], views: list[str], small: bool) -> None:
    page = Page({"a.html": views})
    text, size = text_of(values), glance.PIECE
    glance.PIECE = 7 if small else size  # values of several blocks
    try:
        near = set(page.glance.may_stand(text, 10, GROUPS).to_pylist())
        part = set(page.glance.may_stand_in_part(text, 3).to_pylist())
    finally:
        glance.PIECE = size
    assert set(_alone([value for value in values if value], page)) <= near
    assert {value for value in values if value and page.files_with_part(folded([value]), 3)} <= part


def test_a_telephone_number_in_groups_is_let_through_for_its_groups_alone() -> None:
    numbers = text_of(["07911122333", "07911122334"])
    for written in ("07911 122333", "07911 122 333", "0791 112 2333", "07 911122333", "07911122333"):
        page = Page({"a.html": [f"call {written} now"]})
        assert page.glance.may_stand(numbers, 10, GROUPS).to_pylist() == ["07911122333"]


def test_nearly_all_that_does_not_stand_on_a_page_is_put_aside() -> None:
    generator = np.random.default_rng(4)
    numbers = generator.integers(10**6, 10**7, (2, 40_000)).astype("str")
    page = Page({"a.html": [" ".join(numbers[0][:20_000])]})
    there = text_of(
        np.char.add(np.char.add(numbers[0], " "), numbers[0][::-1])[:100].tolist() + numbers[0][:50].tolist()
    )
    elsewhere = text_of(np.char.add(np.char.add(numbers[1], " "), numbers[1][::-1]).tolist())
    assert set(numbers[0][:50]) <= set(page.glance.may_stand(there, 10, GROUPS).to_pylist())
    assert len(page.glance.may_stand(elsewhere, 20, GROUPS)) < 0.05 * len(elsewhere)


def test_slices_and_long_values_are_looked_at_as_any_other() -> None:
    words = pa.array(["alpha", "beta"], type=pa.large_string())
    long = "alpha beta " * 200_000
    values = pa.array(["gamma", "alpha", long, "delta", "beta alpha"], type=pa.large_string())
    assert Glance(words).may_stand(values.slice(1), 10, ()).to_pylist() == ["alpha", long, "beta alpha"]
    assert Glance(words).may_stand(values.slice(4), 10, ()).to_pylist() == ["beta alpha"]
    assert Glance(words).may_stand(values.slice(5), 10, ()).to_pylist() == []
