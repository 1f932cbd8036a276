"""At least two hundred changes to what partners must not see: the partner edition stays the same to the byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from market_profile.contracts.tables import Areas, Tables
from market_profile.editions.eligibility import in_whole_areas, shareable
from market_profile.refresh.making import Loaded, load_records
from market_profile.refresh.plan import Plan as RefreshPlan
from market_profile.refresh.plan import make_plan, open_workspace, take_in
from market_profile.sources import merge_areas
from market_profile.synthetic import Plan, write_town
from tests.refresh.variants import partner_bytes, variants, with_tables

FULL = 6
"""Every sixth change is analysed in full even where partners' rows are the same after it."""

Case = tuple[RefreshPlan, Loaded, Areas, frozenset[str]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A small town's records, taken in once."""
    folder: Path = tmp_path_factory.mktemp("variants") / "town"
    write_town(folder, Plan(logs=320, months=3, seed=53))
    workspace = open_workspace(folder)
    batch, warnings = take_in(workspace)
    plan = make_plan(workspace, batch, None, warnings)
    areas = merge_areas(folder, workspace.settings, workspace.areas)
    granted = frozenset(workspace.decisions.grants["urn"])
    loaded = load_records(plan)
    shutil.rmtree(folder / "inbox")
    return plan, loaded, areas, granted


def _same_input(changed: Tables, case: Case) -> bool:
    """Tell whether the rows that the partner analysis gets are equal to the last byte."""
    plan, loaded, areas, _ = case
    grants = plan.workspace.decisions.grants
    one, other = (in_whole_areas(shareable(each, grants, plan.month), areas) for each in (loaded.tables, changed))
    same_kinds = sorted(one.frames) == sorted(other.frames)
    return same_kinds and all(one.get(kind).equals(other.get(kind)) for kind in one.frames)


def assert_blind(case: Case, count: int, pdf: bool) -> None:
    plan, loaded, areas, granted = case
    before = partner_bytes(plan, loaded, pdf)
    assert {"profile.html", "tables/profile.ods"} <= set(before)
    assert len(before["profile.html"]) > 30_000
    tried = 0
    for name, change in variants(loaded.tables, areas, granted, count):
        changed = change(loaded.tables)
        moved = [kind for kind in changed.frames if not changed.get(kind).equals(loaded.tables.get(kind))]
        assert moved, name
        tried += 1
        if tried % FULL and _same_input(changed, case):
            continue  # the analysis is a function of these rows alone: it cannot say anything else
        after = partner_bytes(plan, with_tables(loaded, changed), pdf)
        assert [file for file in before if after.get(file) != before[file]] == [], name
        assert set(after) == set(before), name
    assert tried == count


@pytest.mark.slow
def test_two_hundred_variants_move_no_byte(case: Case) -> None:
    assert_blind(case, 200, pdf=False)


@pytest.mark.slow
def test_variants_move_no_byte_of_the_pdf(case: Case) -> None:
    assert_blind(case, 11, pdf=True)
