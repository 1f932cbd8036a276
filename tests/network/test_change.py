"""What changed since last month: every change names the records that it rests on."""

from __future__ import annotations

import pandas as pd
import pytest
from small_worlds import story

from market_profile.network import build_network
from market_profile.network.change import group_changes
from market_profile.network.change_ties import CHANGE_COLUMNS
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

DECEMBER, JANUARY = Month("2018-12"), Month("2019-01")
Told = tuple[str, str, str, str, str, dict[str, object]]
OLD: list[Told] = [
    ("o1", "2018-12-10", "a:dealer", "supplies", "u:user", {}),
    ("o2", "2018-01-10", "b:dealer", "supplies", "v:user", {}),
]
NEW: list[Told] = [
    ("n1", "2019-01-05", "a:dealer", "supplies", "u:user", {}),
    ("n2", "2019-01-06", "c:dealer", "supplies", "w:user", {}),
    ("n3", "2019-01-07", "c:dealer", "supplies", "w:user", {"intelligence_assessment": "E"}),
]


@pytest.fixture(scope="module")
def january() -> Network:
    december = build_network(*story(*OLD), DECEMBER, NetworkSettings(), {})
    return build_network(*story(*OLD, *NEW), JANUARY, NetworkSettings(), december.state)


def change_of(network: Network, source: str, target: str = "") -> pd.Series:
    rows = network.changes
    found = rows[(rows["source_nominal_id"] == source) & (rows["target_nominal_id"] == target)]
    assert len(found) == 1
    return found.iloc[0]


def test_ties_by_hand(january: Network) -> None:
    new = change_of(january, "c", "w")
    # n3 is suspected false: it is evidence of nothing
    assert (new["change"], new["records"]) == ("new", "n2")
    stronger = change_of(january, "a", "u")
    assert (stronger["change"], stronger["records"]) == ("strengthened", "n1")
    lost = change_of(january, "b", "v")
    assert (lost["change"], lost["before"], lost["records"]) == ("lost", "last seen 2018-01-10", "")


def test_people_gained_by_hand(january: Network) -> None:
    gained = january.changes[january.changes["change"] == "person_gained"]
    assert gained[["source_nominal_id", "now", "records"]].to_numpy().tolist() == [
        ["c", "dealer", "n2"],
        ["w", "user", "n2"],
    ]


def test_every_change_but_a_loss_names_records(january: Network) -> None:
    rest = january.changes[january.changes["change"] != "lost"]
    assert (rest["records"] != "").all()


def test_groups_merged_and_split_by_hand() -> None:
    def nodes(**group: str) -> pd.DataFrame:
        rows = [(f"{name}{i}", label) for name, label in group.items() for i in range(3)]
        return pd.DataFrame(rows, columns=["nominal_id", "community"]).assign(degree=1)

    before = nodes(a="C001", b="C002", c="C003", d="C003")
    now = nodes(a="C001", b="C001", c="C003", d="C004")
    told = pd.DataFrame(
        {
            "source_id": ["a1", "a1", "c1"],
            "target_id": ["b1", "c1", "c2"],
            "record_ref": ["r1", "r2", "r3"],
            "observed_at": pd.to_datetime(["2019-01-03", "2019-01-04", "2018-12-04"]),
            "is_suspected_false": False,
        }
    )
    found = group_changes(now, before, told, JANUARY)
    assert tuple(found.columns) == CHANGE_COLUMNS
    assert found[["change", "before", "now", "records"]].to_numpy().tolist() == [
        # of the two groups' people only a1 and b1 were named together this month
        ["communities_merged", "C001|C002", "C001", "r1"],
        ["community_split", "C003", "C003|C004", ""],
    ]


def test_the_first_month_has_no_changes() -> None:
    first = build_network(*story(*OLD), DECEMBER, NetworkSettings(), {})
    assert first.changes.empty
    assert tuple(first.changes.columns) == CHANGE_COLUMNS


def test_nothing_changed_where_nothing_is_new() -> None:
    december = build_network(*story(*OLD), DECEMBER, NetworkSettings(), {})
    again = build_network(*story(*OLD), DECEMBER, NetworkSettings(), december.state)
    assert again.changes.empty
    assert list(again.changes.columns) == list(CHANGE_COLUMNS)
