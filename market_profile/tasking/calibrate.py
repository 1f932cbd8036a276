"""From pooled rate and features to a chance: a Bayesian logistic model, learned month by month, and how it came out.

The prior says "somewhat less than the pooled rate, and better at busy hours"; an area's own attempts move it. Fitted by
Newton's method to the penalised likelihood, spread by the Laplace approximation (Bishop 2006, 4.4). No randomness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

FEATURES = ("base", "hours", "recency", "grade")
COLUMNS = ("constant", *FEATURES)

PRIOR_MEAN = np.array([-0.4, 1.0, 0.7, 0.0, 0.0])
PRIOR_SPREAD = np.array([0.5, 0.25, 0.35, 0.2, 0.3])
"""Weights before any attempt: a constant, the logit of the pooled rate, hours (log share against the day), recency,
grade. Learned from fictional towns (seeds 9001-9005) to one figure and held loosely. The constant is below zero: before
their first attempts pooled rates lean on even odds, and fewer succeed."""

FEWEST_MONTHS = 2
"""Features of the first months rest on almost nothing; weights are learned from the third on."""

LEAST, MOST = 0.02, 0.98

NINETY = (0.05, 0.95)
"""Ranges hold nine in ten of what the chance may be."""

UNSEEN_SPREAD = 1.2
"""Spread of the logit of places that look alike: what no feature sees (who sells there, to whom)."""

UNSEEN_STRENGTH = 20.0
"""Groups of attempts that the assumed spread is worth against what earlier months show."""

ACTIVITY = (0.4, 1.15)
"""Logit of being at work = so much + so much times the logit of the raw chance: what the silence of known sellers in
fictional towns (seeds 9001-9003) came to in the month after."""

ACTIVITY_STRENGTH = 0.4
"""A seller mostly is there all month or not at all: a beta of so little strength about the chance."""

AT_ONCE = 256
"""Targets whose bounds are worked out at once, 1,600 values each."""

BANDS = 5


@dataclass(frozen=True)
class Model:
    """Weights by COLUMNS with their covariance, and the number of attempts that they were learned from."""

    weights: np.ndarray
    covariance: np.ndarray
    attempts: int
    unseen: float = UNSEEN_SPREAD

    def chance(self, known: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return the chance of a purchase for a stranger at each place, and the spread of its logit."""
        x = design(known)
        p = 1 / (1 + np.exp(-(x @ self.weights)))
        of_weights = np.einsum("ij,jk,ik->i", x, self.covariance, x)
        base = known["base"].to_numpy().clip(LEAST, MOST)
        of_base = 1 / (known["strength"].to_numpy() * base * (1 - base))
        return p.clip(LEAST / 2, 1 - LEAST / 2), np.sqrt(of_weights + of_base + self.unseen**2)


def design(known: pd.DataFrame) -> np.ndarray:
    """Return the columns of the model for places with their features."""
    base = known["base"].to_numpy(dtype=float).clip(LEAST, MOST)
    others = known[["hours", "recency", "grade"]].to_numpy(dtype=float)
    return np.column_stack([np.ones(len(known)), np.log(base / (1 - base)), others])


def learn(told: pd.DataFrame) -> Model:
    """Return the model learned from past attempts with the features that stood before their months.

    Without attempts it is the prior. ``told`` as from ``success.foretold``.
    """
    precision = np.diag(1 / np.square(PRIOR_SPREAD))
    months = sorted(told["month"].unique()) if len(told) else []
    rows = told[told["month"].isin(months[FEWEST_MONTHS:])]
    if rows.empty:
        return Model(PRIOR_MEAN, np.linalg.inv(precision), 0)
    x, y = design(rows), rows["success"].to_numpy(dtype=float)
    weights = PRIOR_MEAN.copy()
    for _ in range(25):
        p = 1 / (1 + np.exp(-(x @ weights)))
        slope = x.T @ (y - p) - precision @ (weights - PRIOR_MEAN)
        curve = (x * (p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return Model(np.round(weights, 9), np.linalg.inv(curve), len(rows), unseen_spread(rows, x @ weights))


def unseen_spread(rows: pd.DataFrame, logit: np.ndarray) -> float:
    """Return the spread of the logit between sellers (else markets) that ``logit`` leaves out, by how months came out.

    Method of moments on the sums of a group's gaps, beyond the binomial's own (Williams 1982), shrunk to
    ``UNSEEN_SPREAD`` worth ``UNSEEN_STRENGTH`` groups. Never below it: who was tried often is not who was never tried.
    """
    p = 1 / (1 + np.exp(-logit))
    own = rows["seller"].where(rows["seller"] != "", "at " + rows["market_id"])
    code = pd.factorize(own)[0]
    size = np.bincount(code)
    gap, var = (np.bincount(code, told)[size > 1] for told in (rows["success"].to_numpy(dtype=float) - p, p * (1 - p)))
    over = float((np.square(gap) - var).sum())
    found = max(over / max(float(np.square(var).sum()), 1e-9), 0.0)
    count = len(var)
    shrunk = (UNSEEN_STRENGTH * UNSEEN_SPREAD**2 + count * found) / (UNSEEN_STRENGTH + count)
    return max(UNSEEN_SPREAD, float(np.round(np.sqrt(shrunk), 9)))


def backtest(told: pd.DataFrame) -> pd.DataFrame:
    """Return every attempt with the chance foretold before its month by a model learned from earlier months alone.

    Columns of ``told`` with predicted, low, high.
    """
    from scipy.special import ndtri

    parts = []
    for month in sorted(told["month"].unique()) if len(told) else []:
        model = learn(told[told["month"] < month])
        now = told[told["month"] == month]
        p, spread = model.chance(now)
        logit = np.log(p / (1 - p))
        low, high = (1 / (1 + np.exp(-(logit + ndtri(side) * spread))) for side in NINETY)
        parts.append(now.assign(predicted=p, low=low, high=high))
    empty = told.assign(predicted=pd.Series(dtype="float64"), low=pd.Series(dtype="float64"), high=0.0)
    return pd.concat(parts, ignore_index=True) if parts else empty


def bands(tested: pd.DataFrame) -> pd.DataFrame:
    """Return band, attempts, predicted and observed (means), and the 95 % interval of the observed share."""
    from market_profile.intervals import wilson

    fifth = (tested["predicted"] * BANDS).astype("int64").clip(upper=BANDS - 1)
    grouped = tested.groupby(fifth.rename("fifth"), sort=True)
    frame = grouped.agg(attempts=("success", "size"), predicted=("predicted", "mean"), observed=("success", "mean"))
    frame = frame.reset_index()
    step = 100 // BANDS
    names = [f"{number * step}-{number * step + step} %" for number in frame["fifth"]]
    frame["band"] = pd.Series(names, index=frame.index, dtype="str")
    between = wilson(frame["observed"] * frame["attempts"], frame["attempts"])
    frame["low"], frame["high"] = between.low, between.high
    return frame[["band", "attempts", "predicted", "observed", "low", "high"]]


def calibration_error(frame: pd.DataFrame) -> float:
    """Return the expected calibration error of ``bands``: mean gap of said and seen, weighted by attempts.

    Example: 100 attempts said at 0.5 of which 40 succeeded: 0.10.
    """
    total = frame["attempts"].sum()
    if not total:
        return float("nan")
    return float((frame["attempts"] * (frame["predicted"] - frame["observed"]).abs()).sum() / total)


def with_activity(
    place: np.ndarray, spread: np.ndarray, active: np.ndarray, is_person: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return chance, low and high of targets: the place's chance times that a person is at work there.

    Bounds are ``NINETY`` of 40 x 40 equally likely values of either, so they are the same on every machine.
    """
    from scipy.special import betaincinv, ndtri

    raw = np.clip(active, 1e-4, 1 - 1e-4)
    logit = ACTIVITY[0] + ACTIVITY[1] * np.log(raw / (1 - raw))
    share = np.where(is_person.to_numpy(), 1 / (1 + np.exp(-logit)) * (active > 0), active)
    middle = (np.arange(40) + 0.5) / 40
    centre, chance = np.log(place / (1 - place)), place * share
    kept, back = np.unique(np.where(is_person, np.clip(share, 1e-3, 1 - 1e-3), 0.5), return_inverse=True)
    of_share = betaincinv(ACTIVITY_STRENGTH * kept[:, None], ACTIVITY_STRENGTH * (1 - kept[:, None]), middle[None, :])
    bounds = np.empty((2, len(place)))
    for start in range(0, len(place), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        of_place = 1 / (1 + np.exp(-(centre[rows, None] + spread[rows, None] * ndtri(middle)[None, :])))
        shares = np.where(is_person.to_numpy()[rows, None], of_share[back[rows]], share[rows, None])
        both = (of_place[:, :, None] * shares[:, None, :]).reshape(len(shares), 1600)
        bounds[:, rows] = np.quantile(both, NINETY, axis=1, overwrite_input=True)
    return chance, np.minimum(bounds[0], chance), np.maximum(bounds[1], chance)
