"""The modifiable areal unit problem: the same month scored on 25 shifted grids."""

from __future__ import annotations

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from market_profile.geography.backtest import hits_at
from market_profile.geography.grid import make_grid, offsets
from market_profile.geography.surfaces import kernel_density, smooth

MAUP_COLUMNS = ("method", "mean_pct", "low_pct", "high_pct", "offsets")


def grid_sensitivity(target: pd.DataFrame, boundary: BaseGeometry, cell_m: float, bandwidth_m: float,
                     area_share: float) -> pd.DataFrame:  # fmt: skip
    """Return how the newest month's hit rate moves with the grid's origin: mean and range over 25 offsets.

    ``target`` holds counted events (``month``, ``easting_m``, ``northing_m``, ``is_snapped``); the newest month is
    forecast from all earlier ones by plain counts and by kernel density. A 200 m grid over Brighton moved from 29.9 to
    39.4 % (PEERS.md). Empty where there are not two months.
    """
    newest = target["month"].max() if len(target) else ""
    before, after = target[target["month"] < newest], target[target["month"] == newest]
    if before.empty:
        return pd.DataFrame(columns=list(MAUP_COLUMNS))
    origins = offsets(cell_m)
    rates = np.zeros((2, len(origins)))
    for place, origin in enumerate(origins):
        grid = make_grid(boundary, cell_m, origin)
        old, new = (
            grid.count(grid.locate(frame["easting_m"].to_numpy(float), frame["northing_m"].to_numpy(float)))
            for frame in (before, after)
        )
        if before["is_snapped"].any():
            density = smooth(old, bandwidth_m / cell_m)
        else:
            spots = before["easting_m"].to_numpy(float), before["northing_m"].to_numpy(float)
            density = kernel_density(*spots, grid, bandwidth_m)
        for number, surface in enumerate((old, density)):
            rates[number, place] = 100 * hits_at(np.round(surface, 12), new, grid, area_share)[0] / max(new.sum(), 1)
    return pd.DataFrame(
        {
            "method": ["counts", "KDE"],
            "mean_pct": rates.mean(axis=1),
            "low_pct": rates.min(axis=1),
            "high_pct": rates.max(axis=1),
            "offsets": len(origins),
        }
    )
