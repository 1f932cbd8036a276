"""Aoristic weights and peak hours by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market_profile.geography.hours import aoristic, heat_strip, hours_by_market, peak_window


def events(*spans: tuple[str, str], has_hours: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": pd.to_datetime([start for start, _ in spans]).astype("datetime64[us]"),
            "until": pd.to_datetime([end for _, end in spans]).astype("datetime64[us]"),
            "has_hours": has_hours,
            "market_id": "P0001",
        }
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2019-02-04 13:10", "2019-02-04 13:10", {13: 1.0}),  # Monday, an instant
        ("2019-02-04 13:00", "2019-02-04 15:00", {13: 0.5, 14: 0.5}),
        ("2019-02-04 13:30", "2019-02-04 15:30", {13: 0.25, 14: 0.5, 15: 0.25}),
        ("2019-02-10 23:00", "2019-02-11 01:00", {167: 0.5, 0: 0.5}),  # Sunday night into Monday
    ],
)
def test_shares(start: str, end: str, expected: dict[int, float]) -> None:
    shares = aoristic(events((start, end)))
    assert dict(zip(shares["hour_of_week"], shares["share"], strict=True)) == pytest.approx(expected)


def test_a_week_or_no_hour_says_nothing() -> None:
    assert aoristic(events(("2019-02-04", "2019-02-11"))).empty
    assert aoristic(events(("2019-02-04", "2019-02-04"), has_hours=False)).empty


def test_weights_add_up_to_events() -> None:
    frame = events(("2019-02-04 13:30", "2019-02-05 15:30"), ("2019-02-06 20:00", "2019-02-06 20:00"))
    assert hours_by_market(frame)["weight"].sum() == pytest.approx(2)
    assert heat_strip(frame)["weight"].sum() == pytest.approx(2, abs=1e-4)
    assert len(hours_by_market(frame)) == 24


def test_peak_passes_midnight_and_needs_evidence() -> None:
    weights = np.zeros(24)
    weights[[22, 23, 0, 1]] = 2
    assert peak_window(weights) == "22:00-02:00"
    assert peak_window(np.full(24, 0.1)) == ""
