"""Exact Poisson windows against an expected surface, with Benjamini-Hochberg: what counts as significant.

A wrong p-value cannot be repaired by correcting for many tests; the exact Poisson tail is right at 0.01 events a cell
as at 5, so pure noise is flagged on at most the declared share of maps (PEERS.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import pdtrc

from market_profile.contracts.tables import Areas, Tables
from market_profile.geography.grid import Floats, Grid, points_to_areas
from market_profile.geography.surfaces import smooth, window_sum
from market_profile.geography.words import each_once, names_no_place
from market_profile.periods import Month

UNIFORM_SHARE = 0.1
"""Share of the expectation spread evenly over the cells, so that a place without exposure is not expected empty."""

EXPOSURE_SD_CELLS = 1.0
"""Exposure is smoothed by so many cells: crime points are snapped to about a third of a 200 m cell."""

WINDOWS = (1, 3)
"""Sides, in cells, of the square windows that are tested; the smaller p is doubled (Bonferroni over the two)."""


@dataclass(frozen=True)
class Exposure:
    """The expected surface's shape (sums to 1 over the cells inside) and what it rests on, in words."""

    share: Floats
    denominator: str
    statement: str


def poisson_tail(counts: Floats, expected: Floats) -> Floats:
    """Return P(X >= count) of a Poisson variable with the expected mean; 1 where the count is 0.

    Example:
        >>> round(float(poisson_tail(np.array(3.0), np.array(1.0))), 6)  # 1 - (1 + 1 + 1/2) / e
        0.080301
    """
    tail = pdtrc(np.maximum(counts - 1, 0), expected)
    return np.where(counts >= 1, tail, 1.0)


def benjamini_hochberg(p: Floats) -> Floats:
    """Return p-values adjusted for the false discovery rate (Benjamini and Hochberg 1995), in the order given.

    Example:
        >>> [round(float(q), 3) for q in benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))]
        [0.04, 0.053, 0.053, 0.5]
    """
    size = p.size
    order = np.argsort(p, kind="stable")
    scaled = p[order] * size / np.arange(1, size + 1)
    adjusted = np.empty(size)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def significance(counts: Floats, share: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return expected counts and adjusted p-values by cell (1 outside), shape ``(rows, columns)``.

    The expectation shares the total out by ``share``. Each cell is tested alone and with its eight neighbours; only a
    cell with an event of its own is a candidate, the others keep p = 1.
    """
    expected = np.where(inside, share * counts[inside].sum(), 0.0)
    values = np.where(inside, counts, 0.0)
    tails = [poisson_tail(np.rint(window_sum(values, side)), window_sum(expected, side)) for side in WINDOWS]
    p = np.where(values > 0, np.minimum(1.0, len(WINDOWS) * np.minimum.reduce(tails)), 1.0)
    adjusted = np.ones(inside.shape)
    adjusted[inside] = benjamini_hochberg(p[inside])
    return expected, adjusted


def exposure(tables: Tables, areas: Areas, grid: Grid, month: Month, wanted: str) -> Exposure:
    """Return the exposure that settings name (``crime``, ``residents``, ``uniform``), or the next that data allow.

    Crime: every published offence but drugs and anti-social behaviour (no Crime ID, DOMAIN.md) before the cut-off,
    counted in cells and smoothed. Residents: each area's residents spread over its cells.
    """
    order = {"crime": ("crime", "residents"), "residents": ("residents", "crime"), "uniform": ()}[wanted]
    fallback = ""
    for name in order:
        raw = _crime(tables, grid, month) if name == "crime" else _residents(tables, areas, grid)
        if raw.sum() > 0:
            words = "recorded crime other than drugs" if name == "crime" else "residents"
            share = (1 - UNIFORM_SHARE) * raw / raw.sum() + UNIFORM_SHARE * grid.inside / grid.cells
            said = f"{fallback}Expected counts follow {words} ({raw.sum():,.0f} in the boundary)."
            return Exposure(share, name, said)
        fallback += f"No {name} data with a place were supplied. "
    said = f"{fallback}Expected counts are the same for every cell of the boundary ({grid.cells:,} cells)."
    return Exposure(grid.inside / grid.cells, "uniform", said)


def _crime(tables: Tables, grid: Grid, month: Month) -> Floats:
    crime = tables.get("street_crime")
    other = each_once(crime["crime_type"], lambda one: ~one.str.casefold().isin(["drugs", "anti-social behaviour"]))
    kept = other & each_once(crime["month"], lambda one: one <= month.text) & ~names_no_place(crime["location"])
    counts = grid.count(grid.locate(*_points(crime[kept])))
    return np.where(grid.inside, smooth(counts, EXPOSURE_SD_CELLS), 0.0)


def _residents(tables: Tables, areas: Areas, grid: Grid) -> Floats:
    residents = tables.get("population").sort_values("record_ref", kind="stable").drop_duplicates("area_code")
    by_code = residents.set_index("area_code")["residents"].astype("Float64").astype(float)
    each = areas.frame["area_code"].map(by_code).fillna(0.0).to_numpy(float)
    area = points_to_areas(areas.frame, *grid.centres(grid.flat))
    cells = np.bincount(area[area >= 0], minlength=len(each))
    density = np.append(np.divide(each, cells, out=np.zeros(len(each)), where=cells > 0), 0.0)
    surface = np.zeros(grid.inside.size)
    surface[grid.flat] = density[area]
    return surface.reshape(grid.shape)


def _points(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    return frame["easting_m"].to_numpy(float), frame["northing_m"].to_numpy(float)
