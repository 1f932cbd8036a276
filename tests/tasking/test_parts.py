"""The parts of the board by themselves: calibration, plan, learning, the guard, the model card, decisions and cards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from small_worlds import People, typed

from market_profile.cli.deciding import Decided, decide
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.document import TargetCard
from market_profile.errors import MarketProfileError, WrongUse
from market_profile.periods import Month
from market_profile.render.cards import file_names
from market_profile.room_settings import BoardSettings
from market_profile.sources import read_decisions
from market_profile.tasking import Inputs, attention, calibrate, learning, protected, score
from market_profile.tasking.features import base_at
from market_profile.tasking.model_card import ATRS_FIELDS, HEADINGS, model_card
from market_profile.tasking.plan import make_plan

JANUARY = Month("2019-01")


@dataclass(frozen=True)
class Clock:
    curve: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Net:
    replacement: Clock = field(default_factory=Clock)
    supply: pd.DataFrame = field(default_factory=pd.DataFrame)
    logs: pd.DataFrame = field(default_factory=pd.DataFrame)
    nodes: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Ground:
    markets: pd.DataFrame


def inputs_of(network: Net | None = None, tables: Tables | None = None, **settings: float) -> Inputs:
    people = People(pd.DataFrame(columns=["kind", "record_ref", "subject_no", "nominal_id"]))
    return Inputs(network or Net(), None, None, tables or Tables({}), people, JANUARY, BoardSettings(**settings))  # type: ignore[arg-type]


def board_rows(count: int, explore: int = 5) -> pd.DataFrame:
    chance = np.linspace(0.8, 0.1, count)
    return pd.DataFrame(
        {
            "rank": pd.array(range(1, count + 1), dtype="Int64"),
            "target_kind": "nominal",
            "target_id": [f"n{i:02d}" for i in range(count)],
            "market_id": [f"P{i % 6}" for i in range(count)],
            "area_code": [f"A{i % 6}" for i in range(count)],
            "reach": ["explore" if explore and i % explore == explore - 1 else "exploit" for i in range(count)],
            "success_probability": chance,
            "customers": 1.0,
            "suggested_from": "2019-02-01",
            "suggested_to": "2019-02-28",
            "suggested_hours": "18-22",
            "last_arrest_on": pd.NaT,
            "blocked_until": pd.NaT,
        }
    )


def test_the_plan_keeps_its_rules() -> None:
    plan = make_plan(board_rows(20), inputs_of(teams=2, shifts_per_team_week=3, minimum_gap_days=14, phase_weeks=2))
    assert plan is not None
    rows = plan.attempts
    assert rows.groupby("week").size().max() <= 6
    assert rows.groupby(["week", "team"]).size().max() <= 3
    assert (rows["reach"] == "explore").mean() >= 0.2
    weeks = rows.groupby("target_id")["week"].agg(lambda found: sorted(found))
    assert all(later - earlier >= 2 for found in weeks for earlier, later in pairwise(found))
    spans = rows.groupby("market_id")["week"].agg(lambda found: max(found) - min(found))
    assert spans.max() <= 1  # phases of two weeks
    assert rows["area_code"].nunique() == 6  # every place is covered
    teams = plan.teams
    assert teams["teams"].tolist() == [1, 2, 3, 4]
    assert (teams["added"] >= -1e-6).all()
    assert teams["added"].is_monotonic_decreasing or teams["added"].iloc[0] >= teams["added"].iloc[-1]


def test_the_plan_follows_the_clock_and_the_window() -> None:
    rows = board_rows(6, explore=0)
    rows.loc[0, "last_arrest_on"] = pd.Timestamp("2019-01-31")
    rows.loc[1, ["suggested_from", "suggested_to"]] = ["2019-02-20", "2019-02-28"]
    curve = pd.DataFrame({"days": [0.0, 10.0, 20.0], "share": [1.0, 0.9, 0.1]})
    plan = make_plan(rows, inputs_of(Net(Clock(curve)), teams=1, shifts_per_team_week=1))
    assert plan is not None
    week = plan.attempts.groupby("target_id")["week"].min()
    assert week["n00"] >= 3  # the post is filled again some three weeks after the arrest
    assert week.get("n01", 3) >= 3


@pytest.mark.parametrize("seed", [7, 10, 11])
def test_the_last_bit_of_a_chance_moves_no_plan(seed: int) -> None:
    """Unrounded, each of these three moved."""
    chance, inputs = np.random.default_rng(seed), inputs_of(teams=2, shifts_per_team_week=3)
    rows = board_rows(25).assign(success_probability=chance.choice([0.3, 0.31, 0.4], 25))
    nudged = rows.assign(success_probability=rows["success_probability"] + chance.normal(0, 1e-13, 25))
    plan, other = make_plan(rows, inputs), make_plan(nudged, inputs)
    assert plan is not None and other is not None
    shown = ["week", "team", "shift", "target_id"]
    pd.testing.assert_frame_equal(plan.attempts[shown], other.attempts[shown])


def test_no_teams_no_plan() -> None:
    assert make_plan(board_rows(5), inputs_of(teams=0)) is None


def test_without_attempts_the_model_is_its_prior() -> None:
    model = calibrate.learn(pd.DataFrame({"month": []}))
    known = pd.DataFrame({"base": [0.3], "hours": 0.0, "recency": 0.0, "grade": 0.0, "strength": 4.0})
    chance, _ = model.chance(known)
    # logit(.3) - .4 = -1.247: .223
    assert chance[0] == pytest.approx(0.2232, abs=1e-4)


def test_the_model_learns_and_is_calibrated() -> None:
    rng = np.random.default_rng(5)
    base = rng.uniform(0.2, 0.8, 3000)
    true = 1 / (1 + np.exp(-(np.log(base / (1 - base)) - 0.8)))  # rates that overstate
    months = np.repeat([f"2018-{m:02d}" for m in range(1, 13)], 250)
    told = pd.DataFrame(
        {"month": months, "base": base, "hours": 0.0, "recency": 0.0, "grade": 0.0, "strength": 9.0,
         "seller": "", "market_id": "P1",
         "success": (rng.random(3000) < true).astype(float)}
    )  # fmt: skip
    tested = calibrate.backtest(told)
    later = tested[tested["month"] > "2018-04"]
    assert calibrate.calibration_error(calibrate.bands(later)) < 0.05
    naive = calibrate.bands(later.assign(predicted=later["base"]))
    assert calibrate.calibration_error(naive) > 0.12
    # a month's chances rest on earlier months alone
    changed = told.assign(success=told["success"].where(told["month"] < "2018-09", 0.0))
    same = calibrate.backtest(changed)
    before = tested["month"] <= "2018-09"
    np.testing.assert_array_equal(tested.loc[before, "predicted"], same.loc[before, "predicted"])


def test_a_sellers_own_attempts_count_in_full_wherever_they_were_made() -> None:
    at = pd.DataFrame({"easting_m": [0.0, 0.0], "northing_m": 0.0, "prior": 0.5, "hour": np.nan, "seller": ["a", ""]})
    tried = pd.DataFrame(
        {"easting_m": [9000.0, np.nan], "northing_m": 0.0, "weight": 1.0, "success": [1.0, 1.0], "seller": ["a", "a"]}
    )  # fmt: skip
    base = base_at(at, tried)["base"]
    assert base.tolist() == pytest.approx([(4 * 0.5 + 2) / 6, 0.5])


def test_ranges_widen_by_what_sellers_differ_in_beyond_the_model() -> None:
    alike = pd.DataFrame({"seller": np.repeat([f"s{i}" for i in range(200)], 10), "success": np.tile([0.0, 1.0], 1000)})
    alike["market_id"] = "P1"
    apart = alike.assign(success=np.repeat([0.0, 1.0], 1000))
    level = np.zeros(2000)
    assert calibrate.unseen_spread(alike, level) == calibrate.UNSEEN_SPREAD
    # ten of ten or none of ten: (5**2 - 2.5) / 2.5**2 = 3.6; (20 x 1.44 + 200 x 3.6) / 220 = 3.404
    assert calibrate.unseen_spread(apart, level) == pytest.approx(3.4036**0.5, abs=1e-3)


def test_reports_from_an_area_that_never_come_true_earn_less() -> None:
    markets = pd.DataFrame({"market_id": ["P1", "P2"], "area_code": ["A1", "A2"]})
    inputs = replace(inputs_of(), geography=Ground(markets))  # type: ignore[arg-type]
    tried = pd.DataFrame({"market_id": ["P1"] * 10 + ["P2"] * 10, "success": [0.0] * 10 + [1.0] * 10, "weight": 1.0,
                          "attempted_at": pd.Timestamp("2019-01-05")})  # fmt: skip
    found = attention.area_yield(pd.Series(["A1", "A2", "A3", ""]), tried, inputs)
    # usual 11/22 = .5; (0 + 5)/20 = .25, half of it; more than the usual earns no more
    assert found.tolist() == pytest.approx([0.5, 1.0, 1.0, 1.0])


def test_harm_counts_near_the_target_and_in_the_last_year_alone() -> None:
    events = [{"event_ref": f"h{i}", "occurred_at": day, "easting_m": east, "northing_m": 0.0}
              for i, (day, east) in enumerate([("2019-01-05", 150.0), ("2019-01-05", 250.0), ("2017-01-05", 0.0),
                                               ("2019-02-05", 0.0)])]  # fmt: skip
    inputs = inputs_of(tables=Tables({"harm_events": typed("harm_events", events)}))
    rows = pd.DataFrame({"target_easting_m": [0.0, np.nan], "target_northing_m": [0.0, np.nan]})
    assert score.harms_nearby(rows, inputs).tolist() == [1, 0]


def test_calibration_error_by_hand() -> None:
    bands = pd.DataFrame({"attempts": [100, 300], "predicted": [0.5, 0.2], "observed": [0.4, 0.2]})
    assert calibrate.calibration_error(bands) == pytest.approx(0.025)


def test_outcomes_flow_back_and_are_counted_once() -> None:
    predictions = pd.DataFrame(
        {"month": "2018-12", "rank": [1, 2], "target_kind": ["nominal", "place"], "target_id": ["a", "P1"],
         "reach": "exploit", "success_probability": [0.6, 0.4], "success_low": 0.1, "success_high": 0.9,
         "target_easting_m": [100.0, 5000.0], "target_northing_m": 0.0}
    )  # fmt: skip
    attempts = [
        {
            "tp_ref": "t1",
            "attempted_at": "2019-01-05 18:00",
            "outcome": "purchase",
            "easting_m": 900.0,
            "northing_m": 0,
        },
        {
            "tp_ref": "t2",
            "attempted_at": "2019-01-06 18:00",
            "outcome": "no_dealer",
            "easting_m": 5050.0,
            "northing_m": 0,
        },
        {
            "tp_ref": "t3",
            "attempted_at": "2019-01-07 18:00",
            "outcome": "purchase",
            "easting_m": 9000.0,
            "northing_m": 0,
        },
        {
            "tp_ref": "t4",
            "attempted_at": "2018-12-07 18:00",
            "outcome": "purchase",
            "easting_m": 5000.0,
            "northing_m": 0,
        },
    ]
    tables = Tables({"test_purchases": typed("test_purchases", attempts)})
    inputs = inputs_of(tables=tables)
    met = pd.DataFrame({"kind": ["test_purchases"], "record_ref": ["t1"], "subject_no": ["1"], "nominal_id": ["a"]})
    inputs = replace(inputs, resolution=People(met), previous={"predictions": predictions})
    found = learning.outcomes(inputs).set_index("target_id")
    assert found[["attempts", "bought"]].to_numpy().tolist() == [[1, 1], [1, 0]]
    months = learning.record(found.reset_index(), 0.03, 40).months.iloc[0]
    assert (months["tried"], months["attempts"], months["bought"]) == (2, 2, 1)
    assert months["expected"] == pytest.approx(1.0)
    again = replace(inputs, previous={"predictions": predictions, "outcomes": found.reset_index()})
    assert len(learning.outcomes(again)) == 2


def test_no_protected_column_can_be_read() -> None:
    names = protected.protected_columns()
    assert "sex" in names
    read = {column for columns in protected.READ.values() for column in columns} | set(protected.DERIVED)
    assert not read & names
    assert "treatment" not in protected.READ
    kept = protected.guarded(inputs_of()).tables
    for kind in KINDS:
        if kind in protected.READ:
            assert set(kept.get(kind).columns) == set(protected.READ[kind])
    with pytest.raises(MarketProfileError, match="sex"):
        protected.guarded(inputs_of(Net(nodes=pd.DataFrame({"nominal_id": [], "sex": []}))))


def test_the_rooms_code_names_no_protected_column() -> None:
    folder = Path(protected.__file__).parent
    for path in sorted(folder.glob("*.py")):
        quoted = set(re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8")))
        assert not quoted & protected.protected_columns(), path.name


def test_the_model_card_is_complete_and_speaks_of_the_settings() -> None:
    card = model_card(inputs_of(teams=7, exploration_share=0.3))
    assert sorted(card["field"]) == sorted(ATRS_FIELDS)
    assert set(card["heading"]) == set(HEADINGS)
    assert (card["text"] != "").all()
    text = card.set_index("field")["text"]
    assert "7 teams" in text["Frequency and scale"]
    assert "30 %" in text["System architecture"]
    assert "sex" in text["Sensitive attributes"]


def test_decisions_are_refused_or_kept(tmp_path: Path) -> None:
    tables = tmp_path / "editions" / "2019-01" / "planner" / "tables"
    tables.mkdir(parents=True)
    rows = pd.DataFrame({"target_id": ["n1", "n2"], "excluded_reason": ["", "rests on a single source"]})
    rows.to_csv(tables / "targets.csv", index=False)
    console = Console(quiet=True)
    said = Decided("n1", "accept", "A Planner", "two sources", "R-1", "2019-06-30")
    for bad in (
        replace(said, target="n9"), replace(said, target="n2"), replace(said, by=" "), replace(said, reason=""),
        replace(said, authority_ref=""), replace(said, authority_expires_on="2019-01-31"),
        replace(said, decision="perhaps"), replace(said, authority_expires_on="soon"),
    ):  # fmt: skip
        with pytest.raises(WrongUse):
            decide(tmp_path, None, bad, console)
    decide(tmp_path, None, said, console)
    decide(tmp_path, None, Decided("n2", "reject", "A Planner", "weak"), console)
    kept = read_decisions(tmp_path).board_decisions
    assert kept["decision"].tolist() == ["accept", "reject"]
    assert kept["authority_expires_on"].iloc[0] == pd.Timestamp("2019-06-30")


def test_cards_have_names_of_their_own() -> None:
    assert file_names((TargetCard("../a", ""), TargetCard("a", ""), TargetCard("  ", ""))) == ["a", "a-2", "target"]
