"""Measures of the whole network: components, k-core, betweenness, cut points, projection.

Work is done by scipy and rustworkx on integer indices in the order of sorted nominal ids, in one thread, so that
results do not depend on row order or thread count. networkx is the oracle in tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import rustworkx as rx
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from market_profile.network.between import betweenness_sums, dependencies
from market_profile.network.codes import ordered, places
from market_profile.network.distances import inverse_distances, sampled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PIVOT_BATCH = 32
PIVOT_SEED = 20190228
"""Fixed, so that the same network always gets the same pivots."""


@dataclass(frozen=True)
class Web:
    """An undirected simple graph: ``nodes`` sorted ids, ``pairs`` (m, 2) index pairs with i < j, ``weight`` (m,)."""

    nodes: tuple[str, ...]
    pairs: Ints
    weight: Floats

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    def matrix(self, weighted: bool = False) -> sparse.csr_matrix:
        """Return the symmetric adjacency matrix (ones, or the tie weights)."""
        values = self.weight if weighted else np.ones(len(self.pairs))
        i, j = self.pairs[:, 0], self.pairs[:, 1]
        shape = (self.size, self.size)
        half = sparse.coo_matrix((values, (i, j)), shape=shape)
        return (half + half.T).tocsr()

    def rustworkx(self) -> rx.PyGraph:
        """Return the same graph for rustworkx, node i at index i."""
        graph = rx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(self.size))
        graph.extend_from_edge_list(list(map(tuple, self.pairs.tolist())))
        return graph


def web_of(edges: pd.DataFrame, nodes: pd.Series | pd.Index | list[str]) -> Web:
    """Return the simple undirected graph of ``edges`` (network_edges columns) over the sorted ``nodes``.

    Relations and directions of a pair collapse to one tie whose weight is noisy-or over them.

    Example:
        >>> frame = pd.DataFrame({"source_nominal_id": ["b", "a"], "target_nominal_id": ["a", "b"],
        ...                       "weight": [0.5, 0.5]})
        >>> web_of(frame, ["b", "a"]).weight.tolist()
        [0.75]
    """
    names, _ = ordered(pd.Index(nodes, dtype="str"))
    source, target = (places(edges[end], names) for end in ("source_nominal_id", "target_nominal_id"))
    key = np.minimum(source, target) * len(names) + np.maximum(source, target)
    miss = np.log1p(-edges["weight"].to_numpy(float).clip(0.0, 0.99))
    order = np.lexsort((miss, key))
    order = order[(source != target)[order]]
    joined = pd.Series(miss[order]).groupby(key[order], sort=True).sum()
    pairs = np.column_stack(np.divmod(joined.index.to_numpy(np.int64), max(len(names), 1)))
    return Web(tuple(names.tolist()), pairs, -np.expm1(joined.to_numpy()))


def components(web: Web) -> Ints:
    """Return the component number of each node, 1 for the largest; equals ordered by their first node."""
    if not web.size:
        return np.zeros(0, dtype=np.int64)
    _, label = connected_components(web.matrix(), directed=False)
    return by_size(label)


def by_size(label: NDArray[np.integer]) -> Ints:
    """Return labels renumbered 1, 2 ... by size (largest first), equals by their first member."""
    _, first, back, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -size))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return rank[back]


def core_numbers(web: Web) -> Ints:
    """Return the k-core number of each node: people with fewest ties left are taken out, round by round."""
    matrix = web.matrix()
    degree = np.diff(matrix.indptr).astype(np.float64)
    core = np.zeros(web.size, dtype=np.int64)
    alive = np.ones(web.size, dtype=bool)
    k = 0.0
    while alive.any():
        k = max(k, float(degree[alive].min()))
        drop = alive & (degree <= k)
        while drop.any():
            core[drop] = int(k)
            alive &= ~drop
            degree -= matrix @ drop
            drop = alive & (degree <= k)
    return core


def cut_points(web: Web) -> NDArray[np.bool_]:
    """Return which nodes cut the network: without one, its component falls apart."""
    mask = np.zeros(web.size, dtype=bool)
    mask[sorted(rx.articulation_points(web.rustworkx()))] = True
    return mask


def betweenness(web: Web, exact_edges: int, pivots: int) -> Floats:
    """Return normalised betweenness: exact up to ``exact_edges`` ties, else from ``pivots`` fixed sources.

    Brandes (2001); above, Brandes and Pich (2007) with uniform pivots. Networks without shortest paths
    through a node give 0.
    """
    if web.size < 3 or not len(web.pairs):
        return np.zeros(web.size)
    if len(web.pairs) <= exact_edges or pivots >= web.size:
        return betweenness_sums(web.matrix()) * (2.0 / ((web.size - 1) * (web.size - 2)))
    chosen = np.sort(np.random.default_rng(PIVOT_SEED).choice(web.size, size=pivots, replace=False))
    return pivot_betweenness(web, chosen)


def pivot_betweenness(web: Web, pivots: Ints) -> Floats:
    """Return betweenness estimated from the shortest paths out of ``pivots`` (node indices), scaled to all nodes.

    Level-by-level breadth-first search of ``PIVOT_BATCH`` sources at once by sparse products. With every node as a
    pivot this is exact betweenness.
    """
    matrix = web.matrix()
    total = np.zeros(web.size)
    for start in range(0, len(pivots), PIVOT_BATCH):
        total += dependencies(matrix, pivots[start : start + PIVOT_BATCH], np.ones(web.size))
    scale = web.size / len(pivots) / ((web.size - 1) * (web.size - 2))
    return total * scale


def efficiency(web: Web, pivots: int = 500) -> float:
    """Return global efficiency: the mean of 1/distance over pairs (Latora and Marchiori 2001), 0 where unreachable.

    Exact up to ``pivots`` nodes, then estimated from that many fixed sources.
    """
    if web.size < 2:
        return 0.0
    sources = sampled(np.arange(web.size), pivots, PIVOT_SEED)
    return inverse_distances(web.matrix(), sources) / (len(sources) * (web.size - 1))


def shared_users(edges: pd.DataFrame) -> pd.DataFrame:
    """Return pairs of suppliers with the users they share, from the supply ties of ``edges``.

    Columns ``left_id``, ``right_id`` (left < right), ``shared_users``, ``overlap`` (shared over the smaller of the
    two clienteles). The bipartite projection is one sparse product.
    """
    supply = edges[(edges["relation"] == "supplies") & ~edges["is_suspected_false"] & ~edges["is_contradicted"]]
    dealers, row = np.unique(supply["source_nominal_id"].to_numpy(str), return_inverse=True)
    users, column = np.unique(supply["target_nominal_id"].to_numpy(str), return_inverse=True)
    shape = (len(dealers), len(users))
    sold = sparse.coo_matrix((np.ones(len(supply)), (row, column)), shape=shape).tocsr()
    sold.data[:] = 1.0
    both = sparse.triu(sold @ sold.T, k=1).tocoo()
    clients = np.asarray(sold.sum(axis=1)).ravel()
    frame = pd.DataFrame(
        {
            "left_id": dealers[both.row] if len(dealers) else np.array([], dtype=str),
            "right_id": dealers[both.col] if len(dealers) else np.array([], dtype=str),
            "shared_users": both.data.astype("int64"),
            "overlap": both.data / np.minimum(clients[both.row], clients[both.col]) if len(dealers) else both.data,
        }
    )
    return frame.sort_values(["left_id", "right_id"], kind="stable").reset_index(drop=True)
