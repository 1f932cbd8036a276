"""Retention: logs past their review date leave the store for good, with a record of how many but not of which.

Retention wins over replay: an erased log is gone from every month that is rebuilt, and the run says so. Delta's own
history and the files of older versions go too, and what earlier refreshes left of it (``forgetting``). What was read
stays noted by its file's hash, so an extract that still lies in ``inbox/`` is not read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable

from market_profile.contracts.references import is_of_logs
from market_profile.store.erasures import Begun, Erasure, begun_erasure, end_erasure, erasures, keep_begun
from market_profile.store.forgetting import forget_logs, phones_of_none_but
from market_profile.store.warehouse import Warehouse

_LOG_KINDS = ("intelligence_logs", "log_subjects", "log_links")
_CHUNK = 400


def overdue_logs(store: Path, before: pd.Timestamp) -> frozenset[str]:
    """Return the references of logs whose review date lies before the day, as their latest version has it."""
    warehouse = Warehouse(store)
    logs = warehouse.tables(warehouse.last_batch()).get("intelligence_logs")
    return frozenset(logs.loc[logs["review_date"].notna() & (logs["review_date"] < before), "urn"])


def begin_erasure(store: Path, urns: frozenset[str], rule: str) -> None:
    """Note what erasing every version of the logs takes out of the store; ``finish_erasure`` does it."""
    records = tuple(Erasure(kind, *one, rule) for kind in _LOG_KINDS for one in _rows_by_batch(store, kind, urns))
    keep_begun(store, Begun(urns, phones_of_none_but(store, urns), records, len(erasures(store))))


def finish_erasure(store: Path) -> tuple[Erasure, ...]:
    """Erase the logs noted, with their subjects, links and quarantined rows; return and keep the records.

    One that was broken off is completed: every step leaves what an earlier one took out as it is.
    """
    begun = begun_erasure(store)
    if begun is None:
        return ()
    for path in _tables(store, _LOG_KINDS):
        _delete(path, "urn", begun.urns)
    for path in _tables(store, ("_quarantine", "_place_faults")):
        _delete_set_aside(path, begun.urns)
    forget_logs(store, begun.urns, begun.phones)
    end_erasure(store, begun)
    return begun.records


def _tables(store: Path, names: tuple[str, ...]) -> list[Path]:
    paths = [store / "tables" / name for name in names]
    return [path for path in paths if DeltaTable.is_deltatable(str(path))]


def _rows_by_batch(store: Path, kind: str, urns: frozenset[str]) -> list[tuple[int, int]]:
    """Return (batch, rows) of the logs' rows in a table."""
    counts: Counter[int] = Counter()
    for path in _tables(store, (kind,)):
        held = DeltaTable(str(path)).to_pyarrow_dataset().to_table(columns=["urn", "batch"]).to_pandas()
        counts.update(held.loc[held["urn"].isin(urns), "batch"].astype(int).tolist())
    return sorted(counts.items())


def _delete(path: Path, column: str, values: frozenset[str]) -> None:
    """Delete rows by a text column."""
    _delete_where(path, [f"{column} IN ({', '.join(chunk)})" for chunk in _chunks(sorted(map(_quoted, values)))])


def _delete_set_aside(path: Path, urns: frozenset[str]) -> None:
    """Delete from a side table the rows of the logs: by reference, or, where that was not read, by what they say."""
    held = DeltaTable(str(path)).to_pyarrow_dataset()
    names = [name for name in ("kind", "record_ref", "file_id", "line", "raw") if name in held.schema.names]
    if "record_ref" not in names:
        return
    rows = held.to_table(columns=names).to_pandas().fillna({"record_ref": ""})
    predicates = []
    for kind in _LOG_KINDS:
        mine = rows[rows["kind"] == kind]
        refs = mine["record_ref"][is_of_logs(mine["record_ref"], urns, kind)]
        for chunk in _chunks(sorted(map(_quoted, refs.unique()))):
            predicates.append(f"kind = '{kind}' AND record_ref IN ({', '.join(chunk)})")
        unread = _that_name(mine[mine["record_ref"] == ""], urns)
        for file, lines in unread.groupby("file_id", sort=True)["line"] if len(unread) else ():
            told = ", ".join(str(line) for line in lines)
            predicates.append(f"kind = '{kind}' AND file_id = {_quoted(str(file))} AND line IN ({told})")
    _delete_where(path, predicates)


def _that_name(rows: pd.DataFrame, urns: frozenset[str]) -> pd.DataFrame:
    """Return the rows of which a cell, as it stood in the file, is the reference of one of the logs."""
    if rows.empty or "raw" not in rows:
        return rows.iloc[:0]
    cells = rows["raw"].str.split(r"[,;|\t\"]", regex=True).explode().str.strip()
    return rows[cells.isin(urns).groupby(level=0).any()]


def _delete_where(path: Path, predicates: list[str]) -> None:
    """Delete rows; older files of the table and their log are removed at once."""
    table = DeltaTable(str(path))
    for predicate in predicates:
        table.delete(predicate)
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    _drop_history(table, path / "_delta_log")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _drop_history(table: DeltaTable, log: Path) -> None:
    """Remove the log of older versions: it keeps the least and largest value of every column of files that are gone."""
    table.create_checkpoint()
    last = f"{table.version():020}"
    for entry in sorted(log.iterdir()):
        if entry.name[:20].isdigit() and entry.name[:20] < last:
            entry.unlink()


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(values), _CHUNK):
        yield values[first : first + _CHUNK]
