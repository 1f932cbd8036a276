"""Partner areas are merged by a table that names each of them once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused
from market_profile.settings import parse_settings
from market_profile.sources import merge_areas

TOML = """
[area]
name = "A"
code = "E1"
partner_areas = "x.geojson"
[disclosure]
merge_partner_areas = "merge.csv"
"""
HEADER = "area_code,merged_code,merged_name\n"


def three_areas() -> Areas:
    """Return three squares of one square kilometre in a row."""
    squares = [box(1000 * place, 0, 1000 * (place + 1), 1000) for place in range(3)]
    frame = gpd.GeoDataFrame(
        {"area_code": ["a", "b", "c"], "area_name": ["A", "B", "C"]}, geometry=squares, crs="EPSG:27700"
    )
    return Areas(frame, frame.geometry.union_all(), "EPSG:27700")


def test_areas_are_dissolved_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "merge.csv").write_text(HEADER + "a,m1,West\nb,m1,West\nc,m2,East\n")
    merged = merge_areas(tmp_path, parse_settings(TOML, ()), three_areas()).frame
    assert list(merged["area_code"]) == ["m1", "m2"]
    assert list(merged.geometry.area) == [2_000_000, 1_000_000]


@pytest.mark.parametrize("rows", ["a,m1,West\nb,m1,West\n", "a,m1,West\nb,m1,East\nc,m2,East\n"])
def test_an_incomplete_or_contradictory_table_is_refused(tmp_path: Path, rows: str) -> None:
    (tmp_path / "merge.csv").write_text(HEADER + rows)
    with pytest.raises(InputRefused, match="merge_partner_areas"):
        merge_areas(tmp_path, parse_settings(TOML, ()), three_areas())
