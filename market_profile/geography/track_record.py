"""How the hotspots that were published last month did, and the running record since the first edition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.geography.grid import Floats, Grid
from market_profile.geography.markets import locate_cells
from market_profile.intervals import wilson
from market_profile.periods import Month

TRACK_COLUMNS = (
    "month",
    "published_month",
    "method",
    "cells",
    "area_share_pct",
    "hits",
    "events",
    "hit_rate_pct",
    "low",
    "high",
    "pai",
)
PUBLISHED_COLUMNS = ("month", "method", "cell_id", "rank")


def score_published(published: pd.DataFrame, counts: Floats, grid: Grid, month: Month) -> pd.DataFrame:
    """Return one row (``TRACK_COLUMNS``): this month's events inside the cells that the last edition published.

    ``published`` has ``PUBLISHED_COLUMNS``; ``counts`` are the events of ``month`` by cell. Empty where nothing was
    published before this month.
    """
    earlier = published[published["month"] < month.text]
    if earlier.empty:
        return pd.DataFrame(columns=list(TRACK_COLUMNS))
    last = earlier[earlier["month"] == earlier["month"].max()]
    place = np.unique(locate_cells(last["cell_id"], grid))
    place = place[place >= 0]
    hits, events = float(counts.ravel()[place].sum()), float(counts[grid.inside].sum())
    low, high = wilson(hits, events)
    rate = 100 * hits / events if events else float("nan")
    share = 100 * len(place) / grid.cells
    row = {
        "month": month.text,
        "published_month": str(last["month"].iloc[0]),
        "method": str(last["method"].iloc[0]),
        "cells": len(place),
        "area_share_pct": round(share, 3),
        "hits": int(hits),
        "events": int(events),
        "hit_rate_pct": rate,
        "low": 100 * float(low),
        "high": 100 * float(high),
        "pai": rate / share if share else float("nan"),
    }
    return pd.DataFrame([row], columns=list(TRACK_COLUMNS))


def extend_record(record: pd.DataFrame, newest: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return the running record with this month's row in place, oldest first."""
    kept = record[record["month"] < month.text]
    parts = [part for part in (kept, newest) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else newest
