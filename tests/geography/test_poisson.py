"""Our Poisson regression against scikit-learn's, the oracle: the same model to eight decimals of every forecast."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from market_profile.geography.poisson import fit_poisson


@pytest.mark.parametrize("seed", range(6))
def test_the_fit_is_scikit_learn_s(seed: int) -> None:
    random = np.random.default_rng(seed)
    covariates = random.normal(size=(400, 12)) @ random.normal(size=(12, 12))
    weight = random.integers(1, 40, 400).astype(float)
    rate = np.exp(np.clip(0.15 * covariates @ random.normal(size=12) - 2.0, -8, 4))
    counts = random.poisson(rate).astype(float)
    penalty = 30.0 / weight.sum()
    oracle = PoissonRegressor(alpha=penalty, solver="newton-cholesky", max_iter=200)
    oracle.fit(covariates, counts, sample_weight=weight)
    model = fit_poisson(covariates, counts, weight, penalty)
    assert np.allclose(model.predict(covariates), oracle.predict(covariates), rtol=1e-10, atol=1e-10)
    assert np.allclose(model.weights, oracle.coef_, rtol=1e-9, atol=1e-12)


def test_steps_that_overflow_are_halved() -> None:
    covariates = np.array([[-60.0], [0.0], [60.0]])
    counts, weight = np.array([0.0, 0.0, 900.0]), np.ones(3)
    model = fit_poisson(covariates, counts, weight, 1e-6)
    slope = weight / 3 * (model.predict(covariates) - counts)
    assert np.abs(slope.sum()) < 1e-3 and np.isfinite(model.weights).all()


def test_a_covariate_that_says_nothing_gets_no_weight() -> None:
    counts = np.array([1.0, 3.0, 2.0, 2.0])
    model = fit_poisson(np.zeros((4, 2)), counts, np.ones(4), 1.0)
    assert np.allclose(model.weights, 0.0) and model.predict(np.zeros((1, 2))) == pytest.approx(2.0)
