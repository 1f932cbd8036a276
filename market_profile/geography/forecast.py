"""Forecasts of next month's events by cell: plain counts, EWMA, kernel density and a pooled Poisson GLM.

The GLM (Poisson regression with a ridge penalty, McCullagh and Nelder 1989) is pooled over months, cells and, where
several panels are given, districts. Its covariates are lagged: each stream and crime type of the cell, the same
smoothed over its neighbours, and the target's own density at four scales.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from market_profile.geography.grid import Floats
from market_profile.geography.panel import Panel
from market_profile.geography.surfaces import kernel_density, smooth

History = tuple[int, ...]
"""Month indices that a forecast may look at, oldest first."""

EWMA_HALF_LIFE_MONTHS = 3.0
"""Weights halve every quarter: markets move when dealers are replaced, streets stay."""

SCALES_CELLS = (0.5, 1.0, 2.0, 4.0)
"""Standard deviations, in cells, of the densities that the GLM sees (100 to 800 m on the default grid)."""

TINY, SMALL = 1e-3, 1e-2
"""Added before logarithms: far below one event a month for one type, and for all types together."""

RIDGE = 30.0
"""Penalty on standardised coefficients over the summed weight of the rows: a hundredfold change moved the hit rate
by 0.1 points pooled and 0.3 points in one area (15 districts)."""

LEAVE_ONE_OUT_BELOW = 6
"""With fewer months of history each month is fitted from all the others; with more, only from those before it."""

CONSTANT = 1e-6
"""A covariate with less spread than this taught the model nothing: it is switched off, also in the forecast."""

TRAINING_MONTHS = 6
"""The newest origins that the GLM learns from."""

RECENT_FROM = 3
"""With at least so much history, last month and the last quarter are covariates of their own."""

NEAR_NOTHING = 1e-4
"""Cells with a smoothed total below this are alike: they enter the fit as one weighted row."""


def last_month(panel: Panel, history: History) -> Floats:
    """Return the counts of the newest month."""
    return panel.target(history[-1])


def recent_first(panel: Panel, history: History) -> Floats:
    """Return the newest month's counts with each earlier month at a tenth of the next: ties go to what was before."""
    weights = 0.1 ** np.arange(len(history))[::-1]
    return np.asarray(np.tensordot(weights / weights.sum(), panel.counts[0, list(history)].astype(float), axes=1))


def count_window(panel: Panel, history: History) -> Floats:
    """Return the mean a month over the last three months."""
    return np.asarray(panel.mean(history[-3:])[0])


def count_year(panel: Panel, history: History) -> Floats:
    """Return the mean a month over the last twelve months."""
    return np.asarray(panel.mean(history[-12:])[0])


def ewma(panel: Panel, history: History) -> Floats:
    """Return the exponentially weighted mean (Hunter 1986) with a half-life of three months."""
    back = np.arange(len(history))[::-1]
    weights = 0.5 ** (back / EWMA_HALF_LIFE_MONTHS)
    return np.asarray(np.tensordot(weights / weights.sum(), panel.counts[0, list(history)].astype(float), axes=1))


def kde(panel: Panel, history: History, bandwidth_m: float = 200.0) -> Floats:
    """Return the kernel density of the history a cell and month; snapped points are spread from their cells."""
    cell = panel.grid.cell_m
    if panel.is_snapped:
        return smooth(panel.mean(history)[0], bandwidth_m / cell)
    month, east, north = panel.points
    kept = np.isin(month, history)
    return kernel_density(east[kept], north[kept], panel.grid, bandwidth_m) * cell**2 / len(history)


Simple = Callable[[Panel, History], Floats]

SIMPLE: dict[str, Simple] = {
    "newest months first": recent_first,
    "last month": last_month,
    "three months": count_window,
    "twelve months": count_year,
    "EWMA": ewma,
    "KDE": kde,
}
"""Simple methods, simplest first."""

GLM = "Poisson GLM"


@dataclass(frozen=True)
class PoissonModel:
    """A fitted GLM: standardisation and regressor (None where there was no event to learn from)."""

    centre: Floats
    spread: Floats
    regressor: Any
    has_recent: bool

    def rates(self, panel: Panel, history: History) -> Floats:
        """Return expected events next month, shape ``(rows, columns)``, 0 outside the boundary."""
        surface = np.zeros(panel.grid.inside.size)
        if self.regressor is None:
            return surface.reshape(panel.grid.shape)
        covariates = features(panel, history, self.has_recent)
        surface[panel.grid.flat] = self.regressor.predict((covariates - self.centre) / self.spread)
        return surface.reshape(panel.grid.shape)


def features(panel: Panel, history: History, has_recent: bool) -> Floats:
    """Return the covariates that ``history`` gives each cell inside, shape ``(cells, covariates)``."""
    key = (*panel.months_of(history), *(["recent"] if has_recent else []))
    if key not in panel.cache:
        panel.cache[key] = _features(panel, history, has_recent)
    return panel.cache[key]


def _features(panel: Panel, history: History, has_recent: bool) -> Floats:
    mean = panel.mean(history)
    total = mean[1:].sum(axis=0) if len(mean) > 1 else mean[0]
    layers = [np.log1p(mean), np.log(smooth(mean, 1.0) + TINY), np.log(total + 5 * SMALL)[None]]
    for scale in SCALES_CELLS:
        layers.append(np.log(smooth(mean[0], scale) + TINY)[None])
        layers.append(np.log(smooth(total, scale) + SMALL)[None])
    if has_recent:
        layers.append(_recent(panel, history))
    stacked = np.concatenate(layers)
    return stacked.reshape(len(stacked), -1)[:, panel.grid.flat].T.copy()


def _recent(panel: Panel, history: History) -> Floats:
    """Return layers for last month, the last quarter and the exponentially weighted mean."""
    newest, quarter = panel.target(history[-1]), panel.mean(history[-3:])[0]
    weighted = ewma(panel, history)
    return np.stack(
        [
            np.log1p(newest),
            np.log1p(quarter),
            np.log(smooth(newest, 1.0) + TINY),
            np.log(smooth(quarter, 1.0) + TINY),
            np.log(smooth(weighted, 0.5) + TINY),
        ]
    )


def training_pairs(history: History) -> list[tuple[History, int]]:
    """Return (months looked at, month explained) pairs that use nothing outside ``history``."""
    if len(history) < LEAVE_ONE_OUT_BELOW:
        return [(tuple(other for other in history if other != one), one) for one in history if len(history) > 1]
    first = max(RECENT_FROM, len(history) - TRAINING_MONTHS)
    return [(history[:place], history[place]) for place in range(first, len(history))]


def fit_glm(panels: Sequence[Panel], history: History) -> PoissonModel:
    """Return the Poisson GLM fitted over all panels from months in ``history`` alone (at least two)."""
    known, key = (panels[0].models if len(panels) == 1 else {}), panels[0].months_of(history)
    if key not in known:
        known[key] = fit_pairs(panels, training_pairs(history))
    fitted: PoissonModel = known[key]
    return fitted


def fit_pairs(panels: Sequence[Panel], pairs: Sequence[tuple[History, int]]) -> PoissonModel:
    """Return the Poisson GLM that explains each pair's month by its history, over all panels.

    Recent months are covariates of their own where every history has at least ``RECENT_FROM`` in their order.
    One BLAS thread, so that the thread count of the machine cannot change a digit.
    """
    from sklearn.linear_model import PoissonRegressor

    has_recent = all(len(history) >= RECENT_FROM and max(history) < month for history, month in pairs)
    parts = [_rows(panel, pair, has_recent) for panel in panels for pair in pairs]
    x, y, weight = (np.concatenate([part[place] for part in parts]) for place in range(3))
    centre = np.einsum("r,rc->c", weight, x) / weight.sum()
    x -= centre
    spread = np.sqrt(np.einsum("r,rc,rc->c", weight, x, x) / weight.sum())
    spread = np.where(spread < CONSTANT, np.inf, spread)
    if y.sum() == 0:
        return PoissonModel(centre, spread, None, has_recent)
    x /= spread
    # Newton's line search tries steps that overflow and halves them; the fit itself stays finite.
    with _threads().limit(limits=1), np.errstate(over="ignore", invalid="ignore"):
        regressor = PoissonRegressor(alpha=RIDGE / weight.sum(), solver="newton-cholesky", max_iter=200)
        regressor.fit(x, y, sample_weight=weight)
    return PoissonModel(centre, spread, regressor, has_recent)


@cache
def _threads() -> Any:
    """Return what sets the threads of the libraries that are loaded when a model is first fitted; looked for once."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def _rows(panel: Panel, pair: tuple[History, int], has_recent: bool) -> tuple[Floats, Floats, Floats]:
    """Return covariates, counts and weights; cells with nothing near are merged into one row."""
    history, month = pair
    x, y = features(panel, history, has_recent), panel.target(month).ravel()[panel.grid.flat]
    near = smooth(panel.mean(history).sum(axis=0), SCALES_CELLS[-1]).ravel()[panel.grid.flat] >= NEAR_NOTHING
    empty = int((~near).sum())
    if empty == 0:
        return x, y, np.ones(len(y))
    merged = np.vstack([x[near], x[~near].mean(axis=0)])
    return merged, np.append(y[near], y[~near].mean()), np.append(np.ones(int(near.sum())), float(empty))


def forecast(panel: Panel, history: History, method: str, model: PoissonModel | None = None,
             bandwidth_m: float = 200.0) -> Floats:  # fmt: skip
    """Return next month's expected events by cell under ``method``, rounded so that no last digit decides a rank."""
    if method == GLM:
        fitted = model if model is not None else fit_glm([panel], history)
        surface = fitted.rates(panel, history)
    elif method == "KDE":
        surface = kde(panel, history, bandwidth_m)
    else:
        surface = SIMPLE[method](panel, history)
    return np.asarray(np.round(np.where(panel.grid.inside, surface, 0.0), 8), dtype=np.float64)
