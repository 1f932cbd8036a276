"""Monthly counts on the grid: what the forecast methods learn from and are scored on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.contracts.tables import Tables
from market_profile.geography.events import DISCOVERED, RECORDED, REPORTED
from market_profile.geography.grid import Floats, Grid, Ints
from market_profile.geography.words import folded, names_no_place, numbered
from market_profile.periods import Month

HISTORY_MONTHS = 13
"""Months the panel looks back: a year of history and the month being forecast in the backtest."""

SPARSE_START_SHARE = 0.2
"""Leading months with less than this share of the median month's events precede the extract: they are left out."""

SMALLEST_TARGET = 30
"""Fewer placed events than this in all cannot carry a forecast; published drug offences then take their place."""

TARGET = "events"


@dataclass(frozen=True)
class Panel:
    """Counts by covariate, month and cell, shape ``(covariates, months, rows, columns)``; covariate 0 is the target.

    ``points`` are the target's points that are not snapped (month index, easting, northing in metres).
    """

    grid: Grid
    months: tuple[str, ...]
    names: tuple[str, ...]
    counts: NDArray[np.float32]
    points: tuple[Ints, Floats, Floats]
    is_snapped: bool = False
    cache: dict[tuple[str, ...], Floats] = field(default_factory=dict, compare=False, repr=False)
    models: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    """Models of the forecast by the months of the history that they were fitted on."""

    def target(self, month: int) -> Floats:
        """Return the target's counts in one month, shape ``(rows, columns)``."""
        return np.asarray(self.counts[0, month], dtype=np.float64)

    def months_of(self, history: tuple[int, ...]) -> tuple[str, ...]:
        """Return the months (YYYY-MM) of ``history``."""
        return tuple(self.months[month] for month in history)

    def mean(self, history: tuple[int, ...]) -> Floats:
        """Return mean counts a month over ``history``; months in which a covariate was not supplied do not count."""
        first, last = history[0], history[-1] + 1
        is_run = last - first == len(history)
        chosen = self.counts[:, first:last] if is_run else self.counts[:, list(history)]
        supplied = (chosen.sum(axis=(2, 3)) > 0).sum(axis=1)
        total = chosen.sum(axis=1, dtype=np.float64)
        return np.asarray(total / np.maximum(supplied, 1)[:, None, None], dtype=np.float64)


@dataclass(frozen=True)
class Records:
    """Located records by layer and month, before any grid: what a panel counts."""

    months: tuple[str, ...]
    names: tuple[str, ...]
    layer: Ints
    month: Ints
    easting_m: Floats
    northing_m: Floats
    points: tuple[Ints, Floats, Floats]
    """The target's points that are not snapped: month index, easting, northing in metres."""
    is_snapped: bool

    def newest(self, back: int = HISTORY_MONTHS) -> Records:
        """Return the records of the newest ``back`` months."""
        first = len(self.months) - back
        if first <= 0:
            return self
        month, east, north = self.points
        kept, at = self.month >= first, month >= first
        return replace(
            self,
            months=self.months[first:],
            layer=self.layer[kept],
            month=self.month[kept] - first,
            easting_m=self.easting_m[kept],
            northing_m=self.northing_m[kept],
            points=(month[at] - first, east[at], north[at]),
        )

    def target_alone(self) -> Records:
        """Return the records of the target: all that a method without covariates counts."""
        kept = self.layer == 0
        return replace(
            self,
            names=self.names[:1],
            layer=self.layer[kept],
            month=self.month[kept],
            easting_m=self.easting_m[kept],
            northing_m=self.northing_m[kept],
        )


def panel_records(events: pd.DataFrame, tables: Tables, month: Month, back: int = HISTORY_MONTHS) -> Records:
    """Return the records that the panel of ``month`` counts in the last ``back`` months, whatever the grid.

    The target is every counted event that is not open data; where there are fewer than 30 in the last HISTORY_MONTHS,
    it is the published drug offences. Covariates: reported and discovered events, published drug offences, and every
    other type of crime.
    """
    months = tuple(each.text for each in month.window(back))
    place = {text: number for number, text in enumerate(months)}
    at, family = numbered(events["month"], place), events["family"].to_numpy()
    east, north = (events[name].to_numpy(float) for name in ("easting_m", "northing_m"))
    counted = (at >= 0) & (events["weight"] > 0).to_numpy()
    families = {name: np.flatnonzero(counted & (family == name)) for name in (REPORTED, DISCOVERED, RECORDED)}
    evidence = np.flatnonzero(counted & (family != RECORDED))
    newest = int((at[evidence] >= back - HISTORY_MONTHS).sum())
    target = evidence if newest >= SMALLEST_TARGET else families[RECORDED]
    crime, kind, types = _other_crime(tables.get("street_crime"), place)
    layers = [target, *families.values()]
    rows = np.concatenate(layers)
    points = target[~events["is_snapped"].to_numpy(bool)[target]]
    return Records(
        months=months,
        names=(TARGET, *families, *(f"crime: {name}" for name in types)),
        layer=np.concatenate([np.repeat(np.arange(len(layers)), [len(each) for each in layers]), kind + len(layers)]),
        month=np.concatenate([at[rows], crime["place"].to_numpy(dtype=np.int64)]),
        easting_m=np.concatenate([east[rows], crime["easting_m"].to_numpy(float)]),
        northing_m=np.concatenate([north[rows], crime["northing_m"].to_numpy(float)]),
        points=(at[points], east[points], north[points]),
        is_snapped=bool(len(target) and not len(points)),
    )


def on_grid(records: Records, grid: Grid) -> Panel:
    """Return the panel of ``records`` counted on ``grid``; layers without an event inside are left out."""
    size, layers, all_months = grid.inside.size, len(records.names), len(records.months)
    cell = grid.locate(records.easting_m, records.northing_m)
    kept = cell >= 0
    layer, month = records.layer[kept], records.month[kept]
    filled = np.union1d(0, np.flatnonzero(np.bincount(layer, minlength=layers)))
    start = _first_month(np.bincount(month[layer == 0], minlength=all_months))
    months = all_months - start
    number = np.searchsorted(filled, np.arange(layers))
    index = ((number[layer] * months + month - start) * size + cell[kept])[month >= start]
    counts = np.bincount(index, minlength=len(filled) * months * size).astype(np.float32)
    at, east, north = records.points
    return Panel(
        grid,
        records.months[start:],
        tuple(records.names[each] for each in filled),
        counts.reshape(len(filled), months, *grid.shape),
        (np.where(at >= start, at - start, -1), east, north),
        records.is_snapped,
    )


def newest_on_grid(records: Records, wide: Panel) -> Panel:
    """Return the panel of the newest HISTORY_MONTHS of ``records`` on the grid of ``wide``, the panel of them all.

    What was worked out of months that both hold is shared where their layers are the same.
    """
    newest = on_grid(records.newest(), wide.grid)
    if newest.names != wide.names:
        return newest
    return wide if newest.months == wide.months else replace(newest, cache=wide.cache, models=wide.models)


def _first_month(totals: Ints) -> int:
    filled = totals[totals > 0]
    if not filled.size:
        return 0
    return int(np.argmax(totals >= SPARSE_START_SHARE * np.median(filled)))


def _other_crime(crime: pd.DataFrame, place: dict[str, int]) -> tuple[pd.DataFrame, Ints, list[str]]:
    """Return the published crimes other than drug offences (month's number, place), the number of each one's type, and
    the types in order."""
    number = numbered(crime["month"], place)
    kind = folded(crime["crime_type"])
    kept = (number >= 0) & (kind != "drugs") & ~names_no_place(crime["location"])
    codes, types = pd.factorize(kind[kept], sort=True)
    frame = crime.loc[kept, ["easting_m", "northing_m"]].assign(place=number[kept])
    return frame, codes.astype(np.int64), list(types)
