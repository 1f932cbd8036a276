"""Record groups before and after: exact ratios, selection allowance, null worlds and real effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market_profile.impact.cohorts import people_at_risk
from market_profile.impact.displacement import weighted_displacement
from market_profile.impact.evaluation import evaluate_groups
from market_profile.intervals import median_ranks, poisson_exact, poisson_ratio, wilson
from market_profile.periods import Month
from market_profile.settings import ImpactSettings

MONTH = Month("2019-02")
NO_RECORDS = pd.DataFrame({"kind": [], "record_ref": [], "nominal_id": []}, dtype="str")


def arrest(ref, person, on, days=None):
    return {"custody_ref": ref, "nominal_ref": person, "arrested_at": pd.Timestamp(on), "days_in_custody": days}


def member(person, group, on="2018-01-01"):
    return {"nominal_ref": person, "record_group": group, "accepted_on": pd.Timestamp(on) if on else None}


def test_windows_leave_the_day_of_joining_out_and_custody_off(make):
    tables = make(
        cohort_register=[member("P", "enforcement")],
        arrests=[
            arrest("1", "P", "2016-12-31"),  # before the window of 365 days
            arrest("2", "P", "2017-06-01", days=10),
            arrest("3", "P", "2018-01-01"),  # the day itself
            arrest("4", "P", "2018-02-01", days=65),
            arrest("5", "P", "2018-12-31"),
            arrest("6", "P", "2019-01-02"),  # after the window
        ],
    )
    people = people_at_risk(tables, NO_RECORDS, MONTH, ImpactSettings())
    row = people.iloc[0]
    assert (row["arrests_before"], row["arrests_after"]) == (1, 2)
    assert (row["days_before"], row["days_after"]) == (355.0, 300.0)


def test_resolved_nominals_join_records_with_different_references(make):
    tables = make(
        cohort_register=[member("P", "outreach") | {"record_ref": "c1"}],
        arrests=[arrest("1", "Q", "2018-03-01")],
    )
    records = pd.DataFrame(
        {"kind": ["cohort_register", "arrests"], "record_ref": ["c1", "1"], "nominal_id": ["N1", "N1"]}
    )
    people = people_at_risk(tables, records, MONTH, ImpactSettings())
    assert people["arrests_after"].tolist() == [1]


def test_the_comparison_group_without_dates_takes_the_usual_date(make):
    tables = make(
        cohort_register=[
            member("A", "enforcement", "2018-01-01"),
            member("B", "outreach", "2018-01-03"),
            member("C", "eligible_not_included", None),
        ],
        arrests=[arrest("1", "C", "2018-03-01")],
    )
    people = people_at_risk(tables, NO_RECORDS, MONTH, ImpactSettings()).set_index("person")
    assert people.loc["ref:C", "index_on"] == pd.Timestamp("2018-01-02")


def world(rng, effect=1.0, people=400, worst=60):
    """Arrest rates differ between people; the worst of the year before are taken on, half of them by lot."""
    rates = rng.gamma(1.0, 2.0, people)
    before = rng.poisson(rates)
    chosen = np.argsort(-before, kind="stable")[: 2 * worst]
    group = np.array(["outreach", "eligible_not_included"])[np.arange(2 * worst) % 2]
    after = rng.poisson(rates[chosen] * np.where(group == "outreach", effect, 1.0))
    return pd.DataFrame(
        {
            "record_group": group,
            "person": [f"p{i}" for i in range(2 * worst)],
            "arrests_before": before[chosen],
            "days_before": 365.0,
            "arrests_after": after,
            "days_after": 365.0,
        }
    )


def declared(effect, worlds=200, seed=11):
    rng = np.random.default_rng(seed)
    verdicts = [evaluate_groups(world(rng, effect)).set_index("record_group")["verdict"] for _ in range(worlds)]
    return np.mean([verdict["outreach"] == "consistent with an effect" for verdict in verdicts])


def test_null_worlds_chosen_for_high_arrests_declare_no_effect():
    assert declared(1.0) <= 0.05


def test_a_real_fall_of_forty_per_cent_is_found():
    power = declared(0.6, worlds=100)
    print(f"power at a real fall of 40 %: {power:.2f}")
    assert power > 0.5


def test_too_few_people_say_nothing():
    found = evaluate_groups(world(np.random.default_rng(1), worst=4))
    assert set(found["verdict"]) == {"too few"}


def test_rates_and_ratio_by_hand():
    people = pd.DataFrame(
        {"record_group": "outreach", "person": list("abcdefghij"), "arrests_before": 4, "days_before": 365.0,
         "arrests_after": 2, "days_after": 365.0}
    )  # fmt: skip
    row = evaluate_groups(people).iloc[0]
    assert (row["rate_before"], row["rate_after"], row["ratio"]) == (4.0, 2.0, 0.5)
    assert row["verdict"] in {"fall without comparison", "fall expected anyway"}


def test_poisson_ratio_matches_the_conditional_binomial_test():
    from scipy import stats

    found = poisson_ratio(12, 300.0, 30, 365.0)
    exact = stats.binomtest(12, 42).proportion_ci(0.95, method="exact")
    scale = 365 / 300
    assert found.low == pytest.approx(exact.low / (1 - exact.low) * scale, rel=1e-9)
    assert found.high == pytest.approx(exact.high / (1 - exact.high) * scale, rel=1e-9)


def test_intervals_match_statsmodels():
    from statsmodels.stats.proportion import proportion_confint
    from statsmodels.stats.rates import confint_poisson

    for k, n in ((0, 5), (3, 9), (9, 9), (250, 1000)):
        assert tuple(map(float, wilson(k, n))) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-9)
    for count in (0, 1, 17, 400):
        expected = confint_poisson(count, 1.0, method="exact-c")
        found = tuple(map(float, poisson_exact(count)))
        assert found == pytest.approx([0.0 if np.isnan(v) else v for v in expected], abs=1e-6)


def test_median_ranks_cover_at_least_95_per_cent():
    from scipy import stats

    for n in range(6, 200):
        lower, upper = (int(rank) for rank in median_ranks(n))
        assert stats.binom.cdf(upper - 1, n, 0.5) - stats.binom.cdf(lower - 1, n, 0.5) >= 0.95
    assert [int(median_ranks(n)[0]) for n in (0, 1, 5)] == [0, 0, 0]


def test_weighted_displacement_by_hand():
    # treated 30 -> 12, control 28 -> 25, displacement 10 -> 14, its control 9 -> 9: (-18+3) + (4-0) = -11
    found = weighted_displacement((30, 28, 10, 9), (12, 25, 14, 9))
    assert found.difference == -11
    assert found.high - found.difference == pytest.approx(1.959964 * np.sqrt(137), rel=1e-6)
