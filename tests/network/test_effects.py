"""Effects of each candidate equal the what-if of one; distances equal networkx; names change nothing."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from crowds import crowd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from small_worlds import People, story

from market_profile.network import build_network, effects, removal_effects, remove_nominals
from market_profile.network.distances import Distances, inverse_distances, sampled
from market_profile.network.fields import Search
from market_profile.network.mending import MECHANISMS, SEED, new_ties, tear
from market_profile.network.model import Network
from market_profile.network.what_if import tied_web
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

JANUARY = Month("2019-01")
SALES = {"a": "uvwx", "b": "wxy", "c": "yz", "d": "z"}
TOLD = [
    (f"{dealer}{user}{i}", f"2019-01-{10 + i}", f"{dealer}:dealer", "supplies", f"{user}:user", {})
    for dealer, users in SALES.items()
    for user in users
    for i in (1, 2)
]


@pytest.fixture(scope="module")
def network() -> Network:
    return build_network(*story(*TOLD), JANUARY, NetworkSettings(), {})


def test_effects_of_each_equal_the_what_if_of_one(network: Network) -> None:
    found = removal_effects(network, ["a", "b", "c", "nobody"])
    for name in "abc":
        row, one = found.loc[name], remove_nominals(network, (name,))
        assert (row["users_without"], row["users_with_alternative"]) == (one.users_without, one.users_with_alternative)
    nobody = found.loc["nobody"]
    assert (bool(nobody["is_tied"]), bool(nobody["is_strengthening"]), nobody["users_without"]) == (False, False, 0)


def test_one_candidate_is_measured_the_same_alone(network: Network) -> None:
    together = removal_effects(network, ["a", "b", "c"])
    alone = removal_effects(network, ["b"])
    assert together.loc["b"].to_dict() == alone.loc["b"].to_dict()


@given(st.integers(0, 10**6), st.integers(0, 30))
def test_distances_equal_networkx(seed: int, ties: int) -> None:
    graph = nx.gnm_random_graph(14, ties, seed=seed)
    matrix = sparse.csr_matrix(nx.to_scipy_sparse_array(graph, nodelist=range(14), dtype=float))
    chance = np.random.default_rng(seed)
    gone, extra = chance.choice(14, 2, replace=False), chance.integers(0, 14, (3, 2))
    sources = np.setdiff1d(np.arange(14), gone)
    more = graph.copy()
    more.add_edges_from((int(a), int(b)) for a, b in extra)
    more.remove_nodes_from(gone.tolist())
    expected = sum(1 / d for _, near in nx.all_pairs_shortest_path_length(more) for d in near.values() if d)
    extra = extra[~np.isin(extra, gone).any(axis=1)]
    assert inverse_distances(matrix, sources, gone, extra) == pytest.approx(expected)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_parts_that_no_search_touches_are_known(seed: int) -> None:
    """Searches that touch a few parts of a network find, to the last bit, what searches of all of it find."""
    chance = np.random.default_rng(seed)
    size = 120
    ends = chance.integers(0, size, (int(chance.integers(0, 140)), 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    both = np.unique(np.concatenate([ends, ends[:, ::-1]]), axis=0)
    matrix = sparse.csr_matrix((np.ones(len(both)), both.T), shape=(size, size))
    network, whole = Distances(matrix), sampled(np.arange(size), int(chance.integers(1, size)), seed)
    searches = []
    for _ in range(40):
        gone = chance.choice(size, int(chance.integers(0, 4)), replace=False)
        searches.append(
            Search(np.setdiff1d(whole, gone), gone, chance.integers(0, size, (int(chance.integers(0, 4)), 2)))
        )
    known = network.known_from(whole)
    assert network.inverse(searches, known).tolist() == network.inverse(searches).tolist()
    assert network.inverse([Search(whole)], known).tolist() == network.inverse([Search(whole)]).tolist()


@pytest.mark.parametrize("order", ["dcba", "badc"])
def test_new_names_change_no_measure(network: Network, order: str) -> None:
    """Renaming nominals moves every row to its new name and changes no number of the network."""
    new = dict(zip("abcd", order, strict=True))
    records, resolved = story(*TOLD)
    names = resolved.records["nominal_id"].map(lambda name: new.get(name, name))
    renamed = build_network(records, People(resolved.records.assign(nominal_id=names)), JANUARY, NetworkSettings(), {})
    columns = ["role", "role_probability", "k_core", "cut_point", "degree", "betweenness", "supplies_out", "best_grade"]
    was = network.nodes.assign(nominal_id=network.nodes["nominal_id"].map(lambda name: new.get(name, name)))
    was = was.sort_values("nominal_id").set_index("nominal_id")[columns]
    now = renamed.nodes.sort_values("nominal_id").set_index("nominal_id")[columns]
    assert was.equals(now)
    assert network.replacement.median_days == renamed.replacement.median_days or np.isnan(
        network.replacement.median_days
    )
    assert sorted(network.edges["weight"]) == sorted(renamed.edges["weight"])
    assert [s.fragmentation for s in network.key_players] == [s.fragmentation for s in renamed.key_players]


def test_exact_measures_equal_networkx_on_a_crowd() -> None:
    from market_profile.network.structure import betweenness, core_numbers, web_of

    edges = crowd(400)
    web = web_of(edges, sorted(set(edges["source_nominal_id"]) | set(edges["target_nominal_id"])))
    graph = nx.Graph([(int(i), int(j)) for i, j in web.pairs])
    graph.add_nodes_from(range(web.size))
    theirs = nx.betweenness_centrality(graph)
    assert np.abs(betweenness(web, 10**6, 1) - [theirs[i] for i in range(web.size)]).max() < 1e-9
    cores = nx.core_number(graph)
    assert core_numbers(web).tolist() == [cores[i] for i in range(web.size)]


def test_partners_get_the_same_replacement_and_window_without_measures_of_people(network: Network) -> None:
    lean = build_network(*story(*TOLD), JANUARY, NetworkSettings(), {}, in_full=False)
    pd.testing.assert_frame_equal(lean.replacement.curve, network.replacement.curve)
    pd.testing.assert_frame_equal(lean.replacement.clocks, network.replacement.clocks)
    pd.testing.assert_frame_equal(lean.window, network.window)
    assert lean.nodes["role"].tolist() == network.nodes["role"].tolist()
    assert (lean.key_players, lean.state, "betweenness" in lean.nodes) == ((), {}, False)


@pytest.mark.parametrize("people", [60, 150])
def test_whether_a_removal_strengthens_equals_counting_every_draw(people: int) -> None:
    """Asked no further than the answer needs; the plain way draws all and measures each on its own."""
    web = tied_web(crowd(people))
    matrix = web.matrix()
    for person in range(0, web.size, 7):
        others = np.setdiff1d(np.arange(web.size), [person])
        sources = sampled(np.arange(web.size), effects.SOURCES, SEED)
        sources = sources[sources != person]
        whole = inverse_distances(matrix, np.array([person])) + len(others) / len(sources) * inverse_distances(
            matrix, sources
        )
        torn = tear(matrix, [person])
        draws = [
            new_ties(torn, mechanism, np.random.default_rng([SEED, number, draw]))
            for number, mechanism in enumerate(MECHANISMS)
            for draw in range(effects.DRAWS)
        ]
        after = [
            inverse_distances(matrix, sources, torn.gone, ties) / len(sources) / (len(others) - 1) for ties in draws
        ]
        is_most = 2 * sum(one > whole / (web.size * len(others)) + 1e-12 for one in after) > len(draws)
        assert effects._strengthening(web, np.array([person])) == ([person] if is_most else [])
