"""Delimited text against hand-made bad files and against an independent count of the raw bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market_profile.sources.at_once import read_at_once
from market_profile.sources.delimited import MAX_LINE, _raw_text, _records, read_delimited
from market_profile.sources.refusal import FileRefused

KNOWN = frozenset({"urn", "text"})


def _file(folder: Path, content: bytes, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


GOOD = [
    # (bytes, declared encoding, cells of the rows, lines where they start)
    (b"urn,text\n1,a\n", None, [["1", "a"]], [2]),
    (b"urn;text\r\n1;a,b\r\n", None, [["1", "a,b"]], [2]),
    (b"urn|text\n1|a\n", None, [["1", "a"]], [2]),
    (b"urn\ttext\r1\ta\r2\tb", None, [["1", "a"], ["2", "b"]], [2, 3]),
    (b"\xef\xbb\xbfurn,text\n1,\xc3\xa9\n", None, [["1", "é"]], [2]),
    (b"urn,text\n1,\x93quoted\x94\n", None, [["1", "“quoted”"]], [2]),
    ("urn,text\n1,é\n".encode("utf-16"), None, [["1", "é"]], [2]),
    ("urn,text\n1,é\n".encode("utf-16-le"), "utf-16-le", [["1", "é"]], [2]),
    (b"urn,text\n1,\xe9\n", "latin-1", [["1", "é"]], [2]),
    (b'urn,text\n1,"two\nlines"\n2,b\n', None, [["1", "two\nlines"], ["2", "b"]], [2, 4]),
    (b'urn,text\n1,"he said ""go"""\n', None, [["1", 'he said "go"']], [2]),
    (b"urn,text\n\n1,a\n\n\n2,b\n\n", None, [["1", "a"], ["2", "b"]], [3, 6]),
    (b"urn,text\n00123,NA\n", None, [["00123", "NA"]], [2]),
    (b"urn,text\n", None, [], []),
]


@pytest.mark.parametrize(("content", "encoding", "cells", "lines"), GOOD)
def test_cells_and_lines_are_read_as_they_stand(
    tmp_path: Path, content: bytes, encoding: str | None, cells: list[list[str]], lines: list[int]
) -> None:
    table = read_delimited(_file(tmp_path, content), KNOWN, encoding)
    assert table.cells.to_numpy().tolist() == cells
    assert table.lines.tolist() == lines
    assert table.read == len(cells)


REFUSED = [
    (b"", "empty_file", None),
    (b"\n\n", "empty_file", None),
    (b"urn,text\n1,\x81\x8d\n", "bad_encoding", None),
    ("urn,text\n1,a\n".encode("utf-16-le"), "bad_encoding", None),
    (b'urn,text\n1,a\n2,"b\n3,c\n', "malformed_row", 3),  # opened on line 3, never closed
    (b'urn,text\n1,a\n2,"b\n3,"c"\n4,d\n', "malformed_row", 3),  # closed by the next opening mark
    (b'urn,text\n1,"ok\nok"\n2,"b', "malformed_row", 4),  # line 2-3 is one record
    (b'urn,text\n"a""b\n","c\n', "malformed_row", 3),  # the second cell opens on the record's second line
    (b'"urn,text\n1,a\n', "malformed_row", 1),
    (b'urn,text\n1,"' + b"x\n" * 100_000, "malformed_row", 2),  # longer than the csv module's cell
    (b"urn,text\n1," + b"x" * (MAX_LINE + 1), "too_large", 2),
    (b"urn" + b"," * 3000, "bad_header", None),
]


@pytest.mark.parametrize(("content", "reason", "line"), REFUSED)
def test_a_file_that_cannot_be_read_exactly_is_refused(
    tmp_path: Path, content: bytes, reason: str, line: int | None
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_delimited(_file(tmp_path, content), KNOWN)
    assert (refused.value.reason, refused.value.line) == (reason, line)


def test_wrong_widths_and_control_characters_cost_their_row_only(tmp_path: Path) -> None:
    content = b"urn,text\n1,a\n2\n3,a,b\n   \n4,x\x00y\n5,z\n"
    table = read_delimited(_file(tmp_path, content), KNOWN)
    assert table.read == 6
    assert list(zip(table.faults["row"], table.faults["reason"], strict=True)) == [
        (1, "malformed_row"),
        (2, "malformed_row"),
        (3, "malformed_row"),
        (4, "bad_encoding"),
    ]
    assert table.raw_text([1, 2, 4]) == ["2", "3,a,b", "4,x\x00y"]


def test_raw_text_of_a_record_over_several_lines_is_kept_exactly(tmp_path: Path) -> None:
    table = read_delimited(_file(tmp_path, b'urn,text\r\n1,a\r\n2;"x\r\n y" ,"z\r\n",q\r\n3,b\r\n'), KNOWN)
    assert table.raw_text([1]) == ['2;"x']
    table = read_delimited(_file(tmp_path, b'urn,text\r\n2,"x\r\n y",q\r\n3,b\r\n'), KNOWN)
    assert table.raw_text([0]) == ['2,"x\r\n y",q']
    assert table.lines.tolist() == [2, 4]


def test_a_mixture_of_encodings_is_said(tmp_path: Path) -> None:
    table = read_delimited(_file(tmp_path, b"urn,text\n1,\xe9\n2,\xc3\xa9\n"), KNOWN)
    assert "look like UTF-8" in table.warnings[0]


def test_tabs_are_the_default_of_tsv(tmp_path: Path) -> None:
    table = read_delimited(_file(tmp_path, b"urn\ttext, more\n1\ta\n", "x.tsv"), KNOWN)
    assert table.headings == ("urn", "text, more")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('",;\n\r|'), max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from(",;|\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_read_equals_an_independent_count_of_the_bytes(
    tmp_path: Path, rows: list[list[str]], end: str, delimiter: str, encoding: str, quoting: int
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([["urn", "text", "more"], *rows])
    path = _file(tmp_path, text.getvalue().encode(encoding))
    with path.open(encoding=encoding, newline="") as stream:
        independent = [row for row in csv.reader(stream, delimiter=delimiter) if row]
    table = read_delimited(path, KNOWN)
    assert table.read == len(independent) - 1
    assert table.cells.to_numpy().tolist() == [row for row in independent[1:] if len(row) == 3]
    assert len(table.cells) + len(table.faults) == table.read


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from(["a,b", '"a","b"', "a", ',"b,"']),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    lines=st.lists(
        st.lists(
            st.sampled_from(
                [
                    "",
                    "x",
                    "0123",
                    "NA",
                    " y ",
                    '"q,r"',
                    '""',
                    '""""',
                    '"""v"',
                    '"w"""',
                    '"',
                    '"s""t"',
                    'u"v',
                    '"w" ',
                    "é£",
                    "\t",
                    "n\n",
                    '"o\np"',
                    "\x0b\x85",
                ]
            ),
            min_size=1,
            max_size=3,
        ),
        max_size=6,
    ),
    last=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
)
def test_what_is_read_at_once_is_what_the_csv_module_reads(
    tmp_path: Path, head: str, end: str, lines: list[list[str]], last: bool, encoding: str
) -> None:
    text = end.join([head, *(",".join(cells) for cells in lines)]) + (end if last else "")
    path = _file(tmp_path, text.encode(encoding, errors="replace"))
    at_once = read_at_once(path, encoding, ",")
    if at_once is None:
        return
    headings, records = _records(path, encoding, ",")
    assert tuple(at_once.headings) == headings and not records.blank
    assert at_once.data.equals(pa.concat_tables(records.pieces))
    assert list(at_once.wrong) == records.wrong and at_once.numbers.tolist() == records.numbers
    assert at_once.lines.tolist() == records.starts
    rows = range(at_once.read)
    assert at_once.raw_text(rows) == _raw_text(path, encoding, records, rows)


def test_ordinary_extracts_are_read_at_once(tmp_path: Path) -> None:
    for content in (
        b"urn,text\n1,a\n2,b\n",
        b'urn,text\r\n1,"a, ""b"\r\n2\r\n',
        b'urn,text\n1,"a\n\nb"\n',
        b"urn,text",
    ):
        assert read_at_once(_file(tmp_path, content), "utf-8", ",") is not None
    for content in (b'urn,text\n1,"a "b""\n', b"urn,text\n\n1,a\n", b"urn,text\r1,a\n"):
        assert read_at_once(_file(tmp_path, content), "utf-8", ",") is None
