"""Reading one declared column of text: which reader its type asks for, and its plausible range."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from market_profile.contracts.columns import Column, ColumnType
from market_profile.contracts.parse_codes import read_codes, read_flags, read_lists
from market_profile.contracts.parse_dates import read_dates, read_months, read_times
from market_profile.contracts.parse_drugs import read_drug_lists, read_drugs
from market_profile.contracts.parse_numbers import read_integers, read_money, read_numbers, read_percentages
from market_profile.contracts.parse_units import read_units
from market_profile.contracts.readings import Reading, no_reasons, reasons
from market_profile.settings import SourceSettings
from market_profile.terms import Reason

Reader = Callable[[Column, pd.Series, SourceSettings], Reading]


def read_column(column: Column, text: pd.Series, source: SourceSettings) -> Reading:
    """Return the typed values of trimmed ``text`` and a reason where a cell is faulty (its value is then missing)."""
    reading = _READERS[column.type](column, text, source)
    return in_range(column, reading)


_REFERENCES = ("_ref", "_key", "_no", "urn", "phone")
"""How columns end that tell one thing from another by every digit."""
_ROUNDED = r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}|[0-9]+\.0"
"""What a program that takes them for numbers makes of references: 447700900123 becomes 4.47701E+11, as do all numbers
near it, and 01 becomes 1.0, which is another reference than 1."""


def _text(column: Column, text: pd.Series, source: SourceSettings) -> Reading:
    if not column.name.endswith(_REFERENCES):
        return Reading(text, no_reasons(text.index), is_clean=True)
    is_rounded = text.str.fullmatch(_ROUNDED)
    if not is_rounded.any():
        return Reading(text, no_reasons(text.index), is_clean=True)
    return Reading(text.mask(is_rounded, ""), reasons(text, is_rounded, Reason.BAD_NUMBER))


def _code(column: Column, text: pd.Series, source: SourceSettings) -> Reading:
    return _text(column, text, source) if column.allowed is None else read_codes(text, column.allowed)


def _percent(column: Column, text: pd.Series, source: SourceSettings) -> Reading:
    return read_percentages(text, is_fraction=source.units.get(column.name) == "fraction")


def _date(column: Column, text: pd.Series, date_format: str | None) -> Reading:
    """Return dates; a birth in a year of two digits up to 68 may be of either century, whatever the format declares."""
    reading = read_dates(text, date_format)
    if not column.name.endswith("date_of_birth") or "%y" not in (date_format or ""):
        return reading
    is_either = reading.values.dt.year.ge(_EITHER_FROM) & ~text.str.fullmatch(_WHOLE_YEAR)
    if not is_either.any():
        return reading
    reason = reading.reason.mask(is_either, Reason.AMBIGUOUS_DATE.value)
    return Reading(reading.values.mask(is_either), reason)


def _coordinate(column: Column, text: pd.Series, source: SourceSettings) -> Reading:
    reading = read_numbers(text)
    return (
        reading
        if reading.is_clean
        else Reading(reading.values, reading.reason.mask(reading.reason != "", Reason.BAD_COORDINATE.value))
    )


_EITHER_FROM = 2000
"""Two digits are read as 1969 to 2068 (POSIX), so that somebody born in 1960 would be born in 2060."""
_WHOLE_YEAR = r"[0-9]{4}-.*|[0-9]{8}.*"
"""ISO 8601, which is read beside any declared format."""


_READERS: dict[ColumnType, Reader] = {
    ColumnType.TEXT: _text,
    ColumnType.GRADE: _text,
    ColumnType.LIST: lambda column, text, source: read_lists(text),
    ColumnType.CODE: _code,
    ColumnType.DATE: lambda column, text, source: _date(column, text, source.date_format),
    ColumnType.TIME: lambda column, text, source: read_times(text, source.date_format),
    ColumnType.NUMBER: lambda column, text, source: read_numbers(text),
    ColumnType.INTEGER: lambda column, text, source: read_integers(text),
    ColumnType.MONEY: lambda column, text, source: read_money(text),
    ColumnType.FLAG: lambda column, text, source: read_flags(text),
    ColumnType.MONTH: lambda column, text, source: read_months(text),
    ColumnType.DRUG: lambda column, text, source: read_drugs(text),
    ColumnType.DRUGS: lambda column, text, source: read_drug_lists(text),
    ColumnType.UNIT: lambda column, text, source: read_units(text),
    ColumnType.PERCENT: _percent,
    ColumnType.COORDINATE: _coordinate,
}


def in_range(column: Column, reading: Reading) -> Reading:
    """Return ``reading`` with values outside the column's plausible range set aside as ``out_of_range``."""
    if column.minimum is None and column.maximum is None:
        return reading
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    numbers = reading.values.to_numpy(dtype="float64", na_value=np.nan)
    is_outside = (numbers < low) | (numbers > high)
    if not is_outside.any():
        return reading
    outside = pd.Series(is_outside, index=reading.values.index)
    return Reading(reading.values.mask(outside), reading.reason.mask(outside, Reason.OUT_OF_RANGE.value))
