"""The leak gate of every render: the sensitive values of the records against every byte of the partner edition.

What the run writes beside it (journal, audit log, Prefect's home) is looked through too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.tables import Tables
from market_profile.editions.canaries import Scanner
from market_profile.editions.eligibility import ended_operations
from market_profile.editions.sought import text_of
from market_profile.errors import DisclosureLeak
from market_profile.periods import Month
from market_profile.refresh.journal import run_began

IDENTIFIERS: Mapping[str, tuple[str, ...]] = {
    "intelligence reference": ("urn",),
    "source reference": ("source_ref",),
    "test purchase reference": ("tp_ref",),
    "authority": ("authority_ref",),
    "exhibit": ("exhibit_ref",),
    "seizure": ("seizure_ref",),
    "custody number": ("custody_ref",),
    "nominal reference": ("nominal_ref", "seller_nominal_ref"),
    "client key": ("client_key", "linkage_key"),
    "case reference": ("case_ref", "poca_ref"),
    "line": ("line_ref",),
    "event": ("event_ref", "disruption_ref"),
    "phone": ("phone", "seller_phone"),
    "vehicle": ("vrm",),
}
"""Columns whose values name one record, thing or person by themselves: they hold a digit and five letters or more."""

PLACES = ("address_text", "location_text")
_NAMES = (("surname", "forenames"), ("seller_surname", "seller_forenames"))
_TEXTS = ("text", "handling_conditions", "override_reason", "closure_evidence")
_OPEN = frozenset({"street_crime", "stop_and_search", "population", "crime_counts"})


def check_no_leak(tables: Tables, month: Month, files: Mapping[str, bytes], names: Iterable[str] = ()) -> None:
    """Raise ``DisclosureLeak`` naming the kinds of value and the files; never a value.

    ``names`` are the names of input files and sheets.
    """
    check_edition(scanner_of(tables, month, names), files)


def check_edition(scanner: Scanner, files: Mapping[str, bytes]) -> None:
    """Raise ``DisclosureLeak`` where a value that the scanner knows stands in any byte of the files."""
    hits = scanner.scan(files)
    if hits:
        listed = "; ".join(f"{hit.kind} in {hit.file}" for hit in hits[:10])
        raise DisclosureLeak(f"sensitive values stand in the partner edition ({listed}); nothing was written")


def check_logs(scanner: Scanner, store: Path) -> None:
    """Raise ``DisclosureLeak`` where a value stands in what this run wrote beside the editions.

    That is the journal, the audit log and Prefect's home (its database, logs and results): every file there that
    changed since the run began.
    """
    home = Path(os.environ.get("PREFECT_HOME") or store / "prefect")
    began = run_began(store)
    files = {
        f"{label}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for label, folder in (("logs", store / "logs"), ("PREFECT_HOME", home))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_mtime >= began
    }
    audit = store / "audit.jsonl"
    hits = scanner.scan_text(files | ({"audit.jsonl": audit.read_bytes()} if audit.is_file() else {}))
    if hits:
        listed = "; ".join(f"{hit.kind} in {hit.file}" for hit in hits[:10])
        raise DisclosureLeak(
            f"sensitive values stand in the logs of this run ({listed}); nothing was published. Remove those files and "
            "report the fault"
        )


def scanner_of(tables: Tables, month: Month, names: Iterable[str] = ()) -> Scanner:
    """Return a scanner that knows the sensitive values of all records, shareable or not."""
    scanner = Scanner()
    scanner.add("file name", (name for name in names if sum(letter.isdigit() for letter in name) >= 4))
    for kind in sorted(set(tables.frames) - _OPEN):
        frame = tables.get(kind)
        for what, columns in IDENTIFIERS.items():
            for column in columns:
                scanner.add(what, _identifying(_distinct(frame, column)))
        _add_people(scanner, frame, month)
        _add_places(scanner, frame)
        for column in _TEXTS:
            scanner.add_texts("narrative", _distinct(frame, column))
    ended = ended_operations(tables, month)
    for kind in ("operations", "test_purchases", "seizures", "arrests"):
        open_ones = set(_distinct(tables.get(kind), "operation").to_pylist()) - ended
        scanner.add("operation not yet arrested", (_operation(name) for name in sorted(open_ones)))
    return scanner


def _add_people(scanner: Scanner, frame: pd.DataFrame, month: Month) -> None:
    for surname, forenames in _NAMES:
        if surname not in frame or forenames not in frame:
            continue
        people = frame[[surname, forenames]].drop_duplicates()
        people = people[(people[surname].str.len() > 1) & (people[forenames].str.len() > 1)]
        scanner.add("name", people[forenames] + " " + people[surname])
        scanner.add("name", people[surname] + " " + people[forenames])
    for column in ("date_of_birth", "seller_date_of_birth"):
        if column in frame:
            days = pd.to_datetime(frame[column], errors="coerce").dropna().drop_duplicates()
            days = days[days.dt.year < month.start.year - _YOUNGEST]
            for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"):
                scanner.add("date of birth", days.dt.strftime(form))
            scanner.add("date of birth", _day(days) + days.dt.strftime(" %B %Y"))
            scanner.add("date of birth", _day(days) + days.dt.strftime(" %b %Y"))
            scanner.add("date of birth", _day(days) + "/" + days.dt.month.astype("str") + days.dt.strftime("/%Y"))


def _day(days: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """Return the days of the month as people write them: 1, not 01."""
    return days.dt.day.astype("str")


_YOUNGEST = 9
"""Years; a later birth may share its day with a date that the page prints."""


def _add_places(scanner: Scanner, frame: pd.DataFrame) -> None:
    for column in PLACES:
        values = _distinct(frame, column)
        has_words = pc.greater_equal(pc.count_substring_regex(pc.utf8_trim_whitespace(values), r"\s+"), 2)
        scanner.add("address", values.filter(pc.and_(has_words, pc.match_substring_regex(values, _DIGIT))))
    if {"easting_m", "northing_m"} <= set(frame.columns):
        points = frame[["easting_m", "northing_m"]].dropna().drop_duplicates()
        east, north = (points[name].round().astype("int64").astype("str") for name in ("easting_m", "northing_m"))
        for between in (" ", ".0 "):
            scanner.add("coordinates", east + between + north)
    if {"latitude", "longitude"} <= set(frame.columns):
        degrees = frame[["latitude", "longitude"]].apply(pd.to_numeric, errors="coerce").dropna().drop_duplicates()
        for places in (4, 5, 6):
            north, east = (_rounded(degrees[name], places) for name in ("latitude", "longitude"))
            scanner.add("coordinates", pc.binary_join_element_wise(north, east, _SPACE))


def _rounded(degrees: pd.Series[float], places: int) -> pa.Array:
    """Return degrees to so many decimals as two words, without their sign (a page's words have none)."""
    scaled = np.rint(np.abs(degrees.to_numpy(dtype="float64")) * 10**places).astype("int64")
    whole, part = (pa.array(number).cast(pa.large_string()) for number in (scaled // 10**places, scaled % 10**places))
    return pc.binary_join_element_wise(whole, pc.utf8_lpad(part, places, "0"), _SPACE)


_SPACE = pa.scalar(" ", type=pa.large_string())
_DIGIT = r"\p{Nd}"


def _identifying(values: pa.Array) -> pa.Array:
    is_long = pc.greater_equal(pc.utf8_length(values), 5)
    return values.filter(pc.and_(is_long, pc.match_substring_regex(values, _DIGIT)))


def _operation(name: str) -> str:
    has_digit = any(letter.isdigit() for letter in name)
    return name if has_digit or name.casefold().startswith("operation ") else f"operation {name}"


def _distinct(frame: pd.DataFrame, column: str) -> pa.Array:
    return text_of(frame[column].astype("str")) if column in frame else pa.array([], type=pa.large_string())
