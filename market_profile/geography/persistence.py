"""How long a cell has been a hotspot: persistent, emerging, fading or new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from market_profile.geography.grid import Floats
from market_profile.geography.surfaces import window_sum
from market_profile.geography.windows import significance
from market_profile.terms import Persistence

LOOK_BACK_MONTHS = 6
"""Months before this one in which a cell may have been flagged."""


def flags_by_month(counts: Floats, share: Floats, inside: NDArray[np.bool_], window: int, rate: float) -> Floats:
    """Return which cells were significant at each month's end, shape ``(months, rows, columns)`` of 0 and 1.

    ``counts`` are monthly; each month is judged on its own last ``window`` months, as it was at the time. Only the
    newest months (this one and the look-back) are judged; the rest stay 0.
    """
    flags = np.zeros(counts.shape)
    for month in range(max(0, len(counts) - LOOK_BACK_MONTHS - 1), len(counts)):
        recent = counts[max(0, month + 1 - window) : month + 1].sum(axis=0)
        flags[month] = significance(recent, share, inside)[1] <= rate
    return np.where(inside, flags, 0.0)


def persistence(flags: Floats, window: int) -> NDArray[np.object_]:
    """Return each cell's persistence as text, shape ``(rows, columns)``.

    A cell counts as flagged in a month when it or a neighbour was: markets shift by a doorway. Windows overlap, so
    the months of this window are not counted as earlier ones. *Persistent*: flagged now and in at least half of the
    earlier months; *fading*: flagged earlier and not now; *emerging*: flagged now and in some earlier months;
    *new*: not flagged earlier.
    """
    earlier = flags[max(0, len(flags) - 1 - LOOK_BACK_MONTHS) : -1]
    near = window_sum(earlier, 3) > 0.5
    months = near.sum(axis=0)
    before = months - near[-(window - 1) :].sum(axis=0) if window > 1 else months
    now = flags[-1] > 0.5
    half = max(1.0, len(earlier) / 2)
    rules: Sequence[tuple[NDArray[np.bool_], Persistence]] = (
        (now & (months >= half) & (before > 0), Persistence.PERSISTENT),
        (now & (months > 0), Persistence.EMERGING),
        (~now & (months > 0), Persistence.FADING),
    )
    result = np.full(flags.shape[1:], Persistence.NEW.value, dtype=object)
    for cells, word in reversed(rules):
        result[cells] = word.value
    return result
