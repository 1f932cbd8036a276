"""Distances from many people at once: breadth-first search with 64 sources in one machine word (Then et al. 2014).

A level of the search is one gather and one bitwise "or" over neighbours, so the efficiency of a network of thousands of
ties takes about a millisecond: cheap enough to draw hundreds of ways in which it may mend. Many searches of one network
(``Search``: other sources, people gone, further ties) stand side by side in the words of one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
WORD = 64
NOBODY: Ints = np.empty(0, dtype=np.int64)
NO_TIES: Ints = np.empty((0, 2), dtype=np.int64)

MOST_WORDS = 48
"""Words of a row that are searched at once: a row then stays within the processor's cache."""


@dataclass(frozen=True)
class Search:
    """From whom distances are wanted: ``sources``; ``gone`` are passed over (they may not be sources); ``extra`` (k, 2)
    are further undirected ties."""

    sources: Ints
    gone: Ints = field(default_factory=lambda: NOBODY)
    extra: Ints = field(default_factory=lambda: NO_TIES)

    @property
    def words(self) -> int:
        """Machine words that hold a bit for every source."""
        return (len(self.sources) + WORD - 1) // WORD


class Distances:
    """A network laid out for searches: people by number of ties, their first neighbours, their second, and so on."""

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        """Lay out the symmetric adjacency ``matrix``."""
        ties = np.diff(matrix.indptr)
        order = np.argsort(-ties, kind="stable")
        self._place = np.empty(len(order), dtype=np.int64)
        self._place[order] = np.arange(len(order))
        some = np.searchsorted(-ties[order], -np.arange(int(ties.max(initial=0))), side="left")
        near = self._place[matrix.indices]
        starts = matrix.indptr[:-1][order]
        self._neighbours = [near[starts[:count] + number] for number, count in enumerate(some)]

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
        words = np.array([search.words for search in searches])
        starts = np.cumsum(words) - words
        total = np.zeros(len(searches))
        if not words.sum():
            return total
        frontier = np.zeros((len(self._place), int(words.sum())), dtype=np.uint64)
        for start, search in zip(starts, searches, strict=True):
            bit = np.arange(len(search.sources))
            places = (self._place[search.sources], start + bit // WORD)
            frontier[places] = np.uint64(1) << (bit % WORD).astype(np.uint64)
        free = ~frontier
        for start, search in zip(starts, searches, strict=True):
            free[self._place[search.gone], start : start + search.words] = 0
        ends = self._ends(searches, starts)
        owner = np.repeat(np.arange(len(searches)), words)
        depth = 0
        while True:
            depth += 1
            frontier = self._next(frontier, ends)
            frontier &= free
            reached = np.bitwise_count(frontier).sum(axis=0, dtype=np.int64)
            if not reached.any():
                return total
            total += np.bincount(owner, reached, len(searches)) / depth
            free ^= frontier

    def _next(self, frontier: Words, ends: tuple[Ints, Ints, Ints]) -> Words:
        """Return the words of all neighbours, and over the further ties (from, to, column), of each row."""
        reached = np.zeros_like(frontier)
        for near in self._neighbours:
            reached[: len(near)] |= frontier[near]
        one, other, column = ends
        if len(one):
            np.bitwise_or.at(reached, (other, column), frontier[one, column])
        return reached

    def _ends(self, searches: Sequence[Search], starts: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the further ties both ways round, once a word of their search: from, to, column."""
        one, other, column = [NOBODY], [NOBODY], [NOBODY]
        for start, search in zip(starts, searches, strict=True):
            ties = self._place[search.extra]
            both = np.concatenate([ties, ties[:, ::-1]])
            for word in range(search.words):
                one.append(both[:, 0])
                other.append(both[:, 1])
                column.append(np.full(len(both), start + word))
        return np.concatenate(one), np.concatenate(other), np.concatenate(column)


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
