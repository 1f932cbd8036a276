"""What geography finds: frames that other rooms, the profile and the exports read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

HOTSPOT_COLUMNS = (
    "cell_id",
    "rank",
    "score",
    "events",
    "expected",
    "p_adjusted",
    "market_id",
    "persistence",
    "market_type",
    "peak_hours",
    "easting_m",
    "northing_m",
    "reported",
    "discovered",
    "is_corroborated",
    "is_significant",
    "gi_star",
    "area_code",
    "score_low",
    "score_high",
)
"""CONTRACT.md 4, and beside it: the cell's centre (metres, analysis CRS), events of the window by family, whether
the exact test flags it, the descriptive Gi*, the partner area that holds the centre, and the 80 % interval of next
month's events (NaN until the backtest has enough errors to learn it from)."""


@dataclass(frozen=True)
class Geography:
    """Hotspots and what supports them.

    ``hotspots`` has ``HOTSPOT_COLUMNS``, best score first: the best ``area_share`` of the cells under the chosen
    forecast and every further significant cell. ``score`` is the expected number of events next month.
    """

    hotspots: pd.DataFrame
    cells: gpd.GeoDataFrame
    """The hotspots as squares in the analysis CRS."""
    area_counts: pd.DataFrame
    """One row a partner area: events by family, ``expected_12m``, ``concentration``, ``forecast_next_month``."""
    record_markets: pd.DataFrame
    """``kind``, ``record_ref``, ``market_id``."""
    markets: pd.DataFrame
    """``market_id``, ``kind`` (place|line), ``status`` (active|dormant), ``first_month``, ``last_month``, ``cells``,
    ``events``, ``reported``, ``discovered``, ``is_corroborated``, ``peak_hours``, ``score``, ``easting_m``,
    ``northing_m``, ``area_code`` (NaN and "" for lines)."""
    market_cells: pd.DataFrame
    """``market_id``, ``cell_id``, ``first_month``, ``last_month``."""
    backtest: pd.DataFrame
    chosen_method: str
    choice_reason: str
    track_record: pd.DataFrame
    hours: pd.DataFrame
    """``market_id``, ``hour``, ``weight``."""
    heat_strip: pd.DataFrame
    """``weekday``, ``hour``, ``weight`` of the whole area."""
    maup: pd.DataFrame
    """``method``, ``mean_pct``, ``low_pct``, ``high_pct``, ``offsets``: hit rate over shifted grids."""
    displacement: pd.DataFrame
    """Reported events before and after each operation in target, buffer and controls (``DISPLACEMENT_COLUMNS``)."""
    set_aside: pd.DataFrame
    """``kind``, ``why``, ``records`` that made no place."""
    denominator: str
    """What the expected counts rest on, in words."""
    warnings: tuple[str, ...]
    state: Mapping[str, pd.DataFrame]
    """What next month needs: ``market_cells``, ``lines``, ``published``, ``track_record``."""
