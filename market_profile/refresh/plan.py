"""From a workspace to the plan of one refresh: what was taken in, which month, as of when."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from market_profile import __version__
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused, WrongUse
from market_profile.periods import Month
from market_profile.refresh.fingerprint import hash_of, program_fingerprint
from market_profile.refresh.linkage_key import read_workspace_key
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.unclaimed import keep_unclaimed, noted
from market_profile.settings import Settings, load_settings
from market_profile.sources import (
    APART,
    Decisions,
    Intake,
    Known,
    Share,
    Taken,
    load_areas,
    quarantine_report,
    read_decisions,
    read_inbox,
    take_kinds,
    unshared,
)
from market_profile.sources.files import find_files
from market_profile.store import Batch, MonthRecord, MonthStore, Warehouse, append_event, bring_up_to_date
from market_profile.store.audit import AuditCategory
from market_profile.store.erasures import check_none_begun
from market_profile.store.publish import write_file

_NOTHING = (
    "no intelligence log was accepted, so there is no month to refresh; put intelligence_logs*.csv into inbox/ and run "
    "market-profile check to see what was refused"
)

FAR_MONTHS = 13
"""More than a year without any intelligence is more likely a mistyped date."""


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
    key: str = ""
    """Hash of everything the editions are made from; "" where nobody asks whether they stand."""

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
    for name in ("store", "editions"):
        stands = (folder / name).exists() or (folder / name).is_symlink()
        if stands and not (folder / name).is_dir():
            raise WrongUse(
                f"{name} in the workspace is a file or a link to nothing; the program keeps a folder of that name there"
            )
    settings = load_settings(folder, tuple(KINDS))
    return Workspace(folder, settings, load_areas(folder, settings), read_decisions(folder))


def read_new_files(workspace: Workspace, share: Share = unshared) -> Intake:
    """Return what the files in ``inbox/`` that the store has not seen would bring; change nothing.

    Another process may read some of their kinds meanwhile (``share``).
    """
    return read_inbox(workspace.folder, workspace.settings, workspace.areas, _known(workspace), share)


def read_apart(workspace: Workspace) -> dict[str, Taken]:
    """Return what the new files of the kinds ``APART`` would bring, for another process that reads the others."""
    found = find_files(workspace.folder, workspace.settings)
    return take_kinds(APART, found, workspace.settings, workspace.areas, _known(workspace))


def _known(workspace: Workspace) -> Known:
    warehouse = Warehouse(workspace.store)
    return Known(warehouse.known_files(), lookup=warehouse.known_versions, waiting=warehouse.waiting_rows())


def take_in(workspace: Workspace, share: Share = unshared) -> tuple[int, tuple[str, ...]]:
    """Read new files, append them to the store as one batch; return the last batch and warnings on the inbox.

    Another process may read some of their kinds meanwhile (``share``).
    """
    bring_up_to_date(workspace.store)
    check_none_begun(workspace.store)
    warehouse = Warehouse(workspace.store)
    intake = read_new_files(workspace, share)
    files = intake.files()
    if len(files) or intake.refused or intake.unclaimed:
        keep_check_report(workspace, intake)
    intake.check_none_refused()
    keep_unclaimed(workspace.store, intake.unclaimed)
    _mend_audit(workspace, warehouse)
    if files.empty:
        return warehouse.last_batch(), tuple(intake.warnings)
    latest = _last_month(intake.accepted.get("intelligence_logs"))
    batch = Batch(latest, intake.accepted, intake.quarantine, files, intake.place_faults, tuple(intake.warnings))
    number = warehouse.append(batch)
    _audit_batch(workspace, number, files)
    return number, tuple(intake.warnings)


def _audit_batch(workspace: Workspace, number: int, files: pd.DataFrame) -> None:
    details: dict[str, str | int] = {"batch": number, "files": len(files), "accepted": int(files["accepted"].sum())}
    append_event(workspace.audit_log, AuditCategory.COLLECTION, details)


def _mend_audit(workspace: Workspace, warehouse: Warehouse) -> None:
    """Add the audit line of a batch that was taken in whole by a run killed before it could write the line."""
    last = warehouse.last_batch()
    log = workspace.audit_log.read_bytes().decode("utf-8", "replace") if workspace.audit_log.is_file() else ""
    for number in range(1, last + 1):
        if not re.search(rf'"collection", "details": {{[^}}]*"batch": {number}[,}}]', log):
            _audit_batch(workspace, number, warehouse.files_of(number))


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
    check_none_begun(workspace.store)
    Warehouse(workspace.store).check_whole(batch)
    store = MonthStore(workspace.store)
    chosen, far = (Month(month), ()) if month else _default_month(workspace, batch)
    warnings += far
    record = store.record(chosen)
    if record is not None and not store.is_newest(chosen):
        then = _as_of_then(workspace, store.snapshot(chosen))
        late = () if record.batch >= batch else (
            f"{chosen.text} was rebuilt as of then; files taken in since stand in later months only",
        )  # fmt: skip
        return _with_key(Plan(then, chosen, record.batch, record.parent, True, warnings + late))
    return _with_key(Plan(workspace, chosen, batch, store.parent_of(chosen), False, warnings))


def _with_key(plan: Plan) -> Plan:
    """Return the plan with the hash of the program, settings, decisions, places, rows, past states and releases."""
    workspace, months = plan.workspace, plan.workspace.store / "months"
    linkage = read_workspace_key(workspace.folder, workspace.settings.linkage)
    area = workspace.settings.area
    merged = workspace.settings.disclosure.merge_partner_areas
    parts: dict[str, str | bytes] = {
        "program": program_fingerprint(),
        "record": repr(plan.record),
        "rows": Warehouse(workspace.store).fingerprint(),
        "linkage": linkage.fingerprint + linkage.warning,
        "released": ReleaseStore(workspace.store).fingerprint(),
        **{f"decisions {name}": data for name, data in snapshot_files(workspace).items() if not plan.is_replay},
    }
    places = [workspace.folder / name for name in (area.partner_areas, area.boundary, merged) if name]
    parent = months / (plan.month.text if plan.is_replay else plan.parent or "none")
    trees = [parent, months / (plan.parent or "none")] if plan.is_replay else [parent]
    return replace(plan, key=hash_of(parts, places, trees))


def snapshot_files(workspace: Workspace) -> dict[str, bytes]:
    """Return the settings and decisions in force and what was left unread, to be kept with the month."""
    files = {"area.toml": (workspace.folder / "area.toml").read_bytes(), **noted(workspace.store)}
    decisions = workspace.folder / "decisions"
    for path in sorted(decisions.rglob("*")) if decisions.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            files[f"decisions/{path.relative_to(decisions).as_posix()}"] = path.read_bytes()
    return files


def _as_of_then(workspace: Workspace, snapshot: Path) -> Workspace:
    settings = load_settings(snapshot, tuple(KINDS))
    return Workspace(workspace.folder, settings, workspace.areas, read_decisions(snapshot))


def _default_month(workspace: Workspace, batch: int) -> tuple[Month, tuple[str, ...]]:
    """Return the last month with intelligence in it, and a warning where it stands far from the one before."""
    months = Warehouse(workspace.store).months("intelligence_logs", batch)
    if not months:
        raise InputRefused(_NOTHING)
    last, before = Month(months[-1]), Month(months[-2] if len(months) > 1 else months[-1])
    if last.start < before.start + pd.DateOffset(months=FAR_MONTHS):
        return last, ()
    return last, (
        f"{last.text} was chosen as the last month with intelligence, but the one before it is {before.text}; where a "
        f"date was mistyped, correct the log and give --month {before.text}",
    )  # fmt: skip


def _last_month(logs: pd.DataFrame | None) -> str:
    if logs is None or logs.empty:
        return ""
    latest = logs["submitted_at"].max()
    return "" if pd.isna(latest) else str(latest.strftime("%Y-%m"))
