"""Who finds whom once somebody is gone: three ways in which a network mends, as ties drawn from a given chance.

After Duijn, Kashirin and Sloot (2014) and Diviak (2023): who lost a tie looks for another. *Nearest* asks the contacts
of one's contacts, *popular* those with most ties, *shared* the other contacts of whoever was removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from market_profile.network.distances import Distances, sampled
from market_profile.network.fields import Ints, Search
from market_profile.network.structure import Floats, Web

MECHANISMS = ("nearest", "popular", "shared")

SEED = 20190301


@dataclass(frozen=True)
class Torn:
    """A network with people taken out; everybody keeps their place (index).

    ``matrix`` holds the ties among those who remain, ``gone`` the places of the removed, ``orphans`` who lost a tie
    (once a tie), ``others`` beside each the further contacts of whoever was removed; ``odds`` the cumulative chance of
    being chosen as a new contact, by number of ties plus one.
    """

    matrix: sparse.csr_matrix
    gone: Ints
    orphans: Ints
    others: tuple[Ints, ...]
    odds: Floats

    @property
    def remaining(self) -> int:
        """Number of people who remain."""
        return int(self.matrix.shape[0]) - len(self.gone)


def tear(matrix: sparse.csr_matrix, removed: list[int]) -> Torn:
    """Return what is left of the network with adjacency ``matrix`` once ``removed`` (indices) are out."""
    gone = np.array(sorted(set(removed)), dtype=np.int64)
    keep = np.ones(matrix.shape[0], dtype=bool)
    keep[gone] = False
    orphans: list[Ints] = []
    others: list[Ints] = []
    for place in gone:
        near = matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]].astype(np.int64)
        left = np.sort(near[keep[near]])
        orphans.append(left)
        others.extend([left] * len(left))
    cut = _without(matrix, keep)
    ties = np.where(keep, np.diff(cut.indptr) + 1.0, 0.0)
    lost = np.concatenate([*orphans, np.empty(0, dtype=np.int64)])
    return Torn(cut, gone, lost, tuple(others), np.cumsum(ties / max(ties.sum(), 1.0)))


def _without(matrix: sparse.csr_matrix, keep: np.ndarray) -> sparse.csr_matrix:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    stays = keep[row] & keep[matrix.indices]
    before = np.concatenate([[0], np.cumsum(stays)])
    parts = (matrix.data[stays], matrix.indices[stays], before[matrix.indptr])
    return sparse.csr_matrix(parts, shape=matrix.shape)


def new_ties(torn: Torn, mechanism: str, chance: np.random.Generator) -> Ints:
    """Return the ties (k, 2) that ``mechanism`` makes, one for each tie lost; a loop means that nobody was found."""
    orphans = torn.orphans
    if not len(orphans) or torn.remaining < 2:
        return np.empty((0, 2), dtype=np.int64)
    popular = np.searchsorted(torn.odds, chance.random(len(orphans)), side="right")
    popular = np.minimum(popular, np.searchsorted(torn.odds, torn.odds[-1]))
    if mechanism == "popular":
        return np.column_stack([orphans, popular])
    shared = np.array([n[int(u * len(n))] for n, u in zip(torn.others, chance.random(len(orphans)), strict=True)])
    shared = np.where(shared == orphans, popular, shared)
    if mechanism == "shared":
        return np.column_stack([orphans, shared])
    nearest = _two_steps(torn.matrix, orphans, chance)
    return np.column_stack([orphans, np.where(nearest < 0, shared, nearest)])


def _two_steps(matrix: sparse.csr_matrix, start: Ints, chance: np.random.Generator) -> Ints:
    """Return whom a walk of two steps from each start meets; -1 where it comes to nobody new."""
    here = start.copy()
    for _ in range(2):
        ties = np.diff(matrix.indptr)[here]
        step = (chance.random(len(here)) * np.maximum(ties, 1)).astype(np.int64)
        position = np.minimum(matrix.indptr[here] + step, max(len(matrix.indices) - 1, 0))
        here = np.where(ties > 0, matrix.indices[position] if len(matrix.indices) else here, here).astype(np.int64)
    return np.where(here == start, -1, here)


@dataclass(frozen=True)
class Yardstick:
    """Whose distances stand for everybody's: the same people before and after, so that a difference is no sampling.

    ``sources`` are drawn from those who stay; those ``apart`` (to be removed, before they are) are counted in full.
    """

    sources: Ints
    apart: Ints
    people: int

    def searches(self) -> list[Search]:
        """Return the searches that ``before`` needs: from those apart, and from the others."""
        return [Search(self.apart), Search(self.sources)]

    def before(self, apart: float, others: float) -> float:
        """Return global efficiency before the removal from what ``searches`` found."""
        n = self.people
        rest = n - len(self.apart)
        total = apart + rest / max(len(self.sources), 1) * others
        return total / (n * (n - 1)) if n > 1 else 0.0

    def after(self, network: Distances, torn: Torn, extras: Sequence[Ints], known: Floats) -> Floats:
        """Return global efficiency of ``network`` once ``torn``, with the ties of each of ``extras``; ``known`` from
        its sources before (``Distances.known_from``)."""
        if torn.remaining < 2 or not len(self.sources):
            return np.zeros(len(extras))
        total = network.inverse([Search(self.sources, torn.gone, extra) for extra in extras], known)
        found: Floats = total / (len(self.sources) * (torn.remaining - 1))
        return found


@dataclass(frozen=True)
class Removal:
    """A network and what stands once ``removed`` (indices) are out, measured with one yardstick; ``before``: its
    efficiency before."""

    web: Web
    removed: list[int]
    torn: Torn
    before: float
    network: Distances
    measure: Yardstick
    known: Floats

    def efficiency(self, extras: Sequence[Ints]) -> Floats:
        """Return the efficiency among those who remain, with the ties of each of ``extras``."""
        return self.measure.after(self.network, self.torn, extras, self.known)


def removal(web: Web, removed: list[int], most: int) -> Removal:
    """Return the removal of ``removed`` (indices) from ``web``, measured from at most ``most`` people."""
    matrix = web.matrix()
    network, measure = Distances(matrix), yardstick(web, removed, most)
    before = measure.before(*network.inverse(measure.searches()))
    known = network.known_from(measure.sources)
    return Removal(web, removed, tear(matrix, removed), before, network, measure, known)


def yardstick(web: Web, removed: list[int], most: int) -> Yardstick:
    """Return the yardstick of ``web`` for the removal of ``removed`` from at most ``most`` sources."""
    keep = np.ones(web.size, dtype=bool)
    keep[removed] = False
    return Yardstick(sampled(np.flatnonzero(keep), most, SEED), np.flatnonzero(~keep), web.size)
