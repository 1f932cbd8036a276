"""Clusters of units by average-link on match weights: one strong pair cannot chain two people together.

Two clusters join only while the *mean* weight over all pairs between them is high enough, so that evidence of
difference (another date of birth) counts against evidence of sameness. Connected components, by contrast, follow the
best single pair; on public data they made clusters of thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Labels = npt.NDArray[np.int64]
APART = -1.0e9
"""Weight of a pair that a person judged different: no mean survives it."""
FORBIDDEN = -45.0
"""A weight below this is a rule (two generations of one name) and holds like a judgement, whoever lies between."""
VETO = -40.0
"""Lowest weight: a contradiction may outweigh several agreements (father and son have one name and many records)."""
GUARD_BITS = 8
"""How many bits more than usual an over-large cluster is asked for before it is let stand (and sent to review)."""
_TOP = 1.0e3
"""Distances are this less the weight, so that they are never negative; no weight reaches it."""


@dataclass(frozen=True)
class Cut:
    """How components are formed and cut (weights in bits); see ``LinkModel``."""

    edge: float
    join: float
    cap: float
    largest_component: int = 1500
    largest_cluster: float = 400.0
    """Records above which a cluster must hold together at ever higher means (up to ``GUARD_BITS`` more)."""


def components(units: int, pairs: pd.DataFrame, cut: Cut) -> Labels:
    """Return a component label for each unit (the lowest unit number in it).

    Pairs at or above ``cut.edge`` tie units. A component larger than ``cut.largest_component`` is tied again at ever
    higher weights until its parts are small enough: the size guard.
    """
    weight = pairs["weight"].to_numpy()
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    labels: Labels = np.arange(units, dtype=np.int64)
    open_units = np.ones(units, dtype=bool)
    edge = cut.edge
    while open_units.any():
        use = (weight >= edge) & open_units[left] & open_units[right]
        found = _connected(units, left[use], right[use])
        labels[open_units] = found[open_units]
        sizes = np.bincount(labels, minlength=units)
        open_units = sizes[labels] > cut.largest_component
        edge = edge + 1.0
        if edge > _TOP:
            break
    return labels


def _connected(units: int, left: Labels, right: Labels) -> Labels:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(units, units))
    _, raw = connected_components(graph, directed=False)
    first = np.full(raw.max() + 1 if units else 0, units, dtype=np.int64)
    np.minimum.at(first, raw, np.arange(units))
    return np.asarray(first[raw], dtype=np.int64)


def missing_pairs(labels: Labels, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs within components that blocking did not bring together; the mean needs them all."""
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels, minlength=len(labels))
    big = order[sizes[labels[order]] > 2]
    if not len(big):
        return pairs.iloc[:0][["left", "right"]]
    first = np.flatnonzero(np.r_[True, labels[big][1:] != labels[big][:-1]])
    count = np.diff(np.r_[first, len(big)])
    ends = np.repeat(first + count, count)
    later = ends - np.arange(len(big)) - 1
    left = np.repeat(np.arange(len(big)), later)
    starts = np.repeat(np.cumsum(later) - later, later)
    right = left + 1 + np.arange(len(left)) - starts
    a, b = big[left], big[right]
    units = len(labels)
    code = np.minimum(a, b) * units + np.maximum(a, b)
    known = np.sort(pairs["left"].to_numpy() * units + pairs["right"].to_numpy())
    fresh = np.sort(code[~_within(code, known)])
    return pd.DataFrame({"left": fresh // units, "right": fresh % units}).astype("int64")


def _within(values: Labels, known: Labels) -> npt.NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[at] == values)


def average_link(labels: Labels, pairs: pd.DataFrame, cut: Cut, records: Labels | None = None) -> Labels:
    """Return a cluster label for each unit (the lowest unit number in the cluster).

    Args:
        labels: component of each unit.
        pairs: scored pairs; a pair within a component that is not listed counts as ``-cut.cap``.
        cut: joins stop where the mean weight between two clusters falls below ``cut.join``.
        records: records of each unit (1 where not given), for the size guard.
    """
    records = np.ones(len(labels), dtype=np.int64) if records is None else records
    left = pairs["left"].to_numpy()
    inside = labels[left] == labels[pairs["right"].to_numpy()]
    within = pairs[inside]
    component = labels[within["left"].to_numpy()]
    order = np.argsort(component, kind="stable")
    left, right = within["left"].to_numpy()[order], within["right"].to_numpy()[order]
    raw = within["weight"].to_numpy()[order]
    weight = np.where(raw < FORBIDDEN, APART, np.clip(raw, VETO, cut.cap))
    names, first, count = np.unique(component[order], return_index=True, return_counts=True)
    sizes = np.bincount(labels, minlength=len(labels))[names]
    lowest = np.minimum.reduceat(weight, first) if len(first) else weight
    whole = (count == sizes * (sizes - 1) // 2) & (lowest >= cut.join)
    result = np.where(np.isin(labels, names[whole]), labels, np.arange(len(labels)))
    members = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[members], names)
    for index in np.flatnonzero(~whole):
        rows = slice(first[index], first[index] + count[index])
        units = members[starts[index] : starts[index] + sizes[index]]
        result[units] = _cut_component(units, (left[rows], right[rows], weight[rows]), cut, records)
    return np.asarray(result, dtype=np.int64)


def _cut_component(
    units: Labels, edges: tuple[Labels, Labels, npt.NDArray[np.float64]], cut: Cut, records: Labels
) -> Labels:
    left, right, weight = edges
    size = len(units)
    if size == 2:
        return units if weight[0] < cut.join else np.full(2, units[0])
    from scipy.cluster.hierarchy import fcluster, linkage

    a, b = np.searchsorted(units, left), np.searchsorted(units, right)
    low, high = np.minimum(a, b), np.maximum(a, b)
    distance = np.full(size * (size - 1) // 2, _TOP + cut.cap)
    distance[size * low - low * (low + 1) // 2 + high - low - 1] = _TOP - weight
    tree = linkage(distance, method="average")
    group = fcluster(tree, t=_TOP - cut.join + 1e-9, criterion="distance")
    for extra in range(1, GUARD_BITS + 1):
        too_large = np.bincount(group, weights=records[units])[group] > cut.largest_cluster
        if not too_large.any():
            break
        finer = fcluster(tree, t=_TOP - cut.join - extra + 1e-9, criterion="distance")
        group = np.where(too_large, finer + group.max(), group)
    first = np.full(group.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, group, units)
    return np.asarray(first[group], dtype=np.int64)
