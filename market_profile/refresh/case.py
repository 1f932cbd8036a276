"""What one audience's analysis takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from market_profile.contracts.tables import Areas, Tables
from market_profile.kept import NOTHING, Kept
from market_profile.periods import Month
from market_profile.refresh.linkage_key import KeyRead
from market_profile.settings import Settings
from market_profile.sources import Decisions

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

    def before(self, room: str) -> dict[str, pd.DataFrame]:
        """Return the frames that a room left last month; they are kept under ``<room>.<name>``."""
        prefix = f"{room}."
        return {name.removeprefix(prefix): frame for name, frame in self.previous.items() if name.startswith(prefix)}
