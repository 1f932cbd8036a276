"""Units in, clusters out: block, score, complete the components, cut by average-link. Knows no record kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.cluster import APART, Cut, Labels, average_link, components, missing_pairs
from market_profile.resolve.far import Far
from market_profile.resolve.model import LinkModel
from market_profile.resolve.score import candidate_pairs, empty_pairs, score_pairs
from market_profile.resolve.weigh import weigh_pairs

Flags = npt.NDArray[np.bool_]


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
    ``far``: weighs the pairs within a component that share no key; scored by Splink where none is given.
    ``with_parts``: keep the contributions of each field in the pairs. ``quick``: the same weights without Splink's
    fixed costs (``weigh``).
    """

    largest_cluster: float = 400.0
    far: Far | None = None
    with_parts: bool = False
    quick: bool = False


USUAL = Way()


@dataclass(frozen=True)
class Linked:
    """The result of a link: a cluster label for each unit, and every pair that was scored."""

    clusters: Labels
    pairs: pd.DataFrame
    candidates: int


HYSTERESIS = 3.5
"""Bits more that it takes to join two nominals of last month than to join new mentions to one."""
SETTLED_APART = 8.0
"""Bits below the cut at which two nominals of last month are held apart at least."""
LARGEST_BLOCK = 400
"""Units that may share a blocking key before it says nothing about a person."""


def link(
    units: pd.DataFrame,
    keys: pd.DataFrame,
    model: LinkModel,
    evidence: Evidence,
    judged: Constraints | None = None,
    moves: Moves | None = None,
    way: Way = USUAL,
) -> Linked:
    """Return clusters of ``units`` (numbered 0..n-1 in column ``unit``) under ``model``.

    Args:
        units: one row a unit, with the columns that the model compares.
        keys: blocking keys (``unit``, ``key``); units that share one are compared.
        model: the frozen model.
        evidence: value frequencies and number of persons.
        judged: what people decided; ``different`` always holds, ``same`` joins whole clusters.
        moves: which units are new and which hold what stood before; all are new where not given.
        way: the size guard and how pairs without a common key are weighed.
    """
    judged = judged or Constraints.none()
    candidates = candidate_pairs(keys, LARGEST_BLOCK, None if moves is None else moves.fresh)
    score = weigh_pairs if way.quick else score_pairs
    pairs = score(units, candidates, model, evidence.frequencies, evidence.persons, way.with_parts)
    cut = Cut(model.edge_weight, model.cut_weight, model.cap, largest_cluster=way.largest_cluster)
    records = units["records"].to_numpy("int64") if "records" in units else None
    labels = components(len(units), with_judgements(pairs, judged), cut)
    rest = missing_pairs(labels, pairs)
    if way.far is None:
        rest = score(units, rest, model, evidence.frequencies, evidence.persons)
    else:
        rest["weight"] = way.far.weigh(rest["left"].to_numpy(), rest["right"].to_numpy())
    whole = _join(pairs[PAIR], rest)
    whole = whole if moves is None else _steadied(whole, moves, model)
    clusters = average_link(labels, with_judgements(whole, judged), cut, records)
    return Linked(join_judged(clusters, judged), pairs, len(candidates))


PAIR = ["left", "right", "weight"]


def _steadied(pairs: pd.DataFrame, moves: Moves, model: LinkModel) -> pd.DataFrame:
    """Return ``pairs`` weighed so that only new evidence, and more of it than usual, moves what stood before."""
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    weight = pairs["weight"].to_numpy() - HYSTERESIS * (moves.held[left] & moves.held[right])
    settled = ~(moves.fresh[left] | moves.fresh[right])
    return pairs.assign(weight=np.where(settled, np.minimum(weight, model.cut_weight - SETTLED_APART), weight))


def _join(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([part for part in (first, second) if len(part)] or [empty_pairs()], ignore_index=True)
    return both.sort_values(["left", "right"], kind="stable").drop_duplicates(["left", "right"]).reset_index(drop=True)


def with_judgements(pairs: pd.DataFrame, judged: Constraints) -> pd.DataFrame:
    """Return ``pairs`` with those judged different set so far apart that no mean survives them."""
    if judged.different.empty:
        return pairs
    apart = judged.different[["left", "right"]].assign(weight=APART)
    both = pd.concat([apart, pairs], ignore_index=True).drop_duplicates(["left", "right"])
    return both.sort_values(["left", "right"], kind="stable").reset_index(drop=True)


def join_judged(clusters: Labels, judged: Constraints) -> Labels:
    """Return ``clusters`` with those joined that people judged the same, unless another judgement keeps them apart.

    The judgements are few; they are taken in their order, so that the earlier ones hold where they clash.
    """
    result = clusters.copy()
    far = judged.different[["left", "right"]].to_numpy()
    for left, right in judged.same[["left", "right"]].to_numpy():
        a, b = sorted((int(result[left]), int(result[right])))
        ends = np.sort(result[far], axis=1)
        if a != b and not ((ends[:, 0] == a) & (ends[:, 1] == b)).any():
            result[result == b] = a
    return result
