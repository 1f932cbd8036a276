"""The modifiable areal unit problem: the same month scored on 25 shifted grids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from market_profile.geography.experience import EXPERIENCE, forecast_by
from market_profile.geography.forecast import GLM, fit_glm, forecast
from market_profile.geography.grid import make_grid, offsets
from market_profile.geography.panel import Panel, Records, on_grid
from market_profile.geography.scoring import hits_at
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
    return pd.DataFrame([_row(name, each) for name, each in zip(("counts", "KDE"), rates, strict=True)])


def chosen_sensitivity(records: Records, panel: Panel, boundary: BaseGeometry, method: str,
                       area_share: float) -> pd.DataFrame:  # fmt: skip
    """Return one row (``MAUP_COLUMNS``): the chosen method's hit rate for the newest month over 25 shifted grids.

    ``records`` are those that ``panel`` counts.
    An area's own model is fitted once, on the declared grid, from the months before; each shifted grid gives it its
    own covariates. Empty where the panel has fewer than three months, or where a shift loses a covariate.
    """
    months = len(panel.months)
    if months < 3:
        return pd.DataFrame(columns=list(MAUP_COLUMNS))
    history = tuple(range(months - 1))
    model = fit_glm([panel], history) if method == GLM else None
    counted, rates = records if method in (GLM, EXPERIENCE) else records.target_alone(), []
    for origin in offsets(panel.grid.cell_m):
        shifted = on_grid(counted, make_grid(boundary, panel.grid.cell_m, origin))
        if shifted.months != panel.months or (model is not None and shifted.names != panel.names):
            continue
        came = shifted.target(-1)
        surface = forecast(shifted, history, GLM, model) if model else forecast_by(shifted, history, method)
        hits = hits_at(surface, came, shifted.grid, area_share)[0]
        rates.append(100 * hits / max(float(came[shifted.grid.inside].sum()), 1.0))
    return pd.DataFrame([_row(f"chosen: {method}", rates)] if rates else [], columns=list(MAUP_COLUMNS))


def _row(name: str, rates: Sequence[float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> dict[str, object]:
    values = np.asarray(rates, dtype=np.float64)
    numbers = (values.mean(), values.min(), values.max(), len(values))
    return dict(zip(MAUP_COLUMNS, (name, *numbers), strict=True))
