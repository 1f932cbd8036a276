"""The digest of a workspace: the store's records and what waits in the inbox, against the last planner edition."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.editions.eligibility import within_retention
from market_profile.errors import InputRefused, WrongUse
from market_profile.periods import Month
from market_profile.profile.digest import Digest, LastEdition, make_digest
from market_profile.refresh.plan import Workspace, open_workspace, read_new_files
from market_profile.store import Warehouse, append_event
from market_profile.store.audit import AuditCategory
from market_profile.store.publish import write_file

_TABLES = {
    "nominals": ("nominal_id", "preferred_name", "last_seen"),
    "nominal_records": ("kind", "record_ref", "subject_no", "nominal_id"),
    "network_nodes": ("nominal_id", "role", "key_player_rank"),
    "targets": ("target_kind", "target_id", "excluded_reason"),
    "diversions": ("nominal_id",),
    "market_records": ("kind", "record_ref", "market_id"),
}
_COUNTED = ("arrests", "seizures", "test_purchases", "harm_events", "treatment", "disruptions")


def digest_workspace(folder: Path, days: int, since: str | None) -> tuple[Digest, Path]:
    """Return the digest and the folder in the store where its two tables stand (logs.csv, nominals.csv).

    ``since`` (YYYY-MM-DD) wins over ``days`` before the newest log; nothing is taken in, resolved or published. Raises
    ``InputRefused`` where there is no intelligence.
    """
    workspace = open_workspace(folder)
    tables = _current(workspace)
    logs = tables.get("intelligence_logs")
    if logs.empty:
        raise InputRefused("no intelligence log is in the store or the inbox, so there is nothing to digest")
    start = _start(logs["submitted_at"].max(), days, since)
    times = {kind: str(KINDS[kind].time) for kind in _COUNTED}
    digest = make_digest(tables, _last_edition(folder), times, start)
    target = workspace.store / "digests" / digest.until.strftime("%Y-%m-%d")
    for name, frame in (("logs", digest.logs), ("nominals", digest.nominals)):
        write_file(target / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n").encode())
    shown: dict[str, str | int] = {
        "digest": digest.until.strftime("%Y-%m-%d"),
        "logs": len(digest.logs),
        "nominals": len(digest.nominals),
    }
    append_event(workspace.audit_log, AuditCategory.CONSULTATION, shown)
    return digest, target


def _start(newest: pd.Timestamp, days: int, since: str | None) -> pd.Timestamp:
    if since is None:
        return newest.normalize() - pd.Timedelta(days=days - 1)
    try:
        return pd.Timestamp(pd.to_datetime(since, format="%Y-%m-%d"))
    except ValueError:
        raise WrongUse("--since is not a date; write YYYY-MM-DD") from None


def _current(workspace: Workspace) -> Tables:
    """Return the store's current records with what the inbox would add, without logs past their review."""
    warehouse = Warehouse(workspace.store)
    stored = warehouse.tables(warehouse.last_batch())
    fresh = read_new_files(workspace).accepted
    frames = {kind: stored.get(kind) for kind in KINDS}
    for kind, rows in fresh.items():
        both = pd.concat([frames[kind], rows[[name for name in rows if name in frames[kind]]]], ignore_index=True)
        frames[kind] = both.drop_duplicates("record_ref", keep="last", ignore_index=True)
    joined = Tables({kind: frame for kind, frame in frames.items() if len(frame)})
    newest = joined.get("intelligence_logs")["submitted_at"].max()
    if pd.isna(newest):
        return joined
    kept, _ = within_retention(joined, Month(newest.strftime("%Y-%m")))
    return kept


def _last_edition(folder: Path) -> LastEdition:
    editions = folder / "editions"
    months = sorted(path for path in editions.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]")) if editions.is_dir() else []
    found = {name: _table(months[-1] if months else None, name, columns) for name, columns in _TABLES.items()}
    return LastEdition(*found.values())


def _table(edition: Path | None, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    empty = pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    path = None if edition is None else edition / "planner" / "tables" / f"{name}.csv"
    if path is None or not path.is_file():
        return empty
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame if set(columns) <= set(frame.columns) else empty
