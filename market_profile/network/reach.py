"""How many pairs can still reach each other once one more person is taken out, for everybody at once.

One depth-first pass (Tarjan 1972) tells the parts that hang off each cut point. Trees that hang off the rest of the
network, which in reports are most of the people, are folded into the node that they hang from and weighed once; a pass
then walks only what is left, about a quarter of the people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from market_profile.network.walks import Walks

Ints = NDArray[np.int64]
KEPT_CELLS = 16_000_000
"""Cells of answers kept in memory, at 8 bytes each."""


def pairs_left(neighbours: list[list[int]], removed: set[int]) -> NDArray[np.float64]:
    """Return, for each node, the number of unordered connected pairs if it too were removed (inf for ``removed``).

    Example:
        >>> pairs_left([[1], [0, 2], [1]], set())
        array([1., 0., 1.])
    """
    return Reach(neighbours).pairs_left(frozenset(removed))


@dataclass
class Reach:
    """A simple undirected network, given as neighbours by node, with its hanging trees folded."""

    neighbours: list[list[int]]
    _known: dict[frozenset[int], NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fold hanging trees: leaf by leaf, children before parents."""
        n = len(self.neighbours)
        self._parent, self._folded = folding(self.neighbours)
        self._rank = np.full(n, n, dtype=np.int64)
        self._rank[self._folded] = np.arange(len(self._folded))
        self._weight, self._inside = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self._children: list[list[int]] = [[] for _ in range(n)]
        for node in self._folded:
            above, weight = self._parent[node], int(self._weight[node])
            self._children[above].append(node)
            self._weight[above] += weight
            self._inside[above] += _pairs(weight)
        self._core = np.flatnonzero(self._rank == n)
        self._lay_out()
        self._local = {int(node): place for place, node in enumerate(self._core)}
        local = self._local
        self._walks = Walks([[local[o] for o in self.neighbours[node] if o in local] for node in self._core.tolist()])

    def _lay_out(self) -> None:
        """Give every tree a run of places, so that what hangs below a node is a slice; note each one's core node."""
        first = np.cumsum(self._weight[self._core]) - self._weight[self._core]
        place = np.zeros(len(self.neighbours), dtype=np.int64)
        root = np.zeros(len(self.neighbours), dtype=np.int64)
        place[self._core], root[self._core] = first, np.arange(len(self._core))
        free = place + 1
        for node in reversed(self._folded):
            above = self._parent[node]
            place[node], root[node] = free[above], root[above]
            free[above] += self._weight[node]
            free[node] = place[node] + 1
        self._place, self._root = place, root
        self._by_place = np.argsort(place, kind="stable")

    def pairs_left(self, removed: frozenset[int]) -> NDArray[np.float64]:
        """Return, for each node, the unordered connected pairs if it too were removed (inf for ``removed``).

        The result is kept for the next question; do not change it.
        """
        if removed not in self._known:
            if len(self._known) * max(len(self.neighbours), 1) >= KEPT_CELLS:
                self._known.pop(next(iter(self._known)))
            self._known[removed] = self._counted(removed)
        return self._known[removed]

    def _counted(self, removed: frozenset[int]) -> NDArray[np.float64]:
        weight, inside = self._weight.copy(), self._inside.copy()
        cut = self._take_out(removed, weight, inside)
        gone = np.array([self._local[node] for node in removed if node in self._local], dtype=np.int64)
        core = self._walks.without(gone, weight[self._core], inside[self._core])
        whole = core.whole[self._root]
        apart = np.array(cut[::-1], dtype=np.int64)  # the deeper ones were noted first
        for node in apart[weight[apart] > 1]:
            start = self._place[node]
            whole[self._by_place[start : start + self._weight[node]]] = weight[node]
        whole[apart[weight[apart] == 1]] = 1
        everyone = core.everyone + int((weight[apart] * (weight[apart] - 1) // 2).sum())
        cut_off = weight - 1
        cut_off[self._core], inside[self._core] = core.cut_off, core.inside
        rest = whole - 1 - cut_off
        pairs = everyone - whole * (whole - 1) // 2 + inside + rest * (rest - 1) // 2
        left: NDArray[np.float64] = pairs.astype(np.float64)
        left[list(removed)] = np.inf
        return left

    def _take_out(self, removed: frozenset[int], weight: Ints, inside: Ints) -> list[int]:
        """Lower the weights above each removed node; return the nodes whose trees are now networks of their own."""
        cut: list[int] = []
        for node in sorted(removed, key=lambda node: (self._rank[node], node)):
            cut.extend(child for child in self._children[node] if child not in removed)
            above, less = self._parent[node], int(weight[node])
            if above < 0:
                continue
            inside[above] -= _pairs(less)
            while above >= 0:
                before = int(weight[above])
                weight[above] = before - less
                higher = self._parent[above]
                if higher >= 0:
                    inside[higher] += _pairs(before - less) - _pairs(before)
                above = higher
        return cut


def neighbours_of(matrix: sparse.csr_matrix) -> list[list[int]]:
    """Return the neighbours of each node of an adjacency matrix."""
    near = matrix.indices.tolist()
    return [near[first:last] for first, last in pairwise(matrix.indptr.tolist())]


def folding(neighbours: list[list[int]]) -> tuple[list[int], list[int]]:
    """Return the node that each folded node hangs from (-1 for the others) and the folded, children before parents."""
    degree = [len(around) for around in neighbours]
    parent, folded = [-1] * len(neighbours), []
    waiting = [node for node, ties in enumerate(degree) if ties == 1]
    while waiting:
        node = waiting.pop()
        if degree[node] != 1:
            continue
        above = next(other for other in neighbours[node] if degree[other] and parent[other] < 0)
        parent[node] = above
        folded.append(node)
        degree[node] = 0
        degree[above] -= 1
        if degree[above] == 1:
            waiting.append(above)
    return parent, folded


def _pairs(people: int) -> int:
    return people * (people - 1) // 2
