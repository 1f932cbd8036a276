"""Delta Lake tables of accepted rows, quarantined rows and files, one append a batch.

A batch is one intake; its number is written into every row it brought. A batch counts only once its marker exists,
so rows of a killed run are invisible and are removed before the next append.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile import __version__
from market_profile.contracts.columns import DTYPES, SYSTEM_COLUMNS
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.errors import WrongUse
from market_profile.store.delta import DeltaFolder
from market_profile.store.erasures import Erasure, check_none_begun, erasures
from market_profile.store.markers import BRING_BACK, read_markers
from market_profile.store.publish import write_file
from market_profile.terms import Reason

_STRING = pd.StringDtype(na_value=float("nan"))
_ARROW_TO_PANDAS = {
    pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): _STRING, pa.large_string(): _STRING,
}  # fmt: skip
_UNDATED = "undated"
_FILE = ["kind", "name", "file_id", "sha256"]
_COUNTS = ["read", "accepted", "quarantined", "duplicate", "amended"]
_KEPT_BACK = frozenset(
    {"record_month", "content_sha256", "raw_place", "batch", "source_file", "source_line", "place_fault"}
)
"""Columns of the store that no analysis reads: a hash a row is a third of what loading would move."""
_PUBLISHED = {
    "street_crime": frozenset({"crime_id", "reported_by", "falls_within", "lsoa_name", "last_outcome", "context"}),
    "stop_and_search": frozenset(
        {"age_range", "gender", "legislation", "officer_defined_ethnicity", "policing_operation",
         "self_defined_ethnicity"}
    ),
}  # fmt: skip
"""Columns of open data that no analysis reads either; they are as many as the force's own records."""


@dataclass(frozen=True)
class Batch:
    """What one intake brings: accepted frames by kind, the quarantine, the files, and rows without their place.

    ``files`` has columns kind, name, file_id, sha256, read, accepted, quarantined, duplicate, amended, reasons.
    """

    month: str
    accepted: Mapping[str, pd.DataFrame]
    quarantine: pd.DataFrame
    files: pd.DataFrame
    place_faults: pd.DataFrame = field(default_factory=pd.DataFrame)
    warnings: tuple[str, ...] = ()


class Warehouse:
    """The tables of one workspace under ``store/tables``."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._tables = DeltaFolder(store / "tables")
        self._markers = store / "batches"

    def last_batch(self) -> int:
        """Return the number of the last whole batch, 0 before the first."""
        if not self._markers.is_dir():
            return 0
        return max((int(path.stem) for path in self._markers.glob("*.json") if path.stem.isdigit()), default=0)

    def append(self, batch: Batch) -> int:
        """Append a batch to the tables and return its number; all of it counts or nothing does."""
        number = self.last_batch() + 1
        self._tables.drop_after(number - 1)
        metadata = {
            "batch": str(number),
            "code_version": __version__,
            "input_sha256": ",".join(sorted(batch.files["sha256"])),
        }
        for kind, frame in batch.accepted.items():
            self._write(kind, _with_month(kind, frame), number, metadata)
        for name, frame in (
            ("_quarantine", batch.quarantine), ("_files", batch.files), ("_place_faults", batch.place_faults),
        ):  # fmt: skip
            self._write(name, frame, number, metadata)
        counts = {kind: len(frame) for kind, frame in sorted(batch.accepted.items())}
        marker = {
            **metadata,
            "batch": number,
            "month": batch.month,
            "accepted": counts,
            "warnings": list(batch.warnings),
        }
        write_file(self._markers / f"{number:06d}.json", json.dumps(marker, sort_keys=True, indent=1).encode())
        return number

    def tables(self, batch: int) -> Tables:
        """Return the current versions of all accepted records as they stood after ``batch``, without unread columns.

        Raises ``WrongUse`` where an erasure was broken off: what it takes out may stand in some tables still.
        """
        check_none_begun(self._store)
        frames = {kind: self._current(kind, batch) for kind in KINDS if self._tables.has(kind)}
        return Tables({kind: frame for kind, frame in frames.items() if len(frame)})

    def months(self, kind: str, batch: int) -> list[str]:
        """Return the months (``YYYY-MM``, in order) with an accepted record of ``kind`` after ``batch``."""
        if not self._tables.has(kind):
            return []
        dated = (pc.field("batch") <= batch) & (pc.field("record_month") != _UNDATED)
        return sorted(pc.unique(self._tables.read(kind, ["record_month"], dated)["record_month"]).to_pylist())

    def files(self, batch: int) -> pd.DataFrame:
        """Return the accounting of every file taken in up to ``batch``, one row a file, by kind and name.

        A later batch may accept rows of an earlier file that waited for their parent; its counts are added.
        """
        frame = self._side("_files", batch)
        if frame.empty:
            return frame
        if frame.duplicated(_FILE).any():
            grouped = frame.sort_values("batch", kind="stable").groupby(_FILE, sort=False)
            frame = grouped.agg({**dict.fromkeys(_COUNTS, "sum"), "reasons": _added, "batch": "first"}).reset_index()
        return frame.sort_values(["kind", "name", "sha256"], ignore_index=True)

    def files_of(self, number: int) -> pd.DataFrame:
        """Return the files of one batch."""
        frame = self._side("_files", number)
        return frame[frame["batch"] == number] if len(frame) else pd.DataFrame(columns=[*_FILE, *_COUNTS])

    def quarantine(self, batch: int) -> pd.DataFrame:
        """Return the rows still in quarantine after ``batch``.

        A row is out once the same reference was accepted from a later file (of the batch or of a later one).
        """
        frame = self._side("_quarantine", batch)
        if frame.empty:
            return frame
        keys = _order_key(frame["batch"], frame["file"])
        names = dict(zip(self.files(batch)["file_id"], self.files(batch)["name"], strict=True))
        is_open = pd.Series(True, index=frame.index)
        for kind, rows in frame[frame["record_ref"] != ""].groupby("kind", sort=True):
            accepted = self._accepted_versions(str(kind), rows["record_ref"], batch)
            accepted["key"] = _order_key(accepted["batch"], accepted["source_file"].map(names).fillna(""))
            latest = rows["record_ref"].map(accepted.groupby("record_ref")["key"].max())
            is_open.loc[rows.index] = latest.isna() | (latest.fillna("") <= keys[rows.index])
        return frame[is_open].sort_values(["kind", "file", "line"], ignore_index=True)

    def place_faults(self, batch: int) -> pd.DataFrame:
        """Return the accepted records whose place was set aside, up to ``batch``."""
        return self._side("_place_faults", batch)

    def warnings(self, batch: int) -> tuple[str, ...]:
        """Return what the intakes up to ``batch`` warned of, in order."""
        markers = read_markers(self._markers)
        return tuple(text for marker in markers if marker["batch"] <= batch for text in marker.get("warnings", []))

    def known_files(self) -> frozenset[str]:
        """Return the hashes of the files already taken in."""
        if not self._tables.has("_files"):
            return frozenset()
        until = pc.field("batch") <= self.last_batch()
        return frozenset(self._tables.read("_files", ["sha256"], until)["sha256"].to_pylist())

    def known_versions(self, kind: str, refs: pd.Series[str]) -> pd.DataFrame:
        """Return (record_ref, content_sha256, version) of every version ever accepted of the records ``refs``."""
        columns = ["record_ref", "content_sha256", "version"]
        if not self._tables.has(kind) or not len(refs):
            return pd.DataFrame({name: pd.Series(dtype="str") for name in columns}).astype({"version": "int64"})
        return self._versions(kind, refs, self.last_batch(), columns).astype({"version": "int64"})

    def waiting_rows(self) -> pd.DataFrame:
        """Return the rows set aside only because their parent was not accepted: kind, file_id, line, record_ref."""
        columns = ["kind", "file_id", "line", "record_ref"]
        if not self._tables.has("_quarantine"):
            return pd.DataFrame({name: pd.Series(dtype="str") for name in columns}).astype({"line": "int64"})
        waits = pc.field("reason_codes") == str(Reason.UNKNOWN_PARENT)
        rows = self._tables.read("_quarantine", columns, waits & (pc.field("batch") <= self.last_batch()))
        return _frame(rows).astype({"line": "int64"})

    def fingerprint(self) -> str:
        """Return the versions of all tables in one line: it changes with every row added or removed."""
        versions = (f"{name} {self._tables.version(name)}" for name in self._tables.names())
        return f"batch {self.last_batch()}; {'; '.join(versions)}"

    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with the tables, in words: numbers left out, rows that a batch lacks or has over."""
        markers = read_markers(self._markers)
        numbers = [marker["batch"] for marker in markers]
        found = [] if numbers == list(range(1, len(numbers) + 1)) else ["the batches are not numbered without a gap"]
        damaged = [name for name in self._tables.names() if not self._is_readable(name)]
        found += [f"the table {name} is damaged" for name in damaged]
        kinds = sorted({kind for marker in markers for kind, rows in marker["accepted"].items() if rows} - {*damaged})
        for kind in kinds:
            if not self._tables.has(kind):
                found.append(f"the table {kind} is missing")
                continue
            held = Counter(self._tables.read(kind, ["batch"])["batch"].to_pylist())
            brought = {marker["batch"]: marker["accepted"].get(kind, 0) for marker in markers}
            gone = Counter({one.batch: one.rows for one in _erased(self._store, kind)})
            wrong = [number for number, rows in brought.items() if held[number] + gone[number] != rows]
            found += [f"the table {kind} does not hold the rows of batch {number}" for number in wrong]
        return tuple(found)

    def _is_readable(self, name: str) -> bool:
        """Tell whether every file of a table can be read to its end."""
        try:
            self._tables.read(name, self._tables.columns(name))
        except WrongUse:
            return False
        return True

    def check_whole(self, batch: int) -> None:
        """Raise ``WrongUse`` where a marker is damaged or a table is gone that the batches up to ``batch`` filled."""
        for marker in read_markers(self._markers):
            gone = [kind for kind, rows in marker["accepted"].items() if rows and not self._tables.has(kind)]
            if gone and marker["batch"] <= batch:
                raise WrongUse(f"the store's table {gone[0]} is gone; {BRING_BACK}")

    def _check_rows(self, kind: str, batch: int, held: int) -> None:
        """Raise ``WrongUse`` unless a table holds the rows that its batches brought, but those erased since."""
        brought = sum(
            marker["accepted"].get(kind, 0) for marker in read_markers(self._markers) if marker["batch"] <= batch
        )
        gone = sum(one.rows for one in _erased(self._store, kind) if one.batch <= batch)
        if held != brought - gone:
            raise WrongUse(f"the store's table {kind} does not hold the rows that its batches brought; {BRING_BACK}")

    def erased(self, batch: int) -> int:
        """Return how many rows of the batches up to ``batch`` retention has erased."""
        return sum(one.rows for one in _erased(self._store) if one.batch <= batch)

    def _write(self, name: str, frame: pd.DataFrame, number: int, metadata: dict[str, str]) -> None:
        if frame.empty:
            return
        rows = pa.Table.from_pandas(frame.assign(batch=number), preserve_index=False).replace_schema_metadata(None)
        if name in KINDS:
            rows = rows.take(pc.sort_indices(rows["record_ref"]))
        self._tables.append(name, rows, {**metadata, "rows": str(len(frame))})

    def _side(self, name: str, batch: int) -> pd.DataFrame:
        if not self._tables.has(name):
            return pd.DataFrame()
        rows = self._tables.read(name, self._tables.columns(name), pc.field("batch") <= batch)
        return _frame(_in_order_of_batch(rows))

    def _versions(self, kind: str, refs: pd.Series[str], batch: int, columns: list[str]) -> pd.DataFrame:
        """Return columns of every version of some records; files whose references lie beyond theirs are not read."""
        wanted = pc.unique(pa.array(refs, type=pa.string()))
        least, largest = (pc.min_max(wanted)[name] for name in ("min", "max"))
        ref = pc.field("record_ref")
        where = (pc.field("batch") <= batch) & (ref >= least) & (ref <= largest) & ref.isin(wanted)
        return _frame(self._tables.read(kind, columns, where))

    def _accepted_versions(self, kind: str, refs: pd.Series[str], batch: int) -> pd.DataFrame:
        columns = ["record_ref", "batch", "source_file"]
        if not self._tables.has(kind):
            return pd.DataFrame(columns=columns)
        return self._versions(kind, refs, batch, columns)

    def _current(self, kind: str, batch: int) -> pd.DataFrame:
        unread = _KEPT_BACK | _PUBLISHED.get(kind, frozenset())
        columns = [name for name in self._tables.columns(kind) if name not in unread]
        rows = self._tables.read(kind, columns, pc.field("batch") <= batch)
        self._check_rows(kind, batch, len(rows))
        frame = _frame(_latest(rows).drop_columns(["version"]))
        declared: dict[str, str] = {column.name: DTYPES[column.type] for column in KINDS[kind].columns} | SYSTEM_COLUMNS
        for name, dtype in declared.items():
            if name in frame and dtype == "str":
                frame[name] = _text(frame[name])
            elif name in frame and str(frame[name].dtype) != dtype:
                frame[name] = frame[name].astype(dtype)  # type: ignore[call-overload]
        return _plain_floats(frame)


def _erased(store: Path, kind: str = "") -> tuple[Erasure, ...]:
    """Return the erasure records, of one kind where it is named; rows of one batch erased twice are added up."""
    sums: Counter[tuple[str, int]] = Counter()
    for one in erasures(store):
        sums[(one.kind, one.batch)] += one.rows
    return tuple(Erasure(name, batch, rows, "") for (name, batch), rows in sums.items() if kind in {"", name})


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=_ARROW_TO_PANDAS.get)
    return frame


def _in_order_of_batch(table: pa.Table) -> pa.Table:
    """Return the rows by batch, those of one batch in the order in which they were written."""
    parts = [part for part in table.to_batches() if len(part)]
    parts.sort(key=lambda part: int(part.column("batch")[0].as_py()))
    return pa.Table.from_batches(parts, schema=table.schema)


def _latest(table: pa.Table) -> pa.Table:
    """Return the current version of each record, by reference.

    Batches are written in that order, so it is most often enough to put them one after the other.
    """
    parts = [part for part in table.to_batches() if len(part)]
    parts.sort(key=lambda part: str(part.column("record_ref")[0].as_py()))
    table = pa.Table.from_batches(parts, schema=table.schema).combine_chunks()
    refs = table["record_ref"]
    if len(table) < 2 or pc.all(pc.less(refs.slice(0, len(refs) - 1), refs.slice(1))).as_py():
        return table
    table = table.take(pc.sort_indices(table, sort_keys=[("record_ref", "ascending"), ("version", "ascending")]))
    refs = table["record_ref"]
    is_last = pc.not_equal(refs.slice(0, len(refs) - 1), refs.slice(1))
    return table.filter(pa.chunked_array([*is_last.chunks, pa.array([True])]))


def _text(column: pd.Series) -> pd.Series[str]:
    """Return a text column without missing values; one that has none is left as it is."""
    filled = column.fillna("") if column.hasnans else column
    return filled if filled.dtype == "str" else filled.astype("str")


def _added(reasons: pd.Series[str]) -> str:
    """Return the sum of counts by reason (JSON texts); a reason that comes to nothing is left out."""
    total: Counter[str] = Counter()
    for text in reasons:
        for code, count in json.loads(text).items():
            total[code] += count
    return json.dumps({code: count for code, count in total.items() if count}, sort_keys=True)


def _with_month(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    time = KINDS[kind].time
    if time is None or time not in frame:
        return frame.assign(record_month=_UNDATED)
    if pd.api.types.is_datetime64_any_dtype(frame[time]):
        return frame.assign(record_month=frame[time].dt.strftime("%Y-%m").fillna(_UNDATED).astype("str"))
    return frame.assign(record_month=frame[time].where(frame[time] != "", _UNDATED))


def _order_key(batch: pd.Series, file: pd.Series) -> pd.Series:
    return batch.astype("int64").map("{:08d}/".format).astype("str") + file.astype("str")


def _plain_floats(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns[frame.dtypes == "Float64"]:
        frame[name] = frame[name].astype("float64")
    return frame
