"""Map styles: every layer's columns and classes, the file beside the GeoJSON and the table inside the GeoPackage."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from market_profile.render.exports import geopackage
from market_profile.render.styles import STYLES, qml, style_table


def layers() -> dict[str, gpd.GeoDataFrame]:
    square = box(0, 0, 200, 200)
    return {
        "hotspots": gpd.GeoDataFrame({"persistence": ["new"], "rank": [1]}, geometry=[square], crs=27700),
        "areas": gpd.GeoDataFrame({"concentration": [1.5]}, geometry=[square], crs=27700),
        "markets": gpd.GeoDataFrame({"status": ["active"], "market_id": ["M1"]}, geometry=[Point(1, 1)], crs=27700),
    }


@pytest.mark.parametrize("name", sorted(STYLES))
def test_each_style_is_whole(name: str) -> None:
    style = STYLES[name]
    root = ET.fromstring(qml(style))
    assert root.tag == "qgis"
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == style.column
    used = [each.get("symbol") for each in renderer.iter() if each.tag in ("category", "range")]
    drawn = [each.get("name") for each in renderer.iter("symbol")]
    assert used == drawn == [str(number) for number in range(len(style.classes))]
    assert style.column in layers()[name]


def test_the_geopackage_holds_layers_and_styles_with_the_same_bytes(tmp_path: Path) -> None:
    content = geopackage(layers())
    assert content == geopackage(layers())
    path = tmp_path / "profile.gpkg"
    path.write_bytes(content)
    with sqlite3.connect(path) as base:
        rows = pd.read_sql("select f_table_name, styleQML, useAsDefault from layer_styles order by 1", base)
        geometry = dict(base.execute("select table_name, column_name from gpkg_geometry_columns").fetchall())
    assert rows["f_table_name"].tolist() == sorted(STYLES)
    assert rows["useAsDefault"].all()
    assert set(style_table(sorted(STYLES))["f_geometry_column"]) == set(geometry.values())
    assert sorted(geometry) == sorted(STYLES)
