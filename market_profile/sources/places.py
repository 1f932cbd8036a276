"""Coordinates of rows, checked against the area and brought to the analysis CRS; never corrected by guess.

A place that cannot be trusted is set aside with a reason and its raw text; the row keeps its other measures
(CONTRACT.md 3). A lost minus sign cannot be seen where the mirrored point lies inside the area too (TRUST.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from market_profile.contracts.columns import Kind
from market_profile.contracts.tables import Areas
from market_profile.terms import Reason

BOUNDARY_BUFFER_M = 200.0
"""Points are kept up to here outside the boundary: published points are snapped to street centres and boundaries are
generalised to 20 to 200 m (ONS BGC and BUC), so a point on the edge may fall just outside."""
AGREEMENT_M = 100.0
"""Both pairs of one row may differ by rounding and by the datum shift without grid (about 5 m), not by a street."""
GRID_LIMITS_M = (700_000.0, 1_300_000.0)
"""Extent of the British National Grid."""
PAIRS = (("easting_m", "northing_m"), ("longitude", "latitude"))
COORDINATES = ("easting_m", "northing_m", "latitude", "longitude")
AREA_COLUMNS = ("lsoa_code", "area_code")
"""Columns that name the area of a row, so that a suspected sign can be confirmed."""
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?"

_Mask = npt.NDArray[np.bool_]
_Floats = npt.NDArray[np.float64]

_SENTENCES: tuple[tuple[str, Reason, str], ...] = (
    ("unread", Reason.BAD_COORDINATE, "A coordinate is not a plain number; write it with digits and a decimal point."),
    ("half", Reason.BAD_COORDINATE, "One half of a coordinate pair is missing; give both or neither."),
    ("placeholder", Reason.BAD_COORDINATE, "The coordinate is 0, 0, a placeholder; leave it blank or find the place."),
    ("impossible", Reason.BAD_COORDINATE, "The coordinate lies off the map; check its unit and decimal point."),
    ("disagree", Reason.AMBIGUOUS_COORDINATE, "The two coordinate pairs of the row lie over 100 m apart; keep one."),
    (
        "swapped",
        Reason.OUTSIDE_AREA,
        "The coordinate lies outside the area; exchanged it lies inside, check its order.",
    ),
    (
        "unsigned",
        Reason.OUTSIDE_AREA,
        "The coordinate lies outside the area; with a minus sign it lies inside, check it.",
    ),
    ("outside", Reason.OUTSIDE_AREA, "The coordinate lies outside the area; check it against the place in words."),
    ("mirrored", Reason.AMBIGUOUS_COORDINATE, "Longitude may lack its minus sign: both readings lie in the area."),
)


@dataclass(frozen=True)
class _Pair:
    """One coordinate pair in its own CRS: x, y (NaN where unread), with masks of what was given and what was read."""

    x: _Floats
    y: _Floats
    given_x: _Mask
    given_y: _Mask

    @property
    def given(self) -> _Mask:
        """Rows with either half of a pair."""
        return self.given_x | self.given_y

    @property
    def unread(self) -> _Mask:
        """Rows whose pair holds a cell that is not a number."""
        return (self.given_x & np.isnan(self.x)) | (self.given_y & np.isnan(self.y))

    @property
    def half(self) -> _Mask:
        """Rows with one half of a pair only."""
        return self.given_x ^ self.given_y

    @property
    def zero(self) -> _Mask:
        """Rows at (0, 0), where geocoders put what they cannot place."""
        return np.asarray((self.x == 0) & (self.y == 0))


def read_places(kind: Kind, text: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Return the places of ``text`` (raw cells, columns in our names), indexed as it.

    Columns: ``easting_m``, ``northing_m`` (metres of ``areas.crs``; NaN without a place), ``latitude``, ``longitude``
    (EPSG:4326, as given), ``place_fault`` (reason code or ""), ``raw_place`` (raw cells of a place set aside) and
    ``place_sentence`` for the analyst.
    """
    grid, globe = (_pair(text, *names) for names in PAIRS)
    to_crs, from_globe = _transformer("EPSG:27700", areas.crs), _transformer("EPSG:4326", areas.crs)
    grid_x, grid_y = _moved(to_crs, grid.x, grid.y)
    globe_x, globe_y = _moved(from_globe, globe.x, globe.y)
    x, y = np.where(grid.given, grid_x, globe_x), np.where(grid.given, grid_y, globe_y)
    faults = _plain_faults(grid, globe)
    faults["disagree"] = np.hypot(grid_x - globe_x, grid_y - globe_y) > AGREEMENT_M
    faults |= _area_faults((grid, globe), (x, y), areas, text)
    names = _first_fault(faults)
    return _frame(text, names, {"easting_m": x, "northing_m": y, "latitude": globe.y, "longitude": globe.x})


@cache
def _transformer(source: str, target: str) -> Transformer | None:
    if source == target:
        return None
    return Transformer.from_crs(source, target, always_xy=True)


def _pair(text: pd.DataFrame, x: str, y: str) -> _Pair:
    values, given = [], []
    for name in (x, y):
        if name not in text or not (text[name] != "").any():
            values.append(np.full(len(text), np.nan))
            given.append(np.zeros(len(text), dtype=bool))
            continue
        cells = text[name].str.strip()
        is_number = cells.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
        values.append(pd.to_numeric(cells.where(is_number), errors="coerce").to_numpy(dtype="float64", na_value=np.nan))
        given.append((cells != "").to_numpy(dtype=bool))
    return _Pair(values[0], values[1], given[0], given[1])


def _moved(transformer: Transformer | None, x: _Floats, y: _Floats) -> tuple[_Floats, _Floats]:
    """Return the points in another CRS (the same where there is no transformer), NaN where one has no such place."""
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    moved = np.full((2, len(x)), np.nan)
    if len(rows):
        found = (x[rows], y[rows]) if transformer is None else transformer.transform(x[rows], y[rows])
        is_there = np.isfinite(found[0]) & np.isfinite(found[1])
        moved[0, rows], moved[1, rows] = np.where(is_there, found[0], np.nan), np.where(is_there, found[1], np.nan)
    return moved[0], moved[1]


def _of_rows(rows: _Mask, transformer: Transformer | None, x: _Floats, y: _Floats) -> tuple[_Floats, _Floats]:
    return _moved(transformer, np.where(rows, x, np.nan), np.where(rows, y, np.nan))


def _plain_faults(grid: _Pair, globe: _Pair) -> dict[str, _Mask]:
    off_grid = (grid.x < 0) | (grid.x > GRID_LIMITS_M[0]) | (grid.y < 0) | (grid.y > GRID_LIMITS_M[1])
    off_globe = (np.abs(globe.x) > 180) | (np.abs(globe.y) > 90)
    return {
        "unread": grid.unread | globe.unread,
        "half": grid.half | globe.half,
        "placeholder": grid.zero | globe.zero,
        "impossible": off_grid | off_globe,
    }


def _area_faults(
    pairs: tuple[_Pair, _Pair], point: tuple[_Floats, _Floats], areas: Areas, text: pd.DataFrame
) -> dict[str, _Mask]:
    grid, globe = pairs
    boundary = areas.boundary.buffer(BOUNDARY_BUFFER_M)
    shapely.prepare(boundary)
    from_globe = _transformer("EPSG:4326", areas.crs)

    def inside(x: _Floats, y: _Floats, rows: _Mask) -> _Mask:
        """Tell which of the ``rows`` lie inside the area."""
        found = np.zeros(len(x), dtype=bool)
        asked = np.flatnonzero(rows & np.isfinite(x) & np.isfinite(y))
        found[asked] = shapely.contains_xy(boundary, x[asked], y[asked])
        return found

    given = grid.given | globe.given
    outside = given & ~inside(*point, given)
    turned = np.where(grid.given, point[1], np.nan), np.where(grid.given, point[0], np.nan)
    swapped = inside(*turned, outside) | inside(*_of_rows(outside, from_globe, globe.y, globe.x), outside)
    unsure = outside | (~grid.given & (globe.x > 0))
    mirrored = inside(*_of_rows(unsure, from_globe, -globe.x, globe.y), unsure)
    suspect = ~grid.given & (globe.x > 0) & mirrored & ~outside
    return {
        "swapped": outside & swapped,
        "unsigned": outside & mirrored & (globe.x > 0),
        "outside": outside,
        "mirrored": suspect & ~_confirmed(suspect, point, areas, text),
    }


def _confirmed(suspect: _Mask, point: tuple[_Floats, _Floats], areas: Areas, text: pd.DataFrame) -> _Mask:
    """Tell where the row itself names the partner area in which its point lies."""
    confirmed = np.zeros(len(suspect), dtype=bool)
    names = [name for name in AREA_COLUMNS if name in text]
    if not names or not suspect.any():
        return confirmed
    rows = np.flatnonzero(suspect)
    points = shapely.points(point[0][rows], point[1][rows])
    hits, polygons = areas.frame.sindex.query(points, predicate="intersects")
    codes = areas.frame["area_code"].to_numpy()[polygons]
    stated = text[names[0]].str.strip().to_numpy()[rows][hits]
    confirmed[rows[hits[codes == stated]]] = True
    return confirmed


def _first_fault(faults: dict[str, _Mask]) -> npt.NDArray[Any]:
    order = [name for name, _, _ in _SENTENCES]
    return np.select([faults[name] for name in order], order, default="")


def _frame(text: pd.DataFrame, names: npt.NDArray[Any], values: dict[str, _Floats]) -> pd.DataFrame:
    is_fine = np.asarray(names == "")
    frame = pd.DataFrame({name: np.where(is_fine, cells, np.nan) for name, cells in values.items()}, index=text.index)
    blank = pd.Series("", index=text.index, dtype="str")
    if is_fine.all():
        return frame.assign(place_fault=blank, place_sentence=blank, raw_place=blank)
    fault = pd.Series(names[~is_fine], index=text.index[~is_fine], dtype="str")
    told = {
        "place_fault": fault.map({name: str(reason) for name, reason, _ in _SENTENCES}),
        "place_sentence": fault.map({name: words for name, _, words in _SENTENCES}),
        "raw_place": _raw_places(text[~is_fine]),
    }
    return frame.assign(
        **{name: cells.astype("str").reindex(text.index, fill_value="") for name, cells in told.items()}
    )


def _raw_places(text: pd.DataFrame) -> pd.Series[str]:
    raw = pd.Series("", index=text.index, dtype="str")
    for name in COORDINATES:
        if name in text:
            cells = text[name].str.strip()
            raw = raw + (name + "=" + cells + "; ").where(cells != "", "")
    return raw.str.removesuffix("; ")
