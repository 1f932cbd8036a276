"""The replacement clock by hand, and Kaplan-Meier against lifelines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import People, log, people, tables

from market_profile.network import build_network, remove_nominals
from market_profile.network.replacement import kaplan_meier, summarise
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

JANUARY = Month("2019-01")


def test_kaplan_meier_equals_lifelines() -> None:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    chance = np.random.default_rng(5)
    days = np.ceil(chance.exponential(20, 80))
    event = chance.random(80) < 0.7
    curve = kaplan_meier(days, event).set_index("days")
    oracle = KaplanMeierFitter().fit(days, event)
    expected = oracle.survival_function_["KM_estimate"]
    assert curve["share"].to_numpy() == pytest.approx(expected.reindex(curve.index).to_numpy())
    bounds = oracle.confidence_interval_survival_function_.reindex(curve.index).to_numpy()
    assert curve["low"].to_numpy() == pytest.approx(bounds[:, 0])
    assert curve["high"].to_numpy() == pytest.approx(bounds[:, 1])
    clocks = pd.DataFrame({"days": days, "is_replaced": event, "is_street": True, "estimated_days": days})
    found = summarise(clocks)
    assert found.median_days == oracle.median_survival_time_
    interval = median_survival_times(oracle.confidence_interval_).to_numpy().ravel()
    assert [found.median_low, found.median_high] == pytest.approx(interval.tolist())


def scene() -> tuple[object, People]:
    here = {"easting_m": 530000.0, "northing_m": 104000.0}
    logs = [
        log("u1", "2018-12-20", **here),
        log("u2", "2019-01-20", easting_m=530100.0, northing_m=104000.0),
        log("u3", "2019-01-12", easting_m=540000.0, northing_m=104000.0),
        log("u4", "2019-01-08", intelligence_assessment="E", **here),
    ]
    subjects = [
        {"urn": "u1", "subject_no": "1", "role": "dealer"},
        {"urn": "u1", "subject_no": "2", "role": "user"},
        *({"urn": u, "subject_no": "1", "role": "dealer"} for u in ("u2", "u3", "u4")),
    ]
    links = [{"urn": "u1", "from_subject_no": "1", "to_subject_no": "2", "relation": "supplies"}]
    arrests = [
        {"custody_ref": "k1", "arrested_at": "2019-01-13"},
        {"custody_ref": "k2", "arrested_at": "2019-01-30"},
    ]
    records = tables(intelligence_logs=logs, log_subjects=subjects, log_links=links, arrests=arrests)
    return records, people(
        ("log_subjects", "u1", "1", "a"),
        ("log_subjects", "u1", "2", "user"),
        ("log_subjects", "u2", "1", "b"),
        ("log_subjects", "u3", "1", "c"),
        ("log_subjects", "u4", "1", "d"),
        ("arrests", "k1", "1", "a"),
        ("arrests", "k2", "1", "c"),
    )


def test_the_clock_by_hand() -> None:
    records, resolved = scene()
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})  # type: ignore[arg-type]
    clocks = network.replacement.clocks.set_index("custody_ref")
    # a, taken on the 13th: b is seen 100 m away on the 20th; the E-graded d does not count, c is 10 km away
    assert clocks.loc["k1", "days"] == 7
    assert clocks.loc["k1", "replaced_by"] == "b"
    # c, taken on the 30th: nobody yet at the cut-off on 1 February: censored at 2 days
    assert clocks.loc["k2", "days"] == 2
    assert not clocks.loc["k2", "is_replaced"]
    assert network.replacement.median_days == 7


def test_the_window_of_opportunity_by_hand() -> None:
    records, resolved = scene()
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})  # type: ignore[arg-type]
    # arrested on the 13th, cut-off 1 February: 19 days gone, 2 of 21 left
    assert network.window[["user_id", "dealer_id", "days_left", "other_suppliers"]].to_numpy().tolist() == [
        ["user", "a", 2, 0]
    ]


def test_what_if_counts_users() -> None:
    records, resolved = scene()
    network = build_network(records, resolved, JANUARY, NetworkSettings(), {})  # type: ignore[arg-type]
    result = remove_nominals(network, ("a",))
    assert (result.users_without, result.users_with_alternative) == (1, 0)
    assert result.single_source == ("a",)
