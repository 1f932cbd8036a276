"""Delta Lake tables of accepted rows, quarantined rows and files, one append a batch.

A batch is one intake; its number is written into every row it brought. A batch counts only once its marker exists,
so rows of a killed run are invisible and are removed before the next append. Queries run in DuckDB over the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

from market_profile import __version__
from market_profile.contracts.columns import DTYPES, SYSTEM_COLUMNS
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.store.publish import write_file

_TEXT = pd.StringDtype(na_value=float("nan"))
_ARROW_TO_PANDAS = {
    pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): _TEXT, pa.large_string(): _TEXT,
}  # fmt: skip
_UNDATED = "undated"


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
        """Return the accounting of every file taken in up to ``batch``, by kind and name."""
        frame = self._side("_files", batch)
        return frame.sort_values(["kind", "name", "sha256"], ignore_index=True) if len(frame) else frame

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

    def known_keys(self) -> dict[str, pd.DataFrame]:
        """Return (record_ref, content_sha256, version) of every version ever accepted, by kind."""
        sql = f"SELECT record_ref, content_sha256, version FROM records WHERE batch <= {self.last_batch()}"
        return {kind: self._query(kind, sql).astype({"version": "int64"}) for kind in KINDS if self._has(kind)}

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
        frame = self._query(
            kind,
            f"SELECT * FROM records WHERE batch <= {int(batch)} "
            "QUALIFY row_number() OVER (PARTITION BY record_ref ORDER BY version DESC, batch DESC) = 1 "
            "ORDER BY record_ref",
        ).drop(columns=["record_month"])
        declared: dict[str, str] = {column.name: DTYPES[column.type] for column in KINDS[kind].columns} | SYSTEM_COLUMNS
        for name, dtype in declared.items():
            if name in frame and dtype == "str":
                frame[name] = frame[name].fillna("").astype("str")
            elif name in frame and str(frame[name].dtype) != dtype:
                frame[name] = frame[name].astype(dtype)  # type: ignore[call-overload]
        return _plain_floats(frame)

    def _query(self, name: str, sql: str, wanted: pa.Table | None = None) -> pd.DataFrame:
        connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        try:
            connection.register("records", DeltaTable(str(self._root / name)).to_pyarrow_dataset())
            if wanted is not None:
                connection.register("wanted", wanted)
            table = connection.sql(sql).to_arrow_table()
        finally:
            connection.close()
        frame: pd.DataFrame = table.to_pandas(types_mapper=_ARROW_TO_PANDAS.get)
        return frame


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
