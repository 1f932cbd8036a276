"""Generated files: every record that a count of the raw bytes finds is accepted, quarantined or a duplicate.

The count is a state machine over bytes, written apart from the reader, which uses the csv module.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market_profile.contracts.tables import Areas
from market_profile.settings import AreaSettings, Settings
from market_profile.sources import Known, read_inbox
from market_profile.terms import Reason

FILES = 10
HEADERS = {
    "intelligence_logs": ("urn", "submitted_at", "grade", "text", "easting_m", "northing_m"),
    "log_subjects": ("urn", "subject_no", "surname", "date_of_birth", "role"),
    "seizures": ("seizure_ref", "exhibit_ref", "seized_at", "drug", "quantity", "unit", "purity_pct"),
    "arrests": ("custody_ref", "arrested_at", "surname", "forenames"),
    "population": ("area_code", "residents"),
}
CELLS = st.one_of(
    st.sampled_from([
        "", "A1", "A2", "1", "2018-10-01", "2018-10-01T10:00", "03/04/2018", "31/02/2018", "B2P", "E41", "9ZZ",
        "heroin", "g", "0.4", "40", "1,5", "530000", "105000", "-1", "nan", "Total", "=1+1", "dealer", "Ω", "0",
    ]),
    st.text(st.characters(codec="utf-8", exclude_characters='"'), max_size=12),
    st.text(st.sampled_from('",\n\r\t ;|ab\x00\x0b\x85é'), max_size=8),
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def _written(cell: str, is_quoted: bool) -> str:
    needs = any(mark in cell for mark in '",\r\n')
    return '"' + cell.replace('"', '""') + '"' if is_quoted or needs else cell


@st.composite
def files(draw: Callable[..., object]) -> dict[str, bytes]:
    """Return an inbox of ``FILES`` files: proper and improper, in two encodings, some gzipped."""
    made: dict[str, bytes] = {}
    for number in range(FILES):
        kind = str(draw(st.sampled_from(sorted(HEADERS))))
        width = len(HEADERS[kind])
        rows = draw(st.lists(st.lists(CELLS, min_size=max(1, width - 1), max_size=width + 1), max_size=6))
        assert isinstance(rows, list)
        quoted = bool(draw(st.booleans()))
        end = str(draw(ENDS))
        lines = [",".join(HEADERS[kind]), *(",".join(_written(cell, quoted) for cell in row) for row in rows)]
        text = end.join(lines) + str(draw(st.sampled_from(["", end, end + end])))
        raw = text.encode("utf-8" if draw(st.booleans()) else "cp1252", "replace")
        spoilt = draw(st.sampled_from(["no"] * 6 + ["quote", "bytes", "cut"]))
        if spoilt == "quote":
            raw += b'"open'
        elif spoilt == "bytes":
            raw += bytes(draw(st.binary(min_size=1, max_size=9)))  # type: ignore[call-overload]
        elif spoilt == "cut":
            raw = raw[: len(raw) * 2 // 3]
        is_packed = bool(draw(st.integers(0, 4)) == 0)
        name = f"{kind}_{number}.csv" + (".gz" if is_packed else "")
        made[name] = gzip.compress(raw, mtime=0) if is_packed else raw
    return made


def records(raw: bytes) -> int:
    """Count the records after the header: lines that are not blank, where a line end within quotes is none."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    count, inside, at_start, is_quoted, has_content = 0, False, True, False, False
    for byte in raw + b"\n":
        if inside:
            inside = byte != 0x22
            continue
        if byte == 0x0A:
            count += has_content
            at_start, is_quoted, has_content = True, False, False
            continue
        has_content = True
        is_quoted = (is_quoted or at_start) and byte == 0x22
        inside = byte == 0x22 and is_quoted  # opens the field, or is the second mark of a doubled one
        at_start = byte == 0x2C
    return max(0, count - 1)


def _check(root: Path, areas: Areas, made: dict[str, bytes]) -> None:
    for path in (root / "inbox").glob("*"):
        path.unlink()
    (root / "inbox").mkdir(exist_ok=True)
    for name, content in made.items():
        (root / "inbox" / name).write_bytes(content)
    chosen = Settings(area=AreaSettings(name="A", code="E1", partner_areas="a.geojson"))
    intake = read_inbox(root, chosen, areas, Known())
    refused = {refusal.name for refusal in intake.refused}
    assert refused | {entry.name for entry in intake.accounts} == set(made)
    for entry in intake.accounts:
        assert entry.read == entry.accepted + entry.quarantined + entry.duplicate
        raw = gzip.decompress(made[entry.name]) if entry.name.endswith(".gz") else made[entry.name]
        assert entry.read == records(raw), entry.name
        assert set(entry.reasons) <= set(Reason)
    held = intake.quarantine.groupby("file").size().to_dict()
    assert held == {entry.name: entry.quarantined for entry in intake.accounts if entry.quarantined}
    assert (intake.quarantine["explanation"] != "").all()


def _generated(examples: int) -> Callable[[Path, Areas], None]:
    def run(root: Path, areas: Areas) -> None:
        @settings(
            max_examples=examples, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(made=files())
        def each(made: dict[str, bytes]) -> None:
            _check(root, areas, made)

        each()

    return run


def test_a_sample_of_generated_files_adds_up(tmp_path: Path, areas: Areas) -> None:
    _generated(12)(tmp_path, areas)


@pytest.mark.slow
def test_two_thousand_generated_files_add_up(tmp_path: Path, areas: Areas) -> None:
    _generated(2000 // FILES + 5)(tmp_path, areas)
