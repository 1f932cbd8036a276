"""What the profile is written from: the results of every room for one month, over one set of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import geopandas as gpd
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.document import Document, TargetCard
from market_profile.geography import Geography
from market_profile.impact import Impact
from market_profile.indicators import Indicators
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.resolve import Resolution
from market_profile.room_settings import DisclosureSettings
from market_profile.tasking import Board
from market_profile.values import Measure


class Decided(Protocol):
    """The part of the area's decisions that the page shows."""

    @property
    def recommendations(self) -> pd.DataFrame:
        """Columns id, text, owner, due_on, status, measure."""
        ...

    @property
    def board_decisions(self) -> pd.DataFrame:
        """Columns target_id, decision, by, on, reason."""
        ...

    @property
    def claims(self) -> pd.DataFrame:
        """Columns id, claim, outcome, population, window, source, reproduced, value, choices, how to check."""
        ...

    @property
    def partners(self) -> pd.DataFrame:
        """Columns partner, influence, interest, channel, owner, next_contact_on."""
        ...

    @property
    def key_judgements(self) -> pd.DataFrame:
        """Columns id, sentence, likelihood, confidence, because, sources."""
        ...


@dataclass(frozen=True)
class Findings:
    """Results of one analysis: over everything for planners, over shareable records for partners.

    ``reconciliation``: kind, files, read, accepted, quarantined, duplicate, amended; empty for partners, as is
    ``quarantine``. ``overdue`` counts logs past their review date that were left out. ``previous`` is the ``state``
    of last month's profile. ``disclosure`` says what partners' numbers are hidden and rounded by.
    """

    month: Month
    area_name: str
    tables: Tables
    resolution: Resolution
    network: Network
    geography: Geography
    indicators: Indicators
    impact: Impact
    board: Board
    decisions: Decided
    reconciliation: pd.DataFrame
    quarantine: pd.DataFrame
    not_supplied: tuple[str, ...]
    overdue: int
    previous: Mapping[str, pd.DataFrame]
    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)

    @cached_property
    def people(self) -> pd.DataFrame:
        """Return the nominals by nominal_id."""
        return self.resolution.nominals.set_index("nominal_id")

    def has(self, kind: str) -> bool:
        """Tell whether any record of ``kind`` is there."""
        return kind not in self.not_supplied


@dataclass(frozen=True)
class Profile:
    """The page as measures, tables by file name without ending, map layers, network exports, next month's state."""

    document: Document[Measure]
    tables: dict[str, pd.DataFrame]
    layers: dict[str, gpd.GeoDataFrame]
    nodes: pd.DataFrame | None
    links: pd.DataFrame | None
    state: dict[str, pd.DataFrame]
    cards: tuple[TargetCard, ...] = ()
