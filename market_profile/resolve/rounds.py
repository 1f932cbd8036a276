"""Link in rounds: mentions first, then the profiles that they make, until street names find their owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.cluster import Labels
from market_profile.resolve.coded import Coded
from market_profile.resolve.far import far_weights
from market_profile.resolve.guard import part_contradictions
from market_profile.resolve.link import Constraints, Evidence, Linked, Moves, Way, link
from market_profile.resolve.lists import packed, unpacked
from market_profile.resolve.model import LinkModel
from market_profile.resolve.owners import Asking, find_owners
from market_profile.resolve.profiles import Profiles, make_profiles
from market_profile.resolve.score import chance
from market_profile.resolve.settled import Settled
from market_profile.resolve.weigh import Weigher

PROFILE_ROUNDS = 3
"""Rounds over profiles: company is known by nominal, so that each round finds more. Before the last one, mentions
without a surname are asked whose they are (``owners``); a fourth round gave .001 of pair F1 on fictional towns."""
MONTHLY_CAUTION = 3.0
"""Bits more that a join asks for where last month's nominals stand: what is joined in haste stays joined. (On three
towns pair F1 after eight refreshes rose by .001 from two bits to three, with fewer ids changed.)"""
STEADY = 1.0
"""Bits more that it takes to give a mention that stood last month to another nominal than to give a new one."""
_CHANGED = -1
"""Size of a cluster that is not what it was, whatever its size."""
MONTHLY_ROUNDS = 2
"""Rounds where last month's nominals stand (a third gave .0003 of pair F1, for a tenth of the month's time)."""


@dataclass(frozen=True)
class Limits:
    """``largest_cluster``: records that call a nominal in question; ``floor``: weight from which a pair may wait."""

    largest_cluster: float
    floor: float

    def lowest(self, model: LinkModel) -> float:
        """Return the weight below which a pair is never asked for."""
        return min(self.floor, model.edge_weight, model.profile_cut_weight)


Keys = Callable[[Coded], pd.DataFrame]


@dataclass(frozen=True)
class Rounds:
    """``clusters`` of units after all rounds, and the last round over profiles.

    ``profiles`` and ``last`` are those of the last round; ``certainty`` is the probability by unit that it belongs
    where it was put. ``parted``: weighed pairs of units that the guard took apart again. ``largest``: units of the
    largest block of the first round.
    """

    clusters: Labels
    profiles: Profiles
    last: Linked
    certainty: npt.NDArray[np.float64]
    parted: pd.DataFrame
    largest: int


@dataclass(frozen=True)
class _Asking:
    """What all rounds over profiles have in common (as of ``link_in_rounds``)."""

    keys: Keys
    model: LinkModel
    evidence: Evidence
    judged: Constraints
    settled: Settled
    limits: Limits

    def weigher(self, profiles: Coded) -> Weigher:
        """Return what weighs pairs of profiles."""
        return Weigher(profiles, self.model, self.evidence.frequencies, self.evidence.persons)

    def linked(self, made: Profiles, hopeless: Labels, is_last: bool) -> Linked:
        """Return the link of profiles; only the last one's weights add up to their parts, and wait for a person."""
        profiles, model, evidence, limits = made.coded, self.model, self.evidence, self.limits
        afresh = bool(self.settled.fresh.all())
        cut = model.profile_cut_weight if afresh else model.profile_cut_weight + MONTHLY_CAUTION
        scorer = Weigher(profiles, model, evidence.frequencies, evidence.persons, is_last, limits.lowest(model))
        far = far_weights(profiles, model, evidence.persons)
        way = Way(limits.largest_cluster, far, limits.floor if is_last else float("inf"), hopeless)
        moves = None if afresh else _moves(self.settled, made.of_unit, len(profiles))
        wider = replace(model, cut_weight=cut, edge_weight=min(model.edge_weight, model.profile_cut_weight))
        return link(profiles.records, self.keys(profiles), scorer, wider, _moved(self.judged, made.of_unit), moves, way)


def link_in_rounds(
    units: Coded,
    keys: Keys,
    model: LinkModel,
    evidence: Evidence,
    judged: Constraints,
    settled: Settled,
    limits: Limits,
) -> Rounds:
    """Return who is who among ``units``: one round over units, then ``PROFILE_ROUNDS`` over profiles.

    Arguments as in ``link``; ``keys`` makes the blocking keys of units or profiles.
    """
    first = _first_round(units, keys, model, evidence, judged, settled, limits)
    clusters, certainty, hopeless = first.clusters, first.certainty, first.hopeless
    afresh = bool(settled.fresh.all())
    asking = _Asking(keys, model, evidence, judged, settled, limits)
    rounds = PROFILE_ROUNDS if afresh else MONTHLY_ROUNDS
    wanted, sizes = None, np.bincount(settled.clusters, minlength=len(units))
    for number in range(rounds):
        made = make_profiles(units, clusters, wanted)
        at = np.flatnonzero(made.of_unit >= 0)
        before, sizes = sizes, np.bincount(clusters, minlength=len(units))
        hopeless = _still(hopeless, np.where(sizes == before, made.of_unit, -1))
        last = asking.linked(made, hopeless, is_last=number == rounds - 1)
        certainty[at] = certainty[at] * _certainty(last, made.coded.records)[made.of_unit[at]]
        clusters[at] = made.lead[last.clusters[made.of_unit[at]]]
        wanted = None if afresh else _asked(settled, made.of_unit, last.met)
        if number < rounds - 1:
            hopeless = _renumbered(last.hopeless, made.lead)
            del made, last  # so that a region's profiles are held once
        if number == rounds - 2:
            owned = find_owners(units, clusters, Asking(keys, asking.weigher, judged, wanted, ~settled.fresh, STEADY))
            moved = np.flatnonzero(owned.clusters != clusters)
            sizes[np.r_[clusters[moved], owned.clusters[moved]]] = _CHANGED
            clusters, certainty = owned.clusters, certainty * owned.certainty
    guarded = part_contradictions(units, clusters, settled.fresh, model, evidence, judged)
    return Rounds(guarded.clusters, made, last, certainty.round(4), guarded.pairs, first.largest)


def _renumbered(pairs: Labels, number: Labels) -> Labels:
    """Return pairs (``packed``, in order) of 0, 1, ... in other numbers, which rise with them."""
    left, right = unpacked(pairs)
    return packed(number[left], number[right])


def _still(hopeless: Labels, number: Labels) -> Labels:
    """Return the hopeless pairs of units (the leads of profiles) by the numbers of profiles that stayed as they were.

    ``number``: by unit, -1 where the profile changed or is not asked for.
    """
    left, right = (number[side] for side in unpacked(hopeless))
    keep = (left >= 0) & (right >= 0)
    return packed(left[keep], right[keep])


def _asked(settled: Settled, of_unit: Labels, met: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which units a later round may still move: the fresh, and all that shared a key with them."""
    return np.asarray(settled.fresh | np.append(met, False)[of_unit], dtype=bool)


@dataclass(frozen=True)
class _First:
    """Clusters and certainty by unit after the first round, its hopeless pairs, units of its largest block."""

    clusters: Labels
    certainty: npt.NDArray[np.float64]
    hopeless: Labels
    largest: int


def _first_round(
    units: Coded,
    keys: Keys,
    model: LinkModel,
    evidence: Evidence,
    judged: Constraints,
    settled: Settled,
    limits: Limits,
) -> _First:
    """Return what a link of the fresh units with each other says; the others stay."""
    clusters, certainty = settled.clusters.copy(), settled.certainty.copy()
    at = np.flatnonzero(settled.fresh)
    if not len(at):
        return _First(clusters, certainty, at, 0)
    part = units if len(at) == len(units) else units.take(at)
    scorer = Weigher(part, model, evidence.frequencies, evidence.persons, lowest=limits.lowest(model))
    way = Way(limits.largest_cluster, far_weights(part, model, evidence.persons))
    first = link(part.records, keys(part), scorer, model, _within(judged, settled.fresh), way=way)
    clusters[at] = at[first.clusters]
    certainty[at] = _certainty(first, part.records)
    return _First(clusters, certainty, _renumbered(first.hopeless, at), first.largest)


def _moves(settled: Settled, of_unit: Labels, count: int) -> Moves:
    inside = of_unit >= 0
    fresh = np.bincount(of_unit[inside], weights=settled.fresh[inside], minlength=count) > 0
    held = np.bincount(of_unit[inside], weights=~settled.fresh[inside], minlength=count) > 0
    return Moves(fresh, held)


def _within(judged: Constraints, fresh: npt.NDArray[np.bool_]) -> Constraints:
    """Return the judgements on two fresh units, in numbers of fresh units."""
    if judged.different.empty and judged.same.empty:
        return judged
    number = np.cumsum(fresh) - 1
    both = []
    for pairs in (judged.different, judged.same):
        inside = pairs[fresh[pairs["left"]] & fresh[pairs["right"]]]
        both.append(inside.assign(left=number[inside["left"]], right=number[inside["right"]]))
    return Constraints(both[0], both[1])


def _moved(judged: Constraints, of_unit: Labels) -> Constraints:
    """Return the judgements on units as judgements on the profiles that hold them."""
    if judged.different.empty and judged.same.empty:
        return judged
    both = []
    for pairs in (judged.different, judged.same):
        left, right = of_unit[pairs["left"]], of_unit[pairs["right"]]
        frame = pd.DataFrame({"left": np.minimum(left, right), "right": np.maximum(left, right)}).astype("int64")
        both.append(frame[(frame["left"] != frame["right"]) & (frame["left"] >= 0)].drop_duplicates())
    return Constraints(both[0], both[1])


def _certainty(linked: Linked, records: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the probability that each unit belongs to its cluster, from its mean weight to the others in it.

    The unit with most records is what the others are joined to: it is certain.
    """
    clusters, left, right = linked.clusters, *(linked.pairs[side].to_numpy() for side in ("left", "right"))
    inside = np.flatnonzero(clusters[left] == clusters[right])
    ends, weight = np.r_[left[inside], right[inside]], np.tile(linked.pairs["weight"].to_numpy()[inside], 2)
    count = np.bincount(ends, minlength=len(clusters))
    mean = np.bincount(ends, weights=weight, minlength=len(clusters)) / np.maximum(count, 1)
    likely = np.where(count > 0, chance(mean), 1.0)
    order = np.lexsort((-records, clusters))
    likely[order[np.diff(clusters[order], prepend=-1) != 0]] = 1.0
    return likely
