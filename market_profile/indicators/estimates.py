"""Medians, shares and counts by indicator, drug and period, each with an interval and its number of records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_profile.indicators.names import FRAME_COLUMNS
from market_profile.intervals import median_ranks, poisson_exact, wilson

GROUP = ("drug", "period")


def medians(observed: pd.DataFrame, indicator: str, unit: str) -> pd.DataFrame:
    """Return the median of ``value`` by drug and period with order-statistic bounds.

    ``observed`` has columns drug, period, value, operation; rows without a value are left out. Bounds are NaN below
    six values, where no distribution-free interval of 95 % exists.
    """
    kept = observed[observed["value"].notna()].sort_values([*GROUP, "value"], kind="stable").reset_index(drop=True)
    if kept.empty:
        return empty_figures()
    grouped = kept.groupby(list(GROUP), sort=True, observed=True)["value"]
    summary = grouped.agg(["median", "size"]).reset_index()
    n = summary["size"].to_numpy()
    starts = np.concatenate(([0], np.cumsum(n)[:-1]))
    lower, upper = median_ranks(n)
    values = kept["value"].to_numpy()
    has_bounds = lower > 0
    low = np.where(has_bounds, values[starts + np.maximum(lower, 1) - 1], np.nan)
    high = np.where(has_bounds, values[starts + np.maximum(upper, 1) - 1], np.nan)
    frame = summary.rename(columns={"median": "value", "size": "n"}).assign(low=low, high=high)
    frame["top_share"] = _top_shares(kept, frame)
    return figures(frame, indicator, unit)


def shares(attempts: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return the per cent of rows whose ``value`` is true by drug and period, with Wilson bounds in per cent.

    ``attempts`` has columns drug, period, value (boolean), operation.
    """
    if attempts.empty:
        return empty_figures()
    grouped = attempts.groupby(list(GROUP), sort=True, observed=True)["value"]
    frame = grouped.agg(["sum", "size"]).reset_index().rename(columns={"size": "n"})
    bounds = wilson(frame["sum"], frame["n"])
    frame = frame.assign(value=100.0 * frame["sum"] / frame["n"], low=100 * bounds.low, high=100 * bounds.high)
    frame["top_share"] = _top_shares(attempts, frame)
    return figures(frame, indicator, "pct")


def counts(counted: pd.DataFrame, indicator: str, unit: str = "count") -> pd.DataFrame:
    """Return figures of counts; ``counted`` has columns drug, period, n. Bounds are exact Poisson (Garwood)."""
    if counted.empty:
        return empty_figures()
    bounds = poisson_exact(counted["n"])
    frame = counted.assign(value=counted["n"].astype(float), low=bounds.low, high=bounds.high, top_share=np.nan)
    return figures(frame, indicator, unit)


def figures(frame: pd.DataFrame, indicator: str, unit: str) -> pd.DataFrame:
    """Return ``frame`` with FRAME_COLUMNS under the given indicator, whose definition card has the same id."""
    known = {"indicator": indicator, "unit": unit, "definition_id": indicator}
    columns = {name: known.get(name, frame.get(name, np.nan)) for name in FRAME_COLUMNS}
    return pd.DataFrame(columns, index=frame.index)


def empty_figures() -> pd.DataFrame:
    """Return a frame of figures without rows."""
    text = dict.fromkeys(("indicator", "drug", "period", "unit", "definition_id"), "str")
    kinds = {name: text.get(name, "int64" if name == "n" else "float64") for name in FRAME_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def stack(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return all figures in one frame, sorted by indicator, drug and period."""
    filled = [part for part in parts if not part.empty]
    if not filled:
        return empty_figures()
    frame = pd.concat(filled, ignore_index=True)
    frame["n"] = frame["n"].astype("int64")
    return frame.sort_values(["indicator", "drug", "period"], kind="stable").reset_index(drop=True)


def _top_shares(observed: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    sizes = observed.groupby([*GROUP, "operation"], sort=True, observed=True).size()
    largest = sizes.groupby(level=list(GROUP)).max().rename("largest").reset_index()
    return frame.merge(largest, on=list(GROUP), how="left")["largest"] / frame["n"]
