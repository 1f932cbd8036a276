"""The case-forum pack by hand: score range, drift, threshold, decisions carried, conflicts, record groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market_profile.impact.assess import assess_impact
from market_profile.impact.forum import assess_forum, criteria_of, forum_conflicts
from market_profile.impact.register import register_summary
from market_profile.periods import Month
from market_profile.room_settings import ForumSettings

MONTH = Month("2019-02")
NO_RECORDS = pd.DataFrame({"kind": [], "record_ref": [], "nominal_id": []}, dtype="str")


def assessed(person, on, offending, engagement, decision="", review=None):
    return {
        "nominal_ref": person, "person": person, "record_ref": f"{person}/{on}", "assessed_on": pd.Timestamp(on),
        "offending": offending, "engagement": engagement, "override": "", "override_reason": "", "decision": decision,
        "next_review": pd.Timestamp(review) if review else pd.NaT,
    }  # fmt: skip


ROWS = pd.DataFrame(
    [
        assessed("A", "2019-01-10", 4.0, 2.0, "progressing in treatment"),
        assessed("A", "2019-02-10", 5.0, np.nan, "enforcement", "2019-02-20"),
        assessed("B", "2019-01-05", 1.0, 1.0, "monitor", "2019-04-01"),
        assessed("C", "2019-03-01", 5.0, 5.0, "enforcement"),
    ]
)
SETTINGS = ForumSettings(weights={"offending": 2.0}, lowest=0, highest=5, threshold=12)


@pytest.fixture
def latest():
    return assess_forum(ROWS, (), SETTINGS, MONTH).set_index("person")


def test_a_criterion_not_known_makes_a_range(latest):
    # A: 2 x 5 = 10 known; engagement between 0 and 5, so 10 to 15
    assert latest.loc["A", ["total", "low", "high", "not_known"]].tolist() == [10, 10, 15, 1]
    assert latest.loc["B", ["total", "low", "high", "not_known"]].tolist() == [3, 3, 3, 0]
    assert "C" not in latest.index  # after the cut-off


def test_drift_compares_what_was_known_both_times(latest):
    assert latest.loc["A", "drift"] == 2  # 2 x (5 - 4); engagement is not known now
    assert np.isnan(latest.loc["B", "drift"])


def test_the_threshold_can_hang_on_what_is_not_known(latest):
    assert latest["meets_threshold"].to_dict() == {"A": "depends", "B": "no"}
    without = assess_forum(ROWS, (), ForumSettings(), MONTH)
    assert set(without["meets_threshold"]) == {""}


def test_decisions_and_reviews_are_carried(latest):
    assert (latest.loc["A", "decision_before"], latest.loc["A", "is_new"]) == ("progressing in treatment", True)
    assert latest["is_review_overdue"].to_dict() == {"A": True, "B": False}


def test_criteria_are_those_named_else_every_number():
    assert criteria_of(ROWS, ()) == ["offending", "engagement"]
    assert criteria_of(ROWS, ("engagement", "absent")) == ["engagement"]
    assert assess_forum(ROWS.drop(columns=["offending", "engagement"]), (), SETTINGS, MONTH).empty


def member(person, group, accepted, removed=None):
    return {"person": person, "nominal_ref": person, "record_group": group, "accepted_on": pd.Timestamp(accepted),
            "removed_on": pd.Timestamp(removed) if removed else pd.NaT}  # fmt: skip


def test_carrot_and_stick():
    register = pd.DataFrame([
        member("A", "outreach", "2019-01-01"), member("B", "outreach", "2019-01-01", "2019-02-01"),
        member("B", "enforcement", "2019-01-01"), member("D", "outreach", "2019-01-01"),
        member("D", "enforcement", "2019-01-01"), member("E", "enforcement", "2018-01-01"),
    ])  # fmt: skip
    more = pd.concat([ROWS, pd.DataFrame([assessed("E", "2019-02-05", 3.0, 3.0, "progressing in treatment")])])
    latest = assess_forum(more, (), SETTINGS, MONTH)
    arrests = pd.DataFrame({"person": ["E", "A"], "arrested_at": pd.to_datetime(["2019-02-20", "2019-02-20"])})
    found = forum_conflicts(latest, register, arrests, MONTH)
    assert sorted(zip(found["person"], found["conflict"], strict=True)) == [
        ("A", "enforcement decided straight after progress was recorded"),
        ("A", "enforcement decided, and in outreach"),
        ("D", "in the enforcement and the outreach group at once"),
        ("E", "arrested after the forum recorded progress"),
        ("E", "progressing by the forum, and still in the enforcement group"),
    ]


def test_a_decision_with_both_words_is_neither():
    rows = pd.DataFrame([assessed("A", "2019-02-10", 1.0, 1.0, "enforcement unless progressing")])
    register = pd.DataFrame([member("A", "outreach", "2019-01-01")])
    none = pd.DataFrame({"person": [], "arrested_at": pd.to_datetime([])})
    assert forum_conflicts(assess_forum(rows, (), SETTINGS, MONTH), register, none, MONTH).empty


def test_record_groups_are_counted_in_people(make):
    def row(person, group, **more):
        return {"nominal_ref": person, "record_group": group, "accepted_on": pd.Timestamp("2018-06-01"), **more}

    tables = make(
        cohort_register=[
            row("P", "enforcement", judicial_action="charged", court_disposal="custody"),
            row("P", "enforcement"),
            row("Q", "outreach", removed_on=pd.Timestamp("2019-01-01")),
            row("R", "outreach", removed_on=pd.Timestamp("2019-09-01")),
        ],
        arrests=[
            {"custody_ref": "1", "nominal_ref": "P", "arrested_at": pd.Timestamp("2018-06-01 10:00")},
            {"custody_ref": "2", "nominal_ref": "Q", "arrested_at": pd.Timestamp("2018-07-01")},
        ],
    )
    found = register_summary(tables, NO_RECORDS, MONTH)
    assert found.to_numpy().tolist() == [["enforcement", 1, 1, 0, 1, 1, 0], ["outreach", 2, 1, 1, 0, 0, 1]]


def test_a_forum_without_records_is_empty_not_wrong(make, settings):
    forum = assess_impact(make(), NO_RECORDS, MONTH, settings).forum
    assert forum.latest.empty and forum.conflicts.empty and forum.carried == 0
