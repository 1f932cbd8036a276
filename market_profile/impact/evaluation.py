"""Before and after by record group: exact rate ratios, an allowance for regression to the mean, cautious words.

People are taken on when they are at their worst, so their arrests fall whatever is done. Three checks stand between
a fall and a claim: the exact ratio itself; the fall expected without any effect, from the spread of arrest rates among
everyone arrested in the area (``selection``); and the change of group 3 (eligible, not included).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from market_profile.impact.selection import Rates, expected_after, open_variance, slope_of, spread_after
from market_profile.intervals import poisson_ratio
from market_profile.terms import Described, RecordGroup

YEAR_DAYS = 365.0
MINIMUM_PEOPLE = 10


class Verdict(Described):
    """What may be said of a group, from least to most."""

    TOO_FEW = "too few", "There are too few people or arrests to say anything."
    NO_CHANGE = "no clear change", "Arrests did not change by more than chance allows."
    ROSE = "rose", "Arrests rose; this may reflect closer attention by the police."
    NOT_ALLOWED = (
        "selection not known",
        "Arrests fell, but too few people are on record to work out how far people chosen at their worst fall anyway.",
    )
    EXPECTED = (
        "fall expected anyway",
        "Arrests fell, but no more than they would be expected to fall among people chosen at their worst.",
    )
    NOT_COMPARED = (
        "fall without comparison",
        "Arrests fell by more than chance and selection explain, but no comparison group was large enough to rule out "
        "a general fall.",
    )
    NO_MORE = "no more than comparison", "Arrests fell, but no more than among people who were not included."
    CONSISTENT = (
        "consistent with an effect",
        "Arrests fell by more than among people who were not included; this is consistent with an effect, not proof.",
    )


COLUMNS = (
    "record_group",
    "people",
    "arrests_before",
    "days_before",
    "arrests_after",
    "days_after",
    "rate_before",
    "rate_after",
    "ratio",
    "ratio_low",
    "ratio_high",
    "expected_ratio",
    "adjusted_ratio",
    "adjusted_low",
    "adjusted_high",
    "comparison_ratio",
    "comparison_low",
    "comparison_high",
    "verdict",
)


def evaluate_groups(people: pd.DataFrame, rates: Rates | None) -> pd.DataFrame:
    """Return COLUMNS, one row a record group, from ``people`` (cohorts.PEOPLE_COLUMNS) and the area's arrest rates.

    Rates are arrests per 365 days at risk. ``expected_ratio`` is the ratio that selection alone would give;
    ``adjusted_*`` is the observed count after over that expectation; ``comparison_*`` divides by group 3's own. All
    three are NaN without ``rates`` (selection.fit_rates).
    """
    if people.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    groups = [group for group in RecordGroup.values() if (people["record_group"] == group).any()]
    rows = {group: _adjusted(people[people["record_group"] == group], rates) for group in groups}
    comparison = rows.get(str(RecordGroup.ELIGIBLE_NOT_INCLUDED))
    return pd.DataFrame([_full(group, row, comparison, rates) for group, row in rows.items()])[list(COLUMNS)]


def _adjusted(group: pd.DataFrame, rates: Rates | None) -> dict[str, float]:
    before, after = int(group["arrests_before"].sum()), int(group["arrests_after"].sum())
    days_before, days_after = float(group["days_before"].sum()), float(group["days_after"].sum())
    exact = poisson_ratio(after, days_after, before, days_before)
    expected = np.nan if rates is None else float(expected_after(group, rates).sum())
    adjusted = after / expected if expected > 0 else np.nan
    log_sd = _log_error(group, rates, adjusted)
    slope = np.zeros(2) if rates is None else slope_of(group, rates)
    fitted = 0.0 if rates is None else open_variance(slope, rates)
    reach = _reach(float(np.sqrt(log_sd**2 + fitted)), len(group) - 1)
    return {
        "people": len(group),
        "arrests_before": before,
        "days_before": days_before,
        "arrests_after": after,
        "days_after": days_after,
        "rate_before": YEAR_DAYS * before / days_before,
        "rate_after": YEAR_DAYS * after / days_after,
        "ratio": exact.ratio,
        "ratio_low": exact.low,
        "ratio_high": exact.high,
        "expected_ratio": expected / days_after * days_before / before if before else np.nan,
        "adjusted_ratio": adjusted,
        "adjusted_low": adjusted / reach,
        "adjusted_high": adjusted * reach,
        "log_sd": log_sd,
        "slope_shape": float(slope[0]),
        "slope_mean": float(slope[1]),
    }


def _log_error(group: pd.DataFrame, rates: Rates | None, adjusted: float) -> float:
    """Return the standard error of log(after/expected); infinite where nothing is known.

    The larger of the negative binomial's and the one that people's own residuals show: rates also drift over time.
    """
    after = float(group["arrests_after"].sum())
    if rates is None or after <= 0 or len(group) < 2 or not np.isfinite(adjusted):
        return float("inf")
    residual = group["arrests_after"] - adjusted * expected_after(group, rates)
    shown = float((residual**2).sum()) * len(group) / (len(group) - 1)
    return float(np.sqrt(max(spread_after(group, rates, adjusted), shown)) / after)


def _reach(log_sd: float, freedom: int) -> float:
    """Return the factor by which a 95 % interval reaches either side of a ratio; NaN where there is none."""
    if not np.isfinite(log_sd) or freedom < 1:
        return float("nan")
    return float(np.exp(special.stdtrit(freedom, 0.975) * log_sd))


def _full(
    group: str, row: dict[str, float], comparison: dict[str, float] | None, rates: Rates | None
) -> dict[str, object]:
    is_comparison = group == RecordGroup.ELIGIBLE_NOT_INCLUDED
    versus = (np.nan, np.nan, np.nan)
    if comparison is not None and not is_comparison and comparison["people"] >= MINIMUM_PEOPLE:
        versus = _versus(row, comparison, rates)
    names = ("comparison_ratio", "comparison_low", "comparison_high")
    return {
        "record_group": group,
        **row,
        **dict(zip(names, versus, strict=True)),
        "verdict": str(_verdict(row, versus, is_comparison)),
    }


def _versus(row: dict[str, float], comparison: dict[str, float], rates: Rates | None) -> tuple[float, float, float]:
    """Return the ratio to group 3 with its interval; what the fit leaves open counts only where the two differ."""
    ratio = row["adjusted_ratio"] / comparison["adjusted_ratio"] if comparison["adjusted_ratio"] else np.nan
    apart = np.array([row[name] - comparison[name] for name in ("slope_shape", "slope_mean")])
    fitted = 0.0 if rates is None else open_variance(apart, rates)
    spread = float(np.sqrt(row["log_sd"] ** 2 + comparison["log_sd"] ** 2 + fitted))
    reach = _reach(spread, int(row["people"] + comparison["people"]) - 2)
    return ratio, ratio / reach, ratio * reach


def _verdict(row: dict[str, float], versus: tuple[float, float, float], is_comparison: bool) -> Verdict:
    if row["people"] < MINIMUM_PEOPLE or row["arrests_before"] + row["arrests_after"] < MINIMUM_PEOPLE:
        return Verdict.TOO_FEW
    if row["ratio_low"] > 1:
        return Verdict.ROSE
    if not row["ratio_high"] < 1:
        return Verdict.NO_CHANGE
    if np.isnan(row["adjusted_high"]):
        return Verdict.NOT_ALLOWED
    if not row["adjusted_high"] < 1:
        return Verdict.EXPECTED
    if is_comparison or np.isnan(versus[2]):
        return Verdict.NOT_COMPARED
    return Verdict.CONSISTENT if versus[2] < 1 else Verdict.NO_MORE
