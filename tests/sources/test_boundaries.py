"""Partner areas and boundary from files, with the mistakes that files bring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from market_profile.errors import InputRefused, SettingsError
from market_profile.settings import AreaSettings, Settings
from market_profile.sources import load_areas

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SQUARES = [shapely.box(530_000, 100_000, 535_000, 105_000), shapely.box(525_000, 100_000, 530_000, 105_000)]


def _frame(**columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=SQUARES, crs="EPSG:27700")


def _settings(**area: Any) -> Settings:
    return Settings(area=AreaSettings(**{"name": "A", "code": "E1", "partner_areas": "a.geojson", **area}))


def _write(folder: Path, frame: gpd.GeoDataFrame, name: str = "a.geojson") -> None:
    frame.to_file(folder / name, driver="GPKG" if name.endswith("gpkg") else "GeoJSON")


def test_areas_are_sorted_by_code_in_the_analysis_crs(tmp_path: Path) -> None:
    _write(tmp_path, _frame(kind=["x", "x"], code=["B", "A"], label=["Beta", "Alpha"]).to_crs("EPSG:4326"))
    areas = load_areas(tmp_path, _settings())
    assert areas.frame[["area_code", "area_name"]].to_numpy().tolist() == [["A", "x"], ["B", "x"]]
    assert areas.frame.crs == "EPSG:27700"
    assert areas.boundary.area == pytest.approx(50e6, rel=1e-3)  # two squares of 5 km: 50 km2
    named = load_areas(tmp_path, _settings(partner_area_code="label", partner_area_name="code"))
    assert named.frame[["area_code", "area_name"]].to_numpy().tolist() == [["Alpha", "A"], ["Beta", "B"]]


def test_a_geopackage_keeps_its_own_crs_and_a_boundary_of_its_own(tmp_path: Path) -> None:
    _write(tmp_path, _frame(code=["B", "A"]), "a.gpkg")
    _write(tmp_path, gpd.GeoDataFrame({"x": [1]}, geometry=[SQUARES[0]], crs="EPSG:27700"), "b.gpkg")
    areas = load_areas(tmp_path, _settings(partner_areas="a.gpkg", boundary="b.gpkg"))
    assert areas.frame["area_name"].tolist() == ["A", "B"]  # no other text: the name is the code
    assert areas.boundary.area == pytest.approx(25e6)


def test_an_invalid_polygon_is_made_valid(tmp_path: Path) -> None:
    frame = _frame(code=["B", "A"])
    bow = shapely.Polygon([(530_000, 100_000), (535_000, 105_000), (535_000, 100_000), (530_000, 105_000)])
    _write(tmp_path, frame.set_geometry([bow, SQUARES[1]]).to_crs("EPSG:4326"))
    assert load_areas(tmp_path, _settings()).frame.geometry.is_valid.all()


@pytest.mark.parametrize(
    ("area", "key"),
    [
        ({"partner_areas": "none.geojson"}, "area.partner_areas"),
        ({"partner_areas": "a.shp"}, "area.partner_areas"),
        ({"partner_areas": "text.geojson"}, "area.partner_areas"),
        ({"partner_areas": "metres.geojson"}, "area.partner_areas"),
        ({"partner_areas": "points.geojson"}, "area.partner_areas"),
        ({"partner_area_code": "nowhere"}, "area.partner_area_code"),
        ({"partner_area_code": "kind"}, "area.partner_area_code"),
        ({"partner_area_name": "nowhere"}, "area.partner_area_name"),
        ({"boundary": "far.geojson"}, "area.boundary"),
    ],
)
def test_mistakes_name_the_key(tmp_path: Path, area: dict[str, str], key: str) -> None:
    frame = _frame(code=["B", "A"], kind=["x", "x"])
    _write(tmp_path, frame.to_crs("EPSG:4326"))
    _write(tmp_path, frame.set_geometry(frame.translate(0, 300_000)).to_crs("EPSG:4326"), "far.geojson")
    _write(tmp_path, frame.set_geometry(frame.centroid).to_crs("EPSG:4326"), "points.geojson")
    _write(tmp_path, frame.set_crs("EPSG:4326", allow_override=True), "metres.geojson")
    for name in ("a.shp", "text.geojson"):
        (tmp_path / name).write_text("not a map")
    with pytest.raises(InputRefused, match=key):
        load_areas(tmp_path, _settings(**area))


def test_areas_without_a_distinct_text_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, _frame(code=["A", "A"], number=[1, 2]).to_crs("EPSG:4326"))
    with pytest.raises(InputRefused, match="no property has a distinct text"):
        load_areas(tmp_path, _settings())


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2272", "nonsense"])
def test_the_analysis_crs_must_be_in_metres(tmp_path: Path, crs: str) -> None:
    with pytest.raises(SettingsError, match=r"area\.crs"):
        load_areas(tmp_path, _settings(crs=crs))


def test_published_lsoas_load_with_settings_alone(tmp_path: Path) -> None:
    path = DATA / "boundaries" / "brighton-and-hove-lsoa-2011.geojson"
    if not path.is_file():
        pytest.skip("../shared/data/boundaries is absent: the published LSOAs are not tested")
    (tmp_path / "a.geojson").write_bytes(path.read_bytes())
    areas = load_areas(tmp_path, _settings())
    assert len(areas.frame) == len(json.loads(path.read_text())["features"]) == 165
    assert areas.frame.iloc[0][["area_code", "area_name"]].tolist() == ["E01016849", "Brighton and Hove 026A"]
    assert 80e6 < areas.boundary.area < 90e6  # the city has 83 km2


def test_a_file_of_two_layers_is_not_guessed_at(tmp_path: Path) -> None:
    frame = _frame(code=["B", "A"])
    for layer in ("lsoa", "ward"):
        frame.to_file(tmp_path / "a.gpkg", layer=layer, driver="GPKG")
    with pytest.raises(InputRefused, match="holds 2 layers"):
        load_areas(tmp_path, _settings(partner_areas="a.gpkg"))


def test_areas_that_count_a_place_twice_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, _frame(code=["B", "A"]).set_geometry([SQUARES[0], SQUARES[0]]).to_crs("EPSG:4326"))
    with pytest.raises(InputRefused, match="the areas overlap"):
        load_areas(tmp_path, _settings())


@pytest.mark.parametrize("mark", ["\x1b[31m", "\u202e", "\n"])
def test_a_name_that_would_change_the_page_around_it_is_refused(tmp_path: Path, mark: str) -> None:
    _write(tmp_path, _frame(code=["B", "A"], label=["West", f"Ea{mark}st"]).to_crs("EPSG:4326"))
    with pytest.raises(InputRefused, match="control characters or line ends"):
        load_areas(tmp_path, _settings())


def test_a_metre_must_be_a_metre_where_the_areas_lie(tmp_path: Path) -> None:
    frame = _frame(code=["B", "A"]).to_crs("EPSG:4326")
    _write(tmp_path, frame)
    with pytest.raises(InputRefused, match=r"a metre of area.crs is not a metre"):
        load_areas(tmp_path, _settings(crs="EPSG:3857"))
    exchanged = frame.geometry.map(lambda shape: shapely.transform(shape, lambda points: points[:, ::-1]))
    _write(tmp_path, frame.set_geometry(exchanged, crs="EPSG:4326"))
    with pytest.raises(InputRefused, match="check that longitude comes before latitude"):
        load_areas(tmp_path, _settings())
    _write(tmp_path, frame)
    assert load_areas(tmp_path, _settings(crs="EPSG:32630")).crs == "EPSG:32630"


def test_a_boundary_that_only_touches_the_areas_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, _frame(code=["B", "A"]), "a.gpkg")
    beside = shapely.box(535_000, 100_000, 540_000, 105_000)
    _write(tmp_path, gpd.GeoDataFrame({"x": [1]}, geometry=[beside], crs="EPSG:27700"), "b.gpkg")
    with pytest.raises(InputRefused, match="does not touch"):
        load_areas(tmp_path, _settings(partner_areas="a.gpkg", boundary="b.gpkg"))
