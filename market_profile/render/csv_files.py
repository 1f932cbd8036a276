"""Tables as CSV: UTF-8, no cell that a spreadsheet would run, numbers that stay numbers, the same bytes every time."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from string import ascii_letters, digits
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.editions.model import Shown
from market_profile.errors import DisclosureLeak
from market_profile.render.column_texts import (
    Plain,
    Texts,
    as_texts,
    content,
    date_cells,
    each_text,
    flag_cells,
    is_whole,
    joined,
    number_cells,
    stacked,
    text_cells,
    whole_cells,
    wrapped,
)
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
    width = len(frame.columns)
    return cells_csv(frame.columns.tolist(), [column_cells(frame.iloc[:, place], width) for place in range(width)])


def cells_csv(columns: Sequence[object], cells: list[Texts]) -> bytes:
    """Return columns whose cells are written already (``column_cells``) as CSV."""
    heading = ",".join(_quoted(safe_cell(str(column))) for column in columns) + "\n"
    if len(cells) == 1:
        cells = [as_texts([text or '""' for text in cells[0].to_pylist()])]
    if not cells or not len(cells[0]):
        return heading.encode("utf-8")
    cells[-1] = joined([cells[-1], as_texts([""])[0]], "\n")
    return heading.encode("utf-8") + content(joined(cells, ","))


def grid_csv(grid: Grid, gate: Gate) -> bytes:
    """Return the table behind a figure as CSV, its cells as the page shows them."""
    lines = [[_written(gate.check(cell)) for cell in line] for line in (grid.headings, *grid.rows)]
    if len(grid.headings) == 1:
        lines = [[line[0] or '""'] for line in lines]
    return "".join(f"{','.join(line)}\n" for line in lines).encode("utf-8")


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


def column_cells(column: pd.Series, width: int) -> Texts:
    """Return the cells of a column of ``width`` as they stand in a CSV, quoted where they must be; null for none."""
    kind: Any = column.dtype
    if isinstance(kind, pd.StringDtype):
        with suppress(UnicodeError, ValueError):
            return text_cells(column, _odd_cells, PLAIN)
    if isinstance(kind, pd.BooleanDtype) or kind.kind == "b":
        return flag_cells(column, ("True", "False"))
    if kind.kind in "iu":
        return whole_cells(column)
    if isinstance(kind, np.dtype) and kind.kind == "f":
        values = column.to_numpy("float64")
        return whole_cells(column.astype("int64")) if is_whole(values) else number_cells(values, FLOATS.__mod__)
    if isinstance(kind, np.dtype) and kind.kind == "M":
        return _dates(column, width)
    return _mixed(column.astype(object))


def _mixed(column: pd.Series) -> Texts:
    """Return the cells of a column of any objects; each different text is looked at once."""
    values = column.tolist()
    kinds = {type(cell) for cell in values}
    if any(issubclass(kind, (Sensitive, Internal, Released)) for kind in kinds):
        raise DisclosureLeak("a table to be written still holds wrapped values")
    if pd.Timestamp in kinds and kinds <= _TIMES:
        return _dates(pd.to_datetime(column))
    made = {cell: _written(cell) for cell in {cell for cell in values if isinstance(cell, str)}}
    return as_texts([made[cell] if isinstance(cell, str) else _other(cell) for cell in values])


_TIMES = {pd.Timestamp, type(pd.NaT), type(None)}


def _other(cell: object) -> str | None:
    is_missing = cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell)
    return None if is_missing else _quoted(str(cell))


_BLOCK_CELLS = 100_000


def _dates(column: pd.Series, width: int = 1) -> Texts:
    """Return the cells of a column of dates as pandas writes them: with hours where any has hours.

    That is looked at block by block of ``_BLOCK_CELLS`` cells of the table, which has ``width`` columns.
    """
    values, size = column.to_numpy(), max(_BLOCK_CELLS // width, 1)
    return stacked([date_cells(values[start : start + size]) for start in range(0, max(len(values), 1), size)])


def _written(text: str) -> str:
    return _quoted(_safe_text(text))


def _quoted(text: str) -> str:
    """Return the text as a field of a CSV: in quotation marks where it holds a mark, a comma or a line end."""
    if QUOTE in text:
        return f'"{text.replace(QUOTE, QUOTE * 2)}"'
    return f'"{text}"' if "," in text or "\n" in text else text


QUOTE = '"'
PRINTED = "".join(map(chr, range(0x20, 0x7F)))
SAFE = Plain.of(PRINTED, digits + ascii_letters)
"""Texts that no spreadsheet runs: plain letters that begin with one or a digit."""
PLAIN = Plain.of(PRINTED.replace(QUOTE, "").replace(",", ""), digits + ascii_letters)
"""Texts that stand in a CSV as they are: safe ones without comma or mark."""


def _odd_cells(texts: Texts) -> Texts:
    """Return texts that are not ``PLAIN`` as they stand in a CSV: safe ones in marks, each other one looked at."""
    quoted = wrapped(pc.replace_substring(texts, QUOTE, QUOTE * 2), QUOTE, QUOTE)
    strange = SAFE.odd(texts)
    if not strange.any():
        return quoted
    chosen = pa.array(strange)
    return pc.replace_with_mask(quoted, chosen, each_text(texts.filter(chosen), _written))


def _safe_text(text: str) -> str:
    if text[:1].isalnum() and text.isascii() and text.isprintable():
        return str(text)
    line = _one_kind_of_line_end(text)
    is_risky = _FORMULA.match(line) is not None and _NUMBER.match(line) is None
    return f"'{line}" if is_risky else line
