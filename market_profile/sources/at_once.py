"""Delimited text whose form is beyond doubt, read in one step by Arrow; any other is read record by record.

It is used only where both readers must agree: one line end throughout, no blank line, every quotation mark at the edge
of a cell or doubled in it, and no record longer than the csv module takes a cell to be. The tests hold the two readers
against each other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from market_profile.sources.opening import content_chunks

MAX_BYTES = 32 * 1024**2
"""Larger files are read piece by piece, so that memory stays bounded."""
MOST_LINES = 1_000_000
LONGEST_RECORD = 100_000
_LIKE_ASCII = frozenset({"utf-8-sig", "cp1252"})
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Layout:
    """Where records lie: the byte at which each starts (the header first, the end last) and its line (1 first)."""

    starts: _Places
    lines: _Places


@dataclass(frozen=True)
class AtOnce:
    """The header, the records of its width as text with their numbers, and (number, cells) of those of another."""

    headings: list[str]
    data: pa.Table
    wrong: tuple[tuple[int, int], ...]
    content: bytes
    layout: _Layout

    @property
    def read(self) -> int:
        """How many records follow the header."""
        return len(self.layout.lines) - 1

    @property
    def lines(self) -> _Places:
        """The line where each record starts."""
        return self.layout.lines[1:]

    @property
    def numbers(self) -> _Places:
        """The number of each record in ``data``."""
        return np.delete(np.arange(self.read, dtype="int64"), [number for number, _ in self.wrong])

    def raw_text(self, rows: Sequence[int]) -> list[str]:
        """Return the raw text of the records."""
        starts = self.layout.starts
        texts = [self.content[starts[row + 1] : starts[row + 2]].decode() for row in rows]
        return [text.removesuffix("\n").removesuffix("\r") for text in texts]


def read_at_once(path: Path, encoding: str, delimiter: str) -> AtOnce | None:
    """Return the file in one step, None where its form leaves any doubt."""
    content = _utf8(path, encoding)
    if not content or not delimiter.isascii() or delimiter in '"\r\n':
        return None
    layout = _layout(content, delimiter)
    if layout is None:
        return None
    end = int(layout.starts[1])
    header = io.StringIO(content[:end].decode(), newline="")
    headings = next(csv.reader(header, delimiter=delimiter, strict=True), [])
    if not headings:
        return None
    read = _read(content[end:], [str(place) for place in range(len(headings))], delimiter)
    if read is None or read[0].num_rows + len(read[1]) != len(layout.lines) - 1:
        return None
    return AtOnce(headings, *read, content, layout)


def _read(body: bytes, names: list[str], delimiter: str) -> tuple[pa.Table, tuple[tuple[int, int], ...]] | None:
    if not body:
        return pa.Table.from_arrays([pa.array([], type=pa.large_string()) for _ in names], names=names), ()
    wrong: list[tuple[int | None, int]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        """Note a record of another width; Arrow goes on without it."""
        wrong.append((row.number, row.actual_columns))
        return "skip"

    try:
        data = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=MAX_BYTES),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    numbered = tuple((number - 1, cells) for number, cells in wrong if number is not None)
    return (data, numbered) if len(numbered) == len(wrong) else None


def _utf8(path: Path, encoding: str) -> bytes | None:
    """Return the content as UTF-8 without its mark; None where it is too large or is not such text."""
    parts, size = [], 0
    for chunk in content_chunks(path):
        size += len(chunk)
        if size > MAX_BYTES:
            return None
        parts.append(chunk)
    content = b"".join(parts)
    if encoding == "utf-8" or (encoding in _LIKE_ASCII and content.isascii()):
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeError:
        return None


def _layout(content: bytes, delimiter: str) -> _Layout | None:
    """Return where records lie; None where line ends are mixed, a line is blank, or quotation marks leave doubt."""
    is_mixed = b"\r" in content and content.count(b"\r") != content.count(b"\r\n")
    if is_mixed or content.count(b"\n") > MOST_LINES:
        return None
    data = np.frombuffer(content, dtype="uint8")
    ends = np.flatnonzero(data == ord("\n")).astype("int64") + 1
    is_last = np.ones(len(ends), dtype=bool)
    if b'"' in content:
        quoted = _quoted(data, delimiter)
        if quoted is None:
            return None
        before = np.searchsorted(quoted[0], ends) - 1
        is_last = (before < 0) | (quoted[1][np.maximum(before, 0)] < ends)
    starts = np.concatenate([np.zeros(1, dtype="int64"), ends[is_last]])
    lines = np.concatenate([np.ones(1, dtype="int64"), np.flatnonzero(is_last) + 2])
    if starts[-1] == len(content):
        starts, lines = starts[:-1], lines[:-1]
    starts = np.append(starts, len(content))
    sizes = np.diff(starts)
    blank = (data[starts[:-1]] == ord("\n")) | ((data[starts[:-1]] == ord("\r")) & (sizes == 2))
    return None if blank.any() or sizes.max() > LONGEST_RECORD else _Layout(starts, lines)


def _quoted(data: npt.NDArray[np.uint8], delimiter: str) -> tuple[_Places, _Places] | None:
    """Return where quoted cells open and close; None where any mark is neither at the edge of a cell nor doubled."""
    marks = np.flatnonzero(data == ord('"')).astype("int64")
    if len(marks) % 2:
        return None
    opened, closed = marks[0::2], marks[1::2]
    is_doubled = opened[1:] == closed[:-1] + 1
    opened, closed = opened[np.append(True, ~is_doubled)], closed[np.append(~is_doubled, True)]
    edges = np.frombuffer(f"{delimiter}\r\n".encode(), dtype="uint8")
    before, after = data[np.maximum(opened - 1, 0)], data[np.minimum(closed + 1, len(data) - 1)]
    is_whole = (opened == 0) | (before == edges[0]) | (before == edges[2])
    is_whole &= (closed == len(data) - 1) | np.isin(after, edges)
    return (opened, closed) if is_whole.all() else None
