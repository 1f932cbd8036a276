"""The rooms that need no network (geography, indicators, impact), and the other process that may see to them.

They take about a quarter of the planner's analysis. Where a second process is at work, it makes them while the first is
at the network; the numbers are the same wherever they were made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from market_profile.geography import Geography, find_hotspots
from market_profile.impact import Impact, assess_impact
from market_profile.indicators import Indicators, measure_indicators, police_side
from market_profile.refresh.case import Case
from market_profile.refresh.timing import Stopwatch


@dataclass(frozen=True)
class Measured:
    """Places, market figures and outcomes of one month."""

    geography: Geography
    indicators: Indicators
    impact: Impact


class Beside(Protocol):
    """Another process at work on the same refresh."""

    def resolved(self, records: pd.DataFrame) -> None:
        """Hear that who is who is known: ``records`` as in ``Resolution``."""

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Return what the other process measured, waiting for it, its stages noted; None where this one must."""


class _Alone:
    """No other process."""

    def resolved(self, records: pd.DataFrame) -> None:
        """Tell nobody."""

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Return None: this process measures."""
        return None


ALONE: Beside = _Alone()
"""What an analysis takes that makes everything itself."""


def measure(case: Case, records: pd.DataFrame, watch: Stopwatch) -> Measured:
    """Return the measures of the case; ``records`` say who is who (``Resolution.records``)."""
    return with_places(case, find_places(case, watch), records, watch)


def find_places(case: Case, watch: Stopwatch) -> Geography:
    """Return the places of the case, which need not know who is who."""
    with watch.stage(f"{case.label}: geography", case.tables.get("intelligence_logs")):
        before = case.before("geography")
        return find_hotspots(case.tables, case.areas, case.month, case.settings.geography, before, case.kept)


def with_places(case: Case, geography: Geography, records: pd.DataFrame, watch: Stopwatch) -> Measured:
    """Return the measures of the case whose places are known; ``records`` say who is who."""
    tables, month, settings = case.tables, case.month, case.settings
    with watch.stage(f"{case.label}: indicators", tables.get("test_purchases")):
        police = police_side(tables, records, month, case.linkage.key, case.linkage.warning)
        indicators = measure_indicators(tables, geography.record_markets, month, settings, police)
    with watch.stage(f"{case.label}: impact", tables.get("crime_counts")):
        impact = assess_impact(tables, records, month, settings)
    return Measured(geography, indicators, impact)
