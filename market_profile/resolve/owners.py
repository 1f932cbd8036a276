"""Whose a mention without a surname is: asked once more of every named nominal, when profiles are known.

A street name or a forename is joined early, to whoever fits first, and what is joined stays joined: twenty mentions
of one "Ioana" went to an Ioana met five times and not to the one met two hundred times on that corner. So before the
last round each such mention is taken out and weighed against the named part of all nominals that it shares a key
with, its own among them. It goes to another only if that one explains it better by a margin; a nameless cluster goes
to the best only if the second best is clearly worse. Nothing that holds a surname, a birth or a reference is moved,
nor anything that a person has judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.blocks import make_blocks
from market_profile.resolve.cluster import Labels, Weights
from market_profile.resolve.coded import Coded, is_in
from market_profile.resolve.link import LARGEST_BLOCK, Constraints
from market_profile.resolve.lists import Flags, Numbers, distinct, packed, unpacked
from market_profile.resolve.profiles import make_profiles
from market_profile.resolve.score import probability
from market_profile.resolve.told import Scorer

MOVES_AT = 1.5
"""Bits by which another nominal must explain a mention better than its own does."""
JOINS_AT = 0.0
"""Bits that a nameless cluster must weigh with a nominal to be joined to it."""
MARGIN = 1.0
"""Bits by which that nominal must be ahead of the second best."""


@dataclass(frozen=True)
class Owned:
    """``clusters`` of units (the lowest unit of each), and ``certainty`` of the units that went to another, else 1."""

    clusters: Labels
    certainty: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Asking:
    """How to ask: blocking keys and a scorer of profiles, what people judged, and which units stand or are asked.

    ``asked``: flags by unit, None: all; ``held``: flags of units that stood last month, and the bits more that it
    takes to move one (``steady``).
    """

    keys: Callable[[Coded], pd.DataFrame]
    scorer: Callable[[Coded], Scorer]
    judged: Constraints
    asked: Flags | None
    held: Flags
    steady: float


def find_owners(units: Coded, clusters: Labels, asking: Asking) -> Owned:
    """Return ``clusters`` (the lowest unit of each) with the mentions without a surname where they weigh most."""
    is_open = np.zeros(len(clusters), dtype=bool)
    is_open[clusters[~asking.held]] = True
    loose = _loose(units, asking.judged)
    parts = _parts(clusters, loose, is_open)
    profiles = make_profiles(units, parts, asking.asked)
    lead, of_unit = profiles.lead, profiles.of_unit
    is_nameless = np.bincount(parts, weights=~loose, minlength=len(parts))[lead] == 0
    table = _weighed(profiles.coded, clusters[lead], is_nameless, asking)
    unchanged = Owned(clusters, np.ones(len(clusters)))
    if table.empty:
        return unchanged
    held = np.bincount(of_unit[of_unit >= 0], weights=asking.held[of_unit >= 0], minlength=len(lead)) > 0
    going = _going(table, np.where(held, asking.steady, 0.0))
    target = np.arange(len(lead))
    target[going["part"]] = going["owner"]
    chance = np.ones(len(lead))
    chance[going["part"]] = probability(going["weight"])
    inside = np.flatnonzero(of_unit >= 0)
    moved = inside[target[of_unit[inside]] != of_unit[inside]]
    result = clusters.copy()
    result[moved] = clusters[lead[target[of_unit[moved]]]]
    stays = is_in(of_unit[moved], distinct(of_unit[_named_twice(units, result, moved)]))
    moved, back = moved[~stays], moved[stays]
    result[back] = clusters[back]
    certainty = unchanged.certainty.copy()
    certainty[moved] = chance[of_unit[moved]]
    return Owned(_by_lowest(result), certainty)


def _loose(units: Coded, judged: Constraints) -> Flags:
    """Tell which units say nothing but a street name or a forename, and were not judged."""
    held = units.columns
    loose = (held["surname"] == 0) & (held["dob_year"] == 0) & (held["nominal_ref"] == 0)
    for pairs in (judged.different, judged.same):
        loose[pairs[["left", "right"]].to_numpy(np.int64).ravel()] = False
    return np.asarray(loose)


def _by_lowest(labels: Labels) -> Labels:
    """Return labels (numbers of units) as the lowest unit that bears each."""
    low = np.full(len(labels), len(labels), dtype=np.int64)
    np.minimum.at(low, labels, np.arange(len(labels)))
    return low[labels]


def _parts(clusters: Labels, loose: Flags, is_open: Flags) -> Labels:
    """Return the named part of each cluster as one, its loose units each alone, and nameless clusters as they are.

    Clusters that are not open (they hold nothing new) keep their loose units in their named part.
    """
    named = np.zeros(len(clusters), dtype=bool)
    named[clusters[~loose]] = True
    alone = loose & named[clusters] & is_open[clusters]
    rest = np.flatnonzero(~alone)
    low = np.full(len(clusters), len(clusters), dtype=np.int64)
    np.minimum.at(low, clusters[rest], rest)
    return np.where(alone, np.arange(len(clusters)), low[clusters])


def _weighed(profiles: Coded, cluster: Labels, is_loose: Flags, asking: Asking) -> pd.DataFrame:
    """Return each loose part with each named part that it shares a key with: part, owner, weight, is_own, is_alone.

    ``cluster`` and ``is_loose``: by part (the profiles), the cluster that it comes from and whether it has no name.
    """
    home = np.full(int(cluster.max(initial=-1)) + 1, -1, dtype=np.int64)
    home[cluster[~is_loose]] = np.flatnonzero(~is_loose)
    home = home[cluster]
    own = np.flatnonzero(is_loose & (home >= 0))
    pairs = [packed(np.minimum(own, home[own]), np.maximum(own, home[own]))]
    blocks = make_blocks(asking.keys(profiles), LARGEST_BLOCK, is_loose, is_bounded=True)
    for left, right in blocks.chunks():
        across = is_loose[left] != is_loose[right]
        pairs.append(packed(left[across], right[across]))
    left, right = unpacked(distinct(np.concatenate(pairs)))
    part, owner = np.where(is_loose[left], left, right), np.where(is_loose[left], right, left)
    is_own, scorer = home[part] == owner, asking.scorer(profiles)
    weight = scorer.weigh_from(left, right, JOINS_AT - MARGIN)
    weight[is_own] = scorer.weigh(left[is_own], right[is_own])
    told = np.flatnonzero(is_own | (weight >= JOINS_AT - MARGIN))  # what weighs less is neither best nor in the way
    told = told[np.lexsort((owner[told], ~is_own[told], -weight[told], part[told]))]
    is_alone = home[part[told]] < 0
    columns = {"part": part, "owner": owner, "weight": weight, "is_own": is_own}
    return pd.DataFrame({name: held[told] for name, held in columns.items()}).assign(is_alone=is_alone)


def _going(table: pd.DataFrame, steady: Weights) -> pd.DataFrame:
    """Return the parts that go to another owner, with it and their weight."""
    part, weight, is_own = (table[name].to_numpy() for name in ("part", "weight", "is_own"))
    first = np.flatnonzero(np.diff(part, prepend=-1))
    whose, best, after = part[first], weight[first], first + 1
    second = np.where(np.append(part, -1)[after] == whose, np.append(weight, -np.inf)[after], -np.inf)
    own = np.full(len(steady), np.inf)
    own[part[is_own]] = weight[is_own]
    over = best - JOINS_AT - steady[whose]
    moves = (over >= 0) & ~is_own[first] & (over + JOINS_AT >= own[whose] + MOVES_AT)
    joins = (over >= 0) & table["is_alone"].to_numpy()[first] & (best >= second + MARGIN)
    going: pd.DataFrame = table.iloc[first[moves | joins]]
    return going


def _named_twice(units: Coded, clusters: Labels, moved: Numbers) -> Numbers:
    """Return the units of ``moved`` whose cluster holds another unit of the same log: two named in one log are two."""
    goal = np.zeros(len(clusters), dtype=bool)
    goal[clusters[moved]] = True
    logs = units.lists["logs"]
    at = np.flatnonzero(goal[clusters[logs.rows]])
    row = logs.rows[at]
    key = np.sort(packed(clusters[row], logs.values[at]))
    twice = distinct(key[1:][key[1:] == key[:-1]])
    is_moved = np.zeros(len(clusters), dtype=bool)
    is_moved[moved] = True
    mine = is_moved[row]
    return distinct(row[mine][is_in(packed(clusters[row[mine]], logs.values[at][mine]), twice)])
