"""Clear, Hold, Build: in the first two phases more reporting is an aim, so a rise in reports is no failure.

The national approach expects reporting to rise at first as confidence grows (seed 004). Reports here are those that
residents make: anti-social behaviour and calls from the community, in the areas that the operation names.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.intervals import poisson_ratio
from market_profile.periods import Month
from market_profile.terms import Described

REPORTS = ("asb_report", "community_call")
WINDOW_DAYS = 90.0
MINIMUM_DAYS = 28.0
COLUMNS = (
    "operation", "phase", "phase_since", "areas", "days", "reports_before", "reports_after", "ratio", "ratio_low",
    "ratio_high", "reading",
)  # fmt: skip


class Phase(Described):
    """A phase of Clear, Hold, Build."""

    CLEAR = "clear", "the group is pursued and removed"
    HOLD = "hold", "the place is kept so while residents' confidence returns"
    BUILD = "build", "residents and services make the place resilient"


class Reading(Described):
    """How a change in reports is to be read, given the phase."""

    TOO_FEW = "too few", "The phase is too young, or reports are too few, to compare."
    EXPECTED_RISE = (
        "rise expected",
        "More reporting is expected in this phase as confidence grows: it is not read as failure.",
    )
    RISE_IN_BUILD = (
        "rise in build",
        "Reports rose. By this phase they should settle: ask residents whether it is harm or confidence.",
    )
    STEADY = "no clear change", "Reports did not change by more than chance allows."
    FELL = (
        "fall to be asked about",
        "Reports fell. In this phase a fall can mean less harm or less confidence to report: ask residents.",
    )
    FALL_IN_BUILD = "fall in build", "Reports fell, as this phase hopes; the survey says whether residents agree."


def clear_hold_build(tables: Tables, month: Month) -> pd.DataFrame:
    """Return COLUMNS, one row an operation with clear, hold or build phases: its phase and reports in its areas.

    The last 90 days of the phase it is in (fewer in a young phase) against as many days before its first day.
    """
    operations = tables.get("operations")
    phase = operations["phase"].str.casefold().str.strip()
    rows = operations.assign(phase=phase)[phase.isin(Phase.values()) & (operations["starts_on"] < month.end)]
    harm = tables.get("harm_events")
    reports = harm[harm["harm"].isin(REPORTS) & (harm["area_code"] != "") & (harm["occurred_at"] < month.end)]
    found = [_row(str(name), part, reports, month) for name, part in rows.groupby("operation", sort=True)]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _row(operation: str, rows: pd.DataFrame, reports: pd.DataFrame, month: Month) -> dict[str, object]:
    ordered = rows.sort_values(["starts_on", "record_ref"], kind="stable")
    now, start = ordered.iloc[-1], ordered["starts_on"].iloc[0]
    areas = sorted(set(rows["area_code"]) - {""})
    near = reports[reports["area_code"].isin(areas)]
    day = pd.Timedelta(days=1)
    reach = (start - reports["occurred_at"].min()) / day if len(reports) else 0.0
    days = float(np.floor(max(0.0, min(WINDOW_DAYS, reach, (month.end - now["starts_on"]) / day))))
    at = near["occurred_at"]
    before = int(((at >= start - days * day) & (at < start)).sum())
    after = int((at >= month.end - days * day).sum())
    ratio = poisson_ratio(after, days, before, days)
    return {
        "operation": operation, "phase": now["phase"], "phase_since": now["starts_on"], "areas": len(areas),
        "days": days, "reports_before": before, "reports_after": after, "ratio": ratio.ratio,
        "ratio_low": ratio.low, "ratio_high": ratio.high,
        "reading": str(_reading(str(now["phase"]), days, before + after, ratio.low, ratio.high)),
    }  # fmt: skip


def _reading(phase: str, days: float, reports: int, low: float, high: float) -> Reading:
    is_build = phase == Phase.BUILD
    if days < MINIMUM_DAYS or reports < 10:
        return Reading.TOO_FEW
    if low > 1:
        return Reading.RISE_IN_BUILD if is_build else Reading.EXPECTED_RISE
    if high < 1:
        return Reading.FALL_IN_BUILD if is_build else Reading.FELL
    return Reading.STEADY
