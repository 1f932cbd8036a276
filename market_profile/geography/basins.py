"""Markets that touch are told apart: every hotspot cell belongs to the local maximum that it climbs to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market_profile.geography.grid import Floats, Ints
from market_profile.geography.surfaces import smooth

PEAK_SD_CELLS = 0.6
"""The surface is smoothed by so much before its maxima are looked for: a deal around the corner is no second market."""


def split_basins(flagged: NDArray[np.bool_], events: Floats, sd_cells: float = PEAK_SD_CELLS) -> tuple[Ints, int]:
    """Return group numbers (1..count, 0 where not flagged) and their count: basins of the smoothed events.

    Each flagged cell climbs to its highest neighbour until none is higher (watershed by steepest ascent, Vincent and
    Soille 1991), so that two maxima of one group stand at least two cells apart. Of equal cells the one nearer to the
    south-west is the higher. Groups are numbered from the south-west.

    Example:
        >>> flags = np.ones((1, 5), dtype=bool)
        >>> split_basins(flags, np.array([[9.0, 2.0, 1.0, 3.0, 8.0]]), 0.01)[0].tolist()
        [[1, 1, 2, 2, 2]]
    """
    values = np.where(flagged, np.round(smooth(np.asarray(events, dtype=np.float64), sd_cells), 9), -np.inf)
    order = np.lexsort((-np.arange(values.size), values.ravel()))
    height = np.empty(values.size, dtype=np.int64)
    height[order] = np.arange(values.size)
    parent = _highest_neighbour(height.reshape(values.shape), flagged)
    for _ in range(int(np.ceil(np.log2(values.size + 1)))):
        parent = parent[parent]
    peaks = np.unique(parent[flagged.ravel()])
    groups = np.zeros(values.size, dtype=np.int64)
    groups[flagged.ravel()] = 1 + np.searchsorted(peaks, parent[flagged.ravel()])
    return groups.reshape(values.shape), len(peaks)


def _highest_neighbour(height: Ints, flagged: NDArray[np.bool_]) -> Ints:
    """Return the flat index of the highest flagged cell among each cell and its eight neighbours."""
    rows, columns = height.shape
    padded = np.pad(np.where(flagged, height, -1), 1, constant_values=-1)
    index = np.pad(np.arange(height.size).reshape(height.shape), 1, constant_values=0)
    shifts = [(1, 1), *((up, across) for up in range(3) for across in range(3) if (up, across) != (1, 1))]
    stacked = np.stack([padded[up : up + rows, across : across + columns] for up, across in shifts])
    places = np.stack([index[up : up + rows, across : across + columns] for up, across in shifts])
    best = np.argmax(stacked, axis=0)[None]
    return np.asarray(np.take_along_axis(places, best, axis=0)[0].ravel())
