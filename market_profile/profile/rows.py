"""Rows of the indicators frame by name, and trends made of them."""

from __future__ import annotations

from collections.abc import Sequence

from market_profile.document import Trend
from market_profile.periods import Month
from market_profile.profile.findings import Findings
from market_profile.profile.names import drug_name
from market_profile.profile.text import Record, estimate
from market_profile.values import Estimate, Measure

TREND_MONTHS = 12


def figure_row(findings: Findings, indicator: str, drug: str, period: str) -> dict[str, object] | None:
    """Return one figure of indicators.csv, None where it was not measured."""
    frame = findings.indicators.frame
    chosen = frame[(frame["indicator"] == indicator) & (frame["drug"] == drug) & (frame["period"] == period)]
    return None if chosen.empty else {str(key): value for key, value in chosen.iloc[0].to_dict().items()}


def months_before(month: Month) -> tuple[str, ...]:
    """Return the months of a trend, oldest first."""
    return tuple(one.text for one in month.window(TREND_MONTHS))


def drugs_with(findings: Findings, indicator: str, period: str, most: int) -> list[str]:
    """Return the drugs with most records for an indicator in a period (name breaks ties), ``all`` left out."""
    frame = findings.indicators.frame
    chosen = frame[(frame["indicator"] == indicator) & (frame["period"] == period) & (frame["drug"] != "all")]
    ordered = chosen.sort_values(["n", "drug"], ascending=[False, True], kind="stable")
    return ordered["drug"].head(most).tolist()


def trend(findings: Findings, indicator: str, drugs: Sequence[str], unit: str) -> Trend[Measure]:
    """Return the monthly trend of an indicator for some drugs, from the first month that has a figure for any."""
    periods = months_before(findings.month)
    frame = findings.indicators.frame
    chosen = frame[(frame["indicator"] == indicator) & frame["period"].isin(periods)]
    rows = {(row["drug"], row["period"]): row for row in chosen.to_dict("records")}
    measured = [at for at, period in enumerate(periods) if any((drug, period) in rows for drug in drugs)]
    periods = periods[min(measured, default=0) :]
    series = tuple((drug_name(drug), tuple(_measure(rows.get((drug, period))) for period in periods)) for drug in drugs)
    return Trend(periods, series, unit)


def _measure(row: Record | None) -> Estimate:
    return estimate(row)
