"""What lets most pairs go unasked: bounds that must hold for every pair, and results that must not feel them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from scipy.cluster.hierarchy import fcluster, linkage

sys.path.insert(0, str(Path(__file__).parent))

from cases import MONTH, logs_of, person, resolve
from test_months import town

from market_profile.resolve import cluster, rounds
from market_profile.resolve.alike import letters_of
from market_profile.resolve.blocks import make_blocks
from market_profile.resolve.cluster import Cut, average_link
from market_profile.resolve.lists import Overlap, lists_of, packed
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import shipped_model
from market_profile.resolve.profiles import make_profiles
from market_profile.resolve.score import HOPELESS
from market_profile.resolve.units import make_units
from market_profile.resolve.weigh import Weigher

WORDS = st.lists(st.text("abcé-1290", max_size=18), min_size=1, max_size=8)


@given(WORDS)
@settings(deadline=None)
def test_letters_bound_both_distances(texts: list[str]) -> None:
    letters = letters_of(texts, np.array([len(text) for text in texts], dtype=np.int32))
    left, right = (side.ravel() for side in np.indices((len(texts), len(texts))))
    pairs = [(texts[a], texts[b]) for a, b in zip(left, right, strict=True)]
    steps = np.array([DamerauLevenshtein.distance(a, b) for a, b in pairs])
    alike = np.array([JaroWinkler.similarity(a, b) if a or b else 0.0 for a, b in pairs])
    assert (letters.least_apart(left, right) <= steps).all()
    assert (letters.most_alike(left, right) >= alike).all()


def test_letters_tell_most_names_and_births_apart() -> None:
    texts = ["ravenscroft", "tully", "1984-03-17", "1991-12-25", "ravenscorft", "1984-03-71"]
    letters = letters_of(texts, np.array([len(text) for text in texts], dtype=np.int32))
    one, other = np.array([0, 2, 0, 2]), np.array([1, 3, 4, 5])
    assert (letters.least_apart(one, other) > 1).tolist() == [True, True, False, False]
    assert (letters.most_alike(one, other) < 0.9).tolist()[::2] == [True, False]


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 3000), max_size=40), min_size=2, max_size=10))
def test_marks_deny_nothing_that_lists_share(sets: list[set[int]]) -> None:
    owner = np.array([row for row, values in enumerate(sets) for _ in values], dtype=np.int64)
    overlap = Overlap(lists_of(owner, np.array([v for values in sets for v in values], dtype=np.int64), len(sets)))
    left, right = (side.ravel() for side in np.indices((len(sets), len(sets))))
    assert (overlap.may_share(left, right) >= (overlap.counts(left, right) > 0)).all()


@given(st.lists(st.integers(3, 9), min_size=1, max_size=30), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_components_that_share_a_tree_are_cut_as_if_alone(sizes: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = np.repeat(np.cumsum(sizes) - np.array(sizes), sizes)
    count = len(labels)
    table = np.round(random.choice([-45.0, -8.3, -2.0, 0.5, 4.0, 16.0], (count, count)) + random.random((1, count)), 1)
    cut = Cut(0.0, -0.5, 16.0)
    found = average_link(labels, lambda left, right: table[left, right], cut)
    for start in np.unique(labels):
        part = np.flatnonzero(labels == start)
        one, other = np.triu_indices(len(part), 1)
        raw = table[part[one], part[other]]
        weight = np.where(raw < cluster.FORBIDDEN, cluster.APART, np.clip(raw, cluster.VETO, cut.cap))
        alone = fcluster(linkage(1.0e3 - weight, "average"), 1.0e3 - cut.join + 1e-9, "distance")
        assert (found[part][:, None] == found[part]).tolist() == (alone[:, None] == alone).tolist()


def _weighed(floor: float, lowest: float) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of a small town, profiles for units, weighed to the end and from a floor on."""
    extra = [[person("Ann Tully", "1990-10-21", aliases="Dogz"), person(aliases="Dogz|Tiny", at=(500, 500))]] * 2
    mentions = collect_mentions(logs_of([*town(), *extra]), MONTH)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    profiles = make_profiles(units.coded, np.arange(len(units.coded))).coded
    scorer = Weigher(profiles, shipped_model(), units.evidence.frequencies, units.evidence.persons, True, lowest)
    left, right = np.triu_indices(len(profiles), 1)
    return scorer.weigh(left, right), scorer.weigh_from(left, right, floor)


@pytest.mark.parametrize("floor", [-6.0, 0.0, 4.0])
def test_pairs_at_the_floor_weigh_the_same_and_no_other_reaches_it(floor: float) -> None:
    whole, found = _weighed(floor, min(floor, -2.0))
    told = np.isfinite(found)
    assert (found[told] == whole[told]).all()
    assert (whole[~told] < floor).all()
    assert 0 < (whole >= floor).sum() <= told.sum() < len(whole) / 2  # the bounds tell most pairs apart


def test_hopeless_pairs_are_far_below() -> None:
    whole, found = _weighed(0.0, -2.0)
    hopeless = found == HOPELESS
    assert hopeless.any() and (whole[hopeless] < -2.0).all()


def test_hopeless_pairs_of_profiles_that_changed_are_asked_again() -> None:
    pairs = packed(np.array([0, 1, 2]), np.array([3, 4, 3]))
    number = np.array([0, -1, 1, 2, 3])  # unit 1's profile grew
    assert rounds._still(pairs, number).tolist() == packed(np.array([0, 1]), np.array([2, 2])).tolist()


def test_a_link_that_remembers_no_hopeless_pair_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = logs_of([*town(), *town()[:50]])
    usual = resolve(tables)
    monkeypatch.setattr(rounds, "_still", lambda hopeless, number: hopeless[:0])
    again = resolve(tables)
    for name in ("nominals", "records", "review"):
        pd.testing.assert_frame_equal(getattr(usual, name), getattr(again, name))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10**9)), min_size=1, max_size=60), st.integers(1, 1023))
def test_blocks_of_what_seeks_are_those_of_all_that_touch_it(rows: list[tuple[int, int]], bits: int) -> None:
    keys = pd.DataFrame([(unit, key % 7) for unit, key in rows], columns=["unit", "key"], dtype="int64")
    seeking = np.array([bits >> unit & 1 for unit in range(10)], dtype=bool)
    met = {key for unit, key in keys.itertuples(index=False) if seeking[unit]}
    touched = keys[keys["key"].isin(met)]
    found, expected = (make_blocks(part, 400, seeking, is_bounded=True) for part in (keys, touched))
    assert [tuple(map(np.ndarray.tolist, pair)) for pair in found.chunks()] == [
        tuple(map(np.ndarray.tolist, pair)) for pair in expected.chunks()
    ]
