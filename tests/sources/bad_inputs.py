"""Bad inputs made by hand, one file each, and what must become of every one.

``CELLS``: one cell of one good row replaced; the reason it must be quarantined for, ``place:<reason>`` where the row
stays without its place, or ``""`` where it must be read. ``file_cases``, ``text_cases``: whole files; why refused, or
how many rows are accepted, quarantined and duplicate, and the reason codes. Run as a program it reads them all, one by
one, and prints one JSON line a case: what came of it, its processor seconds, its memory above the baseline.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.sources.bad_workbooks import workbooks

LOG = {"urn": "A1", "submitted_at": "2018-10-01T10:00", "source_evaluation": "1", "intelligence_assessment": "A",
       "handling_code": "P"}  # fmt: skip
GRADED = {"urn": "A1", "submitted_at": "2018-10-01T10:00"}
PURCHASE = {"tp_ref": "T1", "operation": "OP", "attempted_at": "2018-10-02T11:00", "outcome": "purchase"}
SEIZURE = {"seizure_ref": "S1", "exhibit_ref": "E1", "seized_at": "2018-10-03T12:00", "drug": "heroin"}
ARREST = {"custody_ref": "C1", "arrested_at": "2018-10-01T10:00"}
BASE = {
    "log": ("intelligence_logs", LOG), "graded": ("intelligence_logs", GRADED),
    "purchase": ("test_purchases", PURCHASE), "seizure": ("seizures", SEIZURE), "arrest": ("arrests", ARREST),
}  # fmt: skip

CELLS: tuple[tuple[str, dict[str, str], str], ...] = (
    # dates: impossible, ambiguous, two digits, 24:00, serials, words
    ("log", {"submitted_at": "2018-02-30"}, "bad_date"),
    ("log", {"submitted_at": "2018-13-01"}, "bad_date"),
    ("log", {"submitted_at": "31/02/2018"}, "bad_date"),
    ("log", {"submitted_at": "03/04/2018"}, "ambiguous_date"),
    ("log", {"submitted_at": "13/04/2018"}, ""),
    ("log", {"submitted_at": "04/04/2018"}, ""),
    ("log", {"submitted_at": "01/10/18"}, "ambiguous_date"),
    ("log", {"submitted_at": "2018-10-01T24:00"}, "bad_date"),
    ("log", {"submitted_at": "2018-10-01 24:00:00"}, "bad_date"),
    ("log", {"submitted_at": "2018-10-01T23:60"}, "bad_date"),
    ("log", {"submitted_at": "2018-10-01T10:00:60"}, "bad_date"),
    ("log", {"submitted_at": "43374"}, "bad_date"),
    ("log", {"submitted_at": "41912.5"}, "bad_date"),
    ("log", {"submitted_at": "yesterday"}, "bad_date"),
    ("log", {"submitted_at": "2018-10"}, "bad_date"),
    ("log", {"submitted_at": "1 Oct 2018"}, "bad_date"),
    ("log", {"submitted_at": "1538388000"}, "bad_date"),
    ("log", {"submitted_at": "0001-01-01"}, "out_of_range"),
    ("log", {"submitted_at": "1899-12-31"}, "out_of_range"),
    ("log", {"submitted_at": "9999-12-31"}, "out_of_range"),
    ("log", {"submitted_at": ""}, "missing_required"),
    ("log", {"submitted_at": "\u00a0 "}, "missing_required"),
    ("log", {"submitted_at": "٢٠١٨-١٠-٠١"}, "bad_date"),
    ("log", {"submitted_at": "2018-10-01T10:00+99:00"}, "bad_date"),
    ("arrest", {"date_of_birth": "2030-01-01"}, "contradiction"),
    ("arrest", {"date_of_birth": "03/04/1990"}, "ambiguous_date"),
    ("arrest", {"disposal_date": "2017-01-01"}, "contradiction"),
    # grades in every wrong form
    ("graded", {"grade": "B2P"}, ""),
    ("graded", {"grade": "2BP"}, ""),
    ("graded", {"grade": "2-B-P"}, ""),
    ("graded", {"grade": "b 2 p"}, ""),
    ("graded", {"grade": "E41"}, ""),
    ("graded", {"grade": "4BP"}, "bad_grade"),
    ("graded", {"grade": "B2"}, "bad_grade"),
    ("graded", {"grade": "BP2"}, "bad_grade"),
    ("graded", {"grade": "F2P"}, "bad_grade"),
    ("graded", {"grade": "E46"}, "bad_grade"),
    ("graded", {"grade": "B2PP"}, "bad_grade"),
    ("graded", {"grade": "Β2Ρ"}, "bad_grade"),
    ("graded", {"grade": "²BP"}, "bad_grade"),
    ("graded", {"grade": "reliable"}, "bad_grade"),
    ("graded", {"grade": "B2P", "grade_scheme": "5x5x5"}, "bad_grade"),
    ("graded", {"grade": "E41", "grade_scheme": "3x5x2"}, "bad_grade"),
    ("graded", {"grade": "B2P", "grade_scheme": "4x4"}, "unknown_value"),
    ("log", {"source_evaluation": "4"}, "bad_grade"),
    ("log", {"source_evaluation": "1.0"}, ""),
    ("log", {"intelligence_assessment": "Z"}, "bad_grade"),
    ("log", {"handling_code": ""}, ""),
    ("log", {"handling_code": "X"}, "bad_grade"),
    ("log", {"source_evaluation": ""}, "missing_required"),
    # coordinates: swapped, scaled, zero, outside, lost sign, words
    ("log", {"easting_m": "530000", "northing_m": "105000"}, ""),
    ("log", {"easting_m": "105000", "northing_m": "530000"}, "place:outside_area"),
    ("log", {"easting_m": "53000", "northing_m": "10500"}, "place:outside_area"),
    ("log", {"easting_m": "5300000", "northing_m": "1050000"}, "place:bad_coordinate"),
    ("log", {"easting_m": "530.0", "northing_m": "105.0"}, "place:outside_area"),
    ("log", {"easting_m": "0", "northing_m": "0"}, "place:bad_coordinate"),
    ("log", {"latitude": "0.0", "longitude": "0.0"}, "place:bad_coordinate"),
    ("log", {"easting_m": "400000", "northing_m": "105000"}, "place:outside_area"),
    ("log", {"easting_m": "530000", "northing_m": ""}, "place:bad_coordinate"),
    ("log", {"easting_m": "TQ 300 050", "northing_m": "105000"}, "place:bad_coordinate"),
    ("log", {"easting_m": "530,000", "northing_m": "105,000"}, "place:bad_coordinate"),
    ("log", {"easting_m": "1e400", "northing_m": "105000"}, "place:bad_coordinate"),
    ("log", {"easting_m": "nan", "northing_m": "nan"}, "place:bad_coordinate"),
    ("log", {"easting_m": "-530000", "northing_m": "105000"}, "place:bad_coordinate"),
    ("log", {"latitude": "50.83", "longitude": "-0.13"}, ""),
    ("log", {"latitude": "-0.13", "longitude": "50.83"}, "place:outside_area"),
    ("log", {"latitude": "50.83", "longitude": "0.13"}, "place:outside_area"),
    ("log", {"latitude": "508.3", "longitude": "-1.3"}, "place:bad_coordinate"),
    ("log", {"latitude": "50,83", "longitude": "-0,13"}, "place:bad_coordinate"),
    ("log", {"latitude": "50°49'N", "longitude": "0°8'W"}, "place:bad_coordinate"),
    ("log", {"latitude": "50.83", "longitude": "-0.13", "easting_m": "526000", "northing_m": "104000"},
     "place:ambiguous_coordinate"),
    # units, quantities, purity, prices
    ("seizure", {"quantity": "2.5", "unit": "g"}, ""),
    ("seizure", {"quantity": "2.5", "unit": "gramme-ish"}, "unknown_unit"),
    ("seizure", {"quantity": "2.5g", "unit": ""}, "bad_number"),
    ("seizure", {"quantity": "1,5", "unit": "g"}, "bad_number"),
    ("seizure", {"quantity": "1.234,5", "unit": "g"}, "bad_number"),
    ("seizure", {"quantity": "1,234.5", "unit": "g"}, ""),
    ("seizure", {"quantity": "-3", "unit": "g"}, "out_of_range"),
    ("seizure", {"quantity": "1e12", "unit": "g"}, "out_of_range"),
    ("seizure", {"quantity": "1e999", "unit": "g"}, "bad_number"),
    ("seizure", {"quantity": "inf", "unit": "g"}, "bad_number"),
    ("seizure", {"quantity": "NaN", "unit": "g"}, "bad_number"),
    ("seizure", {"quantity": "5 million", "unit": "kg"}, "bad_number"),
    ("seizure", {"quantity": "about 3", "unit": "wraps"}, "bad_number"),
    ("seizure", {"quantity": "½", "unit": "g"}, "bad_number"),
    ("seizure", {"quantity": "٣", "unit": "g"}, "bad_number"),
    ("seizure", {"drug": "pixie dust"}, "unknown_value"),
    ("seizure", {"drug": ""}, "missing_required"),
    ("seizure", {"weighed": "guessed"}, "unknown_value"),
    ("seizure", {"purity_pct": "0.4"}, "out_of_range"),
    ("seizure", {"purity_pct": "40"}, ""),
    ("seizure", {"purity_pct": "40%"}, ""),
    ("seizure", {"purity_pct": "0.4%"}, ""),
    ("seizure", {"purity_pct": "140"}, "out_of_range"),
    ("seizure", {"purity_pct": "-1"}, "out_of_range"),
    ("seizure", {"purity_pct": "high"}, "bad_number"),
    ("seizure", {"cash_gbp": "£1,200"}, ""),
    ("seizure", {"cash_gbp": "€1200"}, "bad_number"),
    ("purchase", {"price_gbp": "2 for £15"}, ""),
    ("purchase", {"price_gbp": "3 for 2"}, "bad_number"),
    ("purchase", {"price_gbp": "tenner"}, "bad_number"),
    ("purchase", {"price_gbp": "10-15"}, "bad_number"),
    ("purchase", {"price_gbp": "2 for £15", "deals": "3"}, "contradiction"),
    ("purchase", {"deals": "2.5"}, "bad_number"),
    ("purchase", {"deals": "100000"}, "out_of_range"),
    ("purchase", {"net_g": "0.2kg"}, "bad_number"),
    ("purchase", {"outcome": "bought"}, "unknown_value"),
    ("purchase", {"minutes_to_deal": "99999"}, "out_of_range"),
    ("purchase", {"introducer_needed": "perhaps"}, "unknown_value"),
    ("purchase", {"operation": ""}, "missing_required"),
    # names in any script, and payloads: data, never code
    ("arrest", {"surname": "O'Brien-Ștefănescu", "forenames": "李小龍"}, ""),
    ("arrest", {"surname": "محمد", "forenames": "עמית"}, ""),
    ("arrest", {"surname": "NA", "forenames": "Null", "nominal_ref": "00123"}, ""),
    ("arrest", {"surname": "=cmd|'/c calc'!A1", "forenames": "@SUM(1+1)"}, ""),
    ("arrest", {"surname": "{{ 7*7 }}", "forenames": "{% include '/etc/passwd' %}"}, ""),
    ("arrest", {"surname": "</script><script>alert(1)</script>", "forenames": "<svg onload=x>"}, ""),
    ("arrest", {"surname": "'; DROP TABLE records; --", "forenames": "${jndi:ldap://x}"}, ""),
    ("arrest", {"surname": "Z\u0363\u0363\u0363" * 400, "forenames": "\u202egnirts"}, ""),
    ("arrest", {"surname": "a\x00b"}, "bad_encoding"),
    ("arrest", {"surname": "a\x1b[31m"}, "bad_encoding"),
    ("arrest", {"surname": "\x85next"}, "bad_encoding"),
    ("arrest", {"custody_ref": "Total"}, ""),
    ("arrest", {"custody_ref": "Total", "arrested_at": ""}, "totals_row"),
    ("arrest", {"custody_ref": "Grand total: 14", "arrested_at": ""}, "totals_row"),
    ("arrest", {"custody_ref": ""}, "missing_required"),
    # references that name no record, or are what a spreadsheet made of one
    ("arrest", {"custody_ref": '="00123"'}, "unknown_value"),
    ("arrest", {"custody_ref": "'00123"}, "unknown_value"),
    ("arrest", {"custody_ref": "1023.0"}, "bad_number"),
    ("arrest", {"custody_ref": "1023.01"}, ""),
    ("arrest", {"custody_ref": "#N/A"}, "unknown_value"),
    ("arrest", {"custody_ref": "#REF!"}, "unknown_value"),
    ("arrest", {"custody_ref": "NULL"}, "missing_required"),
    ("arrest", {"custody_ref": "n/a"}, "missing_required"),
    ("arrest", {"custody_ref": "Not known"}, "missing_required"),
    ("arrest", {"custody_ref": "---"}, "missing_required"),
    ("arrest", {"custody_ref": "0000"}, "missing_required"),
    ("arrest", {"custody_ref": "00123"}, ""),
    ("arrest", {"custody_ref": "N/A/2018/1"}, ""),
    ("arrest", {"custody_ref": "C" * 200}, ""),
    ("arrest", {"custody_ref": "C" * 201}, "out_of_range"),
    ("arrest", {"surname": "Null", "forenames": "N/A", "nominal_ref": "00123"}, ""),
    ("seizure", {"exhibit_ref": "N/A"}, ""),
    ("seizure", {"exhibit_ref": "#N/A"}, "unknown_value"),
    ("seizure", {"exhibit_ref": "JS/1"}, ""),
    ("arrest", {"surname": "a\uffffb"}, "bad_encoding"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One file and what must become of it; ``source`` holds settings of its kind, ``reason`` refuses it whole."""

    name: str
    file: str
    content: bytes
    reason: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)
    codes: frozenset[str] = frozenset()
    source: dict[str, Any] = field(default_factory=dict)
    is_text: bool = True


def row_file(row: dict[str, str]) -> bytes:
    """Return a CSV of one row."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(row)
    writer.writerow(row.values())
    return stream.getvalue().encode()


def cell_cases() -> Iterator[Case]:
    """Return one file a cell case."""
    for number, (base, change, expected) in enumerate(CELLS):
        kind, row = BASE[base]
        is_place = expected.startswith("place:")
        counts = (1, 0, 0) if is_place or not expected else (0, 1, 0)
        shown = "; ".join(f"{column}={value[:24]!r}" for column, value in change.items())
        codes = frozenset({expected} if expected else set())
        yield Case(f"{number:03d} {kind}: {shown}", f"{kind}.csv", row_file({**row, **change}), "", counts, codes)


HEAD = b"custody_ref,arrested_at,surname\n"
GOOD = b"C1,2018-10-01T10:00,Smith\n"


def _many(count: int) -> bytes:
    return b"".join(b"C%d,2018-10-01T10:00,Smith\n" % number for number in range(count))


def _case(name: str, content: bytes, reason: str = "", counts: tuple[int, int, int] = (0, 0, 0),
         codes: tuple[str, ...] = (), file: str = "arrests.csv", **source: Any) -> Case:  # fmt: skip
    return Case(name, file, content, reason, counts, frozenset(codes), source, not reason)


def file_cases() -> Iterator[Case]:
    """Return whole files that are wrong in form, and some that only look so."""
    yield _case("no bytes", b"", "empty_file")
    yield _case("a header alone", HEAD)
    yield _case("blank lines alone", b"\n\n\r\n", "empty_file")
    yield _case("one good row", HEAD + GOOD, counts=(1, 0, 0))
    yield _case("no header", GOOD, "bad_header")
    yield _case("a required heading is missing", b"custody_ref,surname\nC1,Smith\n", "bad_header")
    yield _case("two headings of one name", b"custody_ref,arrested_at,Custody Ref\nC1,2018-10-01,C2\n", "bad_header")
    yield _case("headings in other cases and spaces", b" Custody Ref ,ARRESTED-AT\nC1,2018-10-01\n", counts=(1, 0, 0))
    yield _case("3,000 headings", b",".join(b"h%d" % n for n in range(3000)) + b"\n", "bad_header")
    yield _case("an unclosed quote", HEAD + b'C1,2018-10-01,"Smith\n' + GOOD, "malformed_row")
    yield _case("text after a closed quote", HEAD + b'C1,2018-10-01,"Sm"ith\n', "malformed_row")
    yield _case("a quote within a bare cell", HEAD + b'C1,2018-10-01,Sm"ith\n', counts=(1, 0, 0))
    yield _case("a line end within quotes", HEAD + b'C1,2018-10-01,"Sm\nith"\n' + GOOD.replace(b"C1", b"C2"),
               counts=(2, 0, 0))  # fmt: skip
    yield _case("a row too short", HEAD + b"C1,2018-10-01\n" + GOOD, counts=(1, 1, 0), codes=("malformed_row",))
    yield _case("a row too long", HEAD + b"C1,2018-10-01,Smith,extra\n", counts=(0, 1, 0), codes=("malformed_row",))
    yield _case("NUL bytes in a cell", HEAD + b"C1,2018-10-01,Sm\x00ith\n", counts=(0, 1, 0), codes=("bad_encoding",))
    yield _case("NUL in the header", b"custody_ref,arrested_at,sur\x00name\n" + GOOD, "bad_encoding")
    yield _case("NUL bytes alone", b"\x00" * 5000, "bad_encoding")
    yield _case("random bytes", bytes(range(256)) * 40, "bad_encoding")
    yield _case("a picture called .csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "bad_encoding")
    yield _case("a workbook called .csv", b"PK\x03\x04" + bytes(range(256)) * 8, "bad_encoding")
    yield _case("a web page called .csv", b"<html><body>Session expired</body></html>\n", "bad_header")
    yield _case("text called .gz", HEAD + GOOD, "unreadable_file", file="arrests.csv.gz")
    yield _case(
        "half a gzip", gzip.compress(HEAD + _many(5000), mtime=0)[:900], "unreadable_file", file="arrests.csv.gz"
    )
    yield _case("a gzip with a broken check", gzip.compress(HEAD + GOOD, mtime=0)[:-8] + b"\x00" * 8, "unreadable_file",
               file="arrests.csv.gz")  # fmt: skip
    yield _case("two gzips joined", gzip.compress(HEAD, mtime=0) + gzip.compress(GOOD, mtime=0), counts=(1, 0, 0),
               file="arrests.csv.gz")  # fmt: skip
    yield _case("a gzip bomb", gzip.compress(HEAD + b"C1,2018-10-01T10:00,x\n" * 3_000_000, 9, mtime=0), "too_large",
               file="arrests.csv.gz")  # fmt: skip
    yield _case("a gzip in a gzip", gzip.compress(gzip.compress(HEAD + GOOD, mtime=0), mtime=0), "bad_encoding",
               file="arrests.csv.gz")  # fmt: skip
    yield _case("a line of ten million characters", HEAD + b"C1,2018-10-01," + b"x" * 10_000_000 + b"\n", "too_large")
    yield _case("a header of ten million characters", b"x" * 10_000_000, "too_large")
    yield _case("a cell of 200,000 characters", HEAD + b"C1,2018-10-01," + b"x" * 200_000 + b"\n", "malformed_row")
    yield _case("one million blank lines", HEAD + b"\n" * 1_000_000 + GOOD, counts=(1, 0, 0))


def text_cases() -> Iterator[Case]:
    """Return files whose line ends, encoding, delimiter or rows are wrong, and some that only look so."""
    yield _case("old Mac line ends", (HEAD + GOOD).replace(b"\n", b"\r"), counts=(1, 0, 0))
    mixed = HEAD.replace(b"\n", b"\r\n") + GOOD + GOOD.replace(b"C1", b"C2").replace(b"\n", b"\r")
    yield _case("mixed line ends", mixed, counts=(2, 0, 0))
    yield _case("no line end at the end", (HEAD + GOOD).rstrip(b"\n"), counts=(1, 0, 0))
    yield _case("UTF-8 with its mark", b"\xef\xbb\xbf" + HEAD + GOOD, counts=(1, 0, 0))
    yield _case("UTF-16 with its mark", (HEAD + GOOD).decode().encode("utf-16"), counts=(1, 0, 0))
    yield _case("UTF-16 without its mark", (HEAD + GOOD).decode().encode("utf-16-le"), "bad_encoding")
    yield _case("UTF-16 without its mark, declared", (HEAD + GOOD).decode().encode("utf-16-le"), counts=(1, 0, 0),
               encoding="utf-16-le")  # fmt: skip
    yield _case("Windows-1252", HEAD + "C1,2018-10-01,O’Neïll\n".encode("cp1252"), counts=(1, 0, 0))
    yield _case("two encodings joined", HEAD + "C1,2018-10-01,Zoë\n".encode() + "C2,2018-10-01,Zoë\n".encode("cp1252"),
               counts=(2, 0, 0))  # fmt: skip
    yield _case("UTF-8 cut short within a letter", HEAD + "C1,2018-10-01,Zo\u00eb".encode()[:-1], "bad_encoding")
    yield _case("bytes that Windows-1252 lacks", HEAD + b"C1,2018-10-01,\x81\x8d\xff\n", "bad_encoding")
    yield _case("declared ASCII that is not", HEAD + "C1,2018-10-01,Zoë\n".encode(), "bad_encoding", encoding="ascii")
    yield _case("a declared encoding that is none", HEAD + GOOD, "bad_encoding", encoding="klingon")
    yield _case("a declared encoding that is no text", HEAD + GOOD, "bad_encoding", encoding="rot13")
    yield _case("overlong UTF-8", HEAD + b"C1,2018-10-01,\xc0\xaf\n", counts=(1, 0, 0))
    yield _case("semicolons", (HEAD + GOOD).replace(b",", b";"), counts=(1, 0, 0))
    yield _case("bars", (HEAD + GOOD).replace(b",", b"|"), counts=(1, 0, 0))
    yield _case("the wrong delimiter declared", HEAD + GOOD, "bad_header", delimiter=";")
    yield _case("a delimiter of two characters", HEAD + GOOD, "bad_header", delimiter=";;")
    yield _case("a delimiter that is a quote", HEAD + GOOD, "bad_header", delimiter='"')
    yield _case("the same row twice", HEAD + GOOD + GOOD, counts=(1, 0, 1))
    yield _case("one reference, two contents", HEAD + GOOD + GOOD.replace(b"Smith", b"Smyth"), counts=(2, 0, 0))
    yield _case("a totals row at the end", HEAD + GOOD + b"Total,1,\n", counts=(1, 1, 0), codes=("totals_row",))
    yield _case("a repeated header", HEAD + GOOD + HEAD, counts=(1, 1, 0), codes=("bad_date",))
    yield _case("a title above the header", b"Custody export 2018,,\n" + HEAD + GOOD, "bad_header")
    yield _case("separators alone", HEAD + b",,\n" * 3, counts=(0, 3, 0), codes=("missing_required",))
    yield _case("a sheet saved to its last row", HEAD + GOOD + b",,\n" * 1_048_574, "malformed_row")
    yield _case(
        "20,000 rows of separators", HEAD + b",,\n" * 20_000, counts=(0, 20_000, 0), codes=("missing_required",)
    )
    yield _case("50,000 bad rows", HEAD + b"C1,31/02/2018,x\n" * 50_000, counts=(0, 50_000, 0), codes=("bad_date",))
    yield _case("a tab file called .csv", (HEAD + GOOD).replace(b",", b"\t"), counts=(1, 0, 0))
    yield _case("commas called .tsv", HEAD + GOOD, "bad_header", file="arrests.tsv")
    yield _case("not Parquet", HEAD + GOOD, "unreadable_file", file="arrests.parquet")
    yield _case("half a Parquet", b"PAR1" + b"\x00" * 200 + b"PAR1", "unreadable_file", file="arrests.parquet")
    yield _case("a link without its log", b"urn,subject_no\nA9,1\n", counts=(0, 1, 0), codes=("unknown_parent",),
               file="log_subjects.csv")  # fmt: skip
    yield _case("a file name with marks", HEAD + GOOD, counts=(1, 0, 0), file="arrests =cmd() 'x' \u202e.csv")


@cache
def cases() -> list[Case]:
    """Return every case, always in the same order."""
    books = [Case(book.name, "arrests.xlsx", book.content, book.reason, book.counts, book.codes, book.source, False)
             for book in workbooks()]  # fmt: skip
    return [*cell_cases(), *file_cases(), *text_cases(), *books]


def _status(name: str) -> int:
    return int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0])


def outcome(case: Case, folder: Path) -> dict[str, Any]:
    """Read one case as an inbox of its own; return what became of it, its processor seconds and its MB."""
    import geopandas as gpd
    import shapely

    from market_profile.contracts.tables import Areas
    from market_profile.settings import AreaSettings, Settings, SourceSettings
    from market_profile.sources import Known, read_inbox

    square = shapely.box(525_000, 103_000, 535_000, 108_000)
    frame = gpd.GeoDataFrame({"area_code": ["A1"], "area_name": ["A"]}, geometry=[square], crs="EPSG:27700")
    kind = case.file.split(".")[0].split(" ")[0]
    sources = {kind: SourceSettings(**case.source)} if case.source else {}
    settings = Settings(area=AreaSettings(name="A", code="E1", partner_areas="a.geojson"), sources=sources)
    (folder / "inbox").mkdir(parents=True)
    (folder / "inbox" / case.file).write_bytes(case.content)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    base, began = _status("VmRSS"), time.process_time()
    intake = read_inbox(folder, settings, Areas(frame, square, "EPSG:27700"), Known())
    seconds, peak = time.process_time() - began, (_status("VmHWM") - base) / 1024
    entry = intake.accounts[0] if intake.accounts else None
    codes = {code for text in intake.quarantine["reason_codes"] for code in text.split("|")}
    return {
        "name": case.name, "seconds": seconds, "MB": peak,
        "reason": intake.refused[0].reason if intake.refused else "",
        "read": entry.read if entry else 0,
        "counts": [entry.accepted, entry.quarantined, entry.duplicate] if entry else [0, 0, 0],
        "codes": sorted(codes | {f"place:{code}" for code in intake.place_faults["place_fault"]}),
    }  # fmt: skip


def main(step: int) -> None:
    """Read every ``step``-th case and print what became of it."""
    with tempfile.TemporaryDirectory() as root:
        outcome(Case("warm", "arrests.csv", HEAD + GOOD), Path(root) / "warm")
        for number, case in enumerate(cases()[::step]):
            try:
                print(json.dumps(outcome(case, Path(root) / str(number))), flush=True)
            except Exception as error:
                print(json.dumps({"name": case.name, "fault": f"{type(error).__name__}: {error}"}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
