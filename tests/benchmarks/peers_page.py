"""The map and the page that an analyst would make of the peers' answer: folium and Jinja, written into one folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.benchmarks.truth import CELL_M, Answer, Town

TOP = 500
"""Rows of a table that go onto the page; the whole tables stand beside it as CSV."""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1><p>{{ people }} people, {{ groups }} groups.</p><p><a href="map.html">Map</a></p>
{% for name, rows in tables.items() %}<h2>{{ name }}</h2><table><tr>{% for c in rows.columns %}<th>{{ c }}</th>
{% endfor %}</tr>{% for row in rows.itertuples(index=False) %}<tr>{% for v in row %}<td>{{ v }}</td>{% endfor %}</tr>
{% endfor %}</table>{% endfor %}</body></html>"""


def write_page(town: Town, answer: Answer, graph: dict[str, float], folder: Path) -> None:
    """Write ``profile.html``, ``map.html`` and one CSV a table: what the peers' way has to show for its work."""
    from jinja2 import Environment

    tables = {
        "Targets": answer.targets, "Roles": answer.roles, "Supply links": answer.edges, "Prices": answer.prices,
        "People": answer.mentions.groupby("id", sort=True).size().rename("mentions").reset_index(),
    }  # fmt: skip
    for name, rows in tables.items():
        rows.to_csv(folder / f"{name.lower().replace(' ', '_')}.csv", index=False)
    page = Environment(autoescape=True).from_string(_PAGE).render(
        title=f"Drugs market profile {town.last_month}", people=graph["people"], groups=graph["communities"],
        tables={name: rows.head(TOP) for name, rows in tables.items()},
    )  # fmt: skip
    (folder / "profile.html").write_text(page, encoding="utf-8")
    _map(town, answer.cells["KDE"].head(town.budget), folder / "map.html")


def _map(town: Town, cells: pd.DataFrame, path: Path) -> None:
    """Draw the best cells as squares over a heat map of the window's placed logs; tiles are the reader's affair."""
    import folium
    import geopandas as gpd
    import shapely
    from folium.plugins import HeatMap

    logs = town.inbox.logs
    logs = logs[logs["month"].isin(town.window) & logs["easting_m"].notna()]
    points = gpd.GeoSeries(gpd.points_from_xy(logs["easting_m"], logs["northing_m"]), crs=27700).to_crs(4326)
    half, (x, y) = CELL_M / 2, (cells[name].to_numpy(float) for name in ("easting_m", "northing_m"))
    squares = gpd.GeoSeries(shapely.box(x - half, y - half, x + half, y + half), crs=27700).to_crs(4326)
    drawn = folium.Map(location=[float(points.y.mean()), float(points.x.mean())], zoom_start=12)
    HeatMap(pd.DataFrame({"y": points.y, "x": points.x}).round(5).to_numpy().tolist()).add_to(drawn)
    folium.GeoJson(squares.to_json()).add_to(drawn)
    drawn.save(path)
