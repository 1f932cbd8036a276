"""Numbers of nominals carried from month to month, against a plain reading of the rule."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import filler, groups, logs_of, resolve

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.identity import carry_ids, id_numbers, id_texts, ledger
from market_profile.resolve.lists import packed, pairs_within

MONTH = Month("2019-01")


def plainly(clusters: np.ndarray, old: np.ndarray, issued: int) -> list[int]:
    """The rule read aloud: the strongest claim first; then new numbers by each cluster's first mention."""
    first = {cluster: place for place, cluster in reversed(list(enumerate(clusters)))}
    claims = pd.DataFrame({"old": old, "cluster": clusters})[old > 0].groupby(["old", "cluster"]).size()
    ranked = sorted(claims.items(), key=lambda claim: (-claim[1], claim[0][0], first[claim[0][1]]))
    number: dict[int, int] = {}
    for (name, cluster), _ in ranked:
        if name not in number.values() and cluster not in number:
            number[cluster] = name
    for cluster in sorted(set(clusters) - set(number), key=first.__getitem__):
        issued += 1
        number[cluster] = issued
    return [number[cluster] for cluster in clusters]


@pytest.mark.parametrize("seed", range(40))
def test_numbers_go_where_most_mentions_went(seed: int) -> None:
    dice = np.random.default_rng(seed)
    count = 60
    group = dice.integers(0, 15, count)
    old = np.where(dice.random(count) < 0.7, group + 1, 0)  # most nominals are as they were, some are torn or joined
    group = np.where(dice.random(count) < 0.1, dice.integers(0, 15, count), group)
    clusters = np.array([np.flatnonzero(group == number)[0] for number in group])
    mentions = pd.DataFrame({"at": pd.date_range("2019-01-01", periods=count), "kind": "log_subjects"})
    found, issued = carry_ids(mentions, clusters, old, issued=15)
    assert found.tolist() == plainly(clusters, old, issued=15)
    assert issued == max(15, int(found.max()))
    lines = ledger(found, old, MONTH, {})
    assert lines["records"].sum() == ((old > 0) & (old != found)).sum()
    assert set(lines["from_id"]).isdisjoint(set(id_texts(found))) == (not (lines["event"] == "split").any())


def test_ids_are_numbers_in_writing() -> None:
    texts = id_texts(np.array([1_000_001, 7, 7]))
    assert list(texts) == ["N1000001", "N000007", "N000007"]
    assert id_numbers(pd.Series(texts)).tolist() == [1_000_001, 7, 7]


def test_a_month_after_a_month_without_records() -> None:
    tables = logs_of(filler(6))
    found = resolve(tables, previous=resolve(Tables({})).state)
    assert groups(found) == groups(resolve(tables))


def test_pairs_within_groups_are_all_pairs() -> None:
    dice = np.random.default_rng(3)
    group, member = dice.integers(0, 6, 40), np.cumsum(dice.integers(1, 4, 40))
    wanted = [(a, b) for i, a in enumerate(member) for j, b in enumerate(member) if i < j and group[i] == group[j]]
    left, right = np.array(sorted(wanted)).T
    assert pairs_within(group, member).tolist() == packed(left, right).tolist()
