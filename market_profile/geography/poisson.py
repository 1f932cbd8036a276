"""Poisson regression with a ridge penalty by Newton's method (McCullagh and Nelder 1989).

The steps, the line search and the stopping rule are those of scikit-learn's ``newton-cholesky``, which is the oracle in
tests; it is not used itself because its import takes longer than the fit of a small area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOLERANCE = 1e-4
"""Largest slope, and half the squared Newton decrement, at which the fit is done."""

HALVINGS = 21
"""Shortest step tried: a millionth of Newton's."""

DECREASE = 2.0**-11
"""Share of the promised decrease that a step must give (Armijo 1966)."""

ROUNDING = 16 * np.finfo(np.float64).eps
"""Relative change of the loss that is below its own rounding."""


@dataclass(frozen=True)
class LogLinear:
    """Coefficients of a log-linear model on standardised covariates."""

    weights: Floats
    intercept: float

    def predict(self, covariates: Floats) -> Floats:
        """Return expected events of each row of ``covariates``."""
        return np.asarray(np.exp(covariates @ self.weights + self.intercept), dtype=np.float64)


@dataclass(frozen=True)
class _Rows:
    """Covariates with a last column of ones, counts, weights that sum to one, the penalty of each coefficient."""

    x: Floats
    y: Floats
    weight: Floats
    penalty: float

    def loss(self, coefficients: Floats, raw: Floats) -> tuple[float, Floats]:
        """Return the mean of half the deviance with the penalty, and its slope in the coefficients."""
        rate = np.exp(raw)
        loss = float((self.weight * (rate - self.y * raw)).sum())
        slope = self.x.T @ (self.weight * (rate - self.y))
        slope[:-1] += self.penalty * coefficients[:-1]
        return loss + 0.5 * self.penalty * float(coefficients[:-1] @ coefficients[:-1]), slope

    def curvature(self, raw: Floats) -> Floats:
        """Return the second derivatives of the loss in the coefficients."""
        half = np.sqrt(self.weight * np.exp(raw))[:, None] * self.x
        made = half.T @ half
        made[np.diag_indices(len(made) - 1)] += self.penalty
        return np.asarray(made)


def fit_poisson(covariates: Floats, counts: Floats, weight: Floats, penalty: float, most_steps: int = 200) -> LogLinear:
    """Return the model of ``counts`` (events, not all nought) by standardised ``covariates`` (one row each).

    ``penalty`` is on the squared coefficients, the intercept apart, over the mean deviance by ``weight``.
    """
    ones = np.ones((len(covariates), 1))
    rows = _Rows(np.hstack([covariates, ones]), counts, weight / weight.sum(), penalty)
    coefficients = np.zeros(rows.x.shape[1])
    coefficients[-1] = np.log(np.average(counts, weights=weight))
    raw = rows.x @ coefficients
    loss, slope = rows.loss(coefficients, raw)
    for _ in range(most_steps):
        curvature = rows.curvature(raw)
        step = np.asarray(np.linalg.solve(curvature, -slope), dtype=np.float64)
        found = _line_search(rows, (coefficients, raw, loss, slope), step)
        if found is None:
            break
        coefficients, raw, loss, slope = found
        if np.abs(slope).max() <= TOLERANCE and 0.5 * step @ curvature @ step <= TOLERANCE:
            break
    return LogLinear(coefficients[:-1], float(coefficients[-1]))


State = tuple[Floats, Floats, float, Floats]


def _line_search(rows: _Rows, state: State, step: Floats) -> State | None:
    """Return the state after the longest of the halved steps that lowers the loss, None where none does."""
    coefficients, raw, loss, slope = state
    along, promised, size = rows.x @ step, DECREASE * float(slope @ step), 1.0
    for _ in range(HALVINGS):
        moved = coefficients + size * step, raw + size * along
        new_loss, new_slope = rows.loss(*moved)
        better = new_loss - loss
        is_flat = abs(better) <= abs(loss * ROUNDING) and np.abs(new_slope).sum() < np.abs(slope).sum()
        if better <= size * promised or is_flat:
            return (*moved, new_loss, new_slope)
        size *= 0.5
    return None
