"""The declared grid of squares over the boundary, and points to partner areas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused

SMALLEST_CELL_M = 100.0
"""Open-data snap points are 71 m apart: smaller cells would be false precision (PEERS.md)."""

EDGE_STEP = 0.05
"""The boundary is walked in twentieths of a cell: a square that it clips by less may be left out."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Squares of ``cell_m`` metres whose indices count from the CRS origin, so that ids never change.

    ``inside`` (rows, columns; row 0 southmost) marks the squares that touch the boundary.
    """

    cell_m: float
    column0: int
    row0: int
    inside: NDArray[np.bool_]
    offset_m: tuple[float, float] = (0.0, 0.0)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.inside.shape[0], self.inside.shape[1]

    @cached_property
    def cells(self) -> int:
        """The number of squares inside."""
        return int(self.inside.sum())

    @cached_property
    def flat(self) -> Ints:
        """Flat indices of the squares inside, south to north and west to east."""
        return np.flatnonzero(self.inside.ravel())

    def locate(self, easting_m: Floats, northing_m: Floats) -> Ints:
        """Return the flat index of the square that holds each point, -1 outside the boundary's squares or NaN."""
        rows, columns = self.shape
        with np.errstate(invalid="ignore"):
            column = np.floor((easting_m - self.offset_m[0]) / self.cell_m) - self.column0
            row = np.floor((northing_m - self.offset_m[1]) / self.cell_m) - self.row0
            near = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        index = np.where(near, row * columns + column, 0).astype(np.int64)
        return np.where(near & self.inside.ravel()[index], index, -1)

    def count(self, index: Ints, weight: Floats | None = None) -> Floats:
        """Return weighted counts by square, shape ``(rows, columns)``; indices of -1 are left out."""
        kept = index >= 0
        weights = None if weight is None else weight[kept]
        counts = np.bincount(index[kept], weights=weights, minlength=self.inside.size)
        return counts.astype(float).reshape(self.shape)

    def corners(self, flat: Ints) -> tuple[Floats, Floats]:
        """Return easting and northing (m) of the south-west corners."""
        row, column = np.divmod(flat, self.shape[1])
        east = (column + self.column0) * self.cell_m + self.offset_m[0]
        north = (row + self.row0) * self.cell_m + self.offset_m[1]
        return east.astype(float), north.astype(float)

    def centres(self, flat: Ints) -> tuple[Floats, Floats]:
        """Return easting and northing (m) of the centres."""
        east, north = self.corners(flat)
        return east + self.cell_m / 2, north + self.cell_m / 2

    def cell_ids(self, flat: Ints) -> NDArray[np.object_]:
        """Return ids such as ``E5320N1040``: the south-west corner in units of 100 m (in metres for odd sizes)."""
        east, north = self.corners(flat)
        unit = 100 if self.cell_m % 100 == 0 else 1
        return np.array(
            [f"E{int(e // unit):04d}N{int(n // unit):04d}" for e, n in zip(east, north, strict=True)], dtype=object
        )

    def squares(self, flat: Ints) -> NDArray[np.object_]:
        """Return the squares as polygons in the analysis CRS."""
        east, north = self.corners(flat)
        return np.asarray(shapely.box(east, north, east + self.cell_m, north + self.cell_m), dtype=object)


def check_crs(areas: Areas) -> None:
    """Raise ``InputRefused`` unless the areas are in one projected CRS in metres and inside its numbers."""
    crs = CRS.from_user_input(areas.crs)
    if not crs.is_projected or {axis.unit_name for axis in crs.axis_info} != {"metre"}:
        raise InputRefused(f"area.crs = {areas.crs}: hotspots need a projected CRS in metres, such as EPSG:27700")
    if areas.frame.crs is not None and CRS.from_user_input(areas.frame.crs) != crs:
        raise InputRefused(f"the partner areas are not in area.crs = {areas.crs}; reproject them before the analysis")
    west, south, east, north = areas.boundary.bounds
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        raise InputRefused("the boundary lies within 180 by 90: these look like degrees, not metres")


@lru_cache(maxsize=64)
def make_grid(boundary: BaseGeometry, cell_m: float, offset_m: tuple[float, float] = (0.0, 0.0)) -> Grid:
    """Return the grid of ``cell_m`` metre squares that touch ``boundary`` (projected, metres).

    Raises ``InputRefused`` below 100 m. A grid that was made before is given again.

    Example:
        >>> grid = make_grid(shapely.box(0, 0, 400, 200), 200)
        >>> grid.cells, list(grid.cell_ids(grid.flat))
        (2, ['E0000N0000', 'E0002N0000'])
    """
    if cell_m < SMALLEST_CELL_M:
        raise InputRefused(f"geography.cell_m is {cell_m:g}; cells below {SMALLEST_CELL_M:g} m are false precision")
    west, south, east, north = boundary.bounds
    column0, row0 = (int(np.floor((low - off) / cell_m)) for low, off in zip((west, south), offset_m, strict=True))
    columns = max(1, int(np.ceil((east - offset_m[0]) / cell_m)) - column0)
    rows = max(1, int(np.ceil((north - offset_m[1]) / cell_m)) - row0)
    grid = Grid(cell_m, column0, row0, np.ones((rows, columns), dtype=bool), offset_m)
    shapely.prepare(boundary)
    inside = shapely.contains_xy(boundary, *grid.centres(np.arange(rows * columns)))
    edge = _edge_cells(boundary, grid)
    edge = edge[~inside[edge]]
    squares = grid.squares(edge)
    inside[edge] = shapely.intersects(boundary, squares) & ~shapely.touches(boundary, squares)
    return Grid(cell_m, column0, row0, inside.reshape(rows, columns), offset_m)


def _edge_cells(boundary: BaseGeometry, grid: Grid) -> Ints:
    """Return the flat indices of the squares that the boundary's line enters, walked in short steps."""
    line = shapely.segmentize(boundary.boundary, grid.cell_m * EDGE_STEP)
    east, north = shapely.get_coordinates(line).T
    return np.unique(grid.locate(east, north)[grid.locate(east, north) >= 0])


def offsets(cell_m: float, steps: int = 5) -> list[tuple[float, float]]:
    """Return ``steps`` x ``steps`` origins spread over one cell, the declared origin first (for the MAUP range)."""
    shift = cell_m / steps
    return [(column * shift, row * shift) for row in range(steps) for column in range(steps)]


def points_to_areas(frame: gpd.GeoDataFrame, easting_m: Floats, northing_m: Floats) -> Ints:
    """Return the row of ``frame`` whose polygon holds each point, -1 where none does.

    Points are sorted by easting once; each area then looks only at the slice that its bounding box cuts out. A point
    on a shared edge, or in two overlapping polygons, goes to the first area in order of the frame (by code).
    """
    found = np.full(len(easting_m), -1, dtype=np.int64)
    order = np.argsort(easting_m, kind="stable")
    east, north = easting_m[order], northing_m[order]
    shapes = frame.geometry.to_numpy()
    shapely.prepare(shapes)
    for number, (shape, box) in enumerate(zip(shapes, shapely.bounds(shapes), strict=True)):
        first, last = np.searchsorted(east, [box[0], np.nextafter(box[2], np.inf)])
        rows = np.arange(first, last)
        rows = rows[(north[rows] >= box[1]) & (north[rows] <= box[3])]
        rows = rows[found[order[rows]] < 0]
        held = shapely.intersects_xy(shape, east[rows], north[rows])
        found[order[rows[held]]] = number
    return found


def area_of_points(areas: Areas, points: pd.DataFrame) -> pd.Series:
    """Return the partner area code of each row's ``easting_m``/``northing_m``, ``""`` where none holds it."""
    found = points_to_areas(areas.frame, points["easting_m"].to_numpy(float), points["northing_m"].to_numpy(float))
    codes = np.append(areas.frame["area_code"].to_numpy(dtype=object), "")
    return pd.Series(codes[found], index=points.index, dtype="str")
