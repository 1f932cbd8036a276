"""Into what pieces a network falls: the F of Borgatti (2006) of what is left, and once some more are tied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from market_profile.network.fields import Ints
from market_profile.network.structure import Web


@dataclass(frozen=True)
class Pieces:
    """A network without some nodes: the piece of each node (-1: taken out), and the number of nodes of each piece."""

    of: Ints
    sizes: Ints

    @property
    def fragmentation(self) -> float:
        """F: the share of pairs of the nodes left who cannot reach each other; 1 for fewer than two nodes."""
        n = int(self.sizes.sum())
        return float(1 - (self.sizes * (self.sizes - 1)).sum() / (n * (n - 1))) if n > 1 else 1.0

    def tied(self, ends: Ints) -> Pieces:
        """Return the pieces with the ties ``ends`` (k, 2) added; those of nodes that were taken out tie nobody.

        ``of`` then tells of pieces, not of nodes.
        """
        pairs = self.of[ends]
        return _joined(self.sizes, pairs[(pairs >= 0).all(axis=1)])


def pieces(web: Web, removed: Sequence[int] = ()) -> Pieces:
    """Return the pieces of ``web`` without ``removed`` (indices)."""
    keep = np.ones(web.size, dtype=bool)
    keep[list(removed)] = False
    found = _joined(keep.astype(np.int64), web.pairs[keep[web.pairs].all(axis=1)])
    return Pieces(np.where(keep, found.of, -1), found.sizes)


def fragmentation(web: Web, removed: Sequence[int] = ()) -> float:
    """Return Borgatti's F among the nodes that remain after ``removed`` (indices) are taken out.

    Example:
        >>> line = Web(("a", "b", "c"), np.array([[0, 1], [1, 2]]), np.ones(2))
        >>> fragmentation(line), fragmentation(line, [1])
        (0.0, 1.0)
    """
    return pieces(web, removed).fragmentation


def _joined(sizes: Ints, pairs: NDArray[np.int64]) -> Pieces:
    ties = sparse.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(sizes), len(sizes)))
    count, label = connected_components(ties, directed=False) if len(sizes) else (0, np.empty(0, dtype=np.int64))
    found = np.bincount(label, sizes, count).astype(np.int64)
    return Pieces(label.astype(np.int64), found)
