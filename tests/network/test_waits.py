"""Waits dated from late evidence, against planted waits and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from market_profile.network.waits import USUAL_DAYS, Waits, estimate_waits

TYPES = {"clock": "int64", "first": "float64", "last": "float64", "records": "int64", "is_street": "bool"}


def newcomers(*rows: tuple[int, float, float, int, bool]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(TYPES)).astype(TYPES)


def waits(followed: list[float], seen: pd.DataFrame, near: sparse.csr_matrix | None = None) -> Waits:
    size = len(followed)
    alone = sparse.csr_matrix((size, size)) if near is None else near
    return estimate_waits(np.array(followed), np.ones(size, dtype=bool), seen, alone)


def test_nothing_seen_and_nothing_followed_is_the_usual_wait() -> None:
    found = waits([0.0], newcomers())
    assert abs(found.days[0] - USUAL_DAYS) <= 1
    assert found.low[0] < found.days[0] < found.high[0]


def test_a_newcomer_at_work_bounds_the_wait_from_above() -> None:
    found = waits([80.0], newcomers((0, 9.0, 75.0, 12, True)))
    assert found.high[0] <= 9
    assert found.chance[0] > 0.95


def test_one_report_of_somebody_who_sells_nothing_counts_for_little() -> None:
    seller, other = (waits([80.0], newcomers((0, 9.0, 9.0, 1, is_street))) for is_street in (True, False))
    assert other.chance[0] < 0.5 < seller.chance[0]
    assert other.days[0] > seller.days[0]


def test_other_arrests_of_the_market_shift_an_unseen_wait() -> None:
    near = sparse.csr_matrix(np.ones((4, 4)) - np.eye(4))
    quick = newcomers(*((clock, 6.0, 80.0, 15, True) for clock in (0, 1, 2)))
    slow = newcomers(*((clock, 45.0, 85.0, 15, True) for clock in (0, 1, 2)))
    followed = [90.0, 90.0, 90.0, 1.0]
    assert waits(followed, quick, near).days[3] < USUAL_DAYS < waits(followed, slow, near).days[3]


def test_planted_waits_are_found_better_than_by_their_median() -> None:
    """Forty markets with eight arrests each: the usual wait differs by market; reports come once in nine days."""
    chance = np.random.default_rng(8)
    market = np.repeat(np.arange(40), 8)
    true = np.clip(np.exp(np.log(17) + 0.55 * chance.normal(size=40)[market] + 0.25 * chance.normal(size=320)), 3, 60)
    rows = []
    for clock, start in enumerate(true):
        days = start + np.cumsum(chance.exponential(9.0, 40))
        days = days[days < 90]
        if len(days) and chance.random() < 0.8:
            rows.append((clock, days[0], days[-1], len(days), True))
        for day in chance.uniform(1, 90, chance.poisson(1.5)):
            rows.append((clock, day, day, 1, bool(chance.random() < 0.3)))
    same = (market[:, None] == market) & ~np.eye(320, dtype=bool)
    found = waits([90.0] * 320, newcomers(*rows), sparse.csr_matrix(same.astype(float)))
    error = np.median(np.abs(found.days - true))
    assert error <= 4
    assert error < 0.7 * np.median(np.abs(true - np.median(true)))
