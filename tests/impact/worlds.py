"""Simulated worlds in which people are taken on at their worst: for tests, and for the bench at full size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from market_profile.impact.evaluation import evaluate_groups
from market_profile.impact.interrupted import interrupted
from market_profile.impact.selection import Rates, fit_rates

GROUPS = np.array(["outreach", "eligible_not_included"])


class Family(NamedTuple):
    """How a world is made; rates between people are gamma, arrests Poisson, the worst of ``people`` are registered."""

    people: int = 400
    treated: int = 60
    control: int = 60
    shape: float = 1.0
    mean: float = 2.0
    drift: float = 0.0
    """Standard deviation of the log change of each person's own rate."""
    trend: float = 1.0
    """What happened to everyone's rate, whatever was done."""
    is_by_lot: bool = True
    """Else the very worst are taken on and the next worst are the comparison."""


FAMILIES: dict[str, Family] = {
    "by lot": Family(),
    "by lot, 30 each": Family(treated=30, control=30),
    "12 worst of 400, by lot": Family(treated=12, control=12),
    "worst first": Family(is_by_lot=False),
    "12 worst, next 48": Family(treated=12, control=48, is_by_lot=False),
    "heavy tail, worst first": Family(shape=0.4, is_by_lot=False),
    "general fall of 20 %": Family(trend=0.8),
    "general fall, worst first": Family(trend=0.8, is_by_lot=False),
    "own rates drift": Family(drift=0.5),
    "own rates drift, worst first": Family(drift=0.5, is_by_lot=False),
    "no comparison": Family(control=0),
}


class Measured(NamedTuple):
    """Shares of worlds: effect declared, fall without comparison declared, intervals that hold the truth."""

    declared: float
    without: float
    adjusted: float
    comparison: float
    exact: float


def world(rng: np.random.Generator, effect: float, family: Family) -> tuple[pd.DataFrame, Rates | None]:
    """Return the register's people (cohorts.PEOPLE_COLUMNS) and the rates learnt from everyone arrested."""
    base = rng.gamma(family.shape, family.mean / family.shape, family.people)
    before = rng.poisson(base)
    later = base * family.trend * np.exp(rng.normal(-(family.drift**2) / 2, family.drift, family.people))
    chosen = np.argsort(-before, kind="stable")[: family.treated + family.control]
    group = np.repeat([0, 1], [family.treated, family.control])
    group = rng.permutation(group) if family.is_by_lot else group
    after = rng.poisson(later[chosen] * np.where(group == 0, effect, 1.0))
    people = pd.DataFrame(
        {"record_group": GROUPS[group], "person": [f"p{at}" for at in range(len(chosen))],
         "arrests_before": before[chosen], "days_before": 365.0, "arrests_after": after, "days_after": 365.0}
    )  # fmt: skip
    return people, fit_rates(before, 365.0)


def measure(name: str, effect: float, worlds: int, seed: int = 11) -> Measured:
    """Return what ``worlds`` worlds of a family give at a true ratio of ``effect``."""
    rng, family = np.random.default_rng(seed), FAMILIES[name]
    rows = []
    for _ in range(worlds):
        found = evaluate_groups(*world(rng, effect, family)).set_index("record_group").loc["outreach"]
        adjusted, compared = effect * family.trend, effect
        # The exact interval is of the ratio that two Poisson counts have, here given the people's own rates.
        rows.append((
            found["verdict"] == "consistent with an effect", found["verdict"] == "fall without comparison",
            found["adjusted_low"] <= adjusted <= found["adjusted_high"],
            found["comparison_low"] <= compared <= found["comparison_high"],
            _exact_holds(rng, effect),
        ))  # fmt: skip
    return Measured(*(float(share) for share in np.mean(rows, axis=0)))


def _exact_holds(rng: np.random.Generator, effect: float) -> bool:
    from market_profile.intervals import poisson_ratio

    before, after = int(rng.poisson(40.0)), int(rng.poisson(40.0 * effect))
    found = poisson_ratio(after, 365.0, before, 365.0)
    return bool(found.low <= effect <= found.high)


def months_of(first: str, count: int) -> pd.Series:
    """Return ``count`` months as YYYY-MM from ``first`` on."""
    return pd.Series(pd.period_range(first, periods=count, freq="M").strftime("%Y-%m"), dtype="str")


def series_world(rng: np.random.Generator, step: float, months: int = 24, spread: float = 0.1) -> dict[str, float]:
    """Return the interrupted series of a world: a drifting, overdispersed series with a step of ``step`` midway."""
    trend = np.exp(rng.normal(0, 0.01) * np.arange(months))
    mean = 60 * trend * np.where(np.arange(months) >= months // 2, step, 1.0) * np.exp(rng.normal(0, spread, months))
    periods = months_of("2017-01", months)
    return interrupted(periods, pd.Series(rng.poisson(mean).astype(float)), pd.Timestamp(f"{periods[months // 2]}-01"))
