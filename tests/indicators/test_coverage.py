"""Interval coverage at nominal 95 %: a sample of worlds in make test, 500 worlds each in make verify."""

from __future__ import annotations

import numpy as np
import pytest

from tests.indicators.coverage import ESTIMATORS, Estimator, coverage

NAMES = [estimator.name for estimator in ESTIMATORS]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=NAMES)
def test_intervals_hold_the_truth_in_a_sample_of_worlds(estimator: Estimator):
    # three standard errors of a share of 95 % below the bar: a percentile bootstrap (about 80 %) would fail here
    least = 95 if estimator.is_exact else 93
    assert coverage(estimator, estimator.sample) >= least - 3 * 100 * np.sqrt(0.05 * 0.95 / estimator.sample)


TOO_WIDE = pytest.mark.xfail(reason="averaged over models, the log-linear interval is careful: 97.6 % of 500 worlds")


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator",
    [pytest.param(one, marks=TOO_WIDE if "log-linear" in one.name else ()) for one in ESTIMATORS],
    ids=NAMES,
)
def test_intervals_hold_the_truth_in_500_worlds(estimator: Estimator):
    held = coverage(estimator, 500)
    assert held >= 95 if estimator.is_exact else 93 <= held <= 97
