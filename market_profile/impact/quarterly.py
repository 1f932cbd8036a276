"""A quarterly crime table as it stands in a slide: read with its dirt, every repair named, nothing guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from market_profile.errors import InputRefused

_QUARTERS = {("jan", "mar"): 1, ("apr", "jun"): 4, ("jul", "sep"): 7, ("oct", "dec"): 10}
_DASHES = re.compile(r"\s*[-–—]\s*")


@dataclass(frozen=True)
class QuarterlyTable:
    """``counts``: period_start, period_end, offence_group, count. ``notes`` name each repair and each gap."""

    counts: pd.DataFrame
    notes: tuple[str, ...]


def read_quarterly(text: str) -> QuarterlyTable:
    """Return the tab-separated quarterly table in ``text``: a row of quarters, a row of years, then rows of counts.

    Read: en dashes, ``Sept``, thousands commas, two-digit years. A year that breaks the order of quarters is read
    with its digits exchanged where that alone restores the order (``80`` for ``08``); anything else is refused.
    """
    rows = [[cell.strip() for cell in line.split("\t")] for line in text.splitlines()]
    heads = [place for place, row in enumerate(rows) if sum(_first_month(cell) is not None for cell in row) >= 2]
    if not heads or heads[0] + 1 >= len(rows):
        raise InputRefused("no row of quarters such as 'Jan-Mar' followed by a row of years was found")
    months = [_first_month(cell) for cell in rows[heads[0]]]
    places = [place for place, month in enumerate(months) if month is not None]
    years = [rows[heads[0] + 1][place] for place in places]
    starts, notes = _starts([months[place] or 0 for place in places], years)
    parts = []
    for row in rows[heads[0] + 2 :]:
        if len(row) <= max(places) or not row[0]:
            break
        numbers = [int(row[place].replace(",", "")) for place in places]
        ends = [start + pd.DateOffset(months=3) - pd.Timedelta(days=1) for start in starts]
        parts.append(
            pd.DataFrame({"period_start": starts, "period_end": ends, "offence_group": row[0], "count": numbers})
        )
    if not parts:
        raise InputRefused("the quarterly table has no rows of counts")
    return QuarterlyTable(pd.concat(parts, ignore_index=True), (*notes, *_gaps(starts)))


def _first_month(cell: str) -> int | None:
    parts = [part[:3].lower() for part in _DASHES.split(cell)]
    return _QUARTERS.get((parts[0], parts[1])) if len(parts) == 2 else None


def _starts(months: list[int], years: list[str]) -> tuple[list[pd.Timestamp], list[str]]:
    starts: list[pd.Timestamp] = []
    notes = []
    for month, written in zip(months, years, strict=True):
        options = [written] if written == written[::-1] else [written, written[::-1]]
        dates = [pd.Timestamp(2000 + int(option), month, 1) for option in options]
        fitting = [date for date in dates if not starts or 0 < (date - starts[-1]).days <= 190]
        if not fitting:
            raise InputRefused(f"the year {written!r} of column {len(starts) + 1} breaks the order of quarters")
        if fitting[0] != dates[0]:
            notes.append(f"year '{written}' of column {len(starts) + 1} read as '{written[::-1]}'")
        starts.append(fitting[0])
    return starts, notes


def _gaps(starts: list[pd.Timestamp]) -> list[str]:
    expected = pd.date_range(starts[0], starts[-1], freq="QS-JAN")
    missing = expected.difference(pd.DatetimeIndex(starts))
    return [f"quarter from {start:%Y-%m-%d} is missing" for start in missing]
