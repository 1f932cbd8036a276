"""What stands near a place before a month: attempts, fading evidence, its best grade, and the hours it speaks of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.tasking.model import Inputs

NEAR_M = 100.0
"""Attempts this far from a target say e**-0.5 as much of it: street markets are a corner or two."""

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


def seen_nearby(inputs: Inputs) -> pd.DataFrame:
    """Return dated, placed and sound statements: observed_at, weight, easting_m, northing_m, hour (NaN: not timed)."""
    logs = inputs.network.logs
    logs = logs[logs["easting_m"].notna() & ~logs["is_suspected_false"] & (logs["observed_at"] < inputs.month.end)]
    logs = logs.sort_values(["observed_at", "urn"], kind="stable")
    clock = logs["observed_at"].dt.hour + logs["observed_at"].dt.minute / 60
    is_timed = (logs["observed_at"] != logs["observed_at"].dt.normalize()).to_numpy()
    frame = logs[["observed_at", "weight", "easting_m", "northing_m"]]
    return frame.assign(hour=np.where(is_timed, clock, np.nan)).reset_index(drop=True)


def features_at(at: pd.DataFrame, tried: pd.DataFrame, seen: pd.DataFrame, as_at: pd.Timestamp) -> pd.DataFrame:
    """Return base, hours, recency, grade, strength and tries of each place of ``at``.

    ``at``: easting_m, northing_m, prior (pooled rate), hour, seller ("" none): attempts where that seller was met count
    in full wherever they were made. ``tried``: weight, success and place of attempts before
    ``as_at``; ``seen`` as from ``seen_nearby``, before ``as_at``. Places that are not known keep their prior.
    """
    won, lost, tries = _attempts_near(at, tried)
    base = (PRIOR_STRENGTH * at["prior"].to_numpy() + won) / (PRIOR_STRENGTH + won + lost)
    at_of, seen_of, _ = _near(at, seen, EVIDENCE_M)
    size = len(at)
    age = ((as_at - seen["observed_at"]).dt.total_seconds() / 86_400).to_numpy()[seen_of]
    weight = seen["weight"].to_numpy()[seen_of]
    best = np.zeros(size)
    is_fresh = age < FRESH_DAYS
    np.maximum.at(best, at_of[is_fresh], weight[is_fresh])
    hour = seen["hour"].to_numpy()[seen_of]
    timed = np.bincount(at_of, np.isfinite(hour), size)
    far = _apart(hour, at["hour"].to_numpy()[at_of])
    inside = np.bincount(at_of, far <= BAND_HOURS, size)
    share = 2 * BAND_HOURS / 24
    fit = np.log((inside + UNKNOWN_HOURS) / (timed * share + UNKNOWN_HOURS))
    return pd.DataFrame(
        {
            "base": base,
            "hours": np.where(np.isfinite(at["hour"].to_numpy()), fit, 0.0),
            "recency": np.log1p(np.bincount(at_of, weight * np.exp(-age / FADES_DAYS), size)),
            "grade": best,
            "strength": PRIOR_STRENGTH + won + lost,
            "tries": tries,
        },
        index=at.index,
    )


def hours_of(where: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Return middle (hour of the day, NaN not known) and hours ("17-21", "" not known) of each place's busiest hours.

    The earlier hours on equals; from statements with a time within ``EVIDENCE_M``.
    """
    timed = seen[seen["hour"].notna()]
    at_of, seen_of, _ = _near(where, timed, EVIDENCE_M)
    hour = timed["hour"].to_numpy()[seen_of]
    counts = np.zeros((len(where), 24))
    np.add.at(counts, (at_of, hour.astype(int)), 1.0)
    run = sum(np.roll(counts, -step, axis=1) for step in range(BEST_HOURS))
    first = np.argmax(run, axis=1)
    is_known = counts.sum(axis=1) >= FEWEST_TIMED
    text = [f"{a:02d}-{(a + BEST_HOURS) % 24:02d}" if known else "" for a, known in zip(first, is_known, strict=True)]
    middle = np.where(is_known, (first + BEST_HOURS / 2) % 24, np.nan)
    return pd.DataFrame({"middle": middle, "hours": pd.Series(text, index=where.index, dtype="str")}, index=where.index)


def _attempts_near(at: pd.DataFrame, tried: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return won and lost (weighted by age and distance) and the number of attempts within twice ``NEAR_M``."""
    there = tried[tried["easting_m"].notna() & tried["northing_m"].notna()]
    at_of, tried_of, far = _near(at, there, 3 * NEAR_M)
    is_own = (at["seller"].to_numpy()[at_of] == there["seller"].to_numpy()[tried_of]) & (
        at["seller"].to_numpy()[at_of] != ""
    )
    told = np.where(is_own, 0.0, np.exp(-0.5 * np.square(far / NEAR_M))) * there["weight"].to_numpy()[tried_of]
    share = there["success"].to_numpy()[tried_of]
    size = len(at)
    own_won, own_lost = _own(at, tried)
    won = np.bincount(at_of, told * share, size) + own_won
    lost = np.bincount(at_of, told * (1 - share), size) + own_lost
    return won, lost, np.bincount(at_of, far <= 2 * NEAR_M, size)


def _own(at: pd.DataFrame, tried: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return what was won and lost in attempts where the seller of each of ``at`` was met, weighted by age."""
    met = tried[tried["seller"] != ""]
    won = (met["weight"] * met["success"]).groupby(met["seller"]).sum()
    weight = met["weight"].groupby(met["seller"]).sum()
    found = won.reindex(at["seller"]).fillna(0.0).to_numpy()
    return found, weight.reindex(at["seller"]).fillna(0.0).to_numpy() - found


def _near(at: pd.DataFrame, there: pd.DataFrame, within_m: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs (row of ``at``, row of ``there``) not further apart than ``within_m``, and their distance."""
    from scipy.spatial import cKDTree

    columns = ["easting_m", "northing_m"]
    here = np.flatnonzero(at[columns].notna().all(axis=1))
    none = np.zeros(0, dtype=np.int64)
    if not len(here) or there.empty:
        return none, none, np.zeros(0)
    places = cKDTree(at[columns].to_numpy(dtype=float)[here])
    pairs = places.sparse_distance_matrix(
        cKDTree(there[columns].to_numpy(dtype=float)), within_m, output_type="ndarray"
    )
    pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
    return here[pairs["i"]], pairs["j"], pairs["v"]


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return hours between two times of day, the short way round; NaN stays NaN."""
    gap = np.abs(one - other)
    return np.asarray(np.minimum(gap, 24 - gap))
