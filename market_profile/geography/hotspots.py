"""The room's one door: hotspots that are significant, carried from month to month, and score themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.among import is_among
from market_profile.contracts.tables import Areas, Tables
from market_profile.geography.areas import area_counts, area_surface
from market_profile.geography.backtest import BACKTEST_MONTHS, Backtest, run_backtest
from market_profile.geography.bands import band_of
from market_profile.geography.corroboration import feedback_warning
from market_profile.geography.displacement import displacement_counts
from market_profile.geography.events import DISCOVERED, RECORDED, REPORTED, Events, collect_events
from market_profile.geography.experience import forecast_by
from market_profile.geography.grid import Floats, Grid, area_of_points, check_crs, make_grid
from market_profile.geography.hours import heat_strip, hours_by_market
from market_profile.geography.market_table import Scene, market_table, peaks_of
from market_profile.geography.markets import (
    MARKET_CELL_COLUMNS,
    join_markets,
    market_of_cells,
    phone_lines,
    record_markets,
)
from market_profile.geography.maup import chosen_sensitivity, grid_sensitivity
from market_profile.geography.panel import HISTORY_MONTHS, Panel, Records, newest_on_grid, on_grid, panel_records
from market_profile.geography.persistence import flags_by_month, persistence
from market_profile.geography.result import HOTSPOT_COLUMNS, Geography
from market_profile.geography.scoring import top_cells
from market_profile.geography.surfaces import gi_star
from market_profile.geography.track_record import PUBLISHED_COLUMNS, TRACK_COLUMNS, extend_record, score_published
from market_profile.geography.windows import Exposure, exposure, significance
from market_profile.kept import NOTHING, Kept
from market_profile.periods import Month
from market_profile.room_settings import GeographySettings


@dataclass(frozen=True)
class Surfaces:
    """Surfaces of this month on the grid, each of shape ``(rows, columns)``."""

    events: Floats
    expected: Floats
    p_adjusted: Floats
    score: Floats
    gi_star: Floats
    persistence: NDArray[np.object_]
    significant: NDArray[np.bool_]


def find_hotspots(
    tables: Tables,
    areas: Areas,
    month: Month,
    settings: GeographySettings,
    previous: Mapping[str, pd.DataFrame],
    kept: Kept = NOTHING,
) -> Geography:
    """Return this month's hotspots, markets, backtest and track record from everything before the cut-off.

    ``areas`` must be in a projected CRS in metres; anything else raises ``InputRefused``. ``previous`` is the state of
    the last refresh (an empty mapping the first time): it carries market ids, lines and what was published. ``kept``
    remembers how the methods did in past months.
    """
    check_crs(areas)
    grid = make_grid(areas.boundary, settings.cell_m)
    events = collect_events(tables, month)
    counted = panel_records(events.frame, tables, month, HISTORY_MONTHS + BACKTEST_MONTHS - 1)
    wide = on_grid(counted, grid)
    panel = newest_on_grid(counted, wide)
    backtest = run_backtest(wide, settings.area_share, settings.kde_bandwidth_m, kept)
    expectation = exposure(tables, areas, grid, month, settings.expected)
    surfaces = _surfaces(panel, backtest, expectation, settings)
    before = _state(previous, "market_cells", MARKET_CELL_COLUMNS)
    markets = join_markets(surfaces.significant, surfaces.score, grid, month, before[before["last_month"] < month.text])
    by_cell = market_of_cells(markets, grid)
    line_records, lines, line_state = phone_lines(tables, month, previous)
    records = record_markets(events, by_cell, grid, line_records)
    framed = _in_window(events, records, month, settings.window_months)
    hours = hours_by_market(framed)
    hotspots = _hotspots(surfaces, grid, areas, framed, settings.area_share)
    low, high = band_of(backtest.errors, backtest.chosen).around(hotspots["score"].to_numpy(float))
    hotspots = hotspots.assign(score_low=low.round(6), score_high=high.round(6))
    hotspots = _with_markets(hotspots, by_cell, grid, hours)
    record = _followed_up(previous, panel, grid, month)
    published = _published(hotspots, backtest.chosen, month, grid, settings.area_share)
    return Geography(
        hotspots=hotspots,
        cells=_squares(hotspots, grid, areas),
        area_counts=area_surface(
            area_counts(events.frame, areas, month), areas, grid, expectation.share, surfaces.score
        ),
        record_markets=records,
        markets=market_table(markets, lines, framed, hours, Scene(surfaces.score, grid, areas, month)),
        market_cells=markets.cells,
        backtest=backtest.table,
        chosen_method=backtest.chosen,
        choice_reason=backtest.why,
        track_record=record,
        hours=hours,
        heat_strip=heat_strip(framed[framed["weight"] > 0]),
        maup=_maup(events, counted.newest(), panel, (areas, backtest.chosen), settings),
        displacement=displacement_counts(events.frame, tables.get("operations"), areas, month),
        set_aside=events.set_aside,
        denominator=expectation.statement,
        warnings=_warnings(events, grid, hotspots, expectation, settings),
        state={"market_cells": markets.cells, "lines": line_state, "published": published, "track_record": record},
    )


def _followed_up(previous: Mapping[str, pd.DataFrame], panel: Panel, grid: Grid, month: Month) -> pd.DataFrame:
    """Return the track record, with what was published for this month scored against what came."""
    published = _state(previous, "published", PUBLISHED_COLUMNS)
    scores = score_published(published, panel.target(-1), grid, month)
    return extend_record(_state(previous, "track_record", TRACK_COLUMNS), scores, month)


def _surfaces(panel: Panel, backtest: Backtest, expectation: Exposure, settings: GeographySettings) -> Surfaces:
    inside, window = panel.grid.inside, settings.window_months
    monthly = panel.counts[0].astype(float)
    recent = np.where(inside, monthly[-window:].sum(axis=0), 0.0)
    expected, adjusted = significance(recent, expectation.share, inside)
    flags = flags_by_month(monthly, expectation.share, inside, window, settings.false_discovery_rate)
    history = tuple(range(len(panel.months)))
    return Surfaces(
        events=recent,
        expected=expected,
        p_adjusted=adjusted,
        score=forecast_by(panel, history, backtest.chosen, settings.kde_bandwidth_m),
        gi_star=gi_star(recent, inside),
        persistence=persistence(flags, window),
        significant=inside & (adjusted <= settings.false_discovery_rate),
    )


def _state(previous: Mapping[str, pd.DataFrame], name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    frame = previous.get(name)
    return pd.DataFrame(columns=list(columns), dtype="str") if frame is None or frame.empty else frame[list(columns)]


def _in_window(events: Events, records: pd.DataFrame, month: Month, window: int) -> pd.DataFrame:
    """Return the window's events (open data apart; without a place too) with the market of each, "" where none."""
    months = [each.text for each in month.window(window)]
    parts = [
        each[each["month"].isin(months) & (each["family"] != RECORDED)] for each in (events.frame, events.unplaced)
    ]
    frame = pd.concat(parts, ignore_index=True)
    asked = records[is_among(records["record_ref"], frame["record_ref"])]
    joined = frame.merge(asked, on=["kind", "record_ref"], how="left", validate="many_to_one")
    return joined.assign(market_id=joined["market_id"].fillna("").astype("str"))


def _hotspots(surfaces: Surfaces, grid: Grid, areas: Areas, framed: pd.DataFrame, area_share: float) -> pd.DataFrame:
    flat = np.union1d(top_cells(surfaces.score, grid, area_share), np.flatnonzero(surfaces.significant))
    flat = flat[(surfaces.score.ravel()[flat] > 0) | surfaces.significant.ravel()[flat]]
    flat = flat[np.argsort(-surfaces.score.ravel()[flat], kind="stable")]
    east, north = grid.centres(flat)
    frame = pd.DataFrame(
        {
            "cell_id": grid.cell_ids(flat).astype("str"),
            "rank": np.arange(1, len(flat) + 1),
            "score": surfaces.score.ravel()[flat],
            "events": surfaces.events.ravel()[flat].astype(np.int64),
            "expected": np.round(surfaces.expected.ravel()[flat], 6),
            "p_adjusted": surfaces.p_adjusted.ravel()[flat],
            "persistence": surfaces.persistence.ravel()[flat].astype("str"),
            "market_type": "",
            "easting_m": east,
            "northing_m": north,
            "is_significant": surfaces.significant.ravel()[flat],
            "gi_star": np.round(surfaces.gi_star.ravel()[flat], 6),
        }
    )
    index = grid.locate(framed["easting_m"].to_numpy(float), framed["northing_m"].to_numpy(float))
    for name in (REPORTED, DISCOVERED):
        chosen = ((framed["family"] == name) & (framed["weight"] > 0)).to_numpy(bool)
        frame[name] = grid.count(index[chosen]).ravel()[flat].astype(np.int64)
    frame["is_corroborated"] = (frame["reported"] > 0) & (frame["discovered"] > 0)
    return frame.assign(area_code=area_of_points(areas, frame))


def _with_markets(
    hotspots: pd.DataFrame, by_cell: NDArray[np.object_], grid: Grid, hours: pd.DataFrame
) -> pd.DataFrame:
    place = grid.locate(hotspots["easting_m"].to_numpy(float), hotspots["northing_m"].to_numpy(float))
    market = pd.Series(by_cell[place], index=hotspots.index, dtype="str")
    peaks = peaks_of(hours)
    hotspots = hotspots.assign(market_id=market, peak_hours=market.map(peaks).fillna("").astype("str"))
    return hotspots[list(HOTSPOT_COLUMNS)]


def _published(hotspots: pd.DataFrame, method: str, month: Month, grid: Grid, area_share: float) -> pd.DataFrame:
    """Return the cells that next month's edition is going to score: the best ``area_share`` of the area."""
    best = hotspots.head(max(1, round(area_share * grid.cells)))
    return pd.DataFrame(
        {"month": month.text, "method": method, "cell_id": best["cell_id"].to_numpy(), "rank": best["rank"].to_numpy()},
        columns=list(PUBLISHED_COLUMNS),
    )


def _squares(hotspots: pd.DataFrame, grid: Grid, areas: Areas) -> gpd.GeoDataFrame:
    place = grid.locate(hotspots["easting_m"].to_numpy(float), hotspots["northing_m"].to_numpy(float))
    return gpd.GeoDataFrame(hotspots.copy(), geometry=grid.squares(place), crs=areas.crs)


def _maup(
    events: Events, records: Records, panel: Panel, chosen: tuple[Areas, str], settings: GeographySettings
) -> pd.DataFrame:
    boundary = chosen[0].boundary
    counted = events.frame[(events.frame["weight"] > 0) & events.frame["month"].isin(panel.months)]
    target = counted[(counted["family"] == RECORDED) == panel.is_snapped]
    plain = grid_sensitivity(target, boundary, settings.cell_m, settings.kde_bandwidth_m, settings.area_share)
    own = chosen_sensitivity(records, panel, boundary, chosen[1], settings.area_share)
    parts = [each for each in (plain, own) if len(each)]
    return pd.concat(parts, ignore_index=True) if parts else plain


def _warnings(
    events: Events, grid: Grid, hotspots: pd.DataFrame, expectation: Exposure, settings: GeographySettings
) -> tuple[str, ...]:
    frame = events.frame
    outside = int((grid.locate(frame["easting_m"].to_numpy(float), frame["northing_m"].to_numpy(float)) < 0).sum())
    said = [feedback_warning(hotspots)]
    if outside:
        said.append(f"{outside} events lie outside the boundary; they make no place.")
    if expectation.denominator != settings.expected:
        said.append(expectation.statement)
    if not len(frame):
        said.append("No event with a place was supplied: there are no hotspots this month.")
    return tuple(sentence for sentence in said if sentence)
