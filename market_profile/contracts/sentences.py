"""Sentences for the analyst: what is wrong, what is allowed, what to do; never what the cell holds, only its shape."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.columns import Column, ColumnType
from market_profile.contracts.readings import shape_of
from market_profile.settings import SourceSettings
from market_profile.terms import Reason

_NUMBERS = "Write digits with a point for decimals, such as 1,234.5, without a unit or words."
_MONEY = "Write pounds such as 10, £10.50 or 50p."
_PRICE = "Write pounds such as 10, £10.50 or 50p, or several deals as '2 for £15'."
_GRADES = (
    "In 3x5x2 the source is 1-3, the assessment A-E and the handling P or C (together such as B2P, 2BP or 2-B-P); "
    "in 5x5x5 the source is A-E, the assessment 1-5 and the handling 1-5 (together such as E41), with grade_scheme "
    "5x5x5. Correct the grade or its scheme."
)
_ROUNDED = "a spreadsheet rounded it and its last digits are lost. Export the column again as text."
_COORDINATES = "Write metres or degrees as digits. The row is accepted without its place."


def sentences(kind: str, column: Column, reason: Reason, text: pd.Series, source: SourceSettings) -> pd.Series:
    """Return one sentence a row of ``text``, the faulty cells of ``column`` with this ``reason``."""
    if reason is Reason.MISSING_REQUIRED:
        words = f"{column.name} is empty; every row needs it ({column.meaning}). Fill it in and send the row again."
        return pd.Series(words, index=text.index, dtype="str")
    return column.name + " holds " + shape_of(text) + "; " + _what_to_do(kind, column, reason, source)


def _what_to_do(kind: str, column: Column, reason: Reason, source: SourceSettings) -> str:
    if reason in {Reason.BAD_DATE, Reason.AMBIGUOUS_DATE}:
        return _about_dates(kind, column, reason, source)
    if reason is Reason.OUT_OF_RANGE:
        return _about_range(kind, column)
    if reason is Reason.UNKNOWN_VALUE:
        return _about_values(kind, column)
    if reason is Reason.BAD_NUMBER:
        if column.type is ColumnType.TEXT:
            return _ROUNDED
        is_price = column.name == "price_gbp"
        advice = (_PRICE if is_price else _MONEY) if column.type is ColumnType.MONEY else _NUMBERS
        whole = " It must be a whole number." if column.type is ColumnType.INTEGER else ""
        return f"it cannot be read exactly as a number. {advice}{whole}"
    if reason is Reason.UNKNOWN_UNIT:
        return (
            "it is not a unit of data/units.csv. Correct it, map it in area.toml "
            f'([sources.{kind}] values = {{ {column.name} = {{ "theirs" = "g" }} }}) or add it to the table.'
        )
    if reason is Reason.BAD_GRADE:
        return f"it is not a grade of its scheme. {_GRADES}"
    return f"it is not a coordinate. {_COORDINATES}"


def _about_dates(kind: str, column: Column, reason: Reason, source: SourceSettings) -> str:
    if column.type is ColumnType.MONTH:
        return "it is not a month. Write YYYY-MM, such as 2019-02."
    declare = f'declare the order in area.toml ([sources.{kind}] date_format = "%d/%m/%Y").'
    if reason is Reason.AMBIGUOUS_DATE:
        return f"it has more than one reading (day or month first, or the century). Write ISO 8601 or {declare}"
    allowed = "ISO 8601, such as 2019-03-04 or 2019-03-04T18:30"
    if source.date_format:
        return (
            f"it is not a date that exists in the declared format {source.date_format}. Allowed are that and {allowed}."
        )
    return f"it is not a date that exists in an allowed form. Allowed is {allowed}; for another form {declare}"


def _about_range(kind: str, column: Column) -> str:
    if column.type in {ColumnType.DATE, ColumnType.TIME}:
        return "the year lies outside 1900 to 2100. Correct it; leave an open end blank."
    allowed = f"allowed is {_number(column.minimum)} to {_number(column.maximum)} {column.unit}".rstrip()
    if column.type is ColumnType.PERCENT:
        return (
            f"{allowed}, and a bare value above 0 and up to 1 may be a fraction. Write 40 for 40 %, or 0.4% where less "
            f'than one per cent is meant, or declare [sources.{kind}] units = {{ {column.name} = "fraction" }}.'
        )
    return f"{allowed}. Correct the figure or its unit."


def _about_values(kind: str, column: Column) -> str:
    map_it = f'map it in area.toml ([sources.{kind}] values = {{ {column.name} = {{ "theirs" = "ours" }} }})'
    if column.type in {ColumnType.DRUG, ColumnType.DRUGS}:
        several = " Separate several drugs by |." if column.type is ColumnType.DRUGS else ""
        return (
            f"it names no drug of data/drugs.csv or data/street_names.csv.{several} Correct it, {map_it} or add it to "
            "the table."
        )
    allowed = ", ".join(column.allowed.values()) if column.allowed else "Y and N"
    return f"allowed are {allowed}. Correct it or {map_it}."


def _number(value: float | None) -> str:
    return "any" if value is None else f"{value:,.10g}"
