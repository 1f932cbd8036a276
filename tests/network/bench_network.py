"""``python -m tests.benchmarks network [towns...]``: speed against networkx, key players, planted truth of towns.

Ours and networkx work on the same graph in one run and one thread. Towns named on the command line (written by
``market-profile synth``, not read before) are scored against their truth: supply ties, roles, replacement times.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from market_profile.network import structure
from market_profile.network.communities import communities, modularity
from market_profile.network.key_players import key_players
from market_profile.network.pieces import fragmentation
from market_profile.network.structure import Web, web_of
from tests.network.crowds import crowd

NETWORKS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "networks"
PIVOTS = 100


def main(arguments: list[str] | None = None) -> None:
    """Print every table; ``--quick`` leaves out the million ties and the long runs of networkx."""
    given = arguments or []
    exact_betweenness(2_000 if "--quick" in given else 10_000)
    many_measures(10_000 if "--quick" in given else 100_000)
    if "--quick" not in given:
        a_million()
    key_player_table()
    for town in (name for name in given if not name.startswith("-")):
        from tests.network.bench_town import print_scores

        print_scores(Path(town))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result and the CPU seconds it took: one thread each, so that a busy machine favours nobody."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def web_and_graph(ties: int) -> tuple[pd.DataFrame, Web, nx.Graph]:
    """Return the same crowd as ties, as a Web and as networkx (nodes are indices)."""
    edges = crowd(ties)
    web = web_of(edges, sorted(set(edges["source_nominal_id"]) | set(edges["target_nominal_id"])))
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(web.size))
    graph.add_weighted_edges_from((int(i), int(j), float(w)) for (i, j), w in zip(web.pairs, web.weight, strict=True))
    return edges, web, graph


def exact_betweenness(ties: int) -> None:
    """Print seconds of exact betweenness, the ratio, and the greatest difference."""
    _, web, graph = web_and_graph(ties)
    ours, quick = timed(lambda: structure.betweenness(web, 10**9, 1))
    theirs, slow = timed(lambda: nx.betweenness_centrality(graph))
    gap = np.abs(ours - np.array([theirs[i] for i in range(web.size)])).max()
    print(f"exact betweenness, {web.size:,} people, {len(web.pairs):,} ties")
    print(f"  ours {quick:.2f} s, networkx {slow:.2f} s: {slow / quick:.1f}x (bar 20x); greatest difference {gap:.1e}")


def many_measures(ties: int) -> None:
    """Print seconds of five measures, ours and networkx, and the ratio of their sums."""
    edges, web, graph = web_and_graph(ties)
    pair = nx.Graph(list(zip(edges["source_nominal_id"], edges["target_nominal_id"], strict=True)))
    dealers = sorted(set(edges["source_nominal_id"]))
    work: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "components": (lambda: structure.components(web), lambda: list(nx.connected_components(graph))),
        "k-core": (lambda: structure.core_numbers(web), lambda: nx.core_number(graph)),
        "communities": (lambda: communities(web), lambda: nx.community.louvain_communities(graph, seed=1)),
        "projection": (
            lambda: structure.shared_users(edges),
            lambda: nx.bipartite.weighted_projected_graph(pair, dealers),
        ),
        f"betweenness, {PIVOTS} pivots": (
            lambda: structure.betweenness(web, 0, PIVOTS),
            lambda: nx.betweenness_centrality(graph, k=PIVOTS, seed=1),
        ),
    }
    print(f"measures together, {web.size:,} people, {len(web.pairs):,} ties")
    total = np.zeros(2)
    found: dict[str, tuple[Any, Any]] = {}
    for name, (ours, theirs) in work.items():
        mine, quick = timed(ours)
        other, slow = timed(theirs)
        found[name] = (mine, other)
        total += quick, slow
        print(f"  {name:28s} ours {quick:7.2f} s  networkx {slow:7.2f} s  {slow / quick:6.1f}x", flush=True)
    ratio = total[1] / total[0]
    print(f"  {'together':28s} ours {total[0]:7.2f} s  networkx {total[1]:7.2f} s  {ratio:6.1f}x (bar 20x)")
    same = all(found["k-core"][0][i] == found["k-core"][1][i] for i in range(web.size))
    groups = found["communities"][1]
    label = np.empty(web.size, dtype=np.int64)
    for number, group in enumerate(groups):
        label[list(group)] = number
    parts = int(found["components"][0].max()) == len(found["components"][1])
    print(
        f"  k-core equal: {same}; as many components: {parts}; "
        f"modularity ours {modularity(web, found['communities'][0]):.3f}, networkx {modularity(web, label):.3f}"
    )


def a_million(ties: int = 1_000_000) -> None:
    """Print seconds and peak memory of the structure of a million ties: web, measures, projection, 64 pivots."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    start = time.perf_counter()
    edges = crowd(ties)
    web = web_of(edges, pd.unique(pd.concat([edges["source_nominal_id"], edges["target_nominal_id"]])))
    for work in (structure.components, structure.core_numbers, communities, structure.cut_points):
        _, seconds = timed(lambda work=work: work(web))
        print(f"  {work.__name__:28s} {seconds:7.2f} s", flush=True)
    _, seconds = timed(lambda: structure.shared_users(edges))
    print(f"  {'shared_users':28s} {seconds:7.2f} s")
    _, seconds = timed(lambda: structure.betweenness(web, 0, 64))
    print(f"  {'betweenness, 64 pivots':28s} {seconds:7.2f} s")
    whole = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"a million ties ({web.size:,} people): {whole:.1f} s (bar 90), peak {peak:.2f} GiB (bar 4)")
    print(f"  peak before it {before:.2f} GiB")


def key_player_table() -> None:
    """Print fragmentation on every public network beside the k with most ties and with highest betweenness."""
    if not NETWORKS.is_dir():
        print("key players: ../shared/data/networks is absent; left out")
        return
    rows = []
    for path in sorted(NETWORKS.glob("*.edges.csv")):
        edges = pd.read_csv(path, dtype=str)
        edges = edges.rename(columns={"source": "source_nominal_id", "target": "target_nominal_id"}).assign(weight=0.5)
        web = web_of(edges, sorted(set(edges["source_nominal_id"]) | set(edges["target_nominal_id"])))
        sets, seconds = timed(lambda web=web: key_players(web, 10))
        degree = np.bincount(web.pairs.ravel(), minlength=web.size)
        between = structure.betweenness(web, 10**9, 1)
        for k in (3, 5, 10):
            if k <= len(sets):
                lists = [fragmentation(web, np.argsort(-s, kind="stable")[:k].tolist()) for s in (degree, between)]
                name = path.name.removesuffix(".edges.csv")
                rows.append((name, k, round(sets[k - 1].fragmentation, 3), *np.round(lists, 3), round(seconds, 2)))
    print("fragmentation after removing k, over people with ties (published bars: caviar .655/.839, heroin k=5 .706,")
    print("drugnet .613/.675); seconds for k = 1..10")
    columns = ["network", "k", "ours", "most ties", "betweenness", "seconds"]
    print(pd.DataFrame(rows, columns=columns).to_string(index=False))


if __name__ == "__main__":
    main(sys.argv[1:])
