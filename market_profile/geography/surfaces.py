"""Smooth and descriptive surfaces on a grid: kernel densities and Getis-Ord Gi*.

Gi* is kept as a description only: at the densities of drug offences (0.01-0.2 a cell) its normal approximation gives
false hotspots on every pure-noise map, corrected or not (PEERS.md). The tests are in windows.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, gaussian_filter, uniform_filter

from market_profile.geography.grid import Grid

Floats = NDArray[np.float64]

TRUNCATE_SD = 5.0
"""Kernels are cut at so many standard deviations; what lies beyond is below one millionth."""


def linear_binning(easting_m: Floats, northing_m: Floats, origin_m: tuple[float, float], step_m: float,
                   shape: tuple[int, int]) -> Floats:  # fmt: skip
    """Return point mass shared among the four nearest nodes by distance (Wand 1994), shape ``(rows, columns)``.

    Node (0, 0) stands at ``origin_m``. Points beyond the outer nodes are left out.
    """
    column, row = (easting_m - origin_m[0]) / step_m, (northing_m - origin_m[1]) / step_m
    west, south = np.floor(column), np.floor(row)
    kept = (west >= 0) & (west < shape[1] - 1) & (south >= 0) & (south < shape[0] - 1)
    across, up = (column - west)[kept], (row - south)[kept]
    node = (south[kept] * shape[1] + west[kept]).astype(np.int64)
    mass = np.zeros(shape[0] * shape[1])
    for step, share in (
        (0, (1 - across) * (1 - up)),
        (1, across * (1 - up)),
        (shape[1], (1 - across) * up),
        (shape[1] + 1, across * up),
    ):
        mass += np.bincount(node + step, weights=share, minlength=mass.size)
    return mass.reshape(shape)


def kernel_density(easting_m: Floats, northing_m: Floats, grid: Grid, bandwidth_m: float) -> Floats:
    """Return the Gaussian kernel density (points per square metre) at the centres of the grid's cells.

    Points are binned linearly on nodes at most a quarter of a bandwidth apart that include every cell centre, then
    convolved (Wand 1994; Silverman 1982). Nothing is corrected at the edge. Snapped open data must not be passed.
    """
    split = int(np.ceil(4 * grid.cell_m / bandwidth_m))
    step = grid.cell_m / split
    pad = int(np.ceil(TRUNCATE_SD * bandwidth_m / grid.cell_m)) + 1
    rows, columns = grid.shape
    west = (grid.column0 - pad + 0.5) * grid.cell_m + grid.offset_m[0]
    south = (grid.row0 - pad + 0.5) * grid.cell_m + grid.offset_m[1]
    shape = ((rows + 2 * pad) * split + 1, (columns + 2 * pad) * split + 1)
    mass = linear_binning(easting_m, northing_m, (west, south), step, shape)
    return _gaussian(mass, bandwidth_m, step)[pad * split :: split, pad * split :: split][:rows, :columns]


def _gaussian(mass: Floats, bandwidth_m: float, step_m: float) -> Floats:
    reach = int(np.ceil(TRUNCATE_SD * bandwidth_m / step_m))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step_m / bandwidth_m) ** 2)
    kernel /= bandwidth_m * np.sqrt(2 * np.pi)
    first = convolve1d(mass, kernel, axis=0, mode="constant")
    return np.asarray(convolve1d(first, kernel, axis=1, mode="constant"))


def smooth(counts: Floats, sd_cells: float) -> Floats:
    """Return counts spread by a Gaussian of ``sd_cells`` cells over the last two axes; outside the grid is empty."""
    axes = (counts.ndim - 2, counts.ndim - 1)
    return np.asarray(gaussian_filter(counts, sd_cells, mode="constant", truncate=TRUNCATE_SD, axes=axes))


def window_sum(counts: Floats, cells: int) -> Floats:
    """Return sums over ``cells`` x ``cells`` squares centred on each cell (odd size); outside the grid is empty."""
    return np.asarray(uniform_filter(counts, cells, mode="constant", axes=(-2, -1))) * cells**2


def gi_star(counts: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return Getis-Ord Gi* z-scores with queen neighbours and the cell itself; NaN outside (Ord and Getis 1995).

    Example:
        >>> z = gi_star(np.eye(3), np.ones((3, 3), dtype=bool))
        >>> round(float(z[1, 1]), 3)
        0.0
    """
    values = np.where(inside, counts, 0.0)
    size = int(inside.sum())
    mean = values[inside].mean()
    spread = np.sqrt((values[inside] ** 2).mean() - mean**2)
    weights = np.rint(window_sum(inside.astype(float), 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = spread * np.sqrt((size * weights - weights**2) / (size - 1))
        z = (window_sum(values, 3) - mean * weights) / scale
    return np.where(inside & np.isfinite(z), z, np.where(inside, 0.0, np.nan))
