"""Costs under several tables, survey by wording, Clear-Hold-Build, scorecard corrections and own claims, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market_profile.impact.claims import own_claims
from market_profile.impact.costs import benefits, cost_tables, published_cost, social_costs, tables_of
from market_profile.impact.evaluation import evaluate_groups
from market_profile.impact.phases import clear_hold_build
from market_profile.impact.response import cadence, operations_timeline
from market_profile.impact.scorecard import corrections, scorecard
from market_profile.impact.selection import Rates
from market_profile.impact.survey import reworded, survey_changes, survey_shares
from market_profile.periods import Month
from market_profile.room_settings import ImpactSettings

MONTH = Month("2019-02")


def offences(**counts):
    return pd.DataFrame({"offence_group": list(counts), "count": list(counts.values())})


def test_an_offence_is_priced_as_the_table_names_it():
    found = social_costs(
        pd.DataFrame({"offence_group": ["Burglary dwelling", "burglary other", "arson"], "count": [2, 1, 5]}),
        "operation_reduction",
    )
    assert found["priced_as"].tolist() == ["burglary", "burglary"]
    assert found["cost_gbp"].sum() == 3 * 1813  # arson has no unit cost there: left out, never priced at 0


@pytest.mark.parametrize(
    ("offence", "cost"), [("Burglary dwelling", 1813), ("burglary OTHER", 1813), ("Arson", 0), ("Robbery", None)]
)
def test_one_published_cost_is_what_the_whole_table_gives(offence, cost):
    alone = social_costs(pd.DataFrame({"offence_group": [offence], "count": [1]}), "operation_reduction")
    assert published_cost(offence, "operation_reduction") == alone["cost_gbp"].sum()
    assert cost is None or alone["cost_gbp"].sum() == cost


def test_three_tables_side_by_side():
    settings = ImpactSettings(area_unit_costs={"burglary": 2000.0})
    assert tables_of(settings) == ("operation_reduction", "home_office_2018", "area")
    found = cost_tables(offences(burglary=10, shoplifting=4), 18_130.0, settings).set_index("table")
    assert found["priced"].tolist() == [10, 14, 10]
    assert found["cost_gbp"].tolist() == [18_130, 10 * 5930 + 4 * 970, 20_000]
    assert found.loc["operation_reduction", "break_even_offences"] == 10
    assert found.loc["area", "break_even_offences"] == pytest.approx(18_130 / 2000)
    assert tables_of(ImpactSettings()) == ("operation_reduction", "home_office_2018")


def group(name, after, count=40):
    return pd.DataFrame({"record_group": name, "person": [f"{name}{at}" for at in range(count)], "arrests_before": 3,
                         "days_before": 365.0, "arrests_after": after, "days_after": 365.0})  # fmt: skip


def test_benefit_is_a_range_and_claimed_only_with_an_effect():
    people = pd.concat([group("outreach", 1), group("eligible_not_included", 3)], ignore_index=True)
    cohorts = evaluate_groups(people, Rates(50.0, 50.0 * 365 / 3, 500))
    row = cohorts.set_index("record_group").loc["outreach"]
    assert row["verdict"] == "consistent with an effect"
    assert row["comparison_ratio"] == pytest.approx(1 / 3)
    found = benefits(cohorts, offences(burglary=9, arson=9), ImpactSettings()).set_index("table")
    mine = found.loc["operation_reduction"]
    assert mine["avoided"] == pytest.approx(40 * (3 - 1))  # 40 arrests seen, 120 but for the effect
    assert mine["benefit_gbp"] == pytest.approx(80 * 1813)
    assert mine["benefit_low_gbp"] < mine["benefit_gbp"] < mine["benefit_high_gbp"]
    assert mine["benefit_low_gbp"] == pytest.approx(40 * (1 / row["comparison_high"] - 1) * 1813)
    assert set(found["record_group"]) == {"outreach"} and found["can_claim"].all()
    same = pd.concat([group("outreach", 3), group("eligible_not_included", 3)], ignore_index=True)
    quiet = benefits(evaluate_groups(same, Rates(50.0, 50.0 * 365 / 3, 500)), offences(burglary=9), ImpactSettings())
    assert not quiet["can_claim"].any()


def answers(wave, version, yes, no, question="safe", weight=None):
    rows = [("yes", yes), ("no", no)]
    return [
        {"wave": wave, "question": question, "question_version": version, "response": response, "weight": weight}
        for response, count in rows for _ in range(count)
    ]  # fmt: skip


def test_shares_have_score_intervals_on_the_effective_sample(make):
    from statsmodels.stats.proportion import proportion_confint

    survey = make(community_survey=answers("1", "a", 30, 70)).get("community_survey")
    row = survey_shares(survey).set_index("response").loc["yes"]
    low, high = proportion_confint(30, 100, method="wilson")
    assert (row["share_pct"], row["low_pct"], row["high_pct"]) == pytest.approx((30, 100 * low, 100 * high), abs=1e-6)
    heavy = answers("1", "a", 1, 0, weight=9.0) + answers("1", "a", 0, 9, weight=1.0)
    row = survey_shares(make(community_survey=heavy).get("community_survey")).set_index("response").loc["yes"]
    low, high = proportion_confint(0.5 * 3.6, 3.6, method="wilson")  # 18^2 / (81 + 9) = 3.6 answers' worth
    assert (row["low_pct"], row["high_pct"]) == pytest.approx((100 * low, 100 * high), abs=1e-6)


def test_waves_are_compared_in_the_same_words_alone(make):
    rows = [*answers("2018", "a", 56, 14), *answers("2019", "a", 48, 32), *answers("2018", "1", 5, 5, "clean")]
    rows += answers("2019", "2", 5, 5, "clean")
    shares = survey_shares(make(community_survey=rows).get("community_survey"))
    found = survey_changes(shares)
    assert set(found["question"]) == {"safe"}
    assert reworded(shares) == ("clean",)
    yes = found.set_index("response").loc["yes"]
    # Newcombe 1998, Statistics in Medicine 17:873, example (a), method 10: 56/70 - 48/80 = 0.2 (0.0524 to 0.3339)
    assert yes["points"] == pytest.approx(-20)
    assert (yes["low_points"], yes["high_points"]) == pytest.approx((-33.39, -5.24), abs=0.005)


def test_the_latest_wave_is_the_last_in_time_not_in_the_alphabet(make):
    for then, now in (("Wave 9", "Wave 10"), ("Spring 2019", "Autumn 2019"), ("Winter 2018", "Autumn 2018")):
        rows = [*answers(then, "a", 56, 14), *answers(now, "a", 48, 32)]
        found = survey_changes(survey_shares(make(community_survey=rows).get("community_survey")))
        assert (set(found["from_wave"]), set(found["to_wave"])) == ({then}, {now})


def phase(name, start, area="A1", **more):
    return {
        "operation": "Op",
        "phase": name,
        "tactic": "t",
        "starts_on": pd.Timestamp(start),
        "area_code": area,
        **more,
    }


def reports(start, count, area="A1", prefix="x"):
    days = pd.date_range(start, periods=count, freq="2D")
    return [
        {"event_ref": f"{prefix}{at}", "occurred_at": day, "harm": "asb_report", "area_code": area}
        for at, day in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("phases", "before", "after", "reading"),
    [
        (["clear"], 5, 25, "rise expected"),
        (["clear", "hold"], 5, 25, "rise expected"),
        (["clear", "hold", "build"], 5, 25, "rise in build"),
        (["clear"], 25, 5, "fall to be asked about"),
        (["clear", "hold", "build"], 25, 5, "fall in build"),
        (["clear"], 15, 15, "no clear change"),
        (["clear"], 2, 3, "too few"),
    ],
)
def test_a_rise_in_reports_is_no_failure_in_clear_and_hold(make, phases, before, after, reading):
    starts = ["2018-11-01", "2018-11-20", "2018-12-01"]
    tables = make(
        operations=[phase(name, start) for name, start in zip(phases, starts, strict=False)],
        harm_events=reports("2018-08-10", before) + reports("2018-12-05", after, prefix="y")
        + reports("2018-07-01", 50, "Z9", "z") + reports("2018-11-02", 9, prefix="w"),
    )  # fmt: skip
    row = clear_hold_build(tables, MONTH).iloc[0]
    assert (row["phase"], row["reports_before"], row["reports_after"]) == (phases[-1], before, after)
    assert row["reading"] == reading
    if "rise" in reading and "build" not in phases:
        from market_profile.impact.phases import Reading

        assert "not read as failure" in Reading(reading).meaning


def test_a_young_phase_says_nothing_yet(make):
    events = reports("2018-08-10", 20) + reports("2018-12-05", 40, prefix="y")
    tables = make(operations=[phase("clear", "2018-11-01"), phase("hold", "2019-02-10")], harm_events=events)
    row = clear_hold_build(tables, MONTH).iloc[0]
    assert (row["phase"], row["days"], row["reading"]) == ("hold", 19, "too few")


def test_other_operations_have_no_phases_of_clear_hold_build(make):
    rows = make(operations=[phase("arrest", "2018-12-01")])
    assert clear_hold_build(rows, MONTH).empty


def test_cadence_against_the_time_of_replacement(make):
    rows = [
        phase("p", start, operation=name, ends_on=pd.Timestamp(end))
        for name, start, end in (
            ("A", "2018-10-01", "2018-10-31"), ("B", "2018-11-15", "2018-11-16"), ("C", "2018-12-27", "2018-12-31"),
        )
    ]  # fmt: skip
    timeline = operations_timeline(make(operations=rows).get("operations"), MONTH)
    found = cadence(timeline, 21.0).iloc[0]
    # 1-14 November: 14 days; 17 November to 26 December: 40 days
    assert (found["gaps"], found["median_gap_days"], found["longest_gap_days"], found["long_gaps"]) == (2, 27, 40, 1)


def test_corrections_name_figures_that_moved(make):
    def event(ref, on):
        return {"event_ref": ref, "occurred_at": pd.Timestamp(on), "harm": "naloxone"}

    card = scorecard(make(harm_events=[event("1", "2019-01-05"), event("2", "2019-02-05")]), MONTH)
    row = card.set_index("measure").loc["naloxone given"]
    assert (row["now"], row["last_now"], row["n"]) == (2, 1, 2)
    published = pd.DataFrame({"month": "2019-01", "measure": ["naloxone given", "deaths"], "value": [0.0, 0.0]})
    found = corrections(published, card, MONTH)
    assert found.to_numpy().tolist() == [["2019-02", "2019-01", "naloxone given", 0.0, 1.0]]
    assert corrections(published.assign(month="2018-12"), card, MONTH).empty
    assert corrections(published.head(0), card, MONTH).empty


def test_every_local_proxy_says_how_late_it_comes(make):
    from market_profile.impact.scorecard import _MEASURES

    assert all(row.lag and row.national for row in _MEASURES)
    assert {row.kind for row in _MEASURES} >= {"county_lines", "disruptions", "assets", "treatment", "harm_events"}
    measures = [row.measure for row in _MEASURES]
    assert {"major disruptions", "moderate disruptions", "minor disruptions", "naloxone given"} <= set(measures)
    assert len(set(measures)) == len(measures)


def test_own_claims_are_worked_out_where_they_can_be(make):
    counts = [
        {"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end), "offence_group": "robbery", "count": n}
        for start, end, n in (("2018-01-01", "2018-01-31", 50), ("2018-02-01", "2018-02-28", 41))
    ]
    claims = pd.DataFrame(
        [
            ("C1", "-18 %", "reproduced", "-18", "robbery", "2018-01", "2018-02"),
            ("C2", "-50 %", "reproduced", "-50", "robbery", "2018-01", "2018-02"),
            ("C3", "-50 %", "unclear", "-50", "", "", ""),
        ],
        columns=["id", "claim", "reproduced", "claimed_pct", "offence_groups", "from_window", "to_window"],
    ).assign(outcome="o", population="p", window="w", source="s", value="", choices="")
    found = own_claims(claims, make(crime_counts=counts).get("crime_counts"))
    assert found["status"].tolist() == ["reproduced", "not reproduced", "unclear"]
    assert found["declared"].tolist() == ["reproduced", "reproduced", "unclear"]
    assert found["found"].tolist()[:2] == pytest.approx([-18, -18]) and np.isnan(found["found"].iloc[2])
