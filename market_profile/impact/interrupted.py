"""Interrupted time series: did recorded crime change level or slope when something was done, beyond its own trend?

A Poisson regression with a log link, dispersion from Pearson's statistic, and intervals widened for counts that follow
each other (Wagner and others 2002; Bernal and others 2017, International Journal of Epidemiology 46:348).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from market_profile.terms import Described

BEFORE, AFTER = 6, 4
"""Fewest periods on either side; below it a line through the points means nothing."""
SEASONAL = 24
"""Periods from which a yearly wave can be told from a trend."""
COLUMNS = (
    "source", "offence_group", "intervention", "on", "periods_before", "periods_after", "level_pct", "level_low_pct",
    "level_high_pct", "slope_pct", "slope_low_pct", "slope_high_pct", "dispersion", "autocorrelation", "verdict",
)  # fmt: skip


Months = NDArray[np.datetime64]
"""Months (``datetime64[M]``)."""
_YEAR_NOUGHT = np.datetime64("0000-01", "M") - 1
"""What months are counted from, so that a month's number is twelve times its year and its place in it."""


class SeriesVerdict(Described):
    """What may be said of a series after an intervention."""

    TOO_FEW = "too few periods", "There are too few months on one side to say anything."
    NO_CHANGE = "no clear change", "No change beyond the series' own trend and chance."
    FELL = "fell", "It fell beyond its own trend; other things that changed in the same month cannot be ruled out."
    ROSE = "rose", "It rose beyond its own trend; more recording or more looking can do that."


def interrupted_series(series: pd.DataFrame, interventions: Mapping[str, date]) -> pd.DataFrame:
    """Return COLUMNS, one row a monthly series (series.SERIES_COLUMNS) and intervention, in order of both.

    ``level_pct`` is the step at the intervention and ``slope_pct`` the change of the monthly trend, both against the
    series' own course before; a month in which the intervention began midway is left out. Intervals are 95 %.
    """
    monthly = series[series["period"].str.fullmatch(r"\d{4}-\d{2}")]
    rows = [
        {"source": source, "offence_group": group, "intervention": name, "on": pd.Timestamp(on)}
        | interrupted(part["period"], part["count"], pd.Timestamp(on))
        for (source, group), part in monthly.groupby(["source", "offence_group"], sort=True)
        for name, on in sorted(interventions.items(), key=lambda pair: (pair[1], pair[0]))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def interrupted(periods: pd.Series, counts: pd.Series, on: pd.Timestamp) -> dict[str, Any]:
    """Return the figures of one series: monthly ``periods`` (YYYY-MM) and ``counts`` around the day ``on``.

    A series that this process fitted before is not fitted again: published crime is the same for every audience.
    """
    return dict(_interrupted(tuple(periods.tolist()), tuple(counts.tolist()), on))


@lru_cache(maxsize=256)
def _interrupted(periods: tuple[str, ...], counts: tuple[float, ...], on: pd.Timestamp) -> Mapping[str, Any]:
    starts, day = np.array(periods, dtype="datetime64[M]"), np.datetime64(on)
    order = np.argsort(starts, kind="stable")
    kept = order[((starts + 1) <= day)[order] | (starts >= day)[order]]
    starts, values = starts[kept], np.array(counts, dtype=float)[kept]
    before = int((starts < day).sum())
    after = len(values) - before
    found: dict[str, Any] = dict.fromkeys(COLUMNS[6:14], np.nan)
    found |= {"periods_before": before, "periods_after": after}
    if before < BEFORE or after < AFTER or values.sum() == 0:
        return found | {"verdict": str(SeriesVerdict.TOO_FEW)}
    found |= _fitted(design(starts, on), values)
    return found | {"verdict": str(_verdict(found))}


def design(starts: Months, on: pd.Timestamp) -> np.ndarray:
    """Return the design matrix: 1, month, step, months since; and a yearly wave where there are SEASONAL periods."""
    month = (starts - _YEAR_NOUGHT).astype(float)
    first = on.year * 12 + on.month + (0 if on.day == 1 else 1)
    step = (month >= first).astype(float)
    columns = [np.ones(len(month)), month - first, step, step * (month - first)]
    if len(month) >= SEASONAL:
        columns += [np.sin(2 * np.pi * month / 12), np.cos(2 * np.pi * month / 12)]
    return np.column_stack(columns)


def _fitted(matrix: np.ndarray, values: np.ndarray) -> dict[str, float]:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a series that its trend fits exactly is no fault
        model = GLM(values, matrix, family=Poisson()).fit()
    freedom = len(values) - matrix.shape[1]
    dispersion = max(1.0, float(model.pearson_chi2) / freedom)
    follow = _autocorrelation(np.asarray(model.resid_pearson))
    errors = np.asarray(model.bse) * np.sqrt(dispersion * (1 + follow) / (1 - follow))
    reach = float(special.stdtrit(freedom, 0.975))
    found = {"dispersion": dispersion, "autocorrelation": follow}
    for name, place in (("level", 2), ("slope", 3)):
        middle, half = float(model.params[place]), reach * float(errors[place])
        for end, value in (("pct", middle), ("low_pct", middle - half), ("high_pct", middle + half)):
            found[f"{name}_{end}"] = float(100 * np.expm1(np.clip(value, -20, 20)))
    return found


def _autocorrelation(residuals: np.ndarray) -> float:
    """Return the lag-one correlation of the residuals, no less than 0 and no more than 0.8."""
    total = float((residuals**2).sum())
    lagged = float((residuals[1:] * residuals[:-1]).sum()) / total if total > 0 else 0.0
    return min(max(lagged, 0.0), 0.8)


def _verdict(found: Mapping[str, float]) -> SeriesVerdict:
    if found["level_high_pct"] < 0:
        return SeriesVerdict.FELL
    return SeriesVerdict.ROSE if found["level_low_pct"] > 0 else SeriesVerdict.NO_CHANGE
