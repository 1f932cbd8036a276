"""References that a workbook holds as numbers and shows with leading zeros."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from market_profile.sources.leading_zeros import zeros_by_style
from market_profile.sources.refusal import FileRefused
from market_profile.sources.workbook import read_workbook


def book(path: Path, value: object, number_format: str, first_row: int = 1) -> Path:
    """A sheet of two columns; the number in question is in the second."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for column, heading in enumerate(("surname", "custody_ref"), start=1):
        sheet.cell(first_row, column, heading)
    sheet.cell(first_row + 2, 1, "Smith")
    sheet.cell(first_row + 2, 2, value).number_format = number_format
    made.save(path)
    return path


@pytest.mark.parametrize("first_row", [1, 4])
@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (123, "00000", "00123"), (123.0, "00000", "00123"), (1234567, "00000", "1234567"), (0, "000", "000"),
        (7, "0000;-0000", "0007"), (10**14, "00000", "1" + "0" * 14),
        (123, "0", "123"), (123, "General", "123"), (1234, "#,##0", "1234"),
        (1.5, "00000", "1.5"), ("123", "00000", "123"), (-5, "00000", "-5"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_shown(
    tmp_path: Path, value: object, number_format: str, text: str, first_row: int
) -> None:
    table = read_workbook(book(tmp_path / "x.xlsx", value, number_format, first_row))
    assert [column.to_pylist() for column in table.data.columns] == [["Smith"], [text]]
    assert table.lines.tolist() == [first_row + 2]


def test_a_stored_formula_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = changed(book(tmp_path / "x.xlsx", 123, "00000"), b"<v>123</v>", b"<f>B9+1</f><v>123</v>")
    assert read_workbook(path).data.column(1).to_pylist() == ["00123"]


def test_a_cell_without_a_place_is_refused_where_zeros_matter(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="unusual writer"):
        read_workbook(changed(book(tmp_path / "x.xlsx", 123, "00000"), b'r="B3"', b""))
    with pytest.raises(FileRefused, match="unusual writer"):
        read_workbook(changed(book(tmp_path / "z.xlsx", 123, "00000"), b's="1"', b"s='1'"))
    plain = changed(book(tmp_path / "y.xlsx", 123, "0"), b'r="B3"', b"")
    assert read_workbook(plain).data.column(1).to_pylist() == ["123"]


def test_a_number_of_any_length_is_no_fault_of_the_program(tmp_path: Path) -> None:
    path = changed(book(tmp_path / "x.xlsx", 123, "00000"), b"<v>123</v>", b"<v>" + b"1" * 6000 + b"</v>")
    assert read_workbook(path).read == 1


def test_styles_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(FileRefused, match="styles"):
        zeros_by_style(b"<styleSheet><numFmt formatCode='00000'>")
    assert zeros_by_style(b"") == {}


def changed(path: Path, old: bytes, new: bytes) -> Path:
    """The workbook with other text in its sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name.startswith("xl/worksheets/"):
                assert old in content
                content = content.replace(old, new)
            after.writestr(name, content)
    path.write_bytes(stream.getvalue())
    return path
