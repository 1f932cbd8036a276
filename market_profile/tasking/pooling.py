"""Success of test purchases by market: beta posteriors, each market's shrunk to its type's and that to all markets'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.network.ground import Ints
from market_profile.tasking.features import PRIOR_STRENGTH, codes_of, sums_by
from market_profile.tasking.model import frame_with
from market_profile.tasking.said import days_between

HALF_LIFE_DAYS = 120.0
"""Attempts weigh half after four months: markets move and close."""

OVERALL_PRIOR = (2.0, 2.0)
"""Before any attempt: even odds, weakly held."""

RATE_COLUMNS = ["market_id", "alpha", "beta", "attempts"]


@dataclass(frozen=True)
class Rates:
    """Posterior success per market: ``market`` frame (market_id, alpha, beta, attempts) and the overall pair."""

    market: pd.DataFrame
    overall: tuple[float, float]

    def of(self, market_id: pd.Series) -> pd.Series:
        """Return the pooled rate of each market; the overall one where it was never tried."""
        known = self.market.set_index("market_id")
        mean = self.overall[0] / sum(self.overall)
        return market_id.map(known["alpha"] / (known["alpha"] + known["beta"])).astype("float64").fillna(mean)


@dataclass(frozen=True)
class Tally:
    """Attempts as numbers: market (code, -1 none), what was sold and refused by weight."""

    market: Ints
    won: np.ndarray
    lost: np.ndarray


@dataclass(frozen=True)
class Pool:
    """Posterior by market code: alpha, beta, number of attempts, and the overall pair."""

    alpha: np.ndarray
    beta: np.ndarray
    attempts: Ints
    overall: tuple[float, float]

    @property
    def mean(self) -> np.ndarray:
        """The pooled rate of each market, the overall one where it was never tried; the last stands for no market."""
        overall = self.overall[0] / sum(self.overall)
        rate = np.where(self.attempts > 0, self.alpha / (self.alpha + self.beta), overall)
        return np.append(rate, overall)


def pool(tally: Tally, kind: Ints) -> Pool:
    """Return the posterior of each market; ``kind``: the code of its type, 0 where it has none."""
    overall = (OVERALL_PRIOR[0] + float(tally.won.sum()), OVERALL_PRIOR[1] + float(tally.lost.sum()))
    mean = overall[0] / sum(overall)
    of_row = np.append(kind, 0)[tally.market]
    won, lost = sums_by(of_row, (tally.won, tally.lost), int(kind.max(initial=0)) + 1)
    prior = ((PRIOR_STRENGTH * mean + won) / (PRIOR_STRENGTH + won + lost))[kind]
    some = tally.market >= 0
    market, count = tally.market[some], len(kind)
    won, lost = sums_by(market, (tally.won[some], tally.lost[some]), count)
    return Pool(
        PRIOR_STRENGTH * prior + won,
        PRIOR_STRENGTH * (1 - prior) + lost,
        np.bincount(market, minlength=count),
        overall,
    )


def pooled_rates(tried: pd.DataFrame, types: pd.DataFrame) -> Rates:
    """Return success rates by market, shrunk to their type's rate and that to the overall rate.

    ``types``: market_id, type. Example: one market with 3 of 3, no other: overall (2+3)/(4+3) = 0.714, its type the
    same counts on that prior, (4*.714+3)/(4+3) = 0.837, the market (4*.837+3)/(4+3) = 0.907.
    """
    kind = frame_with(types, {"market_id": "str", "type": "str"}).drop_duplicates("market_id")
    names = pd.Index(np.sort(tried.loc[tried["market_id"] != "", "market_id"].unique().astype(object)), dtype="str")
    place = codes_of(pd.Series(names), pd.Index(kind["market_id"]))
    code, known = pd.factorize(kind["type"], sort=True)
    code = np.where(np.asarray(known)[code] == "", 0, code + 1) if len(known) else code
    found = pool(tally_of(tried, names), np.append(code, 0)[place].astype(np.int64))
    columns = {"market_id": names, "alpha": found.alpha, "beta": found.beta, "attempts": found.attempts}
    return Rates(pd.DataFrame(columns)[RATE_COLUMNS], found.overall)


def tally_of(tried: pd.DataFrame, names: pd.Index) -> Tally:
    """Return the attempts ``tried`` (market_id, weight, success) as numbers; markets by their place in ``names``."""
    weight, success = tried["weight"].to_numpy(dtype=float), tried["success"].to_numpy(dtype=float)
    return Tally(codes_of(tried["market_id"], names), weight * success, weight * (1 - success))


def recency(attempted_at: np.ndarray, as_at: np.ndarray | np.datetime64) -> np.ndarray:
    """Return what an attempt still weighs at ``as_at``: half after ``HALF_LIFE_DAYS``."""
    found: np.ndarray = np.power(0.5, days_between(np.asarray(as_at), attempted_at) / HALF_LIFE_DAYS)
    return found
