"""Delimited text, read record by record with the standard csv module in strict mode.

Rows are gathered into Arrow columns in pieces, so memory stays near the size of the data; a second pass fetches the
raw text of the few records that someone must look at.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.sources.at_once import read_at_once
from market_profile.sources.headers import fold
from market_profile.sources.opening import open_content
from market_profile.sources.raw import RawTable, control_faults, faults_at, no_faults, text_table
from market_profile.sources.refusal import BAD_ENCODING, EMPTY, HEADER, MALFORMED, TOO_LARGE, FileRefused
from market_profile.sources.text import Encoding, detect_encoding
from market_profile.terms import Reason

DELIMITERS = ",;|\t"
MAX_COLUMNS = 2000
MAX_LINE = 4 * 1024**2
MAX_CELL = csv.field_size_limit()
"""The csv module refuses a cell of more than 131,072 characters."""
PIECE = 50_000
MOST_BLANK = 20_000
"""Rows of separators alone, each set aside with its line; more is a sheet that was saved to its last row."""
_WIDTH = "The row has {found} cells where the header has {width}; look for a missing or unquoted delimiter."


@dataclass
class _Records:
    """Records gathered so far; ``pieces`` are Arrow tables of the records with the right width."""

    width: int
    pieces: list[pa.Table] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    wrong: list[tuple[int, int]] = field(default_factory=list)
    blank: int = 0

    def add_piece(self, rows: list[list[str]]) -> None:
        """Turn the gathered rows into Arrow columns and forget them."""
        self.pieces.append(text_table(list(zip(*rows, strict=True)) if rows else [()] * self.width))


def read_delimited(
    path: Path, known_headings: frozenset[str], encoding: str | None = None, delimiter: str | None = None
) -> RawTable:
    """Return the text file ``path`` as a RawTable.

    ``known_headings`` (folded) help to tell the delimiter from the header. A blank line is no record. Refuses an
    empty file, an unreadable encoding, and a quotation mark that is never properly closed (with its line).
    """
    found = detect_encoding(path, encoding)
    is_tabbed = path.name.lower().endswith((".tsv", ".tsv.gz"))
    mark = delimiter or ("\t" if is_tabbed else _sniff(path, found.name, known_headings))
    if len(mark) != 1 or mark in '"\r\n\0':
        raise FileRefused(HEADER, "area.toml: `delimiter` must be one character, no quotation mark and no line end")
    at_once = read_at_once(path, found.name, mark)
    if at_once is not None:
        return RawTable(
            headings=_checked(at_once.headings),
            data=at_once.data,
            numbers=at_once.numbers,
            read=at_once.read,
            lines=at_once.lines,
            raw_text=at_once.raw_text,
            faults=_faults(at_once.wrong, len(at_once.headings), at_once.data, at_once.numbers, found),
            warnings=_warnings(found, 0),
        )
    headings, records = _records(path, found.name, mark)
    data, numbers = pa.concat_tables(records.pieces), np.asarray(records.numbers, dtype="int64")
    return RawTable(
        headings=headings,
        data=data,
        numbers=numbers,
        read=len(records.starts),
        lines=np.asarray(records.starts, dtype="int64"),
        raw_text=lambda rows: _raw_text(path, found.name, records, rows),
        faults=_faults(records.wrong, records.width, data, numbers, found),
        warnings=_warnings(found, records.blank),
    )


def _lines(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(open_content(path), encoding=encoding, errors="strict", newline="")


def _bounded(stream: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise FileRefused(TOO_LARGE, f"has a line of more than {MAX_LINE} characters; check its line ends", number)
        yield line


def _sniff(path: Path, encoding: str, known_headings: frozenset[str]) -> str:
    with _lines(path, encoding) as stream:
        header = next((line for line in _bounded(stream) if line.strip()), "")
    if len(header) > MAX_CELL:
        raise FileRefused(HEADER, f"has a header of more than {MAX_CELL:,} characters; check its line ends")

    def likeness(mark: str) -> tuple[int, int]:
        """Return how many headings this delimiter makes known, and how many cells it makes."""
        cells = next(csv.reader([header], delimiter=mark), [])
        return len(known_headings.intersection(map(fold, cells))), len(cells)

    return max(DELIMITERS, key=likeness)


def _records(path: Path, encoding: str, delimiter: str) -> tuple[tuple[str, ...], _Records]:
    with _lines(path, encoding) as stream:
        reader = csv.reader(_bounded(stream), delimiter=delimiter, strict=True)
        start = 1
        try:
            headings: list[str] = []
            while not headings:
                start = reader.line_num + 1
                headings = next(reader)
            records = _Records(len(_checked(headings)))
            _gather(reader, records)
        except StopIteration:
            raise FileRefused(EMPTY, "holds no header row; export it again with its headings") from None
        except csv.Error as fault:
            first = records.ends[-1] + 1 if headings and records.ends else start
            if first == reader.line_num and "field limit" in str(fault):
                sentence = f"a cell on this line has more than {MAX_CELL:,} characters; shorten it"
                raise FileRefused(TOO_LARGE, sentence, first) from None
            line = _where_opened(path, encoding, delimiter, (first, reader.line_num))
            sentence = "a quotation mark opened on this line is not closed properly; close or double it"
            raise FileRefused(MALFORMED, sentence, line) from None
    return tuple(headings), records


def _checked(headings: list[str]) -> tuple[str, ...]:
    if len(headings) > MAX_COLUMNS:
        raise FileRefused(HEADER, f"has more than {MAX_COLUMNS} columns; check its delimiter")
    if any("\x00" in heading for heading in headings):
        raise FileRefused(BAD_ENCODING, "has a header with NUL characters; save it as UTF-8")
    return tuple(headings)


def _gather(reader: Iterator[list[str]], records: _Records) -> None:
    rows: list[list[str]] = []
    start = reader.line_num + 1  # type: ignore[attr-defined]
    for row in reader:
        end = reader.line_num  # type: ignore[attr-defined]
        if row:
            if len(row) == records.width:
                rows.append(row)
                records.numbers.append(len(records.starts))
            else:
                records.wrong.append((len(records.starts), len(row)))
            records.starts.append(start)
            records.ends.append(end)
        else:
            records.blank += 1
        start = end + 1
        if len(rows) == PIECE:
            records.add_piece(rows)
            rows = []
    records.add_piece(rows)


def _where_opened(path: Path, encoding: str, delimiter: str, lines: tuple[int, int]) -> int:
    """Return the line where the quoted cell opens that the reader could not finish, within the given lines."""
    opened, inside, at_start, closing = lines[0], False, True, False
    with _lines(path, encoding) as stream:
        for number, line in enumerate(islice(stream, lines[0] - 1, lines[1]), start=lines[0]):
            for mark in line:
                if inside:
                    inside, closing = mark != '"', mark == '"'
                    at_start = False
                    continue
                if closing and mark not in (delimiter, '"', "\r", "\n"):
                    return opened
                if mark == '"' and at_start:
                    opened = number
                inside = mark == '"' and (at_start or closing)
                closing, at_start = False, mark in (delimiter, "\r", "\n")
    return opened


def _raw_text(path: Path, encoding: str, records: _Records, rows: Sequence[int]) -> list[str]:
    wanted = {line: row for row in rows for line in range(records.starts[row], records.ends[row] + 1)}
    texts: dict[int, list[str]] = {row: [] for row in rows}
    if wanted:
        with _lines(path, encoding) as stream:
            for number, line in enumerate(stream, start=1):
                if number in wanted:
                    texts[wanted[number]].append(line)
    return ["".join(texts[row]).removesuffix("\n").removesuffix("\r") for row in rows]


def _faults(
    wrong: Sequence[tuple[int, int]], width: int, data: pa.Table, numbers: npt.NDArray[np.int64], found: Encoding
) -> pd.DataFrame:
    """Return the faults of records with another number of cells than the header, and of those with controls."""
    _check_not_blank(data)
    if not wrong and not found.has_controls:
        return no_faults()
    faults = faults_at([row for row, _ in wrong], "", Reason.MALFORMED_ROW, "")
    sentences = [_WIDTH.format(found=cells, width=width) for _, cells in wrong]
    widths = faults.assign(sentence=pd.Series(sentences, dtype="str"))
    controls = control_faults(data, numbers) if found.has_controls else no_faults()
    return pd.concat([widths, controls], ignore_index=True)


def _check_not_blank(data: pa.Table) -> None:
    """Refuse a file most of whose many rows hold separators alone."""
    if data.num_rows <= MOST_BLANK or not data.num_columns:
        return
    rows = np.ones(data.num_rows, dtype=bool)
    for column in data.columns:
        rows &= np.asarray(pc.equal(pc.utf8_trim_whitespace(column), ""), dtype=bool)
        if int(rows.sum()) <= MOST_BLANK:
            return
    raise FileRefused(MALFORMED, f"has {int(rows.sum()):,} rows of separators alone; delete the empty rows, save again")


def _warnings(encoding: Encoding, blank: int) -> tuple[str, ...]:
    notes = [encoding.warning] if encoding.warning else []
    if blank:
        notes.append(f"{blank} blank lines are not records")
    return tuple(notes)
