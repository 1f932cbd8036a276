"""Weighted displacement difference: did crime move rather than fall?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats


class Displacement(NamedTuple):
    """Crimes prevented (negative) net of displacement, with a 95 % interval."""

    difference: float
    low: float
    high: float


def weighted_displacement(before: tuple[int, int, int, int], after: tuple[int, int, int, int]) -> Displacement:
    """Return Wheeler and Ratcliffe's difference from counts of (treated, control, displacement, its control).

    ``(dT - dC) + (dD - dCD)``; the variance is the sum of the eight counts (Wheeler and Ratcliffe 2018, Crime
    Science 7:11).

    Example:
        >>> weighted_displacement((20, 20, 20, 20), (5, 20, 20, 20)).difference
        -15.0
    """
    change = np.array(after, float) - np.array(before, float)
    difference = float(change[0] - change[1] + change[2] - change[3])
    reach = float(stats.norm.ppf(0.975)) * float(np.sqrt(sum(before) + sum(after)))
    return Displacement(difference, difference - reach, difference + reach)
