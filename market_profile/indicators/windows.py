"""Periods of a figure: single months and rolling years, as copies of records labelled with their period."""

from __future__ import annotations

import pandas as pd

from market_profile.periods import Month

HISTORY_MONTHS = 24
"""Months shown one by one: two years, so that a month can be read against the same month a year ago."""

YEAR_MONTHS = 12
"""Length of the rolling window, as partner editions require (TRUST.md 4)."""


def year_label(month: Month) -> str:
    """Return the label of the rolling year that ends with ``month``.

    Example:
        >>> year_label(Month("2019-02"))
        '2018-03..2019-02'
    """
    return f"{month.plus(1 - YEAR_MONTHS).text}..{month.text}"


def in_year(frame: pd.DataFrame, time: str, month: Month) -> pd.DataFrame:
    """Return the rows whose ``time`` lies in the rolling year that ends with ``month``."""
    start = month.plus(1 - YEAR_MONTHS).start
    return frame[(frame[time] >= start) & (frame[time] < month.end)]


def by_period(frame: pd.DataFrame, time: str, month: Month) -> pd.DataFrame:
    """Return copies of the rows with a column ``period``.

    Each row stands once under its month (the last HISTORY_MONTHS) and once under each of three rolling years that
    hold it: those that end now, a month ago and a year ago. Rows after the cut-off or without a time are left out.
    """
    start = month.plus(1 - HISTORY_MONTHS).start
    recent = frame[(frame[time] >= start) & (frame[time] < month.end)]
    parts = [recent.assign(period=recent[time].dt.strftime("%Y-%m"))]
    for end in (month, month.previous(), month.plus(-YEAR_MONTHS)):
        parts.append(in_year(frame, time, end).assign(period=year_label(end)))
    return pd.concat(parts, ignore_index=True)
