"""How far people chosen at their worst fall anyway: a gamma-Poisson model of everyone arrested in the area.

The register alone cannot say: all of it was chosen for high arrests, so its mean is not the mean to which its people
return. Everyone with an arrest on record can, once it is allowed for that people without one are never seen: the
counts follow a zero-truncated negative binomial (Fisher, Corbet and Williams 1943; Sampford 1955).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, special

MINIMUM_POPULATION = 50
"""People with an arrest that are needed to learn the spread of rates from."""
_STEP = 1e-3
_DECIMALS = 6
"""Of the logs that were fitted: where the search ends further on depends on the processor's last bits."""
_BOUNDS = ((np.log(0.02), np.log(500.0)), (np.log(1e-4), np.log(1e3)))


class Rates(NamedTuple):
    """Arrest rates between people: gamma with ``shape`` and ``rate`` (days); ``people`` it was learnt from.

    ``covariance`` is of (log shape, log mean): variance, covariance, variance; what the fit itself leaves open.
    """

    shape: float
    rate: float
    people: int
    covariance: tuple[float, float, float] = (0.0, 0.0, 0.0)


def fit_rates(counts: ArrayLike, days: float) -> Rates | None:
    """Return the spread of arrest rates from ``counts`` (one a person, all above 0) over ``days``; None if too few.

    Maximum likelihood of the zero-truncated negative binomial. Deterministic; the order of people does not matter.

    Example:
        >>> fit_rates([1, 2], 365.0) is None
        True
    """
    seen = np.asarray(counts, dtype=np.int64)
    seen = seen[seen > 0]
    if len(seen) < MINIMUM_POPULATION or seen.max() < 2:
        return None
    value, times = np.unique(seen, return_counts=True)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        """Return minus the log likelihood at (log shape, log mean), and its slope."""
        value_at, slope = _log_likelihood(value, times, float(np.exp(at[0])), float(np.exp(at[1])))
        return -value_at, -slope

    start = (0.0, np.log(max(float(seen.mean()) - 0.5, 0.2)))
    best = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS).x.round(_DECIMALS)
    shape, mean = (float(number) for number in np.exp(best))
    return Rates(shape, shape / mean * days, len(seen), _covariance(value, times, best))


def _log_likelihood(value: np.ndarray, times: np.ndarray, shape: float, mean: float) -> tuple[float, np.ndarray]:
    """Return the zero-truncated log likelihood of counts ``value`` seen ``times`` often, and its slope in the logs."""
    chance = shape / (shape + mean)
    log_chance = np.log(chance)
    nobody = np.exp(shape * log_chance)
    odds = nobody / -np.expm1(shape * log_chance)
    each = special.gammaln(shape + value) - special.gammaln(shape) + value * np.log1p(-chance) + shape * log_chance
    people = float(times.sum())
    by_shape = special.psi(shape + value) - special.psi(shape) - value / (shape + mean) + log_chance + 1 - chance
    by_mean = value / mean - (value + shape) / (shape + mean)
    slope = np.array([
        shape * (float((times * by_shape).sum()) + people * odds * (log_chance + 1 - chance)),
        mean * (float((times * by_mean).sum()) - people * odds * chance),
    ])  # fmt: skip
    return float((times * each).sum()) - people * float(np.log(-np.expm1(shape * log_chance))), slope


def _covariance(value: np.ndarray, times: np.ndarray, at: np.ndarray) -> tuple[float, float, float]:
    """Return the inverse of the observed information at ``at`` (logs); zeros where it is not positive definite."""
    columns = []
    for place in (0, 1):
        step = np.zeros(2)
        step[place] = _STEP
        above, below = (_log_likelihood(value, times, *map(float, np.exp(at + sign * step)))[1] for sign in (1, -1))
        columns.append(-(above - below) / (2 * _STEP))
    (a, b), (_, d) = columns
    determinant = a * d - b * b
    if a <= 0 or determinant <= 0:
        return (0.0, 0.0, 0.0)
    return (float(d / determinant), float(-b / determinant), float(a / determinant))


def slope_of(people: pd.DataFrame, rates: Rates) -> np.ndarray:
    """Return how log expected arrests after of all ``people`` moves with (log shape, log mean)."""
    up, down = np.exp(_STEP), np.exp(-_STEP)
    pairs = (
        (rates._replace(shape=rates.shape * up, rate=rates.rate * up), rates._replace(shape=rates.shape * down,
                                                                                        rate=rates.rate * down)),
        (rates._replace(rate=rates.rate / up), rates._replace(rate=rates.rate / down)),
    )  # fmt: skip
    logs = [[float(np.log(expected_after(people, one).sum())) for one in pair] for pair in pairs]
    return np.array([(above - below) / (2 * _STEP) for above, below in logs])


def open_variance(slope: np.ndarray, rates: Rates) -> float:
    """Return the variance that the fit of ``rates`` adds to a log expectation with ``slope``."""
    first, both, second = rates.covariance
    return float(slope @ np.array([[first, both], [both, second]]) @ slope)


def expected_after(people: pd.DataFrame, rates: Rates) -> pd.Series:
    """Return each person's expected arrests after, had nothing been done: the posterior mean rate x days after.

    ``people`` has arrests_before, days_before, days_after (empirical Bayes, Robbins 1956).
    """
    return (rates.shape + people["arrests_before"]) / (rates.rate + people["days_before"]) * people["days_after"]


def spread_after(people: pd.DataFrame, rates: Rates, ratio: float) -> float:
    """Return the variance of all arrests after where each rate is ``ratio`` times its posterior (negative binomial)."""
    mean = ratio * expected_after(people, rates)
    extra = ratio * people["days_after"] / (rates.rate + people["days_before"])
    return float((mean * (1 + extra)).sum())
