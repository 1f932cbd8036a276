"""The leak gate of every render: the sensitive values of the records against every byte of the partner edition.

What the run writes beside it (journal, audit log, Prefect's home) is looked through too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.tables import Tables
from market_profile.editions.canaries import Hit, Scanner
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
    check_run(scanner_of(tables, month, names), files)


def check_run(scanner: Scanner, files: Mapping[str, bytes], store: Path | None = None) -> None:
    """Raise ``DisclosureLeak`` where a value that the scanner knows stands in any byte of the files.

    What this run wrote into ``store`` beside the editions is looked through too: the journal, the audit log and
    Prefect's home (its database, logs and results), every file there that changed since the run began.
    """
    hits = scanner.scan(files, _logs_of(store) if store else {})
    inside = _listed(hit for hit in hits if hit.file in files)
    if inside:
        raise DisclosureLeak(f"sensitive values stand in the partner edition ({inside}); nothing was written")
    if hits:
        raise DisclosureLeak(
            f"sensitive values stand in the logs of this run ({_listed(hits)}); nothing was published. Remove those "
            "files and report the fault"
        )


def _listed(hits: Iterable[Hit]) -> str:
    return "; ".join(f"{hit.kind} in {hit.file}" for hit in islice(hits, 10))


def _logs_of(store: Path) -> dict[str, bytes]:
    home = Path(os.environ.get("PREFECT_HOME") or store / "prefect")
    began = run_began(store)
    files = {
        f"{label}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for label, folder in (("logs", store / "logs"), ("PREFECT_HOME", home))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_mtime >= began
    }
    audit = store / "audit.jsonl"
    return files | ({"audit.jsonl": audit.read_bytes()} if audit.is_file() else {})


def scanner_of(tables: Tables, month: Month, names: Iterable[str] = ()) -> Scanner:
    """Return a scanner that knows the sensitive values of all records, shareable or not."""
    scanner = Scanner()
    scanner.add("file name", (name for name in names if sum(letter.isdigit() for letter in name) >= 4))
    for kind in sorted(set(tables.frames) - _OPEN):
        frame = tables.get(kind)
        for what, columns in IDENTIFIERS.items():
            for column in columns:
                scanner.add(what, _identifying(_texts(frame, column)))
        _add_people(scanner, frame)
        _add_places(scanner, frame)
        for column in _TEXTS:
            scanner.add_texts("narrative", _texts(frame, column))
    _add_births(scanner, tables, month)
    ended = ended_operations(tables, month)
    for kind in ("operations", "test_purchases", "seizures", "arrests"):
        open_ones = set(_texts(tables.get(kind), "operation").to_pylist()) - ended
        scanner.add("operation not yet arrested", (_operation(name) for name in sorted(open_ones)))
    return scanner


def _add_people(scanner: Scanner, frame: pd.DataFrame) -> None:
    for columns in _NAMES:
        if not set(columns) <= set(frame.columns):
            continue
        surname, forenames = (pc.fill_null(pa.array(frame[name]).cast(pa.large_string()), "") for name in columns)
        is_whole = pc.and_(pc.greater(pc.utf8_length(surname), 1), pc.greater(pc.utf8_length(forenames), 1))
        surname, forenames = surname.filter(is_whole), forenames.filter(is_whole)
        scanner.add("name", pc.binary_join_element_wise(forenames, surname, _SPACE))
        scanner.add("name", pc.binary_join_element_wise(surname, forenames, _SPACE))


def _add_births(scanner: Scanner, tables: Tables, month: Month) -> None:
    """Add every different day of birth, in each way in which people write one."""
    stated = [
        pd.to_datetime(tables.get(kind)[column], errors="coerce")
        for kind in sorted(set(tables.frames) - _OPEN)
        for column in ("date_of_birth", "seller_date_of_birth")
        if column in tables.get(kind)
    ]
    if not stated:
        return
    days = pd.concat(stated, ignore_index=True).dropna().drop_duplicates()
    days = days[days.dt.year < month.start.year - _YOUNGEST]
    day, month_number, year = (pa.array(part.to_numpy(dtype="int64")) for part in _parts(days))
    full, short = (pa.array(["", *(name[:size] for name in _MONTHS)]).take(month_number) for size in (None, 3))
    plain, padded = ((_number(day, size), _number(month_number, size)) for size in (1, 2))
    years = _number(year, 4)
    for parts, between in (
        ((years, padded[1], padded[0]), "-"), ((*padded, years), "/"), ((*plain, years), "/"),
        ((padded[0], full, years), " "), ((padded[0], short, years), " "),
        ((plain[0], full, years), " "), ((plain[0], short, years), " "),
    ):  # fmt: skip
        scanner.add("date of birth", pc.binary_join_element_wise(*parts, between))


def _parts(days: pd.Series[pd.Timestamp]) -> tuple[pd.Series[int], pd.Series[int], pd.Series[int]]:
    return days.dt.day, days.dt.month, days.dt.year


def _number(number: pa.Array, digits: int) -> pa.Array:
    return pc.utf8_lpad(number.cast(pa.string()), digits, "0")


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_YOUNGEST = 9
"""Years; a later birth may share its day with a date that the page prints."""


def _add_places(scanner: Scanner, frame: pd.DataFrame) -> None:
    for column in PLACES:
        values = pc.unique(_texts(frame, column))
        has_words = pc.greater_equal(pc.count_substring_regex(pc.utf8_trim_whitespace(values), r"\s+"), 2)
        scanner.add("address", values.filter(pc.and_(has_words, pc.match_substring_regex(values, _DIGIT))))
    if {"easting_m", "northing_m"} <= set(frame.columns):
        points = frame[["easting_m", "northing_m"]].dropna().drop_duplicates()
        east, north = (_whole(points[name]) for name in ("easting_m", "northing_m"))
        for between in (" ", ".0 "):
            scanner.add("coordinates", pc.binary_join_element_wise(east, north, _text(between)))
    if {"latitude", "longitude"} <= set(frame.columns):
        degrees = frame[["latitude", "longitude"]].apply(pd.to_numeric, errors="coerce").dropna().drop_duplicates()
        for places in (4, 5, 6):
            north, east = (_rounded(degrees[name], places) for name in ("latitude", "longitude"))
            scanner.add("coordinates", pc.binary_join_element_wise(north, east, _SPACE))


def _whole(metres: pd.Series[float]) -> pa.Array:
    return pa.array(metres.round().to_numpy(dtype="int64")).cast(pa.large_string())


def _rounded(degrees: pd.Series[float], places: int) -> pa.Array:
    """Return degrees to so many decimals as two words, without their sign (a page's words have none)."""
    scaled = np.rint(np.abs(degrees.to_numpy(dtype="float64")) * 10**places).astype("int64")
    whole, part = (pa.array(number).cast(pa.large_string()) for number in (scaled // 10**places, scaled % 10**places))
    return pc.binary_join_element_wise(whole, pc.utf8_lpad(part, places, "0"), _SPACE)


def _text(text: str) -> pa.Scalar:
    return pa.scalar(text, type=pa.large_string())


_SPACE = _text(" ")
_DIGIT = r"\p{Nd}"


def _identifying(values: pa.Array) -> pa.Array:
    is_long = pc.greater_equal(pc.utf8_length(values), 5)
    return values.filter(pc.and_(is_long, pc.match_substring_regex(values, _DIGIT)))


def _operation(name: str) -> str:
    has_digit = any(letter.isdigit() for letter in name)
    return name if has_digit or name.casefold().startswith("operation ") else f"operation {name}"


def _texts(frame: pd.DataFrame, column: str) -> pa.Array:
    return text_of(frame[column].astype("str")) if column in frame else pa.array([], type=pa.large_string())
