"""Delimited text whose form is beyond doubt, read in one step by Arrow; any other is read record by record.

It is used only where both readers must agree: one line end throughout, no line without a record, every quotation mark
at the edge of a cell on one line, no doubled one, every record as wide as the header, and no line longer than the csv
module takes a cell to be. The tests hold the two readers against each other.
"""

from __future__ import annotations

import csv
import re
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
LONGEST_LINE = 100_000
_LIKE_ASCII = frozenset({"utf-8-sig", "cp1252"})
_BLANK_LINE = re.compile(rb"(?:^|\n)\r?\n")


@dataclass(frozen=True)
class AtOnce:
    """The header, the records as text, and the content with the byte at which each line starts."""

    headings: list[str]
    data: pa.Table
    content: bytes
    starts: npt.NDArray[np.int64]

    def raw_text(self, rows: Sequence[int]) -> list[str]:
        """Return the raw text of the records, whose lines follow the header's one by one."""
        ends = [*self.starts[1:].tolist(), len(self.content)]
        lines = [self.content[self.starts[row + 1] : ends[row + 1]] for row in rows]
        return [line.decode().removesuffix("\n").removesuffix("\r") for line in lines]


def read_at_once(path: Path, encoding: str, delimiter: str) -> AtOnce | None:
    """Return the file in one step, None where its form leaves any doubt."""
    content = _utf8(path, encoding)
    if content is None or not delimiter.isascii() or delimiter in '"\r\n':
        return None
    starts = _lines(content)
    if starts is None or (b'"' in content and not _is_plainly_quoted(content, delimiter)):
        return None
    end = int(starts[1]) if len(starts) > 1 else len(content)
    headings = next(csv.reader([content[:end].decode()], delimiter=delimiter, strict=True), [])
    names = [str(place) for place in range(len(headings))]
    if not names or len(names) > LONGEST_LINE:
        return None
    if end == len(content):
        return AtOnce(headings, _empty(names), content, starts)
    try:
        data = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(content).slice(end)),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=16 * 1024**2),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False, double_quote=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return AtOnce(headings, data, content, starts) if data.num_rows == len(starts) - 1 else None


def _empty(names: list[str]) -> pa.Table:
    return pa.Table.from_arrays([pa.array([], type=pa.large_string()) for _ in names], names=names)


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


def _lines(content: bytes) -> npt.NDArray[np.int64] | None:
    """Return the byte at which each line starts; None where line ends are mixed, a line is blank or very long."""
    if (
        content.count(b"\n") > MOST_LINES
        or content.count(b"\r") != content.count(b"\r\n")
        or _BLANK_LINE.search(content)
    ):
        return None
    ends = np.flatnonzero(np.frombuffer(content, dtype="uint8") == ord("\n")).astype("int64") + 1
    if not len(ends) or ends[-1] != len(content):
        ends = np.append(ends, len(content))
    starts = np.concatenate([np.zeros(1, dtype="int64"), ends[:-1]])
    return starts if (ends - starts).max() <= LONGEST_LINE else None


def _is_plainly_quoted(content: bytes, delimiter: str) -> bool:
    """Tell whether quotation marks come in pairs around whole cells, without one of them or a line end within."""
    data = np.frombuffer(content, dtype="uint8")
    marks = np.flatnonzero(data == ord('"'))
    if len(marks) % 2:
        return False
    opened, closed = marks[0::2], marks[1::2]
    edges = np.frombuffer(f"{delimiter}\r\n".encode(), dtype="uint8")
    before, after = data[np.maximum(opened - 1, 0)], data[np.minimum(closed + 1, len(data) - 1)]
    is_whole = (opened == 0) | (before == edges[0]) | (before == edges[2])
    is_whole &= (closed == len(data) - 1) | np.isin(after, edges)
    ends = np.flatnonzero(data == ord("\n"))
    return bool(is_whole.all() and (np.searchsorted(ends, opened) == np.searchsorted(ends, closed)).all())
