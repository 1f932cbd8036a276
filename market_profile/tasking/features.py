"""What stands near a place before a month: attempts, fading evidence, its best grade, and the hours it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.tasking.model import Inputs

NEAR_M = 100.0
"""Attempts this far from a target say e**-0.5 as much of it: street markets are a corner or two."""

ATTEMPTS_M = 3 * NEAR_M
"""Attempts further away say nothing."""

PRIOR_STRENGTH = 4.0
"""The pooled rate of the market is worth so many attempts on the spot."""

EVIDENCE_M = 200.0
"""Statements within this distance speak of the place."""

FADES_DAYS = 45.0
FRESH_DAYS = 90
BAND_HOURS = 2.0
"""An hour is judged by what was seen within two hours of it, on either side."""

UNKNOWN_HOURS = 2.0
"""Hours are shrunk to the whole day as if so many statements had been spread over it evenly."""

FEWEST_TIMED = 5
"""Below it nothing is said of hours."""

BEST_HOURS = 4
"""Length of the hours proposed."""

Ints = NDArray[np.int64]


def seen_nearby(inputs: Inputs) -> pd.DataFrame:
    """Return dated, placed and sound statements: observed_at, weight, easting_m, northing_m, hour (NaN: not timed)."""
    logs = inputs.network.logs
    logs = logs[logs["easting_m"].notna() & ~logs["is_suspected_false"] & (logs["observed_at"] < inputs.month.end)]
    logs = logs.sort_values(["observed_at", "urn"], kind="stable")
    clock = logs["observed_at"].dt.hour + logs["observed_at"].dt.minute / 60
    is_timed = (logs["observed_at"] != logs["observed_at"].dt.normalize()).to_numpy()
    frame = logs[["observed_at", "weight", "easting_m", "northing_m"]]
    return frame.assign(hour=np.where(is_timed, clock, np.nan)).reset_index(drop=True)


@dataclass(frozen=True)
class Nearby:
    """Which statements stand around which of ``size`` places: row of the place, row of the statement, in that order."""

    at: Ints
    seen: Ints
    size: int


def around(at: pd.DataFrame, seen: pd.DataFrame) -> Nearby:
    """Return the statements of ``seen`` within ``EVIDENCE_M`` of each place of ``at`` (easting_m, northing_m)."""
    at_of, seen_of, _ = near(at, seen, EVIDENCE_M)
    return Nearby(at_of, seen_of, len(at))


def features_at(at: pd.DataFrame, tried: pd.DataFrame, seen: pd.DataFrame, as_at: pd.Timestamp) -> pd.DataFrame:
    """Return base, hours, recency, grade, strength and tries of each place of ``at``.

    ``at``: easting_m, northing_m, prior (pooled rate), hour, seller ("" none): attempts where that seller was met count
    in full wherever they were made. ``tried``: weight, success and place of attempts before
    ``as_at``; ``seen`` as from ``seen_nearby``, before ``as_at``. Places that are not known keep their prior.
    """
    end = np.full(len(at), as_at.to_datetime64())
    return joined(base_at(at, tried), said_at(around(at, seen), seen, at["hour"].to_numpy(dtype=float), end), at.index)


Parts = dict[str, np.ndarray]


def joined(base: Parts, said: Parts, index: pd.Index) -> pd.DataFrame:
    """Return what attempts (``base_at``) and statements (``said_at``) say as one frame."""
    names = ("base", "hours", "recency", "grade", "strength", "tries")
    both = base | said
    return pd.DataFrame({name: both[name] for name in names}, index=index)


def said_at(nearby: Nearby, seen: pd.DataFrame, hour: np.ndarray, as_at: np.ndarray) -> Parts:
    """Return hours, recency and grade of each place at its ``hour`` of the day, seen from its time ``as_at``."""
    age = days_between(as_at[nearby.at], seen["observed_at"].to_numpy()[nearby.seen])
    weight = seen["weight"].to_numpy(dtype=float)[nearby.seen]
    size = nearby.size
    best = np.zeros(size)
    is_fresh = age < FRESH_DAYS
    np.maximum.at(best, nearby.at[is_fresh], weight[is_fresh])
    clock = seen["hour"].to_numpy(dtype=float)[nearby.seen]
    timed = np.bincount(nearby.at, np.isfinite(clock), size)
    inside = np.bincount(nearby.at, _apart(clock, hour[nearby.at]) <= BAND_HOURS, size)
    share = 2 * BAND_HOURS / 24
    fit = np.log((inside + UNKNOWN_HOURS) / (timed * share + UNKNOWN_HOURS))
    return {
        "hours": np.where(np.isfinite(hour), fit, 0.0),
        "recency": np.log1p(np.bincount(nearby.at, weight * np.exp(-age / FADES_DAYS), size)),
        "grade": best,
    }


def hours_of(nearby: Nearby, seen: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle (hour of the day, NaN not known) and the text ("17-21", "" not known) of each place's busiest
    hours.

    The earlier hours on equals; from statements with a time within ``EVIDENCE_M``.
    """
    hour = seen["hour"].to_numpy(dtype=float)[nearby.seen]
    timed = np.isfinite(hour)
    slot = nearby.at[timed] * 24 + hour[timed].astype(np.int64)
    counts = np.bincount(slot, minlength=24 * nearby.size).reshape(nearby.size, 24)
    run = sum(np.roll(counts, -step, axis=1) for step in range(BEST_HOURS))
    first = np.argmax(run, axis=1)
    is_known = counts.sum(axis=1) >= FEWEST_TIMED
    words = np.array([f"{hour:02d}-{(hour + BEST_HOURS) % 24:02d}" for hour in range(24)] + [""], dtype=object)
    return np.where(is_known, (first + BEST_HOURS / 2) % 24, np.nan), words[np.where(is_known, first, 24)]


def base_at(at: pd.DataFrame, tried: pd.DataFrame) -> Parts:
    """Return base, strength and tries of each place of ``at`` from the attempts ``tried``, as in ``features_at``."""
    names, met = sellers_of(tried)
    who = codes_of(at["seller"], names)
    weight, success = tried["weight"].to_numpy(dtype=float), tried["success"].to_numpy(dtype=float)
    own = own_totals(met, weight, success, len(names))[:, who]
    placed = np.flatnonzero(tried["easting_m"].notna() & tried["northing_m"].notna())
    at_of, tried_of, far = near(at, tried.iloc[placed], ATTEMPTS_M)
    pairs = Pairs(at_of, met[placed[tried_of]], far)
    told = nearby_weight(pairs, who, weight[placed[tried_of]])
    return based(at["prior"].to_numpy(dtype=float), (pairs, told, success[placed[tried_of]]), own)


def sellers_of(tried: pd.DataFrame) -> tuple[pd.Index, Ints]:
    """Return the sellers who were met in the attempts ``tried``, and which of them each is (-1: nobody known)."""
    names = pd.Index(tried["seller"].unique())
    names = names[names != ""]
    return names, codes_of(tried["seller"], names)


def codes_of(values: pd.Series, names: pd.Index) -> Ints:
    """Return the place of each of ``values`` among ``names`` (-1: not among them)."""
    found: Ints = names.get_indexer(pd.Index(values)).astype(np.int64)
    return found


@dataclass(frozen=True)
class Pairs:
    """Attempts near places: row of the place, code of the seller met (-1 nobody), metres apart."""

    at: Ints
    seller: Ints
    far: np.ndarray


def sums_by(code: Ints, values: Sequence[np.ndarray], count: int) -> np.ndarray:
    """Return (values, ``count``): sums of each of ``values`` by code (below ``count``), with compensation (Kahan)."""
    found = np.zeros((len(values), count))
    if len(code):
        sums = pd.DataFrame(dict(enumerate(values))).groupby(code, sort=True).sum()
        found[:, sums.index.to_numpy()] = sums.to_numpy().T
    return found


def own_totals(seller: Ints, weight: np.ndarray, success: np.ndarray, count: int) -> np.ndarray:
    """Return (2, ``count`` + 1): what each seller sold and refused, by weight; the last column, for nobody, is 0."""
    some = seller >= 0
    won, whole = sums_by(seller[some], ((weight * success)[some], weight[some]), count + 1)
    return np.stack([won, whole - won])


def nearby_weight(pairs: Pairs, seller: Ints, weight: np.ndarray) -> np.ndarray:
    """Return what attempts of ``weight`` count for places of ``seller`` by distance; a seller's own count elsewhere."""
    is_own = (seller[pairs.at] == pairs.seller) & (pairs.seller >= 0)
    found: np.ndarray = np.where(is_own, 0.0, np.exp(-0.5 * np.square(pairs.far / NEAR_M))) * weight
    return found


def based(prior: np.ndarray, told: tuple[Pairs, np.ndarray, np.ndarray], own: np.ndarray) -> Parts:
    """Return base, strength and tries: the prior, sharpened by attempts nearby and by the seller's own."""
    pairs, weight, success = told
    size = len(prior)
    won = np.bincount(pairs.at, weight * success, size) + own[0]
    lost = np.bincount(pairs.at, weight * (1 - success), size) + own[1]
    strength = PRIOR_STRENGTH + won + lost
    tries = np.bincount(pairs.at, pairs.far <= 2 * NEAR_M, size)
    return {"base": (PRIOR_STRENGTH * prior + won) / strength, "strength": strength, "tries": tries}


def near(at: pd.DataFrame, there: pd.DataFrame, within_m: float) -> tuple[Ints, Ints, np.ndarray]:
    """Return pairs (row of ``at``, row of ``there``) not further apart than ``within_m``, and their distance."""
    from scipy.spatial import cKDTree

    columns = ["easting_m", "northing_m"]
    places = at[columns].to_numpy(dtype=float)
    here = np.flatnonzero(np.isfinite(places).all(axis=1))
    none = np.zeros(0, dtype=np.int64)
    if not len(here) or there.empty:
        return none, none, np.zeros(0)
    tree = cKDTree(there[columns].to_numpy(dtype=float))
    pairs = cKDTree(places[here]).sparse_distance_matrix(tree, within_m, output_type="ndarray")
    pairs = pairs[np.argsort(pairs["i"] * len(there) + pairs["j"])]
    return here[pairs["i"]], pairs["j"], pairs["v"]


def days_between(later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Return the days from ``earlier`` to ``later``."""
    gap: np.ndarray = (later - earlier).astype("timedelta64[us]").astype(np.int64) / 1_000_000 / 86_400
    return gap


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return hours between two times of day, the short way round; NaN stays NaN."""
    gap = np.abs(one - other)
    return np.asarray(np.minimum(gap, 24 - gap))
