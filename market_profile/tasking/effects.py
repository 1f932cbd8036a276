"""What buying from a target is expected to bring: the network after recovery, customers to be reached by outreach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network import removal_effects
from market_profile.network.codes import places
from market_profile.tasking.model import Inputs

MOST_ASKED = 40
"""People whose removal is worked out: those most likely to sell; the others count by their customers alone."""


def expected_effects(rows: pd.DataFrame, inputs: Inputs) -> dict[str, pd.Series]:
    """Return customers, users_without and is_strengthening of each candidate.

    ``customers``: known customers (supply ties). ``users_without``: users left without any known supplier, to be met by
    outreach before another dealer does (NaN where not worked out). ``is_strengthening``: the network may come out of
    the removal more efficient than before.
    """
    nodes = inputs.network.nodes
    is_person = rows["target_kind"] == "nominal"
    supplied = np.append(nodes["supplies_out"].to_numpy(dtype=float), 0.0)
    known = pd.Series(supplied[places(rows["target_id"], nodes["nominal_id"])], index=rows.index).where(is_person, 0.0)
    may = rows[is_person & (rows["excluded_reason"] == "")]
    may = may.sort_values(["success_probability", "target_id"], ascending=[False, True], kind="stable")
    asked = list(may["target_id"].head(MOST_ASKED)) if inputs.is_planned else []
    without, strong = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=bool)
    if asked:
        table = removal_effects(inputs.network, asked)
        place = np.where(is_person, places(rows["target_id"], table.index), -1)
        without[place >= 0] = table["users_without"].to_numpy(dtype=float)[place[place >= 0]]
        strong[place >= 0] = table["is_strengthening"].to_numpy()[place[place >= 0]]
    return {
        "customers": known,
        "users_without": pd.Series(without, index=rows.index),
        "is_strengthening": pd.Series(strong, index=rows.index),
    }
