"""The pairs that share a blocking key and what they weigh, as far as the link needs to know it.

Most pairs only have to be known as below the floor; those within a component are weighed to the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from market_profile.resolve.blocks import Blocks
from market_profile.resolve.cluster import Labels, Weights
from market_profile.resolve.coded import is_in
from market_profile.resolve.lists import packed, unpacked
from market_profile.resolve.score import HOPELESS

Flags = npt.NDArray[np.bool_]
_KEPT = 10_000_000
"""Pairs whose weights are all kept (160 MB); of more, those below the floor are weighed once more where asked for."""


class Scorer(Protocol):
    """Weighs pairs of units in bits: ``weigh.Weigher``, or ``score.SplinkScorer``."""

    def weigh(self, left: Labels, right: Labels) -> Weights:
        """Return the weight of each pair of unit numbers."""

    def weigh_from(self, left: Labels, right: Labels, floor: float) -> Weights:
        """Return the weight of each pair that weighs ``floor`` or more; others may be missing."""


class Weighs(Protocol):
    """Weighs pairs of units in bits, whatever they weigh."""

    def weigh(self, left: Labels, right: Labels) -> Weights:
        """Return the weight of each pair of unit numbers."""


@dataclass(frozen=True)
class Told:
    """Pairs (``code``: ``packed``, in order) with their weight, missing or ``HOPELESS`` where below the floor.

    ``met`` flags the units that were compared with any, ``count`` is the number of pairs.
    """

    code: Labels
    weight: Weights
    met: Flags
    count: int


def compared(units: int, blocks: Blocks, scorer: Scorer, floor: float, hopeless: Labels) -> Told:
    """Return the pairs of the blocks that weigh ``floor`` or more, and the others as far as ``_KEPT`` goes."""
    met, count = np.zeros(units, dtype=bool), 0
    codes, weights = [np.zeros(0, np.int64)], [np.zeros(0)]
    for left, right in blocks.chunks():
        weight = _weighed(scorer, left, right, floor, hopeless)
        met[left] = met[right] = True
        count += len(left)
        kept = np.arange(len(left)) if count <= _KEPT else np.flatnonzero(weight >= floor)
        codes.append(packed(left[kept], right[kept]))
        weights.append(weight[kept])
    return _told(codes, weights, met, count)


def _weighed(scorer: Scorer, left: Labels, right: Labels, floor: float, hopeless: Labels) -> Weights:
    """Return the weights of pairs that reach the floor; those known as hopeless are not asked."""
    if not len(hopeless):
        return scorer.weigh_from(left, right, floor)
    asked = np.flatnonzero(~is_in(packed(left, right), hopeless))
    weight = np.full(len(left), HOPELESS)
    weight[asked] = scorer.weigh_from(left[asked], right[asked], floor)
    return weight


def _told(codes: list[Labels], weights: list[Weights], met: Flags, count: int) -> Told:
    """Return the parts as one, in order."""
    code, weight = np.concatenate(codes), np.concatenate(weights)
    if (code[1:] < code[:-1]).any():
        order = np.argsort(code, kind="stable")
        code, weight = code[order], weight[order]
    return Told(code, weight, met, count)


def within(blocks: Blocks, labels: Labels, told: Told, scorer: Scorer) -> Told:
    """Return all pairs of the blocks within components (those that people joined are one), weighed where not yet."""
    if told.count <= _KEPT:
        left, right = unpacked(told.code)
        within = np.flatnonzero(labels[left] == labels[right])
        weight = told.weight[within]
        missing = np.flatnonzero(~np.isfinite(weight))
        weight[missing] = scorer.weigh(left[within[missing]], right[within[missing]])
        return Told(told.code[within], weight, told.met, told.count)
    codes, weights = [np.zeros(0, np.int64)], [np.zeros(0)]
    for left, right in blocks.within(labels).chunks():
        codes.append(packed(left, right))
        weights.append(looked_up(told, codes[-1], scorer, left, right))
    return _told(codes, weights, told.met, told.count)


def looked_up(told: Told, code: Labels, scorer: Weighs, left: Labels, right: Labels) -> Weights:
    """Return the weights of pairs (``code``: packed): as told, where it tells them, else as scored now."""
    place = np.minimum(np.searchsorted(told.code, code), max(len(told.code) - 1, 0))
    known = told.code[place] == code if len(told.code) else np.zeros(len(code), dtype=bool)
    known[known] = np.isfinite(told.weight[place[known]])
    weight = np.empty(len(code))
    weight[known] = told.weight[place[known]]
    weight[~known] = scorer.weigh(left[~known], right[~known])
    return weight
