"""A small fictional town analysed once for planners and once for partners; and a world of a few logs alone."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from market_profile.contracts.columns import DTYPES, SYSTEM_COLUMNS
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Areas, Tables
from market_profile.editions.eligibility import shareable
from market_profile.geography import find_hotspots
from market_profile.impact import assess_impact
from market_profile.indicators import measure_indicators, police_side
from market_profile.network import build_network
from market_profile.periods import Month
from market_profile.profile import Findings
from market_profile.resolve import resolve_nominals
from market_profile.settings import Settings, load_settings
from market_profile.sources import Decisions, Known, load_areas, read_decisions, read_inbox
from market_profile.synthetic.cohorts import town_linkage_key
from market_profile.synthetic.plan import Plan
from market_profile.synthetic.town import write_town
from market_profile.tasking import rank_targets
from market_profile.values import Sensitive

PLAN = Plan(logs=500, months=4, seed=11)


def find(tables: Tables, areas: Areas, month: Month, settings: Settings, decisions: Decisions) -> Findings:
    """Return the findings of every room over ``tables``."""
    resolution = resolve_nominals(tables, month, {}, decisions.judgements, settings.resolve)
    geography = find_hotspots(tables, areas, month, settings.geography, {})
    network = build_network(tables, resolution, month, settings.network, {})
    police = police_side(tables, resolution.records, month, Sensitive(town_linkage_key(PLAN)))
    indicators = measure_indicators(tables, geography.record_markets, month, settings, police)
    impact = assess_impact(tables, resolution.records, month, settings)
    board = rank_targets(network, geography, indicators, tables, resolution, month, settings.board)
    names = ["kind", "files", "read", "accepted", "quarantined", "duplicate", "amended"]
    return Findings(
        month=month,
        area_name=settings.area.name,
        tables=tables,
        resolution=resolution,
        network=network,
        geography=geography,
        indicators=indicators,
        impact=impact,
        board=board,
        decisions=decisions,
        reconciliation=pd.DataFrame(columns=names),
        quarantine=pd.DataFrame({"reason_codes": pd.Series(dtype="str")}),
        not_supplied=tuple(kind for kind in KINDS if not tables.is_supplied(kind)),
        overdue=0,
        previous={},
    )


@dataclasses.dataclass(frozen=True)
class World:
    """Findings for both audiences with what build_profile needs beside them."""

    planner: Findings
    partner: Findings
    areas: Areas
    settings: Settings


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> World:
    """Return a town of 500 logs over four months."""
    folder = tmp_path_factory.mktemp("town")
    plan = PLAN
    write_town(folder, plan)
    settings = load_settings(folder, tuple(KINDS))
    areas = load_areas(folder, settings)
    decisions = read_decisions(folder)
    intake = read_inbox(folder, settings, areas, Known())
    tables = Tables({kind: frame for kind, frame in intake.accepted.items() if len(frame)}).until(plan.last_month)
    shared = shareable(tables, decisions.grants, plan.last_month)
    return World(
        planner=find(tables, areas, plan.last_month, settings, decisions),
        partner=find(shared, areas, plan.last_month, settings, decisions),
        areas=areas,
        settings=settings,
    )


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> World:
    """Return a world where a handful of intelligence logs is all that was supplied."""
    settings = Settings.model_validate({"area": {"name": "Town", "code": "X1", "partner_areas": "a.geojson"}})
    shape = box(530000, 104000, 532000, 106000)
    frame = gpd.GeoDataFrame({"area_code": ["A1"], "area_name": ["Town 001A"]}, geometry=[shape], crs="EPSG:27700")
    areas = Areas(frame, shape, "EPSG:27700")
    tables = Tables({"intelligence_logs": _logs(6)})
    decisions = read_decisions(tmp_path_factory.mktemp("none"))
    findings = find(tables, areas, Month("2019-02"), settings, decisions)
    return World(findings, findings, areas, settings)


def _logs(n: int) -> pd.DataFrame:
    kind = KINDS["intelligence_logs"]
    dtypes = {column.name: DTYPES[column.type] for column in kind.columns} | SYSTEM_COLUMNS
    given = {
        "urn": [f"U{i}" for i in range(n)],
        "record_ref": [f"U{i}" for i in range(n)],
        "submitted_at": [pd.Timestamp("2019-02-01") + pd.Timedelta(days=i) for i in range(n)],
        "grade_scheme": ["3x5x2"] * n,
        "source_evaluation": ["1"] * n,
        "intelligence_assessment": ["B"] * n,
        "handling_code": ["P"] * n,
        "source_line": range(n),
        "version": [1] * n,
    }
    data = {
        name: pd.Series(given.get(name, [""] * n if dtype == "str" else [None] * n), dtype=object).astype(dtype)
        for name, dtype in dtypes.items()
    }
    frame = pd.DataFrame(data)
    return kind.derive(frame) if kind.derive else frame
