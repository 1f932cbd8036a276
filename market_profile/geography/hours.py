"""When: hours of the week by aoristic weights, for events known as an instant or only as a span."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.geography.events import EPOCH
from market_profile.geography.grid import Floats

HOURS_OF_WEEK = 168
LONGEST_SPAN_H = 168
"""A span of a week or more says nothing about the hour."""

PEAK_WIDTH_H = 4
"""A test-purchase shift's useful part; peaks are given as the best window of so many hours."""

SMALLEST_PEAK = 5.0
"""Fewer weighted events than this cannot show a peak."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EPOCH_WEEKDAY_H = 3 * 24
"""1970-01-01 was a Thursday."""


def aoristic(events: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each event in each hour of the week it may have happened in (Ratcliffe 2000).

    Takes rows with ``at``, ``until`` and ``has_hours``; gives ``row`` (index label), ``hour_of_week`` (0 is Monday
    00:00) and ``share`` (an event's shares sum to 1). Events without an hour, or over a week long, are left out.

    Example:
        >>> span = pd.DataFrame({"at": [pd.Timestamp("2019-02-04 22:30")],
        ...                      "until": [pd.Timestamp("2019-02-05 00:00")], "has_hours": [True]})
        >>> aoristic(span)[["hour_of_week", "share"]].round(3).to_numpy().tolist()
        [[22.0, 0.333], [23.0, 0.667]]
    """
    start = ((events["at"] - EPOCH) / pd.Timedelta(hours=1)).to_numpy(float)
    end = ((events["until"] - EPOCH) / pd.Timedelta(hours=1)).to_numpy(float)
    kept = events["has_hours"].to_numpy(bool) & (end >= start) & (end - start < LONGEST_SPAN_H)
    start, end, labels = start[kept], end[kept], events.index.to_numpy()[kept]
    first = np.floor(start)
    touched = np.maximum(np.ceil(end) - first, 1).astype(np.int64)
    place = np.repeat(np.arange(len(start)), touched)
    hour = first[place] + np.arange(len(place)) - np.repeat(np.cumsum(touched) - touched, touched)
    overlap = np.minimum(end[place], hour + 1) - np.maximum(start[place], hour)
    instant = (end == start)[place]
    share = np.where(instant, 1.0, overlap / np.where(instant, 1.0, (end - start)[place]))
    week = (hour.astype(np.int64) + EPOCH_WEEKDAY_H) % HOURS_OF_WEEK
    return pd.DataFrame({"row": labels[place], "hour_of_week": week, "share": share})


def hours_by_market(events: pd.DataFrame) -> pd.DataFrame:
    """Return ``market_id``, ``hour`` (0-23) and ``weight`` (events) for every market and hour of the day."""
    shares = aoristic(events)
    market = events["market_id"].loc[shares["row"]].to_numpy()
    grouped = shares.assign(market_id=market, hour=shares["hour_of_week"] % 24)
    weights = grouped[grouped["market_id"] != ""].groupby(["market_id", "hour"], sort=True)["share"].sum()
    markets = sorted(set(events["market_id"].unique().tolist()) - {""})
    full = pd.MultiIndex.from_product([markets, range(24)], names=["market_id", "hour"])
    return weights.reindex(full, fill_value=0.0).rename("weight").reset_index()


def heat_strip(events: pd.DataFrame) -> pd.DataFrame:
    """Return ``weekday``, ``hour`` and ``weight`` (events) of the whole area for the 168 hours of the week."""
    shares = aoristic(events)
    weights = np.bincount(shares["hour_of_week"], weights=shares["share"], minlength=HOURS_OF_WEEK)
    hour = np.arange(HOURS_OF_WEEK)
    return pd.DataFrame({"weekday": np.array(WEEKDAYS)[hour // 24], "hour": hour % 24, "weight": np.round(weights, 6)})


def peak_window(weights: Floats) -> str:
    """Return the four hours of the day with most weight, such as ``18:00-22:00``; "" below five events.

    ``weights`` holds 24 numbers; the window may pass midnight; of equals the earliest start wins.

    Example:
        >>> peak_window(np.r_[np.zeros(20), 3.0, 3.0, 3.0, 3.0])
        '20:00-00:00'
    """
    if weights.sum() < SMALLEST_PEAK:
        return ""
    wrapped = np.concatenate([weights, weights[: PEAK_WIDTH_H - 1]])
    sums = np.convolve(wrapped, np.ones(PEAK_WIDTH_H), mode="valid")
    start = int(np.argmax(np.round(sums, 9)))
    return f"{start:02d}:00-{(start + PEAK_WIDTH_H) % 24:02d}:00"
