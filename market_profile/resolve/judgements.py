"""What people decided about pairs of mentions, as constraints on the link."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.periods import Month
from market_profile.resolve.link import Constraints
from market_profile.resolve.mentions import MENTION_KEY

JUDGEMENT_COLUMNS = (
    "left_kind",
    "left_ref",
    "left_subject",
    "right_kind",
    "right_ref",
    "right_subject",
    "judgement",
    "by",
    "on",
    "reason",
)


def standing(judgements: pd.DataFrame, mentions: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return the judgements that stand at the end of ``month``: left and right mention numbers, and ``judgement``.

    The latest judgement on a pair counts, so that a later ``unsure`` takes back an earlier ``same`` or ``different``.
    Judgements on mentions that are not (or no longer) held are passed over.
    """
    if judgements.empty:
        return pd.DataFrame({"left": np.array([], "int64"), "right": np.array([], "int64"), "judgement": []})
    given = judgements.assign(on=pd.to_datetime(judgements["on"]))
    given = given[given["on"] < month.end]
    refs = pd.concat([given["left_ref"], given["right_ref"]]).astype("str").unique().tolist()
    place = np.flatnonzero(mentions["record_ref"].isin(refs))
    number = pd.Series(place, index=pd.MultiIndex.from_frame(mentions[MENTION_KEY].iloc[place]))
    sides = {}
    for side in ("left", "right"):
        key = pd.MultiIndex.from_arrays([given[f"{side}_{part}"].astype("str") for part in ("kind", "ref", "subject")])
        sides[side] = number.reindex(key).to_numpy()
    low, high = np.fmin(sides["left"], sides["right"]), np.fmax(sides["left"], sides["right"])
    known = ~(np.isnan(sides["left"]) | np.isnan(sides["right"])) & (low != high)
    frame = given.assign(left=low, right=high)[known].astype({"left": "int64", "right": "int64"})
    frame = frame.sort_values(["on", "left", "right", "judgement"], kind="stable")
    frame = frame.drop_duplicates(["left", "right"], keep="last")
    chosen: pd.DataFrame = frame[["left", "right", "judgement"]].reset_index(drop=True)
    return chosen


def constraints(stand: pd.DataFrame, of_mention: np.ndarray) -> Constraints:
    """Return ``stand`` (from ``standing``) in unit numbers."""
    left, right = of_mention[stand["left"]], of_mention[stand["right"]]
    frame = pd.DataFrame({"left": np.minimum(left, right), "right": np.maximum(left, right)}).astype("int64")
    judgement = stand["judgement"].to_numpy()
    return Constraints(frame[judgement == "different"], frame[judgement == "same"])
