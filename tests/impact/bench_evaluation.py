"""Evaluation at full size: null worlds, power, and coverage of every interval of the room, ours against the bars.

``python -m tests.benchmarks evaluation [worlds]`` (500 by default).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from market_profile.impact.displacement import weighted_displacement
from market_profile.impact.survey import survey_changes, survey_shares
from market_profile.intervals import poisson_exact, poisson_ratio, wilson
from tests.impact.worlds import FAMILIES, measure, series_world

NULL_BAR, LOW_BAR, HIGH_BAR = 0.05, 0.93, 0.97


def main(arguments: list[str]) -> None:
    """Print the tables; with a number, that many worlds."""
    worlds = int(arguments[0]) if arguments else 500
    before_after(worlds)
    stepped(worlds)
    print(f"\ncoverage of the other intervals at nominal 95 %, {worlds} worlds")
    for name, (bar, cover) in COVERED.items():
        share = cover(np.random.default_rng(17), worlds)
        print(f"{name:44s} {share:6.3f}   bar {bar}")
    held, changed = _survey(np.random.default_rng(19), worlds)
    print(f"{'weighted survey share (Kish, Wilson)':44s} {held:6.3f}   bar 0.93-0.97")
    print(f"{'change of a survey share (Newcombe)':44s} {changed:6.3f}   bar 0.93-0.97")


def before_after(worlds: int) -> None:
    """Print, by family of worlds, null declarations, power at a fall of 40 % and coverage of the intervals."""
    print(f"before and after, {worlds} worlds a family; null bar {NULL_BAR}, coverage bar {LOW_BAR} to {HIGH_BAR}")
    print(f"{'family':30s} {'null':>6s} {'null*':>6s} {'power':>6s} {'adjusted':>9s} {'compared':>9s} {'exact':>6s}")
    for name in FAMILIES:
        null, real = measure(name, 1.0, worlds), measure(name, 0.6, worlds)
        print(
            f"{name:30s} {null.declared:6.3f} {null.without:6.3f} {real.declared:6.3f} "
            f"{(null.adjusted + real.adjusted) / 2:9.3f} {(null.comparison + real.comparison) / 2:9.3f} "
            f"{(null.exact + real.exact) / 2:6.3f}",
            flush=True,
        )
    print("null*: a fall beyond chance and selection declared without a comparison group")


def stepped(worlds: int) -> None:
    """Print null declarations, power and coverage of the interrupted series."""
    print(f"\ninterrupted series, mean 60 a month, own trend and spread, {worlds} worlds")
    for months in (12, 24, 36):
        rng = np.random.default_rng(23)
        null = [series_world(rng, 1.0, months) for _ in range(worlds)]
        real = [series_world(rng, 0.6, months) for _ in range(worlds)]
        held = [one["level_low_pct"] <= true <= one["level_high_pct"]
                for true, found in ((0.0, null), (-40.0, real)) for one in found]  # fmt: skip
        fell = [np.mean([one["verdict"] == "fell" for one in found]) for found in (null, real)]
        print(f"{months} months: null {fell[0]:.3f}, power {fell[1]:.3f}, coverage {np.mean(held):.3f}", flush=True)


def _wilson(rng: np.random.Generator, worlds: int) -> float:
    k = rng.binomial(60, 0.3, worlds)
    low, high = wilson(k, 60)
    return float(np.mean((low <= 0.3) & (high >= 0.3)))


def _poisson(rng: np.random.Generator, worlds: int) -> float:
    low, high = poisson_exact(rng.poisson(6.0, worlds))
    return float(np.mean((low <= 6.0) & (high >= 6.0)))


def _ratio(rng: np.random.Generator, worlds: int) -> float:
    pairs = zip(rng.poisson(20.0, worlds), rng.poisson(12.0, worlds), strict=True)
    found = [poisson_ratio(int(after), 365.0, int(before), 365.0) for before, after in pairs]
    return float(np.mean([one.low <= 0.6 <= one.high for one in found]))


def _displacement(rng: np.random.Generator, worlds: int) -> float:
    before, after = np.array([60.0, 50.0, 40.0, 45.0]), np.array([40.0, 48.0, 44.0, 45.0])
    true = float(((after - before) * [1, -1, 1, -1]).sum())
    found = [weighted_displacement(tuple(rng.poisson(before)), tuple(rng.poisson(after))) for _ in range(worlds)]
    return float(np.mean([one.low <= true <= one.high for one in found]))


def _survey(rng: np.random.Generator, worlds: int) -> tuple[float, float]:
    """Return coverage of a weighted share (60 % in truth) and of its change to another wave (50 %)."""
    held, changed = 0, 0
    for _ in range(worlds):
        waves = [pd.DataFrame({
            "wave": wave, "question": "q", "question_version": "1", "weight": rng.gamma(4.0, 0.25, 200),
            "response": np.where(rng.random(200) < share, "yes", "no"),
        }) for wave, share in (("1", 0.6), ("2", 0.5))]  # fmt: skip
        shares = survey_shares(pd.concat(waves, ignore_index=True))
        first = shares[(shares["wave"] == "1") & (shares["response"] == "yes")].iloc[0]
        held += first["low_pct"] <= 60.0 <= first["high_pct"]
        change = survey_changes(shares).set_index("response").loc["yes"]
        changed += change["low_points"] <= -10.0 <= change["high_points"]
    return held / worlds, changed / worlds


COVERED: dict[str, tuple[str, Callable[[np.random.Generator, int], float]]] = {
    "Wilson, share 30 % of 60": ("0.93-0.97", _wilson),
    "exact Poisson, mean 6": (">= 0.95", _poisson),
    "exact Poisson ratio, 20 against 12": (">= 0.95", _ratio),
    "weighted displacement difference": ("0.93-0.97", _displacement),
}
"""Name to bar and measurement."""
