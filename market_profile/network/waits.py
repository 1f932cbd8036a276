"""How long a dealer's place stood empty, from evidence that comes late, is partly about others, or never comes.

Supply by a newcomer is seen some time after the newcomer began, so the wait is interval-censored: it lies between the
arrest and the first sighting. Each newcomer may be the replacement (records at a dealer's pace from some day on) or
somebody else's mistake (few records, any day). Waits are pooled by market: what other arrests there have shown shifts
the prior of each, and the town's usual wait (two to three weeks, seed 002) stands behind both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import gammaln

from market_profile.network.structure import Floats
from market_profile.terms import Role

HORIZON_DAYS = 90
"""Waits are sought up to here; what is seen later says nothing of who took the place."""

STREET = (Role.DEALER.value, Role.LINE_HOLDER.value)
"""Parts that sell to users at a place or on a line: who is replaced, and who replaces."""

SELLER_PACE = (0.8, 8.0)
"""Shape and days of the pace at which a working dealer is reported: once in ten days, give or take as much again."""

OTHER_PACE = (0.35, 50.0)
"""The same of people reported in the market who do not work there: once in five months."""

OTHER_PART = 0.02
"""Chance that the replacement is somebody whom all evidence together holds to be no seller."""

ASTRAY = 0.1
"""Chance that nothing seen has to do with this arrest (the replacement was never reported, or was there before)."""

WITHIN, BETWEEN = 0.3, 0.55
"""Standard deviations of log waits within one market and between the usual waits of markets."""

USUAL_DAYS, USUAL_ARRESTS = 17.0, 30.0
"""The usual wait before anything is seen, and the number of arrests that it counts for (seed 002: 2-3 weeks)."""

ROUNDS = 10

AT_ONCE = 1024
"""Newcomers worked out side by side, so that what lies between stays within the processor's cache."""

DAYS = np.arange(1.0, HORIZON_DAYS + 1)
LOG_DAYS = np.log(DAYS)


@dataclass(frozen=True)
class Waits:
    """One entry a clock: days until replaced (middle, 10th and 90th percentile), the usual days of its market learnt
    from the other arrests there, and by newcomer the chance to be the replacement."""

    days: Floats
    low: Floats
    high: Floats
    usual: Floats
    chance: Floats


def estimate_waits(
    followed: Floats, counts: NDArray[np.bool_], newcomers: pd.DataFrame, near: sparse.csr_matrix
) -> Waits:
    """Return the waits of clocks that were ``followed`` for so many days.

    ``counts`` says which clocks tell of a usual wait (the arrested sold on the street); ``newcomers``: clock
    (row number), first, last (days after the arrest), records, is_street; ``near``: which other clocks share a market.
    The pooling is empirical Bayes by message passing: each clock's prior leaves its own evidence out.
    """
    follow = np.minimum(followed, HORIZON_DAYS)
    unseen = _none_seen(follow)
    seen = _seen(newcomers, follow)
    row = newcomers["clock"].to_numpy()
    likelihood = unseen.copy()
    np.add.at(likelihood, row, seen)
    start = _prior(np.full(len(follow), np.log(USUAL_DAYS)), np.full(len(follow), WITHIN**2 + BETWEEN**2))
    mixed = (1 - ASTRAY) * likelihood + ASTRAY * (likelihood * start).sum(axis=1, keepdims=True)
    mean, variance = _pooled(mixed, counts.astype(float), near)
    prior = _prior(mean, variance)
    posterior = _share(mixed * prior)
    each = np.concatenate([np.empty(0), *((seen[rows] * prior[row[rows]]).sum(axis=1) for rows in _blocks(len(row)))])
    whole = (likelihood * prior).sum(axis=1)
    low, middle, high = (_quantile(posterior, share) for share in (0.1, 0.5, 0.9))
    return Waits(middle, low, high, np.exp(mean), each / whole[row])


def _none_seen(follow: Floats) -> Floats:
    """Return, by clock and day of replacement, the chance that a dealer's records stay out until the end."""
    shape, pace = SELLER_PACE
    left = np.clip(follow[:, None] - DAYS, 0.0, None)
    found: Floats = (pace / (pace + left)) ** shape
    return found


def _seen(newcomers: pd.DataFrame, follow: Floats) -> Floats:
    """Return, by newcomer and day, how much likelier their records are if they are the replacement since that day."""
    n = newcomers["records"].to_numpy(float)[:, None]
    first = np.maximum(newcomers["first"].to_numpy(float), 1.0)[:, None]
    last = np.maximum(newcomers["last"].to_numpy(float)[:, None], first)
    other = _paced(n, follow[newcomers["clock"].to_numpy()][:, None], OTHER_PACE)
    part = np.where(newcomers["is_street"].to_numpy(bool), 0.0, np.log(OTHER_PART))[:, None]
    found = np.empty((len(n), len(DAYS)))
    for rows in _blocks(len(n)):
        at_work = _paced(n[rows], np.clip(last[rows] - DAYS, 0.0, None), SELLER_PACE)
        likelier = np.exp(np.minimum(at_work - other[rows] + part[rows], 50.0))
        found[rows] = np.where(first[rows] >= DAYS, likelier, 0.0)
    return found


def _blocks(size: int) -> Iterator[slice]:
    return (slice(start, start + AT_ONCE) for start in range(0, size, AT_ONCE))


def _paced(n: Floats, days: Floats, pace: tuple[float, float]) -> Floats:
    """Return the log chance of ``n`` records on given days within ``days`` at a gamma-distributed pace."""
    shape, scale = pace
    found: Floats = gammaln(shape + n) - gammaln(shape) + shape * np.log(scale) - (shape + n) * np.log(scale + days)
    return found


def _prior(mean: Floats, variance: Floats) -> Floats:
    return _share(np.exp(-0.5 * (LOG_DAYS - mean[:, None]) ** 2 / variance[:, None]) / DAYS)


def _share(weight: Floats) -> Floats:
    found: Floats = weight / weight.sum(axis=1, keepdims=True)
    return found


def _pooled(likelihood: Floats, counts: Floats, near: sparse.csr_matrix) -> tuple[Floats, Floats]:
    """Return mean and variance of each clock's log wait before its own evidence: of its market, then of the town."""
    mean = np.full(len(likelihood), np.log(USUAL_DAYS))
    variance = np.full(len(likelihood), WITHIN**2 + BETWEEN**2)
    for _ in range(ROUNDS):
        posterior = _share(likelihood * _prior(mean, variance))
        found = posterior @ LOG_DAYS
        spread = np.maximum(posterior @ LOG_DAYS**2 - found**2, 1e-4)
        precision = np.maximum(1 / spread - 1 / variance, 1e-6)
        own = np.clip((found / spread - mean / variance) / precision, 0.0, LOG_DAYS[-1])
        weight = counts / (1 / precision + WITHIN**2 + BETWEEN**2)
        town = (np.sum(weight * own) + USUAL_ARRESTS * np.log(USUAL_DAYS)) / (weight.sum() + USUAL_ARRESTS)
        told = counts / (1 / precision + WITHIN**2)
        total = 1 / BETWEEN**2 + near @ told
        mean = (town / BETWEEN**2 + near @ (told * own)) / total
        variance = WITHIN**2 + 1 / total
    return mean, variance


def _quantile(posterior: Floats, share: float) -> Floats:
    found: Floats = DAYS[(np.cumsum(posterior, axis=1) >= share - 1e-12).argmax(axis=1)]
    return found
