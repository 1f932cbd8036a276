"""The order of the board: exploitation by score, exploration among what is least known, and when to try."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from market_profile.tasking.candidates import KEY
from market_profile.tasking.model import Inputs, frame_with

RECENT_ATTEMPT_DAYS = 180
DEFAULT_WINDOW_DAYS = 28


def ranked(rows: pd.DataFrame, tried: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return the eligible ``rows`` with rank and reach; every fifth place (at 20 %) goes to exploration.

    Exploration takes, among those who passed the rules, the markets tried least often of late, the most promising of
    each by the top of its range; so attention reaches places where nobody has looked.
    """
    rows = rows.sort_values(["score", *KEY], ascending=[False, True, True], kind="stable").reset_index(drop=True)
    share = inputs.settings.exploration_share
    slots = math.ceil(share * min(inputs.settings.top, len(rows)))
    explored = _least_known(rows, tried, inputs, slots)
    reach = np.where(rows.index.isin(explored), "explore", "exploit")
    places = np.empty(len(rows), dtype=np.int64)
    step = 1 / share if share > 0 else math.inf
    reserved = [min(math.ceil((i + 1) * step), len(rows)) for i in range(len(explored))]
    reserved = _distinct(reserved, len(rows))
    places[explored] = reserved
    free = [place for place in range(1, len(rows) + 1) if place not in set(reserved)]
    places[[i for i in range(len(rows)) if i not in set(explored)]] = free
    return rows.assign(rank=places, reach=reach).sort_values("rank", kind="stable").reset_index(drop=True)


def _distinct(places: list[int], most: int) -> list[int]:
    taken: list[int] = []
    for place in reversed(places):
        while place in taken:
            place -= 1
        taken.append(min(place, most))
    return sorted(taken)


def _least_known(rows: pd.DataFrame, tried: pd.DataFrame, inputs: Inputs, slots: int) -> list[int]:
    """Return row numbers for exploration, one a market: the top of the chance's range over the root of its tries.

    The optimist's rule (Lai and Robbins 1985 in kind): what may be good and was little tried comes first.
    """
    keep = max(min(inputs.settings.top, len(rows)) - slots, 0)
    rest = rows.iloc[keep:]
    recent = tried[(inputs.month.end - tried["attempted_at"]).dt.days <= RECENT_ATTEMPT_DAYS]
    count = rest["market_id"].map(recent["market_id"].value_counts()).astype("float64").fillna(0.0)
    own = rest["market_id"].where(rest["market_id"] != "", rest["target_kind"] + rest["target_id"])
    worth: pd.Series = rest["success_high"] / np.sqrt(1 + count)
    order = rest.assign(worth=worth.round(9), own=own).sort_values(
        ["worth", *KEY], ascending=[False, True, True], kind="stable"
    )
    first = order[~order["own"].duplicated()]
    again = order[order["own"].duplicated()]
    return [int(i) for i in pd.concat([first, again]).index[:slots]]


def timed(rows: pd.DataFrame, clocks: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return ``rows`` with suggested_from, suggested_to (ISO dates) and suggested_hours; ``clocks``: the recent ones.

    After an arrest in the market the window opens at the lower bound of the replacement median and closes three weeks
    after its upper bound, never before the cut-off; else it is the next four weeks.
    """
    clock = inputs.network.replacement
    opens = clock.median_low if np.isfinite(clock.median_low) else 14.0
    closes = (clock.median_high if np.isfinite(clock.median_high) else 21.0) + 21.0
    last = clocks.groupby("market_id")["arrested_on"].max()
    arrested = pd.Series(last.reindex(rows["market_id"]).to_numpy(), index=rows.index, dtype="datetime64[us]")
    after = arrested + pd.Timedelta(days=float(opens))
    begin = after.where(after > inputs.month.end, inputs.month.end)
    end = (arrested + pd.Timedelta(days=float(closes))).fillna(begin + pd.Timedelta(days=DEFAULT_WINDOW_DAYS))
    end = end.where(end >= begin + pd.Timedelta(days=7), begin + pd.Timedelta(days=7))
    columns = {"market_id": "str", "peak_hours": "str"}
    known = pd.concat([frame_with(inputs.geography.markets, columns), frame_with(inputs.geography.hotspots, columns)])
    hours = known[known["peak_hours"] != ""].drop_duplicates("market_id").set_index("market_id")["peak_hours"]
    return rows.assign(
        suggested_from=begin.dt.strftime("%Y-%m-%d"),
        suggested_to=end.dt.strftime("%Y-%m-%d"),
        suggested_hours=_hours(rows, hours),
        last_arrest_on=arrested.dt.strftime("%Y-%m-%d"),
    )


def _hours(rows: pd.DataFrame, of_market: pd.Series) -> pd.Series:
    """Return the hours of the target's own evidence, else its market's ("" not known)."""
    other = rows["market_id"].map(of_market).astype("object").fillna("").astype("str")
    return rows["hours"].where(rows["hours"] != "", other)
