"""Key players on public covert networks: never below degree or betweenness, and the published bars."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from market_profile.network.key_players import key_players
from market_profile.network.pieces import fragmentation
from market_profile.network.reach import Reach, pairs_left
from market_profile.network.structure import Web, betweenness, web_of

NETWORKS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "networks"
NAMES = ("caviar", "heroin_natarajan", "drugnet", "cocaine_natarajan", "london_gang", "siren", "togo")
BARS = {
    ("caviar", 3): 0.655,
    ("caviar", 5): 0.839,
    ("heroin_natarajan", 5): 0.706,
    ("drugnet", 3): 0.613,
    ("drugnet", 5): 0.675,
}


def public(name: str) -> Web:
    path = NETWORKS / f"{name}.edges.csv"
    if not path.is_file():
        pytest.skip("../shared/data/networks is absent")
    edges = pd.read_csv(path, dtype=str).rename(columns={"source": "source_nominal_id", "target": "target_nominal_id"})
    tied = sorted(set(edges["source_nominal_id"]) | set(edges["target_nominal_id"]))
    return web_of(edges.assign(weight=0.5), tied)


@pytest.mark.parametrize("name", NAMES)
def test_public_networks(name: str) -> None:
    web = public(name)
    start = time.perf_counter()
    sets = key_players(web, 10)
    assert time.perf_counter() - start < 5
    degree = np.bincount(web.pairs.ravel(), minlength=web.size)
    rankings = [np.argsort(-score, kind="stable") for score in (degree, betweenness(web, 10**6, 10))]
    for found in sets:
        place = [web.nodes.index(n) for n in found.nominals]
        assert found.fragmentation == pytest.approx(fragmentation(web, place))
        assert found.fragmentation >= max(fragmentation(web, list(r[: found.k])) for r in rankings) - 1e-12
        bar = BARS.get((name, found.k))
        assert bar is None or round(found.fragmentation, 3) >= bar


def test_a_dense_crew_is_said_not_to_fragment() -> None:
    found = key_players(public("london_gang"), 5)[4]
    assert not found.is_fragmenting


def test_all_removals_at_once_equal_one_by_one() -> None:
    graph = nx.gnm_random_graph(40, 50, seed=4)
    web = Web(tuple(f"{i:02d}" for i in range(40)), np.array(sorted(graph.edges)), np.ones(50))
    for removed in (set(), {3}, {1, 7, 20}):
        left = pairs_left(web.matrix(), removed)
        for node in set(range(40)) - removed:
            n = 40 - len(removed) - 1
            pairs = (1 - fragmentation(web, [*removed, node])) * n * (n - 1) / 2
            assert left[node] == pytest.approx(pairs)


@given(st.integers(1, 16), st.randoms(use_true_random=False))
def test_folded_trees_and_components_give_the_counts_of_the_whole_network(size: int, draw: random.Random) -> None:
    graph = nx.gnm_random_graph(size, draw.randint(0, size + 4), seed=draw.randint(0, 10**6))
    reach = Reach(sparse.csr_matrix(nx.to_scipy_sparse_array(graph, nodelist=range(size), dtype=float)))
    for _ in range(3):
        removed = frozenset(draw.sample(range(size), draw.randint(0, min(size - 1, 5))))
        left = reach.pairs_left(removed)
        for node in range(size):
            rest = graph.subgraph(set(graph) - removed - {node})
            pairs = sum(len(part) * (len(part) - 1) // 2 for part in nx.connected_components(rest))
            assert left[node] == (np.inf if node in removed else pairs)


def test_the_best_pair_by_brute_force() -> None:
    graph = nx.gnm_random_graph(14, 17, seed=8)
    tied = sorted(n for n in graph if graph.degree(n))
    place = {n: i for i, n in enumerate(tied)}
    web = Web(
        tuple(f"{n:02d}" for n in tied), np.array(sorted((place[a], place[b]) for a, b in graph.edges)), np.ones(17)
    )
    best = max(fragmentation(web, pair) for pair in itertools.combinations(range(web.size), 2))
    assert key_players(web, 2)[1].fragmentation == pytest.approx(best)


def test_relabelling_keeps_the_fragmentation() -> None:
    web = public("siren")
    chance = np.random.default_rng(3)
    shuffled = chance.permutation(web.size)
    pairs = np.sort(shuffled[web.pairs], axis=1)
    other = Web(web.nodes, pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], web.weight)
    assert [s.fragmentation for s in key_players(web, 6)] == pytest.approx(
        [s.fragmentation for s in key_players(other, 6)]
    )


def test_people_to_protect_are_never_proposed() -> None:
    web = public("caviar")
    allowed = np.ones(web.size, dtype=bool)
    top = key_players(web, 3)[2].nominals
    allowed[[web.nodes.index(n) for n in top]] = False
    assert not set(top) & {n for s in key_players(web, 10, allowed) for n in s.nominals}
