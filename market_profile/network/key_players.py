"""Key players: the set whose removal leaves the fewest pairs able to reach each other (Borgatti 2006, KPP-Neg).

F = 1 - sum s(s-1) / n(n-1) over components of size s among the n who remain. Several starts (greedy, degree,
betweenness, cut points) are each improved by swaps; one depth-first pass gives the effect of removing every further
node at once, so a swap costs one pass, not one per candidate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from market_profile.network.model import KeyPlayerSet
from market_profile.network.pieces import fragmentation
from market_profile.network.reach import Reach
from market_profile.network.structure import Floats, Web, betweenness

NEAR = 0.01
"""Sets within one hundredth of the best are as good in practice: the planner chooses among them."""

FRAGMENTS_FROM = 0.2
"""Below this F even the best set leaves four pairs in five in reach of each other."""

WORK = 400_000
"""Nodes and ties visited per search before starts and swap rounds are cut; keeps a large network under seconds."""


@dataclass
class _Search:
    web: Web
    reach: Reach
    found: dict[frozenset[int], float]

    def after_one_more(self, removed: set[int]) -> Floats:
        """Return pairs still in reach after also removing each node (infinite for those already removed)."""
        return self.reach.pairs_left(frozenset(removed))


def key_players(
    web: Web, most: int, allowed: np.ndarray | None = None, between: Floats | None = None
) -> tuple[KeyPlayerSet, ...]:
    """Return the best set found for each k = 1 .. ``most`` over people with at least one tie.

    ``allowed`` (bool per node) leaves out people who may not be proposed, such as those to be safeguarded; ``between``:
    betweenness per node, where it is known. Never worse than the k highest by degree or by betweenness; deterministic.
    """
    tied = np.zeros(web.size, dtype=bool)
    tied[web.pairs.ravel()] = True
    if not tied.any():
        return ()
    inner, names = _over(web, tied)
    may = np.ones(inner.size, dtype=bool) if allowed is None else allowed[tied]
    matrix = inner.matrix()
    search = _Search(inner, Reach(matrix), {})
    rankings = _rankings(matrix, betweenness(inner, 5_000, 100) if between is None else between[tied], may)
    most = min(most, int(may.sum()), max(inner.size - 2, 1))
    greedy = _greedy(search, most, may)
    sets: list[KeyPlayerSet] = []
    last: list[int] = []
    for k in range(1, most + 1):
        best = _best_of(search, [greedy[:k], *(r[:k] for r in rankings), _grow(search, last, may)], may)
        last = sorted(best)
        sets.append(_described(search, best, k, names))
    return tuple(sets)


def _over(web: Web, mask: np.ndarray) -> tuple[Web, tuple[str, ...]]:
    place = np.cumsum(mask) - 1
    names = tuple(name for name, keep in zip(web.nodes, mask, strict=True) if keep)
    return Web(names, place[web.pairs], web.weight), names


def _rankings(matrix: sparse.csr_matrix, between: Floats, may: np.ndarray) -> list[list[int]]:
    degree = np.diff(matrix.indptr).astype(float)
    ranked = []
    for score in (degree, between, degree * between):
        order = np.lexsort((np.arange(len(score)), -np.round(score, 12)))
        ranked.append([int(i) for i in order if may[i]])
    return ranked


def _greedy(search: _Search, most: int, may: np.ndarray) -> list[int]:
    chosen: list[int] = []
    for _ in range(most):
        chosen.append(_pick(search.after_one_more(set(chosen)), may, set(chosen)))
    return chosen


def _grow(search: _Search, last: list[int], may: np.ndarray) -> list[int]:
    return [*last, _pick(search.after_one_more(set(last)), may, set(last))]


def _pick(left: Floats, may: np.ndarray, taken: set[int]) -> int:
    masked = np.where(may, left, np.inf)
    masked[list(taken)] = np.inf
    return int(np.argmin(masked))


def _best_of(search: _Search, starts: list[list[int]], may: np.ndarray) -> frozenset[int]:
    scored: list[tuple[float, tuple[int, ...]]] = []
    tried = sorted({tuple(sorted(s)) for s in starts})
    budget = max(1, WORK // (max(len(search.web.pairs) * 2, 1) * len(tried)))
    for start in tried:
        scored.append(_swap(search, set(start), may, budget))
    _, best = min(scored)
    return frozenset(best)


def _swap(search: _Search, chosen: set[int], may: np.ndarray, budget: int) -> tuple[float, tuple[int, ...]]:
    """Exchange one member at a time while pairs in reach fall; note every set seen."""
    current = _pairs_of(search, chosen)
    improved, used = True, 0
    while improved and used < budget:
        improved = False
        for member in sorted(chosen):
            rest = chosen - {member}
            left = search.after_one_more(rest)
            used += 1
            masked = np.where(may, left, np.inf)
            masked[list(rest)] = np.inf
            _note(search, rest, masked)
            best = int(np.argmin(masked))
            if masked[best] < current:
                chosen, current, improved = rest | {best}, float(masked[best]), True
    return current, tuple(sorted(chosen))


def _pairs_of(search: _Search, chosen: set[int]) -> float:
    n = search.web.size - len(chosen)
    return (1 - fragmentation(search.web, sorted(chosen))) * n * (n - 1) / 2


def _note(search: _Search, rest: set[int], masked: Floats) -> None:
    n = search.web.size - len(rest) - 1
    allowed = masked.min() + NEAR * n * (n - 1) / 2
    for node in np.flatnonzero(masked <= allowed)[:20]:
        search.found[frozenset(rest | {int(node)})] = float(masked[node])


def _described(search: _Search, best: frozenset[int], k: int, names: tuple[str, ...]) -> KeyPlayerSet:
    n = search.web.size - k
    pairs = max(n * (n - 1) / 2, 1.0)
    top = fragmentation(search.web, sorted(best))
    near = sorted(
        (round(1 - value / pairs, 9), tuple(sorted(names[i] for i in members)))
        for members, value in search.found.items()
        if len(members) == k and members != best and 1 - value / pairs >= top - NEAR
    )
    near.sort(key=lambda item: (-item[0], item[1]))
    members = _in_order(search, best)
    return KeyPlayerSet(
        k=k,
        nominals=tuple(names[i] for i in members),
        fragmentation=top,
        near_equal=tuple(found for _, found in near[:5]),
        is_fragmenting=top >= FRAGMENTS_FROM,
    )


def _in_order(search: _Search, best: frozenset[int]) -> list[int]:
    """Order the members by what each adds when taken out in turn."""
    chosen: list[int] = []
    while len(chosen) < len(best):
        left = search.after_one_more(set(chosen))
        chosen.append(min(best - set(chosen), key=lambda i: (left[i], i)))
    return chosen
