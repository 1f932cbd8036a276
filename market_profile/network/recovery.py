"""How a network may mend after a removal: three ways of finding a new tie, each drawn many times from fixed seeds.

After Duijn, Kashirin and Sloot (2014) and Diviak (2023): who lost a tie looks for another. *Nearest* asks the contacts
of one's contacts, *popular* those with most ties, *shared* the other contacts of whoever was removed. Efficiency that
ends above where it began says that the removal may strengthen the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market_profile.network.key_players import fragmentation
from market_profile.network.structure import Floats, Ints, Web, efficiency

MECHANISMS = ("nearest", "popular", "shared")

DRAWS = 20
"""Draws of each mechanism; bands are their 5th and 95th percentile."""

PIVOTS = 64
"""Sources from which efficiency is estimated in larger networks; the same before and after."""

HIDDEN_SHARE = 0.15
HIDDEN_DRAWS = 100
"""Police see a part of a network: so many draws of so many unseen ties try whether a rank would hold."""

SEED = 20190301


@dataclass(frozen=True)
class Recovery:
    """One mechanism's outcome: F and efficiency after mending (middle, low, high) and whether it strengthens.

    ``share_strengthened``: share of the draws in which efficiency ends above that of the network before the removal.
    """

    mechanism: str
    fragmentation: tuple[float, float, float]
    efficiency: tuple[float, float, float]
    share_strengthened: float
    is_strengthening: bool


@dataclass(frozen=True)
class Stability:
    """What ``HIDDEN_DRAWS`` draws of hidden ties leave of a choice.

    ``fragmentation`` (middle, low, high) of removing it; ``share_among_top``: by member, the share of draws in which
    the person stays among the people with most ties (``top`` of them).
    """

    fragmentation: tuple[float, float, float]
    share_among_top: tuple[float, ...]
    top: int


def without(web: Web, removed: list[int]) -> Web:
    """Return the network among those who remain after ``removed`` (indices)."""
    keep = np.ones(web.size, dtype=bool)
    keep[removed] = False
    place = np.cumsum(keep) - 1
    both = keep[web.pairs].all(axis=1)
    return Web(tuple(np.asarray(web.nodes)[keep].tolist()), place[web.pairs[both]], web.weight[both])


def recover(web: Web, removed: list[int]) -> tuple[Recovery, ...]:
    """Return what each mechanism makes of the network after ``removed`` (indices) are gone; deterministic."""
    before = efficiency(web, PIVOTS)
    rest = without(web, removed)
    orphans, others = _lost(web, removed)
    found = []
    for number, mechanism in enumerate(MECHANISMS):
        values = np.empty((DRAWS, 2))
        for draw in range(DRAWS):
            chance = np.random.default_rng([SEED, number, draw])
            mended = _mended(rest, orphans, others, mechanism, chance)
            values[draw] = fragmentation(mended), efficiency(mended, PIVOTS)
        share = float((values[:, 1] > before + 1e-12).mean()) if removed else 0.0
        found.append(Recovery(mechanism, band(values[:, 0]), band(values[:, 1]), share, share > 0.5))
    return tuple(found)


def stability(web: Web, chosen: list[int]) -> Stability:
    """Return how far a choice holds when ``HIDDEN_SHARE`` more ties, unseen so far, are drawn ``HIDDEN_DRAWS`` times.

    Hidden ties fall on pairs with the chance of their ends' ties plus one: the known are known for being connected.
    """
    top = max(10, len(chosen))
    degree = np.bincount(web.pairs.ravel(), minlength=web.size)
    odds = np.cumsum((degree + 1) / (degree + 1).sum())
    count = round(HIDDEN_SHARE * len(web.pairs))
    values, stays = np.empty(HIDDEN_DRAWS), np.zeros(len(chosen))
    for draw in range(HIDDEN_DRAWS):
        chance = np.random.default_rng([SEED, 9, draw])
        ends = np.minimum(np.searchsorted(odds, chance.random((count, 2))), web.size - 1)
        seen = with_ties(web, ends)
        ties = np.bincount(seen.pairs.ravel(), minlength=web.size)
        least = np.sort(ties)[-min(top, web.size)]
        stays += ties[chosen] >= least
        values[draw] = fragmentation(seen, chosen)
    return Stability(band(values), tuple((stays / HIDDEN_DRAWS).tolist()), top)


def with_ties(web: Web, ends: Ints) -> Web:
    """Return the network with the ties ``ends`` (n, 2) added; loops and ties that stand already are left out."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    keys = np.concatenate([web.pairs[:, 0] * web.size + web.pairs[:, 1], (low * web.size + high)[low != high]])
    keys, first = np.unique(keys, return_index=True)
    weight = np.concatenate([web.weight, np.ones(int((low != high).sum()))])[first]
    return Web(web.nodes, np.column_stack([keys // web.size, keys % web.size]), weight)


def band(values: Floats) -> tuple[float, float, float]:
    """Return the median, 5th and 95th percentile.

    Example:
        >>> band(np.array([1.0, 2.0, 3.0]))
        (2.0, 1.1, 2.9)
    """
    middle, low, high = np.quantile(values, [0.5, 0.05, 0.95])
    return float(middle), float(low), float(high)


def _lost(web: Web, removed: list[int]) -> tuple[Ints, list[Ints]]:
    """Return who lost each tie (indices among those who remain) and, beside it, the other contacts of the removed."""
    keep = np.ones(web.size, dtype=bool)
    keep[removed] = False
    place = np.cumsum(keep) - 1
    matrix = web.matrix()
    orphans: list[int] = []
    others: list[Ints] = []
    for gone in sorted(removed):
        near = matrix.indices[matrix.indptr[gone] : matrix.indptr[gone + 1]]
        left = np.sort(place[near[keep[near]]]).astype(np.int64)
        orphans.extend(left.tolist())
        others.extend([left] * len(left))
    return np.array(orphans, dtype=np.int64), others


def _mended(rest: Web, orphans: Ints, others: list[Ints], mechanism: str, chance: np.random.Generator) -> Web:
    if not len(orphans) or rest.size < 2:
        return rest
    degree = np.bincount(rest.pairs.ravel(), minlength=rest.size) + 1.0
    popular = np.searchsorted(np.cumsum(degree / degree.sum()), chance.random(len(orphans)))
    popular = np.minimum(popular, rest.size - 1)
    if mechanism == "popular":
        return with_ties(rest, np.column_stack([orphans, popular]))
    shared = np.array([near[int(u * len(near))] for near, u in zip(others, chance.random(len(orphans)), strict=True)])
    shared = np.where(shared == orphans, popular, shared)
    if mechanism == "shared":
        return with_ties(rest, np.column_stack([orphans, shared]))
    nearest = _two_steps(rest, orphans, chance)
    return with_ties(rest, np.column_stack([orphans, np.where(nearest < 0, shared, nearest)]))


def _two_steps(rest: Web, start: Ints, chance: np.random.Generator) -> Ints:
    """Return whom a walk of two steps from each start meets; -1 where it comes to nobody new."""
    matrix = rest.matrix()
    here = start.copy()
    for _ in range(2):
        ties = np.diff(matrix.indptr)[here]
        step = (chance.random(len(here)) * np.maximum(ties, 1)).astype(np.int64)
        position = np.minimum(matrix.indptr[here] + step, max(len(matrix.indices) - 1, 0))
        here = np.where(ties > 0, matrix.indices[position] if len(matrix.indices) else here, here).astype(np.int64)
    return np.where(here == start, -1, here)
