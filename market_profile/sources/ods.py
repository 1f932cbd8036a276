"""OpenDocument spreadsheets (.ods): one sheet of content.xml read within limits, before any repeat is written out.

An .ods states runs of equal rows and cells by a count, so a few bytes may stand for a thousand million cells: the
counts are bounded here, and blank runs at the end of a row or sheet are not written out at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from market_profile.sources.cells import cell_text
from market_profile.sources.refusal import EMPTY, TOO_LARGE, UNREADABLE, UNSAFE, FileRefused
from market_profile.sources.workbook_parts import MAX_SHARED_TEXT, vetted_members

LARGEST_CONTENT = 64 * 1024**2
"""Bytes of content.xml; a form or a list of some 100,000 rows. Larger extracts come as CSV or Parquet."""
MOST_CELLS = 4_000_000
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ERROR = re.compile(r"#(REF|N/A|VALUE|DIV/0|NAME|NUM|NULL)[!?]?|(Err|Fehler|Fout):[0-9]{3}")
_ERROR_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
Row = list[str]


class OdsBook:
    """The sheets of an .ods by name; ``rows`` reads one. Refuses bombs, entities, passwords and broken files."""

    def __init__(self, path: Path) -> None:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import fromstring

        content = vetted_members(path, "content.xml").get("content.xml", b"")
        if not content:
            raise FileRefused(UNREADABLE, "is not a whole OpenDocument spreadsheet; save it again as .ods")
        if len(content) > LARGEST_CONTENT:
            raise FileRefused(TOO_LARGE, "is too large for a spreadsheet; export it as CSV or Parquet")
        try:
            tree = fromstring(content, forbid_dtd=True)
        except DefusedXmlException:
            raise FileRefused(UNSAFE, "is a spreadsheet with entity declarations; refused") from None
        except (SyntaxError, ValueError):
            raise FileRefused(UNREADABLE, "is not a whole OpenDocument spreadsheet; save it again as .ods") from None
        sheets = tree.findall(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table")
        self._sheets = {sheet.get(f"{_TABLE}name", ""): sheet for sheet in sheets}
        hidden = _hidden_styles(tree)
        self.shown = [name for name, sheet in self._sheets.items() if sheet.get(f"{_TABLE}style-name") not in hidden]
        if len(self._sheets) != len(sheets):
            raise FileRefused(UNREADABLE, "has two sheets of one name; save it again as .ods")
        if not sheets:
            raise FileRefused(EMPTY, "has no sheet; save it again as .ods")

    @property
    def names(self) -> list[str]:
        """The names of all sheets, hidden ones too."""
        return list(self._sheets)

    def rows(self, name: str) -> tuple[list[Row], list[int], list[int]]:
        """Return the sheet's filled rows, the sheet row of each (1 first), and those that show an error."""
        rows: list[Row] = []
        lines: list[int] = []
        errors: list[int] = []
        line = cells = letters = 0
        for element in _rows_of(self._sheets[name]):
            times = _times(element, "number-rows-repeated")
            row, is_error = _cells_of(element)
            if any(cell.strip() for cell in row) or is_error:
                cells += times * len(row)
                letters += times * sum(map(len, row))
                if cells > MOST_CELLS or letters > MAX_SHARED_TEXT:
                    raise FileRefused(TOO_LARGE, "is a spreadsheet with too many cells; delete empty rows, or use CSV")
                rows.extend([row] * times)
                lines.extend(range(line + 1, line + times + 1))
                errors.extend(range(line + 1, line + times + 1) if is_error else ())
            line += times
        width = max(map(len, rows), default=0)
        if width * len(rows) > MOST_CELLS:
            raise FileRefused(TOO_LARGE, "is a spreadsheet with far-off cells; delete them, or use CSV")
        return [row + [""] * (width - len(row)) for row in rows], lines, errors


def _hidden_styles(tree: Element) -> frozenset[str | None]:
    styles = tree.iter(f"{_STYLE}style")
    return frozenset(
        style.get(f"{_STYLE}name")
        for style in styles
        for properties in style.findall(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    )


def _rows_of(sheet: Element) -> Iterator[Element]:
    """Yield the sheet's own rows in order, those of groups and headers too; not those of tables inside a cell."""
    for element in sheet:
        if element.tag == f"{_TABLE}table-row":
            yield element
        elif element.tag in (f"{_TABLE}table-rows", f"{_TABLE}table-header-rows", f"{_TABLE}table-row-group"):
            yield from _rows_of(element)


def _cells_of(row: Element) -> tuple[Row, bool]:
    """Return the row's cells as text without blank ones at its end, and whether a cell shows an error."""
    cells: Row = []
    blank = 0
    is_error = False
    for element in row:
        if element.tag not in _CELLS:
            continue
        times, text = _times(element, "number-columns-repeated"), _cell_text(element)
        is_error = is_error or _is_error(element, text)
        if not text:
            blank += times
            continue
        if len(cells) + blank + times > MOST_CELLS:
            raise FileRefused(TOO_LARGE, "is a spreadsheet with far-off cells; delete them, or use CSV")
        cells.extend([""] * blank + [text] * times)
        blank = 0
    return cells, is_error


def _is_error(cell: Element, text: str) -> bool:
    """Tell whether a cell shows an error, or holds a formula without a stored value."""
    if cell.get(_ERROR_TYPE) == "error":
        return True
    if cell.get(f"{_TABLE}formula") is None:
        return False
    shown = "".join(_words(paragraph) for paragraph in cell.findall(f"{_TEXT}p"))
    return _ERROR.fullmatch(shown) is not None or (not text and cell.get(f"{_OFFICE}value-type") is None)


def _cell_text(cell: Element) -> str:
    """Return a cell as the text an export would hold: its stored value, dates in ISO 8601."""
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "currency", "percentage"):
        stated = cell.get(f"{_OFFICE}value", "")
        try:
            return _as_shown(cell_text(float(stated)), cell)
        except ValueError:
            return stated
    if kind in ("date", "time", "boolean"):
        return cell.get(f"{_OFFICE}{kind}-value", "")
    stated = cell.get(f"{_OFFICE}string-value", "")
    return stated or "\n".join(_words(paragraph) for paragraph in cell.findall(f"{_TEXT}p"))


def _as_shown(number: str, cell: Element) -> str:
    """Return a whole number with the leading zeros that the sheet shows: 00123 is another reference than 123."""
    shown = "".join(_words(paragraph) for paragraph in cell.findall(f"{_TEXT}p"))
    is_same = shown.isascii() and shown.isdigit() and shown.lstrip("0") == number.lstrip("0")
    return shown if is_same else number


def _words(element: Element) -> str:
    """Return the text of a paragraph; a run of spaces, a tab and a line break are elements of their own."""
    parts = [element.text or ""]
    for inner in element:
        if inner.tag == f"{_TEXT}s":
            stated = inner.get(f"{_TEXT}c", "1")
            parts.append(" " * (min(int(stated), 1000) if re.fullmatch("[0-9]{1,9}", stated) else 1))
        elif inner.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            parts.append("\t" if inner.tag.endswith("tab") else "\n")
        elif inner.tag != f"{_OFFICE}annotation":
            parts.append(_words(inner))
        parts.append(inner.tail or "")
    return "".join(parts)


def _times(element: Element, name: str) -> int:
    stated = element.get(f"{_TABLE}{name}", "1")
    if not stated.isascii() or not stated.isdigit() or not 1 <= int(stated[:12]) <= 2**24:
        raise FileRefused(UNSAFE, "is a spreadsheet with impossible repeats; refused")
    return int(stated)
