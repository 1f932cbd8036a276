"""Words in the form in which they are compared, against a plain reading of the rule, text by text."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_profile.resolve.coded import Coded, Words
from market_profile.resolve.fold import as_texts, fold_address, fold_name, fold_phone, skeleton
from market_profile.resolve.lists import lists_of

_WRITTEN = st.text(st.sampled_from("abcKPZhw '’.-|0147+() éøßŁ２\n"), max_size=14)
_BEYOND = str.maketrans({"ø": "o", "ł": "l"})


def plain(text: str) -> str:
    """A name by the rule: small letters, no marks, anything else one blank."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_BEYOND))
    return re.sub(r"[^0-9a-z]+", " ", re.sub("[\u0300-\u036f'’.]", "", text)).strip(" ")


@settings(deadline=None)
@given(st.lists(_WRITTEN, max_size=8))
def test_names_fold_alike_whatever_stands_beside_them(written: list[str]) -> None:
    found = fold_name(as_texts(written)).to_pylist()
    assert found == [plain(text) for text in written]
    assert found == [fold_name(as_texts([text]))[0].as_py() for text in written]


@settings(deadline=None)
@given(st.lists(_WRITTEN, max_size=8))
def test_rough_keys_begin_as_the_name_and_repeat_no_letter(written: list[str]) -> None:
    names = fold_name(as_texts(written))
    for name, key in zip(names.to_pylist(), skeleton(names).to_pylist(), strict=True):
        assert (key == "") == (name == "" or not skeleton(as_texts([name]))[0].as_py())
        assert not re.search(r"(.)\1", key)
        assert not set(key[1:]) & set("aeiouyhwcz ")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("0044 7700 900 123", "07700900123"),
        ("447700900123.0", "07700900123"),
        ("7700900123", "07700900123"),
        ("01273 404040", "01273404040"),
        ("999999999", ""),
        ("12345", ""),
    ],
)
def test_phones(written: str, folded: str) -> None:
    assert fold_phone(as_texts([written])).to_pylist() == [folded]


def test_street_words_are_shortened_as_words_only() -> None:
    written = ["3 Roadside Avenue", "Apartment 2, 9 High Street", "Close to the road"]
    assert fold_address(as_texts(written)).to_pylist() == ["3 roadside ave", "flat 2 9 high st", ""]


def test_pairs_among_few_units_are_the_same_pairs() -> None:
    values = np.arange(10, dtype=np.int32) * 7
    units = Coded(Words(), {"records": values}, {"logs": lists_of(np.arange(10), values.astype(np.int64), 10)}, {})
    left, right = np.array([2, 2, 5]), np.array([9, 5, 6])
    few, one, other = units.among(left, right)
    assert len(few) == 4
    assert few.columns["records"][one].tolist() == values[left].tolist()
    assert few.lists["logs"].take(other).values.tolist() == values[right].tolist()
