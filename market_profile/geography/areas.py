"""Events by partner area: the numbers behind the partner edition's maps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Areas
from market_profile.geography.events import DISCOVERED, RECORDED, REPORTED
from market_profile.geography.grid import Floats, Grid, area_of_points, points_to_areas
from market_profile.periods import Month

PARTNER_WINDOW_MONTHS = 12
"""Rolling twelve months, the disclosure window (TRUST.md 4)."""


def area_counts(events: pd.DataFrame, areas: Areas, month: Month) -> pd.DataFrame:
    """Return one row a partner area, sorted by code, zeros included.

    Columns: ``area_code``, ``area_name``, ``events_12m``, ``events_month`` (published open data apart),
    ``reported_12m``, ``discovered_12m``, ``recorded_12m`` (published drug offences).
    """
    window = {each.text for each in month.window(PARTNER_WINDOW_MONTHS)}
    kept = events[(events["weight"] > 0) & events["month"].isin(window)]
    code = area_of_points(areas, kept)
    evidence = kept["family"] != RECORDED
    measures = {
        "events_12m": evidence,
        "events_month": evidence & (kept["month"] == month.text),
        "reported_12m": kept["family"] == REPORTED,
        "discovered_12m": kept["family"] == DISCOVERED,
        "recorded_12m": ~evidence,
    }
    result = pd.DataFrame(areas.frame[["area_code", "area_name"]]).reset_index(drop=True)
    for name, chosen in measures.items():
        counts = code[chosen].value_counts()
        result[name] = result["area_code"].map(counts).fillna(0).astype(np.int64)
    return result


def area_surface(counts: pd.DataFrame, areas: Areas, grid: Grid, share: Floats, score: Floats) -> pd.DataFrame:
    """Return ``counts`` (of ``area_counts``) with the expected surface and the forecast by partner area.

    ``expected_12m`` shares the year's events out by the exposure of the area's cells (cell centres; ``share`` sums to
    1), ``forecast_next_month`` sums their forecast, ``concentration`` is events over expected (NaN where none are).
    """
    found = points_to_areas(areas.frame, *grid.centres(grid.flat))
    size = len(areas.frame)
    sums = [
        np.bincount(found[found >= 0], weights=surface.ravel()[grid.flat][found >= 0], minlength=size)
        for surface in (share, score)
    ]
    expected = counts["events_12m"].sum() * sums[0] / sums[0].sum() if sums[0].sum() > 0 else np.zeros(size)
    events = counts["events_12m"].to_numpy(float)
    ratio = np.divide(events, expected, out=np.full(size, np.nan), where=expected > 0)
    return counts.assign(
        expected_12m=expected.round(3), concentration=ratio.round(3), forecast_next_month=sums[1].round(3)
    )
