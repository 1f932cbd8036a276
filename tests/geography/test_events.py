"""Which records make a place, in which stream."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from places import SOUTH, WEST, logs, rows

from market_profile.contracts.tables import Tables
from market_profile.geography.events import collect_events
from market_profile.periods import Month

DAY = pd.Timestamp("2019-01-10 20:00")
SPOT = {"easting_m": [WEST + 50], "northing_m": [SOUTH + 50]}


@pytest.mark.parametrize(
    ("provenance", "stream", "family"),
    [
        ("public", "public", "reported"),
        ("crimestoppers", "crimestoppers", "reported"),
        ("partner", "partner", "reported"),
        ("officer", "patrol", "discovered"),
        ("technical", "technical", "discovered"),
        ("chis", "chis", "covert"),
        ("undercover", "undercover", "covert"),
        ("", "unstated", "unstated"),
    ],
)
def test_stream_of_a_log(provenance: str, stream: str, family: str) -> None:
    table = logs([DAY], np.array([WEST]), np.array([SOUTH]), provenance=[provenance])
    event = collect_events(Tables({"intelligence_logs": table}), Month("2019-01")).frame.iloc[0]
    assert (event["stream"], event["family"], event["month"]) == (stream, family, "2019-01")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"location_precision": ["area"]}, "known only to an area"),
        ({"location_precision": ["none"]}, "known only to an area"),
        ({"location_text": ["Police Station"]}, "text that names no place"),
        ({"easting_m": [np.nan]}, "no place"),
    ],
)
def test_logs_that_make_no_place(more: dict[str, list[object]], why: str) -> None:
    table = logs([DAY], np.array([WEST]), np.array([SOUTH])).assign(**more)
    events = collect_events(Tables({"intelligence_logs": table}), Month("2019-01"))
    assert events.frame.empty
    assert events.set_aside.to_numpy().tolist() == [["intelligence_logs", why, 1]]


def test_a_geocoders_default_makes_no_place() -> None:
    texts = [f"street {number}" for number in range(12)]
    table = logs([DAY] * 12, np.full(12, WEST), np.full(12, SOUTH)).assign(location_text=texts)
    assert collect_events(Tables({"intelligence_logs": table}), Month("2019-01")).frame.empty
    one_street = table.assign(location_text="High Street")
    assert len(collect_events(Tables({"intelligence_logs": one_street}), Month("2019-01")).frame) == 12


def test_open_data_are_aggregated_and_stations_left_out() -> None:
    crime = rows(
        "street_crime",
        record_ref=["a", "b", "c", "d"],
        month=["2019-01"] * 4,
        crime_type=["Drugs", "Drugs", "Drugs", "Burglary"],
        location=["On or near High Street", "On or near Police Station", "No Location", "On or near High Street"],
        easting_m=[WEST] * 4,
        northing_m=[SOUTH] * 4,
    )
    events = collect_events(Tables({"street_crime": crime}), Month("2019-01")).frame
    assert events["record_ref"].tolist() == ["a"]
    assert events["is_snapped"].all()
    assert not events["has_hours"].any()


def test_one_seizure_counts_once_and_poor_grades_not_at_all() -> None:
    seizures = rows(
        "seizures",
        record_ref=["S1/1", "S1/2"],
        seizure_ref=["S1", "S1"],
        seized_at=[DAY, DAY],
        easting_m=[WEST] * 2,
        northing_m=[SOUTH] * 2,
    )
    table = logs([DAY] * 3, np.full(3, WEST), np.full(3, SOUTH)).assign(
        source_evaluation=["3", "1", "D"],
        intelligence_assessment=["B", "E", "2"],
        grade_scheme=["3x5x2"] * 2 + ["5x5x5"],
    )
    events = collect_events(Tables({"seizures": seizures, "intelligence_logs": table}), Month("2019-01")).frame
    assert events.set_index("record_ref")["weight"].to_dict() == {
        "S1/1": 1, "S1/2": 0, "U000000": 0, "U000001": 0, "U000002": 0,
    }  # fmt: skip


def test_nothing_after_the_cut_off() -> None:
    table = logs([DAY, pd.Timestamp("2019-02-01")], np.full(2, WEST), np.full(2, SOUTH))
    assert len(collect_events(Tables({"intelligence_logs": table}), Month("2019-01")).frame) == 1
