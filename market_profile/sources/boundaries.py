"""Partner areas and the area boundary, read from GeoJSON or GeoPackage into the analysis CRS."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused, SettingsError
from market_profile.settings import Settings
from market_profile.visible import has_marks

ENDINGS = (".geojson", ".json", ".gpkg")
DEFAULT_CRS = "EPSG:4326"
SCALE_ERROR = 0.005
"""National grids keep within 0.1 % of true length; Web Mercator is 58 % off at 51 degrees north."""
MOST_OVERLAP = 0.01
"""Generalised borders may overlap by slivers; areas that count a place twice would not add up for partners."""
LARGEST_AREA_M2 = 1e12
"""Four times the United Kingdom: anything larger, or nothing at all, is a CRS mix-up."""


def load_areas(workspace: Path, settings: Settings) -> Areas:
    """Return the partner areas and the boundary that ``area.toml`` names, in the analysis CRS.

    Codes come from ``partner_area_code``, else from the first property with a distinct text on every feature; names
    from ``partner_area_name``, else from the first other text property, else the code. Invalid polygons are made
    valid. Refuses a file that is absent, unreadable, without polygons, or with coordinates that do not fit its CRS.
    """
    area = settings.area
    _metric(area.crs)
    frame = _read(workspace, area.partner_areas, "area.partner_areas", area.crs)
    code = _code_property(frame, area.partner_area_code)
    name = _name_property(frame, code, area.partner_area_name)
    found = gpd.GeoDataFrame(
        {"area_code": _words(frame[code]), "area_name": _words(frame[name])}, geometry=frame.geometry.to_numpy(),
        crs=area.crs,
    )  # fmt: skip
    found = found.sort_values("area_code", kind="stable", ignore_index=True)
    whole = _whole(found)
    if found.geometry.area.sum() > (1 + MOST_OVERLAP) * whole.area:
        raise InputRefused("area.toml: key area.partner_areas: the areas overlap; every place must lie in one of them")
    return Areas(frame=found, boundary=_boundary(workspace, settings, whole), crs=area.crs)


def merge_areas(workspace: Path, settings: Settings, areas: Areas) -> Areas:
    """Return the areas that partners see: merged as ``[disclosure] merge_partner_areas`` says, else as they are.

    The CSV has the columns area_code, merged_code, merged_name and names every partner area once (LSOA to MSOA, say).
    """
    table = _merging(workspace, settings, areas)
    if table is None:
        return areas
    joined = areas.frame.merge(table, on="area_code", validate="one_to_one")
    whole = joined[["merged_code", "merged_name", "geometry"]].dissolve(by="merged_code", as_index=False)
    renamed = whole.rename(columns={"merged_code": "area_code", "merged_name": "area_name"})
    frame = renamed[["area_code", "area_name", "geometry"]].sort_values("area_code", kind="stable", ignore_index=True)
    return Areas(frame=frame, boundary=areas.boundary, crs=areas.crs)


def area_members(workspace: Path, settings: Settings, areas: Areas) -> dict[str, frozenset[str]]:
    """Return the base areas of every area that partners see, by its code; an area that is not merged is its own."""
    table = _merging(workspace, settings, areas)
    if table is None:
        return {str(code): frozenset({str(code)}) for code in areas.frame["area_code"]}
    grouped = table.groupby("merged_code", sort=True)["area_code"]
    return {str(code): frozenset(map(str, members)) for code, members in grouped}


def _merging(workspace: Path, settings: Settings, areas: Areas) -> pd.DataFrame | None:
    name = settings.disclosure.merge_partner_areas
    if name is None:
        return None
    path = workspace / name
    key = "area.toml: key disclosure.merge_partner_areas"
    if not _stands(path):
        raise InputRefused(f"{key}: there is no such file in the workspace")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except ValueError:  # what is no UTF-8, no table, or empty
        raise InputRefused(f"{key}: the file is not a CSV file in UTF-8") from None
    if list(table.columns) != ["area_code", "merged_code", "merged_name"]:
        raise InputRefused(f"{key}: the columns must be area_code, merged_code, merged_name")
    is_complete = sorted(table["area_code"]) == sorted(areas.frame["area_code"])
    if not is_complete or table.groupby("merged_code")["merged_name"].nunique().gt(1).any():
        raise InputRefused(f"{key}: it must name every partner area once, and each merged code one name")
    return table


def _boundary(workspace: Path, settings: Settings, areas: BaseGeometry) -> BaseGeometry:
    if settings.area.boundary is None:
        return areas
    boundary = _whole(_read(workspace, settings.area.boundary, "area.boundary", settings.area.crs))
    if boundary.intersection(areas).area <= 0:
        raise InputRefused("area.toml: key area.boundary does not touch area.partner_areas; check both files' CRS")
    return boundary


def _whole(frame: gpd.GeoDataFrame) -> BaseGeometry:
    union: BaseGeometry = frame.geometry.union_all()
    return union


def _metric(crs: str) -> None:
    try:
        found = CRS.from_user_input(crs)
    except CRSError:
        raise SettingsError("area.toml: key area.crs is not a CRS; write it as EPSG:27700") from None
    if not found.is_projected or any(axis.unit_name != "metre" for axis in found.axis_info):
        raise SettingsError("area.toml: key area.crs must be a projected CRS in metres, such as EPSG:27700")


def _read(workspace: Path, name: str, key: str, crs: str) -> gpd.GeoDataFrame:
    path = workspace / name
    if not _stands(path):
        raise InputRefused(f"area.toml: key {key}: there is no such file in the workspace")
    if path.suffix.lower() not in ENDINGS:
        raise InputRefused(f"area.toml: key {key}: the file must be one of {', '.join(ENDINGS)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [layer for layer, geometry in pyogrio.list_layers(path) if geometry is not None]
            frame = gpd.read_file(path, engine="pyogrio", layer=layers[0] if layers else None)
    except Exception:
        raise InputRefused(f"area.toml: key {key}: the file is not readable GeoJSON or GeoPackage") from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.is_empty.all() or frame.geometry.isna().all():
        raise InputRefused(f"area.toml: key {key}: the file holds no features with a geometry")
    if len(layers) > 1:
        raise InputRefused(f"area.toml: key {key}: the file holds {len(layers)} layers; keep the one that is meant")
    frame = frame.set_crs(DEFAULT_CRS) if frame.crs is None else frame
    _check_degrees(frame, key)
    frame = frame.to_crs(crs)
    frame.geometry = [_polygons(shape) for shape in frame.geometry]
    _check_size(frame, key)
    _check_scale(frame, key, crs)
    return frame


def _stands(path: Path) -> bool:
    """Tell whether there is such a file; a name that no file system takes has none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _check_degrees(frame: gpd.GeoDataFrame, key: str) -> None:
    west, south, east, north = frame.total_bounds
    if frame.crs.is_geographic and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InputRefused(
            f"area.toml: key {key}: the file says degrees ({frame.crs.to_string()}) but holds metres; "
            "state its CRS in the file (EPSG:27700 for the National Grid)"
        )


def _polygons(shape: BaseGeometry | None) -> BaseGeometry:
    """Return the polygons of ``shape`` made valid; an empty polygon where it has none."""
    if shape is None or shape.is_empty:
        return shapely.Polygon()
    parts = shapely.get_parts(shapely.make_valid(shape))
    flat = np.concatenate([shapely.get_parts(part) for part in parts]) if len(parts) else parts
    return shapely.union_all([part for part in flat if part.geom_type in ("Polygon", "MultiPolygon")])


def _check_size(frame: gpd.GeoDataFrame, key: str) -> None:
    if frame.geometry.is_empty.any():
        raise InputRefused(f"area.toml: key {key}: every feature must be a polygon; some are empty, lines or points")
    bounds = frame.total_bounds
    total = float(frame.geometry.area.sum())
    if not np.isfinite(bounds).all() or not 1 <= total <= LARGEST_AREA_M2:
        raise InputRefused(
            f"area.toml: key {key}: its polygons do not fit area.crs; check the CRS that the file states"
        )


def _check_scale(frame: gpd.GeoDataFrame, key: str, crs: str) -> None:
    """Refuse polygons where a metre of the CRS is none: exchanged coordinates, another country, Web Mercator."""
    west, south, east, north = frame.total_bounds
    projection = Proj(CRS.from_user_input(crs).to_2d())
    try:
        factors = projection.get_factors(*projection((west + east) / 2, (south + north) / 2, inverse=True))
        scales = (factors.meridional_scale, factors.parallel_scale)
    except ProjError:
        scales = (np.inf, np.inf)
    if not all(abs(scale - 1) <= SCALE_ERROR for scale in scales):
        raise InputRefused(
            f"area.toml: key {key}: a metre of area.crs is not a metre where its polygons lie; check that longitude "
            "comes before latitude, and take the CRS of the country (not EPSG:3857)"
        )


def _properties(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def _texts(frame: gpd.GeoDataFrame) -> list[str]:
    return [name for name in _properties(frame) if _holds_text(frame[name])]


def _holds_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(column) or column.dtype == object)


def _is_code(column: pd.Series[str]) -> bool:
    words = _words(column)
    return bool(words.is_unique and (words != "").all())


def _code_property(frame: gpd.GeoDataFrame, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in _properties(frame):
            raise InputRefused(f"area.toml: key area.partner_area_code: the features have no property {wanted}")
        if not _is_code(frame[wanted]):
            raise InputRefused(
                "area.toml: key area.partner_area_code: its values are blank or repeated on some features"
            )
        return wanted
    for name in _texts(frame):
        if _is_code(frame[name]):
            return name
    raise InputRefused("area.toml: key area.partner_area_code: no property has a distinct text on every feature")


def _name_property(frame: gpd.GeoDataFrame, code: str, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in _properties(frame):
            raise InputRefused(f"area.toml: key area.partner_area_name: the features have no property {wanted}")
        return wanted
    return next((name for name in _texts(frame) if name != code), code)


def _words(column: pd.Series) -> pd.Series[str]:
    """Return the property as trimmed text; refuse marks that would change the page around it."""
    words = column.astype("str").where(column.notna(), "").str.strip().astype("str")
    if any(has_marks(word) or "\n" in word for word in words):
        raise InputRefused("area.toml: key area.partner_areas: a code or name holds control characters or line ends")
    return words
