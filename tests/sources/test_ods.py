"""OpenDocument spreadsheets: the partners' form comes back as it was filled in, and hostile ones are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import odfdo
import pytest

from market_profile.contracts.partners import PARTNER_OBSERVATIONS
from market_profile.editions.form import COLUMNS
from market_profile.render.workbook import write_workbook
from market_profile.sources.refusal import FileRefused
from market_profile.sources.workbook import read_workbook

FORM = write_workbook([("Answers", [list(COLUMNS)]), ("Notes", [["Read me"]]), ("Codes", [["column", "code"]])], "Form")
GOOD = ["2019-02-01", "Housing", date(2019, 2, 3), "A1", "takeover_signs", 12, "seen at =night, twice"]
BLANK_AREA = ["00002", "Housing", "2019-02-04", None, "unmet_need", None, None]


def filled(*rows: list[object]) -> bytes:
    """The form as a partner sends it back: rows typed on its first sheet."""
    book = odfdo.Document(io.BytesIO(FORM))
    sheet = book.body.get_table(0)
    for row in rows:
        sheet.append_row(odfdo.Row())
        sheet.set_row_values(sheet.height - 1, row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def changed(change: Callable[[bytes], bytes], content: bytes = FORM) -> bytes:
    """The form with other content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == "content.xml" else old.read(name))
    return buffer.getvalue()


def body(rows: str, sheet: str = "") -> bytes:
    """A spreadsheet of one sheet from its rows in XML."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    calc = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    whole = (
        f"<office:document-content{spaces}{calc}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table>{sheet}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return changed(lambda content: whole.encode())


def cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def test_the_form_comes_back_as_it_was_filled_in(read: Callable[..., object]) -> None:
    intake = read({"partner_observations_2019-02.ods": filled(GOOD, BLANK_AREA)})
    accepted = intake.accepted["partner_observations"]  # type: ignore[attr-defined]
    assert accepted["observation_ref"].tolist() == ["2019-02-01", "00002"]
    assert accepted["observed_on"].dt.strftime("%Y-%m-%d").tolist() == ["2019-02-03", "2019-02-04"]
    assert accepted["people_or_cases"].tolist()[0] == 12
    assert accepted["comment"].tolist() == ["seen at =night, twice", ""]
    assert intake.quarantine.empty  # type: ignore[attr-defined]


def test_the_csv_twin_gives_the_same_records(read: Callable[..., object]) -> None:
    lines = [",".join(COLUMNS), '2019-02-01,Housing,2019-02-03,A1,takeover_signs,12,"seen at =night, twice"']
    files = {"partner_observations_a.csv": "\n".join(lines) + "\n", "partner_observations_b.ods": filled(GOOD)}
    counts = sorted((one.read, one.accepted, one.duplicate) for one in read(files).accounts)  # type: ignore[attr-defined]
    assert counts == [(1, 0, 1), (1, 1, 0)]


def test_the_columns_are_the_kind_s() -> None:
    assert tuple(column.name for column in PARTNER_OBSERVATIONS.columns) == COLUMNS


def test_repeats_blanks_and_errors_keep_their_rows(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16380"/>'
    rows = [
        row(cell("urn"), cell("text"), empty),
        row(cell("7", ' table:number-columns-repeated="2"'), empty, more=' table:number-rows-repeated="2"'),
        row(empty, more=' table:number-rows-repeated="3"'),
        row(cell("8"), cell("#REF!", ' calcext:value-type="error"'), empty),
        row(empty, more=' table:number-rows-repeated="1048000"'),
    ]
    (tmp_path / "x.ods").write_bytes(body("".join(rows)))
    table = read_workbook(tmp_path / "x.ods")
    assert table.headings == ("urn", "text")
    assert table.lines.tolist() == [2, 3, 7]
    assert table.cells[0].tolist() == ["7", "7", "8"]
    assert table.faults["row"].tolist() == [2]


def test_the_sheet_is_the_one_named_else_the_first_shown(tmp_path: Path) -> None:
    (tmp_path / "x.ods").write_bytes(FORM)
    assert read_workbook(tmp_path / "x.ods").headings == COLUMNS
    assert read_workbook(tmp_path / "x.ods", "codes").headings == ("column", "code")
    with pytest.raises(FileRefused, match="no sheet of the name"):
        read_workbook(tmp_path / "x.ods", "nobody")


@pytest.mark.parametrize(
    ("given", "is_told"),
    [
        (cell("#REF!", ' table:formula="of:=[.X]" office:string-value=""'), True),
        ('<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">'
         "<text:p>#DIV/0!</text:p></table:table-cell>", True),
        (cell("Err:502", ' table:formula="of:=SQRT(-1)"'), True),
        ('<table:table-cell table:formula="of:=[.A1]"/>', True),
        (cell("#REF!"), False),
        (cell("Smith", ' table:formula="of:=[.A1]"'), False),
        ('<table:table-cell office:value-type="string"><text:p>a<text:s text:c="many"/>b</text:p></table:table-cell>',
         False),
    ],
)  # fmt: skip
def test_a_formula_that_shows_an_error_or_nothing_is_told(tmp_path: Path, given: str, is_told: bool) -> None:
    (tmp_path / "x.ods").write_bytes(body(row(cell("urn"), cell("text")) + row(cell("7"), given)))
    table = read_workbook(tmp_path / "x.ods")
    assert (table.read, len(table.faults)) == (1, int(is_told))


WIDE = row(cell("urn"), '<table:table-cell table:number-columns-repeated="16000000"/>', cell("x"))
LONG = row(cell("a" * 40_000, ' table:number-columns-repeated="100"'), more=' table:number-rows-repeated="9999"')
MANY = row(cell("a", ' table:number-columns-repeated="9000"'), more=' table:number-rows-repeated="1048576"')
DEEP = row(cell("<text:span>" * 20_000 + "a" + "</text:span>" * 20_000))
BACKWARDS = row(cell("a"), more=' table:number-rows-repeated="-1"')
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a thousand million cells": (lambda: body(MANY), "too_large"),
    "a far-off cell": (lambda: body(WIDE), "too_large"),
    "a long text repeated": (lambda: body(LONG), "too_large"),
    "repeats that cannot be": (lambda: body(BACKWARDS), "unsafe_file"),
    "a text in twenty thousand others": (lambda: body(DEEP), "unreadable_file"),
    "entities": (lambda: changed(lambda old: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "unsafe_file"),
    "a bomb": (lambda: changed(lambda old: old[:100] + b" " * 30_000_000), "too_large"),
    "cut off": (lambda: changed(lambda old: old[: len(old) // 2]), "unreadable_file"),
    "no content": (lambda: changed(lambda old: b""), "unreadable_file"),
    "not a zip": (lambda: b"PK not really", "unreadable_file"),
    "no bytes": (lambda: b"", "empty_file"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_spreadsheets_are_refused(tmp_path: Path, name: str) -> None:
    make, reason = HOSTILE[name]
    (tmp_path / "x.ods").write_bytes(make())
    with pytest.raises(FileRefused) as refused:
        read_workbook(tmp_path / "x.ods")
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [("123", "00123", "00123"), ("0", "000", "000"), ("123", "123", "123"), ("1234", "1,234", "1234"),
     ("123", "00124", "123"), ("1.5", "002", "1.5"), ("5", "٠٠٥", "5")],
)  # fmt: skip
def test_a_number_keeps_the_leading_zeros_that_are_shown(tmp_path: Path, value: str, shown: str, text: str) -> None:
    number = cell(shown, f' office:value="{value}"').replace('"string"', '"float"')
    (tmp_path / "x.ods").write_bytes(body(row(cell("urn")) + row(number)))
    assert read_workbook(tmp_path / "x.ods").cells[0].tolist() == [text]
