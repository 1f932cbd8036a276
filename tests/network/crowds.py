"""Random dealer-user networks of any size, for speed: few dealers with many users, a tier above, some company."""

from __future__ import annotations

import numpy as np
import pandas as pd


def crowd(ties: int, seed: int = 5) -> pd.DataFrame:
    """Return about ``ties`` ties with the columns of network_edges.csv that structure needs; ids "D..." and "U...".

    Nine ties in ten are sales of dealers (one for every twelve users, popularity log-normal) to users; the rest ties
    dealers to each other. No pair twice.
    """
    chance = np.random.default_rng(seed)
    users = max(ties * 6 // 10, 4)
    dealers = max(users // 12, 3)
    pull = np.cumsum(chance.lognormal(0.0, 1.0, dealers))
    seller = np.searchsorted(pull / pull[-1], chance.random(ties * 9 // 10))
    buyer = chance.integers(0, users, len(seller))
    above = np.searchsorted(pull / pull[-1], chance.random((ties - len(seller), 2)))
    names = np.array([f"D{i:07d}" for i in range(dealers)]), np.array([f"U{i:07d}" for i in range(users)])
    frame = pd.DataFrame(
        {
            "source_nominal_id": np.concatenate([names[0][seller], names[0][above[:, 0]]]),
            "target_nominal_id": np.concatenate([names[1][buyer], names[0][above[:, 1]]]),
            "weight": chance.uniform(0.2, 0.9, ties).round(3),
        }
    )
    frame = frame[frame["source_nominal_id"] != frame["target_nominal_id"]]
    frame = frame.drop_duplicates(["source_nominal_id", "target_nominal_id"]).reset_index(drop=True)
    return frame.assign(relation="supplies", is_suspected_false=False, is_contradicted=False, is_single_source=False)
