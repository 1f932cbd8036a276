"""Intervals that rooms share: Wilson, exact Poisson, Clopper-Pearson, order statistics of a median.

All take and give arrays (or scalars that broadcast) and never draw random numbers. Quantiles come from scipy.special:
the import of scipy.stats, which gives the same digits, takes longer than a refresh spends on intervals.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]


class Bounds(NamedTuple):
    """Lower and upper bounds of an interval, NaN where there is none."""

    low: FloatArray
    high: FloatArray


class RateRatio(NamedTuple):
    """A ratio of two Poisson rates and its exact bounds; infinite or NaN where a count is zero."""

    ratio: float
    low: float
    high: float


def wilson(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Bounds:
    """Return Wilson's score interval of a share; NaN where ``n`` is 0 (Wilson 1927, JASA 22).

    Example:
        >>> low, high = wilson(5, 10)
        >>> round(float(low), 4), round(float(high), 4)
        (0.2366, 0.7634)
    """
    k, size = np.asarray(successes, float), np.asarray(n, float)
    z = float(special.ndtri(0.5 + confidence / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / size
        centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
        half = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k == size, 1.0, centre + half)
    missing = size <= 0
    return Bounds(np.where(missing, np.nan, low), np.where(missing, np.nan, high))


def clopper_pearson(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Bounds:
    """Return the exact binomial interval of a share (Clopper and Pearson 1934).

    Example:
        >>> low, high = clopper_pearson(0, 10)
        >>> float(low), round(float(high), 4)
        (0.0, 0.3085)
    """
    k, size = np.asarray(successes, float), np.asarray(n, float)
    tail = (1 - confidence) / 2
    low = np.where(k == 0, 0.0, special.betaincinv(k, size - k + 1, tail))
    high = np.where(k == size, 1.0, special.betaincinv(k + 1, size - k, 1 - tail))
    missing = size <= 0
    return Bounds(np.where(missing, np.nan, low), np.where(missing, np.nan, high))


def poisson_exact(count: ArrayLike, confidence: float = 0.95) -> Bounds:
    """Return Garwood's exact interval of a Poisson mean from one count (Garwood 1936).

    Example:
        >>> low, high = poisson_exact(10)
        >>> round(float(low), 3), round(float(high), 3)
        (4.795, 18.39)
    """
    k = np.asarray(count, float)
    tail = (1 - confidence) / 2
    low = np.where(k == 0, 0.0, special.gammaincinv(k, tail))
    return Bounds(low, special.gammaincinv(k + 1, 1 - tail))


def poisson_ratio(after: int, after_days: float, before: int, before_days: float) -> RateRatio:
    """Return rate after / rate before with the exact conditional interval (Przyborowski and Wilenski 1940).

    Given the total, the count after is binomial with odds ``ratio x after_days / before_days``.

    Example:
        >>> poisson_ratio(10, 365, 20, 365).ratio
        0.5
    """
    if after_days <= 0 or before_days <= 0 or after + before == 0:
        return RateRatio(float("nan"), float("nan"), float("nan"))
    low, high = (float(bound) for bound in clopper_pearson(after, after + before))
    scale = before_days / after_days
    point = after / before * scale if before else float("inf")
    upper = high / (1 - high) * scale if high < 1 else float("inf")
    return RateRatio(point, low / (1 - low) * scale if low < 1 else float("inf"), upper)


def median_ranks(n: ArrayLike, confidence: float = 0.95) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return 1-based ranks of the order statistics that bound a median; 0 where ``n`` is too small (below 6).

    The bounds hold with at least ``confidence`` whatever the distribution (David and Nagaraja 2003, 7.1).

    Example:
        >>> [int(rank) for rank in median_ranks(10)]
        [2, 9]
    """
    size = np.asarray(n, dtype=int)
    lower = _binomial_rank((1 - confidence) / 2, np.maximum(size, 1))
    lower = np.where(size > 0, lower, 0)
    return lower, np.where(lower > 0, size - lower + 1, 0)


def _binomial_rank(tail: float, n: NDArray[Any]) -> NDArray[Any]:
    """Return the smallest count at which a fair binomial of ``n`` has at least ``tail`` at or below it."""
    rank = np.ceil(special.bdtrik(tail, n, 0.5))
    below = np.maximum(rank - 1, 0)
    smallest: NDArray[Any] = np.where(special.bdtr(below, n, 0.5) >= tail, below, rank)
    return smallest.astype(int)


def median_interval(values: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return median and order-statistic bounds of one sample; NaN bounds below six values.

    Example:
        >>> median_interval(range(1, 11))
        (5.5, 2.0, 9.0)
    """
    sample = np.sort(np.asarray(values, float))
    sample = sample[~np.isnan(sample)]
    if sample.size == 0:
        return float("nan"), float("nan"), float("nan")
    lower, upper = (int(rank) for rank in median_ranks(sample.size, confidence))
    if lower == 0:
        return float(np.median(sample)), float("nan"), float("nan")
    return float(np.median(sample)), float(sample[lower - 1]), float(sample[upper - 1])
