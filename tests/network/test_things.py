"""Phones and addresses are nodes of their own: a number handed on makes nobody one person."""

from __future__ import annotations

from small_worlds import log, people, tables

from market_profile.network import build_network
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

JANUARY = Month("2019-01")
NUMBER = "07700 900111"


def network() -> Network:
    logs = [log(f"u{i}", f"2019-01-{i:02d}") for i in (2, 4, 9, 11, 20)]
    named = [
        ("u2", "1", NUMBER, "Flat 2, 14 Quay Road"),
        ("u4", "1", "+44 7700 900111", ""),
        ("u9", "1", NUMBER, "14 quay road"),
        ("u11", "1", "", "FLAT 2  14 Quay Road"),
        ("u20", "1", "", "flat 2 14 quay road"),
    ]
    subjects = [
        {"urn": urn, "subject_no": number, "role": "dealer", "phone": phone, "address_text": address}
        for urn, number, phone, address in named
    ]
    who = people(*(("log_subjects", urn, "1", "b" if urn in ("u9", "u11") else "a") for urn, *_ in named))
    return build_network(tables(intelligence_logs=logs, log_subjects=subjects), who, JANUARY, NetworkSettings(), {})


def test_a_number_handed_on_and_a_home_shared_by_hand() -> None:
    found = network().things.set_index("thing_id")
    # a has the number on the 2nd and 4th, b only afterwards: handed on
    handed = found.loc["phone:07700900111"]
    assert (handed["node_type"], handed["people"], bool(handed["is_shared"]), bool(handed["is_handed_on"])) == (
        "phone",
        2,
        True,
        True,
    )
    # a is named at the flat on the 2nd and the 20th, b between: side by side
    home = found.loc["address:flat 2 14 quay road"]
    assert (home["people"], bool(home["is_handed_on"])) == (2, False)
    assert found.loc["address:14 quay road", "people"] == 1


def test_sharing_makes_no_tie_between_people() -> None:
    found = network()
    assert set(found.nodes["nominal_id"]) == {"a", "b"}
    assert found.edges.empty
    uses = found.uses[found.uses["thing_id"] == "phone:07700900111"]
    assert uses[["nominal_id", "relation", "records"]].to_numpy().tolist() == [
        ["a", "uses_phone", 2],
        ["b", "uses_phone", 1],
    ]
