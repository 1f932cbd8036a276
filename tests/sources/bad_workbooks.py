"""Workbooks made by hand: hidden and merged sheets, formulas, errors, date systems, bombs and attacks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

HEAD = ("custody_ref", "arrested_at", "surname")
WHEN = datetime.fromisoformat("2018-10-01T10:00")
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Book:
    """One workbook and what must become of it."""

    name: str
    content: bytes
    reason: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)
    codes: frozenset[str] = frozenset()
    source: dict[str, Any] = field(default_factory=dict)


def _book(fill: Callable[[openpyxl.Workbook, Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    fill(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _rows(*rows: tuple[object, ...]) -> bytes:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        for row in (HEAD, *rows):
            sheet.append(row)

    return _book(fill)


def _changed(content: bytes, change: Callable[[bytes], bytes], part: str = SHEET, extra: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        for name in extra:
            new.writestr(name, b"x")
    return stream.getvalue()


def _hidden_first(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet.append(("Internal notes",))
    sheet.sheet_state = "hidden"
    shown = book.create_sheet("Custody")
    shown.append(HEAD)
    shown.append(("C1", WHEN, "Smith"))
    book.active = 1


def _two_shown(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet.append(HEAD)
    sheet.append(("C1", WHEN, "Smith"))
    book.create_sheet("Other").append(("C2", WHEN, "Jones"))


def _merged(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet.append(HEAD)
    sheet.append(("C1", WHEN, "Smith"))
    sheet.append(("C2", WHEN, "Smith"))
    sheet.merge_cells("C2:C3")


def _mac(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    book.epoch = CALENDAR_MAC_1904
    sheet.append(HEAD)
    sheet.append(("C1", WHEN, "Smith"))


def _serial(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet.append(HEAD)
    sheet.append(("C1", 43374.5, "Smith"))


def _formulas(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet.append(HEAD)
    sheet.append(("C1", WHEN, '=CONCATENATE("Sm","ith")'))


def _blank_and_total(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet.append(HEAD)
    sheet.append(("C1", WHEN, "Smith"))
    sheet.append(())
    sheet.append(("Total", 1, None))


def _cell(place: bytes, cell: bytes) -> bytes:
    """Return a good workbook whose sheet has ``cell`` in place of the cell at ``place``."""
    form = rb'<c r="%s"[^>]*>.*?</c>' % place
    return _changed(_rows(("C1", WHEN, "Smith")), lambda xml: re.sub(form, cell, xml, count=1, flags=re.DOTALL))


def _unusual() -> Iterator[Book]:
    """Return workbooks of writers that put cells otherwise than the usual ones, or wrongly."""
    blanked = {"counts": (0, 1, 0), "codes": frozenset({"unknown_value"})}
    whole = {"counts": (1, 0, 0)}
    twice, far = b'<c r="C2" t="str"><v>Smith</v></c><c r="C2" t="str"><v>Jones</v></c>', b'<c t="str"><v>far</v></c>'
    kept = b'<c r="C2" t="str"><v>Smith</v></c></row><row r="2"><c r="C2" t="str"><v>Jones</v></c>'
    corner = b'<row r="1048576">' + far + b'</row><row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'
    for name, cell, becomes in (
        ("an error in a cell without a place", b'<c t="e"><v>#REF!</v></c>', blanked),
        ("an error between other quotation marks", b"<c r='C2' t='e'><v>#N/A</v></c>", blanked),
        ("an error with spaces round its type", b'<c r = "C2" t = "e"><v>#N/A</v></c>', blanked),
        ("a formula without a value in a cell without a place", b"<c><f>A2</f></c>", blanked),
        ("a formula in CDATA without a value", b'<c r="C2"><f><![CDATA[A1<2]]></f></c>', blanked),
        ("a formula behind a comment, without a value", b'<c r="C2"><!-- x --><f>A1</f></c>', blanked),
        ("a formula of less-than with a value", b'<c r="C2" t="str"><f>IF(A1&lt;2,1,2)</f><v>Smith</v></c>', whole),
        ("a shared formula with a value", b'<c r="C2" t="str"><f t="shared" si="0"/><v>Smith</v></c>', whole),
        ("a text in runs", b'<c r="C2" t="inlineStr"><is><r><t>Sm</t></r><r><t>ith</t></r></is></c>', whole),
        ("a text in a cell without a place", b'<c t="str"><v>Smith</v></c>', whole),
    ):
        yield Book(name, _cell(b"C2", cell), **becomes)
    yield Book("a cell twice", _cell(b"C2", twice), "unreadable_file")
    yield Book("a row twice", _cell(b"C2", kept), "unreadable_file")
    yield Book("a place that is none", _cell(b"C2", b'<c r="2C" t="str"><v>Smith</v></c>'), "unreadable_file")
    yield Book("a shared text before the first", _cell(b"C2", b'<c r="C2" t="s"><v>-1</v></c>'), "unreadable_file")
    yield Book("a shared text beyond the last", _cell(b"C2", b'<c r="C2" t="s"><v>99</v></c>'), "unreadable_file")
    good = _rows(("C1", WHEN, "Smith"))
    yield Book("far corners without places", _changed(good, lambda xml: xml.replace(b"</sheetData>", corner)),
               "too_large")  # fmt: skip
    lone = b'<row r="1048576"><c r="A1048576" t="str"><v>C2</v></c></row></sheetData>'
    yield Book("a million empty rows, then one", _changed(good, lambda xml: xml.replace(b"</sheetData>", lone)),
               "too_large")  # fmt: skip
    target = (b"sheet1.xml", b"SHEET1.XML")
    error = _cell(b"C2", b'<c r="C2" t="e"><v>#REF!</v></c>')
    moved = _changed(error, lambda xml: xml.replace(*target), "xl/_rels/workbook.xml.rels")
    yield Book("an error in a sheet named in other letters", moved, **blanked)  # type: ignore[arg-type]


def workbooks() -> Iterator[Book]:
    """Return every workbook case."""
    good = _rows(("C1", WHEN, "Smith"))
    yield Book("a good workbook", good, counts=(1, 0, 0))
    yield Book("a hidden sheet first", _book(_hidden_first), counts=(1, 0, 0))
    yield Book("the hidden sheet declared", _book(_hidden_first), "bad_header", source={"sheet": "Sheet"})
    yield Book("a sheet declared that is not there", good, "bad_header", source={"sheet": "Custody"})
    yield Book("two sheets, the first is read", _book(_two_shown), counts=(1, 0, 0))
    yield Book("merged cells", _book(_merged), counts=(2, 0, 0))
    yield Book("the 1904 date system", _book(_mac), counts=(1, 0, 0))
    yield Book("a date as its serial", _book(_serial), counts=(0, 1, 0), codes=frozenset({"bad_date"}))
    yield Book("a formula without a value", _book(_formulas), counts=(0, 1, 0), codes=frozenset({"unknown_value"}))
    yield Book("blank and totals rows", _book(_blank_and_total), counts=(1, 1, 0), codes=frozenset({"totals_row"}))
    yield Book("cells right of the header", _rows(("C1", WHEN, "Smith", "extra")), counts=(0, 1, 0),
               codes=frozenset({"malformed_row"}))  # fmt: skip
    yield Book("no rows at all", _book(lambda book, sheet: None), "empty_file")
    yield Book("a number as a name", _rows((123, WHEN, 7)), counts=(1, 0, 0))
    yield Book("not a workbook", b"custody_ref,arrested_at\n", "unreadable_file")
    yield Book("no bytes called .xlsx", b"", "empty_file")
    yield Book("half a workbook", good[: len(good) // 2], "unreadable_file")
    yield Book("an old .xls called .xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4000, "unreadable_file")
    entities = _changed(good, lambda xml: b'<!DOCTYPE x [<!ENTITY a "ha">]>' + xml.split(b"?>", 1)[-1])
    yield Book("entities", entities, "unsafe_file")
    outside = _changed(good, lambda xml: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + xml)
    yield Book("an outside entity", outside, "unsafe_file")
    yield Book(
        "a part that leaves its folder", _changed(good, lambda xml: xml, extra=("../../evil.xml",)), "unsafe_file"
    )
    yield Book("3,000 parts", _changed(good, lambda xml: xml, extra=tuple(f"xl/m/{n}.xml" for n in range(3000))),
               "unsafe_file")  # fmt: skip
    bomb = _changed(good, lambda xml: xml.replace(b"Smith", b"A" * 120_000_000))
    shared = _changed(good, lambda xml: xml.replace(b"Smith", b"A" * 120_000_000), "xl/sharedStrings.xml")
    yield Book("a bomb in the sheet or its texts", max(bomb, shared, key=len), "too_large")
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    far = _changed(good, lambda xml: xml.replace(b"</sheetData>", corner))
    yield Book("one cell in the farthest corner", far, "too_large")
    broken = _changed(good, lambda xml: xml[: len(xml) // 2])
    yield Book("a sheet cut short", broken, "unreadable_file")
    yield from _unusual()
