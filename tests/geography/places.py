"""Small places and records that the tests of this room share."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Areas

WEST, SOUTH = 530_000.0, 104_000.0
"""South-west corner of the test town, metres (EPSG:27700)."""


def town(side_m: float = 4000.0, areas: int = 4) -> Areas:
    """Return ``areas`` x ``areas`` square partner areas."""
    step = side_m / areas
    shapes = [
        shapely.box(WEST + i * step, SOUTH + j * step, WEST + (i + 1) * step, SOUTH + (j + 1) * step)
        for j in range(areas)
        for i in range(areas)
    ]
    codes = [f"A{number:02d}" for number in range(len(shapes))]
    frame = gpd.GeoDataFrame({"area_code": codes, "area_name": codes}, geometry=shapes, crs="EPSG:27700")
    return Areas(frame, frame.union_all(), "EPSG:27700")


def rows(kind: str, **columns: object) -> pd.DataFrame:
    """Return accepted rows of ``kind`` with blanks in every column that is not given."""
    blank = empty_frame(KINDS[kind])
    given = pd.DataFrame(columns)
    frame = given.reindex(columns=blank.columns)
    for name, dtype in blank.dtypes.items():
        if str(dtype) == "str":
            frame[name] = frame[name].fillna("").astype("str")
        elif str(dtype) == "int64":
            frame[name] = 1
        else:
            frame[name] = frame[name].astype(dtype)
    return frame


def logs(at: pd.Series | list[pd.Timestamp], east: np.ndarray, north: np.ndarray, **more: object) -> pd.DataFrame:
    """Return graded intelligence logs at the places given; officer and public in turn unless told otherwise."""
    size = len(east)
    refs = [f"U{number:06d}" for number in range(size)]
    standard = {
        "urn": refs,
        "record_ref": refs,
        "submitted_at": pd.Series(at).to_numpy("datetime64[us]"),
        "event_from": pd.Series(at).to_numpy("datetime64[us]"),
        "easting_m": east,
        "northing_m": north,
        "location_precision": "exact",
        "grade_scheme": "3x5x2",
        "source_evaluation": "2",
        "intelligence_assessment": "B",
        "handling_code": "P",
        "provenance": np.where(np.arange(size) % 2, "public", "officer"),
        "market_mode": "street",
    }
    return rows("intelligence_logs", **{**standard, **more})


def planted(months: int = 8, background: int = 120, hot: int = 40, seed: int = 5) -> pd.DataFrame:
    """Return logs from 2018-07 on: background everywhere, and one market at (+1,100, +1,100) m in the evening."""
    draw = np.random.default_rng(seed)
    east, north, at = [], [], []
    for month in range(months):
        start = pd.Timestamp("2018-07-01") + pd.DateOffset(months=month)
        east += [WEST + draw.uniform(0, 4000, background), WEST + 1100 + draw.uniform(-90, 90, hot)]
        north += [SOUTH + draw.uniform(0, 4000, background), SOUTH + 1100 + draw.uniform(-90, 90, hot)]
        days = draw.integers(0, 28, background + hot)
        hours = np.r_[draw.integers(0, 24, background), draw.integers(18, 22, hot)]
        at += [start + pd.to_timedelta(days * 24 + hours, unit="h")]
    return logs(pd.Series(np.concatenate(at)), np.concatenate(east), np.concatenate(north))
