"""Pairs of nominals that a person should look at, with the evidence field by field."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from market_profile.resolve.model import LinkModel
from market_profile.resolve.score import probability

REVIEW_COLUMNS = (
    "left_kind",
    "left_ref",
    "left_subject",
    "right_kind",
    "right_ref",
    "right_subject",
    "left_nominal_id",
    "right_nominal_id",
    "probability",
    "weight",
    "records",
    "contributions",
)
_MOST = 500
"""Pairs listed at most: more than a unit can look at in a month."""


def empty_review() -> pd.DataFrame:
    """Return a review list without pairs."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in REVIEW_COLUMNS})
    return frame.astype({"probability": "float64", "weight": "float64", "records": "int64"})


def waiting_pairs(pairs: pd.DataFrame, clusters: np.ndarray, records: np.ndarray, floor: float) -> pd.DataFrame:
    """Return, for each two clusters, the strongest pair between them at probability ``floor`` or more.

    Most valuable first: the uncertain ones whose answer moves most records.

    Args:
        pairs: scored pairs of units.
        clusters: cluster of each unit.
        records: mentions of each unit.
        floor: lowest probability worth a person's time.
    """
    chance = probability(pairs["weight"])
    left, right = clusters[pairs["left"]], clusters[pairs["right"]]
    low, high = np.minimum(left, right), np.maximum(left, right)
    table = pairs.assign(probability=chance, low=low, high=high)[(chance >= floor).to_numpy() & (left != right)]
    size = np.bincount(clusters, weights=records, minlength=len(clusters)).astype("int64")
    table = table.sort_values(["weight", "left", "right"], ascending=[False, True, True], kind="stable")
    table = table.drop_duplicates(["low", "high"])
    table["records"] = np.minimum(size[table["low"]], size[table["high"]])
    table["value"] = table["records"] * table["probability"] * (1.02 - table["probability"])
    table = table.sort_values(["value", "left", "right"], ascending=[False, True, True], kind="stable")
    chosen: pd.DataFrame = table.head(_MOST).reset_index(drop=True)
    return chosen


def with_contributions(
    waiting: pd.DataFrame, units: pd.DataFrame, model: LinkModel, ids: pd.Series[str]
) -> pd.DataFrame:
    """Return ``waiting`` as the review list (``REVIEW_COLUMNS``); ``contributions`` is JSON of bits by field.

    ``waiting`` holds the contributions, which with the prior add up to ``weight``. ``ids``: nominal id by unit number.
    """
    if waiting.empty:
        return empty_review()
    both = waiting.reset_index(drop=True)
    frame = pd.DataFrame({"contributions": contributions_json(both, model)})
    for side in ("left", "right"):
        unit = units.iloc[both[side].to_numpy()]
        frame[f"{side}_kind"] = unit["kind"].to_numpy()
        frame[f"{side}_ref"] = unit["record_ref"].to_numpy()
        frame[f"{side}_subject"] = unit["subject_no"].to_numpy()
        frame[f"{side}_nominal_id"] = both[side].map(ids).to_numpy()
    frame["weight"] = both["weight"]
    frame["probability"] = probability(both["weight"]).round(4)
    frame["records"] = both["records"].astype("int64")
    return frame[list(REVIEW_COLUMNS)]


def contributions_json(parts: pd.DataFrame, model: LinkModel) -> list[str]:
    """Return each pair's contributions (bits by field, prior first) as JSON; they add up to the weight."""
    names = ["prior", *(f"mw_{field.name}" for field in model.fields)]
    table = parts[names].rename(columns=lambda name: str(name).removeprefix("mw_")).round(4)
    return [json.dumps(row) for row in table.to_dict("records")]
