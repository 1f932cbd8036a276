"""Numbers for texts and records: the quick ways find what the plain ones find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.network import grades
from market_profile.network.codes import distinct, is_one_of, places, places_of_runs
from market_profile.network.role_pieces import RATIOS, Pieces, weights_of

NUMBERS = st.lists(st.integers(-5, 5)).map(lambda found: np.array(found, dtype=np.int64))


@given(st.lists(st.sampled_from("abcde")), st.sets(st.sampled_from("abcd")))
def test_runs_of_one_text_are_looked_up_as_each_of_it_is(values: list[str], known: set[str]) -> None:
    texts, names = pd.Series(values, dtype="str"), sorted(known)
    for asked in (texts, texts.sort_values(), pd.Series(names, dtype="str").repeat(2)):
        assert places_of_runs(asked, names).tolist() == places(asked, names).tolist()


@given(NUMBERS, NUMBERS)
def test_numbers_are_told_apart_and_found_as_numpy_does(one: np.ndarray, other: np.ndarray) -> None:
    assert distinct(one).tolist() == np.unique(one).tolist()
    assert is_one_of(one, other).tolist() == np.isin(one, other).tolist()


def test_a_grade_is_its_pair_and_a_source_its_reference_else_its_provenance() -> None:
    logs = pd.DataFrame(
        {
            "source_evaluation": ["2", "1", "2"],
            "intelligence_assessment": ["B", "A", "E"],
            "source_ref": ["S9", "", "S1"],
            "provenance": ["public", "officer", ""],
        },
        index=[5, 3, 4],
    ).astype("str")
    assert grades.grade(logs).astype("str").to_dict() == {5: "2B", 3: "1A", 4: "2E"}
    names, place = grades.source_keys(logs)
    assert names.is_monotonic_increasing
    assert names.take(place).tolist() == ["S9", "provenance:officer", "S1"]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.floats(0.01, 0.95), st.floats(0.1, 1.0))))
def test_pieces_of_one_rule_add_up_to_the_last_bit_in_any_order(told: list[tuple[int, int, float, float]]) -> None:
    """One, two or more pieces of a rule speak for their sum, whatever order they came in."""
    person, rule = (np.array([row[n] for row in told], dtype=np.int64) for n in range(2))
    weight, fade = (np.array([row[n] for row in told], dtype=np.float64) for n in (2, 3))
    found = weights_of(Pieces(person, rule, weight, fade))
    again = weights_of(Pieces(person[::-1], rule[::-1], weight[::-1], fade[::-1]))
    assert found.told.tolist() == again.told.tolist()
    each = (np.log((1 - weight[:, None]) + weight[:, None] * RATIOS[rule]) * fade[:, None]).round(12)
    for row, key in enumerate(sorted(set(zip(person.tolist(), rule.tolist(), strict=True)))):
        own = (person == key[0]) & (rule == key[1])
        assert (found.person[row], found.rule[row], found.n[row]) == (*key, own.sum())
        assert found.told[row] == pytest.approx(each[own].sum(axis=0) * min(1.0, 3.0 / own.sum()), abs=1e-9)
