"""One refresh from inbox to published editions.

A refresh that finds its edition standing reads neither analysis nor rendering, and the second process is started before
they are read (``making`` imports them where it calls them).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from market_profile.errors import WrongUse
from market_profile.refresh.beside import BYTES_A_ROW, SecondProcess
from market_profile.refresh.journal import Journal
from market_profile.refresh.making import Loaded, load_records, make_partner, make_planner
from market_profile.refresh.memory import give_back
from market_profile.refresh.plan import Plan, Workspace, make_plan, open_workspace, snapshot_files, take_in
from market_profile.refresh.product import Products
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.report import run_report
from market_profile.refresh.rooms import read_rooms
from market_profile.refresh.shelf import mend_shelf, write_shelf
from market_profile.refresh.standing import keep_standing, stands
from market_profile.refresh.timing import Stopwatch
from market_profile.sources import Reader, Share, Taken
from market_profile.sources.files import InboxFile
from market_profile.store import MonthStore, Warehouse, append_event, publish_folder, workspace_lock
from market_profile.store.audit import AuditCategory
from market_profile.store.months import States
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.editions.canaries import Scanner


SOON_SECONDS = 2.0
"""Where the partner edition is there so soon after the planner's, that is published at once and not laid down first."""


@dataclass(frozen=True)
class RefreshResult:
    """Where the editions of a month are, and what the analyst should know of the run."""

    month: str
    folder: Path
    planner_page: Path
    partner_page: Path
    warnings: tuple[str, ...]
    read: int
    accepted: int
    quarantined: int
    duplicate: int


def refresh(
    folder: Path,
    month: str | None = None,
    on_stage: Callable[[str], None] = lambda name: None,
    afresh: bool = False,
    beside: SecondProcess | None = None,
) -> RefreshResult:
    """Refresh the workspace's profile for ``month`` (default: the last one with intelligence in it).

    Where the edition was made from exactly this and stands, nothing is made again, unless ``afresh``. A process that
    does nothing else gives ``beside``, its second process, which it may have started; its own start is a stage then.
    Raises ``Locked`` where another refresh runs, ``InputRefused`` where files cannot be used as a whole.
    """
    with workspace_lock(folder / "store"), Journal(folder / "store").run() as journal:
        watch = Stopwatch(on_stage, on_end=journal.stage)
        if beside is not None:
            watch.began("start")
        with watch.stage("read settings", None):
            workspace = open_workspace(folder)
        second = beside or SecondProcess(folder)
        try:
            with watch.stage("read inbox", None):
                batch, warnings = take_in(workspace, sharing(workspace, second))
            with watch.stage("plan", None):
                plan = make_plan(workspace, batch, month, warnings)
            standing = None if afresh else standing_edition(plan)
            return standing or _make(plan, watch, afresh, second)
        finally:
            second.stop()


def standing_edition(plan: Plan) -> RefreshResult | None:
    """Return the edition of the plan where it stands, made from exactly this; None where it must be made."""
    if not stands(plan, _target(plan)):
        return None
    mend_shelf(plan.workspace)
    note = f"{plan.month.text} stands as it was made: nothing that it is made from has changed"
    return _result(replace(plan, warnings=(*plan.warnings, note)), Warehouse(plan.workspace.store).files(plan.batch))


def sharing(workspace: Workspace, second: SecondProcess) -> Share:
    """Return how new files are shared with a second process: one that what store and inbox hold will need anyway."""
    run = workspace.settings.run

    def share(fresh: Sequence[InboxFile]) -> Reader | None:
        """Have the second process read its kinds; return who gives their rows, None where both read sooner here."""
        rows = _rows(workspace, Warehouse(workspace.store).last_batch())
        rows += sum(file.path.stat().st_size for file in fresh) // BYTES_A_ROW
        if not run.rows_for_second_process < rows <= run.most_rows_at_once:
            second.stop()
            return None
        second.read_apart()
        return taken

    def taken() -> Mapping[str, Taken] | None:
        """Return what it read; this one reads its rooms first, for it would only wait."""
        read_rooms()
        return second.taken(run.patience_minutes * 60)

    return share


def _make(plan: Plan, watch: Stopwatch, afresh: bool, second: SecondProcess) -> RefreshResult:
    """Make both editions, each in a process of its own where there are many records, and publish them."""
    _target(plan)
    products = Products(plan.workspace.store)
    if afresh:
        products.clear()
    is_large, at_once = _in_two(plan.workspace, plan.batch)
    shared = products.load(Audience.PARTNER.value, plan.key)
    planner = products.load(Audience.PLANNER.value, plan.key)
    beside = second.begin(plan, planner is None) if is_large and at_once and shared is None else None
    loaded: Loaded | None = None
    with watch.stage("load records", None):
        loaded = load_records(plan)
    give_back()
    is_new = planner is None
    if planner is None:
        planner = make_planner(plan, loaded, watch, beside)
    else:
        watch.stages.extend(planner.stages)
    accounted = accounted_of(plan, loaded, watch)
    if is_new and is_large and not (beside and beside.ends_within(SOON_SECONDS, watch)):
        with watch.stage("lay planner edition down", None):
            products.save(Audience.PLANNER.value, plan.key, planner)
    if is_large and shared is None:
        loaded = None
        give_back()
        beside = beside or second.begin(plan, with_measures=False)
        shared = beside.result(watch)
    shared = shared or make_partner(plan, loaded or load_records(plan), watch.on_stage)
    watch.stages.extend(shared.stages)
    states = {Audience.PLANNER.value: planner.state, Audience.PARTNER.value: shared.state}
    return publish(plan, accounted, states, {**planner.files, **shared.files}, watch)


def _in_two(workspace: Workspace, batch: int) -> tuple[bool, bool]:
    """Tell whether a process of its own for partners costs less than it saves, and whether memory holds both."""
    rows, settings = _rows(workspace, batch), workspace.settings.run
    return rows > settings.rows_for_second_process, rows <= settings.most_rows_at_once


def _rows(workspace: Workspace, batch: int) -> int:
    files = Warehouse(workspace.store).files(batch)
    return int(files["accepted"].sum()) if len(files) else 0


@dataclass(frozen=True)
class Accounted:
    """What publishing takes of the records: the values that may not leak, the accounting, the kinds not supplied."""

    sensitive: Scanner
    files: pd.DataFrame
    not_supplied: tuple[str, ...]


def accounted_of(plan: Plan, loaded: Loaded, watch: Stopwatch) -> Accounted:
    """Return what publishing takes of the records, which can be let go then."""
    from market_profile.refresh.leaks import scanner_of

    with watch.stage("values that may not leak", loaded.tables.get("intelligence_logs")):
        sensitive = scanner_of(loaded.tables, plan.month, loaded.files["name"])
    return Accounted(sensitive, loaded.files, loaded.tables.not_supplied)


def publish(
    plan: Plan, accounted: Accounted, states: States, files: dict[str, bytes], watch: Stopwatch
) -> RefreshResult:
    """Write the month's record and states, then swap the editions in; return where they are.

    Raises ``DisclosureLeak`` (exit 4) where a sensitive value of the records stands in any byte of the partner edition
    or of this run's logs.
    """
    from market_profile.refresh.leaks import check_run

    workspace = plan.workspace
    with watch.stage("leak gate", None):
        shared = {name: content for name, content in files.items() if name.startswith("partner/")}
        check_run(accounted.sensitive, shared, workspace.store)
    plan = _with_notes(plan)
    with watch.stage("write states", None):
        if not plan.is_replay:
            MonthStore(workspace.store).save(plan.record, snapshot_files(workspace), states)
        files = _keep_released(plan, files)
    target = _target(plan)
    with ExitStack() as writing:
        writing.enter_context(watch.stage("write editions", None))

        def report() -> dict[str, bytes]:
            """Return run.json, made when all other files are written."""
            writing.close()
            content = run_report(plan, accounted.files, accounted.not_supplied, watch.stages)
            return {"run.json": json.dumps(content, indent=1, sort_keys=False).encode()}

        publish_folder(target, files, report)
    with watch.stage("after publishing", None):
        append_event(
            workspace.audit_log,
            AuditCategory.COMBINATION,
            {"month": plan.month.text, "batch": plan.batch, "run_id": plan.run_id},
        )
        keep_standing(plan, target)
        write_shelf(workspace)
        Products(workspace.store).clear()
    return _result(plan, accounted.files)


def _target(plan: Plan) -> Path:
    """Return where the month's editions go; raise ``WrongUse`` where something else than a folder stands there."""
    folder = plan.workspace.folder / "editions" / plan.month.text
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"editions/{plan.month.text} is a file; move it away, the month's editions go there")
    return folder


def _with_notes(plan: Plan) -> Plan:
    """Return the plan with what the analyst should know of what could not be used or made."""
    workspace = plan.workspace
    erased = Warehouse(workspace.store).erased(plan.batch)
    words = f"{erased} rows were erased under retention; this month is made without them" if erased else ""
    fault = ""
    if workspace.settings.report.pdf:
        from market_profile.render import pdf_fault

        fault = pdf_fault()
    notes = tuple(note for note in (words, fault) if note)
    return replace(plan, notes=(*plan.notes, *notes), warnings=(*plan.warnings, *notes))


def _result(plan: Plan, files: pd.DataFrame) -> RefreshResult:
    folder = plan.workspace.folder / "editions" / plan.month.text
    totals = {name: int(files[name].sum()) for name in ("read", "accepted", "quarantined", "duplicate")}
    return RefreshResult(
        month=plan.month.text,
        folder=folder,
        planner_page=folder / "planner" / "profile.html",
        partner_page=folder / "partner" / "profile.html",
        warnings=plan.warnings,
        **totals,
    )


def _keep_released(plan: Plan, files: dict[str, bytes]) -> dict[str, bytes]:
    """Keep a released partner edition in place as long as it would say the same; else the new draft stands there."""
    released = ReleaseStore(plan.workspace.store).latest_files(plan.month.text)
    if released is None:
        return files
    is_same = json.loads(released["manifest.json"])["run_id"] == json.loads(files["partner/manifest.json"])["run_id"]
    if not is_same:
        return files
    others = {name: content for name, content in files.items() if not name.startswith("partner/")}
    return {**others, **{f"partner/{name}": content for name, content in released.items()}}
