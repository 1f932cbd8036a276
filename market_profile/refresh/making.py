"""The edition of one audience: records loaded, analysed, rendered.

The analysis and the rendering are imported where they are called, so that whoever asks for less does not read them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.editions.model import Edition
from market_profile.editions.release import Manifest, file_hashes
from market_profile.refresh.fingerprint import program_fingerprint
from market_profile.refresh.linkage_key import key_for
from market_profile.refresh.memory import give_back
from market_profile.refresh.plan import Plan
from market_profile.refresh.product import Product
from market_profile.refresh.released import START as LEDGER_START
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.report import reconciliation
from market_profile.refresh.timing import Stopwatch
from market_profile.refresh.unclaimed import with_unclaimed
from market_profile.sources import merge_areas
from market_profile.store import KeptFolder, MonthStore, Warehouse
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.editions.make import Made
    from market_profile.refresh.analysis import Analysed
    from market_profile.refresh.case import Case
    from market_profile.refresh.measured import Beside


@dataclass(frozen=True)
class Loaded:
    """The records of a plan, up to its cut-off and within retention."""

    tables: Tables
    overdue: int
    files: pd.DataFrame
    quarantine: pd.DataFrame


def make_planner(plan: Plan, loaded: Loaded, watch: Stopwatch, beside: Beside | None = None) -> Product:
    """Return the planner edition of the plan: its files, the state for next month, and its stages."""
    first = len(watch.stages)
    analysed = analyse_for(plan, loaded, Audience.PLANNER, watch, beside)
    give_back()
    with watch.stage("render planner edition", None):
        files = render_planner(plan, analysed)
    return Product(files, analysed.state, watch.stages[first:])


def make_partner(plan: Plan, loaded: Loaded, on_stage: Callable[[str], None] = lambda name: None) -> Product:
    """Return the partner edition of the plan: its files, the state for next month, and its stages."""
    return partner_of(plan, case_for(plan, loaded, Audience.PARTNER), Stopwatch(on_stage))


def partner_of(plan: Plan, case: Case, watch: Stopwatch, beside: Beside | None = None) -> Product:
    """Return the partner edition made from its case."""
    analysed = analyse_case(plan, case, watch, beside)
    give_back()
    with watch.stage("render partner edition", None):
        files = render_partner(plan, analysed)
    return Product(files, analysed.state, watch.stages)


def load_records(plan: Plan) -> Loaded:
    """Return the records as they stood at the plan's batch, before its cut-off, without those past review."""
    from market_profile.editions.eligibility import within_retention

    warehouse = Warehouse(plan.workspace.store)
    tables, overdue = within_retention(warehouse.tables(plan.batch).until(plan.month), plan.month)
    set_aside = with_unclaimed(warehouse.quarantine(plan.batch), plan)
    return Loaded(tables, overdue, warehouse.files(plan.batch), set_aside)


def analyse_for(
    plan: Plan, loaded: Loaded, audience: Audience, watch: Stopwatch, beside: Beside | None = None
) -> Analysed:
    """Return the analysis for an audience; ``beside`` is the other process at work on the refresh, if any."""
    with watch.stage(f"{audience.value}: case", None):
        case = case_for(plan, loaded, audience)
    return analyse_case(plan, case, watch, beside)


def analyse_case(plan: Plan, case: Case, watch: Stopwatch, beside: Beside | None = None) -> Analysed:
    """Return the analysis of a case; what the rooms' memory was not asked for is dropped at its end."""
    with watch.stage(f"{case.label}: read the rooms", None):
        from market_profile.refresh.analysis import analyse
        from market_profile.refresh.measured import ALONE

    analysed = analyse(case, watch, beside or ALONE)
    drop_unasked(plan, case)
    return analysed


def drop_unasked(plan: Plan, case: Case) -> None:
    """Drop what the rooms did not ask their memory for; a month rebuilt as of then leaves it alone."""
    if isinstance(case.kept, KeptFolder) and not plan.is_replay:
        case.kept.drop_others()


def case_for(plan: Plan, loaded: Loaded, audience: Audience) -> Case:
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
        not_supplied=tables.not_supplied,
        overdue=loaded.overdue if is_planner else 0,
        label=audience.value,
        linkage=key_for(workspace.folder, workspace.settings.linkage, audience),
        kept=KeptFolder(workspace.store, audience.value, program_fingerprint()),
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


def _under(folder: str, edition: Edition, plan: Plan) -> dict[str, bytes]:
    from market_profile.render import render_edition

    rendered = render_edition(edition, pdf=plan.workspace.settings.report.pdf)
    return {f"{folder}/{name}": content for name, content in rendered.items()}
