"""Rows of a kind judged against the contract, the area and their parents, and given back with the file of each.

Files with the same columns are judged together: the checks cost the same for one row and for a thousand. A row is known
by a number that runs through all files of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.contracts.checks import check_rows
from market_profile.contracts.columns import Kind
from market_profile.contracts.readings import is_among, plain
from market_profile.contracts.tables import Areas
from market_profile.settings import SourceSettings
from market_profile.sources.doubtful import doubtful_references
from market_profile.sources.files import InboxFile
from market_profile.sources.identity import content_hashes, record_refs
from market_profile.sources.places import COORDINATES, read_places
from market_profile.sources.raw import faults_at
from market_profile.sources.reading import FileText, in_our_names
from market_profile.terms import Reason
from market_profile.visible import on_one_line

_ORPHAN = "The {parent} record that this row belongs to was never accepted; send it, then this row again."
_REPEATS = "The row says the header again, as where exports were joined; take it out."
_LISTED = 20


@dataclass(frozen=True)
class FileRead:
    """One file as read: how many records, the line of each, the raw text of the faulty ones, and warnings."""

    file: InboxFile
    read: int
    lines: npt.NDArray[np.int64]
    raw: Mapping[int, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class KindRows:
    """What the files of a kind gave; rows are known by their running number, indices included.

    ``starts`` holds the number of each file's first row and, last, of all rows. ``candidates`` are typed rows without
    a fault (some may turn out duplicates), with ``source_file``, ``source_line`` and ``file_order``; ``faults`` has
    (row, column, reason, sentence), ``refs`` the record_ref of each faulty row whose key can be read.
    """

    files: tuple[FileRead, ...]
    starts: npt.NDArray[np.int64]
    candidates: pd.DataFrame
    faults: pd.DataFrame
    refs: pd.Series[str]

    def file_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the place in ``files`` of each row."""
        return np.asarray(np.searchsorted(self.starts, rows, side="right") - 1, dtype="int64")

    def of_files(self, first: int) -> KindRows:
        """Return the same rows with the faults of the files from ``first`` on only."""
        faults = self.faults[self.faults["row"] >= self.starts[first]] if first else self.faults
        return replace(self, faults=faults)


@dataclass(frozen=True)
class Circumstances:
    """What rows are judged against: the source's settings, the area, and the accepted references of their parents."""

    source: SourceSettings
    areas: Areas
    parents: pd.Series[str] | None = None


@dataclass(frozen=True)
class _Judged:
    """Typed rows without a fault, the faults of the others and the references of those, by running row number."""

    typed: pd.DataFrame
    faults: pd.DataFrame
    refs: pd.Series[str]


def judge_files(kind: Kind, files: Sequence[FileText], around: Circumstances) -> KindRows:
    """Return the rows of the files, in the order given; rows do not depend on the files beside them."""
    starts = np.cumsum([0, *(file.table.read for file in files)]).astype("int64")
    together: dict[tuple[object, ...], list[int]] = {}
    for number, file in enumerate(files):
        own = (number,) if kind.open_columns else ()  # which further columns are numbers is decided file by file
        together.setdefault((*file.places, *own), []).append(number)
    read: dict[int, FileRead] = {}
    groups = []
    for numbers in together.values():
        group = [files[number] for number in numbers]
        judged = _judge_group(kind, group, starts[numbers], around)
        groups.append(judged)
        faulty = np.unique(judged.faults["row"].to_numpy(dtype="int64"))
        for number, file in zip(numbers, group, strict=True):
            local = faulty[(faulty >= starts[number]) & (faulty < starts[number + 1])] - starts[number]
            read[number] = _read(file, judged.typed, local.tolist())
    ordered = tuple(read[number] for number in range(len(files)))
    typed = pd.concat([one.typed for one in groups if len(one.typed)] or [groups[0].typed])
    faults = pd.concat([one.faults for one in groups if len(one.faults)] or [groups[0].faults], ignore_index=True)
    return KindRows(ordered, starts, _with_source(typed, ordered, starts), faults, pd.concat([g.refs for g in groups]))


def joined(parts: Sequence[KindRows]) -> KindRows:
    """Return what files of a kind gave that were judged part by part, as if all at once."""
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0, *(int(part.starts[-1]) for part in parts)])
    places = np.cumsum([0, *(len(part.files) for part in parts)])
    candidates = [
        part.candidates.assign(file_order=part.candidates["file_order"] + place)
        for part, place in zip(parts, places, strict=False)
        if len(part.candidates)
    ]
    faults = [
        part.faults.assign(row=part.faults["row"] + offset)
        for part, offset in zip(parts, offsets, strict=False)
        if len(part.faults)
    ]
    refs = [part.refs.set_axis(part.refs.index + offset) for part, offset in zip(parts, offsets, strict=False)]
    starts = [part.starts[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return KindRows(
        files=tuple(file for part in parts for file in part.files),
        starts=np.concatenate([*starts, offsets[-1:]]),
        candidates=pd.concat(candidates or [parts[0].candidates]),
        faults=pd.concat(faults or [parts[0].faults], ignore_index=True),
        refs=pd.concat(refs),
    )


def _with_source(typed: pd.DataFrame, files: Sequence[FileRead], starts: npt.NDArray[np.int64]) -> pd.DataFrame:
    rows = typed.index.to_numpy(dtype="int64")
    order = np.searchsorted(starts, rows, side="right") - 1
    ids = pd.Series([file.file.file_id for file in files], dtype="str")
    return typed.assign(
        source_file=ids.take(order).set_axis(typed.index),
        source_line=np.concatenate([file.lines for file in files])[rows],
        file_order=order,
    )


def _judge_group(kind: Kind, files: list[FileText], starts: npt.NDArray[np.int64], around: Circumstances) -> _Judged:
    text = in_our_names(files, starts.tolist())
    reading = [
        file.table.faults.assign(row=file.table.faults["row"].astype("int64") + start)
        for file, start in zip(files, starts, strict=True)
        if len(file.table.faults)
    ]
    found = pd.concat(reading, ignore_index=True) if reading else files[0].table.faults
    repeats = [row + start for file, start in zip(files, starts.tolist(), strict=True) for row in file.repeats]
    return _judge(kind, text, (found, repeats), around)


def _judge(kind: Kind, text: pd.DataFrame, reading: tuple[pd.DataFrame, list[int]], around: Circumstances) -> _Judged:
    """Judge rows; ``reading`` has the faults found by reading them, and the rows that say the header again."""
    places = read_places(kind, text, around.areas) if kind.has_place else None
    checked = check_rows(kind, _without_places(text) if kind.has_place else text, around.source)
    faults = _together(
        reading[0], checked.faults, _orphans(kind, text, around.parents), *doubtful_references(kind, text)
    )
    repeats = sorted(set(reading[1]) - set(faults["row"])) if reading[1] else []
    faults = _together(faults, faults_at(repeats, "", Reason.MALFORMED_ROW, _REPEATS))
    typed = checked.accepted[~checked.accepted.index.isin(faults["row"])] if len(faults) else checked.accepted
    labels = {
        "record_ref": record_refs(kind, typed),
        "content_sha256": content_hashes(kind, typed, text, around.source.values),
    }
    if places is not None:
        faults = _together(faults, _place_faults(places, faults))
        labels |= {name: places.loc[typed.index, name] for name in _place_columns(kind)}
    else:
        blank = pd.Series("", index=typed.index, dtype="str")
        labels |= {"place_fault": blank, "raw_place": blank, "place_sentence": blank}
    return _Judged(typed.assign(**labels), faults, _faulty_refs(kind, text, faults, around.source))


def _read(file: FileText, typed: pd.DataFrame, faulty: list[int]) -> FileRead:
    warnings = (*file.table.warnings, *_ignored(file, typed))
    raw = dict(zip(faulty, file.table.raw_text(faulty), strict=True)) if faulty else {}
    return FileRead(file.file, file.table.read, file.table.lines, raw, warnings)


def _without_places(text: pd.DataFrame) -> pd.DataFrame:
    return text.assign(**{name: "" for name in COORDINATES if name in text})


def _place_columns(kind: Kind) -> tuple[str, ...]:
    declared = {column.name for column in (*kind.columns, *kind.derived)} | {"easting_m", "northing_m"}
    return (*(name for name in COORDINATES if name in declared), "place_fault", "raw_place", "place_sentence")


def _orphans(kind: Kind, text: pd.DataFrame, parents: pd.Series[str] | None) -> pd.DataFrame:
    if kind.parent is None or parents is None:
        return faults_at([], "", Reason.UNKNOWN_PARENT, "")
    column = kind.parent[1]
    stated = plain(text[column])
    rows = text.index[(stated != "").to_numpy(dtype=bool) & ~is_among(stated, parents)].tolist()
    return faults_at(rows, column, Reason.UNKNOWN_PARENT, _ORPHAN.format(parent=kind.parent[0]))


def _together(*found: pd.DataFrame) -> pd.DataFrame:
    """Return all faults in one frame; of a totals row only that it is one."""
    filled = [frame for frame in found if len(frame)]
    faults = pd.concat(filled, ignore_index=True) if len(filled) > 1 else (filled or found)[0].reset_index(drop=True)
    is_total = faults["reason"] == str(Reason.TOTALS_ROW)
    if not is_total.any():
        return faults
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
    text = text[text.index.isin(named)] if len(named) else text.iloc[:0]
    if not kind.key or text.empty:
        return pd.Series(dtype="str", index=pd.Index([], dtype="int64"))
    columns = tuple(kind.column(name) for name in kind.key)
    keys_only = replace(
        kind, columns=columns, row_checks=(), derived=(), derive=None, open_columns=False, has_place=False, parent=None
    )
    checked = check_rows(keys_only, text[[name for name in kind.key if name in text]], source)
    return record_refs(kind, checked.accepted)


def _ignored(file: FileText, typed: pd.DataFrame) -> tuple[str, ...]:
    further = [position + 1 for name, position in file.header.others.items() if name not in typed]
    unused = sorted([*file.header.ignored, *further])
    if not unused:
        return ()
    named = [on_one_line(file.table.headings[number - 1].strip()[:40]) or f"(column {number})" for number in unused]
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    return (f"columns not used: {', '.join(named[:_LISTED])}{more}",)
