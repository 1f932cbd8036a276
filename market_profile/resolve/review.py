"""Pairs of nominals that a person should look at, with the evidence field by field."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.resolve.cluster import Labels
from market_profile.resolve.coded import Coded
from market_profile.resolve.fold import as_texts
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
    "value",
    "contributions",
)
_KEY = {"kind": "kind", "ref": "record_ref", "subject": "subject_no"}
"""What the list calls the parts of a mention's key, and the columns of the records that hold them."""
_MOST = 500
"""Pairs listed at most: more than a unit can look at in a month."""


@cache
def _empty() -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in REVIEW_COLUMNS})
    return frame.astype({"probability": "float64", "weight": "float64", "records": "int64", "value": "float64"})


def empty_review() -> pd.DataFrame:
    """Return a review list without pairs."""
    return _empty().copy()


def waiting_pairs(pairs: pd.DataFrame, clusters: np.ndarray, profiles: Coded, floor: float) -> pd.DataFrame:
    """Return, for each two clusters, the strongest pair between them at probability ``floor`` or more.

    Most valuable first: ``value`` is the records and ties (people named with them) that the answer moves, times how
    uncertain it is.

    Args:
        pairs: scored pairs of units.
        clusters: cluster of each unit.
        profiles: the units, with ``records`` and ``associates``.
        floor: lowest probability worth a person's time.
    """
    chance = probability(pairs["weight"])
    left, right = clusters[pairs["left"]], clusters[pairs["right"]]
    low, high = np.minimum(left, right), np.maximum(left, right)
    table = pairs.assign(probability=chance, low=low, high=high)[(chance >= floor).to_numpy() & (left != right)]
    size = np.bincount(clusters, weights=profiles.records, minlength=len(clusters)).astype("int64")
    company = np.bincount(clusters, weights=profiles.lists["associates"].sizes, minlength=len(clusters))
    table = table.sort_values(["weight", "left", "right"], ascending=[False, True, True], kind="stable")
    table = table.drop_duplicates(["low", "high"])
    table["records"] = np.minimum(size[table["low"]], size[table["high"]])
    moved = table["records"] + np.minimum(company[table["low"]], company[table["high"]])
    table["value"] = (moved * table["probability"] * (1.02 - table["probability"])).round(3)
    table = table.sort_values(["value", "left", "right"], ascending=[False, True, True], kind="stable")
    chosen: pd.DataFrame = table.head(_MOST).reset_index(drop=True)
    return chosen


def with_contributions(waiting: pd.DataFrame, records: pd.DataFrame, first: Labels, model: LinkModel) -> pd.DataFrame:
    """Return ``waiting`` as the review list (``REVIEW_COLUMNS``); ``contributions`` is JSON of bits by field.

    ``waiting`` holds the contributions, which with the prior add up to ``weight``. ``records``: kind, record_ref,
    subject_no and nominal_id by mention; ``first``: a mention of each unit.
    """
    if waiting.empty:
        return empty_review()
    both = waiting.reset_index(drop=True)
    frame = pd.DataFrame({"contributions": contributions_json(both, model)})
    for side in ("left", "right"):
        mention = first[both[side].to_numpy()]
        for name, column in (_KEY | {"nominal_id": "nominal_id"}).items():
            frame[f"{side}_{name}"] = records[column].array.take(mention)
    frame["weight"] = both["weight"]
    frame["probability"] = probability(both["weight"]).round(4)
    frame["records"] = both["records"].astype("int64")
    frame["value"] = both["value"]
    return frame[list(REVIEW_COLUMNS)]


def still_waiting(
    now: pd.DataFrame, before: pd.DataFrame, records: pd.DataFrame, decided: pd.DataFrame
) -> pd.DataFrame:
    """Return the review list of this month: what is ``now`` found, and what waited ``before`` and still does.

    A pair leaves the list when its nominals became one, when one of its mentions is gone, or when a person judged
    the two nominals different; one that a person was unsure about stays.

    Args:
        now: the list of this month's pairs.
        before: last month's list.
        records: nominal of each mention (kind, record_ref, subject_no, nominal_id).
        decided: pairs of mention numbers judged different (``left``, ``right``).
    """
    both = pd.concat([part for part in (now, before) if len(part)] or [now], ignore_index=True)
    listed = pa.array({*both["left_ref"], *both["right_ref"]}, type=pa.large_string())
    at = np.flatnonzero(pc.is_in(as_texts(records["record_ref"]), value_set=listed))
    asked = records.take(at)
    ids = dict(zip(_keys(asked, list(_KEY.values())), asked["nominal_id"].tolist(), strict=True))
    for side in ("left", "right"):
        shown = _keys(both, [f"{side}_{name}" for name in _KEY])
        both[f"{side}_nominal_id"] = pd.Series([ids.get(key, "") for key in shown], dtype="str")
    both["pair"] = _id_pairs(both["left_nominal_id"], both["right_nominal_id"])
    judged = _id_pairs(*(records["nominal_id"].iloc[decided[side].to_numpy("int64")] for side in ("left", "right")))
    waits = both["left_nominal_id"].ne("") & both["right_nominal_id"].ne("")
    waits &= both["left_nominal_id"].ne(both["right_nominal_id"]) & ~both["pair"].isin(judged)
    both = both[waits].drop_duplicates("pair")
    order = ["value", "left_nominal_id", "right_nominal_id"]
    both = both.sort_values(order, ascending=[False, True, True], kind="stable").head(_MOST)
    return both[list(REVIEW_COLUMNS)].reset_index(drop=True)


def _keys(frame: pd.DataFrame, names: list[str]) -> list[tuple[str, ...]]:
    """Return the mentions' keys, which stand in columns ``names``."""
    return list(zip(*(frame[name].tolist() for name in names), strict=True))


def _id_pairs(left: pd.Series[str], right: pd.Series[str]) -> pd.Series[str]:
    one, other = left.to_numpy(dtype=object), right.to_numpy(dtype=object)
    low, high = np.minimum(one, other), np.maximum(one, other)
    return pd.Series(low, dtype="str") + "|" + pd.Series(high, dtype="str")


def contributions_json(parts: pd.DataFrame, model: LinkModel) -> list[str]:
    """Return each pair's contributions (bits by field, prior first) as JSON; they add up to the weight."""
    names = ["prior", *(f"mw_{field.name}" for field in model.fields)]
    table = parts[names].rename(columns=lambda name: str(name).removeprefix("mw_")).round(4)
    return [json.dumps(row) for row in table.to_dict("records")]
