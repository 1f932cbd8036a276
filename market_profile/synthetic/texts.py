"""From arrays to the texts of an extract: dates, numbers and places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from market_profile.synthetic.plan import Array
from market_profile.synthetic.scene import Scene


@dataclass(frozen=True)
class Extract:
    """Rows of one record kind as text, in our column names, with private columns that are not written.

    ``_month`` is the file's month number, ``_tag`` a second stream of files of the kind ('' for the first),
    ``_person`` the person behind the row (-1 for none) and ``_ref`` the record reference ('' where the kind has none).
    """

    kind: str
    frame: pd.DataFrame


def extract(
    kind: str, frame: pd.DataFrame, month: Array, ref: Array | None = None, person: Array | None = None
) -> Extract:
    """Return the rows as an extract, every own column text, the private columns filled."""
    result = frame.astype(object).reset_index(drop=True)
    result["_month"] = np.asarray(month).astype(int)
    result["_tag"] = ""
    result["_ref"] = "" if ref is None else np.asarray(ref, dtype=object)
    result["_person"] = -1 if person is None else np.asarray(person).astype(int)
    return Extract(kind, result)


def day_text(day: Array, scene: Scene) -> Array:
    """Return ISO dates of days."""
    return np.datetime_as_string(scene.calendar.date(day), unit="D").astype(object)


def time_text(day: Array, scene: Scene) -> Array:
    """Return ISO date-times of days with a fraction, to the minute."""
    return np.datetime_as_string(scene.calendar.time(day), unit="m").astype(object)


def british(text: Array) -> Array:
    """Return ISO dates or date-times as dd/mm/yyyy [HH:MM]; '' stays ''."""
    s = pd.Series(text, dtype="str")
    turned = s.str.slice(8, 10) + "/" + s.str.slice(5, 7) + "/" + s.str.slice(0, 4)
    timed = turned + " " + s.str.slice(11, 16)
    return np.where(s == "", "", np.where(s.str.len() > 10, timed, turned)).astype(object)


def number_text(values: Array, decimals: int) -> Array:
    """Return numbers as text with fixed decimals, NaN as ''."""
    values = np.asarray(values, dtype=float)
    blank = np.isnan(values)
    scaled = np.round(np.where(blank, 0, values), decimals)
    text = pd.Series(scaled.astype(int) if decimals == 0 else scaled).astype(str)
    return np.where(blank, "", text).astype(object)


def degrees(easting_m: Array, northing_m: Array) -> tuple[Array, Array]:
    """Return latitude and longitude (EPSG:4326) as text with six decimals; NaN as ''."""
    turn = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    blank = np.isnan(easting_m)
    longitude, latitude = turn.transform(np.where(blank, 575_000, easting_m), np.where(blank, 108_000, northing_m))
    return number_text(np.where(blank, np.nan, latitude), 6), number_text(np.where(blank, np.nan, longitude), 6)


def nearest_street(scene: Scene, easting_m: Array, northing_m: Array) -> Array:
    """Return the row of the street nearest to each point (0 where the point is NaN)."""
    streets = scene.ground.streets
    tree = cKDTree(streets[["easting_m", "northing_m"]].to_numpy(float))
    points = np.column_stack([np.nan_to_num(easting_m), np.nan_to_num(northing_m)])
    found: Array = tree.query(points)[1]
    return found


def jitter(
    scene: Scene, rng: np.random.Generator, easting_m: Array, northing_m: Array, sd_m: float
) -> tuple[Array, Array]:
    """Move points by a normal error; those that would leave the area stay. Whole metres."""
    x, y = easting_m + rng.normal(0, sd_m, len(easting_m)), northing_m + rng.normal(0, sd_m, len(northing_m))
    good = scene.ground.inside(np.nan_to_num(x), np.nan_to_num(y))
    return np.round(np.where(good, x, easting_m)), np.round(np.where(good, y, northing_m))
