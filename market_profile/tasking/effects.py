"""What buying from a target is expected to bring: the network after recovery, customers to be reached by outreach."""

from __future__ import annotations

import pandas as pd

from market_profile.network import removal_effects
from market_profile.tasking.model import Inputs

MOST_ASKED = 40
"""People whose removal is worked out: those most likely to sell; the others count by their customers alone."""


def expected_effects(rows: pd.DataFrame, inputs: Inputs) -> dict[str, pd.Series]:
    """Return customers, users_without, efficiency_change_pct, is_strengthening and harm_nearby of each candidate.

    ``customers``: known customers (supply ties). ``users_without``: users left without any known supplier, to be met by
    outreach before another dealer does. ``efficiency_change_pct``: the network's efficiency after recovery against
    before (NaN where not worked out): above zero the removal may strengthen it.
    """
    nodes = inputs.network.nodes.set_index("nominal_id")
    is_person = rows["target_kind"] == "nominal"
    known = rows["target_id"].map(nodes["supplies_out"]).astype("float64").fillna(0.0).where(is_person, 0.0)
    found: dict[str, pd.Series] = {"customers": known}
    may = rows[is_person & (rows["excluded_reason"] == "")]
    may = may.sort_values(["success_probability", "target_id"], ascending=[False, True], kind="stable")
    asked = list(may["target_id"].head(MOST_ASKED)) if inputs.is_planned else []
    table = removal_effects(inputs.network, asked).table if asked else pd.DataFrame()
    for column in ("users_without", "efficiency_change_pct"):
        values = table[column] if len(table) else pd.Series(dtype="float64")
        found[column] = rows["target_id"].map(values).astype("float64").where(is_person)
    strong = table["is_strengthening"] if len(table) else pd.Series(dtype="bool")
    found["is_strengthening"] = rows["target_id"].map(strong).astype("boolean").fillna(False).astype(bool) & is_person
    return found
