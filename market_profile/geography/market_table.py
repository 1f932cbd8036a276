"""The table of markets: places and phone lines with their records, evidence, hours and area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Areas
from market_profile.geography.corroboration import by_family
from market_profile.geography.grid import Floats, Grid, area_of_points
from market_profile.geography.hours import peak_window
from market_profile.geography.markets import PlaceMarkets
from market_profile.periods import Month

MARKET_COLUMNS = (
    "market_id",
    "kind",
    "status",
    "first_month",
    "last_month",
    "cells",
    "events",
    "reported",
    "discovered",
    "is_corroborated",
    "peak_hours",
    "score",
    "easting_m",
    "northing_m",
    "area_code",
)


@dataclass(frozen=True)
class Scene:
    """Where and when markets are described: the forecast by cell, its grid, the partner areas and the month."""

    score: Floats
    grid: Grid
    areas: Areas
    month: Month


def peaks_of(hours: pd.DataFrame) -> dict[str, str]:
    """Return each market's peak hours (``peak_window``) from ``hours_by_market``."""
    markets, weights = hours["market_id"].tolist()[::24], hours["weight"].to_numpy(float).reshape(-1, 24)
    return {market: peak_window(each) for market, each in zip(markets, weights, strict=True)}


def market_table(
    markets: PlaceMarkets,
    lines: pd.DataFrame,
    framed: pd.DataFrame,
    hours: pd.DataFrame,
    scene: Scene,
) -> pd.DataFrame:
    """Return ``MARKET_COLUMNS``: places by id, then lines; ``framed`` are the window's events with their market."""
    grid, month = scene.grid, scene.month
    place = np.flatnonzero(markets.labels)
    east, north = grid.centres(place)
    cells = pd.DataFrame(
        {
            "market_id": np.array(markets.ids, dtype=object)[markets.labels.ravel()[place] - 1] if len(place) else [],
            "easting_m": east,
            "northing_m": north,
            "score": scene.score.ravel()[place],
            "cells": 1,
        }
    )
    spots = cells.groupby("market_id").agg({"easting_m": "mean", "northing_m": "mean", "score": "sum", "cells": "sum"})
    dates = markets.cells.groupby("market_id").agg({"first_month": "min", "last_month": "max"})
    places = spots.join(dates).reset_index().assign(kind="place")
    places = places.assign(area_code=area_of_points(scene.areas, places))
    every = pd.concat([places, lines.assign(kind="line", last_month=month.text, cells=0)], ignore_index=True)
    every["status"] = np.where(every["last_month"] == month.text, "active", "dormant")
    families = by_family(framed, "market_id")
    counted = framed[framed["weight"] > 0].groupby("market_id").size()
    every["events"] = every["market_id"].map(counted).fillna(0).astype("int64")
    for name in ("reported", "discovered"):
        every[name] = every["market_id"].map(families[name]).fillna(0).astype("int64")
    every["is_corroborated"] = (every["reported"] > 0) & (every["discovered"] > 0)
    every["peak_hours"] = every["market_id"].map(peaks_of(hours)).fillna("").astype("str")
    every["area_code"] = every["area_code"].fillna("").astype("str")
    every["score"] = every["score"].astype(float).round(6)
    order = every["kind"].eq("line")
    every = every.assign(order=order).sort_values(["order", "market_id"], kind="stable", ignore_index=True)
    return every[list(MARKET_COLUMNS)]
