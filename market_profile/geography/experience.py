"""What other districts taught: a frozen Poisson model for areas that have only published drug offences.

One area's few hundred offences fit the model of ``forecast`` loosely. ``experience.json`` holds the same model fitted
once, over many districts of published street crime; it is read, never trained, at a refresh, and is used only where
the target is what it was fitted on (published drug offences). An area's own intelligence is fitted on its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from market_profile.geography.forecast import GLM, History, PoissonModel, fit_glm, forecast
from market_profile.geography.grid import Floats
from market_profile.geography.panel import Panel

EXPERIENCE = "Poisson model of other districts"
"""The method's name in backtests and on the page."""

DIGITS = 10
"""Significant digits kept of each coefficient."""


@dataclass(frozen=True)
class LogLinear:
    """Coefficients of a log-linear model on standardised covariates."""

    weights: Floats
    intercept: float

    def predict(self, covariates: Floats) -> Floats:
        """Return expected events of each row of ``covariates``."""
        return np.asarray(np.exp(covariates @ self.weights + self.intercept), dtype=np.float64)


@dataclass(frozen=True)
class Experience:
    """A fitted model, the covariates that it knows by name, and what it was fitted on."""

    names: tuple[str, ...]
    model: PoissonModel
    source: str

    def panel(self, panel: Panel) -> Panel:
        """Return ``panel`` with exactly the model's covariates: zeros where the area lacks one, others left out."""
        if panel.names == self.names:
            return panel
        blank = np.zeros_like(panel.counts[0])
        layers = [panel.counts[panel.names.index(name)] if name in panel.names else blank for name in self.names]
        return Panel(panel.grid, panel.months, self.names, np.stack(layers), panel.points, panel.is_snapped)


def suits(panel: Panel) -> bool:
    """Tell whether the panel forecasts what the shipped model was fitted on: published, snapped drug offences."""
    return panel.is_snapped


def forecast_by(panel: Panel, history: History, method: str, bandwidth_m: float = 200.0) -> Floats:
    """Return next month's expected events by cell under ``method``, the shipped model among them."""
    if method != EXPERIENCE:
        return forecast(panel, history, method, bandwidth_m=bandwidth_m)
    own = shipped()
    return forecast(own.panel(panel), history, GLM, own.model)


def learn(panels: Sequence[Panel], source: str) -> Experience:
    """Return the model over ``panels`` (districts of published offences), each month explained by the others.

    All panels must have the same months and covariates; ``source`` says whose data they were.
    """
    return Experience(panels[0].names, fit_glm(panels, tuple(range(len(panels[0].months)))), source)


def as_json(experience: Experience) -> str:
    """Return the model as ``experience.json`` holds it."""
    model = experience.model
    parts = {
        "source": experience.source,
        "covariates": list(experience.names),
        "intercept": _digits(model.regressor.intercept_),
        "weights": [_digits(value) for value in model.regressor.coef_],
        "centre": [_digits(value) for value in model.centre],
        "spread": [_digits(value) for value in model.spread],
    }
    return json.dumps(parts, indent=1) + "\n"


def from_json(text: str) -> Experience:
    """Return the model in ``text``; KeyError where a part is missing."""
    raw: dict[str, Any] = json.loads(text)
    centre, spread, weights = (np.array(raw[name], dtype=np.float64) for name in ("centre", "spread", "weights"))
    model = PoissonModel(centre, spread, LogLinear(weights, float(raw["intercept"])), has_recent=False)
    return Experience(tuple(raw["covariates"]), model, str(raw["source"]))


@cache
def shipped() -> Experience:
    """Return the model that ships with the package."""
    return from_json((Path(__file__).parent / "experience.json").read_text(encoding="utf-8"))


def _digits(value: float) -> float:
    return float(f"{float(value):.{DIGITS}g}")
