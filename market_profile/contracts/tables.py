"""Accepted records of a workspace, one typed frame a kind: what ``sources`` promises and the analysis takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from market_profile.contracts.columns import ColumnType, Kind, empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.periods import Month


@dataclass(frozen=True)
class Tables:
    """Frames by kind, current versions only. Missing text is ``""``, never NaN; missing numbers NaN, dates NaT.

    Places are in ``easting_m``/``northing_m`` (analysis CRS, metres) whatever the extract held.
    """

    frames: Mapping[str, pd.DataFrame]

    def get(self, kind: str) -> pd.DataFrame:
        """Return the frame of ``kind``, empty and typed where it was not supplied."""
        frame = self.frames.get(kind)
        return empty_frame(KINDS[kind]) if frame is None else frame

    def is_supplied(self, kind: str) -> bool:
        """Tell whether any row of ``kind`` was ever accepted."""
        return kind in self.frames and len(self.frames[kind]) > 0

    @property
    def not_supplied(self) -> tuple[str, ...]:
        """The kinds of which no row was ever accepted."""
        return tuple(kind for kind in KINDS if not self.is_supplied(kind))

    def until(self, month: Month) -> Tables:
        """Return the records before the month's data cut-off; kinds without a time column stay whole."""
        frames = {}
        for name, frame in self.frames.items():
            frames[name] = _before(frame, KINDS[name], month)
        return Tables(frames)

    def replace(self, **frames: pd.DataFrame) -> Tables:
        """Return the same tables with some frames replaced."""
        return Tables({**self.frames, **frames})


def _before(frame: pd.DataFrame, kind: Kind, month: Month) -> pd.DataFrame:
    """Return the rows of ``frame`` that lie before the month's cut-off (a row without a time does); all of them as it
    stands."""
    if kind.time is None:
        return frame
    times = frame[kind.time]
    is_month = kind.column(kind.time).type is ColumnType.MONTH
    is_before = times <= month.text if is_month else times.isna() | (times < month.end)
    return frame if is_before.all() else frame[is_before]


@dataclass(frozen=True)
class Areas:
    """Partner areas and the boundary, in the analysis CRS.

    ``frame`` has columns ``area_code``, ``area_name``, ``geometry`` (one row an area, sorted by code).
    """

    frame: gpd.GeoDataFrame
    boundary: BaseGeometry
    crs: str
