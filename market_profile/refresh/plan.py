"""From a workspace to the plan of one refresh: what was taken in, which month, as of when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from market_profile import __version__
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused, WrongUse
from market_profile.periods import Month
from market_profile.settings import Settings, load_settings
from market_profile.sources import (
    Decisions,
    Intake,
    Known,
    load_areas,
    quarantine_report,
    read_decisions,
    read_inbox,
)
from market_profile.store import Batch, MonthRecord, MonthStore, Warehouse, append_event
from market_profile.store.audit import AuditCategory
from market_profile.store.publish import write_file

_NOTHING = (
    "no intelligence log was accepted, so there is no month to refresh; put intelligence_logs*.csv into inbox/ and run "
    "market-profile check to see what was refused"
)


@dataclass(frozen=True)
class Workspace:
    """A workspace folder with its settings, areas and decisions as they stand now."""

    folder: Path
    settings: Settings
    areas: Areas
    decisions: Decisions

    @property
    def store(self) -> Path:
        """The pipeline's own folder."""
        return self.folder / "store"

    @property
    def audit_log(self) -> Path:
        """The audit chain."""
        return self.store / "audit.jsonl"


@dataclass(frozen=True)
class Plan:
    """One refresh: the month, the batch of records and the parent month it stands on, settings, decisions of then."""

    workspace: Workspace
    month: Month
    batch: int
    parent: str
    is_replay: bool
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def record(self) -> MonthRecord:
        """What the store keeps of this refresh."""
        return MonthRecord(
            month=self.month.text,
            batch=self.batch,
            parent=self.parent,
            settings_sha256=self.workspace.settings.sha256,
            decisions_sha256=self.workspace.decisions.sha256,
            code_version=__version__,
        )

    @property
    def run_id(self) -> str:
        """Sixteen hex digits that name the inputs of this refresh."""
        return hashlib.sha256(repr(self.record).encode()).hexdigest()[:16]


def open_workspace(folder: Path) -> Workspace:
    """Return the workspace; raise ``WrongUse`` or ``InputRefused`` with what to mend."""
    if not folder.is_dir():
        raise WrongUse("the workspace is not a folder; give the folder that holds area.toml and inbox/")
    settings = load_settings(folder, tuple(KINDS))
    return Workspace(folder, settings, load_areas(folder, settings), read_decisions(folder))


def read_new_files(workspace: Workspace) -> Intake:
    """Return what the files in ``inbox/`` that the store has not seen would bring; change nothing."""
    warehouse = Warehouse(workspace.store)
    known = Known(files=warehouse.known_files(), keys=warehouse.known_keys())
    return read_inbox(workspace.folder, workspace.settings, workspace.areas, known)


def take_in(workspace: Workspace) -> tuple[int, tuple[str, ...]]:
    """Read new files, append them to the store as one batch; return the last batch and warnings on the inbox."""
    warehouse = Warehouse(workspace.store)
    intake = read_new_files(workspace)
    keep_check_report(workspace, intake)
    intake.check_none_refused()
    files = intake.files()
    if files.empty:
        return warehouse.last_batch(), tuple(intake.warnings)
    latest = _last_month(intake.accepted.get("intelligence_logs"))
    batch = Batch(latest, intake.accepted, intake.quarantine, files, intake.place_faults, tuple(intake.warnings))
    number = warehouse.append(batch)
    details: dict[str, str | int] = {"batch": number, "files": len(files), "accepted": int(files["accepted"].sum())}
    append_event(workspace.audit_log, AuditCategory.COLLECTION, details)
    return number, tuple(intake.warnings)


def keep_check_report(workspace: Workspace, intake: Intake) -> Path:
    """Write what the inbox check found, refused files first, to ``store/check/quarantine.csv``; return its path."""
    report = workspace.store / "check" / "quarantine.csv"
    write_file(report, quarantine_report(intake).to_csv(index=False, lineterminator="\n").encode())
    return report


def make_plan(workspace: Workspace, batch: int, month: str | None, warnings: tuple[str, ...]) -> Plan:
    """Return the plan for ``month``, by default the last one with intelligence in it.

    A month that was refreshed before and has later months on top is rebuilt as of then: its own batch, settings and
    decisions. The newest month, or one never refreshed, takes everything up to its data cut-off.
    """
    if batch == 0:
        raise InputRefused(_NOTHING)
    store = MonthStore(workspace.store)
    chosen = Month(month) if month else _default_month(workspace, batch)
    record = store.record(chosen)
    if record is not None and not store.is_newest(chosen):
        then = _as_of_then(workspace, store.snapshot(chosen))
        late = () if record.batch >= batch else (
            f"{chosen.text} was rebuilt as of then; files taken in since stand in later months only",
        )  # fmt: skip
        return Plan(then, chosen, record.batch, record.parent, True, warnings + late)
    return Plan(workspace, chosen, batch, store.parent_of(chosen), False, warnings)


def snapshot_files(workspace: Workspace) -> dict[str, bytes]:
    """Return the settings and decisions in force, to be kept with the month."""
    files = {"area.toml": (workspace.folder / "area.toml").read_bytes()}
    decisions = workspace.folder / "decisions"
    for path in sorted(decisions.rglob("*")) if decisions.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            files[f"decisions/{path.relative_to(decisions).as_posix()}"] = path.read_bytes()
    return files


def _as_of_then(workspace: Workspace, snapshot: Path) -> Workspace:
    settings = load_settings(snapshot, tuple(KINDS))
    return Workspace(workspace.folder, settings, workspace.areas, read_decisions(snapshot))


def _default_month(workspace: Workspace, batch: int) -> Month:
    latest = Warehouse(workspace.store).latest_month("intelligence_logs", batch)
    if not latest:
        raise InputRefused(_NOTHING)
    return Month(latest)


def _last_month(logs: pd.DataFrame | None) -> str:
    if logs is None or logs.empty:
        return ""
    latest = logs["submitted_at"].max()
    return "" if pd.isna(latest) else str(latest.strftime("%Y-%m"))
