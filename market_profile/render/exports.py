"""What other tools read: GeoJSON and GeoPackage for GIS, GraphML and a flat list for link charts. Planners only."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from market_profile.editions.model import Edition
from market_profile.errors import DisclosureLeak
from market_profile.render.csv_files import FLOATS
from market_profile.render.gate import clean
from market_profile.render.graphml import graphml
from market_profile.render.link_chart import link_chart
from market_profile.render.styles import STYLE_TABLE, STYLES, qml, style_table
from market_profile.terms import Audience

DATE_OF_FILES = "1980-01-01T00:00:00.000Z"
"""Time written into a GeoPackage, which would otherwise hold the moment of the run."""

NODE_ID = "nominal_id"
ENDS = ("source_nominal_id", "target_nominal_id")


def export_files(edition: Edition) -> dict[str, bytes]:
    """Return the exports of a planner edition; refuse layers or a network in any other."""
    has_any = bool(edition.layers) or edition.nodes is not None or edition.links is not None
    if edition.audience is not Audience.PLANNER:
        if has_any:
            raise DisclosureLeak("layers and networks are exported for planners only")
        return {}
    files = {f"exports/{name}.geojson": layer_geojson(layer) for name, layer in sorted(edition.layers.items())}
    files |= {f"exports/{name}.qml": qml(STYLES[name]) for name in sorted(edition.layers) if name in STYLES}
    if edition.layers:
        files["exports/profile.gpkg"] = geopackage(edition.layers)
    if edition.nodes is not None and edition.links is not None:
        files["exports/network.graphml"] = graphml(edition.nodes, edition.links, NODE_ID, ENDS)
        files["exports/link_chart.csv"] = link_chart(edition.nodes, edition.links, NODE_ID, ENDS)
    return files


def layer_geojson(layer: gpd.GeoDataFrame) -> bytes:
    """Return ``layer`` as GeoJSON (RFC 7946): WGS 84, seven decimals (about a centimetre), features in order."""
    moved = layer.to_crs("EPSG:4326") if layer.crs is not None else layer
    columns = [column for column in layer.columns if column != layer.geometry.name]
    rows = zip(*(_plain_column(layer[name]) for name in columns), strict=True) if columns else [()] * len(layer)
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(columns, row, strict=True)),
            "geometry": _rounded(shape.__geo_interface__),
        }
        for row, shape in zip(rows, moved.geometry, strict=True)
    ]
    return (json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n").encode()


def geopackage(layers: Mapping[str, gpd.GeoDataFrame]) -> bytes:
    """Return all layers, in order of name, and their QGIS styles as one GeoPackage with the same bytes every time."""
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="market-profile-") as folder, _fixed_date():
        path = Path(folder) / "profile.gpkg"
        for name, layer in sorted(layers.items()):
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", mode="a" if path.exists() else "w")
        styles = style_table(sorted(layers))
        if len(styles):
            pyogrio.write_dataframe(styles, path, layer=STYLE_TABLE, driver="GPKG", append=False)
        return path.read_bytes()


def _plain_column(column: pd.Series) -> list[str | int | float | bool | None]:
    """Return the cells of a column as plain values (``_plain``), by the column's type where it has one."""
    kind = column.dtype
    if isinstance(kind, pd.StringDtype):
        return [clean(cell) if isinstance(cell, str) else None for cell in column.tolist()]
    if isinstance(kind, np.dtype) and kind.kind == "f":
        return [float(FLOATS % cell) if cell == cell else None for cell in column.tolist()]
    if isinstance(kind, np.dtype) and kind.kind in "iub":
        return list(column.tolist())
    return [_plain(cell) for cell in column.astype(object)]


def _plain(cell: object) -> str | int | float | bool | None:
    """Return ``cell`` as a plain value: missing as None, floats to ten digits, dates as ISO text."""
    if isinstance(cell, (list, tuple, set)):
        return clean("|".join(str(part) for part in cell))
    if cell is None or pd.isna(cell):  # type: ignore[call-overload]
        return None
    if isinstance(cell, bool) or type(cell).__name__ == "bool":
        return bool(cell)
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        return float(FLOATS % cell)
    if isinstance(cell, pd.Timestamp):
        return str(cell.isoformat())
    return clean(str(cell) if not isinstance(cell, str) else cell)


def _rounded(shape: dict[str, Any]) -> dict[str, Any]:
    def walk(part: Any) -> Any:
        """Return a point, or points within points, with rounded numbers."""
        is_point = len(part) > 0 and isinstance(part[0], float)
        return [round(number, 7) for number in part] if is_point else [walk(inner) for inner in part]

    return {"type": shape["type"], "coordinates": walk(shape["coordinates"])}


@contextmanager
def _fixed_date() -> Iterator[None]:
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DATE_OF_FILES})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
