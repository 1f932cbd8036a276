"""How every method would have forecast one past month from the year before it: hits, and errors of published cells.

A past month is scored from what the edition of that month had, so its score never changes once its records are in: it
is kept, and next month's refresh scores the new month alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from market_profile.geography.bands import ERROR_COLUMNS
from market_profile.geography.experience import EXPERIENCE, forecast_by, suits
from market_profile.geography.forecast import GLM, SIMPLE, History, fit_glm, fit_pairs, forecast
from market_profile.geography.grid import Floats, Grid, Ints
from market_profile.geography.panel import HISTORY_MONTHS, Panel
from market_profile.kept import NOTHING, Kept, key_of

CHOICE_SHARES = (0.5, 1.0, 2.0)
"""The choice rests on hits at half, once and twice the area share, so that one cell cannot decide it."""

HINDSIGHT = "hindsight GLM"
ORACLE = "oracle"

MONTHLY_COLUMNS = ("month", "method", "share", "hits", "best", "n", "apart", "total")


def top_cells(surface: Floats, grid: Grid, area_share: float) -> Ints:
    """Return flat indices of the best ``area_share`` of the cells inside (at least one), best first.

    Equal scores go to the cell that stands first from the south-west.
    """
    chosen = max(1, round(area_share * grid.cells))
    scores = surface.ravel()[grid.flat]
    return grid.flat[np.argsort(-scores, kind="stable")[:chosen]]


def hits_at(surface: Floats, counts: Floats, grid: Grid, area_share: float) -> tuple[float, float]:
    """Return events in the best cells, and the most that the same number of cells could hold."""
    cells = top_cells(surface, grid, area_share)
    ordered = np.sort(counts.ravel()[grid.flat])[::-1]
    return float(counts.ravel()[cells].sum()), float(ordered[: len(cells)].sum())


def scored_month(
    panel: Panel, month: int, area_share: float, bandwidth_m: float, kept: Kept = NOTHING
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``score_month`` as frames (``MONTHLY_COLUMNS``, ``bands.ERROR_COLUMNS``), from the memory where it is."""
    key = _key(panel, month, area_share, bandwidth_m)
    found = kept.look("geography", key)
    if found is None:
        rows, errors = score_month(panel, month, area_share, bandwidth_m)
        found = {
            "rows": pd.DataFrame(rows, columns=list(MONTHLY_COLUMNS)),
            "errors": pd.concat(errors, ignore_index=True),
        }
        kept.keep("geography", key, found)
    return found["rows"], found["errors"]


def history_of(month: int) -> History:
    """Return the months that a forecast of ``month`` looks at: the year before it."""
    return tuple(range(max(0, month - HISTORY_MONTHS + 1), month))


def _key(panel: Panel, month: int, area_share: float, bandwidth_m: float) -> str:
    """Return the key of a month's score: all that it is made from."""
    history, grid = history_of(month), panel.grid
    at, east, north = panel.points
    seen = np.isin(at, history)
    return key_of(
        panel.months[month], "|".join(panel.names), panel.counts[:, history[0] : month + 1], east[seen], north[seen],
        grid.cell_m, grid.column0, grid.row0, *grid.offset_m, grid.inside, area_share, bandwidth_m, panel.is_snapped,
    )  # fmt: skip


Row = tuple[str, str, float, float, float, float, float, float]


def score_month(
    panel: Panel, month: int, area_share: float, bandwidth_m: float
) -> tuple[list[Row], list[pd.DataFrame]]:
    """Return rows (``MONTHLY_COLUMNS``) of every method and area share for one month, and the published cells' errors.

    ``apart`` counts the events in cells that only one of the method and the first choice (``reference``) chose: what
    their difference rests on.
    """
    history = history_of(month)
    counts, grid = panel.target(month), panel.grid
    surfaces = {name: forecast(panel, history, name, bandwidth_m=bandwidth_m) for name in SIMPLE}
    surfaces[GLM] = forecast(panel, history, GLM, fit_glm([panel], history))
    if suits(panel):
        surfaces[EXPERIENCE] = forecast_by(panel, history, EXPERIENCE)
    tried = list(surfaces)
    surfaces[HINDSIGHT] = forecast(panel, history, GLM, fit_pairs([panel], [(history, month)]))
    surfaces[ORACLE] = counts
    first = surfaces[reference(tried)]
    total = float(counts[grid.inside].sum())
    rows: list[Row] = []
    for name, surface in surfaces.items():
        summed = float(surface[grid.inside].sum())
        for scale in CHOICE_SHARES:
            share = area_share * scale
            apart = _apart(top_cells(surface, grid, share), top_cells(first, grid, share), counts)
            rows.append(
                (panel.months[month], name, scale, *hits_at(surface, counts, grid, share), total, apart, summed)
            )
    return rows, [_errors(surfaces[name], counts, (panel, month, name), area_share) for name in tried]


def reference(methods: Iterable[str]) -> str:
    """Return the method that is used unless another did clearly better: the widest experience at hand."""
    return EXPERIENCE if EXPERIENCE in set(methods) else GLM


def _apart(cells: Ints, others: Ints, counts: Floats) -> float:
    return float(counts.ravel()[np.setxor1d(cells, others)].sum())


def _errors(surface: Floats, counts: Floats, origin: tuple[Panel, int, str], area_share: float) -> pd.DataFrame:
    panel, month, name = origin
    cells = top_cells(surface, panel.grid, area_share)
    columns = (panel.months[month], name, surface.ravel()[cells], counts.ravel()[cells])
    return pd.DataFrame(dict(zip(ERROR_COLUMNS, columns, strict=True)))
