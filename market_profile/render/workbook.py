"""The workbook for partners (ODS): cover, contents, notes, then one table a sheet, as the Analysis Function asks.

https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/
Words are cells of type text, so no cell can be run; numbers are numbers. The bytes depend on the edition alone.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import pandas as pd

from market_profile.document import Figure, Table
from market_profile.editions.model import Edition
from market_profile.render.csv_files import cell_value
from market_profile.render.gate import Gate, clean
from market_profile.render.grids import Grid
from market_profile.render.scales import day_text, period_text

MOST_ROWS = 5_000
"""Longer tables stand in the CSV files only, and the contents sheet says so."""

_NARROWEST, _WIDEST, _CM_A_LETTER = 10, 60, 0.19
"""Bounds of a column's width in letters, and how wide a letter of the sheet's ten points is."""

_DATES = re.compile(rb"<(meta:creation-date|dc:date)>[^<]*</\1>")
"""When the file was made: a day of ours would be somebody's date of birth, and the clock's would differ each time."""

Cell = str | float | int | bool | None
Sheet = tuple[str, list[list[Cell]]]


def workbook(edition: Edition, grids: Mapping[str, Grid]) -> bytes:
    """Return the workbook of ``edition``: tables behind the page (``grids``, by file name) and its own tables."""
    gate = Gate(edition.audience)
    sheets = [(_caption(name, edition, gate), _grid_rows(grid, gate)) for name, grid in grids.items()]
    sheets += [(name.replace("_", " "), _frame_rows(frame)) for name, frame in edition.tables.items()]
    kept = [(title, rows) for title, rows in sheets if len(rows) - 1 <= MOST_ROWS]
    left_out = [title for title, rows in sheets if len(rows) - 1 > MOST_ROWS]
    front = _front(edition, gate, [title for title, _ in kept], left_out)
    numbered: list[Sheet] = [
        (
            f"Table_{number}",
            [[f"Table {number}: {title}"], ["This sheet holds one table. Notes are on the sheet Notes."], *rows],
        )
        for number, (title, rows) in enumerate(kept, 1)
    ]
    return write_workbook(
        [*front, *numbered], f"{gate.check(edition.document.title)}, {gate.check(edition.document.area_name)}"
    )


def _front(
    edition: Edition, gate: Gate, titles: Sequence[str], left_out: Sequence[str]
) -> list[tuple[str, list[list[Cell]]]]:
    document = edition.document
    cover: list[list[Cell]] = [
        [f"{gate.check(document.title)}: {gate.check(document.area_name)}"],
        [f"Protective marking: {edition.marking.value}"],
        [f"Month: {gate.check(period_text(document.month))}"],
        [f"Data to: {gate.check(day_text(document.cutoff))}"],
        ["This workbook holds the tables behind the profile, one on each sheet."],
        [f"Run: {edition.run_id}"],
    ]
    if edition.is_draft:
        cover.append(["Draft: not released. Do not share."])
    contents: list[list[Cell]] = [["Contents"], ["Sheet", "Table"], ["Notes", "Notes on the tables"]]
    contents += [[f"Table_{number}", title] for number, title in enumerate(titles, 1)]
    contents += [["CSV file only", title] for title in left_out]
    notes: list[list[Cell]] = [
        ["Notes"],
        ["Mark", "Meaning"],
        ["[c]", "Hidden to protect confidentiality; hidden counts are not zero."],
        ["[x]", "Not available."],
        ["Rounding", "Counts are rounded and small ones hidden, as the first section of the profile says."],
        ["Totals", "Parts are rounded one by one, so they may not add up to totals."],
        ["Intervals", "A figure with a range in brackets is an estimate with its 95% interval."],
    ]
    return [("Cover", cover), ("Contents", contents), ("Notes", notes)]


def _caption(name: str, edition: Edition, gate: Gate) -> str:
    """Return the caption of the page's table in file ``name``: its own, or its figure's subtitle."""
    from market_profile.render.desk import file_stem

    stem = name.removeprefix("tables/figure_").removeprefix("tables/table_").removesuffix(".csv")
    for section in edition.document.sections:
        for block in section.blocks:
            if isinstance(block, Figure | Table) and file_stem(gate.check(block.id)) == stem:
                return gate.check(block.subtitle if isinstance(block, Figure) else block.caption)
    return stem.replace("-", " ")


def _grid_rows(grid: Grid, gate: Gate) -> list[list[Cell]]:
    head: list[Cell] = [gate.check(heading) for heading in grid.headings]
    return [head, *(list[Cell]([cell_value(cell, gate) for cell in row]) for row in grid.rows)]


def _frame_rows(frame: pd.DataFrame) -> list[list[Cell]]:
    head: list[Cell] = [clean(str(column)) for column in frame.columns]
    body = frame.head(MOST_ROWS + 1).astype(object)
    return [head, *([_plain(cell) for cell in row] for row in body.itertuples(index=False, name=None))]


def _plain(cell: object) -> Cell:
    if cell is None or (not isinstance(cell, str) and pd.isna(cell)):  # type: ignore[call-overload]
        return None
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float):
        return float(f"{cell:.10g}")
    return clean(cell if isinstance(cell, str) else str(cell))


def write_workbook(sheets: Iterable[tuple[str, Sequence[Sequence[Cell]]]], title: str) -> bytes:
    """Return the sheets (name, rows) as the bytes of an .ods, which depend on them and ``title`` alone."""
    from odfdo import Document
    from odfdo import Table as OdsTable

    book: Any = Document("spreadsheet")
    book.body.clear()
    for name, rows in sheets:
        sheet = OdsTable(name)
        sheet.extend_rows([_row(row) for row in rows])
        _set_widths(book, sheet, rows)
        book.body.append(sheet)
    book.meta.title = title
    book.meta.language = "en-GB"
    book.meta.editing_cycles = 1
    book.meta.generator = "market-profile"
    book.set_language("en-GB") if hasattr(book, "set_language") else None
    buffer = BytesIO()
    book.save(buffer)
    return _same_bytes(buffer.getvalue())


def _set_widths(book: Any, sheet: Any, rows: Sequence[Sequence[Cell]]) -> None:
    """Make every column as wide as its longest cell, within bounds; a title, alone in its row, runs over the next."""
    from odfdo import Column, Style

    for column in sheet.get_elements("table:table-column"):
        sheet.delete(column)
    for at in range(max((len(row) for row in rows), default=0)):
        longest = max((len(str(row[at])) for row in rows if 1 < len(row) > at and row[at] is not None), default=0)
        letters = min(max(longest + 2, _NARROWEST), _WIDEST)
        name = f"width-{letters}"
        if book.get_style("table-column", name) is None:
            style = Style("table-column", name=name, width=f"{letters * _CM_A_LETTER:.1f}cm")
            book.insert_style(style, automatic=True)
        sheet.insert(Column(style=name), position=at)


def _row(cells: Sequence[Cell]) -> Any:
    from odfdo import Row

    row = Row()
    row.set_values([cell if cell is None or isinstance(cell, str | bool) else float(cell) for cell in cells])
    return row


def _same_bytes(package: bytes) -> bytes:
    """Return the zip package written again with fixed times and order, its media type first and stored as ODF asks.

    The times are those of the archive's own entries (numbers, which begin in 1980); the properties hold no date.
    """
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda entry: (entry != "mimetype", entry)):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(info, _DATES.sub(b"", old.read(name)) if name == "meta.xml" else old.read(name))
    return out.getvalue()
