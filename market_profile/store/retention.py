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
        _delete(path, "record_ref", _references(path, begun.urns))
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
    """Delete rows by a text column; older files of the table and their log are removed at once."""
    table = DeltaTable(str(path))
    for chunk in _chunks(sorted(values)):
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in chunk)
        table.delete(f"{column} IN ({listed})")
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    _drop_history(table, path / "_delta_log")


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


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(values), _CHUNK):
        yield values[first : first + _CHUNK]
