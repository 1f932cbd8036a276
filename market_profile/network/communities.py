"""Communities by modularity (Blondel et al. 2008, Louvain) with vectorised, deterministic moves.

All nodes weigh their best move at once; a fixed half of them may move in a round, which stops the swapping that
simultaneous moves cause. Node order is that of sorted ids, so names and row order change nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from market_profile.network.codes import ordered, places
from market_profile.network.structure import Ints, Web, by_size

ROUNDS = 60
QUIET_ROUNDS = 6
SEED = 7
SETTLED_ONE_IN = 1000
"""A round that moves fewer than one node in a thousand counts as quiet: large networks never come to rest."""


def communities(web: Web, resolution: float = 1.0) -> Ints:
    """Return the community number of each node, 1 for the largest; lone nodes are their own community."""
    matrix = web.matrix(weighted=True)
    label = np.arange(web.size, dtype=np.int64)
    while matrix.shape[0]:
        moved = _one_level(matrix, resolution)
        _, moved = np.unique(moved, return_inverse=True)
        label = moved[label]
        count = int(moved.max()) + 1
        if count == matrix.shape[0]:
            break
        gather = sparse.coo_matrix((np.ones(len(moved)), (moved, np.arange(len(moved)))), shape=(count, len(moved)))
        matrix = (gather @ matrix @ gather.T).tocsr()
    return by_size(label) if web.size else label


def modularity(web: Web, label: Ints, resolution: float = 1.0) -> float:
    """Return Newman's modularity of ``label`` over the weighted ties."""
    if not len(web.pairs):
        return 0.0
    strength = np.asarray(web.matrix(weighted=True).sum(axis=1)).ravel()
    total = strength.sum()
    inside = 2 * web.weight[label[web.pairs[:, 0]] == label[web.pairs[:, 1]]].sum()
    grouped = np.bincount(label, weights=strength)
    return float(inside / total - resolution * np.square(grouped / total).sum())


def _one_level(matrix: sparse.csr_matrix, resolution: float) -> Ints:
    n = matrix.shape[0]
    strength = np.asarray(matrix.sum(axis=1)).ravel()
    total = strength.sum()
    label = np.arange(n, dtype=np.int64)
    ties = matrix - sparse.diags(matrix.diagonal())
    ties.eliminate_zeros()
    if total == 0 or not ties.nnz:
        return label
    ties = ties.tocsr()
    chance = np.random.default_rng(SEED)
    quiet = 0
    for _ in range(ROUNDS):
        movers = np.flatnonzero(chance.random(n) < 0.5)
        target, gain = _best_moves(label, ties[movers], movers, strength, resolution / total)
        moves = gain > 1e-12
        quiet = 0 if moves.sum() > n // SETTLED_ONE_IN else quiet + 1
        if quiet >= QUIET_ROUNDS:
            break
        label[movers[moves]] = target[moves]
    return label


def _best_moves(
    label: Ints, ties: sparse.csr_matrix, movers: Ints, strength: np.ndarray, rate: float
) -> tuple[Ints, np.ndarray]:
    """Return, for each of ``movers`` (rows of ``ties``), its best community and what moving there gains.

    One sparse product sums each mover's ties by community; equal gains go to the lower number.
    """
    n = len(label)
    grouped = np.bincount(label, weights=strength, minlength=n)
    member = sparse.csr_matrix((np.ones(n), label, np.arange(n + 1)), shape=(n, n))
    to = ties @ member
    size = np.diff(to.indptr)
    row = np.repeat(np.arange(len(movers)), size)
    community = to.indices.astype(np.int64)
    own = community == label[movers][row]
    stay = np.zeros(len(movers))
    stay[row[own]] = to.data[own]
    stay -= rate * strength[movers] * (grouped[label[movers]] - strength[movers])
    score = to.data - rate * strength[movers][row] * grouped[community]
    score[own] = -np.inf
    gain, target = np.full(len(movers), -np.inf), label[movers].copy()
    some = np.flatnonzero(size)
    if not len(some):
        return target, gain
    starts = to.indptr[:-1][some]
    gain[some] = np.maximum.reduceat(score, starts)
    target[some] = np.minimum.reduceat(np.where(score == gain[row], community, n), starts)
    return target, gain - stay


def carry_labels(nodes: pd.DataFrame, previous: pd.DataFrame | None) -> pd.Series:
    """Return stable community names ("C001" ...) for ``nodes`` (nominal_id, community as a number).

    A community keeps the name of the past one with which it shares most people (ties: the lower name); a new one takes
    the next free number.
    """
    known = pd.DataFrame({"nominal_id": [], "community": []}, dtype="str") if previous is None else previous
    names, code = ordered(known["community"])
    before = np.append(np.where((names == "")[code], -1, code), -1)[places(nodes["nominal_id"], known["nominal_id"])]
    now = nodes["community"].to_numpy()
    both, shared = np.unique((now * len(names) + before)[before >= 0], return_counts=True)
    then_now, then = np.divmod(both, max(len(names), 1))
    order = np.lexsort((then_now, then, -shared))
    taken: dict[int, str] = {}
    given: set[str] = set()
    for community, name in zip(then_now[order].tolist(), names.take(then[order]).tolist(), strict=True):
        if community not in taken and name not in given:
            taken[community] = name
            given.add(name)
    last = max((int(name[1:]) for name in names.tolist() if name), default=0)
    numbers, row = np.unique(now, return_inverse=True)
    fresh = [community for community in numbers.tolist() if community not in taken]
    taken |= {community: f"C{last + place:03d}" for place, community in enumerate(fresh, start=1)}
    labels = pd.Index([taken[community] for community in numbers.tolist()], dtype="str")
    return pd.Series(labels.take(row), index=nodes.index, dtype="str")
