"""The board: rules before ranking, parts that add up, diversions, exploration; E-graded records move nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import People, people, story, typed

from market_profile.network import build_network
from market_profile.periods import Month
from market_profile.room_settings import BoardSettings, NetworkSettings
from market_profile.tasking import Board, Inputs, make_board, rank_targets
from market_profile.tasking.pooling import pooled_rates

JANUARY = Month("2019-01")
Told = tuple[str, str, str, str, str, dict[str, object]]


@dataclass(frozen=True)
class Ground:
    """A stand-in for Geography and Indicators: frames as given, empty otherwise."""

    hotspots: pd.DataFrame = field(default_factory=pd.DataFrame)
    markets: pd.DataFrame = field(default_factory=pd.DataFrame)
    record_markets: pd.DataFrame = field(default_factory=pd.DataFrame)
    market_types: pd.DataFrame = field(default_factory=pd.DataFrame)


def sellers(*names: str, **more: object) -> list[Told]:
    """Two independent reports on each."""
    return [(f"{n}{i}", "2019-01-20", f"{n}:dealer", "", "", dict(more)) for n in names for i in (1, 2)]


def board_of(told: list[Told], ground: Ground | None = None, mentions: tuple[tuple[str, str, str, str], ...] = (),
             born: dict[str, str] | None = None, **kinds: list[dict[str, Any]]) -> Board:  # fmt: skip
    records, resolved = story(*told)
    records = records.replace(**{kind: typed(kind, rows) for kind, rows in kinds.items()})
    more = people(*mentions)
    nominals = pd.DataFrame({"nominal_id": list(born or {}), "date_of_birth": list((born or {}).values())}, dtype="str")
    resolved = People(pd.concat([resolved.records, more.records], ignore_index=True), nominals=nominals)
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})
    place = ground or Ground()
    return make_board(Inputs(network, place, place, records, resolved, JANUARY, BoardSettings(), is_planned=False))


def excluded(board: Board) -> dict[str, str]:
    return dict(zip(board.targets["target_id"], board.targets["excluded_reason"], strict=True))


C_ONLY = sellers("a", handling_code="C")
RULES: list[tuple[str, list[Told], str]] = [
    ("two independent sources", sellers("a"), ""),
    ("one source twice", sellers("a", source_ref="S"), "single source"),
    ("one source, blank ref", sellers("a", source_ref=""), "single source"),
    ("under conditions only", C_ONLY, "handling conditions"),
    ("one of two shareable", [*C_ONLY[:1], *sellers("a")[1:]], ""),
    (
        "old",
        [(u, "2018-04-01", w, r, t, m) for u, _, w, r, t, m in [*sellers("a"), *sellers("a")]][:2],
        "no evidence in the last",
    ),
]


@pytest.mark.parametrize(("name", "told", "words"), RULES, ids=[r[0] for r in RULES])
def test_rules_before_ranking(name: str, told: list[Told], words: str) -> None:
    reason = excluded(board_of(told))["a"]
    assert (words in reason) if words else reason == ""


def test_one_direct_purchase_is_enough() -> None:
    bought = {
        "tp_ref": "t1", "operation": "Op", "attempted_at": "2019-01-21 18:00", "outcome": "purchase",
        "authority_ref": "A1", "authority_expires": "2019-03-01",
    }  # fmt: skip
    board = board_of([], mentions=(("test_purchases", "t1", "1", "a"),), test_purchases=[bought])
    row = board.targets.set_index("target_id").loc["a"]
    assert row["excluded_reason"] == ""
    assert row["direct_purchases"] == 1
    assert row["authority"] == "current until 2019-03-01"


@pytest.mark.parametrize(("ref", "expires"), [("", "2019-03-01"), ("A1", None), ("A1", "2019-01-19")])
def test_a_purchase_without_authority_on_the_day_gives_no_suspicion(ref: str, expires: str | None) -> None:
    bought = {
        "tp_ref": "t1", "operation": "Op", "attempted_at": "2019-01-21 18:00", "outcome": "purchase",
        "authority_ref": ref, "authority_expires": expires,
    }  # fmt: skip
    board = board_of([], mentions=(("test_purchases", "t1", "1", "a"),), test_purchases=[bought])
    assert "no authority in force on the day" in excluded(board)["a"]


def test_in_custody_is_excluded() -> None:
    held = {"custody_ref": "k1", "arrested_at": "2019-01-25", "days_in_custody": 30}
    board = board_of(sellers("a", "b"), mentions=(("arrests", "k1", "1", "a"),), arrests=[held])
    assert "in custody" in excluded(board)["a"]
    assert excluded(board)["b"] == ""
    assert board.targets["rank"].isna().tolist() == [False, True]


def diverted(board: Board) -> dict[str, str]:
    assert not set(board.diversions["nominal_id"]) & set(board.targets["target_id"])
    return dict(zip(board.diversions["nominal_id"], board.diversions["reason"], strict=True))


def test_the_young_are_diverted() -> None:
    # 18 on 2 February 2019, a day after the cut-off; and 18 on the cut-off itself
    board = board_of(sellers("a", "b"), born={"a": "2001-02-02", "b": "2001-02-01"})
    assert diverted(board) == {"a": "under 18"}


@pytest.mark.parametrize(("grade", "words"), [("D", "safeguarding flag"), ("E", "suspected false: to be checked")])
def test_one_safeguarding_flag_diverts_even_where_suspected_false(grade: str, words: str) -> None:
    told = [*sellers("a", "b"), ("x", "2019-01-20", "a:runner", "", "", {"intelligence_assessment": grade})]
    records, resolved = story(*told)
    subjects = records.get("log_subjects")
    subjects.loc[subjects["urn"] == "x", "safeguarding"] = True
    records = records.replace(log_subjects=subjects)
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})
    board = rank_targets(network, Ground(), Ground(), records, People(resolved.records), JANUARY, BoardSettings())
    assert list(diverted(board)) == ["a"]
    assert words in diverted(board)["a"]
    # the place of a person withheld by a false log stays empty; one by a sound log takes no place at all
    assert len(board.withheld) == (grade == "E")
    assert {*board.targets["rank"], *board.withheld} == ({1, 2} if grade == "E" else {1})
    assert set(board.parts["target_id"]) == {"b"}


def test_a_wide_market_stands_as_its_cells() -> None:
    cells = pd.DataFrame(
        {
            "cell_id": [f"C{i}" for i in range(5)],
            "market_id": ["wide"] * 4 + ["small"],
            "easting_m": [100.0, 300.0, 500.0, 700.0, 9100.0],
            "northing_m": 100.0,
        }
    )
    urns = [f"a{i}" for i in (1, 2)]
    ground = Ground(
        hotspots=cells,
        markets=pd.DataFrame({"market_id": ["wide", "small"], "kind": "place"}),
        record_markets=pd.DataFrame({"kind": "intelligence_logs", "record_ref": urns, "market_id": "wide"}),
    )
    told = sellers("a", easting_m=320.0, northing_m=90.0)
    targets = board_of(told, ground).targets
    places = targets[targets["target_kind"] == "place"].set_index("target_id")
    assert set(places.index) == {"C0", "C1", "C2", "C3", "small"}
    assert places.loc["C1", "independent_sources"] == 2
    assert places.loc["C1", "market_id"] == "wide"
    assert places.loc["C0", "excluded_reason"] == "no evidence is linked to it"


def test_exploited_people_are_diverted() -> None:
    told = [*sellers("a", "b"), ("x", "2019-01-20", "a:cuckooed", "", "", {})]
    told += [(f"y{i}", "2019-01-20", "c:runner", "", "", {}) for i in (1, 2)]
    told += [(f"z{i}", "2019-01-20", "b:dealer", "controls", "c:runner", {}) for i in (1, 2)]
    assert diverted(board_of(told)) == {
        "a": "cuckooed, exploited or a victim",
        "c": "controlled by another: possible exploitation",
    }


def test_forum_and_register_divert() -> None:
    forum = [
        {"nominal_ref": "A", "assessed_on": "2019-01-05", "decision": "enforcement"},
        {"nominal_ref": "A", "assessed_on": "2019-01-15", "decision": "Progressing in treatment"},
        {"nominal_ref": "B", "assessed_on": "2019-01-15", "decision": "enforcement"},
    ]
    register = [{"record_group": "outreach", "accepted_on": "2018-12-01", "record_ref": "r1"}]
    mentions = (
        ("case_forum", "A/2019-01-05", "1", "a"),
        ("case_forum", "A/2019-01-15", "1", "a"),
        ("case_forum", "B/2019-01-15", "1", "b"),
        ("cohort_register", "r1", "1", "c"),
    )
    rows = typed("case_forum", forum)
    rows["record_ref"] = rows["nominal_ref"].astype("str") + "/" + rows["assessed_on"].dt.strftime("%Y-%m-%d")
    board = board_of(
        sellers("a", "b", "c"), mentions=mentions, case_forum=rows.to_dict("records"), cohort_register=register
    )
    assert set(diverted(board)) == {"a", "c"}


def town(count: int) -> tuple[list[Told], Ground]:
    told: list[Told] = []
    for i in range(count):
        for j in range(2 + i % 3):
            told.append(
                (
                    f"u{i}-{j}",
                    f"2019-01-{1 + (3 * i + j) % 28:02d}",
                    f"s{i:02d}:dealer",
                    "supplies",
                    f"c{i}-{j}:user",
                    {},
                )
            )
    logs = [t[0] for t in told]
    markets = pd.DataFrame(
        {
            "kind": "intelligence_logs",
            "record_ref": logs,
            "market_id": [f"P{int(u[1:].split('-')[0]) % 7}" for u in logs],
        }
    )
    places = pd.DataFrame({"market_id": [f"P{i}" for i in range(7)], "kind": "place", "peak_hours": "18-22"})
    return told, Ground(markets=places, record_markets=markets)


def test_parts_sum_to_the_score_and_lie_in_its_range() -> None:
    board = board_of(*town(30))
    total = board.parts.groupby(["target_kind", "target_id"])["points"].sum()
    for row in board.targets.itertuples():
        assert abs(total[(row.target_kind, row.target_id)] - row.score) < 1e-9
        assert 0 <= row.score_low <= row.score <= row.score_high <= 100
    assert set(board.targets["target_kind"]) == {"nominal", "place"}
    assert set(board.targets["suggested_hours"]) == {"18-22"}


def test_a_fifth_is_exploration_and_ranks_are_whole() -> None:
    board = board_of(*town(40))
    ranked = board.targets[board.targets["excluded_reason"] == ""]
    assert sorted(ranked["rank"]) == list(range(1, len(ranked) + 1))
    top = ranked[ranked["rank"] <= 20]
    assert (top["reach"] == "explore").sum() >= 4
    assert (ranked.loc[ranked["rank"] <= 10, "reach"] == "explore").sum() >= 2


def test_unknowns_widen_the_range() -> None:
    told, ground = town(30)
    lost = Ground(
        markets=ground.markets,
        record_markets=ground.record_markets[~ground.record_markets["record_ref"].str.startswith("u0-")],
    )
    known = board_of(told, ground).targets.set_index("target_id").loc["s00"]
    unknown = board_of(told, lost).targets.set_index("target_id").loc["s00"]
    assert unknown["score_high"] - unknown["score_low"] > known["score_high"] - known["score_low"]


def test_more_of_the_same_attention_earns_nothing() -> None:
    """Ten patrol reports of one street are attention, not supply: the score stays."""
    base = [
        ("p1", "2019-01-20", "a:dealer", "", "", {}),
        ("p2", "2019-01-20", "a:dealer", "", "", {"provenance": "officer"}),
    ]
    more = [(f"q{i}", "2019-01-20", "a:dealer", "", "", {"provenance": "officer"}) for i in range(10)]
    rows = [board_of(t).parts.set_index("part")["points"] for t in (base, base + more)]
    assert rows[0]["reported evidence"] == rows[1]["reported evidence"]
    assert rows[0]["discovered evidence"] == rows[1]["discovered evidence"]


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["supplies", "controls", ""])), max_size=8)
)
@settings(max_examples=4, deadline=None)
def test_suspected_false_records_change_no_rank(false: list[tuple[int, int, str]]) -> None:
    told, ground = town(8)
    extra: list[Told] = [
        (f"e{i}", "2019-01-25", f"s{a:02d}:dealer", relation, f"s{b:02d}:runner", {"intelligence_assessment": "E"})
        for i, (a, b, relation) in enumerate(false)
    ]
    columns = ["rank", "target_id", "score", "reach"]
    left = board_of(told, ground).targets[columns]
    pd.testing.assert_frame_equal(left, board_of(told + extra, ground).targets[columns])


@given(st.sets(st.integers(0, 7), min_size=1, max_size=3))
@settings(max_examples=4, deadline=None)
def test_false_flags_keep_people_off_the_board_and_move_no_other_rank(flagged: set[int]) -> None:
    told, ground = town(8)
    false = [(f"e{i}", "2019-01-25", f"s{i:02d}:dealer", "", "", {"intelligence_assessment": "E"}) for i in flagged]
    records, resolved = story(*told, *false)
    subjects = records.get("log_subjects")
    subjects.loc[subjects["urn"].str.startswith("e"), "safeguarding"] = True
    records = records.replace(log_subjects=subjects)
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})
    known = People(resolved.records)
    board = make_board(Inputs(network, ground, ground, records, known, JANUARY, BoardSettings(), is_planned=False))
    people = {f"s{i:02d}" for i in flagged}
    assert not people & set(board.targets["target_id"])
    assert people <= set(board.diversions["nominal_id"])
    before = board_of(told, ground).targets.set_index("target_id")["rank"]
    after = board.targets.set_index("target_id")["rank"]
    assert after.to_dict() == before.drop(list(people)).to_dict()
    assert set(board.withheld) == set(before[list(people)].dropna())


def test_enforcement_under_way_or_planned_blocks() -> None:
    told, ground = town(14)
    ground = dataclasses.replace(ground, markets=ground.markets.assign(area_code=ground.markets["market_id"]))
    arrests = {"operation": "Op", "phase": "arrest", "tactic": "warrants", "starts_on": "2019-01-28",
               "area_code": "P0"}  # fmt: skip
    records, resolved = story(*told)
    records = records.replace(operations=typed("operations", [arrests]))
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})
    planned = pd.DataFrame({"target_id": [""], "area_code": ["P1"], "from_on": pd.Timestamp("2019-02-01"),
                            "to_on": pd.Timestamp("2019-02-10"), "why": ["warrant"]})  # fmt: skip
    inputs = Inputs(network, ground, ground, records, resolved, JANUARY, BoardSettings(), planned=planned)
    board = make_board(inputs)
    of_p0 = board.targets[board.targets["market_id"] == "P0"]
    assert of_p0["excluded_reason"].str.contains("enforcement").all() and len(of_p0)
    of_p1 = board.targets[board.targets["market_id"] == "P1"]
    assert (of_p1["blocked_until"] == "2019-02-10").all() and (of_p1["excluded_reason"] == "").all()
    assert board.plan is not None
    tried = board.plan.attempts[board.plan.attempts["market_id"] == "P1"]
    assert (tried["starts_on"] > "2019-02-10").all()


def test_a_second_month_tells_how_the_first_board_came_out() -> None:
    told, ground = town(10)
    records, resolved = story(*told)
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})
    first = make_board(Inputs(network, ground, ground, records, resolved, JANUARY, BoardSettings(), is_planned=False))
    assert first.record is not None and first.record.months.empty
    best = first.targets[first.targets["target_kind"] == "nominal"].iloc[:3]
    bought = [
        {"tp_ref": f"t{i}", "operation": "Op", "attempted_at": f"2019-02-0{i + 1} 18:00",
         "outcome": "purchase" if i else "refused", "authority_ref": "A", "authority_expires": "2019-03-01"}
        for i in range(3)
    ]  # fmt: skip
    records = records.replace(test_purchases=typed("test_purchases", bought))
    met = people(*[("test_purchases", f"t{i}", "1", who) for i, who in enumerate(best["target_id"])])
    resolved = People(pd.concat([resolved.records, met.records], ignore_index=True))
    february = JANUARY.plus(1)
    network = build_network(records, resolved, february, NetworkSettings(), {})
    second = make_board(
        Inputs(network, ground, ground, records, resolved, february, BoardSettings(), first.state, is_planned=False)
    )
    assert second.record is not None
    row = second.record.months.iloc[0]
    assert (row["month"], row["tried"], row["attempts"], row["bought"]) == ("2019-01", 3, 3, 2)
    assert row["expected"] == pytest.approx(best["success_probability"].sum())
    chance = second.targets.set_index("target_id")["market_rate"]
    refused, sold = best["target_id"].iloc[0], best["target_id"].iloc[1]
    assert chance[refused] < chance[sold]


def test_row_order_changes_nothing() -> None:
    told, ground = town(20)
    board, other = board_of(told, ground), board_of(told[::-1], ground)
    pd.testing.assert_frame_equal(board.targets, other.targets)
    pd.testing.assert_frame_equal(board.parts, other.parts)


def test_pooling_by_hand() -> None:
    tried = pd.DataFrame({"market_id": ["P1"] * 3, "success": [1.0] * 3, "weight": [1.0] * 3})
    rates = pooled_rates(tried, pd.DataFrame())
    # overall (2+3)/(4+3) = .714; its type (4 x .714 + 3)/7 = .837; the market (4 x .837 + 3)/7 = .907
    assert rates.overall == (5.0, 2.0)
    row = rates.market.iloc[0]
    assert row["alpha"] / (row["alpha"] + row["beta"]) == pytest.approx(0.9067, abs=1e-4)


def test_nothing_supplied_is_an_empty_board() -> None:
    board = board_of([])
    assert board.targets.empty
    assert list(board.targets.columns)[:2] == ["rank", "target_kind"]
