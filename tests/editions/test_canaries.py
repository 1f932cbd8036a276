"""The leak scanner's own recall: 48 hiding places, 25 kinds of value, and no false alarm."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import sqlite3
import struct
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_profile.editions.canaries import Scanner
from market_profile.editions.sought import words_of

NAME = "Zenobia Quartermaine"
FORENAME, SURNAME = NAME.split()


def pdf(stream: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj <</Length 9>> stream\n" + stream + b"\nendstream endobj\n%%EOF"


def archive(name: str, content: bytes, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.comment = comment
        made.writestr(name, content)
    return buffer.getvalue()


def png(text: bytes) -> bytes:
    chunk = b"tEXt" + b"Comment\x00" + text
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))


def database(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("create table log (message text)")
    connection.execute("insert into log values (?)", (f"task failed for {NAME}",))
    connection.commit()
    connection.close()
    return path.read_bytes()


def in_page(text: str) -> bytes:
    return f"<!doctype html><p>{text}</p>".encode()


HIDING: dict[str, Callable[[], bytes]] = {
    "text of the page": lambda: in_page(NAME),
    "attribute": lambda: in_page(f'<a title="{NAME}">x</a>'),
    "alt text": lambda: in_page(f'<img alt="seen: {NAME}">'),
    "comment": lambda: in_page(f"<!-- {NAME} -->"),
    "script": lambda: in_page(f'<script>const a = "{NAME}"</script>'),
    "json in a script": lambda: in_page(f"<script>{json.dumps({'name': NAME})}</script>"),
    "json with escapes": lambda: (
        json.dumps({"n": "".join(f"\\u{ord(c):04x}" for c in NAME)}).replace("\\\\", "\\").encode()
    ),
    "script with hex escapes": lambda: "".join(f"\\x{ord(letter):02x}" for letter in NAME).encode(),
    "style": lambda: in_page(f"<style>p:after {{content: '{NAME}'}}</style>"),
    "title of a picture": lambda: in_page(f"<svg><title>{NAME}</title></svg>"),
    "description of a picture": lambda: in_page(f"<svg><desc>{NAME}</desc></svg>"),
    "meta": lambda: in_page(f'<meta name="author" content="{NAME}">'),
    "numeric entities": lambda: in_page("".join(f"&#{ord(letter)};" for letter in NAME)),
    "hex entities": lambda: in_page("".join(f"&#x{ord(letter):x};" for letter in NAME)),
    "twice escaped": lambda: in_page(html.escape(html.escape(NAME)).replace("Z", "&amp;#90;")),
    "split by tags": lambda: in_page(f"<b>{NAME[:4]}</b>{NAME[4:]}"),
    "words in two cells": lambda: in_page(f"<table><td>{FORENAME}</td><td>{SURNAME}</td></table>"),
    "capitals": lambda: in_page(NAME.upper()),
    "small letters": lambda: in_page(NAME.lower()),
    "surname first": lambda: in_page(f"{SURNAME.upper()}, {FORENAME}"),
    "wide spaces": lambda: in_page(f"{FORENAME}  \n\t {SURNAME}"),
    "no-break space": lambda: in_page(f"{FORENAME}\u00a0{SURNAME}"),
    "soft hyphen": lambda: in_page(f"{FORENAME} Quarter\u00admaine"),
    "unseen space": lambda: in_page(f"Zen\u200bobia {SURNAME}"),
    "accents": lambda: in_page(f"{FORENAME} Quàrtermaine"),
    "accents apart": lambda: in_page(unicodedata.normalize("NFD", f"{FORENAME} Quártermaine")),
    "wide letters": lambda: in_page("".join(chr(ord(c) + 0xFEE0) if c != " " else " " for c in NAME)),
    "underscores": lambda: f"{FORENAME}_{SURNAME}.csv".encode(),
    "url": lambda: in_page(f'<a href="?q={urllib.parse.quote_plus(NAME)}">x</a>'),
    "percent signs": lambda: "".join(f"%{ord(letter):02X}" for letter in NAME).encode(),
    "csv": lambda: f"a,b\n1,{NAME}\n".encode(),
    "csv heading": lambda: f"a,{NAME}\n1,2\n".encode(),
    "utf-16": lambda: NAME.encode("utf-16"),
    "utf-16 big end": lambda: NAME.encode("utf-16-be"),
    "cp1252": lambda: f"caf\u00e9 {NAME}".encode("cp1252"),
    "sheet of a workbook": lambda: archive("content.xml", f'<table:table table:name="{NAME}"/>'.encode()),
    "properties of a workbook": lambda: archive("meta.xml", f"<dc:creator>{NAME}</dc:creator>".encode()),
    "name in an archive": lambda: archive(f"{FORENAME}-{SURNAME}.xml", b"x"),
    "comment of an archive": lambda: archive("a", b"x", NAME.encode()),
    "archive in an archive": lambda: archive("a.zip", archive("b", NAME.encode())),
    "gzip": lambda: gzip.compress(NAME.encode()),
    "pdf, packed": lambda: pdf(zlib.compress(f"({NAME}) Tj".encode())),
    "pdf, properties": lambda: b"%PDF-1.7\n<</Author <FEFF" + NAME.encode("utf-16-be").hex().encode() + b">>>",
    "pdf, octal": lambda: pdf(b"(" + "".join(f"\\{ord(c):03o}" for c in NAME).encode() + b") Tj"),
    "base64 data": lambda: in_page(f'<img src="data:;base64,{base64.b64encode(NAME.encode()).decode()}">'),
    "hex data": lambda: in_page(f"<i data-x='{NAME.encode().hex()}'></i>"),
    "picture's comment": lambda: png(NAME.encode()),
}
"""Where a name may hide."""

NOT_FOUND = ("letters of a picture", "reversed", "initials")
"""What the scanner does not see; non-interference (the first line) covers these."""


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    made = Scanner()
    made.add("name", [NAME, f"{SURNAME} {FORENAME}"])
    return made


def test_recall_over_hiding_places(scanner: Scanner, tmp_path: Path) -> None:
    places = {**HIDING, "database of the scheduler": lambda: database(tmp_path / "prefect.db")}
    missed = [place for place, hide in places.items() if not scanner.scan({"file": hide()})]
    assert len(places) >= 42
    assert len(places) - len(missed) >= 0.9 * len(places)
    assert missed == []
    assert scanner.scan({f"tables/{FORENAME}_{SURNAME}.csv": b"x"})[0].kind == "name"


def test_no_false_alarm(scanner: Scanner) -> None:
    assert scanner.scan({"page": in_page(f"{FORENAME} Street and {SURNAME} Road are open.")}) == ()


def test_the_address_of_rdf_is_not_a_birth_but_its_day_is() -> None:
    scanner = Scanner()
    scanner.add("date of birth", ["1999-02-22"])
    address = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    assert scanner.scan({"book": archive("manifest.rdf", address), "pdf": pdf(zlib.compress(address))}) == ()
    assert [hit.file for hit in scanner.scan({"page": address + in_page("born 1999/02/22")})] == ["page"]


KINDS = {
    "name": ("Zenobia Quartermaine", "Zenobia QUARTERMAINE"),
    "alias": ("The Wexford Ghost", "the wexford ghost"),
    "date of birth": ("1984-03-12", "1984-03-12"),
    "birth in words": ("12 March 1984", "12 March 1984"),
    "phone": ("07700 900 123", "07700900123"),
    "phone in groups": ("07700900456", "07700 900 456"),
    "phone with code": ("+447700900123", "+44 7700900123"),
    "vehicle": ("AB12 XYZ", "AB12XYZ"),
    "address": ("12 Marine Parade", "12, Marine Parade"),
    "location text": ("Rear of 4 Crown Lane", "rear of 4 crown lane"),
    "urn": ("SM18-000123", "SM18000123"),
    "source reference": ("SRC0097A", "src0097a"),
    "exhibit": ("ABC/17/2018", "ABC/17/2018"),
    "authority": ("RIPA/2018/0042", "ripa 2018 0042"),
    "operation": ("operation Harrier", "Operation HARRIER"),
    "officer": ("PC 4411 Holloway", "pc 4411 holloway"),
    "coordinates": ("578311 105226", "578311, 105226"),
    "latitude and longitude": ("50.82312 0.13721", "50.82312, -0.13721"),
    "file name": ("log_subjects_2018-03.csv", "log_subjects_2018-03.csv"),
    "sheet name": ("Custody 2018 Week 9", "Custody 2018 Week 9"),
    "custody number": ("CU18/00931", "CU18-00931"),
    "client key": ("k9f3a77c21", "K9F3A77C21"),
    "nominal reference": ("NOM-004411", "nom004411"),
    "line": ("LINE-0007", "Line 0007"),
    "case reference": ("POCA/18/77", "POCA-18-77"),
    "handling condition": ("not to be shown to the landlord", "Not to be shown to the landlord"),
    "narrative": ("", "a man in a red coat hands small bags to two boys"),
}


def test_every_kind_of_value_is_found() -> None:
    scanner = Scanner()
    for kind, (value, _) in KINDS.items():
        scanner.add(kind, [value])
    scanner.add_texts("narrative", ["At 21:00 a man in a red coat hands small bags to two boys by the arcade"])
    assert len(KINDS) >= 25
    for kind, (_, shown) in KINDS.items():
        found = {hit.kind for hit in scanner.scan({"page": in_page(f"It is said that {shown} was seen.")})}
        assert kind in found, kind


def other_forms(words: list[str]) -> list[list[str]]:
    joined = "".join(words)
    if joined.isdigit() and len(joined) >= 10:
        cuts = ((), (5,), (5, 8), (4, 7), (2,))
        return [[joined[start:end] for start, end in zip((0, *cut), (*cut, None), strict=True)] for cut in cuts]
    if len(words) > 1 and not joined.isdigit() and any(letter.isdigit() for letter in joined):
        return [[joined]]
    return []


def plainly(values: list[str], texts: list[str], pages: dict[str, str]) -> set[tuple[str, str]]:
    """The same by looking every run up word by word."""
    runs = {}
    for value in values:
        words = words_of(value)
        if len("".join(words)) >= 5:
            runs |= {tuple(form): "value" for form in [words, *other_forms(words)]}
    parts = set()
    for text in texts:
        words = words_of(text)
        parts |= {tuple(words[place : place + 6]) for place in range(len(words) - 5)}
    found = set()
    for name, page in pages.items():
        words = words_of(page)
        for place in range(len(words)):
            for length in range(1, len(words) - place + 1):
                run = tuple(words[place : place + length])
                found |= {("value", name)} if run in runs else set()
                found |= {("text", name)} if run in parts else set()
    return found


WORDS = st.lists(
    st.sampled_from(
        ["a", "B", "é", "Ann", "o'neill", "07700", "900", "900123", "AB12", "x-1", "ﬁn", "Ⅻ", "\u00ad", "9"]
    ),
    max_size=12,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=3), st.lists(WORDS, min_size=1, max_size=3))
def test_runs_are_found_as_one_by_one(values: list[str], texts: list[str], pages: list[str]) -> None:
    scanner = Scanner()
    scanner.add("value", values)
    scanner.add_texts("text", texts)
    named = {f"{number}p": page for number, page in enumerate(pages)}
    hits = scanner.scan({}, {name: page.encode() for name, page in named.items()})
    assert {(hit.kind, hit.file) for hit in hits} == plainly(values, texts, named)
