"""Monthly counts on the grid: what the forecast methods learn from and are scored on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.contracts.tables import Tables
from market_profile.geography.events import DISCOVERED, NOT_A_PLACE, RECORDED, REPORTED
from market_profile.geography.grid import Floats, Grid, Ints
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
    cache: dict[tuple[int, ...], Floats] = field(default_factory=dict, compare=False, repr=False)

    def target(self, month: int) -> Floats:
        """Return the target's counts in one month, shape ``(rows, columns)``."""
        return np.asarray(self.counts[0, month], dtype=np.float64)

    def mean(self, history: tuple[int, ...]) -> Floats:
        """Return mean counts a month over ``history``; months in which a covariate was not supplied do not count."""
        chosen = self.counts[:, list(history)]
        supplied = (chosen.sum(axis=(2, 3)) > 0).sum(axis=1)
        total = chosen.sum(axis=1, dtype=np.float64)
        return np.asarray(total / np.maximum(supplied, 1)[:, None, None], dtype=np.float64)


def build_panel(events: pd.DataFrame, tables: Tables, grid: Grid, month: Month) -> Panel:
    """Return the panel of the months up to and with ``month``.

    The target is every counted event that is not open data; where there are fewer than 30, it is the published drug
    offences. Covariates: reported and discovered events, published drug offences, and every other type of crime.
    """
    months = tuple(each.text for each in month.window(HISTORY_MONTHS))
    counted = events[(events["weight"] > 0) & events["month"].isin(months)]
    families = {name: counted[counted["family"] == name] for name in (REPORTED, DISCOVERED, RECORDED)}
    evidence = counted[counted["family"] != RECORDED]
    target = evidence if len(evidence) >= SMALLEST_TARGET else families[RECORDED]
    layers = {TARGET: _stack(target, grid, months)}
    layers |= {name: _stack(frame, grid, months) for name, frame in families.items()}
    layers |= _other_crime(tables.get("street_crime"), grid, months)
    kept = [name for name, layer in layers.items() if name == TARGET or layer.any()]
    start = _first_month(layers[TARGET].sum(axis=(1, 2)))
    counts = np.stack([layers[name][start:] for name in kept])
    points = target[~target["is_snapped"].astype(bool)]
    number = points["month"].map({text: place for place, text in enumerate(months[start:])})
    spots = (
        np.asarray(number.fillna(-1), dtype=np.int64),
        np.asarray(points["easting_m"], dtype=np.float64),
        np.asarray(points["northing_m"], dtype=np.float64),
    )
    return Panel(grid, months[start:], tuple(kept), counts, spots, is_snapped=bool(len(target) and not len(points)))


def _first_month(totals: NDArray[np.float32]) -> int:
    filled = totals[totals > 0]
    if not filled.size:
        return 0
    return int(np.argmax(totals >= SPARSE_START_SHARE * np.median(filled)))


def _other_crime(crime: pd.DataFrame, grid: Grid, months: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    kind = crime["crime_type"].str.casefold()
    nowhere = crime["location"].str.contains(NOT_A_PLACE, case=False, regex=True).fillna(False).astype(bool)
    kept = crime[(kind != "drugs") & ~nowhere & crime["month"].isin(months)]
    types = sorted(kept["crime_type"].str.casefold().unique())
    return {f"crime: {name}": _stack(kept[kind[kept.index] == name], grid, months) for name in types}


def _stack(frame: pd.DataFrame, grid: Grid, months: tuple[str, ...]) -> NDArray[np.float32]:
    index = grid.locate(frame["easting_m"].to_numpy(float), frame["northing_m"].to_numpy(float))
    month = frame["month"].map({text: number for number, text in enumerate(months)}).to_numpy(dtype=np.int64)
    kept = index >= 0
    size = grid.inside.size
    counts = np.bincount(month[kept] * size + index[kept], minlength=len(months) * size)
    return counts.astype(np.float32).reshape(len(months), *grid.shape)
