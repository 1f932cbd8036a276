"""Units in, clusters out: block, score, complete the components, cut by average-link. Knows no record kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from market_profile.resolve.blocks import make_blocks
from market_profile.resolve.cluster import APART, Cut, Labels, Weights, average_link, components
from market_profile.resolve.coded import is_in
from market_profile.resolve.far import Far
from market_profile.resolve.lists import distinct, packed, unpacked
from market_profile.resolve.model import LinkModel
from market_profile.resolve.score import empty_pairs
from market_profile.resolve.told import Flags, Scorer, Told, Weighs, compared, looked_up, within


@dataclass(frozen=True)
class Evidence:
    """What the scoring needs beside the units: frequencies of values among persons, and how many persons."""

    frequencies: Mapping[str, pd.Series[float]]
    persons: int


@dataclass(frozen=True)
class Constraints:
    """Pairs of unit numbers that people judged: ``different`` and ``same`` (columns left, right)."""

    different: pd.DataFrame
    same: pd.DataFrame

    @staticmethod
    def none() -> Constraints:
        """Return no judgements."""
        return Constraints(empty_pairs(), empty_pairs())


@dataclass(frozen=True)
class Moves:
    """Flags by unit: ``fresh`` holds something new, ``held`` holds something that stood last month (may be both)."""

    fresh: Flags
    held: Flags


@dataclass(frozen=True)
class Way:
    """How to link beside the model.

    ``largest_cluster``: records above which a cluster must hold together better than others (the size guard).
    ``far``: weighs the pairs within a component that share no key; weighed like the others where none is given.
    ``floor``: pairs of two clusters are kept from this weight on.
    ``hopeless``: pairs (``packed``, in order) that need not be asked for they cannot reach a floor.
    """

    largest_cluster: float = 400.0
    far: Far | None = None
    floor: float = float("inf")
    hopeless: Labels = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


USUAL = Way()


@dataclass(frozen=True)
class Linked:
    """The result of a link: a cluster label for each unit, and the scored pairs that say something.

    ``pairs`` (left, right, weight): the scored pairs within a cluster, and those at or above the floor. ``met`` flags
    the units that were compared with any; ``candidates`` is the number of pairs compared; ``hopeless`` are those of
    them that no company can lift to a floor; no block of more than ``largest`` units was compared.
    """

    clusters: Labels
    pairs: pd.DataFrame
    met: Flags
    candidates: int
    hopeless: Labels
    largest: int


HYSTERESIS = 3.5
"""Bits more that it takes to join two nominals of last month than to join new mentions to one."""
SETTLED_APART = 8.0
"""Bits below the cut at which two nominals of last month are held apart at least."""
LARGEST_BLOCK = 400
"""Units that may share a blocking key before it says nothing about a person."""


def link(
    records: Labels,
    keys: pd.DataFrame,
    scorer: Scorer,
    model: LinkModel,
    judged: Constraints | None = None,
    moves: Moves | None = None,
    way: Way = USUAL,
) -> Linked:
    """Return clusters of units (numbered 0..n-1) under ``model``.

    Args:
        records: records of each unit.
        keys: blocking keys (``unit``, ``key``); units that share one are compared.
        scorer: weighs pairs of units.
        model: the frozen model, for its cuts.
        judged: what people decided; ``different`` always holds, ``same`` joins whole clusters.
        moves: which units are new and which hold what stood before; all are new where not given.
        way: the size guard and how pairs without a common key are weighed.
    """
    judged = judged or Constraints.none()
    cut = Cut(model.edge_weight, model.cut_weight, model.cap, largest_cluster=way.largest_cluster)
    blocks = make_blocks(keys, LARGEST_BLOCK, None if moves is None else moves.fresh, is_bounded=True)
    del keys  # the largest table of a link
    floor = min(cut.edge, way.floor)
    told = compared(len(records), blocks, scorer, floor, way.hopeless)
    apart = distinct(packed(*(judged.different[side].to_numpy(np.int64) for side in ("left", "right"))))
    ties = np.flatnonzero(told.weight >= cut.edge)
    ties = ties[~is_in(told.code[ties], apart)]
    labels = components(len(records), *unpacked(told.code[ties]), told.weight[ties], cut)
    inside = within(blocks, join_judged(labels, Constraints(empty_pairs(), judged.same)), told, scorer)
    whole = _Whole(inside, apart, scorer if way.far is None else way.far, moves, model.cut_weight)
    clusters = join_judged(average_link(labels, whole.weigh, cut, records), judged)
    hopeless = told.code[np.isneginf(told.weight)]
    return Linked(clusters, _frame(inside, told, clusters, way.floor), told.met, told.count, hopeless, blocks.largest)


@dataclass(frozen=True)
class _Whole:
    """Weights of all pairs within components: as scored, of pairs without a common key as ``far`` says.

    With ``moves``, only new evidence, and more of it than usual, moves what stood before.
    """

    inside: Told
    apart: Labels
    far: Weighs
    moves: Moves | None
    cut_weight: float

    def weigh(self, left: Labels, right: Labels) -> Weights:
        """Return the weights of pairs of unit numbers."""
        code = packed(left, right)
        weight = looked_up(self.inside, code, self.far, left, right)
        if self.moves is not None:
            weight = self._steadied(left, right, weight, self.moves)
        return np.where(is_in(code, self.apart), APART, weight) if len(self.apart) else weight

    def _steadied(self, left: Labels, right: Labels, weight: Weights, moves: Moves) -> Weights:
        weight = weight - HYSTERESIS * (moves.held[left] & moves.held[right])
        settled = ~(moves.fresh[left] | moves.fresh[right])
        return np.where(settled, np.minimum(weight, self.cut_weight - SETTLED_APART), weight)


def _frame(inside: Told, told: Told, clusters: Labels, floor: float) -> pd.DataFrame:
    """Return the pairs within clusters, and those of two clusters at or above the floor, each once, in order."""
    left, right = unpacked(inside.code)
    same = clusters[left] == clusters[right]
    high = np.flatnonzero(told.weight >= floor)
    left, right = unpacked(told.code[high])
    high = high[clusters[left] != clusters[right]]
    code, weight = np.r_[inside.code[same], told.code[high]], np.r_[inside.weight[same], told.weight[high]]
    order = np.argsort(code, kind="stable")
    left, right = unpacked(code[order])
    return pd.DataFrame({"left": left, "right": right, "weight": weight[order]})


def join_judged(clusters: Labels, judged: Constraints) -> Labels:
    """Return ``clusters`` with those joined that people judged the same, unless another judgement keeps them apart.

    The judgements are few; they are taken in their order, so that the earlier ones hold where they clash.
    """
    result = clusters.copy()
    if judged.same.empty:
        return result
    far = judged.different[["left", "right"]].to_numpy()
    for left, right in judged.same[["left", "right"]].to_numpy():
        a, b = sorted((int(result[left]), int(result[right])))
        ends = np.sort(result[far], axis=1)
        if a != b and not ((ends[:, 0] == a) & (ends[:, 1] == b)).any():
            result[result == b] = a
    return result
