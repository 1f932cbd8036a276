"""Exact betweenness of large sparse networks: hanging trees are counted, only what is left is walked.

In reports most people hang off the rest of the network by one tie. What passes through them, and through whoever they
hang from, is a product of head counts; shortest paths (Brandes 2001) are needed among the others alone, each standing
for all who hang from it (as in Baglioni et al. 2012).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from market_profile.network.reach import folding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BATCH = 128
"""Sources walked side by side."""


def betweenness_sums(matrix: sparse.csr_matrix) -> Floats:
    """Return, for each node, over unordered pairs of others, the share of their shortest paths that pass through it.

    ``matrix`` is a symmetric adjacency matrix of ones. Example: in a path of three the middle one has 1.

    Example:
        >>> betweenness_sums(sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))).tolist()
        [0.0, 1.0, 0.0]
    """
    result = np.zeros(matrix.shape[0])
    tied = np.flatnonzero(np.diff(matrix.indptr))
    result[tied] = _of_tied(matrix[tied][:, tied])
    return result


def _of_tied(matrix: sparse.csr_matrix) -> Floats:
    size = matrix.shape[0]
    parent, rounds = folding(matrix)
    heads, squares = np.ones(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for leaves in rounds:
        np.add.at(heads, parent[leaves], heads[leaves])
        np.add.at(squares, parent[leaves], heads[leaves] ** 2)
    _, label = connected_components(matrix, directed=False)
    people = np.bincount(label)[label]
    below = heads - 1
    result: Floats = ((below**2 - squares) // 2 + below * (people - heads)).astype(np.float64)
    left = parent < 0
    result[left] += _walked(matrix[left][:, left], heads[left].astype(np.float64)) / 2
    return result


def _walked(matrix: sparse.csr_matrix, heads: Floats) -> Floats:
    """Return the dependencies of all nodes on each, every network walked by itself (small ones some together)."""
    total = np.zeros(len(heads))
    tied = np.flatnonzero(np.diff(matrix.indptr))
    if not len(tied):
        return total
    _, label = connected_components(matrix[tied][:, tied], directed=False)
    tied = tied[np.argsort(label, kind="stable")]
    matrix = matrix[tied][:, tied]
    for part in _parts(np.bincount(label)):
        inside, own = matrix[part, part], tied[part]
        for start in range(0, len(own), BATCH):
            total[own] += dependencies(inside, np.arange(start, min(start + BATCH, len(own))), heads[own])
    return total


def _parts(sizes: Ints) -> Iterator[slice]:
    """Yield the places of one network after another, as many of them together as have ``BATCH`` nodes or fewer."""
    ends = np.cumsum(sizes)
    first = start = 0
    while first < len(sizes):
        last = max(first + 1, int(np.searchsorted(ends, start + BATCH, side="right")))
        yield slice(start, int(ends[last - 1]))
        first, start = last, int(ends[last - 1])


def dependencies(matrix: sparse.csr_matrix, sources: Ints, heads: Floats) -> Floats:
    """Return Brandes' dependencies of ``sources`` on each node, summed; nodes stand for ``heads`` people each.

    Level-by-level breadth-first search of all ``sources`` at once by sparse products.
    """
    n, width = matrix.shape[0], len(sources)
    column = np.arange(width)
    paths = np.zeros((n, width))
    paths[sources, column] = 1.0
    frontier = paths.copy()
    levels = [frontier != 0]
    seen = levels[0].copy()
    while True:
        reached = matrix @ frontier
        reached[seen] = 0.0
        fresh = reached != 0
        if not fresh.any():
            break
        seen |= fresh
        paths += reached
        levels.append(fresh)
        frontier = reached
    share = np.zeros((n, width))
    inverse = np.divide(1.0, paths, out=np.zeros_like(paths), where=paths != 0)
    each = heads[:, None]
    for depth in range(len(levels) - 1, 0, -1):
        carried = np.where(levels[depth], (each + share) * inverse, 0.0)
        share += np.where(levels[depth - 1], paths * (matrix @ carried), 0.0)
    share[sources, column] = 0.0
    result: Floats = share @ heads[sources]
    return result
