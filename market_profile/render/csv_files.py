"""Tables as CSV: UTF-8, no cell that a spreadsheet would run, numbers that stay numbers, the same bytes every time."""

from __future__ import annotations

import csv
import re
from io import StringIO
from urllib.parse import quote

import pandas as pd

from market_profile.editions.model import Shown
from market_profile.errors import DisclosureLeak
from market_profile.render.gate import Gate, Text, clean
from market_profile.render.grids import Grid
from market_profile.values import Fixed, Internal, Released, Sensitive

FLOATS = "%.10g"
"""Ten significant digits: more than any measure here has, fewer than differ between machines and thread counts."""

MOST_ADDRESS = 6_000
"""Longest CSV inside the page, in characters: longer ones stand in the file beside it."""

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"\s*-\s?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?\s*%?$")


def safe_cell(text: str) -> str:
    """Return ``text`` with an apostrophe before it where a spreadsheet would take it for a formula.

    Example:
        >>> safe_cell("=1+1"), safe_cell("-12.5")
        ("'=1+1", '-12.5')
    """
    return _safe_text(text)


def table_csv(frame: pd.DataFrame) -> bytes:
    """Return ``frame`` (without its index) as CSV: dates ISO, floats to ten digits, lines ended by a line feed."""
    safe = frame.copy()
    for position, column in enumerate(frame.columns):
        kind = frame[column].dtype
        if isinstance(kind, pd.CategoricalDtype | pd.StringDtype) or kind.kind == "O":
            safe.isetitem(position, _safe(frame.iloc[:, position].astype(object)).to_numpy())
    safe.columns = pd.Index([safe_cell(str(column)) for column in frame.columns])
    text: str = safe.to_csv(index=False, float_format=FLOATS, lineterminator="\n")
    return text.encode("utf-8")


def grid_frame(grid: Grid, gate: Gate) -> pd.DataFrame:
    """Return the table behind a figure as texts, as the page shows them."""
    headings = [gate.check(heading) for heading in grid.headings]
    rows = [[gate.check(cell) for cell in row] for row in grid.rows]
    frame = pd.DataFrame(rows, columns=range(len(headings)), dtype=object)
    frame.columns = pd.Index(headings)
    return frame


def tidy_csv(grid: Grid, gate: Gate) -> str:
    """Return the table behind a figure as tidy CSV: one line a value, with its number and bounds where it has them.

    Columns: row, column, value, low, high, shown. ``shown`` is what the page prints, such as ``[c]`` for hidden.
    """
    lines = [
        [gate.check(row[0]), gate.check(heading), *_numbers(cell), gate.check(cell)]
        for row in grid.rows
        for heading, cell in zip(grid.headings[1:], row[1:], strict=True)
    ]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "column", "value", "low", "high", "shown"])
    writer.writerows([safe_cell(text) for text in line] for line in lines)
    return out.getvalue()


def tidy_address(grid: Grid, gate: Gate) -> Fixed:
    """Return the tidy CSV as a data address for a download inside the page, "" where it would be too heavy."""
    if len(grid.rows) * len(grid.headings) > MOST_ADDRESS / 10:
        return Fixed("")
    address = f"data:text/csv;charset=utf-8,{quote(tidy_csv(grid, gate), safe=',:/;')}"
    return Fixed(address if len(address) <= MOST_ADDRESS else "")


def _numbers(cell: Text | Shown) -> list[str]:
    if not isinstance(cell, Shown) or cell.is_hidden:
        return ["", "", ""]
    return ["" if number is None else f"{number:.10g}" for number in (cell.number, cell.low, cell.high)]


def cell_value(cell: object, gate: Gate) -> str | float:
    """Return a cell for a workbook: the number where the words are that number, else the words."""
    text = gate.check(cell)
    if isinstance(cell, Shown) and cell.number is not None and not cell.is_hidden:
        bare = text.replace(",", "").replace("−", "-")
        if bare.lstrip("-").replace(".", "", 1).isdigit():
            return float(bare)
    return text


def _one_kind_of_line_end(text: str) -> str:
    return clean(text).replace("\r\n", "\n").replace("\r", "\n")


def _safe(cells: pd.Series) -> pd.Series:
    """Return text cells that no spreadsheet runs; each different text is looked at once."""
    values = cells.tolist()
    if any(isinstance(cell, (Sensitive, Internal, Released)) for cell in values):
        raise DisclosureLeak("a table to be written still holds wrapped values")
    made = {cell: _safe_text(cell) for cell in {cell for cell in values if isinstance(cell, str)}}
    return pd.Series(
        [made[cell] if isinstance(cell, str) else cell for cell in values], index=cells.index, dtype=object
    )


def _safe_text(text: str) -> str:
    line = _one_kind_of_line_end(text)
    is_risky = _FORMULA.match(line) is not None and _NUMBER.match(line) is None
    return f"'{line}" if is_risky else line
