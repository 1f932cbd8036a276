"""Where the cells of a sheet stand, and which of them a reader would silently blank or drop.

The usual writers give every cell its place in one form, which a few patterns read as fast as the sheet is unpacked.
Any other form (no places, other quotation marks, comments) is walked element by element, up to a size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from market_profile.sources.refusal import TOO_LARGE, UNREADABLE, FileRefused

MOST_WALKED = 400_000
"""Cells of a sheet in an unusual form, walked at about 4 µs each."""
_OTHER = rb'(?: (?:s|t|cm|vm|ph)="[^"<>]*")*'
_CELL = re.compile(rb"<(?:\w+:)?c" + _OTHER + rb' r="([A-Z]{1,3})([0-9]{1,7})"' + _OTHER + rb"\s*/?>")
_OPENED = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="[A-Z]{1,3}([0-9]{1,7})"')
_FORMULA = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
_OPENED_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_STORED = re.compile(_FORMULA + rb"<(?:\w+:)?v(?: [^<>]*)?>\s*[^<\s]")
_UNSTORED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="[A-Z]{1,3}([0-9]{1,7})"[^>]*>\s*' + _FORMULA
    + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)  # fmt: skip
_SHARED = re.compile(rb'<(?:\w+:)?c\b[^>]*\bt="s"[^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})<')
_TWICE = "is a workbook that has a cell twice; save it again as .xlsx"


@dataclass
class SheetCells:
    """The rectangle that holds the cells, how many there are, and the shared texts that they use (by number).

    ``unreadable``: the rows (1 first) with a cell that shows an error or a formula without a stored value.
    """

    width: int = 0
    height: int = 0
    cells: int = 0
    shared: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype="int64"))
    unreadable: list[int] = field(default_factory=list)


def sheet_cells(sheet: bytes) -> SheetCells:
    """Return where the cells of a sheet's XML stand; FileRefused where one stands there twice, or it is no XML."""
    cells = _CELL.findall(sheet)
    opened = len(_OPENED.findall(sheet))
    formulas = len(_OPENED_FORMULA.findall(sheet)) if b"<f" in sheet or b":f" in sheet else 0
    unstored = _UNSTORED.findall(sheet) if formulas else []
    is_usual = len(cells) == opened and b"<!" not in sheet
    if not is_usual or (formulas and len(_STORED.findall(sheet)) + len(unstored) != formulas):
        return _walked(sheet, opened)
    errors = _ERROR.findall(sheet) if b't="e"' in sheet else []
    letters, rows = zip(*cells, strict=True) if cells else ((), ())
    numbers = {one: column_number(one) for one in set(letters)}
    columns = np.fromiter((numbers[one] for one in letters), dtype="int64", count=len(letters))
    lines = np.array(rows, dtype="S7").astype("int64")
    found = _placed(columns, lines)
    texts = _SHARED.findall(sheet)
    if len(texts) != sheet.count(b't="s"'):
        return _walked(sheet, opened)
    found.shared = np.array(texts, dtype="S9").astype("int64")
    found.unreadable = sorted({int(row) for row in (*errors, *unstored)})
    return found


def column_number(letters: bytes) -> int:
    """Return the number of a column from its letters.

    Example:
        >>> column_number(b"AA")
        27
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _placed(columns: npt.NDArray[np.int64], lines: npt.NDArray[np.int64]) -> SheetCells:
    if not len(lines):
        return SheetCells()
    places = np.sort(lines * 100_000 + columns, kind="stable")
    if (places[1:] == places[:-1]).any():
        raise FileRefused(UNREADABLE, _TWICE)
    return SheetCells(int(columns.max()), int(lines.max()), len(lines))


class _Walk:
    """The elements of a sheet as they come; a row or cell that does not say its place follows the one before it."""

    def __init__(self) -> None:
        self.columns: list[int] = []
        self.lines: list[int] = []
        self.shared: list[int] = []
        self.unreadable: set[int] = set()
        self._row = self._line = self._column = 0
        self._type = ""
        self._has_formula = self._has_value = self._is_value = False
        self._text = ""

    def opened(self, name: str, attributes: dict[str, Any]) -> None:
        """Take the start of an element."""
        name = name.rpartition(":")[2]
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif name == "c":
            self._place(str(attributes.get("r", "")))
            self._type = attributes.get("t", "")
            self._has_formula = self._has_value = False
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._is_value, self._text = True, ""

    def _place(self, stated: str) -> None:
        found = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", stated)
        if stated and not found:
            raise FileRefused(UNREADABLE, "is a workbook with a cell whose place is none; save it again as .xlsx")
        self._column = column_number(found[1].encode()) if found else self._column + 1
        self._line = int(found[2]) if found else self._row
        self.columns.append(self._column)
        self.lines.append(self._line)

    def said(self, text: str) -> None:
        """Take text."""
        if self._is_value:
            self._text += text

    def closed(self, name: str) -> None:
        """Take the end of an element."""
        name = name.rpartition(":")[2]
        if name == "v":
            self._is_value, self._has_value = False, bool(self._text.strip())
            if self._type == "s":
                self.shared.append(int(self._text))
        elif name == "c" and (self._type == "e" or (self._has_formula and not self._has_value)):
            self.unreadable.add(self._line)


def _walked(sheet: bytes, cells: int) -> SheetCells:
    if cells > MOST_WALKED:
        raise FileRefused(TOO_LARGE, "is a large workbook of an unusual writer; save it again as .xlsx, or export CSV")
    walk, parser = _Walk(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.opened, walk.closed
    parser.CharacterDataHandler = walk.said
    try:
        parser.Parse(sheet, True)
    except (expat.ExpatError, ValueError):
        raise FileRefused(UNREADABLE, "is a workbook that cannot be read; save it again as .xlsx") from None
    found = _placed(np.array(walk.columns, dtype="int64"), np.array(walk.lines, dtype="int64"))
    found.shared = np.array(walk.shared, dtype="int64")
    if (found.shared < 0).any():
        raise FileRefused(UNREADABLE, "is a workbook that names a text it does not hold; save it again as .xlsx")
    found.unreadable = sorted(walk.unreadable)
    return found
