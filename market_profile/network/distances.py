"""Distances from many people at once: breadth-first search with 64 sources in one machine word (Then et al. 2014).

A level of the search is one gather and one bitwise "or" over neighbours, so the efficiency of a network of thousands of
ties takes about a millisecond: cheap enough to draw hundreds of ways in which it may mend. Many searches of one network
(``Search``: other sources, people gone, further ties) stand side by side in the words of one row. People with a single
tie, in reports most of them, have no row: whoever reaches the one they hang from reaches them one step later. What the
same sources find in parts of the network that a search does not touch is worked out once for many searches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

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
        self._parts: int = 0
        self._part: Ints = ties
        if len(ties):
            self._parts, self._part = connected_components(matrix, directed=False)
        self._part_of_row = self._part[rows]
        kept = np.concatenate([[0], np.cumsum(among)])[matrix.indptr[:-1]]
        self._lay(degree[rows], kept[rows], row[near[among]])

    def _lay(self, degree: Ints, starts: Ints, near: Ints) -> None:
        """Note the neighbours of the rows: the first few by rank, the others of each row with many together."""
        some = np.searchsorted(-degree, -np.arange(SLICES + 1), side="left")
        self._ranks = [near[starts[:count] + rank] for rank, count in enumerate(some[:-1].tolist()) if count]
        many = int(some[-1])
        self._left = degree[:many] - SLICES
        self._starts = np.cumsum(self._left) - self._left
        laid = np.repeat(starts[:many] + SLICES - self._starts, self._left) + np.arange(int(self._left.sum()))
        self._far = near[laid]

    def inverse(self, searches: Sequence[Search], known: Floats | None = None) -> Floats:
        """Return, for each search, the sum of 1/distance from its sources to everybody in reach (not to itself).

        ``known`` is what ``known_from`` gives for the sources of all searches; a search may lack some of these, where
        it touches their part of the network (takes somebody out there, or ties them anew).
        """
        found = np.zeros(len(searches))
        first = 0
        while first < len(searches):
            last, words = first + 1, searches[first].words
            while last < len(searches) and words + searches[last].words <= MOST_WORDS:
                words += searches[last].words
                last += 1
            some = searches[first:last]
            met = self._met(some) if known is None else self._met_where_touched(some, known)
            found[first:last] = np.cumsum(met / np.arange(1, len(met) + 1)[:, None], axis=0)[-1]
            first = last
        return found

    def known_from(self, sources: Ints) -> Floats:
        """Return how many people ``sources`` meet in each part of the network at 1, 2, ... steps (parts, distances)."""
        field = Field(self._layout, [Search(sources)])
        rows, hung = [], []
        for bits in self._walked(field):
            of_row = bits.sum(axis=1, dtype=np.int64)
            rows.append(np.bincount(self._part_of_row, of_row, self._parts))
            hung.append(np.bincount(self._part_of_row, of_row * self._layout.hung, self._parts))
            if len(rows) > 1 and not of_row.any():
                break
        met = np.stack([*rows[1:], np.zeros(self._parts)], axis=1) + np.stack(hung, axis=1)
        hangs = sources[self._layout.hangs[sources]]
        met[:, 1:2] -= np.bincount(self._part[hangs], minlength=self._parts)[:, None]
        return met

    def _met_where_touched(self, searches: Sequence[Search], known: Floats) -> Floats:
        """Return what ``_met`` does, walking the parts alone that a search touches; the others add what is known."""
        touched = np.zeros(self._parts, dtype=bool)
        for search in searches:
            touched[self._part[np.concatenate([search.gone, search.extra.ravel()])]] = True
        inside = [Search(s.sources[touched[self._part[s.sources]]], s.gone, s.extra) for s in searches]
        walked, others = self._within(touched)._met(inside), known[~touched].sum(axis=0)
        met = np.zeros((max(len(walked), len(others)), len(searches)))
        met[: len(walked)] = walked
        met[: len(others)] += others[:, None]
        return met

    def _within(self, parts: NDArray[np.bool_]) -> Distances:
        """Return the network of some of its parts alone; everybody keeps their place."""
        layout, stays = self._layout, parts[self._part_of_row]
        place = np.cumsum(stays) - 1
        here = (layout.row >= 0) & parts[self._part]
        row = np.full(len(here), -1, dtype=np.int64)
        row[here] = place[layout.row[here]]
        some, many = copy(self), stays[: len(self._left)]
        some._layout = Layout(row, layout.hangs, layout.hung[stays])
        some._part_of_row = self._part_of_row[stays]
        some._ranks = [place[near[stays[: len(near)]]] for near in self._ranks]
        some._far = place[self._far[np.repeat(many, self._left)]]
        some._left = self._left[many]
        some._starts = np.cumsum(some._left) - some._left
        return some

    def _met(self, searches: Sequence[Search]) -> Floats:
        """Return how many people each search meets at 1, 2, ... steps (distances, searches)."""
        field = Field(self._layout, searches)
        counts: list[Floats] = []
        for bits in self._walked(field):
            counts.append(field.heads @ bits.astype(np.float64))
            if len(counts) > 1 and not counts[-1][0].any():
                break
        return field.met(np.array(counts))

    def _walked(self, field: Field) -> Iterator[NDArray[np.uint8]]:
        """Yield, at each distance from 0 on, how many bits each row and word has met there; without end."""
        frontier, free = field.start()
        is_start = True
        while True:
            yield np.bitwise_count(frontier)
            free ^= frontier
            reached = self._next(frontier)
            field.spread(frontier, reached)
            if is_start:
                field.begin_late(reached)
            reached &= free
            frontier, is_start = reached, False

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
