"""Interrupted time series: against a second implementation, worlds of known truth, and too few periods."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from market_profile.impact.assess import interventions
from market_profile.impact.interrupted import design, interrupted, interrupted_series
from market_profile.impact.series import crime_series
from market_profile.room_settings import ImpactSettings
from tests.impact.worlds import months_of, series_world

ON = pd.Timestamp("2018-07-01")


def by_hand(matrix: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and covariance of a Poisson regression by Newton's method, without statsmodels."""
    beta = np.zeros(matrix.shape[1])
    beta[0] = np.log(values.mean())
    for _ in range(200):
        mean = np.exp(matrix @ beta)
        information = matrix.T @ (matrix * mean[:, None])
        step = np.linalg.solve(information, matrix.T @ (values - mean))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    mean = np.exp(matrix @ beta)
    return beta, np.linalg.inv(matrix.T @ (matrix * mean[:, None]))


def test_equal_to_a_second_implementation():
    counts = pd.Series([30, 34, 31, 40, 36, 38, 22, 25, 19, 27, 21, 24, 20, 23], dtype=float)
    periods = months_of("2018-01", 14)
    found = interrupted(periods, counts, ON)
    matrix = design(periods.to_numpy("datetime64[M]"), ON)
    beta, covariance = by_hand(matrix, counts.to_numpy())
    mean = np.exp(matrix @ beta)
    residual = (counts.to_numpy() - mean) / np.sqrt(mean)
    dispersion = max(1.0, float((residual**2).sum()) / 10)
    follow = min(max(float((residual[1:] * residual[:-1]).sum() / (residual**2).sum()), 0.0), 0.8)
    error = np.sqrt(covariance[2, 2] * dispersion * (1 + follow) / (1 - follow))
    reach = stats.t.ppf(0.975, 10) * error
    assert (found["periods_before"], found["periods_after"]) == (6, 8)
    assert found["level_pct"] == pytest.approx(100 * np.expm1(beta[2]), abs=1e-6)
    assert found["slope_pct"] == pytest.approx(100 * np.expm1(beta[3]), abs=1e-6)
    assert found["level_low_pct"] == pytest.approx(100 * np.expm1(beta[2] - reach), abs=1e-6)
    assert found["level_high_pct"] == pytest.approx(100 * np.expm1(beta[2] + reach), abs=1e-6)
    assert found["verdict"] == "fell"


def test_the_order_of_months_does_not_matter():
    counts = pd.Series(np.arange(20, 34), dtype=float)
    periods = months_of("2018-01", 14)
    mixed = np.random.default_rng(2).permutation(14)
    assert interrupted(periods.iloc[mixed], counts.iloc[mixed], ON) == interrupted(periods, counts, ON)


def test_a_series_that_is_asked_again_is_given_whole_however_the_first_answer_was_used():
    counts, periods = pd.Series(np.arange(20, 34), dtype=float), months_of("2018-01", 14)
    first = interrupted(periods, counts, ON)
    wanted = dict(first)
    first.clear()
    assert interrupted(periods, counts, ON) == wanted
    assert interrupted(periods, counts + 1, ON) != wanted


def test_a_trend_that_goes_on_is_not_a_step():
    counts = pd.Series(np.round(60 * 0.95 ** np.arange(16)))
    assert interrupted(months_of("2018-01", 16), counts, ON)["verdict"] == "no clear change"


def test_a_month_in_which_it_began_midway_is_left_out():
    counts = pd.Series([20.0] * 7 + [500.0] + [20.0] * 6)
    found = interrupted(months_of("2018-01", 14), counts, pd.Timestamp("2018-08-15"))
    assert (found["periods_before"], found["periods_after"]) == (7, 6)
    assert found["level_pct"] == pytest.approx(0, abs=1e-6)


def test_too_few_months_say_nothing():
    found = interrupted(months_of("2018-01", 9), pd.Series([20.0] * 9), ON)
    assert found["verdict"] == "too few periods" and np.isnan(found["level_pct"])


def test_null_series_rarely_step_and_real_steps_are_found():
    rng = np.random.default_rng(4)
    null = [series_world(rng, 1.0)["verdict"] for _ in range(120)]
    real = [series_world(rng, 0.6)["verdict"] == "fell" for _ in range(40)]
    print(f"power at a step of -40 %: {np.mean(real):.2f}")
    assert np.mean([verdict == "fell" for verdict in null]) <= 0.05
    assert np.mean(real) > 0.4


def test_every_monthly_series_is_tested_at_every_intervention(make):
    rows = [{"month": month, "crime_type": kind} for month in months_of("2018-01", 12) for kind in ("Drugs", "Robbery")]
    series = crime_series(make().get("crime_counts"), make(street_crime=rows).get("street_crime"))
    declared = {"A": datetime.date(2018, 7, 1), "B": datetime.date(2018, 8, 1)}
    found = interrupted_series(series, declared)
    assert len(found) == 3 * 2  # Drugs, Robbery and the total
    assert found["intervention"].tolist() == ["A", "B"] * 3
    assert interrupted_series(series, {}).empty


def test_without_a_declaration_dates_choose_the_operation(make):
    operations = [
        {"operation": name, "phase": "p", "tactic": "t", "starts_on": pd.Timestamp(on)}
        for name, on in (("X", "2018-01-05"), ("Y", "2018-07-20"), ("Z", "2018-09-01"))
    ]
    rows = [{"month": month, "crime_type": "Drugs"} for month in months_of("2018-01", 12)]
    tables = make(operations=operations, street_crime=rows)
    series = crime_series(tables.get("crime_counts"), tables.get("street_crime"))
    (on,) = interventions(tables, series, ImpactSettings()).values()
    assert on == datetime.date(2018, 7, 20)
    declared = {"W": datetime.date(2018, 3, 1)}
    assert interventions(tables, series, ImpactSettings(interventions=declared)) == declared
    assert interventions(make(), series, ImpactSettings()) == {}
