"""Months and rolling years as measures, by hand."""

from __future__ import annotations

import pandas as pd

from market_profile.periods import Month
from market_profile.profile.counts import PARTNER_DRUGS, by_drug, events, year_of
from market_profile.profile.names import date_words

MONTH = Month("2019-02")


def frame(dates, refs=None, drugs=None):
    refs = refs or [str(place) for place in range(len(dates))]
    at = pd.to_datetime(dates, format="mixed")
    return pd.DataFrame({"record_ref": refs, "at": at, "drug": drugs or ["heroin"] * len(dates)})


def test_a_month_and_a_rolling_year_count_their_own_days():
    found = events(frame(["2019-02-28 23:59", "2019-03-01", "2018-03-01", "2018-02-28", "2019-02-01"]), "at", "x")
    assert (found.in_month(MONTH).n, found.in_month(MONTH).cell) == (2, "x|2019-02")
    assert (found.in_year(MONTH).n, found.in_year(MONTH).cell) == (3, "x|2018-03..2019-02")
    assert year_of(MONTH) == "2018-03..2019-02"


def test_exhibits_of_one_seizure_count_once():
    found = events(frame(["2019-02-01", "2019-02-01"], refs=["S1", "S1"]), "at", "seizures|all")
    assert found.in_month(MONTH).n == 1


def test_history_starts_with_the_first_event_and_leaves_this_month_out():
    found = events(frame(["2018-11-10", "2018-12-01", "2018-12-05", "2019-02-02"]), "at", "x")
    change = found.monthly_change(MONTH)
    assert (change.now.n, change.before.n) == (1, 0)
    assert [count.n for count in change.history] == [1, 2, 0]


def test_a_year_without_its_year_before_is_not_compared():
    assert events(frame(["2018-11-10"]), "at", "x").yearly_change(MONTH).before is None
    older = events(frame(["2017-03-05", "2017-06-01", "2018-11-10"]), "at", "x").yearly_change(MONTH)
    assert (older.now.n, older.before.n) == (1, 2)


def test_no_events_have_no_change():
    change = events(frame([]), "at", "x").monthly_change(MONTH)
    assert (change.now.n, change.before) == (0, None)


def test_the_list_of_drugs_is_fixed():
    found = by_drug(frame(["2019-02-01"], drugs=["khat"]), "at", "seizures")
    assert tuple(found) == (*PARTNER_DRUGS, "other drugs")
    assert found["other drugs"].in_month(MONTH).n == 1
    assert found["heroin"].in_month(MONTH).n == 0


def test_days_in_words():
    assert date_words(Month("2020-02").last_day) == "29 February 2020"
