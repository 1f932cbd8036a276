"""Measures against networkx, the oracle."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from market_profile.network import structure
from market_profile.network.communities import carry_labels, communities, modularity


def random_web(nodes: int, ties: int, seed: int) -> structure.Web:
    graph = nx.gnm_random_graph(nodes, ties, seed=seed)
    pairs = np.array(sorted(tuple(sorted(e)) for e in graph.edges), dtype=np.int64)
    chance = np.random.default_rng(seed)
    return structure.Web(tuple(f"n{i:05d}" for i in range(nodes)), pairs, chance.uniform(0.1, 0.9, len(pairs)))


def as_networkx(web: structure.Web) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(web.size))
    graph.add_weighted_edges_from((int(i), int(j), float(w)) for (i, j), w in zip(web.pairs, web.weight, strict=True))
    return graph


WEBS = [random_web(60, 70, 1), random_web(40, 120, 2), random_web(30, 15, 3)]


@pytest.mark.parametrize("web", WEBS)
def test_measures_equal_networkx(web: structure.Web) -> None:
    graph = as_networkx(web)
    exact = nx.betweenness_centrality(graph)
    expected = [exact[i] for i in range(web.size)]
    assert structure.betweenness(web, 10**6, 10) == pytest.approx(expected, abs=1e-9)
    assert structure.pivot_betweenness(web, np.arange(web.size)) == pytest.approx(expected, abs=1e-9)
    assert structure.core_numbers(web).tolist() == [nx.core_number(graph)[i] for i in range(web.size)]
    assert set(np.flatnonzero(structure.cut_points(web))) == set(nx.articulation_points(graph))
    assert structure.components(web).max() == nx.number_connected_components(graph)
    assert structure.efficiency(web) == pytest.approx(nx.global_efficiency(graph))


def test_pivots_rank_as_exact_does() -> None:
    web = random_web(400, 700, 5)
    exact = structure.betweenness(web, 10**6, 10)
    guess = structure.betweenness(web, 0, 200)
    assert np.corrcoef(exact, guess)[0, 1] > 0.95


def test_components_are_numbered_by_size() -> None:
    pairs = np.array([[0, 1], [2, 3], [3, 4]])
    assert structure.components(structure.Web(tuple("abcdef"), pairs, np.ones(3))).tolist() == [2, 2, 1, 1, 1, 3]


@pytest.mark.parametrize("web", [*WEBS[:2], random_web(500, 900, 9)])
def test_communities_are_as_good_as_louvain(web: structure.Web) -> None:
    graph = as_networkx(web)
    rival = nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1), weight="weight")
    label = communities(web)
    ours = nx.community.modularity(graph, [set(np.flatnonzero(label == c)) for c in np.unique(label)], weight="weight")
    assert modularity(web, label) == pytest.approx(ours)
    assert ours > 0.95 * rival


def test_planted_communities_are_found() -> None:
    graph = nx.connected_caveman_graph(6, 8)
    pairs = np.array(sorted(tuple(sorted(e)) for e in graph.edges))
    label = communities(structure.Web(tuple(f"{i:02d}" for i in range(48)), pairs, np.ones(len(pairs))))
    assert len(set(label)) == 6
    assert all(len(set(label[i * 8 : i * 8 + 8])) == 1 for i in range(6))


def test_community_names_are_carried() -> None:
    before = pd.DataFrame({"nominal_id": list("abcd"), "community": ["C001", "C001", "C001", "C002"]})
    now = pd.DataFrame({"nominal_id": list("abcde"), "community": [2, 2, 3, 1, 4]})
    assert carry_labels(now, before).tolist() == ["C001", "C001", "C003", "C002", "C004"]


def test_shared_users_by_brute_force() -> None:
    sold = [("d1", "u1"), ("d1", "u2"), ("d2", "u2"), ("d2", "u3"), ("d3", "u2"), ("d3", "u1")]
    edges = pd.DataFrame(sold, columns=["source_nominal_id", "target_nominal_id"]).assign(
        relation="supplies", is_suspected_false=False, is_contradicted=False
    )
    clients = {d: {u for s, u in sold if s == d} for d, _ in sold}
    expected = {
        (a, b): len(clients[a] & clients[b])
        for a, b in itertools.combinations(sorted(clients), 2)
        if clients[a] & clients[b]
    }
    found = structure.shared_users(edges)
    assert {(r.left_id, r.right_id): r.shared_users for r in found.itertuples()} == expected


def test_an_empty_network_has_no_measures() -> None:
    web = structure.Web((), np.zeros((0, 2), dtype=np.int64), np.zeros(0))
    assert structure.components(web).tolist() == []
    assert structure.betweenness(web, 10, 10).tolist() == []
    assert communities(web).tolist() == []
