"""The same rows as CSV, TSV, XLSX, Parquet and gzip are the same records."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from market_profile.render.workbook import write_workbook
from market_profile.settings import SourceSettings
from market_profile.sources import Intake
from market_profile.sources.cells import cell_text
from market_profile.sources.columnar import read_parquet
from market_profile.sources.refusal import FileRefused
from market_profile.sources.workbook import read_workbook

Reader = Callable[..., Intake]

CSV = (
    "URN,Submitted At,source evaluation,intelligence_assessment,handling_code,text,easting_m,northing_m\n"
    "0012,2018-10-01T10:00,1,A,P,NA,530000,105000\n"
    "0013,2018-10-02T00:00,2,B,C,,530000.5,105000\n"
)


def _workbook() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(CSV.splitlines()[0].split(","))
    sheet.append(["0012", dt.datetime.fromisoformat("2018-10-01T10:00"), 1, "A", "P", "NA", 530000, 105000])
    sheet.append([None] * 8)
    sheet.append(["0013", dt.datetime.fromisoformat("2018-10-02T00:00"), 2, "B", "C", None, 530000.5, 105000])
    return book


def _bytes(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _parquet() -> bytes:
    table = pa.table(
        {
            "urn": pa.array(["0012", "0013"]).dictionary_encode(),
            "submitted_at": pa.array(
                [dt.datetime.fromisoformat("2018-10-01T10:00"), dt.datetime.fromisoformat("2018-10-02T00:00")]
            ),
            "source_evaluation": pa.array([1.0, 2.0]),
            "intelligence_assessment": ["A", "B"],
            "handling_code": ["P", "C"],
            "text": ["NA", None],
            "easting_m": [530000, 530000.5],
            "northing_m": [105000, 105000],
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def _contents(intake: Intake) -> list[tuple[str, str]]:
    frame = intake.accepted["intelligence_logs"]
    return list(zip(frame["record_ref"], frame["content_sha256"], strict=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("intelligence_logs.csv.gz", gzip.compress(CSV.encode())),
        ("intelligence_logs.tsv", CSV.replace(",", "\t").encode()),
        ("Intelligence_Logs_2018.TSV.GZ", gzip.compress(CSV.replace(",", "\t").encode("utf-16"))),
        ("intelligence_logs.xlsx", _bytes(_workbook())),
        ("intelligence_logs.parquet", _parquet()),
    ],
)
def test_every_format_gives_the_same_records(read: Reader, name: str, content: bytes) -> None:
    both = read({"intelligence_logs.a.csv": CSV, name: content})
    counts = {(entry.read, entry.accepted, entry.duplicate) for entry in both.accounts}
    assert counts == {(2, 2, 0), (2, 0, 2)}  # whichever comes first by name is accepted, the other repeats it
    assert [ref for ref, _ in _contents(both)] == ["0012", "0013"]
    assert both.accepted["intelligence_logs"]["text"].tolist() == ["NA", ""]


def test_lines_of_a_workbook_are_its_rows_and_blank_rows_are_no_records(tmp_path: Path) -> None:
    book = _workbook()
    sheet = book.active
    assert sheet is not None
    sheet["K4"] = "a note beside the table"
    (tmp_path / "x.xlsx").write_bytes(_bytes(book))
    table = read_workbook(tmp_path / "x.xlsx")
    assert table.lines.tolist() == [2, 4]
    assert table.faults[["row", "reason"]].to_numpy().tolist() == [[1, "malformed_row"]]
    assert table.raw_text([1]) == ["0013,2018-10-02,2,B,C,,530000.5,105000,,,a note beside the table"]


def test_a_table_that_starts_lower_and_further_right_keeps_its_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A3"], sheet["B3"], sheet["A5"], sheet["B5"] = "urn", "text", "1", "x"
    (tmp_path / "x.xlsx").write_bytes(_bytes(book))
    table = read_workbook(tmp_path / "x.xlsx")
    assert (table.headings, table.lines.tolist()) == (("urn", "text"), [5])


def test_errors_and_formulas_without_a_value_are_not_blanks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["urn", "text"], ["1", "fine"], ["2", "=1+1"], ["3", "#REF!"], ["4", "also fine"]):
        sheet.append(row)
    (tmp_path / "x.xlsx").write_bytes(_bytes(book))
    faults = read_workbook(tmp_path / "x.xlsx").faults
    assert faults["row"].tolist() == [1, 2]


def test_the_1904_date_system_is_that_of_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(["on"])
    sheet.append([dt.datetime.fromisoformat("2018-10-01T00:00")])
    (tmp_path / "x.xlsx").write_bytes(_bytes(book))
    assert read_workbook(tmp_path / "x.xlsx").cells[0].tolist() == ["2018-10-01"]


def test_sheets_are_chosen_by_name_else_the_first_visible(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.title, hidden.sheet_state = "Old", "hidden"
    hidden.append(["old"])
    book.create_sheet("Cover & 'notes'").append(["cover"])
    book.create_sheet("Logs").append(["urn"])
    path = tmp_path / "x.xlsx"
    path.write_bytes(_bytes(book))
    first = read_workbook(path)
    assert first.headings == ("cover",)
    assert first.warnings == ("1 hidden sheets were not read", "one of 2 visible sheets was read")
    assert read_workbook(path, "logs").headings == ("urn",)
    assert "hidden" in read_workbook(path, "Old").warnings[0]
    with pytest.raises(FileRefused):
        read_workbook(path, "Nowhere")


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_rows_that_go_on_in_another_sheet_are_not_left_out_in_silence(tmp_path: Path, ending: str) -> None:
    sheets = [("January", [["urn", "text"], ["1", "a"]]), ("February", [["URN ", "text"], ["2", "b"]])]
    path = tmp_path / f"x.{ending}"
    path.write_bytes(_months(sheets) if ending == "xlsx" else write_workbook(sheets, "Two months"))
    with pytest.raises(FileRefused, match="same headings on two visible sheets"):
        read_workbook(path)
    assert read_workbook(path, "February").read == 1


def _months(sheets: list[tuple[str, list[list[str]]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return _bytes(book)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3.0, "3"),
        (1e15, "1e+15"),
        (0.1 + 0.2, "0.3"),
        (float("nan"), "nan"),
        (None, ""),
        (dt.date(2018, 10, 1), "2018-10-01"),
        (dt.datetime.fromisoformat("2018-10-01T09:05"), "2018-10-01T09:05:00"),
        (dt.time(9, 5), "09:05:00"),
        (" NA ", " NA "),
    ],
)
def test_cells_become_the_text_of_an_export(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_parquet_numbers_and_times_of_other_widths_keep_their_digits(tmp_path: Path) -> None:
    frame = pa.table(
        {
            "f32": pa.array([12.3, 1_000_000.1], pa.float32()),
            "ns": pa.array([1_520_245_800_123_456_789, 0], pa.timestamp("ns")),
        }
    )
    pq.write_table(frame, tmp_path / "x.parquet")
    assert read_parquet(tmp_path / "x.parquet").cells.to_numpy().tolist() == [
        ["12.3", "2018-03-05T10:30:00.123456"],
        ["1000000.1", "1970-01-01T00:00:00.000000"],
    ]


def test_parquet_types_become_canonical_text(tmp_path: Path) -> None:
    frame = pa.table(
        {
            "a": pa.array([1, None], pa.int64()),
            "b": pa.array([2.0, 2.25]),
            "c": pa.array([True, None]),
            "d": pa.array([dt.date(2018, 10, 1), None]),
            "e": pa.array([dt.datetime(2018, 10, 1, 1, 2, 3, 500000, tzinfo=dt.UTC), None]),
            "f": pa.array([["x", "y"], None]),
            "g": pa.array([b"raw", None]),
            "h": pa.array([float("nan"), 1e300]),
            "i": pa.array([float("inf"), -1.5]),
        }
    )
    pq.write_table(frame, tmp_path / "x.parquet")
    cells = read_parquet(tmp_path / "x.parquet").cells
    assert cells.iloc[0].tolist() == [
        "1",
        "2",
        "true",
        "2018-10-01",
        "2018-10-01T01:02:03.500000+0000",
        "x|y",
        "raw",
        "",
        "inf",
    ]
    assert cells.iloc[1].tolist() == ["", "2.25", "", "", "", "", "", "1e+300", "-1.5"]


@pytest.mark.parametrize(
    "values", [pa.array([b"\xff\xfe"]), pa.array([[["a"]]]), pa.array([0], pa.timestamp("us", tz="Mars/Base"))]
)
def test_a_column_that_is_no_text_is_told_from_a_broken_file(tmp_path: Path, values: pa.Array) -> None:
    pq.write_table(pa.table({"a": values}), tmp_path / "x.parquet")
    with pytest.raises(FileRefused, match="cannot be turned to text"):
        read_parquet(tmp_path / "x.parquet")


def test_one_long_text_that_a_small_file_repeats_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array(["x" * 1000] * 100_000)}), tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").stat().st_size < 100_000
    with pytest.raises(FileRefused) as refused:
        read_parquet(tmp_path / "x.parquet")
    assert refused.value.reason == "too_large"


def test_control_characters_in_parquet_are_a_fault_of_their_row(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["x", "x\x1fy", "x\x00"], "b": ["1", "2", "3"]}), tmp_path / "x.parquet")
    faults = read_parquet(tmp_path / "x.parquet").faults
    assert faults[["row", "reason"]].to_numpy().tolist() == [[1, "bad_encoding"], [2, "bad_encoding"]]


def test_a_nested_column_and_a_broken_file_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [{"b": 1}]}), tmp_path / "nested.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not really")
    (tmp_path / "broken.xlsx").write_bytes(b"PK not really")
    for name, reader in (("nested", read_parquet), ("broken", read_parquet)):
        with pytest.raises(FileRefused):
            reader(tmp_path / f"{name}.parquet")
    with pytest.raises(FileRefused):
        read_workbook(tmp_path / "broken.xlsx")


def test_declared_format_and_mapping_of_codes(read: Reader) -> None:
    text = "Log Ref;Date Submitted;Grade;Made up\nA1;01/11/2018 10:30;B2P;x\nA2;2018-11-03T10:00;Z9;y\n"
    source = SourceSettings(
        delimiter=";",
        date_format="%d/%m/%Y %H:%M",
        columns={"log ref": "urn", "DATE  submitted": "submitted_at"},
    )
    intake = read({"intelligence_logs.csv": text}, intelligence_logs=source)
    frame = intake.accepted["intelligence_logs"]
    assert frame["submitted_at"].tolist() == [pd.Timestamp("2018-11-01 10:30")]
    assert frame[["source_evaluation", "intelligence_assessment", "handling_code"]].to_numpy().tolist() == [
        ["2", "B", "P"]
    ]
    assert intake.quarantine["reason_codes"].tolist() == ["bad_grade"]
    assert any("columns not used: Made up" in warning for warning in intake.warnings)
