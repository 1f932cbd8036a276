"""Retention: logs past their review date leave the store for good, with a record of how many but not of which.

Retention wins over replay: an erased log is gone from every month that is rebuilt, and the run says so. Delta's own
history and the files of older versions go too; what was read stays noted by its file's hash, so an extract that still
lies in ``inbox/`` is not read again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable

from market_profile.store.erasures import Erasure, keep_erasures
from market_profile.store.kept import forget_kept
from market_profile.store.publish import write_file
from market_profile.store.warehouse import Warehouse

_LOG_KINDS = ("intelligence_logs", "log_subjects", "log_links")
_CHUNK = 400


def overdue_logs(store: Path, before: pd.Timestamp) -> frozenset[str]:
    """Return the references of logs whose review date lies before the day, as their latest version has it."""
    warehouse = Warehouse(store)
    logs = warehouse.tables(warehouse.last_batch()).get("intelligence_logs")
    return frozenset(logs.loc[logs["review_date"].notna() & (logs["review_date"] < before), "urn"])


def erase_logs(store: Path, urns: frozenset[str], rule: str) -> tuple[Erasure, ...]:
    """Erase every version of the logs with their subjects, links and quarantined rows; return and keep the records."""
    found: list[Erasure] = []
    for kind in _LOG_KINDS if urns else ():
        path = store / "tables" / kind
        if DeltaTable.is_deltatable(str(path)):
            found.extend(Erasure(kind, batch, rows, rule) for batch, rows in _delete(path, "urn", urns))
    for name in ("_quarantine", "_place_faults") if urns else ():
        path = store / "tables" / name
        if DeltaTable.is_deltatable(str(path)):
            _delete(path, "record_ref", _references(path, urns))
    _forget(store, urns)
    if urns:
        forget_kept(store)
    keep_erasures(store, found)
    return tuple(found)


def _delete(path: Path, column: str, values: frozenset[str]) -> list[tuple[int, int]]:
    """Delete rows by a text column; return rows by batch. Older files of the table are removed at once."""
    table = DeltaTable(str(path))
    held = table.to_pyarrow_dataset().to_table(columns=[column, "batch"]).to_pandas()
    counts = held[held[column].isin(values)].groupby("batch", sort=True).size()
    for chunk in _chunks(sorted(values)):
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in chunk)
        table.delete(f"{column} IN ({listed})")
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    _drop_history(table, path / "_delta_log")
    return [(int(str(batch)), int(rows)) for batch, rows in counts.items()]


def _drop_history(table: DeltaTable, log: Path) -> None:
    """Remove the log of older versions: it keeps the least and largest value of every column of files that are gone."""
    table.create_checkpoint()
    last = f"{table.version():020}"
    for entry in sorted(log.iterdir()):
        if entry.name[:20].isdigit() and entry.name[:20] < last:
            entry.unlink()


def _references(path: Path, urns: frozenset[str]) -> frozenset[str]:
    """Return the record references of a side table that belong to the logs (``urn`` or ``urn/...``)."""
    table = DeltaTable(str(path)).to_pyarrow_dataset()
    if "record_ref" not in table.schema.names:
        return frozenset()
    refs = table.to_table(columns=["record_ref"]).to_pandas()["record_ref"].dropna().astype("str")
    return frozenset(refs[refs.str.partition("/")[0].isin(urns)])


def _forget(store: Path, urns: frozenset[str]) -> None:
    """Take the logs out of what earlier months left for the next one."""
    for path in sorted((store / "months").rglob("*.parquet")) if urns else ():
        frame = pd.read_parquet(path)
        keys = [name for name in ("urn", "record_ref") if name in frame]
        if not keys:
            continue
        gone = frame[keys[0]].astype("str").str.partition("/")[0].isin(urns)
        if gone.any():
            buffer = io.BytesIO()
            frame[~gone].to_parquet(buffer, index=False)
            write_file(path, buffer.getvalue())


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(values), _CHUNK):
        yield values[first : first + _CHUNK]
