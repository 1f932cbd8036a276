"""One depth-first walk over a network, and what would fall apart at each of its nodes (Tarjan 1972), by whole arrays.

The walk is SciPy's. In its order everybody below a node follows it without a gap, so heads below are differences of
running sums and lowest links are minima of slices; chains of parents are followed by doubling the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import depth_first_order

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Fallen:
    """What a walk found: pairs in reach in all, and by node its network's size, and the pairs and people that fall off
    with it (those given as hanging from it included)."""

    everyone: int
    whole: Ints
    inside: Ints
    cut_off: Ints


class Walks:
    """An undirected network laid out for walks."""

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        """Lay out the neighbours of each node of an adjacency matrix."""
        self._size = matrix.shape[0]
        self._from = np.repeat(np.arange(self._size), np.diff(matrix.indptr))
        self._to = matrix.indices.astype(np.int64)

    def without(self, gone: Ints, weight: Ints, inside: Ints) -> Fallen:
        """Walk all nodes but ``gone``; ``weight``: people at each node, ``inside``: pairs that already hang from it."""
        left = np.ones(self._size, dtype=bool)
        left[gone] = False
        is_tie = left[self._from] & left[self._to]
        one, other = self._from[is_tie], self._to[is_tie]
        order, parent = self._walked(one, other, np.flatnonzero(left))
        place = np.zeros(self._size, dtype=np.int64)
        place[order] = np.arange(1, len(order) + 1)
        end = _ends(parent)
        upto = np.concatenate([[0, 0], np.cumsum(weight[order])])
        held = upto[end] - upto[:-1]
        low = _lowest(_links(place[one], place[other], parent), end)
        falls = low[1:] >= parent[1:]
        child, node = held[1:][falls], parent[1:][falls]
        parts, cut = (
            np.bincount(node, told, len(parent)).astype(np.int64) for told in (child * (child - 1) // 2, child)
        )
        roots = 1 + np.flatnonzero(parent[1:] == 0)
        found = [np.zeros(self._size, dtype=np.int64), inside.copy(), weight - 1]
        found[0][order] = np.repeat(held[roots], end[roots] - roots)
        found[1][order] += parts[1:]
        found[2][order] += cut[1:]
        return Fallen(int((held[roots] * (held[roots] - 1) // 2).sum()), *found)

    def _walked(self, one: Ints, other: Ints, here: Ints) -> tuple[Ints, Ints]:
        """Return the nodes in the order of the walk, which begins at a place 0 of its own, and each place's parent."""
        size = self._size
        starts = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=size)), [len(one) + len(here)]])
        ends = np.concatenate([other, here])
        ties = sparse.csr_matrix((np.ones(len(ends)), ends, starts), shape=(size + 1, size + 1))
        order, above = depth_first_order(ties, size, directed=True)
        place = np.empty(size + 1, dtype=np.int64)
        place[order] = np.arange(len(order))
        return order[1:].astype(np.int64), np.concatenate([[-1], place[above[order[1:]]]])


def _ends(parent: Ints) -> Ints:
    """Return where the run of each place and all below it ends: at its next sibling, else where its parent's does."""
    size = len(parent)
    children = 1 + np.argsort(parent[1:], kind="stable")
    following = np.full(size, size)
    is_next = parent[children[1:]] == parent[children[:-1]]
    following[children[:-1][is_next]] = children[1:][is_next]
    ask = np.where(following < size, np.arange(size), np.maximum(parent, 0))
    while True:
        further = ask[ask]
        if np.array_equal(further, ask):
            found: Ints = following[ask]
            return found
        ask = further


def _links(one: Ints, other: Ints, parent: Ints) -> Ints:
    """Return the first place that each place is tied to, its parent and itself apart; ties stand both ways round."""
    lowest = np.arange(len(parent))
    back = (other < one) & (other != parent[one])
    np.minimum.at(lowest, one[back], other[back])
    return lowest


def _lowest(links: Ints, end: Ints) -> Ints:
    """Return the least link within each place's run, from minima of runs of 1, 2, 4, ... places."""
    size = len(links)
    span = end - np.arange(size)
    step = np.frexp(span.astype(np.float64))[1] - 1
    table = [links]
    for power in range(int(step.max(initial=0))):
        last = table[-1]
        table.append(np.minimum(last, np.concatenate([last[1 << power :], last[size - (1 << power) :]])))
    place = np.arange(size)
    minima = np.stack(table)
    found: Ints = np.minimum(minima[step, place], minima[step, end - (1 << step)])
    return found
