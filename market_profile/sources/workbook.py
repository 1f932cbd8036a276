"""Workbooks (.xlsx, .ods): vetted part by part, repacked from what was vetted, then read by calamine.

The parts are unpacked within limits whatever the zip directory says, entities are refused, and only plain sheets go
on to the reader. calamine gives a formula its stored value and blanks an error, so both are looked for in the XML.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from market_profile.sources.cells import cell_text
from market_profile.sources.leading_zeros import show_leading_zeros
from market_profile.sources.ods import OdsBook
from market_profile.sources.raw import RawTable, control_faults, faults_at, text_table
from market_profile.sources.refusal import EMPTY, HEADER, UNREADABLE, FileRefused
from market_profile.sources.workbook_parts import cells_by_part, part_of_sheet, repacked, vetted_parts
from market_profile.terms import Reason

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_ERROR_CELL = "A cell of the row shows an error or a formula without a stored value; replace it by its value."


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: list[list[str]]
    lines: list[int]
    warnings: tuple[str, ...]


def read_workbook(path: Path, sheet: str | None = None) -> RawTable:
    """Return one sheet of the workbook as a RawTable: the one named, else the first visible.

    Where none is named and another visible sheet has the same headings, the workbook is refused. Dates become ISO 8601
    text in the workbook's own date system (1900 or 1904); whole numbers lose ``.0`` and keep leading zeros that the
    sheet shows. Refuses bombs, entities, encrypted
    and broken workbooks. An .ods is read by ``ods``.
    """
    if path.name.lower().endswith(".ods"):
        try:
            return _as_table(*_read_ods(path, sheet))
        except RecursionError:
            raise FileRefused(UNREADABLE, "is a spreadsheet that is nested too deeply; save it again as .ods") from None
    parts = vetted_parts(path)
    cells = cells_by_part(parts)
    found = _read_sheet(repacked(parts), sheet)
    part = part_of_sheet(parts, found.name)
    show_leading_zeros(found.rows, found.lines, parts[part], parts.get("xl/styles.xml", b""))
    return _as_table(found, cells[part].unreadable)


def _as_table(found: _Sheet, error_lines: Sequence[int]) -> RawTable:
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
    rows = [body[number][:width] for number in kept]
    data, numbers = text_table(list(zip(*rows, strict=True)) if rows else [()] * width), np.asarray(kept, dtype="int64")
    sentence = f"The row has cells to the right of the {width} columns of the header; give them a heading."
    unreadable = np.flatnonzero(np.isin(lines, error_lines)).tolist()
    faults = [
        faults_at(wide, "", Reason.MALFORMED_ROW, sentence),
        faults_at(unreadable, "", Reason.UNKNOWN_VALUE, _ERROR_CELL),
        control_faults(data, numbers),
    ]
    return RawTable(
        headings, data, numbers, len(body), lines, lambda rows: _raw_text(body, rows),
        pd.concat(faults, ignore_index=True), found.warnings,
    )  # fmt: skip


def _read_sheet(workbook: io.BytesIO, wanted: str | None) -> _Sheet:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(workbook)
        sheets = [meta for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
        shown = [m.name for m in sheets if m.visible == python_calamine.SheetVisibleEnum.Visible]
        name = _choose([meta.name for meta in sheets], shown, wanted)
        rows, lines = _filled(book, name)
        others = [_filled(book, other)[0] for other in shown if wanted is None and other != name]
    except FileRefused:
        raise
    except Exception:
        raise FileRefused(UNREADABLE, "is a workbook that cannot be read; save it again as .xlsx") from None
    _check_no_other(rows, others)
    return _Sheet(name, rows, lines, _notes(name, len(sheets), shown))


def _filled(book: CalamineWorkbook, name: str) -> tuple[list[list[str]], list[int]]:
    """Return the rows of a sheet that hold anything, as text, and their lines."""
    sheet = book.get_sheet_by_name(name)
    grid = list(sheet.iter_rows()) if sheet.start is not None else []
    rows = [[cell_text(value) for value in row] for row in grid]
    filled = [number for number, row in enumerate(rows) if any(cell.strip() for cell in row)]
    return [rows[number] for number in filled], [number + 1 for number in filled]


def _read_ods(path: Path, wanted: str | None) -> tuple[_Sheet, list[int]]:
    book = OdsBook(path)
    name = _choose(book.names, book.shown, wanted)
    rows, lines, errors = book.rows(name)
    _check_no_other(rows, [book.rows(other)[0] for other in book.shown if wanted is None and other != name])
    return _Sheet(name, rows, lines, _notes(name, len(book.names), book.shown)), errors


def _check_no_other(rows: list[list[str]], others: Sequence[list[list[str]]]) -> None:
    """Refuse a workbook whose rows go on in another visible sheet: none of them may be left out in silence."""
    headings = [[cell.strip().casefold() for cell in sheet[0] if cell.strip()] for sheet in (rows, *others) if sheet]
    if headings and rows and headings[0] in headings[1:]:
        sentence = "has the same headings on two visible sheets; make each a file, or name one as `sheet` in area.toml"
        raise FileRefused(HEADER, sentence)


def _notes(name: str, sheets: int, shown: Sequence[str]) -> tuple[str, ...]:
    """Return what was not read of a workbook's sheets."""
    hidden = sheets - len(shown)
    notes = [f"{hidden} hidden sheets were not read"] if hidden and name in shown else []
    if name not in shown:
        notes.append("the sheet read is hidden in the workbook")
    if len(shown) > 1:
        notes.append(f"one of {len(shown)} visible sheets was read")
    return tuple(notes)


def _choose(names: list[str], shown: list[str], wanted: str | None) -> str:
    if wanted is not None:
        matches = [name for name in names if name == wanted] or [n for n in names if n.casefold() == wanted.casefold()]
        if len(matches) != 1:
            raise FileRefused(HEADER, "has no sheet of the name that area.toml declares; correct `sheet`")
        return matches[0]
    if not shown:
        raise FileRefused(EMPTY, "has no visible sheet; name one as `sheet` in area.toml")
    return shown[0]


def _raw_text(body: list[list[str]], rows: Sequence[int]) -> list[str]:
    texts = []
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(body[row])
        texts.append(line.getvalue())
    return texts
