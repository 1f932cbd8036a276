"""What the board takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.document import DefinitionCard
from market_profile.kept import NOTHING, Kept
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.room_settings import BoardSettings

TARGET_COLUMNS = (
    "rank",
    "target_kind",
    "target_id",
    "score",
    "score_low",
    "score_high",
    "success_probability",
    "success_low",
    "success_high",
    "expected_attempts",
    "reasons",
    "suggested_from",
    "suggested_to",
    "suggested_hours",
    "reach",
    "excluded_reason",
    "market_id",
    "authority",
    "independent_sources",
    "reported_sources",
    "direct_purchases",
    "market_rate",
    "still_active",
    "attempts",
    "target_easting_m",
    "target_northing_m",
    "area_code",
    "planned_weeks",
    "blocked_until",
)

MARKET_COLUMNS = {"kind": "str", "record_ref": "str", "market_id": "str"}


class Places(Protocol):
    """The part of a ``Geography`` that the board reads."""

    @property
    def hotspots(self) -> pd.DataFrame:
        """One row a flagged cell: cell_id, market_id, score, persistence, peak_hours."""
        ...

    @property
    def markets(self) -> pd.DataFrame:
        """One row a market: market_id, kind (place or line)."""
        ...

    @property
    def record_markets(self) -> pd.DataFrame:
        """Which market each record speaks of: kind, record_ref, market_id."""
        ...


class Measures(Protocol):
    """The part of an ``Indicators`` that the board reads."""

    @property
    def market_types(self) -> pd.DataFrame:
        """One row a market: market_id, type."""
        ...


class Resolved(Protocol):
    """The part of a ``Resolution`` that the board reads."""

    @property
    def records(self) -> pd.DataFrame:
        """Mentions: kind, record_ref, subject_no, nominal_id, match_probability."""
        ...

    @property
    def nominals(self) -> pd.DataFrame:
        """One row a nominal: nominal_id, date_of_birth."""
        ...


@dataclass(frozen=True)
class Inputs:
    """All that the board knows at the cut-off; nothing dated after it is read."""

    network: Network
    geography: Places
    indicators: Measures
    tables: Tables
    resolution: Resolved
    month: Month
    settings: BoardSettings
    previous: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """What this room left last month: ``predictions`` and ``outcomes``."""
    planned: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Enforcement that the area plans (decisions/deconfliction.csv): target_id, area_code, from_on, to_on, why."""
    decided: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What planners decided of targets (decisions/board_decisions.csv)."""
    is_planned: bool = True
    """Whether effects and a plan are wanted; the partner edition shows neither."""
    kept: Kept = NOTHING
    """What was worked out in earlier refreshes and stays as it was."""


@dataclass(frozen=True)
class Plan:
    """Attempts over the next weeks.

    ``attempts``: week, starts_on, ends_on, team, shift, target_kind, target_id, market_id, area_code, hours, reach,
    success_probability, expected. ``teams``: teams, attempts, expected (purchases), added (by the last team),
    markets (tried), effect (expected customers of those bought from). ``weeks`` of the plan and its ``capacity``
    (attempts a week).
    """

    attempts: pd.DataFrame
    teams: pd.DataFrame
    weeks: int
    capacity: int


@dataclass(frozen=True)
class Record:
    """How the board did: ``months`` (month, targets, tried, attempts, expected, bought), ``calibration`` bands with
    ``calibration_error`` over ``attempts`` foretold one month ahead."""

    months: pd.DataFrame
    calibration_error: float
    attempts: int


@dataclass(frozen=True)
class Board:
    """The board of one month.

    ``targets``: TARGET_COLUMNS, ranked first, then the excluded with their reason (rank missing). ``parts``:
    target_kind, target_id, part, points, why; they sum to the score. ``diversions``: nominal_id, reason.
    ``calibration``: how past predictions of the same model came out (band, attempts, predicted, observed, low, high).
    ``withheld``: places of the order left empty, because the person there is on the diversion list by a log suspected
    false alone. ``attention``: share of the board against share of reported evidence by area. ``model_card``: heading,
    field, text. ``state`` goes to next month's ``Inputs.previous``.
    """

    targets: pd.DataFrame
    parts: pd.DataFrame
    diversions: pd.DataFrame
    calibration: pd.DataFrame
    definitions: tuple[DefinitionCard, ...]
    withheld: tuple[int, ...] = ()
    plan: Plan | None = None
    record: Record | None = None
    attention: pd.DataFrame = field(default_factory=pd.DataFrame)
    model_card: pd.DataFrame = field(default_factory=pd.DataFrame)
    state: dict[str, pd.DataFrame] = field(default_factory=dict)


def frame_with(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Return ``frame`` with exactly ``columns`` (name to dtype "str" or "float64"); those it lacks are empty."""
    made = {}
    for name, dtype in columns.items():
        if name in frame.columns:
            made[name] = frame[name]
        else:
            made[name] = pd.Series([""] * len(frame) if dtype == "str" else float("nan"), index=frame.index)
    result = pd.DataFrame(made, index=frame.index)
    for name, dtype in columns.items():
        result[name] = _text(result[name]) if dtype == "str" else result[name]
    return result


def _text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        return column.fillna("").astype("str")
    return column.astype("object").fillna("").astype("str")
