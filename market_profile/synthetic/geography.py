"""The ground: coast, LSOAs, wards, residents and streets of the fictional town, or any real LSOA file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from market_profile.errors import InputRefused
from market_profile.synthetic.names import STREET_ENDINGS, STREET_STEMS, WARD_NAMES
from market_profile.synthetic.plan import Array, Plan

BNG = "EPSG:27700"
ORIGIN_M = (573_000.0, 103_500.0)
"""South-west corner of the fictional town: a stretch of the Channel coast where no such town stands."""
TOWN_NAME = "Saltmere"
TOWN_CODE = "E06900001"


@dataclass(frozen=True)
class Ground:
    """The area in EPSG:27700 metres.

    ``lsoas`` has area_code, area_name, ward, residents, addresses, is_patrolled, geometry; ``streets`` has street,
    easting_m, northing_m, area (row of ``lsoas``).
    """

    name: str
    code: str
    code_property: str
    lsoas: gpd.GeoDataFrame
    boundary: BaseGeometry
    streets: pd.DataFrame

    def inside(self, easting_m: Array, northing_m: Array) -> Array:
        """Tell which points lie well inside the boundary (by 5 m)."""
        inner = self.boundary.buffer(-5.0)
        shapely.prepare(inner)
        result: Array = shapely.contains_xy(inner, easting_m, northing_m)
        return result


def make_ground(plan: Plan) -> Ground:
    """Return the ground of ``plan``: the fictional town, or the polygons of ``plan.boundary``."""
    rng = plan.stream("ground")
    if plan.boundary is None:
        lsoas, name, code, prop = _fictional_lsoas(plan, rng), TOWN_NAME, TOWN_CODE, "LSOA11CD"
    else:
        lsoas, prop = read_polygons(plan.boundary)
        name, code = _common_name(lsoas["area_name"]), "E00000000"
    lsoas = lsoas.sort_values("area_code", kind="stable").reset_index(drop=True)
    lsoas["ward"] = _wards(lsoas, rng)
    lsoas["residents"] = rng.integers(1_150, 2_300, len(lsoas))
    lsoas["addresses"] = (lsoas["residents"] / rng.uniform(1.9, 2.6, len(lsoas))).astype(int)
    lsoas["is_patrolled"] = _patrolled(lsoas)
    boundary = shapely.union_all(lsoas.geometry.to_numpy())
    return Ground(name, code, prop, lsoas, boundary, _streets(lsoas, rng))


def read_polygons(path: Path) -> tuple[gpd.GeoDataFrame, str]:
    """Return the polygons of a file in EPSG:27700 and the property that names them (the first with distinct texts)."""
    try:
        frame = gpd.read_file(path)
    except Exception as error:
        raise InputRefused("the boundary file cannot be read as GeoJSON or GeoPackage") from error
    frame = frame.set_crs("EPSG:4326") if frame.crs is None else frame
    texts = [c for c in frame.columns if c != "geometry" and pd.api.types.is_string_dtype(frame[c])]
    distinct = [c for c in texts if frame[c].is_unique and frame[c].notna().all()]
    if not distinct:
        raise InputRefused("the boundary file has no property with a distinct text on every feature")
    prop = distinct[0]
    label = next((c for c in distinct if c != prop), prop)
    shapes = shapely.make_valid(frame.to_crs(BNG).geometry.to_numpy())
    data = {"area_code": frame[prop].astype(str), "area_name": frame[label].astype(str)}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=BNG), str(prop)


def _common_name(names: pd.Series) -> str:
    stem = names.str.replace(r"\s+\d+\w*$", "", regex=True)
    return str(stem.value_counts().sort_index(kind="stable").idxmax())


def _fictional_lsoas(plan: Plan, rng: np.random.Generator) -> gpd.GeoDataFrame:
    count = int(np.clip(150 * plan.scale**0.5, 40, 900))
    side = (count / 150) ** 0.5
    coast = coastline(side)
    across = rng.normal(5_000 * side, 2_300 * side, 40 * count)
    inland = np.abs(rng.normal(0, 2_300 * side, 40 * count)) + 900
    points = np.column_stack([ORIGIN_M[0] + across, ORIGIN_M[1] + inland])
    points = points[shapely.contains_xy(coast, points[:, 0], points[:, 1])]
    points = _spread(points, count, 170.0)
    cells = np.array(shapely.get_parts(shapely.voronoi_polygons(MultiPoint(points), extend_to=coast)))
    cells = shapely.intersection(cells, coast)
    cells = np.array([max(shapely.get_parts(cell), key=lambda part: part.area) for cell in cells if not cell.is_empty])
    centres = shapely.centroid(cells)
    order = np.lexsort((shapely.get_x(centres), -shapely.get_y(centres)))
    number = np.arange(len(cells))
    names = [f"{TOWN_NAME} {1 + n // 5:03d}{'ABCDE'[n % 5]}" for n in number]
    codes = [f"E019{1 + n:05d}" for n in number]
    return gpd.GeoDataFrame({"area_code": codes, "area_name": names}, geometry=cells[order], crs=BNG)


def coastline(side: float) -> Polygon:
    """Return the land of the fictional town: a bay to the south, downs to the north (10 by 8 km at side 1)."""
    x = np.linspace(0, 10_000 * side, 160)
    bay = 900 + 420 * np.sin(x / (1_450 * side)) + 160 * np.sin(x / (390 * side) + 1)
    harbour = -520 * np.exp(-(((x - 6_400 * side) / (330 * side)) ** 2))
    south = np.column_stack([x, bay - harbour])
    north = np.column_stack([x[::-1], 7_600 * side + 300 * np.sin(x[::-1] / (900 * side))])
    ring = np.vstack([south, north]) + np.array(ORIGIN_M)
    return Polygon(ring)


def _spread(points: Array, count: int, gap_m: float) -> Array:
    """Keep points in order until ``count`` stand at least ``gap_m`` apart (a few hundred, once)."""
    kept = np.empty((0, 2))
    for point in points:
        if len(kept) == 0 or np.min(np.hypot(*(kept - point).T)) > gap_m:
            kept = np.vstack([kept, point])
        if len(kept) == count:
            break
    return kept


def _wards(lsoas: gpd.GeoDataFrame, rng: np.random.Generator) -> Array:
    """Group LSOAs to the nearest of about one ward seed in twelve."""
    centre = shapely.centroid(lsoas.geometry.to_numpy())
    xy = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
    seeds = _spread(xy[rng.permutation(len(xy))], max(3, len(xy) // 12), 450.0)
    nearest = np.argmin(np.hypot(xy[:, None, 0] - seeds[None, :, 0], xy[:, None, 1] - seeds[None, :, 1]), axis=1)
    names = np.array(
        [
            WARD_NAMES[k % len(WARD_NAMES)] + (f" {k // len(WARD_NAMES) + 1}" if k >= len(WARD_NAMES) else "")
            for k in range(len(seeds))
        ]
    )
    found: Array = names[nearest]
    return found


def _patrolled(lsoas: gpd.GeoDataFrame) -> Array:
    """Choose one ward: near a tenth of the LSOAs and near the middle of the town, where markets are."""
    goal = max(1, round(len(lsoas) * 0.09))
    centre = shapely.centroid(lsoas.geometry.to_numpy())
    away = np.hypot(shapely.get_x(centre) - np.median(shapely.get_x(centre)),
                    shapely.get_y(centre) - np.median(shapely.get_y(centre)))  # fmt: skip
    table = pd.DataFrame({"ward": lsoas["ward"], "away": away / np.median(away)})
    wards = table.groupby("ward", sort=True)["away"].agg(["size", "mean"])
    misfit = (wards["size"] - goal).abs() / goal + wards["mean"]
    chosen = misfit.sort_values(kind="stable").index[0]
    found: Array = (lsoas["ward"] == chosen).to_numpy()
    return found


def _streets(lsoas: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return about eight streets an LSOA, each with its middle."""
    area = np.repeat(np.arange(len(lsoas)), 8)
    x, y = points_in(lsoas.geometry.to_numpy(), area, rng)
    pairs = rng.permutation(len(STREET_STEMS) * len(STREET_ENDINGS))
    pick = pairs[np.arange(len(area)) % len(pairs)]
    stems, endings = np.array(STREET_STEMS), np.array(STREET_ENDINGS)
    name = pd.Series(stems[pick // len(endings)]) + " " + pd.Series(endings[pick % len(endings)])
    return pd.DataFrame({"street": name, "easting_m": np.round(x), "northing_m": np.round(y), "area": area})


def points_in(shapes: Array, area: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return one random point inside ``shapes[area]`` for each entry of ``area`` (metres, 12 m from the edge)."""
    inner = shapely.buffer(shapes, -12.0)
    inner = np.where(shapely.is_empty(inner), shapes, inner)
    shapely.prepare(inner)
    west, south, east, north = shapely.bounds(inner).T
    middle = shapely.point_on_surface(inner)
    x, y = shapely.get_x(middle)[area], shapely.get_y(middle)[area]
    waiting = np.arange(len(area))
    for _ in range(30):
        if len(waiting) == 0:
            break
        a = area[waiting]
        tx, ty = rng.uniform(west[a], east[a]), rng.uniform(south[a], north[a])
        hit = shapely.contains_xy(inner[a], tx, ty)
        x[waiting[hit]], y[waiting[hit]] = tx[hit], ty[hit]
        waiting = waiting[~hit]
    return x, y
