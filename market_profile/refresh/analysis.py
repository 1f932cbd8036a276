"""The whole analysis, resolve to profile, as one pure function: run once over everything and once for partners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from market_profile.contracts.tables import Areas, Tables
from market_profile.geography import find_hotspots
from market_profile.impact import assess_impact
from market_profile.indicators import measure_indicators, police_side
from market_profile.kept import NOTHING, Kept
from market_profile.network import build_network
from market_profile.periods import Month
from market_profile.profile import Findings, Profile, build_profile
from market_profile.refresh.linkage_key import KeyRead
from market_profile.refresh.timing import Stopwatch
from market_profile.resolve import resolve_nominals
from market_profile.settings import Settings
from market_profile.sources import Decisions
from market_profile.tasking import Inputs, make_board
from market_profile.terms import Audience

State = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Case:
    """What one analysis takes: records up to the cut-off, places, rules, decisions, the state of the month before."""

    tables: Tables
    areas: Areas
    month: Month
    settings: Settings
    decisions: Decisions
    previous: State
    reconciliation: pd.DataFrame
    quarantine: pd.DataFrame
    not_supplied: tuple[str, ...]
    overdue: int
    label: str
    linkage: KeyRead = field(default_factory=lambda: KeyRead(None))
    kept: Kept = NOTHING


@dataclass(frozen=True)
class Analysed:
    """The profile of a case and the state that next month's analysis starts from."""

    profile: Profile
    state: dict[str, pd.DataFrame]


def analyse(case: Case, watch: Stopwatch) -> Analysed:
    """Return the profile of the case; the four analysis rooms never see each other."""
    tables, month, settings = case.tables, case.month, case.settings
    with watch.stage(f"{case.label}: resolve", tables.get("log_subjects")):
        resolution = resolve_nominals(
            tables, month, _of(case.previous, "resolve"), case.decisions.judgements, settings.resolve
        )
    with watch.stage(f"{case.label}: geography", tables.get("intelligence_logs")):
        geography = find_hotspots(tables, case.areas, month, settings.geography, _of(case.previous, "geography"))
    with watch.stage(f"{case.label}: network", tables.get("log_links")):
        network = build_network(tables, resolution, month, settings.network, _of(case.previous, "network"))
    with watch.stage(f"{case.label}: indicators", tables.get("test_purchases")):
        police = police_side(tables, resolution.records, month, case.linkage.key, case.linkage.warning)
        indicators = measure_indicators(tables, geography.record_markets, month, settings, police)
    with watch.stage(f"{case.label}: impact", tables.get("crime_counts")):
        impact = assess_impact(tables, resolution.records, month, settings)
    with watch.stage(f"{case.label}: tasking", resolution.nominals):
        board = make_board(
            Inputs(
                network, geography, indicators, tables, resolution, month, settings.board,
                previous=_of(case.previous, "tasking"),
                planned=case.decisions.deconfliction,
                decided=case.decisions.board_decisions,
                is_planned=case.label == Audience.PLANNER.value,
            )
        )  # fmt: skip
    findings = Findings(
        month=month,
        area_name=settings.area.name,
        tables=tables,
        resolution=resolution,
        network=network,
        geography=geography,
        indicators=indicators,
        impact=impact,
        board=board,
        decisions=case.decisions,
        reconciliation=case.reconciliation,
        quarantine=case.quarantine,
        not_supplied=case.not_supplied,
        overdue=case.overdue,
        previous=_of(case.previous, "profile"),
    )
    with watch.stage(f"{case.label}: profile", None):
        profile = build_profile(findings, case.areas, settings, Audience(case.label))
    rooms = {
        "resolve": resolution.state,
        "geography": geography.state,
        "network": network.state,
        "tasking": board.state,
        "profile": profile.state,
    }
    return Analysed(profile, _state_of(rooms))


def _of(state: State, room: str) -> dict[str, pd.DataFrame]:
    """Return the frames that a room left last month; they are kept under ``<room>.<name>``."""
    prefix = f"{room}."
    return {name.removeprefix(prefix): frame for name, frame in state.items() if name.startswith(prefix)}


def _state_of(rooms: Mapping[str, State]) -> dict[str, pd.DataFrame]:
    """Return the states of all rooms under ``<room>.<name>``, for the store."""
    return {f"{room}.{name}": frame for room, frames in rooms.items() for name, frame in frames.items()}
