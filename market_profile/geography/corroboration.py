"""Two independent families or a warning: reported and discovered evidence of each cell and market."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.geography.events import DISCOVERED, REPORTED

FEEDBACK_SHARE = 0.75
"""Above this share of discovered events a hotspot may show where police look, not where the market is."""

FEEDBACK_EVENTS = 4


def by_family(events: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return ``reported``, ``discovered`` and ``is_corroborated`` by ``key``, from counted events with a key.

    Corroborated means at least one reported and one discovered event: two families that do not feed each other.
    """
    kept = events[(events[key] != "") & (events["weight"] > 0)]
    number, names = pd.factorize(kept[key], sort=True)
    counts = {
        family: np.bincount(number[(kept["family"] == family).to_numpy()], minlength=len(names))
        for family in (REPORTED, DISCOVERED)
    }
    frame = pd.DataFrame(counts, index=pd.Index(names, name=key))
    return frame.assign(is_corroborated=(frame[REPORTED] > 0) & (frame[DISCOVERED] > 0))


def feedback_warning(hotspots: pd.DataFrame) -> str:
    """Return a sentence where discovered evidence drives hotspots, else "".

    Example:
        >>> feedback_warning(pd.DataFrame({"reported": [0], "discovered": [4]}))[:9]
        '1 hotspot'
    """
    both = hotspots["reported"] + hotspots["discovered"]
    driven = int(((both >= FEEDBACK_EVENTS) & (hotspots["discovered"] > FEEDBACK_SHARE * both)).sum())
    if driven == 0:
        return ""
    some = "1 hotspot rests" if driven == 1 else f"{driven} hotspots rest"
    return (
        f"{some} mostly on what police discovered, and may show where police look rather than where the market is: "
        "seek reports before acting."
    )
