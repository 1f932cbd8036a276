"""Rolling-origin backtest: which method would have done best here, and how well, in figures with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.geography.forecast import GLM, SIMPLE, History, fit_glm, fit_pairs, forecast
from market_profile.geography.grid import Floats, Grid, Ints
from market_profile.geography.panel import Panel
from market_profile.intervals import wilson

BACKTEST_MONTHS = 6
"""The newest months that the methods are scored on."""

CHOICE_SHARES = (0.5, 1.0, 2.0)
"""The choice rests on hits at half, once and twice the area share, so that one cell cannot decide it."""

ENOUGH_EVENTS = 100
"""Events that a model needs before it is preferred without a comparison."""

HINDSIGHT = "hindsight GLM"
ORACLE = "oracle"

BACKTEST_COLUMNS = ("method", "hit_rate_pct", "low", "high", "pai", "pei", "attainable_pct", "hits", "n", "months")


@dataclass(frozen=True)
class Backtest:
    """The table of methods (``BACKTEST_COLUMNS``), the method chosen and why, and the hits month by month."""

    table: pd.DataFrame
    chosen: str
    why: str
    monthly: pd.DataFrame


def top_cells(surface: Floats, grid: Grid, area_share: float) -> Ints:
    """Return flat indices of the best ``area_share`` of the cells inside (at least one), best first.

    Equal scores go to the cell that stands first from the south-west.
    """
    chosen = max(1, round(area_share * grid.cells))
    scores = surface.ravel()[grid.flat]
    return grid.flat[np.argsort(-scores, kind="stable")[:chosen]]


def hits_at(surface: Floats, counts: Floats, grid: Grid, area_share: float) -> tuple[float, float]:
    """Return events in the best cells, and the most that the same number of cells could hold."""
    cells = top_cells(surface, grid, area_share)
    ordered = np.sort(counts.ravel()[grid.flat])[::-1]
    return float(counts.ravel()[cells].sum()), float(ordered[: len(cells)].sum())


def run_backtest(panel: Panel, area_share: float, bandwidth_m: float) -> Backtest:
    """Return how each method would have forecast the newest months from what was known before them.

    Needs two months of history before the first month scored; without that the table is empty and the method is
    chosen by experience elsewhere.
    """
    months = len(panel.months)
    origins = range(max(2, months - BACKTEST_MONTHS), months)
    rows = [row for month in origins for row in score_month(panel, month, area_share, bandwidth_m)]
    monthly = pd.DataFrame(rows, columns=["month", "method", "share", "hits", "best", "n"])
    if monthly.empty or monthly["n"].sum() == 0:
        return _unscored(panel, monthly)
    chosen, why = choose(monthly)
    return Backtest(summarise(monthly, area_share), chosen, why, monthly)


def _unscored(panel: Panel, monthly: pd.DataFrame) -> Backtest:
    empty = pd.DataFrame(columns=list(BACKTEST_COLUMNS))
    if len(panel.months) >= 2 and panel.counts[0].sum() >= ENOUGH_EVENTS:
        why = "Too few months to compare methods here: the Poisson model is used, which did best in 29 of 30 districts."
        return Backtest(empty, GLM, why, monthly)
    return Backtest(empty, "three months", "Too few months to compare methods: plain counts are used.", monthly)


def score_month(
    panel: Panel, month: int, area_share: float, bandwidth_m: float
) -> list[tuple[str, str, float, float, float, float]]:
    """Return (month, method, share, hits, best, n) of every method and area share for one month of the panel."""
    history: History = tuple(range(month))
    counts = panel.target(month)
    surfaces = {name: forecast(panel, history, name, bandwidth_m=bandwidth_m) for name in SIMPLE}
    surfaces[GLM] = forecast(panel, history, GLM, fit_glm([panel], history))
    surfaces[HINDSIGHT] = forecast(panel, history, GLM, fit_pairs([panel], [(history, month)]))
    surfaces[ORACLE] = counts
    total = float(counts[panel.grid.inside].sum())
    return [
        (panel.months[month], name, scale, *hits_at(surface, counts, panel.grid, area_share * scale), total)
        for name, surface in surfaces.items()
        for scale in CHOICE_SHARES
    ]


def choose(monthly: pd.DataFrame) -> tuple[str, str]:
    """Return the method to use and a sentence why: the GLM unless a simple method did at least as well.

    Hits are added over months and over the three area shares. The simplest of equals wins.
    """
    methods = [*SIMPLE, GLM]
    hits = monthly.groupby("method")["hits"].sum().reindex(methods)
    best = str(hits.idxmax())
    months = monthly["month"].nunique()
    if best == GLM:
        return GLM, f"The Poisson model hit most in the {months} months scored and is used."
    return (
        best,
        f"A simple method ({best}) hit at least as much as the model in the {months} months scored: it is used.",
    )


def summarise(monthly: pd.DataFrame, area_share: float) -> pd.DataFrame:
    """Return ``BACKTEST_COLUMNS`` at the declared area share: Wilson intervals, PAI, PEI, share of attainable (%).

    PAI is hit rate over area share (Chainey 2008), PEI hits over the most that as many cells hold (Hunt 2016), and
    *attainable* what the model itself hits when it is fitted to the very month it forecasts.
    """
    at_share = monthly[monthly["share"] == 1.0]
    methods = [*SIMPLE, GLM, HINDSIGHT, ORACLE]
    sums = at_share.groupby("method")[["hits", "best", "n"]].sum().reindex(methods)
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
        }
    )
    return table[list(BACKTEST_COLUMNS)]
