"""The whole analysis, resolve to profile, as one pure function: run once over everything and once for partners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from market_profile.network import build_network
from market_profile.profile import Findings, Profile, build_profile
from market_profile.refresh.case import Case, State
from market_profile.refresh.measured import ALONE, Beside, measure
from market_profile.refresh.memory import give_back
from market_profile.refresh.timing import Stopwatch
from market_profile.resolve import resolve_nominals
from market_profile.tasking import Inputs, make_board, no_board
from market_profile.terms import Audience


@dataclass(frozen=True)
class Analysed:
    """The profile of a case and the state that next month's analysis starts from."""

    profile: Profile
    state: dict[str, pd.DataFrame]


def analyse(case: Case, watch: Stopwatch, beside: Beside = ALONE) -> Analysed:
    """Return the profile of the case; the four analysis rooms never see each other.

    What needs no network is taken from the process ``beside``, where there is one that made it.
    """
    tables, month, settings = case.tables, case.month, case.settings
    with watch.stage(f"{case.label}: resolve", tables.get("log_subjects")):
        resolution = resolve_nominals(
            tables, month, case.before("resolve"), case.decisions.judgements, settings.resolve
        )
    give_back()
    beside.resolved(resolution.records)
    with watch.stage(f"{case.label}: network", tables.get("log_links")):
        before, is_planner = case.before("network"), case.label == Audience.PLANNER.value
        network = build_network(tables, resolution, month, settings.network, before, in_full=is_planner)
    give_back()
    found = beside.measured(watch) or measure(case, resolution.records, watch)
    with watch.stage(f"{case.label}: tasking", resolution.nominals):
        board = make_board(
            Inputs(
                network, found.geography, found.indicators, tables, resolution, month, settings.board,
                previous=case.before("tasking"),
                planned=case.decisions.deconfliction,
                decided=case.decisions.board_decisions,
                kept=case.kept,
            )
        ) if is_planner else no_board(month)  # fmt: skip
    give_back()
    findings = Findings(
        month=month,
        area_name=settings.area.name,
        tables=tables,
        resolution=resolution,
        network=network,
        geography=found.geography,
        indicators=found.indicators,
        impact=found.impact,
        board=board,
        decisions=case.decisions,
        reconciliation=case.reconciliation,
        quarantine=case.quarantine,
        not_supplied=case.not_supplied,
        overdue=case.overdue,
        previous=case.before("profile"),
        disclosure=settings.disclosure,
    )
    with watch.stage(f"{case.label}: profile", None):
        profile = build_profile(findings, case.areas, settings, Audience(case.label))
    rooms = {
        "resolve": resolution.state,
        "geography": found.geography.state,
        "network": network.state,
        "tasking": board.state,
        "profile": profile.state,
    }
    return Analysed(profile, _state_of(rooms))


def _state_of(rooms: Mapping[str, State]) -> dict[str, pd.DataFrame]:
    """Return the states of all rooms under ``<room>.<name>``, for the store."""
    return {f"{room}.{name}": frame for room, frames in rooms.items() for name, frame in frames.items()}
