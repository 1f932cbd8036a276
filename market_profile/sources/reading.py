"""One file of the inbox: read, matched to the contract, checked, and split into candidates and quarantined rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from market_profile.contracts.checks import check_rows
from market_profile.contracts.columns import Kind
from market_profile.contracts.readings import plain
from market_profile.contracts.tables import Areas
from market_profile.settings import SourceSettings
from market_profile.sources.columnar import read_parquet
from market_profile.sources.delimited import read_delimited
from market_profile.sources.files import InboxFile
from market_profile.sources.headers import Header, known_headings, match_header
from market_profile.sources.identity import content_hashes, record_refs
from market_profile.sources.places import COORDINATES, read_places
from market_profile.sources.raw import RawTable, faults_at
from market_profile.sources.workbook import read_workbook
from market_profile.terms import Reason

_ORPHAN = "The {parent} record that this row belongs to was never accepted; send it, then this row again."
_LISTED = 20


@dataclass(frozen=True)
class FileRows:
    """What one file gave.

    ``candidates`` are typed rows without a fault (some may turn out duplicates), ``faults`` has (row, column, reason,
    sentence), ``refs`` the record_ref of each faulty row whose key can be read, ``lines`` the line of each record.
    """

    file: InboxFile
    read: int
    candidates: pd.DataFrame
    faults: pd.DataFrame
    refs: pd.Series[str]
    lines: np.ndarray[tuple[int], np.dtype[np.int64]]
    raw_text: Callable[[Sequence[int]], list[str]]
    warnings: tuple[str, ...]


def read_file(
    kind: Kind, file: InboxFile, source: SourceSettings, areas: Areas, parents: frozenset[str] | None
) -> FileRows:
    """Return the rows of ``file``; ``parents`` are the accepted references of the parent kind, None without one.

    Raises FileRefused where the file cannot be used as a whole.
    """
    table = read_table(kind, file, source)
    header = match_header(kind, table.headings, source)
    text = _in_our_names(kind, table, header)
    places = read_places(kind, text, areas) if kind.has_place else None
    checked = check_rows(kind, _without_places(text) if kind.has_place else text, source)
    faults = _together(table.faults, checked.faults, _orphans(kind, text, parents))
    typed = checked.accepted[~checked.accepted.index.isin(faults["row"])]
    if places is not None:
        faults = _together(faults, _place_faults(places, faults))
        typed = typed.assign(**{name: places.loc[typed.index, name] for name in _place_columns(kind)})
    return FileRows(
        file=file,
        read=table.read,
        candidates=_labelled(kind, file, table, typed, text),
        faults=faults,
        refs=_faulty_refs(kind, text, faults, source),
        lines=table.lines,
        raw_text=table.raw_text,
        warnings=(*table.warnings, *_ignored(header, table, checked.accepted)),
    )


def read_table(kind: Kind, file: InboxFile, source: SourceSettings) -> RawTable:
    """Return the file as text, by the reader of its format; what is neither workbook nor Parquet is delimited text."""
    name = file.path.name.lower()
    if name.endswith(".xlsx"):
        return read_workbook(file.path, source.sheet)
    if name.endswith(".parquet"):
        return read_parquet(file.path)
    return read_delimited(file.path, frozenset(known_headings(kind, source)), source.encoding, source.delimiter)


def _in_our_names(kind: Kind, table: RawTable, header: Header) -> pd.DataFrame:
    """Return the cells under our names in the order of the file (a total stands in its first cell), then the blanks."""
    positions = {**header.positions, **header.others}
    columns = {name: table.cells[positions[name]] for name in sorted(positions, key=lambda name: positions[name])}
    blank = pd.Series("", index=table.cells.index, dtype="str")
    columns |= {name: blank for name in kind.names if name not in columns}
    return pd.DataFrame(columns, index=table.cells.index)


def _without_places(text: pd.DataFrame) -> pd.DataFrame:
    return text.assign(**{name: "" for name in COORDINATES if name in text})


def _place_columns(kind: Kind) -> tuple[str, ...]:
    declared = {column.name for column in (*kind.columns, *kind.derived)} | {"easting_m", "northing_m"}
    return (*(name for name in COORDINATES if name in declared), "place_fault", "raw_place", "place_sentence")


def _orphans(kind: Kind, text: pd.DataFrame, parents: frozenset[str] | None) -> pd.DataFrame:
    if kind.parent is None or parents is None:
        return faults_at([], "", Reason.UNKNOWN_PARENT, "")
    column = kind.parent[1]
    stated = plain(text[column])
    rows = text.index[(stated != "") & ~stated.isin(parents)].tolist()
    return faults_at(rows, column, Reason.UNKNOWN_PARENT, _ORPHAN.format(parent=kind.parent[0]))


def _together(*found: pd.DataFrame) -> pd.DataFrame:
    """Return all faults in one frame; of a totals row only that it is one."""
    faults = pd.concat([frame for frame in found if len(frame)] or [found[0]], ignore_index=True)
    is_total = faults["reason"] == str(Reason.TOTALS_ROW)
    return faults[is_total | ~faults["row"].isin(faults.loc[is_total, "row"])].reset_index(drop=True)


def _place_faults(places: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    at_fault = places[(places["place_fault"] != "") & places.index.isin(faults["row"])]
    columns = at_fault["raw_place"].str.replace(r"=[^;]*(; )?", "|", regex=True).str.removesuffix("|")
    return pd.DataFrame(
        {
            "row": at_fault.index.to_numpy(dtype="int64"),
            "column": columns.to_numpy(),
            "reason": at_fault["place_fault"].to_numpy(),
            "sentence": at_fault["place_sentence"].to_numpy(),
        }
    ).astype({"column": "str", "reason": "str", "sentence": "str"})


def _labelled(kind: Kind, file: InboxFile, table: RawTable, typed: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    lines = table.lines[typed.index.to_numpy(dtype="int64")]
    place = {} if kind.has_place else {"place_fault": "", "raw_place": "", "place_sentence": ""}
    content = typed.drop(columns=["place_fault", "raw_place", "place_sentence"], errors="ignore")
    return typed.assign(
        record_ref=record_refs(kind, typed),
        content_sha256=content_hashes(kind, content, text),
        source_file=pd.Series(file.file_id, index=typed.index, dtype="str"),
        source_line=pd.Series(lines, index=typed.index, dtype="int64"),
        **{name: pd.Series(value, index=typed.index, dtype="str") for name, value in place.items()},
    )


def _faulty_refs(kind: Kind, text: pd.DataFrame, faults: pd.DataFrame, source: SourceSettings) -> pd.Series[str]:
    """Return the references of faulty rows whose key columns alone pass the same checks."""
    named = faults.loc[faults["reason"] != str(Reason.TOTALS_ROW), "row"]
    text = text[text.index.isin(named)]
    if not kind.key or text.empty:
        return pd.Series(dtype="str")
    columns = tuple(kind.column(name) for name in kind.key)
    keys_only = replace(
        kind, columns=columns, row_checks=(), derived=(), derive=None, open_columns=False, has_place=False, parent=None
    )
    checked = check_rows(keys_only, text[list(kind.key)], source)
    return record_refs(kind, checked.accepted)


def _ignored(header: Header, table: RawTable, accepted: pd.DataFrame) -> tuple[str, ...]:
    unused = [*header.ignored, *(position + 1 for name, position in header.others.items() if name not in accepted)]
    if not unused:
        return ()
    named = [table.headings[number - 1].strip()[:40] or f"(column {number})" for number in sorted(unused)]
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    return (f"columns not used: {', '.join(named[:_LISTED])}{more}",)
