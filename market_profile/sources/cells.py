"""A spreadsheet's typed cell as the text that an export would hold."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta


def cell_text(value: object) -> str:
    """Return a cell as the text an export would hold: ISO 8601 dates, plain numbers of at most 15 digits.

    Example:
        >>> cell_text(3.0), cell_text(0.1 + 0.2), cell_text(date(2018, 10, 1))
        ('3', '0.3', '2018-10-01')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if not value.microsecond else "microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"
