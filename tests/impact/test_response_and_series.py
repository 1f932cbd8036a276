"""Crime series, timeline, lines, disruptions, survey and orders, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market_profile.errors import InputRefused, SettingsError
from market_profile.impact import assess_impact
from market_profile.impact.costs import unit_costs
from market_profile.impact.quarterly import read_quarterly
from market_profile.impact.response import days_since_operation, operations_timeline
from market_profile.impact.series import control_limits, crime_series
from market_profile.periods import Month

MONTH = Month("2019-02")
NO_RECORDS = pd.DataFrame({"kind": [], "record_ref": [], "nominal_id": []}, dtype="str")
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def street(month, crime_type):
    return {"month": month, "crime_type": crime_type}


def test_asb_stays_out_of_the_total(make):
    rows = [street("2019-01", "Drugs")] * 3 + [street("2019-01", "Anti-social behaviour")] * 5
    series = crime_series(make().get("crime_counts"), make(street_crime=rows).get("street_crime"))
    counts = series.set_index("offence_group")["count"].to_dict()
    assert counts == {"Anti-social behaviour": 5, "Drugs": 3, "All crime without ASB": 3}
    assert series.set_index("offence_group")["is_asb"].to_dict()["Anti-social behaviour"]


def test_a_month_without_a_file_is_missing_not_zero(make):
    rows = [street("2019-01", "Drugs"), street("2019-03", "Drugs"), street("2019-03", "Robbery")]
    series = crime_series(make().get("crime_counts"), make(street_crime=rows).get("street_crime"))
    assert "2019-02" not in set(series["period"])
    robbery = series[series["offence_group"] == "Robbery"].set_index("period")["count"]
    assert robbery.to_dict() == {"2019-01": 0, "2019-03": 1}


def test_control_limits_use_earlier_counts_only():
    counts = pd.DataFrame({"long": [10.0, 12, 11, 9, 13, 40, 11], "short": [10.0, 12, 11, *[np.nan] * 4]})
    limits = pd.DataFrame({name: each["long"] for name, each in control_limits(counts).items()})
    assert limits.loc[:4, "centre"].isna().all()
    assert limits.loc[5, "centre"] == 11.0
    # moving ranges 2, 1, 2, 4: mean 2.25 / 1.128 = 1.99 < sqrt(11) = 3.32, so Poisson decides
    assert limits.loc[5, "high"] == pytest.approx(11 + 3 * np.sqrt(11))
    assert limits.loc[5, "high"] < 40


def operation(name, start, end):
    return {"operation": name, "phase": "arrest", "tactic": "t", "starts_on": pd.Timestamp(start),
            "ends_on": pd.Timestamp(end) if end else None}  # fmt: skip


def test_timeline_and_gaps(make):
    rows = [
        operation("A", "2018-10-01", "2018-10-31"),
        operation("B", "2018-10-10", "2018-10-20"),
        operation("C", "2018-11-15", "2018-11-16"),
    ]
    timeline = operations_timeline(make(operations=rows).get("operations"), MONTH)
    assert timeline["operation"].tolist() == ["A", "B", "C"]
    # 1 to 14 November: fourteen days without an operation
    assert timeline["gap_days"].tolist()[1:] == [0.0, 14.0]
    assert days_since_operation(timeline, MONTH) == 104.0  # 16 November to 28 February
    still_open = operations_timeline(make(operations=[operation("D", "2019-02-01", None)]).get("operations"), MONTH)
    assert days_since_operation(still_open, MONTH) == 0.0


def test_a_line_is_closed_on_evidence_only(make, settings):
    day = pd.Timestamp("2018-06-01")
    lines = [
        {
            "line_ref": "1",
            "first_seen": day,
            "status": "closed",
            "closed_on": day,
            "closure_evidence": "handset seized",
        },
        {"line_ref": "2", "first_seen": day, "status": "closed", "closed_on": day},
        {"line_ref": "3", "first_seen": day, "status": "closed"},
    ]
    found = assess_impact(make(county_lines=lines), NO_RECORDS, MONTH, settings).scorecard
    assert found[["measure", "now"]].values.tolist() == [["county lines closed on evidence", 1.0]]


def test_referrals_of_the_scorecard_are_those_of_consenting_clients(make, settings):
    def referral(client, consent):
        day = pd.Timestamp("2018-11-05")
        return {"client_key": client, "referred_on": day, "stage_on": day, "consent_police_share": consent}

    tables = make(treatment=[referral("a", True), referral("b", False), referral("c", None)])
    found = assess_impact(tables, NO_RECORDS, MONTH, settings).scorecard
    assert found[["measure", "now"]].values.tolist() == [["referrals to treatment", 1.0]]
    everyone = settings.model_copy(
        update={"treatment": settings.treatment.model_copy(update={"require_consent": False})}
    )
    assert assess_impact(tables, NO_RECORDS, MONTH, everyone).scorecard["now"].tolist() == [3.0]


def test_repeated_positive_tests_without_breach(make, settings):
    def test(person, on, result, breached=None):
        return {"nominal_ref": person, "order": "drr", "made_on": pd.Timestamp("2018-01-01"),
                "test_on": pd.Timestamp(on), "test_result": result, "breached_on": breached}  # fmt: skip

    rows = [
        test("A", "2018-02-01", "positive"),
        test("A", "2018-03-01", "Positive (opiates)"),
        test("B", "2018-02-01", "positive"),
        test("B", "2018-03-01", "positive", pd.Timestamp("2018-04-01")),
        test("C", "2018-02-01", "negative"),
    ]
    orders = assess_impact(make(court_orders=rows), NO_RECORDS, MONTH, settings).orders.iloc[0]
    assert (orders["people"], orders["repeated_positive_no_breach"]) == (3, 1)


def test_survey_shares_weigh_answers_and_keep_versions_apart(make, settings):
    rows = [
        {"wave": "1", "question": "safe", "question_version": "a", "response": "yes", "weight": 3.0},
        {"wave": "1", "question": "safe", "question_version": "a", "response": "no"},
        {"wave": "2", "question": "safe", "question_version": "b", "response": "no"},
    ]
    survey = assess_impact(make(community_survey=rows), NO_RECORDS, MONTH, settings).survey
    shares = survey.set_index(["wave", "question_version", "response"])["share_pct"].to_dict()
    assert shares == {("1", "a", "yes"): 75.0, ("1", "a", "no"): 25.0, ("2", "b", "no"): 100.0}


def test_nothing_supplied_gives_empty_frames(make, settings):
    found = assess_impact(make(), NO_RECORDS, MONTH, settings)
    assert found.crime_series.empty and found.costs.empty and found.cohorts.empty and found.timeline.empty
    assert found.scorecard.empty and found.survey.empty
    assert len(found.claims) > 0


def test_an_unknown_cost_table_is_refused_by_name():
    with pytest.raises(SettingsError, match="operation_reduction"):
        unit_costs("nowhere")


def test_a_quarterly_table_that_cannot_be_read_is_refused():
    with pytest.raises(InputRefused):
        read_quarterly("nothing here")
    with pytest.raises(InputRefused, match="breaks the order"):
        read_quarterly("\tJan-Mar\tApr-Jun\n\t09\t05\nCrime\t1\t2")


def test_published_street_crime_is_counted_whole():
    files = sorted((DATA / "street_crime").rglob("*.csv"))
    if not files:
        pytest.skip("the published street crime is not at ../shared/data")
    raw = pd.concat([pd.read_csv(path, dtype=str) for path in files], ignore_index=True)
    frame = pd.DataFrame({"month": raw["Month"], "crime_type": raw["Crime type"]})
    series = crime_series(_no_counts(), frame)
    total = series[series["offence_group"] == "All crime without ASB"]["count"].sum()
    asb = series[series["is_asb"]]["count"].sum()
    assert (total, asb) == (raw["Crime ID"].notna().sum(), raw["Crime ID"].isna().sum())


def _no_counts():
    from market_profile.contracts.columns import empty_frame
    from market_profile.contracts.kinds import KINDS

    return empty_frame(KINDS["crime_counts"])
