"""Seizures two ways, market types, spend, funnel, assets and harm, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market_profile.indicators import measure_indicators
from market_profile.indicators.classes import drug_classes_on
from market_profile.indicators.concentration import lorenz_curve, top_decile_share
from market_profile.periods import Month

MONTH = Month("2019-02")
NO_MARKETS = pd.DataFrame({"kind": [], "record_ref": [], "market_id": []}, dtype="str")


def exhibit(seizure, number, drug, **more):
    return {
        "seizure_ref": seizure, "exhibit_ref": number, "seized_at": pd.Timestamp("2019-02-05"), "drug": drug, **more,
    }  # fmt: skip


def test_a_multi_drug_seizure_is_one_in_the_total_and_one_in_each_drug(make, settings):
    rows = [
        exhibit("S1", "1", "heroin"),
        exhibit("S1", "2", "crack"),
        exhibit("S1", "3", "heroin"),
        exhibit("S2", "1", "heroin"),
    ]
    found = measure_indicators(make(seizures=rows), NO_MARKETS, MONTH, settings).seizures
    month = found[found["period"] == "2019-02"].set_index("drug")["seizures"]
    assert month.to_dict() == {"all": 2, "crack": 1, "heroin": 2}


def test_classes_follow_the_date():
    dates = pd.Series(pd.to_datetime(["2003-12-31", "2008-12-31", "2009-02-01", "2014-01-01", "2019-01-01"]))
    drugs = pd.Series(["cannabis", "cannabis", "cannabis", "ketamine", "ketamine"])
    assert drug_classes_on(drugs, dates).tolist() == ["B", "C", "B", "C", "B"]
    nitrous = pd.Series(["nitrous oxide", "nitrous oxide"])
    assert drug_classes_on(nitrous, pd.Series(pd.to_datetime(["2023-10-01", "2023-12-01"]))).tolist() == ["none", "C"]


def test_forms_stay_apart_and_tablets_have_no_weight_band(make, settings):
    rows = [
        exhibit("S1", "1", "cannabis", form="herbal", quantity=3.0, unit="g"),
        exhibit("S1", "2", "cannabis", form="herbal", quantity=4.0, unit="g"),
        exhibit("S1", "3", "cannabis", form="plants", quantity=10.0, unit="plants"),
    ]
    forms = measure_indicators(make(seizures=rows), NO_MARKETS, MONTH, settings).seizure_forms
    bands = forms.set_index("form")["weight_band"].to_dict()
    assert bands == {"herbal": "5 to 28 g", "plants": "not weighed"}
    assert forms.set_index("form").loc["herbal", "quantity_g"] == 7.0


def attempts(market, outcomes):
    rows = [
        {"tp_ref": f"{market}{i}", "operation": "op", "attempted_at": pd.Timestamp("2019-01-05"), "outcome": outcome,
         "introducer_needed": introducer, "drug_asked": "heroin"}
        for i, (outcome, introducer) in enumerate(outcomes)
    ]  # fmt: skip
    links = pd.DataFrame({"kind": "test_purchases", "record_ref": [row["tp_ref"] for row in rows], "market_id": market})
    return rows, links


@pytest.mark.parametrize(
    ("outcomes", "kind"),
    [
        ([("purchase", False)] * 3, "open"),
        ([("purchase", True)] * 4, "semi-open"),
        ([("refused", None)] * 4, "closed"),
        ([("purchase", False)] * 2, "insufficient"),
        ([("purchase", None)] * 5, "insufficient"),
        ([("no_dealer", None)] * 9, "insufficient"),
    ],
)
def test_market_type_is_judged_from_attempts(make, settings, outcomes, kind):
    rows, links = attempts("m1", outcomes)
    types = measure_indicators(make(test_purchases=rows), links, MONTH, settings).market_types
    assert types.loc[0, "type"] == kind
    assert types.loc[0, "attempts"] == len(outcomes)


def client(key, spend, stage="structured", consent=True, expires=None, drug="heroin", referred="2018-06-01"):
    return {
        "client_key": key, "referred_on": pd.Timestamp(referred), "stage": stage, "weekly_spend_gbp": spend,
        "main_drug": drug, "consent_police_share": consent, "consent_expires": expires,
        "stage_on": pd.Timestamp(referred),
    }  # fmt: skip


def test_spend_total_median_and_top_tenth(make, settings):
    rows = [client(f"c{i}", 10.0) for i in range(9)] + [client("c9", 110.0)]
    spend = measure_indicators(make(treatment=rows), NO_MARKETS, MONTH, settings).spend.iloc[0]
    assert (spend["total_gbp"], spend["median_gbp"]) == (200.0, 10.0)
    assert spend["top_decile_share"] == pytest.approx(0.55)  # 110 / 200


def test_top_tenth_of_equal_spend_is_a_tenth():
    assert top_decile_share(np.full(7, 3.0)) == pytest.approx(0.1)
    assert lorenz_curve(np.full(7, 3.0))["spend_pct"].tolist() == pytest.approx(list(range(0, 101, 10)))


def test_consent_and_its_expiry_are_enforced(make, settings):
    rows = [
        client("yes", 10.0), client("no", 99.0, consent=False), client("blank", 99.0, consent=None),
        client("past", 99.0, expires=pd.Timestamp("2019-02-01")),
        client("future", 20.0, expires=pd.Timestamp("2019-12-01")),
    ]  # fmt: skip
    found = measure_indicators(make(treatment=rows), NO_MARKETS, MONTH, settings)
    assert (found.spend.loc[0, "total_gbp"], found.spend.loc[0, "excluded"]) == (30.0, 3)
    assert found.main_drugs["clients"].sum() == 2


def funnel_rows(counts):
    return [
        client(f"c{i:03}", None, stage=stage) for stage, number in counts.items() for i in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "referred"),
    [
        ({"referred": 334, "structured": 329, "residential": 97, "completed": 29}, 334),  # seed 000
        ({"referred": 276, "structured": 276, "completed": 249, "residential": 169}, 276),  # seed 001
    ],
)
def test_the_funnels_of_the_seeds_overlap(make, settings, counts, referred):
    found = measure_indicators(make(treatment=funnel_rows(counts)), NO_MARKETS, MONTH, settings).funnel
    stages = found.set_index("stage")["referrals"].to_dict()
    assert stages == {**counts, "referred": referred}


def test_the_funnel_counts_referrals_of_twelve_months(make, settings):
    rows = [
        client("old", 10.0, referred="2018-02-28"),  # the year that ends with February 2019 begins on 1 March 2018
        client("first", 10.0, referred="2018-03-01"),
        client("last", 10.0, stage="completed", referred="2019-02-28"),
    ]
    found = measure_indicators(make(treatment=rows), NO_MARKETS, MONTH, settings)
    stages = found.funnel.set_index("stage")["referrals"].to_dict()
    assert stages == {"referred": 2, "structured": 1, "completed": 1}
    referred = found.frame[found.frame["indicator"] == "treatment_stage_referred"].set_index("period")["value"]
    assert (referred["2019-02"], referred["2019-01"]) == (2, 2)  # to January: the old one and the first
    assert found.spend.loc[0, "clients"] == 3


def test_seed_001_shares_of_the_funnel():
    assert round(100 * 249 / 276, 1) == 90.2
    assert round(100 * 169 / 276, 1) == 61.2


def test_assets_by_stage_are_never_added_and_harm_keeps_status_apart(make, settings):
    day = pd.Timestamp("2019-02-01")
    assets = [
        {"case_ref": "A", "stage": "seized", "stage_on": day, "amount_gbp": 100.0},
        {"case_ref": "A", "stage": "recovered", "stage_on": day, "amount_gbp": 60.0},
    ]
    harm = [
        {"event_ref": "1", "occurred_at": day, "harm": "death", "status": "suspected", "drug": "heroin"},
        {"event_ref": "2", "occurred_at": day, "harm": "death", "status": "confirmed"},
    ]
    found = measure_indicators(make(assets=assets, harm_events=harm), NO_MARKETS, MONTH, settings)
    assert found.assets["stage"].tolist() == ["seized", "restrained", "ordered", "recovered", "reinvested"]
    assert found.assets["amount_gbp"].tolist() == [100.0, 0.0, 0.0, 60.0, 0.0]
    names = set(found.frame["indicator"])
    assert {"assets_seized", "assets_recovered", "harm_death_suspected", "harm_death_confirmed"} <= names
