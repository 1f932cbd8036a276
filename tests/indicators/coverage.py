"""Simulated worlds with a known truth: how often the 95 % interval of each estimator of this room holds it.

Each trial draws one world and returns (intervals that held the truth, intervals made). The worlds are not those of
the fictional town, whose parameters nobody knows; they span what a force's monthly records look like.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from market_profile.indicators.concentration import top_decile_bounds
from market_profile.indicators.estimates import counts, medians, shares
from market_profile.indicators.expected import expected_count
from market_profile.indicators.hidden import chapman
from market_profile.indicators.journeys import journeys
from market_profile.indicators.loglinear import histories, log_linear
from market_profile.indicators.pooling import pooled_levels
from market_profile.periods import Month

Trial = Callable[[np.random.Generator], tuple[int, int]]


def share(rng):
    """Availability: 15 to 80 attempts, any chance of success from one in ten to nine in ten."""
    n, chance = int(rng.integers(15, 81)), rng.uniform(0.1, 0.9)
    rows = pd.DataFrame({"drug": "heroin", "period": "2019-02", "value": rng.random(n) < chance, "operation": "a"})
    row = shares(rows, "availability").iloc[0]
    return int(row["low"] <= 100 * chance <= row["high"]), 1


def count(rng):
    """Seizures of a month: a Poisson count with mean 1 to 60."""
    mean = rng.uniform(1, 60)
    row = counts(pd.DataFrame({"drug": ["all"], "period": ["2019-02"], "n": [rng.poisson(mean)]}), "seizures").iloc[0]
    return int(row["low"] <= mean <= row["high"]), 1


def median(rng):
    """Price per pure gram: 6 to 60 log-normal prices."""
    n, level = int(rng.integers(6, 61)), rng.uniform(50, 250)
    value = level * rng.lognormal(0, rng.uniform(0.2, 0.8), n)
    rows = pd.DataFrame({"drug": "heroin", "period": "2019-02", "value": value, "operation": "a"})
    row = medians(rows, "price_per_pure_gram", "gbp").iloc[0]
    return int(row["low"] <= level <= row["high"]), 1


def _months(rng, mean, between, within):
    """Return levels of 24 months on the scale of the model, and observations of 1 to 8 purchases in each."""
    levels = rng.normal(mean, between, 24)
    sizes = rng.integers(1, 9, 24)
    period = np.repeat([one.text for one in Month("2019-12").window(24)], sizes)
    seen = np.repeat(levels, sizes) + rng.normal(0, within, sizes.sum())
    truth = dict(zip([one.text for one in Month("2019-12").window(24)], levels, strict=True))
    return truth, pd.DataFrame({"drug": "heroin", "period": period, "seen": seen})


def pooled_price(rng):
    """Steadied price: months of one drug that vary little or much, with 1 to 8 purchases each."""
    truth, rows = _months(rng, np.log(130), rng.uniform(0.02, 0.3), rng.uniform(0.2, 0.6))
    found = pooled_levels(rows.assign(value=np.exp(rows["seen"])), "price_per_pure_gram_pooled", "gbp")
    level = np.exp(found["period"].map(truth))
    return int(((found["low"] <= level) & (level <= found["high"])).sum()), len(found)


def pooled_purity(rng):
    """Steadied purity: the same on the logit scale."""
    truth, rows = _months(rng, special.logit(rng.uniform(0.2, 0.7)), rng.uniform(0.05, 0.4), rng.uniform(0.2, 0.7))
    found = pooled_levels(rows.assign(value=100 * special.expit(rows["seen"])), "purity_pooled", "pct")
    level = 100 * special.expit(found["period"].map(truth))
    return int(((found["low"] <= level) & (level <= found["high"])).sum()), len(found)


def top_decile(rng):
    """Share of the top tenth: 50 to 300 clients with log-normal spend to the nearest £5."""
    n, sigma = int(rng.integers(50, 301)), rng.uniform(0.5, 1.2)
    spend = np.maximum(5.0, np.round(rng.lognormal(np.log(120), sigma, n) / 5) * 5)
    low, high = top_decile_bounds(spend)
    return int(low <= stats.norm.cdf(sigma - stats.norm.ppf(0.9)) <= high), 1


def two_lists(rng):
    """Chapman: 200 to 2,000 people on two independent lists, with 7 or more expected on both."""
    while True:
        people, first, second = int(rng.integers(200, 2001)), rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.5)
        if people * first * second >= 7:
            break
    one, other = rng.random(people) < first, rng.random(people) < second
    found = chapman(int(one.sum()), int(other.sum()), int((one & other).sum()))
    return int(found.low <= people <= found.high), 1


def three_lists(rng):
    """Log-linear: 400 to 1,500 people on three lists, one pair of which may lean on each other."""
    people = int(rng.integers(400, 1501))
    chance = rng.uniform(0.15, 0.4, 3)
    on = histories(3)
    leaning = rng.choice([0.0, 0.5, 1.0])
    odds = on @ special.logit(chance) + leaning * on[:, 0] * on[:, 1]
    share = np.exp(odds) / np.exp(odds).sum()
    found = log_linear(rng.multinomial(people, share)[1:].astype(float))
    return (0, 0) if found is None else (int(found.low <= people <= found.high), 1)


def next_count(rng):
    """Expected harm: twelve steady months, and whether the thirteenth lies within its bounds."""
    drawn = rng.poisson(rng.uniform(0.5, 40), 13)
    found = expected_count(drawn[:12])
    return int(found.low <= drawn[12] <= found.high), 1


def next_uneven_count(rng):
    """Expected harm: twelve months that vary one and a half to three times as much as chance."""
    mean, dispersion = rng.uniform(5, 40), rng.uniform(1.5, 3)
    drawn = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, 13)
    found = expected_count(drawn[:12])
    return int(found.low <= drawn[12] <= found.high), 1


def wait(rng):
    """Wait for treatment: 8 to 60 referrals that started, skew waits in whole days."""
    n, middle = int(rng.integers(8, 61)), rng.uniform(10, 40)
    days = np.round(middle * rng.lognormal(0, 0.7, n))
    start = pd.Timestamp("2018-06-01")
    rows = pd.DataFrame({
        "client_key": [f"c{place}" for place in range(n)], "referred_on": start, "referral_source": "self",
        "stage": "structured", "stage_on": start + pd.to_timedelta(days, "D"), "outcome": "",
    })  # fmt: skip
    row = journeys(rows, Month("2019-03")).iloc[0]
    return int(row["low"] - 0.5 <= middle <= row["high"] + 0.5), 1


@dataclass(frozen=True)
class Estimator:
    """A figure, its trial, whether its interval is exact (95 % or more, else 93 to 97 %), and worlds in make test."""

    name: str
    trial: Trial
    is_exact: bool
    sample: int


ESTIMATORS = (
    Estimator("share (Wilson): availability", share, False, 300),
    Estimator("count (exact Poisson): seizures, harm", count, True, 300),
    Estimator("median (order statistics): price, weight, purity", median, True, 300),
    Estimator("median wait (order statistics, whole days)", wait, True, 100),
    Estimator("steadied price (empirical Bayes)", pooled_price, False, 40),
    Estimator("steadied purity (empirical Bayes)", pooled_purity, False, 40),
    Estimator("share of the top tenth (spend)", top_decile, False, 150),
    Estimator("hidden population, two lists (Chapman, Sadinle)", two_lists, False, 500),
    Estimator("hidden population, three lists (log-linear)", three_lists, False, 10),
    Estimator("next month's count, steady (exact)", next_count, True, 200),
    Estimator("next month's count, uneven", next_uneven_count, False, 300),
)
"""Every estimator of the room that gives an interval."""


def coverage(estimator: Estimator, worlds: int, seed: int = 61) -> float:
    """Return the per cent of intervals that held the truth over ``worlds`` worlds."""
    rng = np.random.default_rng([seed, sum(map(ord, estimator.name))])
    results = np.array([estimator.trial(rng) for _ in range(worlds)])
    return float(100 * results[:, 0].sum() / results[:, 1].sum())
