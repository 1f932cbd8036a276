"""Hostile files are refused in under 5 s and 300 MB, and nothing outside the inbox is ever read."""

from __future__ import annotations

import gzip
import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from market_profile.contracts.tables import Areas
from market_profile.errors import SettingsError
from market_profile.settings import AreaSettings, Settings
from market_profile.sources import Intake, Known, quarantine_report, read_inbox
from market_profile.sources.refusal import FileRefused
from market_profile.sources.workbook import read_workbook

Reader = Callable[..., Intake]
SHEET = "xl/worksheets/sheet1.xml"


def _book(sheet: bytes | None = None, extra: dict[str, bytes] | None = None) -> bytes:
    """Return a small workbook with its sheet's XML replaced and parts added."""
    book = openpyxl.Workbook()
    active = book.active
    assert active is not None
    active.append(["urn", "text"])
    plain = io.BytesIO()
    book.save(plain)
    changed = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if sheet is not None and name == SHEET else source.read(name))
        for name, content in (extra or {}).items():
            target.writestr(name, content)
    return changed.getvalue()


def _sheet(cells: bytes) -> bytes:
    head = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    return head + cells + b"</sheetData></worksheet>"


ROW = b'<row r="1"><c r="A1"><v>1</v></c></row>'
BOMB = _sheet(ROW + b'<row r="2"><c r="A2" t="str"><v>' + b"A" * 120_000_000 + b"</v></c></row>")
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + _sheet(ROW)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _sheet(ROW)
FAR = _sheet(ROW + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def _lying(content: bytes) -> bytes:
    """Return the workbook with the sheet's size in the zip directory cut to 100 bytes."""
    end = content.rindex(b"PK\x01\x02" + b"", 0, content.rindex(SHEET.encode()))
    return content[: end + 24] + struct.pack("<I", 100) + content[end + 28 :]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_book(BOMB), "too_large"),
        (_book(LAUGHS), "unsafe_file"),
        (_book(EXTERNAL), "unsafe_file"),
        (_book(FAR), "too_large"),
        (_lying(_book(BOMB)), "unreadable_file"),
        (_book(extra={"../outside.xml": b"x"}), "unsafe_file"),
        (_book(extra={f"xl/media/{n}.xml": b"x" for n in range(3000)}), "unsafe_file"),
    ],
)
def test_hostile_workbooks_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read_workbook(tmp_path / "x.xlsx")
    assert refused.value.reason == reason


def test_one_shared_text_repeated_is_refused(tmp_path: Path) -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 40_001))
    shared = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"A" * 32_000
    content = _book(
        _sheet(cells), {"xl/sharedStrings.xml": shared + os.urandom(200_000).hex().encode() + b"</t></si></sst>"}
    )
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(FileRefused):
        read_workbook(tmp_path / "x.xlsx")


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return (
        b"".join([packer.compress(b"urn,text\n")] + [packer.compress(b"A1,x\n" * 200_000) for _ in range(600)])
        + packer.flush()
    )


def test_a_truncated_or_false_gzip_is_refused(read: Reader) -> None:
    content = gzip.compress(os.urandom(5000))
    intake = read({"arrests.csv.gz": content[:2000], "seizures.csv.gz": b"urn\n"})
    assert [(refusal.kind, refusal.reason) for refusal in intake.refused] == [
        ("seizures", "unreadable_file"),
        ("arrests", "unreadable_file"),
    ]


_MEASURE = """
import sys, time
from pathlib import Path
from market_profile.sources.refusal import FileRefused
from market_profile.sources.delimited import read_delimited
from market_profile.sources.workbook import read_workbook
from market_profile.sources.columnar import read_parquet
path = Path(sys.argv[1])
read = {"xlsx": read_workbook, "parquet": read_parquet}.get(path.suffix[1:])
start = time.perf_counter()
try:
    read(path) if read else read_delimited(path, frozenset())
except FileRefused as refused:
    status = Path("/proc/self/status").read_text()  # ru_maxrss would keep the peak of the parent process
    peak = int(status.split("VmHWM:")[1].split()[0])
    print(refused.reason, time.perf_counter() - start, peak / 1024)
"""


def _parquet_bomb() -> bytes:
    stream = io.BytesIO()
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000_000, pa.int32()), pa.array(["A" * 100_000]))
    pq.write_table(pa.table({"urn": text}), stream)
    return stream.getvalue()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.csv.gz", _gzip_bomb),
        ("x.xlsx", lambda: _book(BOMB)),
        ("x.xlsx", lambda: _book(FAR)),
        ("x.parquet", _parquet_bomb),
    ],
)
def test_bombs_cost_under_5_s_and_300_mb(tmp_path: Path, name: str, make: Callable[[], bytes]) -> None:
    (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", _MEASURE, str(tmp_path / name)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    reason, seconds, megabytes = result.stdout.split()
    assert reason == "too_large"
    assert float(seconds) < 5
    assert float(megabytes) < 300


SETTINGS = Settings(area=AreaSettings(name="A", code="E1", partner_areas="a.geojson"))


def test_a_name_that_is_no_text_is_spelt_out_and_its_file_read(
    tmp_path: Path, read: Reader, logs: Callable[..., str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in (b"intelligence_logs_\xff.csv", b"notes_\xfe.csv"):
        Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_text(logs("A1"), encoding="utf-8")
    intake = read({})
    assert [(entry.name, entry.accepted) for entry in intake.accounts] == [("intelligence_logs_\\xff.csv", 1)]
    assert quarantine_report(intake)["file"].to_list() == ["notes_\\xfe.csv"]
    quarantine_report(intake).to_csv(tmp_path / "report.csv", encoding="utf-8")


def test_an_inbox_that_is_a_file_is_refused_and_one_that_is_absent_is_said(tmp_path: Path, areas: Areas) -> None:
    assert any("no inbox/" in warning for warning in read_inbox(tmp_path, SETTINGS, areas, Known()).warnings)
    (tmp_path / "inbox").write_text("not a folder")
    with pytest.raises(SettingsError, match="make it a folder"):
        read_inbox(tmp_path, SETTINGS, areas, Known())


def test_a_reference_with_unseen_characters_is_set_aside(read: Reader, logs: Callable[..., str]) -> None:
    intake = read({"intelligence_logs.csv": logs("A1", "A1\u200b", "\u202eA2")})
    assert intake.accepted["intelligence_logs"]["urn"].tolist() == ["A1"]
    assert intake.quarantine["reason_codes"].tolist() == ["bad_encoding", "bad_encoding"]


def test_links_and_pipes_are_refused_and_folders_followed_by_name_only(
    tmp_path: Path, read: Reader, logs: Callable[..., str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "arrests.csv").write_text("custody_ref,arrested_at\nC1,2018-10-01\n")
    (inbox / "seizures.csv").symlink_to(outside / "arrests.csv")
    (inbox / "linked").symlink_to(outside)
    os.mkfifo(inbox / "arrests.csv")
    intake = read({"2018/intelligence_logs.csv": logs("A1")})
    assert sorted((refusal.kind, refusal.name, refusal.reason) for refusal in intake.refused) == [
        ("", "linked", "unsafe_file"),
        ("arrests", "arrests.csv", "unsafe_file"),
        ("seizures", "seizures.csv", "unsafe_file"),
    ]
    assert [entry.name for entry in intake.accounts] == ["2018/intelligence_logs.csv"]
    assert "arrests.csv" not in "".join(refusal.message for refusal in intake.refused)
