"""Intervals, basins and displacement counts by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from places import SOUTH, WEST, logs, planted, rows, town

from market_profile.contracts.tables import Tables
from market_profile.geography.backtest import choose
from market_profile.geography.bands import ERROR_COLUMNS, coverage, covered, learn_band
from market_profile.geography.basins import split_basins
from market_profile.geography.displacement import displacement_counts
from market_profile.geography.events import collect_events
from market_profile.geography.forecast import GLM, SIMPLE
from market_profile.geography.scoring import MONTHLY_COLUMNS
from market_profile.periods import Month


def test_a_band_learned_on_one_half_holds_four_fifths_of_the_other() -> None:
    draw = np.random.default_rng(3)
    rate = draw.gamma(2.0, 4.0, 4000) + 0.5
    came = draw.negative_binomial(3, 3 / (3 + rate)).astype(float)
    held, seen = covered(rate[2000:], came[2000:], learn_band(rate[:2000], came[:2000]))
    assert seen == 2000
    assert 0.75 <= held / seen <= 0.85


def test_too_few_errors_give_no_interval() -> None:
    low, high = learn_band(np.ones(29), np.ones(29)).around(np.array([1.0]))
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def test_the_forecast_lies_in_its_interval_and_low_is_not_negative() -> None:
    band = learn_band(np.full(50, 3.0), np.full(50, 9.0))
    low, high = band.around(np.array([0.0, 0.2, 3.0, 40.0]))
    assert (low <= [0.0, 0.2, 3.0, 40.0]).all()
    assert (high >= [0.0, 0.2, 3.0, 40.0]).all()
    assert (low >= 0).all()


def test_coverage_uses_earlier_months_alone() -> None:
    # a first month has nothing before it; the second lies outside what the first taught
    frame = pd.DataFrame(
        {"month": ["2019-01"] * 40 + ["2019-02"] * 40, "method": "m", "predicted": 4.0, "came": [4.0] * 40 + [9.0] * 40}
    )
    assert coverage(frame[list(ERROR_COLUMNS)]) == {"m": 0.0}


@pytest.mark.parametrize(("hits", "apart", "expected"), [(104.0, 50.0, GLM), (120.0, 40.0, "EWMA"), (90.0, 40.0, GLM)])
def test_a_simple_method_must_be_clearly_better(hits: float, apart: float, expected: str) -> None:
    table = pd.DataFrame(
        [("2019-01", name, 1.0, hits if name == "EWMA" else 80.0, 150.0, 200.0, apart, 200.0) for name in SIMPLE]
        + [("2019-01", GLM, 1.0, 100.0, 150.0, 200.0, 0.0, 200.0)],
        columns=list(MONTHLY_COLUMNS),
    )
    assert choose(table)[0] == expected


def test_touching_markets_are_split_at_the_saddle() -> None:
    events = np.zeros((7, 11))
    events[2:5, 1:4] = 3
    events[3, 2] = 20
    events[2:5, 6:9] = 3
    events[3, 7] = 15
    events[3, 4:6] = 1
    groups, count = split_basins(events > 0, events)
    assert count == 2
    assert groups[3, 2] != groups[3, 7]
    assert (groups[2:5, 1:4] == groups[3, 2]).all()
    assert (groups[events == 0] == 0).all()


def test_one_plateau_is_one_basin_and_nothing_none() -> None:
    assert split_basins(np.zeros((4, 4), dtype=bool), np.zeros((4, 4)))[1] == 0
    assert split_basins(np.ones((1, 2), dtype=bool), np.ones((1, 2)))[1] == 1


def test_displacement_counts_by_hand() -> None:
    # A05 is treated; public reports only: 3 before and 1 after inside it, 2 after in its neighbour A06
    start = pd.Timestamp("2018-10-01")
    days = [-100, -20, -10, -5, 5, 10, 20]
    area = ["A15", "A05", "A05", "A05", "A05", "A06", "A06"]
    corner = [divmod(int(code[1:]), 4) for code in area]
    east = np.array([WEST + 1000 * column + 500.0 for _, column in corner])
    north = np.array([SOUTH + 1000 * row + 500.0 for row, _ in corner])
    table = logs([start + pd.Timedelta(days=day) for day in days], east, north, provenance="public")
    known = rows("operations", operation=["Lantern"], starts_on=[start], area_code=["A05"], record_ref=["r1"])
    events = collect_events(Tables({"intelligence_logs": table}), Month("2018-12")).frame
    found = displacement_counts(events, known, town(), Month("2018-12")).iloc[0]
    assert found["days"] == 90
    assert (found["target_areas"], found["buffer_areas"]) == (1, 8)
    assert (found["target_before"], found["target_after"]) == (3, 1)
    assert (found["buffer_before"], found["buffer_after"]) == (0, 2)
    assert (found["control_before"], found["control_after"]) == (0, 0)


def test_an_operation_without_time_or_place_gives_no_row() -> None:
    events = collect_events(Tables({"intelligence_logs": planted()}), Month("2019-02")).frame
    late = rows("operations", operation=["A", "B"], starts_on=[pd.Timestamp("2019-02-20"), pd.Timestamp("2018-10-01")],
                area_code=["A05", ""], record_ref=["r1", "r2"])  # fmt: skip
    assert displacement_counts(events, late, town(), Month("2019-02")).empty


def test_streams_do_not_depend_on_the_index_of_the_table() -> None:
    table = planted(months=1)
    kept = table[table["provenance"] == "public"]
    assert collect_events(Tables({"intelligence_logs": kept}), Month("2018-07")).frame["family"].eq("reported").all()
