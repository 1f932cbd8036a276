"""How many pairs can still reach each other once one more person is taken out, for everybody at once.

One depth-first pass (Tarjan 1972) tells the parts that hang off each cut point. Trees that hang off the rest of the
network, which in reports are most of the people, are folded into the node that they hang from and weighed once; a pass
then walks only what is left, about a quarter of the people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from market_profile.network.walks import Walks

Ints = NDArray[np.int64]
KEPT_CELLS = 16_000_000
"""Cells of answers kept in memory, at 8 bytes each."""


def pairs_left(matrix: sparse.csr_matrix, removed: set[int]) -> NDArray[np.float64]:
    """Return, for each node, the number of unordered connected pairs if it too were removed (inf for ``removed``).

    Example:
        >>> pairs_left(sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])), set())
        array([1., 0., 1.])
    """
    return Reach(matrix).pairs_left(frozenset(removed))


@dataclass
class Reach:
    """A simple undirected network, given as its symmetric adjacency matrix, with its hanging trees folded."""

    matrix: sparse.csr_matrix
    _known: dict[frozenset[int], NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fold hanging trees, round by round, children before parents."""
        n = self.matrix.shape[0]
        self._parent, rounds = folding(self.matrix)
        folded = np.concatenate([NONE, *rounds])
        self._rank = np.full(n, n, dtype=np.int64)
        self._rank[folded] = np.arange(len(folded))
        self._weight, self._inside = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        for leaves in rounds:
            above, weight = self._parent[leaves], self._weight[leaves]
            np.add.at(self._weight, above, weight)
            np.add.at(self._inside, above, weight * (weight - 1) // 2)
        self._children = folded[np.argsort(self._parent[folded], kind="stable")]
        self._of = self._parent[self._children]
        self._core = np.flatnonzero(self._rank == n)
        self._lay_out(rounds)
        self._local = {node: place for place, node in enumerate(self._core.tolist())}
        self._walks = Walks(self.matrix[self._core][:, self._core])

    def _lay_out(self, rounds: list[Ints]) -> None:
        """Give every tree a run of places, so that what hangs below a node is a slice; note each one's core node."""
        upto = np.cumsum(self._weight[self._children])
        start = np.searchsorted(self._of, self._of, side="left")
        offset = np.zeros(len(self._parent), dtype=np.int64)
        offset[self._children] = (upto - self._weight[self._children]) - np.concatenate([[0], upto])[start]
        place = np.zeros(len(self._parent), dtype=np.int64)
        root = np.zeros(len(self._parent), dtype=np.int64)
        place[self._core] = np.cumsum(self._weight[self._core]) - self._weight[self._core]
        root[self._core] = np.arange(len(self._core))
        for leaves in reversed(rounds):
            above = self._parent[leaves]
            place[leaves], root[leaves] = place[above] + 1 + offset[leaves], root[above]
        self._place, self._root = place, root
        self._by_place = np.argsort(place, kind="stable")

    def pairs_left(self, removed: frozenset[int]) -> NDArray[np.float64]:
        """Return, for each node, the unordered connected pairs if it too were removed (inf for ``removed``).

        The result is kept for the next question; do not change it.
        """
        if removed not in self._known:
            if len(self._known) * max(len(self._parent), 1) >= KEPT_CELLS:
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
            first, last = np.searchsorted(self._of, [node, node + 1])
            cut.extend(child for child in self._children[first:last].tolist() if child not in removed)
            above, less = int(self._parent[node]), int(weight[node])
            if above < 0:
                continue
            inside[above] -= _pairs(less)
            while above >= 0:
                before = int(weight[above])
                weight[above] = before - less
                higher = int(self._parent[above])
                if higher >= 0:
                    inside[higher] += _pairs(before - less) - _pairs(before)
                above = higher
        return cut


def folding(matrix: sparse.csr_matrix) -> tuple[Ints, list[Ints]]:
    """Return the node that each folded node hangs from (-1 for the others), and the nodes folded in each round.

    A round takes out whoever has one tie left: of two who have only each other, the second stays.

    Example:
        >>> parent, rounds = folding(sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])))
        >>> parent.tolist(), [nodes.tolist() for nodes in rounds]
        ([1, -1, 1], [[0, 2]])
    """
    ties = np.diff(matrix.indptr).astype(np.int64)
    size = len(ties)
    left = np.zeros(size, dtype=np.int64)
    np.add.at(left, np.repeat(np.arange(size), ties), matrix.indices)  # who is left near a node is the sum of their ids
    parent, rounds = np.full(size, -1, dtype=np.int64), []
    leaves = np.flatnonzero(ties == 1)
    while len(leaves):
        above = left[leaves]
        folds = (ties[above] > 1) | (leaves < above)
        leaves, above = leaves[folds], above[folds]
        parent[leaves], ties[leaves] = above, 0
        np.subtract.at(ties, above, 1)
        np.subtract.at(left, above, leaves)
        rounds.append(leaves)
        leaves = np.unique(above[ties[above] == 1])
    return parent, rounds


NONE: Ints = np.empty(0, dtype=np.int64)


def _pairs(people: int) -> int:
    return people * (people - 1) // 2
