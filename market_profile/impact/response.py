"""What was done: operations and the gaps between them, lines closed, disruptions and orders."""

from __future__ import annotations

import pandas as pd

from market_profile.periods import Month

TIMELINE_COLUMNS = (
    "operation",
    "phase",
    "tactic",
    "starts_on",
    "ends_on",
    "area_code",
    "resource_hours",
    "cost_gbp",
    "gap_days",
    "is_open",
)
REPLACEMENT_DAYS = 21
"""Dealers are replaced in two to three weeks (seed 002): a longer gap gives the market back."""


def operations_timeline(operations: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return TIMELINE_COLUMNS by start; ``gap_days`` is the time since every earlier row of any operation had ended.

    An operation without an end is open and counts as running until the cut-off.
    """
    order = ["starts_on", "operation", "phase", "tactic", "record_ref"]
    rows = operations[operations["starts_on"] < month.end].sort_values(order, kind="stable").reset_index(drop=True)
    last_day = month.end - pd.Timedelta(days=1)
    ends = rows["ends_on"].where(rows["ends_on"] < last_day, last_day)
    covered = ends.astype("int64").cummax().astype(ends.dtype).shift(1) if len(rows) else ends
    gap = (rows["starts_on"] - covered).dt.days - 1
    is_open = rows["ends_on"].isna() | (rows["ends_on"] >= month.end)
    return rows.assign(gap_days=gap.clip(lower=0).astype("float64"), is_open=is_open)[list(TIMELINE_COLUMNS)]


def cadence(timeline: pd.DataFrame, replacement_days: float) -> pd.DataFrame:
    """Return one row: operations, gaps, median and longest gap in days, ``long_gaps`` above ``replacement_days``.

    ``replacement_days`` is the time in which dealers are replaced here, else REPLACEMENT_DAYS.
    """
    gaps = timeline.loc[timeline["gap_days"] > 0, "gap_days"]
    row = {
        "operations": timeline["operation"].nunique(), "gaps": len(gaps), "median_gap_days": gaps.median(),
        "longest_gap_days": gaps.max(), "replacement_days": replacement_days,
        "long_gaps": int((gaps > replacement_days).sum()),
    }  # fmt: skip
    return pd.DataFrame([row])


def days_since_operation(timeline: pd.DataFrame, month: Month) -> float:
    """Return whole days from the last day of any operation to the month's last; 0 while one runs, NaN if none."""
    if timeline.empty:
        return float("nan")
    if bool(timeline["is_open"].any()):
        return 0.0
    return float((month.end - pd.Timedelta(days=1) - timeline["ends_on"].max()).days)


def is_closed_on_evidence(lines: pd.DataFrame) -> pd.Series:
    """Tell for each line whether it was closed and the evidence is on record: a status alone is not a closure."""
    return lines["closed_on"].notna() & (lines["closure_evidence"] != "")


def disruptions_by_month(disruptions: pd.DataFrame) -> pd.DataFrame:
    """Return period, level, disruptions."""
    rows = disruptions.assign(period=disruptions["on"].dt.strftime("%Y-%m"))
    return rows.groupby(["period", "level"], sort=True)["disruption_ref"].nunique().rename("disruptions").reset_index()


def repeated_positives(orders: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return one row: ``people`` on a drug rehabilitation requirement, ``repeated_positive_no_breach`` among them.

    Repeated means two or more positive tests.
    Seed 003 found many never breached despite frequently testing positive. Planners only.
    """
    drr = orders[(orders["order"] == "drr") & (orders["made_on"] < month.end)]
    known = drr["test_on"].isna() | (drr["test_on"] < month.end)
    positive = known & drr["test_result"].str.casefold().str.contains("positive", regex=False)
    breached = drr["breached_on"].notna() & (drr["breached_on"] < month.end)
    flags = pd.DataFrame({"person": drr["nominal_ref"], "positive": positive, "breached": breached})
    people = flags.groupby("person", sort=True).agg(positive=("positive", "sum"), breached=("breached", "any"))
    repeated = (people["positive"] >= 2) & ~people["breached"].astype(bool)
    return pd.DataFrame([{"people": len(people), "repeated_positive_no_breach": int(repeated.sum())}])
