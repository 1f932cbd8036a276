"""Which record a row is: its reference, the hash of its content, and whether it repeats or amends an earlier one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.columns import Kind
from market_profile.contracts.parse_grades import PARTS
from market_profile.contracts.references import joined_key
from market_profile.sources.places import COORDINATES

_Mask = npt.NDArray[np.bool_]
_CELL, _ROW = "\x1e", "\x1f"
"""Separators that no accepted cell holds: a row with control characters is quarantined."""


AS_WRITTEN = frozenset({"grade"})
"""Columns kept as written whose meaning other columns hold: ``B2P`` and ``2BP`` are one content."""


FILLED = frozenset({"grade_scheme", *PARTS, "deals"})
"""Columns that reading may fill from another one; any other that the file lacks is blank."""


@dataclass(frozen=True)
class Sorted:
    """Candidate rows told apart: ``accepted`` (with ``version``), ``duplicate`` counts and ``amended`` by file id.

    ``older`` counts duplicates that repeat a superseded version: the current version stays.
    """

    accepted: pd.DataFrame
    duplicate: dict[str, int]
    amended: dict[str, int]
    older: int


def record_refs(kind: Kind, frame: pd.DataFrame) -> pd.Series[str]:
    """Return the key columns of the typed ``frame`` joined into references; dates as ISO 8601."""
    return joined_key(kind, [cells_as_text(frame[name]) for name in kind.key], frame.index)


def content_hashes(kind: Kind, frame: pd.DataFrame, text: pd.DataFrame, mapped: Collection[str] = ()) -> pd.Series[str]:
    """Return the SHA-256 of every row's content: contract columns after reading, blanks left out.

    ``frame`` is typed, ``text`` holds the raw cells (its coordinates are compared as numbers where they are ones), so
    formatting, the order of columns and columns that the contract gains later make no difference. ``mapped`` names
    columns whose blank cells the settings may fill.
    """
    derived = {column.name for column in kind.derived}
    system = {"record_ref", "source_file", "source_line", "version", "place_fault"}
    unused = derived | system | AS_WRITTEN | set(COORDINATES)
    names = [
        name for name in frame.columns if name not in unused and (name in text or name in mapped or name in FILLED)
    ]
    cells = {name: cells_as_text(frame[name]) for name in names}
    cells |= {name: _coordinate_text(text.loc[frame.index, name]) for name in COORDINATES if name in text}
    labelled = [_labelled(name, cells[name]) for name in sorted(cells) if (cells[name] != "").any()]
    rows = pa.array(_joined(labelled, frame.index), type=pa.large_binary()).to_pylist()
    hashes = pa.array([hashlib.sha256(row).hexdigest() for row in rows], type=pa.large_string())
    return pd.Series(pd.array(hashes, dtype="str"), index=frame.index)


def _labelled(name: str, cells: pd.Series[str]) -> pd.Series[str]:
    """Return ``name``, the cell and a mark for each cell that is not blank."""
    kind = pa.large_string()
    text = pa.array(cells, type=kind)
    label, end, blank = (pa.scalar(part, type=kind) for part in (name + _CELL, _ROW, ""))
    whole = pc.binary_join_element_wise(label, text, end, blank)
    return pd.Series(pd.array(pc.if_else(pc.equal(text, blank), blank, whole), dtype="str"), index=cells.index)


def _joined(parts: list[pd.Series[str]], index: pd.Index) -> pd.Series[str]:
    """Return the texts of each row in one; blank where there are no parts."""
    if not parts:
        return pd.Series("", index=index, dtype="str")
    kind = pa.large_string()
    columns = [pa.array(part.fillna(""), type=kind) for part in parts]
    joined = pc.binary_join_element_wise(*columns, pa.scalar("", type=kind))
    return pd.Series(pd.array(joined, dtype="str"), index=index)


def cells_as_text(column: pd.Series) -> pd.Series[str]:
    """Return a typed column as canonical text; missing is ``""``, midnight has no time, whole numbers no ``.0``."""
    if isinstance(column.dtype, pd.StringDtype) or column.dtype == object:
        return column.fillna("").astype("str")
    if pd.api.types.is_datetime64_any_dtype(column):
        return _time_text(column)
    if pd.api.types.is_float_dtype(column):
        return _float_text(column)
    return column.astype("str").where(column.notna(), "").astype("str")


def _time_text(column: pd.Series) -> pd.Series[str]:
    text = pd.Series(pd.array(pa.array(column.astype("datetime64[us]")).cast(pa.string()), dtype="str"))
    text.index = column.index
    text = text.str.replace(" 00:00:00.000000", "", regex=False).str.removesuffix(".000000")
    return text.fillna("").astype("str")


def _float_text(column: pd.Series) -> pd.Series[str]:
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    is_whole = np.isfinite(values) & (np.floor(values) == values) & (np.abs(values) < 1e15)
    whole = pd.Series(np.where(is_whole, values, 0).astype("int64"), index=column.index).astype("str")
    text = pd.Series(values, index=column.index).astype("str").where(~np.isnan(values), "")
    return whole.where(is_whole, text).astype("str")


def _coordinate_text(cells: pd.Series[str]) -> pd.Series[str]:
    if not (cells != "").any():
        return cells
    trimmed = cells.str.strip()
    numbers = pd.to_numeric(trimmed, errors="coerce")
    return _float_text(numbers).where(numbers.notna(), trimmed)


def tell_apart(kind: Kind, rows: pd.DataFrame, known_of: Callable[[pd.Series[str]], pd.DataFrame]) -> Sorted:
    """Return which candidate ``rows`` are new, amendments or duplicates.

    ``rows`` carries ``file_order``, ``source_file``, ``record_ref`` and ``content_sha256``; ``known_of`` returns
    (record_ref, content_sha256, version) of every version accepted before of the records it is given. The order is by
    file, then the record's own time, then content, so the order of rows within a file does not matter.
    """
    rows = _ordered(kind, rows)
    if not kind.key:
        rows = rows.assign(record_ref=_occurrences(rows))
    known = known_of(rows["record_ref"])
    is_known, is_current, latest = _standing(rows, known)
    codes, refs = pd.factorize(rows["record_ref"])
    contents = pd.factorize(rows["content_sha256"])[0]
    repeats = is_known | pd.Series(codes * np.int64(len(rows) + 1) + contents).duplicated().to_numpy(dtype=bool)
    fresh = rows[~repeats] if repeats.any() else rows
    version = latest[~repeats] + 1
    if len(refs) < len(rows):
        version = version + pd.Series(codes[~repeats]).groupby(codes[~repeats]).cumcount().to_numpy(dtype="int64")
    fresh = fresh.assign(version=version)
    return Sorted(
        accepted=fresh.drop(columns=["file_order"]).reset_index(drop=True),
        duplicate=_by_file(rows[repeats]),
        amended=_by_file(fresh[fresh["version"] > 1]),
        older=int((is_known & ~is_current).sum()),
    )


def _standing(rows: pd.DataFrame, known: pd.DataFrame) -> tuple[_Mask, _Mask, npt.NDArray[np.int64]]:
    """Tell which rows repeat an accepted version and which the current one; and the record's last version (0: none)."""
    if known.empty:
        nothing = np.zeros(len(rows), dtype=bool)
        return nothing, nothing, np.zeros(len(rows), dtype="int64")
    pairs = pd.MultiIndex.from_frame(rows[["record_ref", "content_sha256"]])
    latest = known.groupby("record_ref")["version"].max()
    current = known[known["version"] == known["record_ref"].map(latest)]
    among = (pairs.isin(pd.MultiIndex.from_frame(part[["record_ref", "content_sha256"]])) for part in (known, current))
    is_known, is_current = (np.asarray(part, dtype=bool) for part in among)
    return is_known, is_current, rows["record_ref"].map(latest).fillna(0).to_numpy(dtype="int64")


def _ordered(kind: Kind, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by file, time (none last), content and line."""
    keys: list[npt.NDArray[Any]] = [rows["source_line"].to_numpy(), *_leading(rows["content_sha256"])[::-1]]
    if kind.time:
        times = rows[kind.time]
        is_date = pd.api.types.is_datetime64_any_dtype(times)
        keys.append(times.to_numpy() if is_date else pd.factorize(times, sort=True)[0])
    order = np.lexsort([*keys, rows["file_order"].to_numpy()])
    return rows.take(order).reset_index(drop=True)


def _leading(hashes: pd.Series[str]) -> list[npt.NDArray[np.uint64]]:
    """Return the first sixteen digits of hashes as two columns of numbers in the order of their text."""
    text = np.asarray(hashes.str.slice(0, 16).to_numpy(dtype="object"), dtype="S16")
    halves = np.frombuffer(text.tobytes(), dtype=">u8").reshape(-1, 2)
    return [halves[:, 0].astype("uint64"), halves[:, 1].astype("uint64")]


def _occurrences(rows: pd.DataFrame) -> pd.Series[str]:
    number = rows.groupby(["source_file", "content_sha256"]).cumcount() + 1
    return (rows["content_sha256"].str.slice(0, 32) + "/" + number.astype("str")).astype("str")


def _by_file(rows: pd.DataFrame) -> dict[str, int]:
    return {str(file): int(count) for file, count in rows.groupby("source_file").size().items()}
