"""Harm against expectation, the asset pipeline, journeys through treatment, figures against their normal range."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from market_profile.indicators import measure_indicators
from market_profile.indicators.changes import figure_changes
from market_profile.indicators.concentration import top_decile_bounds, top_decile_share
from market_profile.indicators.expected import expected_count
from market_profile.indicators.measure import DEFINITIONS
from market_profile.indicators.names import FRAME_COLUMNS
from market_profile.indicators.pooling import pooled_levels
from market_profile.periods import Month

MONTH = Month("2019-02")
NO_MARKETS = pd.DataFrame({"kind": [], "record_ref": [], "market_id": []}, dtype="str")


def test_expected_bounds_are_those_of_the_binomial_by_hand():
    # six months with 30 in all: y is in while P(Bin(30 + y, 1/7) >= y) > 2.5 % and P(<= y) > 2.5 %
    found = expected_count([4, 6, 5, 3, 7, 5])
    assert found.mean == 5
    assert stats.binom.sf(10, 41, 1 / 7) > 0.025 >= stats.binom.sf(11, 42, 1 / 7)
    assert stats.binom.cdf(0, 30, 1 / 7) <= 0.025 < stats.binom.cdf(1, 31, 1 / 7)
    assert (found.low, found.high) == (1, 11)
    assert found.is_above(12) and not found.is_above(11)


@given(st.lists(st.integers(0, 60), min_size=6, max_size=12))
def test_expected_bounds_hold_the_mean_and_do_not_depend_on_order(history):
    found = expected_count(history)
    assert 0 <= found.low <= np.ceil(found.mean) and found.high >= np.floor(found.mean)
    other = expected_count(sorted(history))
    assert (other.low, other.high) == (found.low, found.high)


def test_months_that_vary_more_than_chance_widen_the_bounds():
    even, uneven = expected_count([9, 10, 11, 10, 9, 11]), expected_count([2, 18, 4, 16, 1, 19])
    assert uneven.dispersion > 1 > even.dispersion
    assert uneven.high > even.high and uneven.low < even.low


def harm(ref, on, kind="overdose", status="suspected", area="A1"):
    return {"event_ref": ref, "occurred_at": pd.Timestamp(on), "harm": kind, "status": status, "area_code": area}


def test_harm_is_read_against_its_own_months_with_status_and_place_kept_apart(make, settings):
    rows = [harm(f"s{m}", f"2018-{m:02d}-05") for m in range(3, 13)]
    rows += [harm(f"n{n}", "2019-02-03", area="A2") for n in range(9)] + [harm("c", "2019-02-04", status="confirmed")]
    found = measure_indicators(make(harm_events=rows), NO_MARKETS, MONTH, settings)
    alerts = found.harm_alerts.set_index(["harm", "status"])
    suspected = alerts.loc[("overdose", "suspected")]
    # ten months with one, January with none: 10 / 11; nine is far above
    assert (suspected["events"], suspected["before"], suspected["months"]) == (9, 0, 11)
    assert suspected["mean"] == pytest.approx(10 / 11) and suspected["is_alert"]
    confirmed = alerts.loc[("overdose", "confirmed")]
    assert confirmed["events"] == 1 and confirmed["mean"] == 0
    places = found.harm_places.groupby(["area_code", "period", "status"])["events"].sum()
    assert places[("A2", "2019-02", "suspected")] == 9 and places[("A1", "2019-02", "confirmed")] == 1


def test_nothing_is_expected_of_a_short_history(make, settings):
    rows = [harm("a", "2019-01-05"), *[harm(f"b{n}", "2019-02-05") for n in range(20)]]
    alerts = measure_indicators(make(harm_events=rows), NO_MARKETS, MONTH, settings).harm_alerts
    assert alerts["mean"].isna().all() and not alerts["is_alert"].any()


def asset(case, stage, on, amount):
    return {"case_ref": case, "stage": stage, "stage_on": pd.Timestamp(on), "amount_gbp": amount}


def test_the_asset_pipeline_by_hand(make, settings):
    rows = [
        asset("C1", "seized", "2018-06-01", 1000.0), asset("C1", "restrained", "2018-07-01", 900.0),
        asset("C1", "recovered", "2018-12-28", 700.0), asset("C2", "seized", "2018-08-01", 50.0),
        asset("C3", "seized", "2017-01-01", 10.0), asset("C3", "restrained", "2018-07-31", 8.0),
    ]  # fmt: skip
    found = measure_indicators(make(assets=rows), NO_MARKETS, MONTH, settings).assets.set_index("stage")
    assert found["cases"].tolist() == [2, 2, 0, 1, 0]
    assert found.at["restrained", "amount_gbp"] == 908.0
    # from seizure: 30 days for C1, 576 for C3: the middle is 303; C1 recovered after 210
    assert found.at["restrained", "days_median"] == 303.0 and found.at["recovered", "days_median"] == 210.0
    # C2 waits as seized, C3 as restrained, C1 came to recovered
    assert found["waiting"].tolist() == [1, 1, 0, 1, 0] and found.at["seized", "waiting_gbp"] == 50.0


def stage(key, name, on, referred="2018-06-01", source="self", outcome=""):
    return {
        "client_key": key, "referred_on": pd.Timestamp(referred), "referral_source": source, "stage": name,
        "stage_on": pd.Timestamp(on), "outcome": outcome, "consent_police_share": True, "weekly_spend_gbp": 10.0,
    }  # fmt: skip


def test_waits_engagement_and_prison_by_hand(make, settings):
    rows = [
        stage("a", "structured", "2018-06-11", source="Prison"),
        stage("a", "residential", "2018-10-01", source="Prison"),
        stage("b", "structured", "2018-06-21"), stage("b", "residential", "2018-07-01"),
        stage("c", "referred", "2018-06-01", source="prison release"),
        stage("d", "structured", "2019-02-10", referred="2019-02-01"),
        stage("e", "structured", "2018-06-05"), stage("e", "completed", "2018-07-05", outcome="completed drug free"),
    ]  # fmt: skip
    found = measure_indicators(make(treatment=rows), NO_MARKETS, MONTH, settings)
    journeys = found.journeys.set_index("measure")
    # waits 10, 20, 9 and 4 days: the middle is 9.5
    assert journeys.at["wait_days", "value"] == 9.5
    assert (journeys.at["started", "n"], journeys.at["started", "of"]) == (4, 5)
    # a was seen after twelve weeks, e completed, b was not seen again; d started too late to tell
    assert (journeys.at["retained", "n"], journeys.at["retained", "of"]) == (2, 3)
    assert (journeys.at["from_prison", "n"], journeys.at["from_prison", "of"]) == (1, 2)
    assert found.frame.set_index("indicator").at["treatment_from_prison", "value"] == 50.0


def figure(period, value, indicator="seizures", unit="count"):
    row = {"indicator": indicator, "drug": "all", "period": period, "value": value, "n": 1, "unit": unit}
    return {**dict.fromkeys(FRAME_COLUMNS, np.nan), **row, "definition_id": indicator}


def test_a_figure_against_last_month_and_its_normal_range_by_hand():
    months = [one.text for one in Month("2019-01").window(8)]
    frame = pd.DataFrame([figure(m, v) for m, v in zip(months, [4, 6, 4, 6, 4, 6, 4, 6], strict=True)])
    frame = pd.concat([frame, pd.DataFrame([figure("2019-02", 9)])])
    row = figure_changes(frame, MONTH).iloc[0]
    # mean 5, sample standard deviation sqrt(8 / 7): 5 +/- 2.14
    assert (row["before"], row["change"], row["mean"]) == (6, 3, 5)
    assert row["normal_high"] == pytest.approx(5 + 2 * np.sqrt(8 / 7)) and row["verdict"] == "above"


def test_the_share_of_the_top_tenth_is_a_per_cent_in_every_month(make, settings):
    rows = [{**stage(f"c{n}", "structured", "2018-06-11"), "weekly_spend_gbp": 10.0 + 90 * (n == 9)} for n in range(10)]
    found = measure_indicators(make(treatment=rows), NO_MARKETS, MONTH, settings).frame
    shares = found[found["indicator"] == "treatment_spend_top_decile"]
    # nine spend £10 and one £100: 100 of 190
    assert len(shares) == 9 and shares["value"].tolist() == pytest.approx([100 * 100 / 190] * 9)


def test_a_register_that_grows_has_no_normal_range():
    months = [one.text for one in Month("2019-02").window(9)]
    frame = pd.DataFrame([figure(m, v, "treatment_stage") for v, m in enumerate(months)])
    assert figure_changes(frame, MONTH).iloc[0]["verdict"] == "no range yet"


def test_months_without_a_row_count_none_for_counts_and_are_missing_for_prices():
    months = ["2018-06", "2018-08"]
    counted = pd.DataFrame([figure(m, 3) for m in [*months, "2019-02"]])
    priced = pd.DataFrame([figure(m, 3, "price", "gbp") for m in [*months, "2019-02"]])
    assert figure_changes(counted, MONTH).iloc[0][["before", "months"]].tolist() == [0, 8]
    row = figure_changes(priced, MONTH).iloc[0]
    assert np.isnan(row["before"]) and row["months"] == 2 and row["verdict"] == "no range yet"


def test_purity_is_steadied_on_the_logit_scale():
    rows = pd.DataFrame({
        "drug": "heroin", "period": np.repeat([f"2018-{m:02d}" for m in range(1, 9)], 4),
        "value": np.tile([30.0, 40.0, 45.0, 60.0], 8),
    })  # fmt: skip
    found = pooled_levels(rows, "purity_pooled", "pct")
    # equal months: every one is its own mean of logits
    logits = np.log(np.array([0.3, 0.4, 0.45, 0.6]) / (1 - np.array([0.3, 0.4, 0.45, 0.6])))
    assert found["value"].tolist() == pytest.approx([100 / (1 + np.exp(-logits.mean()))] * 8)
    assert ((found["low"] > 0) & (found["high"] < 100)).all()


def test_the_top_tenth_has_no_interval_below_fifty_clients_and_holds_its_value():
    spend = np.random.default_rng(3).lognormal(4.5, 0.8, 80)
    assert np.isnan(top_decile_bounds(spend[:49])[0])
    low, high = top_decile_bounds(spend)
    assert low <= top_decile_share(spend) <= high < 1


def test_log_normal_bounds_are_those_of_the_spread_of_the_logs():
    # exact normal quantiles of the logs, so that they count as normal; sigma by its chi-squared interval
    logs = stats.norm.ppf((np.arange(100) + 0.5) / 100)
    deviation = logs.std(ddof=1)
    low, high = top_decile_bounds(np.exp(logs))
    expected = [deviation * np.sqrt(99 / stats.chi2.ppf(p, 99)) for p in (0.975, 0.025)]
    assert (low, high) == pytest.approx(tuple(stats.norm.cdf(np.array(expected) - stats.norm.ppf(0.9))), abs=1e-12)


def test_every_card_is_whole_and_has_its_own_id():
    ids = [card.id for card in DEFINITIONS]
    assert len(ids) == len(set(ids))
    assert all(card.name and card.numerator and card.population and card.window and card.source for card in DEFINITIONS)
