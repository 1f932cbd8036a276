"""Pure-noise and planted maps of 45 x 45 cells, shared by the slow test and the bench."""

from __future__ import annotations

import numpy as np

from market_profile.geography.windows import significance

MEANS = (0.01, 0.02, 0.05, 0.1, 0.2, 1.0, 5.0)
"""Events a cell; drug offences in English districts lie between .01 and .2."""
MAPS = 200
INSIDE = np.ones((45, 45), dtype=bool)
RATE = 0.05


def _draw(mean: float, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, round(1000 * mean)])


def false_maps(mean: float, seed: int, maps: int = MAPS) -> int:
    """Return how many of the noise maps have any significant cell."""
    draw = _draw(mean, seed)
    share = INSIDE / INSIDE.size
    counts = (draw.poisson(mean, INSIDE.shape).astype(float) for _ in range(maps))
    return sum(bool((significance(each, share, INSIDE)[1] <= RATE).any()) for each in counts)


def power(mean: float, maps: int = MAPS, times: float = 3.0, side: int = 3) -> float:
    """Return the share of maps on which a planted square of ``side`` cells at ``times`` the mean is found."""
    draw = _draw(mean, 77)
    share = INSIDE / INSIDE.size
    rate = np.full(INSIDE.shape, mean)
    spot = np.s_[20 : 20 + side, 20 : 20 + side]
    rate[spot] *= times
    found = [significance(draw.poisson(rate).astype(float), share, INSIDE)[1][spot] for _ in range(maps)]
    return float(np.mean([(each <= RATE).any() for each in found]))
