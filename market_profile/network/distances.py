"""Distances from many people at once: breadth-first search with 64 sources in one machine word (Then et al. 2014).

A level of the search is one gather and one bitwise "or" over neighbours, so the efficiency of a network of thousands of
ties takes about a millisecond: cheap enough to draw hundreds of ways in which it may mend.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
WORD = 64
NOBODY: Ints = np.empty(0, dtype=np.int64)
NO_TIES: Ints = np.empty((0, 2), dtype=np.int64)


def inverse_distances(matrix: sparse.csr_matrix, sources: Ints, gone: Ints = NOBODY, extra: Ints = NO_TIES) -> float:
    """Return the sum of 1/distance from each of ``sources`` to everybody within reach (not to itself).

    ``matrix`` is a symmetric adjacency matrix; people of ``gone`` are passed over as if they were not there (they may
    not be sources); ``extra`` (k, 2) are further undirected ties.

    Example:
        >>> line = sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))
        >>> inverse_distances(line, np.array([0])), inverse_distances(line, np.array([0]), gone=np.array([1]))
        (1.5, 0.0)
    """
    if not len(sources):
        return 0.0
    some = np.flatnonzero(np.diff(matrix.indptr))
    starts = matrix.indptr[:-1][some]
    frontier = _first(matrix.shape[0], sources)
    seen = frontier.copy()
    seen[gone] = ~np.uint64(0)
    total, depth = 0.0, 0
    while True:
        depth += 1
        reached = np.zeros_like(frontier)
        if len(some):
            reached[some] = np.bitwise_or.reduceat(frontier[matrix.indices], starts, axis=0)
        if len(extra):
            np.bitwise_or.at(reached, extra[:, 0], frontier[extra[:, 1]])
            np.bitwise_or.at(reached, extra[:, 1], frontier[extra[:, 0]])
        frontier = reached & ~seen
        found = int(np.bitwise_count(frontier).sum())
        if not found:
            return total
        total += found / depth
        seen |= frontier


def _first(people: int, sources: Ints) -> Words:
    """Return (people, words) with the bit of each source set in the row where it stands."""
    bits = np.zeros((people, (len(sources) + WORD - 1) // WORD), dtype=np.uint64)
    place = np.arange(len(sources))
    bits[sources, place // WORD] = np.uint64(1) << (place % WORD).astype(np.uint64)
    return bits


def sampled(people: Ints, most: int, seed: int) -> Ints:
    """Return at most ``most`` of ``people``, in order; all where there are fewer, else a fixed sample."""
    if len(people) <= most:
        return people
    chosen: Ints = np.sort(np.random.default_rng(seed).choice(people, size=most, replace=False))
    return chosen
