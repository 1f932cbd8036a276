"""What the month's attempts say of last month's board: the record that the edition shows, carried month to month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from market_profile.tasking.candidates import KEY
from market_profile.tasking.model import Inputs, Record
from market_profile.terms import Outcome

SAME_PLACE_M = 150.0
"""An attempt so near to the place of a target, nobody else having been met, is an attempt at it."""

PREDICTION_COLUMNS = {
    "month": "str",
    "rank": "Int64",
    "target_kind": "str",
    "target_id": "str",
    "reach": "str",
    "success_probability": "float64",
    "success_low": "float64",
    "success_high": "float64",
    "target_easting_m": "float64",
    "target_northing_m": "float64",
}
OUTCOME_COLUMNS = {**PREDICTION_COLUMNS, "attempts": "int64", "bought": "int64"}


def outcomes(inputs: Inputs) -> pd.DataFrame:
    """Return the outcomes of all past boards: last month's predictions with this month's attempts are added.

    An attempt belongs to the person who was met and named; else, to the nearest target of last month's board within
    ``SAME_PLACE_M``. Aborted attempts count for nobody. Ids that were merged since are followed.
    """
    old = _frame(inputs.previous.get("outcomes"), OUTCOME_COLUMNS)
    board = _frame(inputs.previous.get("predictions"), PREDICTION_COLUMNS)
    board = board[board["month"] < inputs.month.text]
    if board.empty or (old["month"] == board["month"].iloc[0]).any():
        return old
    board = board.assign(target_id=_followed(board["target_id"], inputs))
    tried = _attributed(board, inputs)
    counts = tried.groupby(KEY)["bought"].agg(["size", "sum"])
    found = counts.reindex(pd.MultiIndex.from_frame(board[KEY])).fillna(0).astype("int64")
    board = board.assign(attempts=found["size"].to_numpy(), bought=found["sum"].to_numpy())
    frames = [frame for frame in (old, board) if len(frame)]
    return _frame(pd.concat(frames, ignore_index=True), OUTCOME_COLUMNS)


def predictions(targets: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return what this month's board says of its ranked targets, for next month to be judged by."""
    ranked = targets[targets["rank"].notna()].head(inputs.settings.top)
    return _frame(ranked.assign(month=inputs.month.text), PREDICTION_COLUMNS)


def record(past: pd.DataFrame, error: float, attempts: int) -> Record:
    """Return the record of past boards, a row a month: targets, tried, attempts, expected and bought."""
    rows = past.assign(
        tried=(past["attempts"] > 0).astype("int64"), expected=past["attempts"] * past["success_probability"]
    )
    grouped = rows.groupby("month", sort=True)
    frame = grouped[["tried", "attempts", "expected", "bought"]].sum()
    frame.insert(0, "targets", grouped.size())
    frame = frame.reset_index()
    return Record(frame, error, attempts)


def _attributed(board: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return target_kind, target_id, bought (0 or 1) of each attempt since that board that belongs to a target."""
    rows = inputs.tables.get("test_purchases")
    since = pd.Timestamp(f"{board['month'].iloc[0]}-01") + pd.DateOffset(months=1)
    kinds = [Outcome.PURCHASE.value, Outcome.REFUSED.value, Outcome.NO_DEALER.value]
    rows = rows[(rows["attempted_at"] >= since) & (rows["attempted_at"] < inputs.month.end)]
    rows = rows[rows["outcome"].astype("str").isin(kinds)].sort_values("record_ref", kind="stable")
    people = inputs.resolution.records
    people = people[people["kind"] == "test_purchases"].drop_duplicates("record_ref")
    met = rows["record_ref"].map(people.set_index("record_ref")["nominal_id"]).astype("object").fillna("")
    is_named = met.isin(board.loc[board["target_kind"] == "nominal", "target_id"]).to_numpy()
    bought = (rows["outcome"].astype("str") == Outcome.PURCHASE.value).astype("int64")
    named = pd.DataFrame({"target_kind": "nominal", "target_id": met[is_named], "bought": bought[is_named]})
    open_to = board if not is_named.all() else board.iloc[:0]
    placed = open_to[open_to["target_easting_m"].notna()]
    rest = rows[~is_named & rows["easting_m"].notna().to_numpy()]
    if placed.empty or rest.empty:
        return named
    apart = np.hypot(
        rest["easting_m"].to_numpy()[:, None] - placed["target_easting_m"].to_numpy(),
        rest["northing_m"].to_numpy()[:, None] - placed["target_northing_m"].to_numpy(),
    )
    someone_else = (met.loc[rest.index] != "").to_numpy()[:, None] & (placed["target_kind"] == "nominal").to_numpy()
    apart = np.where(someone_else, np.inf, apart)
    nearest = apart.argmin(axis=1)
    is_near = apart.min(axis=1) <= SAME_PLACE_M
    at = placed.iloc[nearest[is_near]][KEY].assign(bought=bought.loc[rest.index[is_near]].to_numpy())
    both: pd.DataFrame = pd.concat([named, at], ignore_index=True)
    return both


def _followed(ids: pd.Series, inputs: Inputs) -> pd.Series:
    """Follow ids of people who were merged into another since last month."""
    events = getattr(inputs.resolution, "events", None)
    if events is None or events.empty:
        return ids
    merged = events[events["event"] == "merge"].drop_duplicates("from_id").set_index("from_id")["to_id"]
    return ids.map(merged).astype("object").fillna(ids).astype("str")


def _frame(frame: pd.DataFrame | None, columns: Mapping[str, Any]) -> pd.DataFrame:
    if frame is None or frame.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    kept: pd.DataFrame = frame[list(columns)].reset_index(drop=True)
    typed: pd.DataFrame = kept.astype(dict(columns))
    return typed
