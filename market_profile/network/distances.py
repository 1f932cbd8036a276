"""Distances from many people at once: breadth-first search with 64 sources in one machine word (Then et al. 2014).

A level of the search is one gather and one bitwise "or" over neighbours, so the efficiency of a network of thousands of
ties takes about a millisecond: cheap enough to draw hundreds of ways in which it may mend. Many searches of one network
(``Search``: other sources, people gone, further ties) stand side by side in the words of one row. People with a single
tie, in reports most of them, have no row: whoever reaches the one they hang from reaches them one step later.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from market_profile.network.fields import NO_TIES, NOBODY, Field, Floats, Ints, Layout, Search, Words

MOST_WORDS = 48
"""Words of a row that are searched at once: a row then stays within the processor's cache."""

SLICES = 8
"""Neighbours of a row that are taken side by side with those of all others; the further ones of a few, row by row."""


class Distances:
    """A network laid out for searches: rows by number of ties, their first neighbours, their second, and so on."""

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        """Lay out the symmetric adjacency ``matrix``."""
        ties, near = np.diff(matrix.indptr), matrix.indices
        first = near[np.minimum(matrix.indptr[:-1], max(len(near) - 1, 0))] if len(near) else np.zeros(len(ties), int)
        person = np.arange(len(ties))
        hangs = (ties == 1) & ((ties[first] > 1) | (person > first))
        stands = (ties > 0) & ~hangs
        among = stands[near] & np.repeat(stands, ties)
        degree = np.bincount(np.repeat(person, ties)[among], minlength=len(ties))
        rows = np.flatnonzero(stands)
        rows = rows[np.argsort(-degree[rows], kind="stable")]
        row = np.full(len(ties), -1, dtype=np.int64)
        row[rows] = np.arange(len(rows))
        row[hangs] = row[first[hangs]]
        self._layout = Layout(row, hangs, np.bincount(row[hangs], minlength=len(rows)))
        kept = np.concatenate([[0], np.cumsum(among)])[matrix.indptr[:-1]]
        self._lay(degree[rows], kept[rows], row[near[among]])

    def _lay(self, degree: Ints, starts: Ints, near: Ints) -> None:
        """Note the neighbours of the rows: the first few by rank, the others of each row with many together."""
        some = np.searchsorted(-degree, -np.arange(SLICES + 1), side="left")
        self._ranks = [near[starts[:count] + rank] for rank, count in enumerate(some[:-1].tolist()) if count]
        many = int(some[-1])
        left = degree[:many] - SLICES
        self._starts = np.cumsum(left) - left
        self._far = near[np.repeat(starts[:many] + SLICES - self._starts, left) + np.arange(int(left.sum()))]

    def inverse(self, searches: Sequence[Search]) -> Floats:
        """Return, for each search, the sum of 1/distance from its sources to everybody in reach (not to itself)."""
        found = np.zeros(len(searches))
        first = 0
        while first < len(searches):
            last, words = first + 1, searches[first].words
            while last < len(searches) and words + searches[last].words <= MOST_WORDS:
                words += searches[last].words
                last += 1
            found[first:last] = self._together(searches[first:last])
            first = last
        return found

    def _together(self, searches: Sequence[Search]) -> Floats:
        field = Field(self._layout, searches)
        frontier, free = field.start()
        rows: list[Ints] = []
        hung: list[Floats] = []
        while True:
            bits = np.bitwise_count(frontier)
            rows.append(bits.sum(axis=0, dtype=np.int64))
            hung.append(field.hung @ bits.astype(np.float64))
            if len(rows) > 1 and not rows[-1].any():
                return field.summed(np.array(rows), np.array(hung))
            free ^= frontier
            reached = self._next(frontier)
            field.spread(frontier, reached)
            if len(rows) == 1:
                field.begin_late(reached)
            reached &= free
            frontier = reached

    def _next(self, frontier: Words) -> Words:
        """Return the words of all neighbours of each row, where the network itself has them."""
        reached = np.zeros_like(frontier)
        for near in self._ranks:
            reached[: len(near)] |= frontier.take(near, axis=0)
        if len(self._starts):
            reached[: len(self._starts)] |= np.bitwise_or.reduceat(frontier.take(self._far, axis=0), self._starts)
        return reached


def inverse_distances(matrix: sparse.csr_matrix, sources: Ints, gone: Ints = NOBODY, extra: Ints = NO_TIES) -> float:
    """Return the sum of 1/distance from each of ``sources`` to everybody within reach, as one ``Search``.

    Example:
        >>> line = sparse.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))
        >>> inverse_distances(line, np.array([0])), inverse_distances(line, np.array([0]), gone=np.array([1]))
        (1.5, 0.0)
    """
    return float(Distances(matrix).inverse([Search(sources, gone, extra)])[0])


def sampled(people: Ints, most: int, seed: int) -> Ints:
    """Return at most ``most`` of ``people``, in order; all where there are fewer, else a fixed sample."""
    if len(people) <= most:
        return people
    chosen: Ints = np.sort(np.random.default_rng(seed).choice(people, size=most, replace=False))
    return chosen
