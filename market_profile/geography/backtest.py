"""Rolling-origin backtest: which method would have done best here, and how well, in figures with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.geography.bands import ERROR_COLUMNS, coverage
from market_profile.geography.experience import EXPERIENCE, suits
from market_profile.geography.forecast import GLM, SIMPLE
from market_profile.geography.panel import Panel
from market_profile.geography.scoring import (
    CHOICE_SHARES,
    HINDSIGHT,
    MONTHLY_COLUMNS,
    ORACLE,
    reference,
    scored_month,
)
from market_profile.intervals import wilson
from market_profile.kept import NOTHING, Kept

BACKTEST_MONTHS = 6
"""The newest months that the methods are scored on."""

ENOUGH_EVENTS = 100
"""Events that a model needs before it is preferred without a comparison."""

CLEARLY = 1.0
"""A simple method replaces the model only when it hits more by so many standard errors of the difference (the
one-standard-error rule of Breiman et al. 1984): the best of six on a few months' luck is not the better method."""

BACKTEST_COLUMNS = (
    "method",
    "hit_rate_pct",
    "low",
    "high",
    "pai",
    "pei",
    "attainable_pct",
    "hits",
    "n",
    "months",
    "forecast_total",
    "came_total",
    "interval_coverage_pct",
)


@dataclass(frozen=True)
class Backtest:
    """The table of methods (``BACKTEST_COLUMNS``), the method chosen and why, and what they rest on.

    ``monthly`` has ``MONTHLY_COLUMNS``; ``errors`` has ``bands.ERROR_COLUMNS``, one row a published cell and month.
    """

    table: pd.DataFrame
    chosen: str
    why: str
    monthly: pd.DataFrame
    errors: pd.DataFrame


def run_backtest(panel: Panel, area_share: float, bandwidth_m: float, kept: Kept = NOTHING) -> Backtest:
    """Return how each method would have forecast the newest months, each from the year before it (``scoring``).

    Needs two months of history before the first month scored; without that the table is empty and the method is
    chosen by experience elsewhere.
    """
    months = len(panel.months)
    origins = range(max(2, months - BACKTEST_MONTHS), months)
    scored = [scored_month(panel, month, area_share, bandwidth_m, kept) for month in origins]
    monthly = pd.concat([rows for rows, _ in scored], ignore_index=True) if scored else _no_months()
    if monthly["n"].sum() == 0:
        return _unscored(panel, monthly)
    errors = pd.concat([part for _, part in scored], ignore_index=True)
    chosen, why = choose(monthly)
    return Backtest(summarise(monthly, errors, area_share), chosen, why, monthly, errors)


def _no_months() -> pd.DataFrame:
    return pd.DataFrame(columns=list(MONTHLY_COLUMNS))


def _unscored(panel: Panel, monthly: pd.DataFrame) -> Backtest:
    empty, errors = (pd.DataFrame(columns=list(names)) for names in (BACKTEST_COLUMNS, ERROR_COLUMNS))
    if suits(panel) and panel.counts[0].sum() > 0:
        why = "Too few months to compare methods here: a Poisson model learned in other districts is used."
        return Backtest(empty, EXPERIENCE, why, monthly, errors)
    if len(panel.months) >= 2 and panel.counts[0].sum() >= ENOUGH_EVENTS:
        why = "Too few months to compare methods here: the Poisson model is used, which did best in 29 of 30 districts."
        return Backtest(empty, GLM, why, monthly, errors)
    why = "Too few months to compare methods: plain counts are used."
    return Backtest(empty, "three months", why, monthly, errors)


def choose(monthly: pd.DataFrame) -> tuple[str, str]:
    """Return the method to use and a sentence why: the ``reference`` unless another did clearly better.

    Hits are added over months and over the three area shares; *clearly* is ``CLEARLY`` standard deviations of the
    difference (McNemar 1947, on the events that only one of the two caught). The simplest of equals wins.
    """
    sums = monthly.groupby("method")[["hits", "apart"]].sum()
    first = reference(sums.index)
    rivals = [*SIMPLE, *([GLM] if first != GLM else [])]
    hits, apart = (sums[name].reindex(rivals).to_numpy(float) for name in ("hits", "apart"))
    lead = hits - float(sums["hits"].to_numpy(float)[sums.index.get_loc(first)])
    clear = lead > CLEARLY * np.sqrt(np.maximum(apart * len(CHOICE_SHARES), 1.0))
    number = int(np.argmax(np.where(clear, lead, -np.inf) if clear.any() else lead))
    best, months = rivals[number], monthly["month"].nunique()
    ours = "the Poisson model" if first == GLM else "the Poisson model learned in other districts"
    named = "the model fitted to this area alone" if best == GLM else f"a simple method ({best})"
    if clear[number]:
        return (
            best,
            f"{named[0].upper()}{named[1:]} hit clearly more than {ours} in {months} months scored: it is used.",
        )
    if lead[number] >= 0:
        return first, (
            f"{named[0].upper()}{named[1:]} did as well as {ours} in the {months} months scored, "
            "not clearly better: the model is used."
        )
    return first, f"{ours[0].upper()}{ours[1:]} hit most in the {months} months scored and is used."


def summarise(monthly: pd.DataFrame, errors: pd.DataFrame, area_share: float) -> pd.DataFrame:
    """Return ``BACKTEST_COLUMNS`` at the declared area share: Wilson intervals, PAI, PEI, share of attainable (%).

    PAI is hit rate over area share (Chainey 2008), PEI hits over the most that as many cells hold (Hunt 2016), and
    *attainable* what the model itself hits when it is fitted to the very month it forecasts. Totals are events forecast
    and come over all the months; interval coverage is that of the 80 % intervals of published cells (bands.py).
    """
    at_share = monthly[monthly["share"] == 1.0]
    fitted = [name for name in (GLM, EXPERIENCE) if (monthly["method"] == name).any()]
    methods = [*SIMPLE, *fitted, HINDSIGHT, ORACLE]
    sums = at_share.groupby("method")[["hits", "best", "n", "total"]].sum().reindex(methods)
    hits = sums["hits"].to_numpy(float)
    low, high = wilson(sums["hits"], sums["n"])
    rate = 100 * sums["hits"] / sums["n"]
    table = pd.DataFrame(
        {
            "method": sums.index.astype("str"),
            "hit_rate_pct": rate.to_numpy(),
            "low": 100 * low,
            "high": 100 * high,
            "pai": (rate / 100 / area_share).to_numpy(),
            "pei": (sums["hits"] / sums["best"]).to_numpy(),
            "attainable_pct": 100 * hits / hits[methods.index(HINDSIGHT)],
            "hits": sums["hits"].to_numpy(),
            "n": sums["n"].to_numpy(),
            "months": at_share["month"].nunique(),
            "forecast_total": sums["total"].round(3).to_numpy(),
            "came_total": sums["n"].to_numpy(),
            "interval_coverage_pct": sums.index.map(coverage(errors)).astype(float),
        }
    )
    return table[list(BACKTEST_COLUMNS)]
