"""Numbers that a workbook shows with leading zeros: 123 in the format ``00000`` is the reference 00123."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from market_profile.sources.refusal import UNREADABLE, FileRefused
from market_profile.sources.workbook_cells import column_number

_ZEROS = re.compile("0{2,30}")
_FORMULA = rb"(?:<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*)?"
_NUMBER = rb"<(?:\w+:)?v(?: [^<>]*)?>\s*([0-9]{1,15})(?:\.0+)?\s*<"
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_TYPE = re.compile(rb'\bt="(?!n")')
_UNUSUAL = "is a workbook of an unusual writer; save it again as .xlsx"


def zeros_by_style(styles: bytes) -> dict[int, int]:
    """Return how many digits are shown at least, by the number of the cell style, for formats of zeros alone."""
    from defusedxml.ElementTree import ParseError, fromstring

    if b"00" not in styles:
        return {}
    try:
        root = fromstring(styles)
    except ParseError:
        raise FileRefused(UNREADABLE, "is a workbook whose styles cannot be read; save it again as .xlsx") from None
    digits = {
        one.get("numFmtId"): len(code)
        for one in root.iter()
        if one.tag.endswith("}numFmt") and _ZEROS.fullmatch(code := str(one.get("formatCode")).partition(";")[0])
    }
    lists = [one for one in root if one.tag.endswith("}cellXfs")]
    used = [form.get("numFmtId") for form in lists[0]] if lists else []
    return {number: digits[form] for number, form in enumerate(used) if form in digits}


def show_leading_zeros(rows: list[list[str]], lines: Sequence[int], sheet: bytes, styles: bytes) -> None:
    """Give the whole numbers in ``rows`` (at ``lines`` of the sheet's XML) the leading zeros that the sheet shows.

    FileRefused where such a cell does not say its place.
    """
    digits = zeros_by_style(styles)
    if not digits:
        return
    row_at = {line: number for number, line in enumerate(lines)}
    for line, column, number, least in _shown(sheet, digits):
        row = rows[row_at[line]] if line in row_at else []
        if column <= len(row) and row[column - 1] == str(int(number)):
            row[column - 1] = number.zfill(least)


def _shown(sheet: bytes, digits: dict[int, int]) -> Iterator[tuple[int, int, str, int]]:
    """Return line, column, digits and how many are shown at least, of each whole number in such a format."""
    listed = "|".join(map(str, digits)).encode()
    if re.search(rb"\bs='(?:" + listed + rb")'", sheet):
        raise FileRefused(UNREADABLE, _UNUSUAL)
    cells = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bs="(' + listed + rb')")([^>]*)>\s*' + _FORMULA + _NUMBER)
    for found in cells.finditer(sheet):
        style, attributes, number = found.groups()
        if _TYPE.search(attributes):
            continue
        place = _PLACE.search(attributes)
        if place is None:
            raise FileRefused(UNREADABLE, _UNUSUAL)
        yield int(place[2]), column_number(place[1]), number.decode(), digits[int(style)]
