"""Places: read, moved to the analysis CRS, or set aside with a reason; never corrected."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Areas
from market_profile.sources.places import COORDINATES, read_places

LOGS = KINDS["intelligence_logs"]
LON, LAT = -0.152569, 50.830801
"""530200, 105100 in EPSG:4326, to six decimals (0.1 m)."""
EASTING, NORTHING = 530_200, 105_100


def _read(areas: Areas, **cells: str) -> pd.Series:  # type: ignore[type-arg]
    text = pd.DataFrame({name: pd.Series([cells.get(name, "")], dtype="str") for name in COORDINATES})
    if "area_code" in cells:
        text["area_code"] = cells["area_code"]
    return read_places(LOGS, text, areas).iloc[0]


GRID = {"easting_m": str(EASTING), "northing_m": str(NORTHING)}
GLOBE = {"longitude": str(LON), "latitude": str(LAT)}
RULES = [
    ({}, ""),
    (GRID, ""),
    (GLOBE, ""),
    ({**GRID, **GLOBE}, ""),
    ({"easting_m": " 530200.50 ", "northing_m": "+1.051e5"}, ""),
    ({"easting_m": "535150", "northing_m": "105000"}, ""),  # 150 m outside: within the buffer of 200 m
    ({"easting_m": "535250", "northing_m": "105000"}, "outside_area"),
    ({"easting_m": "abc", "northing_m": "105000"}, "bad_coordinate"),
    ({"easting_m": "nan", "northing_m": "105000"}, "bad_coordinate"),
    ({"easting_m": "530,200", "northing_m": "105100"}, "bad_coordinate"),
    ({"latitude": "50°49'", "longitude": "-0.1"}, "bad_coordinate"),
    ({"easting_m": "530200"}, "bad_coordinate"),
    ({"latitude": str(LAT)}, "bad_coordinate"),
    ({"easting_m": "0", "northing_m": "0"}, "bad_coordinate"),
    ({"latitude": "0.0", "longitude": "0"}, "bad_coordinate"),
    ({"latitude": "5082.9", "longitude": "-0.15"}, "bad_coordinate"),
    ({"easting_m": "5302000", "northing_m": "1051000"}, "bad_coordinate"),
    ({"easting_m": "53020", "northing_m": "10510"}, "outside_area"),
    ({"easting_m": str(NORTHING), "northing_m": str(EASTING)}, "outside_area"),
    ({"latitude": str(LON), "longitude": str(LAT)}, "outside_area"),
    ({"latitude": str(LAT), "longitude": str(-LON)}, "outside_area"),
    ({**GRID, "longitude": str(LON), "latitude": str(LAT + 0.01)}, "ambiguous_coordinate"),  # 1.1 km apart
    ({**GRID, "longitude": "?", "latitude": str(LAT)}, "bad_coordinate"),
]


@pytest.mark.parametrize(("cells", "fault"), RULES)
def test_rules_of_a_place(areas: Areas, cells: dict[str, str], fault: str) -> None:
    row = _read(areas, **cells)
    assert row["place_fault"] == fault
    has_place = bool(cells) and not fault
    assert pd.notna(row["easting_m"]) == has_place
    assert bool(row["raw_place"]) == bool(fault) == bool(row["place_sentence"])
    if fault:
        assert row[list(COORDINATES)].isna().all()
        assert all(f"{name}={cell.strip()}" in row["raw_place"] for name, cell in cells.items())


def test_degrees_are_moved_to_the_analysis_crs(areas: Areas) -> None:
    row = _read(areas, **GLOBE)
    assert np.hypot(row["easting_m"] - EASTING, row["northing_m"] - NORTHING) < 1
    assert row["longitude"] == LON


def test_the_ordnance_survey_worked_example_lies_within_5_m() -> None:
    # Guide to coordinate systems in Great Britain: Caister water tower, ETRS89 52 39 28.723 N, 1 42 57.787 E
    lat, lon = 52 + 39 / 60 + 28.723 / 3600, 1 + 42 / 60 + 57.787 / 3600
    square = shapely.box(651_000, 313_000, 652_000, 314_000)
    frame = gpd.GeoDataFrame({"area_code": ["C"], "area_name": ["C"]}, geometry=[square], crs="EPSG:27700")
    row = _read(Areas(frame, square, "EPSG:27700"), longitude=str(lon), latitude=str(lat))
    assert np.hypot(row["easting_m"] - 651_409.903, row["northing_m"] - 313_177.270) < 5


def test_the_national_grid_is_moved_to_another_analysis_crs(areas: Areas) -> None:
    moved = areas.frame.to_crs("EPSG:32630")
    other = Areas(moved, moved.geometry.union_all(), "EPSG:32630")
    row = _read(other, **GRID)
    expected = Transformer.from_crs("EPSG:27700", "EPSG:32630", always_xy=True).transform(EASTING, NORTHING)
    assert (row["easting_m"], row["northing_m"]) == pytest.approx(expected)


@pytest.fixture
def meridian() -> Areas:
    """Return two areas across the Greenwich meridian at 51.5 N: longitudes -0.02 to 0 and 0 to 0.02."""
    boxes = [shapely.box(-0.02, 51.49, 0, 51.51), shapely.box(0, 51.49, 0.02, 51.51)]
    frame = gpd.GeoDataFrame({"area_code": ["W", "E"], "area_name": ["W", "E"]}, geometry=boxes, crs="EPSG:4326")
    frame = frame.to_crs("EPSG:27700")
    return Areas(frame, frame.geometry.union_all(), "EPSG:27700")


@pytest.mark.parametrize(
    ("longitude", "code", "fault"),
    [
        ("0.01", "", "ambiguous_coordinate"),  # the minus sign may be lost, and both points lie inside
        ("-0.01", "", ""),  # a minus sign that is there was not lost
        ("0.01", "E", ""),  # the row itself says that it lies east
        ("0.01", "W", "ambiguous_coordinate"),
        ("0.03", "", "outside_area"),
    ],
)
def test_a_lost_minus_sign_is_never_guessed(meridian: Areas, longitude: str, code: str, fault: str) -> None:
    cells = {"latitude": "51.5", "longitude": longitude} | ({"area_code": code} if code else {})
    assert _read(meridian, **cells)["place_fault"] == fault


def test_an_area_east_of_greenwich_has_positive_longitudes(areas: Areas) -> None:
    frame = areas.frame.set_geometry(areas.frame.translate(50_000))
    east = replace(areas, frame=frame, boundary=frame.geometry.union_all())
    lon, lat = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True).transform(580_000, 105_000)
    assert _read(east, longitude=f"{lon:.6f}", latitude=f"{lat:.6f}")["place_fault"] == ""
