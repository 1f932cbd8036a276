"""Checks across the columns of a row, made from column names and run on whole typed frames."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from market_profile.terms import Reason

RowCheck = Callable[[pd.DataFrame], pd.DataFrame]
FAULT_COLUMNS = ["row", "column", "reason", "sentence"]


def fault_frame(rows: pd.Index, column: str, reason: Reason, sentence: str) -> pd.DataFrame:
    """Return faults (row, column, reason, sentence) with one sentence for all ``rows`` (index labels)."""
    frame = pd.DataFrame({"row": rows})
    return frame.assign(column=column, reason=str(reason), sentence=sentence)


def not_before(later: str, earlier: str, *, by_day: bool = False) -> RowCheck:
    """Return a check that ``later`` does not lie before ``earlier`` (both dates; by calendar day where ``by_day``)."""
    sentence = f"{later} lies before {earlier}; the later of the two cannot come first. Correct one of them."

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of which the later date comes first."""
        first = frame[earlier].dt.normalize() if by_day else frame[earlier]
        return fault_frame(frame.index[frame[later] < first], later, Reason.CONTRADICTION, sentence)

    return check


def at_most(smaller: str, larger: str) -> RowCheck:
    """Return a check that the number in ``smaller`` does not exceed that in ``larger``."""
    sentence = f"{smaller} is more than {larger}; it is part of it. Check both figures, they may be swapped."

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of which the part exceeds the whole."""
        return fault_frame(frame.index[frame[smaller] > frame[larger]], smaller, Reason.CONTRADICTION, sentence)

    return check


def differ(column: str, other: str) -> RowCheck:
    """Return a check that ``column`` and ``other`` do not name the same thing."""
    sentence = f"{column} and {other} are the same; a link joins two people. Correct one of them."

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that name one thing twice."""
        same = (frame[column] != "") & (frame[column] == frame[other])
        return fault_frame(frame.index[same], column, Reason.CONTRADICTION, sentence)

    return check


def born_before(birth: str, time: str) -> RowCheck:
    """Return a check that nobody is born after the day of the record (``time``)."""
    sentence = f"{birth} lies after {time}; nobody acts before being born. Correct one of them, or leave it blank."

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of people born after the record."""
        return fault_frame(frame.index[frame[birth] > frame[time]], birth, Reason.CONTRADICTION, sentence)

    return check
