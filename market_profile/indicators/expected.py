"""What a month's count is expected to be from the months before it, and whether it lies above that.

With steady months the next count given the total of k is binomial, which makes the bounds exact (Krishnamoorthy and
Peng 2011). Months that vary more than Poisson (index of dispersion over 1) widen them: the next count is taken as
negative binomial with the variance of the past, its doubt counted with Student's t.
A count above the bounds is a *prompt* to a person. Nothing is sent to anyone by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from market_profile.periods import Month

LEAST_MONTHS = 6
"""Months of history without which nothing is expected."""

MOST_MONTHS = 12


@dataclass(frozen=True)
class Expected:
    """The mean of the months before, and the bounds within which the next month is expected (95 %)."""

    mean: float
    low: float
    high: float
    dispersion: float

    def is_above(self, count: float) -> bool:
        """Tell whether a count is above the bounds."""
        return count > self.high


def expected_count(history: ArrayLike, confidence: float = 0.95) -> Expected:
    """Return what is expected after ``history`` (counts of equal periods).

    Example:
        >>> expected_count([4, 6, 5, 3, 7, 5]).high
        11.0
    """
    past = np.asarray(history, dtype=float)
    months, mean = len(past), float(past.mean())
    dispersion = float(past.var(ddof=1) / mean) if mean > 0 else 1.0
    tail = (1 - confidence) / 2
    if dispersion <= 1:
        return Expected(mean, *_exact(int(past.sum()), months, tail), dispersion)
    doubt = (special.stdtrit(months - 1, 1 - tail) / special.ndtri(1 - tail)) ** 2
    variance = mean * max(dispersion * (1 + 1 / months) * doubt, 1.0001)
    chance = mean / variance
    size = mean * chance / (1 - chance)
    low, high = (_negative_binomial(share, size, chance) for share in (tail, 1 - tail))
    return Expected(mean, low, high, dispersion)


def _negative_binomial(share: float, size: float, chance: float) -> float:
    """Return the smallest count at which a negative binomial has at least ``share`` at or below it."""
    count = float(np.ceil(special.nbdtrik(share, size, chance)))
    below = max(count - 1, 0.0)
    return below if special.betainc(size, below + 1, chance) >= share else count


def _exact(total: int, months: int, tail: float) -> tuple[float, float]:
    """Return the least and the greatest count whose tails, given the total with it, are above ``tail``."""
    counts = np.arange(0, 3 * (total // months + 1) + 30)
    share = 1 / (months + 1)
    at_most = special.bdtr(counts, total + counts, share)
    at_least = np.where(counts > 0, special.bdtrc(counts - 1.0, total + counts, share), 1.0)
    kept = counts[(at_most > tail) & (at_least > tail)]
    return float(kept.min()), float(kept.max())


def alerts(counted: pd.DataFrame, keys: list[str], month: Month) -> pd.DataFrame:
    """Return the month of each series against what was expected.

    Args:
        counted: ``keys``, period (``YYYY-MM``) and events; months without a row count none, from the first month
            with any event of any series.
        keys: what names a series.
        month: the month that is read.

    Returns:
        ``keys``, events, before (events last month), mean, low, high, dispersion, months, is_alert; bounds are NaN
        with fewer than LEAST_MONTHS months.
    """
    wide = counted.pivot_table(index=keys, columns="period", values="events", aggfunc="sum", fill_value=0)
    first = min(wide.columns, default=month.text)
    past = [one.text for one in month.previous().window(MOST_MONTHS) if one.text >= first]
    wide = wide.reindex(columns=[*past, month.text], fill_value=0).sort_index()
    rows = [_row(line, len(past)) for line in wide.to_numpy(dtype=int)]
    names = ["events", "before", "mean", "low", "high", "dispersion", "months", "is_alert"]
    return pd.DataFrame(rows, columns=names, index=wide.index).reset_index()


def _row(line: NDArray[np.int64], months: int) -> tuple[object, ...]:
    now, before = int(line[-1]), int(line[-2]) if months else 0
    if months < LEAST_MONTHS:
        return now, before, np.nan, np.nan, np.nan, np.nan, months, False
    found = expected_count(line[:-1])
    return now, before, found.mean, found.low, found.high, found.dispersion, months, found.is_above(now)
