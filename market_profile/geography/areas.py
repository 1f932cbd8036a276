"""Events by partner area: the numbers behind the partner edition's maps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Areas
from market_profile.geography.events import DISCOVERED, RECORDED, REPORTED
from market_profile.geography.grid import area_of_points
from market_profile.periods import Month

PARTNER_WINDOW_MONTHS = 12
"""Rolling twelve months, the disclosure window (TRUST.md 4)."""


def area_counts(events: pd.DataFrame, areas: Areas, month: Month) -> pd.DataFrame:
    """Return one row a partner area, sorted by code, zeros included.

    Columns: ``area_code``, ``area_name``, ``events_12m``, ``events_month`` (published open data apart),
    ``reported_12m``, ``discovered_12m``, ``recorded_12m`` (published drug offences).
    """
    window = {each.text for each in month.window(PARTNER_WINDOW_MONTHS)}
    kept = events[(events["weight"] > 0) & events["month"].isin(window)]
    code = area_of_points(areas, kept)
    evidence = kept["family"] != RECORDED
    measures = {
        "events_12m": evidence,
        "events_month": evidence & (kept["month"] == month.text),
        "reported_12m": kept["family"] == REPORTED,
        "discovered_12m": kept["family"] == DISCOVERED,
        "recorded_12m": ~evidence,
    }
    result = pd.DataFrame(areas.frame[["area_code", "area_name"]]).reset_index(drop=True)
    for name, chosen in measures.items():
        counts = code[chosen].value_counts()
        result[name] = result["area_code"].map(counts).fillna(0).astype(np.int64)
    return result
