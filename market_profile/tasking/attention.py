"""Where the board looks against where the public reports: attention must not feed itself (TRUST.md 15).

Reports grow where people are readier to report; test purchases show how many of them come true. So reported evidence is
multiplied by the yield of attempts there, shrunk to the whole area's.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.tasking.model import Inputs, frame_with

YIELD_STRENGTH = 10.0
"""An area's own yield counts in full from some ten attempts on."""

COLUMNS = (
    "area_code",
    "area_name",
    "board_places",
    "board_share_pct",
    "reported_12m",
    "discovered_12m",
    "attempts_12m",
    "yield_pct",
    "fair_share_pct",
    "discovered_share_pct",
    "times_fair_share",
)


def attention(targets: pd.DataFrame, tried: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return one row an area with targets or evidence, in order of area code (COLUMNS).

    ``board_share_pct``: share of the first ``top`` places. ``fair_share_pct``: share of reported evidence times yield.
    ``discovered_share_pct``: share of what police found by looking, for comparison; it moves neither. ``tried``: past
    attempts with market_id, weight and success.
    """
    names = {"area_code": "str", "area_name": "str", "reported_12m": "float64", "discovered_12m": "float64"}
    counts = getattr(inputs.geography, "area_counts", pd.DataFrame())
    frame = frame_with(counts, names).fillna({"reported_12m": 0.0, "discovered_12m": 0.0})
    frame = frame[frame["area_code"] != ""].drop_duplicates("area_code").set_index("area_code").sort_index()
    top = targets[targets["rank"].notna()].head(inputs.settings.top)
    places = top.loc[top["area_code"] != "", "area_code"].value_counts()
    won, weight, attempts = _by_area(tried, inputs)
    overall = (won.sum() + 1) / (weight.sum() + 2)
    won, weight = won.reindex(frame.index).fillna(0.0), weight.reindex(frame.index).fillna(0.0)
    rate = (won + YIELD_STRENGTH * overall) / (weight + YIELD_STRENGTH)
    due = frame["reported_12m"] * rate
    board = places.reindex(frame.index).fillna(0).astype("int64")
    fair = _share(due)
    share = _share(board.astype("float64"))
    result = frame.assign(
        board_places=board,
        board_share_pct=share,
        attempts_12m=attempts.reindex(frame.index).fillna(0).astype("int64"),
        yield_pct=(100 * rate).round(1),
        fair_share_pct=fair,
        discovered_share_pct=_share(frame["discovered_12m"]),
        times_fair_share=np.where(fair > 0, (share / fair.where(fair > 0)).round(2), np.nan),
    ).reset_index()
    is_seen = (result["board_places"] > 0) | (result["reported_12m"] > 0) | (result["discovered_12m"] > 0)
    return result.loc[is_seen, list(COLUMNS)].reset_index(drop=True)


def area_yield(area_code: pd.Series, tried: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return what a report from each area is worth: its attempts' yield against the usual, at most 1; else 1.

    Shrunk to the usual by ``YIELD_STRENGTH`` attempts. Example: usual .5, ten attempts of weight 1 without a purchase:
    (0 + 10 x .5) / (10 + 10) = .25, half the usual, .5.
    """
    won, weight, _ = _by_area(tried, inputs)
    overall = (won.sum() + 1) / (weight.sum() + 2)
    rate = (won + YIELD_STRENGTH * overall) / (weight + YIELD_STRENGTH) / overall
    return area_code.map(rate.clip(upper=1.0)).astype("float64").fillna(1.0)


def _by_area(tried: pd.DataFrame, inputs: Inputs) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return weighted successes and attempts, and the attempts of the last year, by area."""
    columns = {"market_id": "str", "area_code": "str"}
    markets = frame_with(inputs.geography.markets, columns).drop_duplicates("market_id")
    area = markets.set_index("market_id")["area_code"]
    rows = tried.assign(area=tried["market_id"].map(area).astype("object").fillna(""))
    rows = rows[rows["area"] != ""]
    won = (rows["weight"] * rows["success"]).groupby(rows["area"]).sum()
    weight = rows["weight"].groupby(rows["area"]).sum()
    last = rows[rows["attempted_at"] >= inputs.month.end - pd.DateOffset(years=1)]
    return won, weight, last.groupby("area").size()


def _share(values: pd.Series) -> pd.Series:
    total = float(values.sum())
    return (100 * values / total).round(1) if total else values * 0.0
