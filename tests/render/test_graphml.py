"""GraphML is read back by networkx as it was meant: types, gaps, names with marks, ends that are no node."""

from __future__ import annotations

import io

import networkx as nx
import pandas as pd

from market_profile.render.graphml import graphml


def test_networkx_reads_back_every_attribute_and_no_gap() -> None:
    nodes = pd.DataFrame(
        {
            "nominal_id": ["N1", 'N"2<'],
            "preferred_name": ["O'Neill & <b>Søn</b>", None],
            "betweenness": [1 / 3, float("nan")],
            "rank": pd.array([1, None], dtype="Int64"),
            "is_cut": [True, False],
            "first_seen": pd.to_datetime(["2019-01-02 03:04", None]),
        }
    )
    links = pd.DataFrame(
        {"from": ["N1", "N1"], "to": ['N"2<', "N3"], "relation": ["supplies", ""], "rank": [0.5, 2e-12]}
    )
    graph = nx.read_graphml(io.BytesIO(graphml(nodes, links, "nominal_id", ("from", "to"))))
    assert dict(graph.nodes(data=True)) == {
        "N1": {
            "preferred_name": "O'Neill & <b>Søn</b>", "betweenness": 0.3333333333, "rank": 1, "is_cut": True,
            "first_seen": "2019-01-02T03:04:00",
        },
        'N"2<': {"is_cut": False},
        "N3": {},
    }  # fmt: skip
    assert [(one, two, data) for one, two, data in graph.edges(data=True)] == [
        ("N1", 'N"2<', {"relation": "supplies", "rank": 0.5, "id": "0"}),
        ("N1", "N3", {"relation": "", "rank": 2e-12, "id": "1"}),
    ]


def test_a_network_without_links_or_nodes_is_still_a_graph() -> None:
    nodes, links = pd.DataFrame({"id": ["a"]}), pd.DataFrame({"s": [], "t": []})
    assert list(nx.read_graphml(io.BytesIO(graphml(nodes, links, "id", ("s", "t"))))) == ["a"]
