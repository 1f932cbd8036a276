"""Roles by rule: what each kind of evidence says, and when nothing is said."""

from __future__ import annotations

import pytest
from small_worlds import people, story, tables, typed

from market_profile.network import build_network
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.settings import NetworkSettings

JANUARY = Month("2019-01")
Told = tuple[str, str, str, str, str, dict[str, object]]


def network_of(*told: Told) -> Network:
    records, resolved = story(*told)
    return build_network(records, resolved, JANUARY, NetworkSettings(), {})


def role(network: Network, nominal: str) -> str:
    return str(network.nodes.set_index("nominal_id").loc[nominal, "role"])


RULES: list[tuple[str, tuple[Told, ...], str, str]] = [
    ("stated", (("u1", "2019-01-22", "a:runner", "", "", {}),), "a", "runner"),
    ("suspected false", (("u1", "2019-01-22", "a:runner", "", "", {"intelligence_assessment": "E"}),), "a", "unknown"),
    (
        "weak",
        (("u1", "2019-01-22", "a:dealer", "", "", {"source_evaluation": "3", "intelligence_assessment": "D"}),),
        "a",
        "unknown",
    ),
    ("sells to a user", (("u1", "2019-01-22", "a", "supplies", "b:user", {}),), "a", "dealer"),
    ("buys", (("u1", "2019-01-22", "a:dealer", "supplies", "b", {}),), "b", "user"),
    ("supplies a seller", (("u1", "2019-01-22", "a", "supplies", "b:dealer", {}),), "a", "supplier"),
    ("delivers", (("u1", "2019-01-22", "a", "runs_for", "b", {}),), "a", "runner"),
    ("is delivered for", (("u1", "2019-01-22", "a", "runs_for", "b:line_holder", {}),), "b", "line_holder"),
    (
        "two sources outweigh one repeated",
        (
            ("u1", "2019-01-20", "a:user", "", "", {"source_ref": "S"}),
            ("u2", "2019-01-20", "a:user", "", "", {"source_ref": "S"}),
            ("u3", "2019-01-20", "a:user", "", "", {"source_ref": "S"}),
            ("u4", "2019-01-20", "a:dealer", "", "", {}),
            ("u5", "2019-01-20", "a:dealer", "", "", {}),
        ),
        "a",
        "dealer",
    ),
]


@pytest.mark.parametrize(("name", "told", "nominal", "expected"), RULES, ids=[r[0] for r in RULES])
def test_role_rules(name: str, told: tuple[Told, ...], nominal: str, expected: str) -> None:
    assert role(network_of(*told), nominal) == expected


def test_a_sale_to_an_officer_outweighs_one_report() -> None:
    records, _ = story(("u1", "2019-01-20", "a:user", "", "", {}))
    bought = [
        {"tp_ref": f"t{i}", "operation": "Op", "attempted_at": "2019-01-21", "outcome": "purchase"} for i in (1, 2)
    ]
    records = records.replace(test_purchases=typed("test_purchases", bought))
    mentions = people(
        ("log_subjects", "u1", "1", "a"), ("test_purchases", "t1", "1", "a"), ("test_purchases", "t2", "1", "a")
    )
    network = build_network(records, mentions, JANUARY, NetworkSettings(), {})
    assert role(network, "a") == "dealer"
    assert "sold to an officer x2" in network.nodes.iloc[0]["role_reasons"]


def test_a_supply_tie_against_all_else_is_flagged_and_counts_for_little() -> None:
    told = [(f"u{i}", "2019-01-22", "a:user", "", "", {}) for i in range(4)]
    told += [(f"v{i}", "2019-01-22", "b:dealer", "", "", {}) for i in range(4)]
    network = network_of(*told, ("w", "2019-01-22", "a", "supplies", "b", {"intelligence_assessment": "D"}))
    tie = network.edges[network.edges["relation"] == "supplies"].iloc[0]
    assert tie["is_contradicted"]
    # 2D = .3, ten days of 180: .3 x .9622 x .25
    assert tie["weight"] == pytest.approx(0.3 * 0.5 ** (10 / 180) * 0.25, abs=1e-6)
    assert network.nodes["supplies_out"].sum() == 0


def test_reasons_and_probability_by_hand() -> None:
    network = network_of(("u1", "2019-01-31", "a:dealer", "", "", {}))
    # one 2B report of a day: .6 x .5**(1/240) = .5983 points of .5983 + .15
    row = network.nodes.iloc[0]
    assert row["role_probability"] == pytest.approx(0.5983 / 0.7483, abs=1e-3)
    assert row["role_reasons"] == "dealer: stated x1 (0.6)"


def test_a_supplier_who_returns_to_the_street_is_reported() -> None:
    december = build_network(
        *story(("u1", "2018-12-02", "a:supplier", "", "", {})), Month("2018-12"), NetworkSettings(), {}
    )
    told: list[Told] = [("u1", "2018-12-02", "a:supplier", "", "", {})]
    told += [(f"v{i}", "2019-01-20", "a:dealer", "supplies", f"u{i}:user", {}) for i in range(3)]
    january = build_network(*story(*told), JANUARY, NetworkSettings(), december.state)
    moved = january.changes[january.changes["change"] == "returned_to_street"]
    assert moved["source_nominal_id"].tolist() == ["a"]
    new = january.changes[january.changes["change"] == "new"]
    assert set(new["records"]) == {"v0", "v1", "v2"}


def test_nothing_supplied_is_an_empty_network() -> None:
    network = build_network(tables(), people(), JANUARY, NetworkSettings(), {})
    assert network.nodes.empty
    assert network.edges.empty
    assert network.key_players == ()
    assert network.graph().number_of_nodes() == 0
