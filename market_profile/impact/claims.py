"""Claims register: what was claimed, of whom, over which window, from where, and whether it can be reproduced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd

from market_profile.impact.costs import published_cost, saving
from market_profile.reference import reference_table
from market_profile.terms import Described

COLUMNS = (
    "claim_id", "claim", "outcome", "population", "window", "source", "claimed", "unit", "found", "status", "choices",
)  # fmt: skip


class ClaimStatus(Described):
    """Whether a published claim could be reproduced."""

    REPRODUCED = "reproduced", "the declared comparison gives the claimed figure"
    NOT_REPRODUCED = "not reproduced", "the declared comparison gives another figure"
    UNCLEAR = "unclear", "the records needed are not there, or the claim does not say what it compares"


@cache
def claims_register() -> pd.DataFrame:
    """Return COLUMNS for each claim of data/claims.csv, checked against what was published with it.

    Nothing but the package's own tables enters, so it is worked out once a process; the frame is not to be changed.

    Changes are worked out from data/published_counts.csv, never from another area's records; a claim on windows that
    those do not hold in full is *unclear*. Claims that rest on other published figures are checked by arithmetic.
    """
    return _checked(reference_table("claims"), published_counts())


def published_counts() -> pd.DataFrame:
    """Return period_start, period_end, offence_group, count of data/published_counts.csv, typed."""
    table = reference_table("published_counts")
    days = {name: pd.to_datetime(table[name]) for name in ("period_start", "period_end")}
    return table.assign(**days, count=table["count"].astype("int64"))[[*days, "offence_group", "count"]]


def own_claims(claims: pd.DataFrame, crime_counts: pd.DataFrame) -> pd.DataFrame:
    """Return COLUMNS for the area's claims (decisions/claims.csv), with ``declared``: the status a person gave.

    A claim that names offence groups and two windows is worked out from ``crime_counts``; without them its status is
    the declared one.
    """
    given = claims.rename(columns={"id": "claim_id", "claimed_pct": "claimed"})
    rows = given.assign(unit="%", test="change", parts="", tolerance="0.5")
    checked = _checked(rows, crime_counts)
    declared = claims["reproduced"].reset_index(drop=True)
    is_found = checked["found"].notna()
    return checked.assign(status=checked["status"].where(is_found, declared), declared=declared)


def change_between(crime_counts: pd.DataFrame, groups: tuple[str, ...], before: str, after: str) -> float:
    """Return the change in per cent of several groups added, between two windows; NaN without either in full.

    Windows are those of ``window_count``.
    """
    first, second = (window_count(crime_counts, groups, window) for window in (before, after))
    return float(100 * (second / first - 1)) if first > 0 else float("nan")


def window_count(crime_counts: pd.DataFrame, groups: tuple[str, ...], window: str) -> float:
    """Return the counts of ``groups`` added over a window; NaN where any day of it is missing for any group.

    ``window`` is a financial year (2006/07), a calendar year (2018), a month (2018-03) or months (2018-01..2018-06).
    """
    span = window_span(window)
    if span is None or not groups:
        return float("nan")
    inside = crime_counts[
        crime_counts["offence_group"].isin(groups)
        & (crime_counts["period_start"] >= span[0])
        & (crime_counts["period_end"] < span[1])
    ]
    days = (inside["period_end"] - inside["period_start"]).dt.days + 1
    covered = days.groupby(inside["offence_group"], sort=True).sum().reindex(list(groups)).fillna(0)
    is_whole = bool((covered == (span[1] - span[0]).days).all())
    return float(inside["count"].astype(float).sum()) if is_whole else float("nan")


def window_span(window: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first day of a window and the first day after it; None for words that are no window.

    Example:
        >>> [str(day.date()) for day in window_span("2006/07")]
        ['2006-04-01', '2007-04-01']
    """
    text = window.strip()
    if re.fullmatch(r"\d{4}/\d{2}", text):
        return pd.Timestamp(f"{text[:4]}-04-01"), pd.Timestamp(f"{int(text[:4]) + 1}-04-01")
    if re.fullmatch(r"\d{4}", text):
        return pd.Timestamp(f"{text}-01-01"), pd.Timestamp(f"{int(text) + 1}-01-01")
    found = re.fullmatch(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:\.\.(\d{4}-(?:0[1-9]|1[0-2])))?", text)
    if found is None:
        return None
    return pd.Timestamp(f"{found[1]}-01"), pd.Timestamp(f"{found[2] or found[1]}-01") + pd.DateOffset(months=1)


def _checked(claims: pd.DataFrame, crime_counts: pd.DataFrame) -> pd.DataFrame:
    rows = claims.reset_index(drop=True).copy()
    rows["found"] = pd.Series([_found(row, crime_counts) for row in rows.to_dict("records")], dtype="float64")
    rows["claimed"] = pd.to_numeric(rows["claimed"], errors="coerce")
    close = (rows["found"] - rows["claimed"]).abs() <= pd.to_numeric(rows["tolerance"], errors="coerce")
    status = np.where(close, str(ClaimStatus.REPRODUCED), str(ClaimStatus.NOT_REPRODUCED))
    is_checked = rows["found"].notna() & rows["claimed"].notna()
    rows["status"] = pd.Series(np.where(is_checked, status, str(ClaimStatus.UNCLEAR)), dtype="str")
    return rows[list(COLUMNS)]


def _found(claim: Mapping[object, str], crime_counts: pd.DataFrame) -> float:
    test = _TESTS.get(claim["test"])
    return float("nan") if test is None else test(claim, crime_counts)


def _change(claim: Mapping[object, str], crime_counts: pd.DataFrame) -> float:
    groups = tuple(part for part in claim["offence_groups"].split("|") if part)
    return change_between(crime_counts, groups, claim["from_window"], claim["to_window"])


def _ratio(claim: Mapping[object, str], crime_counts: pd.DataFrame) -> float:
    top, bottom = (float(part) for part in claim["parts"].split("|"))
    return top / bottom


def _saving(claim: Mapping[object, str], crime_counts: pd.DataFrame) -> float:
    total, reduction = (float(part) for part in claim["parts"].split("|"))
    return saving(total, reduction)


def _cost(claim: Mapping[object, str], crime_counts: pd.DataFrame) -> float:
    count, group, table = claim["parts"].split("|")
    return int(count) * published_cost(group, table)


_TESTS: dict[str, Callable[[Mapping[object, str], pd.DataFrame], float]] = {
    "change": _change,
    "ratio": _ratio,
    "saving": _saving,
    "cost": _cost,
}
"""How a claim is worked out: from crime counts, or from other published figures in its ``parts``."""
