"""Lists, blocks and conditions as numbers, against plain Python and DuckDB as oracles; pairs weighed part by part."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from cases import MONTH, logs_of, resolve
from test_months import town

from market_profile.errors import WrongUse
from market_profile.resolve import blocks, coded, told, weigh
from market_profile.resolve.blocks import candidate_pairs, make_blocks
from market_profile.resolve.cluster import connected
from market_profile.resolve.coded import Words, as_frame
from market_profile.resolve.compare import Compared, parsed
from market_profile.resolve.keys import blocking_keys
from market_profile.resolve.lists import Overlap, lists_of
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import shipped_model
from market_profile.resolve.score import connect
from market_profile.resolve.units import make_units

SETS = st.lists(st.sets(st.integers(0, 150), max_size=12), min_size=1, max_size=12)


@settings(deadline=None)
@given(SETS)
def test_lists_overlap_as_sets_do(sets: list[set[int]]) -> None:
    owner = np.array([row for row, values in enumerate(sets) for _ in values], dtype=np.int64)
    value = np.array([value for values in sets for value in values], dtype=np.int64)
    overlap = Overlap(lists_of(owner, value, len(sets)))
    left, right = (side.ravel() for side in np.indices((len(sets), len(sets))))
    expected = [len(sets[a] & sets[b]) for a, b in zip(left, right, strict=True)]
    assert overlap.counts(left, right).tolist() == expected
    wanted = np.arange(len(sets), dtype=np.int64) * 7 % 150
    held = overlap.contains(np.arange(len(sets)), wanted)
    assert held.tolist() == [number in values for number, values in zip(wanted.tolist(), sets, strict=True)]


@settings(deadline=None)
@given(SETS, st.integers(2, 6), st.integers(0, 2**12 - 1))
def test_candidate_pairs_are_those_that_share_a_small_block(sets: list[set[int]], largest: int, bits: int) -> None:
    rows = [(unit, key % 20) for unit, keys in enumerate(sets) for key in keys]
    seeking = np.array([bits >> unit & 1 for unit in range(len(sets))], dtype=bool)
    holders = {key: {unit for unit, held in rows if held == key} for _, key in rows}
    small = [units for units in holders.values() if len(units) <= largest]
    expected = {pair for units in small for pair in combinations(sorted(units), 2) if seeking[list(pair)].any()}
    found = candidate_pairs(pd.DataFrame(rows, columns=["unit", "key"], dtype="int64"), largest, seeking)
    assert list(found.itertuples(index=False, name=None)) == sorted(expected)


def test_blocks_within_labels() -> None:
    keys = pd.DataFrame({"unit": [0, 1, 2, 3, 4, 1, 3], "key": [7, 7, 7, 7, 7, 8, 8]})
    within = make_blocks(keys, 10).within(np.array([0, 0, 2, 0, 2]))
    pairs = [pair for left, right in within.chunks() for pair in zip(left.tolist(), right.tolist(), strict=True)]
    assert pairs == [(0, 1), (0, 3), (1, 3), (2, 4)]


def test_blocks_of_a_region_are_bounded_by_whom_a_unit_meets_on_average() -> None:
    unit = np.arange(4200)
    keys = pd.concat([pd.DataFrame({"unit": unit, "key": unit // size + (size << 40)}) for size in (350, 30)])
    assert make_blocks(keys, 400, is_bounded=True).largest < 350  # 349 others and more
    assert make_blocks(keys, 400).largest == 400
    few = pd.DataFrame({"unit": unit, "key": unit // 30})
    assert make_blocks(few, 400, is_bounded=True).largest == 400
    pairs = make_blocks(keys, 400, is_bounded=True).chunks()
    assert sum(len(left) for left, _ in pairs) == 4200 * 29 / 2  # the small blocks stay


def test_blocks_of_a_region_are_bounded_by_all_meetings_too(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = np.arange(4200)
    keys = pd.concat([pd.DataFrame({"unit": unit, "key": unit // size + (size << 40)}) for size in (210, 30)])
    assert make_blocks(keys, 400, is_bounded=True).largest == 400  # 209 + 29 others of each
    monkeypatch.setattr(blocks, "_MEETINGS", 4200 * 200)
    bounded = make_blocks(keys, 400, is_bounded=True)
    assert bounded.largest < 210
    assert sum(len(left) for left, _ in bounded.chunks()) == 4200 * 29 / 2


def test_connected_takes_the_lowest_of_each() -> None:
    assert connected(6, np.array([4, 2, 5]), np.array([2, 1, 3])).tolist() == [0, 1, 1, 3, 1, 3]


@pytest.mark.parametrize("remembered", [0, 5, 1000])
def test_distances_of_words_are_those_of_duckdb(remembered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coded, "_REMEMBERED", remembered)
    texts = ["ravenscroft", "ravenscorft", "ravencroft", "smith", "smyth", "1984-03-17", "1984-03-71", "ann", "anna"]
    words = Words()
    left, right = (words.known(texts)[side] for side in np.triu_indices(len(texts), 1))
    connection = connect()
    pairs = pd.DataFrame({"a": words.texts[left], "b": words.texts[right]})
    connection.register("pairs", pairs)
    said = connection.execute("SELECT damerau_levenshtein(a, b) d, jaro_winkler_similarity(a, b) j FROM pairs").df()
    connection.close()
    for name, column in (("damerau_levenshtein", "d"), ("jaro_winkler_similarity", "j")):
        for at in (slice(0, 3), slice(2, 12), slice(0, 3), slice(None), slice(None)):  # known, new and both
            found = Compared.distances(words, name, left[at], right[at])
            np.testing.assert_allclose(found, said[column].to_numpy(float)[at], atol=1e-12)


@pytest.mark.parametrize("condition", ["surname_l = 'SMITH'", "soundex(surname_l) = soundex(surname_r)", "surname_l ="])
def test_a_condition_that_is_not_understood_is_refused(condition: str) -> None:
    units = make_units(collect_mentions(logs_of(town()[:3]), MONTH), np.zeros(3, dtype=bool))
    field = shipped_model().fields[0]
    odd = replace(field, levels=(replace(field.levels[1], sql=condition), field.levels[-1]))
    with pytest.raises(WrongUse):
        Compared(units.coded, np.array([0]), np.array([1])).levels(odd)
    assert parsed("a_l = b_r")


def test_pairs_are_weighed_part_by_part_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = logs_of(town())
    whole = resolve(tables)
    monkeypatch.setattr(told, "_KEPT", 0)
    monkeypatch.setattr(weigh, "_AT_ONCE", 64)
    monkeypatch.setattr(blocks, "_AT_ONCE", 100)
    parted = resolve(tables)
    pd.testing.assert_frame_equal(whole.records, parted.records)
    pd.testing.assert_frame_equal(whole.review, parted.review)


def test_units_keep_the_words_of_their_first_mention() -> None:
    mentions = collect_mentions(logs_of(town()), MONTH)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    frame = as_frame(units.coded)
    assert frame["surname"].tolist() == mentions["surname"].iloc[units.first].tolist()
    assert [list(part) for part in frame["aliases"]] == [
        sorted(text.split("|"), key=units.coded.words.texts.tolist().index) if text else []
        for text in mentions["aliases"].iloc[units.first]
    ]
    assert len(units.content) == len(mentions) and units.content.dtype == np.int64
    assert len(blocking_keys(units.coded)) > len(units.coded)
