"""Many searches of one network side by side: who needs a row, which bits start where, and what each search found.

Whoever hangs from another by their only tie has no row of their own, unless a search takes them out or ties them anew:
a search that begins with them begins one step later where they hang, and they are reached one step after that row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
WORD = 64
NOBODY: Ints = np.empty(0, dtype=np.int64)
NO_TIES: Ints = np.empty((0, 2), dtype=np.int64)


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


@dataclass(frozen=True)
class Layout:
    """A network's rows: ``row`` of each person (of whom they hang from where they ``hangs``; -1: no tie), and the
    number of people ``hung`` from each row."""

    row: Ints
    hangs: NDArray[np.bool_]
    hung: Ints


class Field:
    """The bits of some searches of one network, and the rows that they need beside the network's own."""

    def __init__(self, layout: Layout, searches: Sequence[Search]) -> None:
        """Give rows to everybody whom a search takes out or ties anew, and words to the sources of each search."""
        touched = np.unique(np.concatenate([part.ravel() for s in searches for part in (s.gone, s.extra)]))
        own = touched[(layout.row[touched] < 0) | layout.hangs[touched]]
        rows = len(layout.hung)
        above = layout.row[own]
        self._row, self._hangs = layout.row.copy(), layout.hangs.copy()
        self._row[own], self._hangs[own] = rows + np.arange(len(own)), False
        self.hung = np.concatenate([layout.hung, np.zeros(len(own), dtype=np.int64)])
        np.subtract.at(self.hung, above[above >= 0], 1)
        order = np.argsort(above, kind="stable")[np.count_nonzero(above < 0) :]
        self._below = rows + order
        self._above, self._runs = np.unique(above[order], return_index=True)
        self._up = above[order]
        self.heads = np.stack([np.ones(len(self.hung)), self.hung.astype(np.float64)])
        self._begin(searches)
        self._tie(searches)

    def _begin(self, searches: Sequence[Search]) -> None:
        """Note where the bits of each search start, at once or one step later, and where it may not go."""
        self._last = np.cumsum([search.words for search in searches])
        self._first = self._last - [search.words for search in searches]
        places, late = [], []
        for search, first in zip(searches, self._first.tolist(), strict=True):
            row, bit = self._row[search.sources], np.arange(len(search.sources))
            may = (row >= 0) & ~np.isin(row, self._row[search.gone])
            word, mask = first + bit // WORD, np.uint64(1) << (bit % WORD).astype(np.uint64)
            places.append((row[may], word[may], mask[may]))
            late.append(self._hangs[search.sources[may]])
        self._late = np.concatenate(late)
        self._bits = [np.concatenate(parts) for parts in zip(*places, strict=True)]
        self._away = np.array([int(hangs.sum()) for hangs in late])
        self._closed = [self._row[search.gone] for search in searches]
        self._shape = (len(self.hung), int(self._last[-1]))

    def _tie(self, searches: Sequence[Search]) -> None:
        """Note the further ties both ways round, once a word of their search, in order of where they lead to."""
        width = self._shape[1]
        origin, target = [NOBODY], [NOBODY]
        for search, first, last in zip(searches, self._first, self._last, strict=True):
            ends = self._row[search.extra]
            both = np.concatenate([ends, ends[:, ::-1]])[:, :, None] * width + np.arange(first, last)
            origin.append(both[:, 0].ravel())
            target.append(both[:, 1].ravel())
        to = np.concatenate(target)
        order = np.argsort(to, kind="stable")
        self._from = np.concatenate(origin)[order]
        self._to, self._ends = np.unique(to[order], return_index=True)

    def start(self) -> tuple[Words, Words]:
        """Return the first words, and those that each row is still free to take."""
        frontier = np.zeros(self._shape, dtype=np.uint64)
        self._set(frontier, ~self._late)
        free = np.full(self._shape, np.uint64(2**64 - 1))
        for first, last, closed in zip(self._first, self._last, self._closed, strict=True):
            free[closed, first:last] = 0
        return frontier, free

    def begin_late(self, reached: Words) -> None:
        """Add to ``reached``, the rows met after one step, those that sources without a row hang from."""
        self._set(reached, self._late)

    def _set(self, words: Words, which: NDArray[np.bool_]) -> None:
        row, word, bit = (part[which] for part in self._bits)
        np.bitwise_or.at(words, (row, word), bit)

    def spread(self, frontier: Words, reached: Words) -> None:
        """Add to ``reached`` what comes from ``frontier`` over the ties of rows of their own and over further ties."""
        if len(self._below):
            reached[self._below] |= frontier.take(self._up, axis=0)
            reached[self._above] |= np.bitwise_or.reduceat(frontier.take(self._below, axis=0), self._runs)
        if len(self._to):
            flat = reached.reshape(-1)
            flat[self._to] |= np.bitwise_or.reduceat(frontier.reshape(-1).take(self._from), self._ends)

    def met(self, counts: Floats) -> Floats:
        """Return how many people each search met at a distance of 1, 2, ... (distances, searches).

        ``counts`` (distances from 0 on, 2, words): rows met, and the people hung from them, who are one step further; a
        source that hangs does not meet itself there.
        """
        rows, hung = counts[:, 0], counts[:, 1]
        of_words = np.concatenate([rows[1:], np.zeros((1, self._shape[1]))]) + hung
        found = np.stack([of_words[:, a:b].sum(axis=1) for a, b in zip(self._first, self._last, strict=True)], axis=1)
        found[1:2] -= self._away
        return found
