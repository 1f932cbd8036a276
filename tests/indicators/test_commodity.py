"""Prices, weights, purity and availability, by hand."""

from __future__ import annotations

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.indicators import measure_indicators
from market_profile.indicators.commodity import price_per_pure_gram
from market_profile.indicators.pooling import pooled_levels
from market_profile.periods import Month

MONTH = Month("2019-02")
NO_MARKETS = pd.DataFrame({"kind": [], "record_ref": [], "market_id": []}, dtype="str")


def purchase(ref, on="2019-02-10", **more):
    base = {
        "tp_ref": ref, "operation": "op", "attempted_at": pd.Timestamp(on), "outcome": "purchase",
        "drug_supplied": "heroin", "deals": 1, "price_gbp": 10.0, "net_g": 0.2, "purity_pct": 40.0,
        "lab_status": "reported",
    }  # fmt: skip
    return base | more


def value(indicators, indicator, drug="heroin", period="2019-02", column="value"):
    frame = indicators.frame
    row = frame[(frame["indicator"] == indicator) & (frame["drug"] == drug) & (frame["period"] == period)]
    assert len(row) == 1
    return row.iloc[0][column]


@pytest.mark.parametrize(("net_g", "expected"), [(0.2, 125.0), (0.16, 156.25)])
def test_worked_prices_per_pure_gram_are_exact(make, settings, net_g, expected):
    # £10 / (0.2 g x 0.40) = £125; £10 / (0.16 g x 0.40) = £156.25
    found = measure_indicators(make(test_purchases=[purchase("a", net_g=net_g)]), NO_MARKETS, MONTH, settings)
    assert value(found, "price_per_pure_gram") == pytest.approx(expected, rel=1e-12)
    assert value(found, "price_per_pure_gram", period="2018-03..2019-02") == pytest.approx(expected, rel=1e-12)


def test_two_for_fifteen_is_seven_fifty_a_deal(make, settings):
    found = measure_indicators(
        make(test_purchases=[purchase("a", price_gbp=15.0, deals=2)]), NO_MARKETS, MONTH, settings
    )
    assert value(found, "price_per_deal") == 7.5
    assert value(found, "deal_weight") == pytest.approx(0.1)


def test_pending_labs_are_left_out_counted_and_used_by_the_sensitivity(make, settings):
    rows = [purchase("a"), purchase("b", net_g=0.16), purchase("c", lab_status="pending", purity_pct=None, net_g=0.1)]
    found = measure_indicators(make(test_purchases=rows), NO_MARKETS, MONTH, settings)
    assert value(found, "price_per_pure_gram") == pytest.approx((125 + 156.25) / 2)
    assert value(found, "price_per_pure_gram", column="n") == 2
    # expected purity 40 %: 125, 156.25 and 10 / (0.1 x 0.4) = 250: median 156.25 of three
    assert value(found, "price_per_expected_pure_gram") == pytest.approx(156.25)
    assert value(found, "price_per_expected_pure_gram", column="n") == 3
    basis = found.price_basis.iloc[0]
    assert (basis["purchases"], basis["priced"], basis["pending"]) == (3, 2, 1)


def test_median_bounds_are_order_statistics_and_absent_below_six(make, settings):
    ten = [purchase(f"{i}", price_gbp=float(i)) for i in range(1, 11)]
    found = measure_indicators(make(test_purchases=ten), NO_MARKETS, MONTH, settings)
    # ten values 1..10: P(X < 2nd) = 11/1024 < 0.025, so the 2nd and the 9th bound the median
    assert [value(found, "price_per_deal", column=c) for c in ("value", "low", "high")] == [5.5, 2.0, 9.0]
    five = measure_indicators(make(test_purchases=ten[:5]), NO_MARKETS, MONTH, settings)
    assert np.isnan(value(five, "price_per_deal", column="low"))


def test_availability_counts_every_attempt_and_agrees_with_statsmodels(make, settings):
    from statsmodels.stats.proportion import proportion_confint

    outcomes = ["purchase"] * 7 + ["refused"] * 2 + ["no_dealer"] * 2 + ["aborted"]
    rows = [
        purchase(f"{i}", outcome=outcome, drug_supplied="heroin" if outcome == "purchase" else "", drug_asked="heroin")
        for i, outcome in enumerate(outcomes)
    ]
    found = measure_indicators(make(test_purchases=rows), NO_MARKETS, MONTH, settings)
    low, high = proportion_confint(7, 12, method="wilson")
    assert value(found, "availability") == pytest.approx(100 * 7 / 12)
    assert value(found, "availability", column="low") == pytest.approx(100 * low, abs=1e-6)
    assert value(found, "availability", column="high") == pytest.approx(100 * high, abs=1e-6)
    assert value(found, "availability_without_aborted") == pytest.approx(100 * 7 / 11)
    assert value(found, "refusals") == pytest.approx(100 * 2 / 12)
    assert value(found, "attempts", drug="all") == 12


def test_rows_after_the_cutoff_change_nothing(make, settings):
    before = measure_indicators(make(test_purchases=[purchase("a")]), NO_MARKETS, MONTH, settings)
    later = make(test_purchases=[purchase("a"), purchase("b", on="2019-03-01", price_gbp=99.0)])
    pd.testing.assert_frame_equal(before.frame, measure_indicators(later, NO_MARKETS, MONTH, settings).frame)


def test_top_share_is_that_of_the_largest_operation(make, settings):
    rows = [purchase("a"), purchase("b"), purchase("c", operation="other")]
    found = measure_indicators(make(test_purchases=rows), NO_MARKETS, MONTH, settings)
    assert value(found, "price_per_pure_gram", column="top_share") == pytest.approx(2 / 3)


def test_row_order_does_not_matter(make, settings):
    rows = [
        purchase(f"{i:02}", on=f"2019-0{1 + i % 2}-10", price_gbp=5.0 + i, operation=f"op{i % 3}") for i in range(12)
    ]
    base = make(test_purchases=rows)
    one = measure_indicators(base, NO_MARKETS, MONTH, settings)

    @given(st.permutations(range(12)))
    @hypothesis.settings(max_examples=15, deadline=None)
    def check(order):
        shuffled = base.replace(test_purchases=base.get("test_purchases").iloc[list(order)])
        pd.testing.assert_frame_equal(one.frame, measure_indicators(shuffled, NO_MARKETS, MONTH, settings).frame)

    check()


def test_no_rows_at_all_give_no_figures(make, settings):
    found = measure_indicators(make(), NO_MARKETS, MONTH, settings)
    assert found.frame.empty and found.seizures.empty and found.market_types.empty and found.funnel.empty


def test_every_figure_has_a_definition_card(make, settings):
    found = measure_indicators(make(test_purchases=[purchase("a")]), NO_MARKETS, MONTH, settings)
    assert set(found.frame["definition_id"]) <= {card.id for card in found.definitions}


def test_price_is_missing_where_weight_or_purity_is_zero_or_missing():
    price = price_per_pure_gram(pd.Series([10.0] * 3), pd.Series([0.0, np.nan, 0.2]), pd.Series([40.0, 40.0, 0.0]))
    assert price.isna().all()


def test_pooling_draws_small_months_to_the_drug_and_leaves_large_ones():
    rng = np.random.default_rng(5)
    big = np.exp(rng.normal(np.log(100), 0.2, 200))
    other = np.exp(rng.normal(np.log(150), 0.2, 200))
    small = np.array([300.0])
    more = np.exp(rng.normal(np.log(110), 0.2, 400))
    values = np.concatenate([big, other, small, more])
    periods = ["2019-01"] * 200 + ["2019-02"] * 200 + ["2019-03"] + ["2019-04"] * 200 + ["2019-05"] * 200
    pooled = pooled_levels(
        pd.DataFrame({"drug": "heroin", "period": periods, "value": values}), "price_per_pure_gram_pooled", "gbp"
    ).set_index("period")
    assert pooled.loc["2019-01", "value"] == pytest.approx(np.exp(np.log(big).mean()), rel=0.01)
    assert 100 < pooled.loc["2019-03", "value"] < 300
    assert (pooled["low"] < pooled["value"]).all() and (pooled["value"] < pooled["high"]).all()
    widths = pooled["high"] / pooled["low"]
    assert widths["2019-03"] > widths["2019-01"]


def test_pooled_bounds_cover_the_true_level():
    rng = np.random.default_rng(7)
    inside = total = 0
    for _ in range(200):
        levels = rng.normal(np.log(100), 0.15, 12)
        sizes = rng.integers(2, 9, 12)
        rows = [(f"2019-{m + 1:02}", v) for m in range(12) for v in np.exp(rng.normal(levels[m], 0.3, sizes[m]))]
        frame = pd.DataFrame(rows, columns=["period", "value"]).assign(drug="heroin")
        pooled = pooled_levels(frame, "x", "gbp")
        inside += int(((pooled["low"] <= np.exp(levels)) & (np.exp(levels) <= pooled["high"])).sum())
        total += 12
    assert 0.93 < inside / total < 0.97
