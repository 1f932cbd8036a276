"""One refresh from inbox to editions, and the pieces of it that the flow calls one by one.

The analysis and the rendering are imported where they are called: a refresh that finds its edition standing needs none
of them, and the second process is started before they are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.editions.model import Edition
from market_profile.editions.release import Manifest, file_hashes
from market_profile.refresh.beside import start_beside
from market_profile.refresh.fingerprint import program_fingerprint
from market_profile.refresh.journal import Journal
from market_profile.refresh.linkage_key import key_for
from market_profile.refresh.plan import Plan, make_plan, open_workspace, snapshot_files, take_in
from market_profile.refresh.product import Product, Products
from market_profile.refresh.released import START as LEDGER_START
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.report import reconciliation, run_report
from market_profile.refresh.shelf import mend_shelf, write_shelf
from market_profile.refresh.standing import keep_standing, stands
from market_profile.refresh.timing import Stopwatch
from market_profile.sources import merge_areas
from market_profile.store import KeptFolder, MonthStore, Warehouse, append_event, publish_folder, workspace_lock
from market_profile.store.audit import AuditCategory
from market_profile.store.months import States
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.editions.make import Made
    from market_profile.refresh.analysis import Analysed
    from market_profile.refresh.case import Case
    from market_profile.refresh.measured import Beside


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


@dataclass(frozen=True)
class Loaded:
    """The records of a plan, up to its cut-off and within retention."""

    tables: Tables
    overdue: int
    files: pd.DataFrame
    quarantine: pd.DataFrame


def refresh(
    folder: Path, month: str | None = None, on_stage: Callable[[str], None] = lambda name: None, afresh: bool = False
) -> RefreshResult:
    """Refresh the workspace's profile for ``month`` (default: the last one with intelligence in it).

    Where the edition was made from exactly this and stands, nothing is made again, unless ``afresh``. Raises
    ``Locked`` where another refresh runs, ``InputRefused`` where files cannot be used as a whole.
    """
    with workspace_lock(folder / "store"), Journal(folder / "store").run() as journal:
        watch = Stopwatch(on_stage, on_end=journal.stage)
        with watch.stage("read settings", None):
            workspace = open_workspace(folder)
        with watch.stage("read inbox", None):
            batch, warnings = take_in(workspace)
        with watch.stage("plan", None):
            plan = make_plan(workspace, batch, month, warnings)
        standing = None if afresh else standing_edition(plan)
        return standing or _make(plan, watch, afresh)


def standing_edition(plan: Plan) -> RefreshResult | None:
    """Return the edition of the plan where it stands, made from exactly this; None where it must be made."""
    folder = plan.workspace.folder / "editions" / plan.month.text
    if not stands(plan, folder):
        return None
    mend_shelf(plan.workspace)
    note = f"{plan.month.text} stands as it was made: nothing that it is made from has changed"
    return _result(replace(plan, warnings=(*plan.warnings, note)), Warehouse(plan.workspace.store).files(plan.batch))


def _make(plan: Plan, watch: Stopwatch, afresh: bool) -> RefreshResult:
    """Make both editions, each in a process of its own where there are many records, and publish them."""
    products = Products(plan.workspace.store)
    if afresh:
        products.clear()
    is_large = _is_large(plan)
    shared = products.load(Audience.PARTNER.value, plan.key)
    planner = products.load(Audience.PLANNER.value, plan.key)
    beside = start_beside(plan, planner is None) if is_large and shared is None else None
    try:
        with watch.stage("load records", None):
            loaded = load_records(plan)
        if planner is None:
            planner = make_planner(plan, loaded, watch, beside)
            if is_large:
                products.save(Audience.PLANNER.value, plan.key, planner)
        else:
            watch.stages.extend(planner.stages)
        shared = shared or (beside.result() if beside else None) or make_partner(plan, loaded, watch.on_stage)
    finally:
        if beside:
            beside.stop()
    watch.stages.extend(shared.stages)
    states = {Audience.PLANNER.value: planner.state, Audience.PARTNER.value: shared.state}
    return publish(plan, loaded, states, {**planner.files, **shared.files}, watch)


def _is_large(plan: Plan) -> bool:
    """Tell whether a process of its own for the partner edition costs less than it saves."""
    rows = int(Warehouse(plan.workspace.store).files(plan.batch)["accepted"].sum())
    return rows > plan.workspace.settings.run.rows_for_second_process


def make_planner(plan: Plan, loaded: Loaded, watch: Stopwatch, beside: Beside | None = None) -> Product:
    """Return the planner edition of the plan: its files, the state for next month, and its stages."""
    first = len(watch.stages)
    analysed = analyse_for(plan, loaded, Audience.PLANNER, watch, beside)
    with watch.stage("render planner edition", None):
        files = render_planner(plan, analysed)
    return Product(files, analysed.state, watch.stages[first:])


def make_partner(
    plan: Plan, loaded: Loaded, on_stage: Callable[[str], None] = lambda name: None, beside: Beside | None = None
) -> Product:
    """Return the partner edition of the plan: its files, the state for next month, and its stages."""
    watch = Stopwatch(on_stage)
    analysed = analyse_for(plan, loaded, Audience.PARTNER, watch, beside)
    with watch.stage("render partner edition", None):
        files = render_partner(plan, analysed)
    return Product(files, analysed.state, watch.stages)


def load_records(plan: Plan) -> Loaded:
    """Return the records as they stood at the plan's batch, before its cut-off, without those past review."""
    from market_profile.editions.eligibility import within_retention

    warehouse = Warehouse(plan.workspace.store)
    tables, overdue = within_retention(warehouse.tables(plan.batch).until(plan.month), plan.month)
    return Loaded(tables, overdue, warehouse.files(plan.batch), warehouse.quarantine(plan.batch))


def analyse_for(
    plan: Plan, loaded: Loaded, audience: Audience, watch: Stopwatch, beside: Beside | None = None
) -> Analysed:
    """Return the analysis for an audience; ``beside`` is the other process at work on the refresh, if any."""
    from market_profile.refresh.analysis import analyse
    from market_profile.refresh.measured import ALONE

    kept = KeptFolder(plan.workspace.store, audience.value, program_fingerprint())
    analysed = analyse(case_for(plan, loaded, audience, kept), watch, beside or ALONE)
    if not plan.is_replay:
        kept.drop_others()
    return analysed


def case_for(plan: Plan, loaded: Loaded, audience: Audience, kept: KeptFolder) -> Case:
    """Return what the analysis for an audience takes: everything, or shareable records alone."""
    from market_profile.editions.eligibility import in_whole_areas, shareable
    from market_profile.refresh.case import Case

    workspace = plan.workspace
    is_planner = audience is Audience.PLANNER
    areas, tables = workspace.areas, loaded.tables
    if not is_planner:
        areas = merge_areas(workspace.folder, workspace.settings, workspace.areas)
        tables = in_whole_areas(shareable(tables, workspace.decisions.grants, plan.month), areas)
    return Case(
        tables=tables,
        areas=areas,
        month=plan.month,
        settings=workspace.settings,
        decisions=workspace.decisions,
        previous=MonthStore(workspace.store).state(plan.parent, audience.value),
        reconciliation=reconciliation(loaded.files) if is_planner else pd.DataFrame(),
        quarantine=loaded.quarantine if is_planner else pd.DataFrame(),
        not_supplied=tuple(kind for kind in KINDS if not tables.is_supplied(kind)),
        overdue=loaded.overdue if is_planner else 0,
        label=audience.value,
        linkage=key_for(workspace.folder, workspace.settings.linkage, audience),
        kept=kept,
    )


def render_planner(plan: Plan, analysed: Analysed) -> dict[str, bytes]:
    """Return the files of the planner edition under ``planner/``."""
    from market_profile.editions.make import make_planner_edition

    edition = make_planner_edition(analysed.profile, plan.workspace.settings, plan.run_id)
    return _under("planner", edition, plan)


def partner_edition(plan: Plan, analysed: Analysed, is_draft: bool = True) -> Made:
    """Return the partner edition of the plan with its ledger entries."""
    from market_profile.editions.make import make_partner_edition

    past = ReleaseStore(plan.workspace.store).before(plan.month.text)
    return make_partner_edition(analysed.profile, plan.workspace.settings, is_draft, past)


def render_partner(plan: Plan, analysed: Analysed) -> dict[str, bytes]:
    """Return the files of the partner edition, a draft with an unsigned manifest, under ``partner/``."""
    edition = partner_edition(plan, analysed).edition
    files = {f"partner/{name}": content for name, content in partner_files(plan, edition).items()}
    return {**files, "partner/manifest.json": make_manifest(plan, edition, files).to_json()}


def partner_files(plan: Plan, edition: Edition) -> dict[str, bytes]:
    """Return every file of a partner edition but its manifest, with the form for partners' answers."""
    from market_profile.editions.form import form_files, form_sheets
    from market_profile.render import render_edition
    from market_profile.render.workbook import write_workbook

    rendered = render_edition(edition, pdf=plan.workspace.settings.report.pdf)
    form = write_workbook(form_sheets(edition).items(), f"Form for partners, {plan.month.text}")
    return {**rendered, **form_files(edition), "form/partner_observations.ods": form}


def make_manifest(plan: Plan, edition: Edition, files: dict[str, bytes]) -> Manifest:
    """Return the unsigned manifest over the partner files."""
    inside = {name.removeprefix("partner/"): content for name, content in files.items()}
    settings = plan.workspace.settings
    return Manifest(
        area=settings.area.name,
        month=plan.month.text,
        run_id=edition.run_id,
        settings_sha256=settings.sha256,
        files=file_hashes(inside),
        ledger_head=LEDGER_START,
        audit_head=LEDGER_START,
    )


def publish(plan: Plan, loaded: Loaded, states: States, files: dict[str, bytes], watch: Stopwatch) -> RefreshResult:
    """Write the month's record and states, then swap the editions in; return where they are.

    Raises ``DisclosureLeak`` (exit 4) where a sensitive value of the records stands in any byte of the partner edition
    or of this run's logs.
    """
    from market_profile.refresh.leaks import check_run, scanner_of
    from market_profile.render import pdf_fault

    workspace = plan.workspace
    with watch.stage("leak gate", None):
        shared = {name: content for name, content in files.items() if name.startswith("partner/")}
        check_run(scanner_of(loaded.tables, plan.month, loaded.files["name"]), shared, workspace.store)
    erased = Warehouse(workspace.store).erased(plan.batch)
    if erased:
        words = f"{erased} rows were erased under retention; this month is made without them"
        plan = replace(plan, notes=(*plan.notes, words), warnings=(*plan.warnings, words))
    fault = pdf_fault() if workspace.settings.report.pdf else ""
    if fault:
        plan = replace(plan, notes=(*plan.notes, fault), warnings=(*plan.warnings, fault))
    with watch.stage("publish", None):
        if not plan.is_replay:
            MonthStore(workspace.store).save(plan.record, snapshot_files(workspace), states)
        files = _keep_released(plan, files)
        report = run_report(plan, loaded.files, loaded.tables, watch.stages)
        target = workspace.folder / "editions" / plan.month.text
        publish_folder(target, {**files, "run.json": json.dumps(report, indent=1, sort_keys=False).encode()})
    append_event(
        workspace.audit_log,
        AuditCategory.COMBINATION,
        {"month": plan.month.text, "batch": plan.batch, "run_id": plan.run_id},
    )
    keep_standing(plan, target)
    write_shelf(workspace)
    Products(workspace.store).clear()
    return _result(plan, loaded.files)


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


def _under(folder: str, edition: Edition, plan: Plan) -> dict[str, bytes]:
    from market_profile.render import render_edition

    rendered = render_edition(edition, pdf=plan.workspace.settings.report.pdf)
    return {f"{folder}/{name}": content for name, content in rendered.items()}
