"""Rows of a kind judged against the contract, the area and their parents, and given back file by file.

Files with the same columns are judged together: the checks cost the same for one row and for a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.contracts.checks import check_rows
from market_profile.contracts.columns import Kind
from market_profile.contracts.readings import plain
from market_profile.contracts.tables import Areas
from market_profile.settings import SourceSettings
from market_profile.sources.files import InboxFile
from market_profile.sources.identity import content_hashes, record_refs
from market_profile.sources.places import COORDINATES, read_places
from market_profile.sources.raw import faults_at
from market_profile.sources.reading import FileText
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
    lines: npt.NDArray[np.int64]
    raw_text: Callable[[Sequence[int]], list[str]]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """What rows are judged against: the source's settings, the area, and the accepted references of their parents."""

    source: SourceSettings
    areas: Areas
    parents: frozenset[str] | None = None


@dataclass(frozen=True)
class _Judged:
    """Typed rows without a fault, the faults of the others and the references of those, by running row number."""

    typed: pd.DataFrame
    faults: pd.DataFrame
    refs: pd.Series[str]


def judge_files(kind: Kind, files: Sequence[FileText], around: Circumstances) -> list[FileRows]:
    """Return the rows of each file, in the order given; rows do not depend on the files beside them."""
    together: dict[tuple[object, ...], list[int]] = {}
    for number, file in enumerate(files):
        own = (number,) if kind.open_columns else ()  # which further columns are numbers is decided file by file
        together.setdefault((*file.text.columns, *own), []).append(number)
    found: dict[int, FileRows] = {}
    for numbers in together.values():
        rows = _judge_group(kind, [files[number] for number in numbers], around)
        found |= dict(zip(numbers, rows, strict=True))
    return [found[number] for number in range(len(files))]


def _judge_group(kind: Kind, files: list[FileText], around: Circumstances) -> list[FileRows]:
    starts = np.cumsum([0, *(file.table.read for file in files)])
    text = pd.concat([file.text.set_axis(file.text.index + start) for file, start in zip(files, starts, strict=False)])
    reading = [_moved(file.table.faults, int(start)) for file, start in zip(files, starts, strict=False)]
    judged = _judge(kind, text, pd.concat(reading, ignore_index=True), around)
    return [
        _of_file(kind, file, judged, (int(start), int(end)))
        for file, start, end in zip(files, starts, starts[1:], strict=False)
    ]


def _moved(faults: pd.DataFrame, by: int) -> pd.DataFrame:
    return faults.assign(row=faults["row"].astype("int64") + by)


def _judge(kind: Kind, text: pd.DataFrame, reading: pd.DataFrame, around: Circumstances) -> _Judged:
    places = read_places(kind, text, around.areas) if kind.has_place else None
    checked = check_rows(kind, _without_places(text) if kind.has_place else text, around.source)
    faults = _together(reading, checked.faults, _orphans(kind, text, around.parents))
    typed = checked.accepted[~checked.accepted.index.isin(faults["row"])]
    labels = {"record_ref": record_refs(kind, typed), "content_sha256": content_hashes(kind, typed, text)}
    if places is not None:
        faults = _together(faults, _place_faults(places, faults))
        labels |= {name: places.loc[typed.index, name] for name in _place_columns(kind)}
    else:
        blank = pd.Series("", index=typed.index, dtype="str")
        labels |= {"place_fault": blank, "raw_place": blank, "place_sentence": blank}
    return _Judged(typed.assign(**labels), faults, _faulty_refs(kind, text, faults, around.source))


def _of_file(kind: Kind, file: FileText, judged: _Judged, span: tuple[int, int]) -> FileRows:
    start, end = span
    typed = judged.typed[(judged.typed.index >= start) & (judged.typed.index < end)]
    faults = judged.faults[judged.faults["row"].between(start, end - 1)]
    refs = judged.refs[(judged.refs.index >= start) & (judged.refs.index < end)]
    lines = file.table.lines[typed.index.to_numpy(dtype="int64") - start]
    return FileRows(
        file=file.file,
        read=file.table.read,
        candidates=typed.assign(
            source_file=pd.Series(file.file.file_id, index=typed.index, dtype="str"),
            source_line=pd.Series(lines, index=typed.index, dtype="int64"),
        ),
        faults=_moved(faults, -start).reset_index(drop=True),
        refs=refs.set_axis(refs.index - start),
        lines=file.table.lines,
        raw_text=file.table.raw_text,
        warnings=(*file.table.warnings, *_ignored(file, judged.typed)),
    )


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


def _faulty_refs(kind: Kind, text: pd.DataFrame, faults: pd.DataFrame, source: SourceSettings) -> pd.Series[str]:
    """Return the references of faulty rows whose key columns alone pass the same checks."""
    named = faults.loc[faults["reason"] != str(Reason.TOTALS_ROW), "row"]
    text = text[text.index.isin(named)]
    if not kind.key or text.empty:
        return pd.Series(dtype="str", index=pd.Index([], dtype="int64"))
    columns = tuple(kind.column(name) for name in kind.key)
    keys_only = replace(
        kind, columns=columns, row_checks=(), derived=(), derive=None, open_columns=False, has_place=False, parent=None
    )
    checked = check_rows(keys_only, text[list(kind.key)], source)
    return record_refs(kind, checked.accepted)


def _ignored(file: FileText, typed: pd.DataFrame) -> tuple[str, ...]:
    further = [position + 1 for name, position in file.header.others.items() if name not in typed]
    unused = sorted([*file.header.ignored, *further])
    if not unused:
        return ()
    named = [file.table.headings[number - 1].strip()[:40] or f"(column {number})" for number in unused]
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    return (f"columns not used: {', '.join(named[:_LISTED])}{more}",)
