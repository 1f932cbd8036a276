"""Weighted displacement difference: did crime move rather than fall?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from market_profile.terms import Described

GROUPS = ("target", "control", "buffer", "buffer_control")
"""Places by what they stand for, in the order of the counts."""
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])


class DisplacementVerdict(Described):
    """What may be said of reports around an operation."""

    TOO_FEW = "too few", "There are too few reports to say anything."
    NO_CHANGE = "no clear change", "Reports in and around the place did not change by more than chance allows."
    FELL = (
        "fell",
        "Reports in and around the place fell more than in places like it; this is consistent with an effect, not "
        "proof.",
    )
    ROSE = "rose", "Reports in and around the place rose more than in places like it; people may also report more."


class Displacement(NamedTuple):
    """Reports prevented (negative) net of displacement, with a 95 % interval; its local part and its neighbours'."""

    difference: float
    low: float
    high: float
    local: float
    neighbours: float


def weighted_displacement(
    before: tuple[int, int, int, int],
    after: tuple[int, int, int, int],
    sizes: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
) -> Displacement:
    """Return Wheeler and Ratcliffe's difference from counts of (target, control, buffer, buffer control).

    ``(dT - dC) + (dD - dCD)``; the variance is the sum of the eight counts (Wheeler and Ratcliffe 2018, Crime
    Science 7:11). ``sizes`` are weights of places of different size, by which counts are divided.

    Example:
        >>> weighted_displacement((207, 308, 178, 150), (110, 318, 157, 140)).difference
        -118.0
    """
    weight = np.asarray(sizes, float)
    change = _SIGNS * (np.array(after, float) - np.array(before, float)) / weight
    variance = float(((np.array(before, float) + np.array(after, float)) / weight**2).sum())
    difference = float(change.sum())
    reach = float(special.ndtri(0.975)) * float(np.sqrt(variance))
    local, neighbours = float(change[:2].sum()), float(change[2:].sum())
    return Displacement(difference, difference - reach, difference + reach, local, neighbours)


MINIMUM_REPORTS = 20
"""Reports in the eight counts below which the normal interval does not hold."""


def displacement_table(counts: pd.DataFrame) -> pd.DataFrame:
    """Return ``counts`` (operation, ``<group>_before``, ``<group>_after`` for GROUPS) with difference and verdict.

    Adds local, neighbours, difference, low, high, verdict. The counts are of *reported* events alone: what is found
    by looking rises with the operation itself.
    """
    before = counts[[f"{group}_before" for group in GROUPS]].to_numpy(float)
    after = counts[[f"{group}_after" for group in GROUPS]].to_numpy(float)
    change = _SIGNS * (after - before)
    total = (before + after).sum(axis=1)
    difference = change.sum(axis=1)
    reach = special.ndtri(0.975) * np.sqrt(total)
    low, high = difference - reach, difference + reach
    verdict = np.select(
        [total < MINIMUM_REPORTS, high < 0, low > 0],
        [str(DisplacementVerdict.TOO_FEW), str(DisplacementVerdict.FELL), str(DisplacementVerdict.ROSE)],
        str(DisplacementVerdict.NO_CHANGE),
    )
    return counts.assign(
        local=change[:, :2].sum(axis=1), neighbours=change[:, 2:].sum(axis=1), difference=difference, low=low,
        high=high, verdict=verdict,
    )  # fmt: skip
