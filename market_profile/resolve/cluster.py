"""Clusters of units by average-link on match weights: one strong pair cannot chain two people together.

Two clusters join only while the *mean* weight over all pairs between them is high enough, so that evidence of
difference (another date of birth) counts against evidence of sameness. Connected components, by contrast, follow the
best single pair; on public data they made clusters of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from market_profile.resolve.lists import order_of, spread

Labels = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
Weigh = Callable[[Labels, Labels], Weights]
"""Weights (bits) of pairs of unit numbers, left below right."""
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
_BEYOND = 2.0**40
"""Distance between units of two components: above any within one; means of it are exact."""
_LEAVES = 128
"""Units whose components are joined in one tree."""
_AT_ONCE = 2_000_000
"""Pairs of whole components that are held at a time."""


@dataclass(frozen=True)
class Cut:
    """How components are formed and cut (weights in bits); see ``LinkModel``."""

    edge: float
    join: float
    cap: float
    largest_component: int = 1500
    largest_cluster: float = 400.0
    """Records above which a cluster must hold together at ever higher means (up to ``GUARD_BITS`` more)."""


def components(units: int, left: Labels, right: Labels, weight: Weights, cut: Cut) -> Labels:
    """Return a component label for each unit (the lowest unit number in it).

    Pairs at or above ``cut.edge`` tie units. A component larger than ``cut.largest_component`` is tied again at ever
    higher weights until its parts are small enough: the size guard.
    """
    labels: Labels = np.arange(units, dtype=np.int64)
    open_units = np.ones(units, dtype=bool)
    edge = cut.edge
    while open_units.any():
        use = (weight >= edge) & open_units[left] & open_units[right]
        found = connected(units, left[use], right[use])
        labels[open_units] = found[open_units]
        sizes = np.bincount(labels, minlength=units)
        open_units = sizes[labels] > cut.largest_component
        edge = edge + 1.0
        if edge > _TOP:
            break
    return labels


def connected(units: int, left: Labels, right: Labels) -> Labels:
    """Return the lowest unit that each unit is tied to, over any number of steps."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(units, units))
    _, raw = connected_components(graph, directed=False)
    first = np.zeros(raw.max(initial=-1) + 1, dtype=np.int64)
    first[raw[::-1]] = np.arange(units - 1, -1, -1)
    return np.asarray(first[raw], dtype=np.int64)


def average_link(labels: Labels, weigh: Weigh, cut: Cut, records: Labels | None = None) -> Labels:
    """Return a cluster label for each unit (the lowest unit number in the cluster).

    Args:
        labels: component of each unit.
        weigh: weighs the pairs within components, all of them.
        cut: joins stop where the mean weight between two clusters falls below ``cut.join``.
        records: records of each unit (1 where not given), for the size guard.
    """
    records = np.ones(len(labels), dtype=np.int64) if records is None else records
    result = np.arange(len(labels), dtype=np.int64)
    for members, sizes in _batches(labels):
        starts = np.cumsum(sizes) - sizes
        later = np.repeat(starts + sizes, sizes) - np.arange(len(members)) - 1
        left = np.repeat(members, later)
        raw = weigh(left, members[spread(np.arange(len(members)) + 1, later)])
        weight = np.where(raw < FORBIDDEN, APART, np.clip(raw, VETO, cut.cap))
        ends = np.cumsum(sizes * (sizes - 1) // 2)
        begins = np.r_[0, ends[:-1]]
        whole = np.minimum.reduceat(weight, begins) >= cut.join
        result[members] = np.where(np.repeat(whole, sizes), np.repeat(members[starts], sizes), members)
        cut_up = ~whole & (sizes > 2)
        if cut_up.any():
            pairs = np.repeat(cut_up, ends - begins)
            _cut_components(result, members[np.repeat(cut_up, sizes)], sizes[cut_up], weight[pairs], cut, records)
    return result


def _batches(labels: Labels) -> Iterator[tuple[Labels, Labels]]:
    """Yield units in the order of their component, and the components' sizes, some components at a time."""
    order = order_of(labels)
    size = np.bincount(labels, minlength=len(labels))
    order = order[size[labels[order]] > 1]
    first = np.flatnonzero(np.diff(labels[order], prepend=-1))
    sizes = np.diff(np.r_[first, len(order)])
    part = np.cumsum(sizes * (sizes - 1) // 2) // _AT_ONCE
    for number in np.unique(part):
        chosen = part == number
        begin = first[np.argmax(chosen)]
        yield order[begin : begin + sizes[chosen].sum()], sizes[chosen]


def _cut_components(result: Labels, units: Labels, sizes: Labels, weight: Weights, cut: Cut, records: Labels) -> None:
    """Set the clusters of components in ``result``; ``units`` and the ``weight`` of their pairs stand in order."""
    from scipy.cluster.hierarchy import linkage

    result[units] = units[_flat(_trees(sizes, weight), _TOP - cut.join + 1e-9)]
    held = np.bincount(result[units], weights=records[units], minlength=len(result))
    starts = np.cumsum(sizes) - sizes
    ends = np.cumsum(sizes * (sizes - 1) // 2)
    for number in np.flatnonzero(np.maximum.reduceat(held[result[units]], starts) > cut.largest_cluster):
        part = units[starts[number] : starts[number] + sizes[number]]
        pairs = weight[ends[number] - sizes[number] * (sizes[number] - 1) // 2 : ends[number]]
        result[part] = _guarded(linkage(_TOP - pairs, method="average"), part, cut, records)


def _trees(sizes: Labels, weight: Weights) -> list[npt.NDArray[np.float64]]:
    """Return the joins by average-link of components in a row, many components to a tree.

    Units of two components lie further apart than any others, so that each is joined in itself first, as if alone: a
    call for each of thousands of small components would cost ten times as much.
    """
    from scipy.cluster.hierarchy import linkage

    ends = np.cumsum(sizes)
    heads = np.flatnonzero(np.diff((ends - 1) // _LEAVES, prepend=-1))
    leaves = np.add.reduceat(sizes, heads)
    place = spread(np.zeros_like(leaves), leaves)
    later = np.repeat(ends, sizes) - np.arange(ends[-1]) - 1
    one, other = np.repeat(place, later), place[spread(np.arange(ends[-1]) + 1, later)]
    pairs = leaves * (leaves - 1) // 2
    begin, width = (np.repeat(np.repeat(held, leaves), later) for held in (np.cumsum(pairs) - pairs, leaves))
    apart = np.full(int(pairs.sum()), _BEYOND)
    apart[begin + one * width - one * (one + 1) // 2 + other - one - 1] = _TOP - weight
    return [linkage(part, method="average") for part in np.split(apart, np.cumsum(pairs)[:-1])]


def _flat(trees: list[npt.NDArray[np.float64]], height: float) -> Labels:
    """Return, for the leaves of all trees in a row, the first leaf that each is joined to below a height."""
    joins = np.array([len(tree) for tree in trees])
    nodes = 2 * joins + 1
    offset, leaves_before = np.cumsum(nodes) - nodes, np.cumsum(joins + 1) - joins - 1
    table = np.concatenate(trees)
    own = np.repeat(offset, joins)
    parent = own + np.repeat(joins + 1, joins) + spread(np.zeros_like(joins), joins)
    low = table[:, 2] <= height
    child = np.r_[own + table[:, 0].astype(np.int64), own + table[:, 1].astype(np.int64)]
    label = connected(int(nodes.sum()), child[np.r_[low, low]], np.r_[parent, parent][np.r_[low, low]])
    leaf = spread(offset, joins + 1)
    return np.asarray(label[leaf] - np.repeat(offset - leaves_before, joins + 1), dtype=np.int64)


def _guarded(tree: npt.NDArray[np.float64], units: Labels, cut: Cut, records: Labels) -> Labels:
    """Return the clusters of a component that holds an over-large one: that one is asked for ever more."""
    from scipy.cluster.hierarchy import fcluster

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
