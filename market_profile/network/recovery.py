"""How a network may end up after a removal, and whether a choice would hold if some ties had gone unseen.

Each mechanism of ``mending`` is drawn many times from fixed seeds. Efficiency that ends above where it began says that
the removal may strengthen the network (Duijn, Kashirin and Sloot 2014; Diviak 2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market_profile.network.mending import MECHANISMS, SEED, Removal, new_ties
from market_profile.network.pieces import Pieces, pieces
from market_profile.network.structure import Floats, Ints, Web

DRAWS = 20
"""Draws of each mechanism; bands are their 5th and 95th percentile."""

PIVOTS = 512
"""Sources from which efficiency is estimated in larger networks; the same before and after."""

HIDDEN_SHARE = 0.15
HIDDEN_DRAWS = 100
"""Police see a part of a network: so many draws of so many unseen ties try whether a rank would hold."""


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
    the person stays among the people with most ties (``top`` of them); ``share_best``: the share in which removing the
    choice still fragments no less than removing as many people with most ties.
    """

    fragmentation: tuple[float, float, float]
    share_among_top: tuple[float, ...]
    top: int
    share_best: float


def without(web: Web, removed: list[int]) -> Web:
    """Return the network among those who remain after ``removed`` (indices)."""
    keep = np.ones(web.size, dtype=bool)
    keep[removed] = False
    place = np.cumsum(keep) - 1
    both = keep[web.pairs].all(axis=1)
    return Web(tuple(np.asarray(web.nodes)[keep].tolist()), place[web.pairs[both]], web.weight[both])


def recover(cut: Removal) -> tuple[Recovery, ...]:
    """Return what each mechanism makes of the network after a removal; deterministic."""
    left = pieces(cut.web, cut.removed)
    found = []
    for number, mechanism in enumerate(MECHANISMS):
        draws = [new_ties(cut.torn, mechanism, np.random.default_rng([SEED, number, draw])) for draw in range(DRAWS)]
        parts = np.array([left.tied(ends).fragmentation for ends in draws])
        values = cut.efficiency(draws)
        share = float((values > cut.before + 1e-12).mean()) if cut.removed else 0.0
        found.append(Recovery(mechanism, band(parts), band(values), share, share > 0.5))
    return tuple(found)


def stability(web: Web, chosen: list[int]) -> Stability:
    """Return how far a choice holds when ``HIDDEN_SHARE`` more ties, unseen so far, are drawn ``HIDDEN_DRAWS`` times.

    Hidden ties fall on pairs with the chance of their ends' ties plus one: the known are known for being connected.
    """
    top = max(10, len(chosen))
    if not web.size:
        return Stability((0.0, 0.0, 0.0), (), top, 0.0)
    degree = np.bincount(web.pairs.ravel(), minlength=web.size)
    odds = np.cumsum((degree + 1) / (degree + 1).sum())
    count = round(HIDDEN_SHARE * len(web.pairs))
    values, stays, best = np.empty(HIDDEN_DRAWS), np.zeros(len(chosen)), 0
    left: dict[tuple[int, ...], Pieces] = {}
    for draw in range(HIDDEN_DRAWS):
        chance = np.random.default_rng([SEED, 9, draw])
        ends = np.minimum(np.searchsorted(odds, chance.random((count, 2))), web.size - 1)
        seen = with_ties(web, ends)
        ties = np.bincount(seen.pairs.ravel(), minlength=web.size)
        least = np.sort(ties)[-min(top, web.size)]
        stays += ties[chosen] >= least
        values[draw], other = (
            _left(web, one, left).tied(ends).fragmentation for one in (tuple(chosen), _most_tied(ties, len(chosen)))
        )
        best += values[draw] >= other - 1e-12
    return Stability(band(values), tuple((stays / HIDDEN_DRAWS).tolist()), top, float(best / HIDDEN_DRAWS))


def _most_tied(ties: Ints, count: int) -> tuple[int, ...]:
    """Return the ``count`` people with most ties, the first of equals."""
    least = np.sort(ties)[-count] if count else np.inf
    some = np.flatnonzero(ties >= least)
    return tuple(some[np.argsort(-ties[some], kind="stable")][:count].tolist())


def _left(web: Web, removed: tuple[int, ...], known: dict[tuple[int, ...], Pieces]) -> Pieces:
    if removed not in known:
        known[removed] = pieces(web, removed)
    return known[removed]


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
