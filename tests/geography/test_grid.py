"""The grid: stable ids, the boundary, points to areas, and coordinates that are not what they claim."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from places import SOUTH, WEST, town

from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused
from market_profile.geography.grid import check_crs, make_grid, offsets, points_to_areas
from market_profile.geography.markets import locate_cells


def test_cell_ids_are_stable_whatever_the_boundary() -> None:
    small, large = (make_grid(shapely.box(WEST, SOUTH, WEST + side, SOUTH + side), 200) for side in (400, 2000))
    assert set(small.cell_ids(small.flat)) <= set(large.cell_ids(large.flat))
    assert small.cell_ids(small.flat)[0] == "E5300N1040"
    import pandas as pd

    assert locate_cells(pd.Series(small.cell_ids(small.flat)), small).tolist() == small.flat.tolist()


def test_cells_touching_the_boundary_are_inside_and_points_beyond_are_not() -> None:
    grid = make_grid(shapely.Polygon([(0, 0), (1000, 0), (0, 1000)]), 200)
    assert grid.cells == 15  # 5 + 4 + 3 + 2 + 1 squares under the diagonal
    assert grid.locate(np.array([10.0, 990.0, -5.0, np.nan]), np.array([10.0, 990.0, 5.0, 5.0])).tolist() == [
        0,
        -1,
        -1,
        -1,
    ]


def test_a_cell_that_only_the_edge_enters_is_inside() -> None:
    assert make_grid(shapely.box(0, 0, 430, 200), 200).cells == 3


def test_small_cells_are_refused() -> None:
    with pytest.raises(InputRefused, match="false precision"):
        make_grid(shapely.box(0, 0, 1000, 1000), 50)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263"])
def test_degrees_and_feet_are_refused(crs: str) -> None:
    areas = town()
    with pytest.raises(InputRefused, match="metres"):
        check_crs(Areas(areas.frame, areas.boundary, crs))


def test_a_mixed_up_crs_is_refused() -> None:
    areas = town()
    with pytest.raises(InputRefused, match="reproject"):
        check_crs(Areas(areas.frame.to_crs(4326), areas.boundary, "EPSG:27700"))
    degrees = areas.frame.to_crs(4326)
    with pytest.raises(InputRefused, match="degrees"):
        check_crs(Areas(areas.frame, degrees.union_all(), "EPSG:27700"))


def test_points_to_areas_equals_a_plain_test_and_shares_no_point() -> None:
    areas = town()
    overlapping = gpd.GeoDataFrame(
        {"area_code": ["a", "b"]},
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)],
        crs="EPSG:27700",
    )
    assert points_to_areas(overlapping, np.array([7.0, 12.0, 20.0]), np.array([5.0, 5.0, 5.0])).tolist() == [0, 1, -1]
    draw = np.random.default_rng(2)
    east, north = WEST + draw.uniform(-100, 4100, 400), SOUTH + draw.uniform(-100, 4100, 400)
    column, row = (east - WEST) // 1000, (north - SOUTH) // 1000
    plain = np.where((column >= 0) & (column < 4) & (row >= 0) & (row < 4), row * 4 + column, -1)
    assert points_to_areas(areas.frame, east, north).tolist() == plain.tolist()


def test_twenty_five_offsets() -> None:
    assert len(set(offsets(200))) == 25
    assert offsets(200)[0] == (0.0, 0.0)
