"""What attempts near a place, or with one seller, say of a purchase there, before statements are heard (``said``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.network.ground import Ground, Ints
from market_profile.tasking.said import Parts

NEAR_M = 100.0
"""Attempts this far from a target say e**-0.5 as much of it: street markets are a corner or two."""

ATTEMPTS_M = 3 * NEAR_M
"""Attempts further away say nothing."""

PRIOR_STRENGTH = 4.0
"""The pooled rate of the market is worth so many attempts on the spot."""


def joined(base: Parts, said: Parts, index: pd.Index) -> pd.DataFrame:
    """Return what attempts (``base_at``) and statements (``said``) say as one frame."""
    names = ("base", "hours", "recency", "grade", "strength", "tries")
    both = base | said
    return pd.DataFrame({name: both[name] for name in names}, index=index)


def base_at(at: pd.DataFrame, tried: pd.DataFrame) -> Parts:
    """Return base, strength and tries of each place of ``at`` from the attempts ``tried``.

    ``at``: easting_m, northing_m, prior (pooled rate), seller ("" none): attempts where they were met count in full
    wherever made. ``tried``: weight, success and place. Places that are not known keep their prior.
    """
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
    """Return pairs (row of ``at``, row of ``there``) not further apart than ``within_m``, and their distance; the pairs
    of one place stand together."""
    columns = ["easting_m", "northing_m"]
    places, points = (frame[columns].to_numpy(dtype=float) for frame in (at, there))
    parts = list(Ground(points, within_m).around(places))
    none = np.zeros(0, dtype=np.int64)
    one = np.concatenate([none, *(part.rows[part.place] for part in parts)])
    other = np.concatenate([none, *(part.point for part in parts)])
    step = points[other] - places[one]
    return one, other, np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])
