"""Roles by rule: what each kind of evidence says, and when nothing is said."""

from __future__ import annotations

import math
import re

import pytest
from small_worlds import People, people, story, tables, typed

from market_profile.network import build_network
from market_profile.network.model import Network
from market_profile.network.role_ratios import PARTS, PRIOR, RATIOS
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

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
        "an unreliable source counts for what it is worth",
        (("u1", "2019-01-22", "a:dealer", "", "", {"source_evaluation": "3", "intelligence_assessment": "D"}),),
        "a",
        "dealer",
    ),
    ("seen with somebody, nothing else", (("u1", "2019-01-22", "a", "", "b", {}),), "a", "unknown"),
    ("no part from base rates", (("u1", "2019-01-22", "a", "lives_with", "b:dealer", {}),), "a", "unknown"),
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
    row = network_of(("u1", "2019-01-31", "a:dealer", "", "", {})).nodes.iloc[0]
    # one 2B report of a day: reliability .7 + .3 x .6 = .88; fade .5**(1/720)
    fade, weight = 0.5 ** (1 / 720), 0.7 + 0.3 * 0.6
    odds = {part: PRIOR[part] * (1 - weight + weight * RATIOS["stated dealer"][part]) ** fade for part in PARTS}
    assert row["role_probability"] == pytest.approx(odds["dealer"] / sum(odds.values()), abs=1e-4)
    gain = fade * math.log((0.12 + 0.88 * 4.2) / (0.12 + 0.88 * 0.33))
    assert (
        row["role_reasons"] == f"dealer: stated x1 ({gain:.2f}); base rate of dealer over user ({math.log(0.36):.2f})"
    )


def test_reasons_add_up_to_the_log_odds() -> None:
    told = [(f"u{i}", "2019-01-20", "a:user", "", "", {}) for i in range(2)]
    told += [
        ("v1", "2019-01-10", "a:dealer", "supplies", "b:user", {}),
        ("v2", "2018-12-10", "a:associate", "", "", {}),
    ]
    row = network_of(*told).nodes.set_index("nominal_id").loc["a"]
    gains = [float(found) for found in re.findall(r"\((-?[\d.]+)\)", row["role_reasons"])]
    assert len(gains) == 5
    assert row["role"] == "user"
    assert row["second_role"] == "dealer"
    # the two likeliest parts share all but what the rest holds: the odds bound the share from above
    assert row["role_probability"] <= 1 / (1 + math.exp(-sum(gains))) + 0.005


def test_e_graded_records_change_no_role() -> None:
    told: list[Told] = [
        ("u1", "2019-01-22", "a:dealer", "supplies", "b:user", {}),
        ("u2", "2019-01-20", "c", "", "", {}),
    ]
    false: list[Told] = [
        (f"e{i}", "2019-01-21", "b:dealer", "supplies", "a:user", {"intelligence_assessment": "E"}) for i in range(3)
    ]
    columns = ["nominal_id", "role", "role_probability", "role_reasons", "second_role", "exploited_share"]
    with_false, without = network_of(*told, *false).nodes[columns], network_of(*told).nodes[columns]
    assert with_false.equals(without)


def test_a_tie_on_an_unsure_match_stands_apart() -> None:
    records, resolved = story(("u1", "2019-01-22", "a:dealer", "supplies", "b:user", {}))
    unsure = People(resolved.records.assign(match_probability=0.6))
    ties = build_network(records, unsure, JANUARY, NetworkSettings(), {}).edges
    # .6 x .6 = .36: more likely somebody else
    assert ties.loc[ties["relation"] == "supplies", "is_contradicted"].tolist() == [True]


def test_custody_speaks_of_a_part_and_starts_no_clock() -> None:
    rows = [
        {"custody_ref": "c1", "arrested_at": "2019-01-20", "offence_group": "drug possession"},
        {"custody_ref": "c2", "arrested_at": "2019-01-20", "offence_group": "drug trafficking"},
        {"custody_ref": "c3", "arrested_at": "2019-01-20", "offence_group": "shoplifting"},
    ]
    mentions = people(("arrests", "c1", "1", "a"), ("arrests", "c2", "1", "b"), ("arrests", "c3", "1", "c"))
    network = build_network(tables(arrests=rows), mentions, JANUARY, NetworkSettings(), {})
    assert dict(zip(network.nodes["nominal_id"], network.nodes["role"], strict=True)) == {"a": "user", "b": "dealer"}
    assert network.supply.empty
    assert network.replacement.n == 0


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
