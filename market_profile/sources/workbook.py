"""Workbooks (.xlsx): vetted part by part, repacked from what was vetted, then read by calamine.

The parts are unpacked within limits whatever the zip directory says, entities are refused, and only plain sheets go
on to the reader. calamine gives a formula its stored value and blanks an error, so both are looked for in the XML.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from market_profile.sources.raw import RawTable, faults_at
from market_profile.sources.refusal import EMPTY, HEADER, UNREADABLE, FileRefused
from market_profile.sources.workbook_parts import repacked, unreadable_lines, vetted_parts
from market_profile.terms import Reason

_ERROR_CELL = "A cell of the row shows an error or a formula without a stored value; replace it by its value."


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: list[list[str]]
    lines: list[int]
    warnings: tuple[str, ...]


def read_workbook(path: Path, sheet: str | None = None) -> RawTable:
    """Return one sheet of the workbook as a RawTable: the one named, else the first visible.

    Dates become ISO 8601 text in the workbook's own date system (1900 or 1904); whole numbers lose ``.0``. Refuses
    bombs, entities, encrypted and broken workbooks.
    """
    parts = vetted_parts(path)
    found = _read_sheet(repacked(parts), sheet)
    if not found.rows:
        raise FileRefused(EMPTY, "the sheet read has no header row; name the right one as `sheet` in area.toml")
    headings = tuple(found.rows[0])
    while headings and not headings[-1]:
        headings = headings[:-1]
    width = len(headings)
    body = found.rows[1:]
    lines = np.asarray(found.lines[1:], dtype="int64")
    wide = [number for number, row in enumerate(body) if any(row[width:])]
    kept = sorted(set(range(len(body))) - set(wide))
    cells = pd.DataFrame([body[number][:width] for number in kept], columns=range(width), dtype="str")
    cells.index = pd.Index(kept, dtype="int64", name="row")
    sentence = f"The row has cells to the right of the {width} columns of the header; give them a heading."
    unreadable = np.flatnonzero(np.isin(lines, unreadable_lines(parts, found.name))).tolist()
    faults = [
        faults_at(wide, "", Reason.MALFORMED_ROW, sentence),
        faults_at(unreadable, "", Reason.UNKNOWN_VALUE, _ERROR_CELL),
    ]
    return RawTable(
        headings, cells, len(body), lines, lambda rows: _raw_text(body, rows),
        pd.concat(faults, ignore_index=True), found.warnings,
    )  # fmt: skip


def _read_sheet(workbook: io.BytesIO, wanted: str | None) -> _Sheet:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(workbook)
        sheets = [meta for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
        shown = [m.name for m in sheets if m.visible == python_calamine.SheetVisibleEnum.Visible]
        name = _choose([meta.name for meta in sheets], shown, wanted)
        sheet = book.get_sheet_by_name(name)
        grid = list(sheet.iter_rows()) if sheet.start is not None else []
    except FileRefused:
        raise
    except Exception:
        raise FileRefused(UNREADABLE, "is a workbook that cannot be read; save it again as .xlsx") from None
    rows = [[cell_text(value) for value in row] for row in grid]
    filled = [number for number, row in enumerate(rows) if any(cell.strip() for cell in row)]
    hidden = len(sheets) - len(shown)
    notes = [f"{hidden} hidden sheets were not read"] if hidden and name in shown else []
    if name not in shown:
        notes.append("the sheet read is hidden in the workbook")
    if len(shown) > 1:
        notes.append(f"one of {len(shown)} visible sheets was read")
    return _Sheet(name, [rows[number] for number in filled], [number + 1 for number in filled], tuple(notes))


def _choose(names: list[str], shown: list[str], wanted: str | None) -> str:
    if wanted is not None:
        matches = [name for name in names if name == wanted] or [n for n in names if n.casefold() == wanted.casefold()]
        if len(matches) != 1:
            raise FileRefused(HEADER, "has no sheet of the name that area.toml declares; correct `sheet`")
        return matches[0]
    if not shown:
        raise FileRefused(EMPTY, "has no visible sheet; name one as `sheet` in area.toml")
    return shown[0]


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
        return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _raw_text(body: list[list[str]], rows: Sequence[int]) -> list[str]:
    texts = []
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(body[row])
        texts.append(line.getvalue())
    return texts
