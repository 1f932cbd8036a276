"""80 % intervals of forecasts by split conformal prediction: how far past forecasts of such cells were out.

Counts of a cell are too few and too uneven for a fixed distribution, so the interval is learned: the errors of earlier
published cells, in units of a Poisson standard deviation, give the two quantiles (Vovk et al. 2005; Lei et al. 2018).
Nothing about the month that is forecast enters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.geography.grid import Floats

COVERAGE = 0.8
"""The declared share of forecasts that the interval holds."""

FEWEST_ERRORS = 30
"""Earlier forecasts of cells that an interval needs."""

CLASSES = (0.5, 2.0, 8.0)
"""Forecasts are compared with earlier ones of their size: below half an event, to 2, to 8, and above."""

SMALLEST_RATE = 1e-3
"""A forecast below this is scaled as if it were this."""

ERROR_COLUMNS = ("month", "method", "predicted", "came")


@dataclass(frozen=True)
class Band:
    """Lower and upper error in Poisson standard deviations by class of forecast; NaN where too few to learn from."""

    below: Floats
    above: Floats

    def around(self, predicted: Floats) -> tuple[Floats, Floats]:
        """Return low and high events of each forecast, which lies between them; NaN where the band is unknown."""
        size = np.digitize(predicted, CLASSES)
        scale = np.sqrt(np.maximum(predicted, SMALLEST_RATE))
        low = np.maximum(predicted + self.below[size] * scale, 0.0)
        return low, predicted + self.above[size] * scale


def learn_band(predicted: Floats, came: Floats) -> Band:
    """Return the band that held 80 % of earlier forecasts of each class (a tenth beyond each side, finite sample).

    A class with fewer than 30 earlier forecasts takes the errors of all of half an event and more, then of all.

    Example:
        >>> band = learn_band(np.full(99, 4.0), np.arange(99) % 11.0)
        >>> [float(edge[0]) for edge in band.around(np.array([4.0]))]
        [0.0, 9.0]
    """
    errors = (came - predicted) / np.sqrt(np.maximum(predicted, SMALLEST_RATE))
    size = np.digitize(predicted, CLASSES)
    edges = []
    for number in range(len(CLASSES) + 1):
        pools = (errors[size == number], errors[size > 0], errors)
        edges.append(next((_edges(pool) for pool in pools if len(pool) >= FEWEST_ERRORS), (np.nan, np.nan)))
    below, above = np.array(edges).T
    return Band(np.minimum(below, 0.0), np.maximum(above, 0.0))


def _edges(errors: Floats) -> tuple[float, float]:
    ordered, size, tail = np.sort(errors), len(errors), (1 - COVERAGE) / 2
    first = max(int(np.floor(tail * (size + 1))) - 1, 0)
    last = min(int(np.ceil((1 - tail) * (size + 1))) - 1, size - 1)
    return float(ordered[first]), float(ordered[last])


def covered(predicted: Floats, came: Floats, band: Band) -> tuple[int, int]:
    """Return how many outcomes lie in the band's intervals, ends included, and how many were looked at.

    Only forecasts of at least half an event are: an empty cell has no 80 % interval, it is nearly always empty.
    """
    kept = predicted >= CLASSES[0]
    low, high = band.around(predicted[kept])
    known = np.isfinite(low)
    held = (came[kept] >= low - 1e-9) & (came[kept] <= high + 1e-9) & known
    return int(held.sum()), int(known.sum())


def coverage(errors: pd.DataFrame) -> dict[str, float]:
    """Return by method the share (%) of forecasts that the band learned from earlier months alone held.

    ``errors`` has ``ERROR_COLUMNS``, one row a published cell and month. NaN where no month had enough before it.
    """
    result = {}
    for method, rows in errors.groupby("method", sort=True):
        number, months = pd.factorize(rows["month"], sort=True)
        predicted, came = rows["predicted"].to_numpy(float), rows["came"].to_numpy(float)
        held, size = 0, 0
        for month in range(len(months)):
            now, before = number == month, number < month
            inside, seen = covered(predicted[now], came[now], learn_band(predicted[before], came[before]))
            held, size = held + inside, size + seen
        result[str(method)] = 100 * held / size if size else float("nan")
    return result


def band_of(errors: pd.DataFrame, method: str) -> Band:
    """Return the band for next month's forecasts of ``method`` from all its earlier errors (``ERROR_COLUMNS``)."""
    rows = errors[errors["method"] == method]
    return learn_band(rows["predicted"].to_numpy(float), rows["came"].to_numpy(float))
