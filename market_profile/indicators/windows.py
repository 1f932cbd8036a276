"""Periods of a figure: single months and rolling years, as copies of records labelled with their period."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.periods import Month, month_texts

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
    return frame.iloc[_between(frame[time], month.plus(1 - YEAR_MONTHS), month)]


def by_period(frame: pd.DataFrame, time: str, month: Month) -> pd.DataFrame:
    """Return copies of the rows with a column ``period``.

    Each row stands once under its month (the last HISTORY_MONTHS) and once under each of three rolling years that
    hold it: those that end now, a month ago and a year ago. Rows after the cut-off or without a time are left out.
    """
    ends = (month, month.previous(), month.plus(-YEAR_MONTHS))
    recent = _between(frame[time], month.plus(1 - HISTORY_MONTHS), month)
    years = [_between(frame[time], end.plus(1 - YEAR_MONTHS), end) for end in ends]
    labels = [np.full(len(rows), year_label(end), dtype=object) for rows, end in zip(years, ends, strict=True)]
    period = np.concatenate([month_texts(frame[time].iloc[recent]), *labels])
    rows = frame.iloc[np.concatenate([recent, *years])].reset_index(drop=True)
    return rows.assign(period=pd.Series(period, dtype="str"))


def _between(at: pd.Series, first: Month, last: Month) -> NDArray[np.intp]:
    """Return the places of the times from the start of ``first`` to the end of ``last``."""
    return np.flatnonzero((at >= first.start) & (at < last.end))
