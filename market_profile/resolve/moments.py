"""When a person is spoken of: a name alone mostly means whoever is spoken of often in those weeks.

People come and go; who was met sixty times last winter is a poor guess for a forename heard in August. So what counts
is not how often a nominal stands in all records but how often within the weeks around the mention.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.resolve.lists import Flags, Lists, Numbers, tally_of

PERIOD_DAYS = 60
"""Days of a period. Periods begin every thirty days, so that what lies less than thirty days apart shares one."""
OFTEN = (1, 3, 8, 16)
"""Mentions within a period at which the model's field ``spoken_of`` rises."""
_FIRST_DAY = np.datetime64("1900-01-01")


def moments_of(mentions: pd.DataFrame, unit: Numbers) -> Lists:
    """Return, by unit, the periods that its mentions fall in and how many fall in each.

    Args:
        mentions: sorted mentions.
        unit: unit of each mention.
    """
    known = np.flatnonzero(mentions["at"].notna().to_numpy())
    day = (mentions["at"].to_numpy()[known].astype("datetime64[D]") - _FIRST_DAY).astype(np.int64)
    day, half = np.maximum(day, 0), PERIOD_DAYS // 2
    period = np.r_[2 * (day // PERIOD_DAYS), 2 * ((day + half) // PERIOD_DAYS) + 1]
    return tally_of(np.tile(unit[known], 2), period, int(unit.max(initial=-1)) + 1)


def often(moments: Lists, is_named: Flags) -> dict[str, Lists]:
    """Return the lists ``often_<n>``: periods in which somebody with a surname is met n times or more.

    Those without a surname have all their periods in each, so that a shared one says how often the other was met then.
    """
    assert moments.times is not None
    free = ~is_named[moments.rows]
    return {f"often_{least}": moments.only(free | (moments.times >= least)) for least in OFTEN}
