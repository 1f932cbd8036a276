"""Delta Lake tables of accepted rows, quarantined rows and files, one append a batch.

A batch is one intake; its number is written into every row it brought. A batch counts only once its marker exists,
so rows of a killed run are invisible and are removed before the next append. Queries run in DuckDB over the tables.
"""

from __future__ import annotations

import atexit
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, write_deltalake

from market_profile import __version__
from market_profile.contracts.columns import DTYPES, SYSTEM_COLUMNS
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.store.erasures import Erasure, erasures
from market_profile.store.publish import write_file
from market_profile.terms import Reason

_STRING = pd.StringDtype(na_value=float("nan"))
_ARROW_TO_PANDAS = {
    pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): _STRING, pa.large_string(): _STRING,
}  # fmt: skip
_UNDATED = "undated"
_FILE = ["kind", "name", "file_id", "sha256"]
_COUNTS = ["read", "accepted", "quarantined", "duplicate", "amended"]
_KEPT_BACK = frozenset({"record_month", "content_sha256", "raw_place", "batch"})
"""Columns of the store that no analysis reads: a hash a row is a third of what loading would move."""


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
        self._root = store / "tables"
        self._markers = store / "batches"

    def last_batch(self) -> int:
        """Return the number of the last whole batch, 0 before the first."""
        if not self._markers.is_dir():
            return 0
        return max((int(path.stem) for path in self._markers.glob("*.json") if path.stem.isdigit()), default=0)

    def append(self, batch: Batch) -> int:
        """Append a batch to the tables and return its number; all of it counts or nothing does."""
        number = self.last_batch() + 1
        self._drop_after(number - 1)
        metadata = {
            "batch": str(number),
            "code_version": __version__,
            "input_sha256": ",".join(sorted(batch.files["sha256"])),
        }
        for kind, frame in batch.accepted.items():
            self._write(kind, _with_month(kind, frame), number, metadata, ["record_month"])
        for name, frame in (
            ("_quarantine", batch.quarantine), ("_files", batch.files), ("_place_faults", batch.place_faults),
        ):  # fmt: skip
            self._write(name, frame, number, metadata, None)
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
        """Return the current versions of all accepted records as they stood after ``batch``."""
        frames = {kind: self._current(kind, batch) for kind in KINDS if self._has(kind)}
        return Tables({kind: frame for kind, frame in frames.items() if len(frame)})

    def latest_month(self, kind: str, batch: int) -> str:
        """Return the last month (``YYYY-MM``) with an accepted record of ``kind`` after ``batch``, '' without one."""
        if not self._has(kind):
            return ""
        dated = f"batch <= {int(batch)} AND record_month <> '{_UNDATED}'"
        sql = f"SELECT max(record_month) AS month FROM records WHERE {dated}"
        found = self._query(kind, sql)["month"]
        return "" if found.isna().all() else str(found.iloc[0])

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
        paths = sorted(self._markers.glob("*.json")) if self._markers.is_dir() else []
        markers = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return tuple(text for marker in markers if marker["batch"] <= batch for text in marker.get("warnings", []))

    def known_files(self) -> frozenset[str]:
        """Return the hashes of the files already taken in."""
        frame = self._side("_files", self.last_batch())
        return frozenset(frame["sha256"]) if len(frame) else frozenset()

    def known_versions(self, kind: str, refs: pd.Series[str]) -> pd.DataFrame:
        """Return (record_ref, content_sha256, version) of every version ever accepted of the records ``refs``."""
        columns = ["record_ref", "content_sha256", "version"]
        if not self._has(kind) or not len(refs):
            return pd.DataFrame({name: pd.Series(dtype="str") for name in columns}).astype({"version": "int64"})
        wanted = pa.table({"record_ref": pa.array(refs.drop_duplicates())})
        sql = f"SELECT {', '.join(columns)} FROM records SEMI JOIN wanted USING (record_ref) WHERE batch <= "
        return self._query(kind, f"{sql}{self.last_batch()}", wanted).astype({"version": "int64"})

    def waiting_rows(self) -> pd.DataFrame:
        """Return the rows set aside only because their parent was not accepted: kind, file_id, line, record_ref."""
        columns = ["kind", "file_id", "line", "record_ref"]
        if not self._has("_quarantine"):
            return pd.DataFrame({name: pd.Series(dtype="str") for name in columns}).astype({"line": "int64"})
        sql = f"SELECT {', '.join(columns)} FROM records WHERE reason_codes = '{Reason.UNKNOWN_PARENT}' AND batch <= "
        return self._query("_quarantine", f"{sql}{self.last_batch()}").astype({"line": "int64"})

    def fingerprint(self) -> str:
        """Return the versions of all tables in one line: it changes with every row added or removed."""
        names = sorted(folder.name for folder in self._root.iterdir()) if self._root.is_dir() else []
        versions = (f"{name} {DeltaTable(str(self._root / name)).version()}" for name in names if self._has(name))
        return f"batch {self.last_batch()}; {'; '.join(versions)}"

    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with the tables, in words: numbers left out, rows that a batch lacks or has over."""
        paths = sorted(self._markers.glob("*.json")) if self._markers.is_dir() else []
        markers = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        numbers = [marker["batch"] for marker in markers]
        found = [] if numbers == list(range(1, len(numbers) + 1)) else ["the batches are not numbered without a gap"]
        kinds = sorted({kind for marker in markers for kind, rows in marker["accepted"].items() if rows})
        for kind in kinds:
            if not self._has(kind):
                found.append(f"the table {kind} is missing")
                continue
            counts = self._query(kind, "SELECT batch, count(*) AS rows FROM records GROUP BY batch")
            held = dict(zip(counts["batch"], counts["rows"], strict=True))
            brought = {marker["batch"]: marker["accepted"].get(kind, 0) for marker in markers}
            gone = Counter({one.batch: one.rows for one in _erased(self._root.parent, kind)})
            wrong = [number for number, rows in brought.items() if held.get(number, 0) + gone[number] != rows]
            found += [f"the table {kind} does not hold the rows of batch {number}" for number in wrong]
        return tuple(found)

    def erased(self, batch: int) -> int:
        """Return how many rows of the batches up to ``batch`` retention has erased."""
        return sum(one.rows for one in _erased(self._root.parent) if one.batch <= batch)

    def _has(self, name: str) -> bool:
        return DeltaTable.is_deltatable(str(self._root / name))

    def _write(
        self, name: str, frame: pd.DataFrame, number: int, metadata: dict[str, str], by: list[str] | None
    ) -> None:
        if frame.empty:
            return
        table = pa.Table.from_pandas(frame.assign(batch=number), preserve_index=False).replace_schema_metadata(None)
        is_new = not self._has(name)
        write_deltalake(
            str(self._root / name),
            table,
            mode="append",
            partition_by=by if is_new else None,
            schema_mode=None if is_new else "merge",
            commit_properties=CommitProperties(custom_metadata={**metadata, "rows": str(len(frame))}),
        )

    def _drop_after(self, number: int) -> None:
        if not self._root.is_dir():
            return
        for folder in sorted(self._root.iterdir()):
            if DeltaTable.is_deltatable(str(folder)):
                table = DeltaTable(str(folder))
                if _maximum_batch(table) > number:
                    table.delete(f"batch > {number}")

    def _side(self, name: str, batch: int) -> pd.DataFrame:
        if not self._has(name):
            return pd.DataFrame()
        return self._query(name, f"SELECT * FROM records WHERE batch <= {int(batch)}")

    def _accepted_versions(self, kind: str, refs: pd.Series[str], batch: int) -> pd.DataFrame:
        columns = ["record_ref", "batch", "source_file"]
        if not self._has(kind):
            return pd.DataFrame(columns=columns)
        wanted = pa.table({"record_ref": pa.array(sorted(set(refs)))})
        sql = (
            f"SELECT {', '.join(columns)} FROM records SEMI JOIN wanted USING (record_ref) WHERE batch <= {int(batch)}"
        )
        return self._query(kind, sql, wanted)

    def _current(self, kind: str, batch: int) -> pd.DataFrame:
        dataset = DeltaTable(str(self._root / kind)).to_pyarrow_dataset()
        columns = [name for name in dataset.schema.names if name not in _KEPT_BACK]
        table = dataset.to_table(columns=columns, filter=pc.field("batch") <= batch)
        frame: pd.DataFrame = _latest(table).to_pandas(types_mapper=_ARROW_TO_PANDAS.get)
        declared: dict[str, str] = {column.name: DTYPES[column.type] for column in KINDS[kind].columns} | SYSTEM_COLUMNS
        for name, dtype in declared.items():
            if name in frame and dtype == "str":
                frame[name] = _text(frame[name])
            elif name in frame and str(frame[name].dtype) != dtype:
                frame[name] = frame[name].astype(dtype)  # type: ignore[call-overload]
        return _plain_floats(frame)

    def _query(self, name: str, sql: str, wanted: pa.Table | None = None) -> pd.DataFrame:
        connection = _database().cursor()
        try:
            connection.register("records", DeltaTable(str(self._root / name)).to_pyarrow_dataset())
            if wanted is not None:
                connection.register("wanted", wanted)
            table = connection.sql(sql).to_arrow_table()
        finally:
            connection.close()
        frame: pd.DataFrame = table.to_pandas(types_mapper=_ARROW_TO_PANDAS.get)
        return frame


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return the process's empty database: opening one costs more than most of the questions put to it."""
    database = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    atexit.register(_let_go)
    return database


def _let_go() -> None:
    """Close the process's database and forget it, before the interpreter looks for what was left behind."""
    _database().close()
    _database.cache_clear()


def _erased(store: Path, kind: str = "") -> tuple[Erasure, ...]:
    """Return the erasure records, of one kind where it is named; rows of one batch erased twice are added up."""
    sums: Counter[tuple[str, int]] = Counter()
    for one in erasures(store):
        sums[(one.kind, one.batch)] += one.rows
    return tuple(Erasure(name, batch, rows, "") for (name, batch), rows in sums.items() if kind in {"", name})


def _latest(table: pa.Table) -> pa.Table:
    """Return the current version of each record, by reference."""
    if len(table) and pc.max(table["version"]).as_py() > 1:
        rows = table.select(["record_ref", "version"]).append_column("row", pa.array(range(len(table))))
        last = rows.group_by("record_ref").aggregate([("version", "max")]).rename_columns(["record_ref", "version"])
        table = table.take(rows.join(last, keys=["record_ref", "version"], join_type="left semi")["row"])
    return table.take(pc.sort_indices(table, sort_keys=[("record_ref", "ascending")]))


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


def _maximum_batch(table: DeltaTable) -> int:
    dataset = table.to_pyarrow_dataset()
    column = dataset.to_table(columns=["batch"])["batch"]
    return int(pa.compute.max(column).as_py() or 0)
