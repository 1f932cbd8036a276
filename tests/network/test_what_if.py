"""What a removal would do: by hand on small networks; recovery, hidden ties and their bands are repeatable."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import story

from market_profile.errors import WrongUse
from market_profile.network import build_network, remove_nominals
from market_profile.network.mending import removal
from market_profile.network.model import Network
from market_profile.network.recovery import (
    DRAWS,
    MECHANISMS,
    PIVOTS,
    recover,
    stability,
    with_ties,
    without,
)
from market_profile.network.structure import Web, efficiency
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

JANUARY = Month("2019-01")
SALES = {"a": ("u", "v", "w"), "b": ("w", "x")}


def web_of_size(size: int, *pairs: tuple[int, int]) -> Web:
    index = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return Web(tuple(f"N{i:04d}" for i in range(size)), index, np.ones(len(index)))


STAR = web_of_size(6, *((0, i) for i in range(1, 6)))


@pytest.fixture(scope="module")
def network() -> Network:
    told = [
        (f"{dealer}{user}{i}", "2019-01-20", f"{dealer}:dealer", "supplies", f"{user}:user", {})
        for dealer, users in SALES.items()
        for user in users
        for i in (1, 2)
    ]
    told += [(f"c{i}", "2019-01-20", "c:cuckooed", "", "", {}) for i in (1, 2)]
    return build_network(*story(*told), JANUARY, NetworkSettings(), {})


def test_users_left_by_hand(network: Network) -> None:
    found = remove_nominals(network, ("a",))
    # u and v buy from a alone, w also from b
    assert (found.users_without, found.users_with_alternative) == (2, 1)
    # six people, all within reach; then u, v alone and b, w, x together: 1 - 6/20
    assert found.before.fragmentation == 0.0
    assert found.after.fragmentation == pytest.approx(0.7)
    assert found.likely_replacements == ("b",)
    assert found.roles_left == ("dealer",)
    assert found.single_source == ()
    row = found.evidence.iloc[0]
    assert (row["nominal_id"], row["best_grade"], row["records"], row["independent_sources"]) == ("a", "2B", 6, 6)


def test_a_part_that_nobody_else_plays_is_unfilled(network: Network) -> None:
    assert remove_nominals(network, ("a", "b")).roles_unfilled == ("dealer", "dealer")[: len(
        set(network.nodes.set_index("nominal_id").loc[["a", "b"], "community"])
    )]  # fmt: skip


def test_people_to_be_protected_are_named(network: Network) -> None:
    assert remove_nominals(network, ("a", "c", "u")).safeguarded == ("c", "u")


def test_a_stranger_is_refused(network: Network) -> None:
    with pytest.raises(WrongUse):
        remove_nominals(network, ("nobody",))


def test_the_same_question_gets_the_same_answer(network: Network) -> None:
    one, two = remove_nominals(network, ("a",)), remove_nominals(network, ("a",))
    assert (one.recovery, one.stability) == (two.recovery, two.stability)


def test_removing_nobody_changes_nothing() -> None:
    for way in recover(removal(STAR, [], PIVOTS)):
        assert way.efficiency[0] == pytest.approx(efficiency(STAR))
        assert not way.is_strengthening


def test_each_mechanism_reports_bands() -> None:
    chain = web_of_size(12, *((i, i + 1) for i in range(11)))
    ways = recover(removal(chain, [5], PIVOTS))
    assert tuple(way.mechanism for way in ways) == MECHANISMS
    for way in ways:
        assert way.efficiency[1] <= way.efficiency[0] <= way.efficiency[2]
        assert way.fragmentation[1] <= way.fragmentation[0] <= way.fragmentation[2]
        assert (way.share_strengthened * DRAWS) % 1 == pytest.approx(0.0)


def test_a_bottleneck_that_mends_directly_strengthens() -> None:
    # two cliques joined through one long chain's middle: its neighbours meet directly once it is gone
    chain = web_of_size(5, (0, 1), (1, 2), (2, 3), (3, 4))
    shared = next(way for way in recover(removal(chain, [2], PIVOTS)) if way.mechanism == "shared")
    # 0-1 and 3-4 with 1-3 tied: path of four, efficiency (3 + 2/2 + 1/3) / 6; before (4 + 3/2 + 2/3 + 1/4) / 10
    assert shared.efficiency[0] == pytest.approx((3 + 1 + 1 / 3) / 6)
    assert shared.is_strengthening


def test_without_keeps_ties_among_those_who_remain() -> None:
    rest = without(web_of_size(4, (0, 1), (1, 2), (2, 3)), [1])
    assert rest.nodes == ("N0000", "N0002", "N0003")
    assert rest.pairs.tolist() == [[1, 2]]


def test_added_ties_make_no_loops_and_no_doubles() -> None:
    more = with_ties(web_of_size(3, (0, 1)), np.array([[1, 0], [2, 2], [2, 1], [1, 2]]))
    assert more.pairs.tolist() == [[0, 1], [1, 2]]


def test_a_hub_stays_among_the_top_under_hidden_ties() -> None:
    star = web_of_size(40, *((0, i) for i in range(1, 40)))
    found = stability(star, [0, 39])
    assert found.share_among_top[0] == 1.0
    assert found.fragmentation[1] <= found.fragmentation[0] <= 1.0
