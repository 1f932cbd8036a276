"""The whole room on a small planted town: what it finds, carries, scores and refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from places import SOUTH, WEST, planted, rows, town

from market_profile.contracts.tables import Areas, Tables
from market_profile.errors import InputRefused
from market_profile.geography import Geography, find_hotspots
from market_profile.geography.markets import join_markets, locate_cells
from market_profile.geography.persistence import persistence
from market_profile.geography.result import HOTSPOT_COLUMNS
from market_profile.periods import Month
from market_profile.room_settings import GeographySettings

SETTINGS = GeographySettings()


def refreshed(tables: Tables, months: list[str]) -> list[Geography]:
    """Return the results of refreshes month by month, each with the state of the one before."""
    results: list[Geography] = []
    for text in months:
        month = Month(text)
        logs = tables.get("intelligence_logs")
        known = tables.replace(intelligence_logs=logs[logs["submitted_at"] < month.end])
        results.append(find_hotspots(known, town(), month, SETTINGS, results[-1].state if results else {}))
    return results


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables({"intelligence_logs": planted()})


@pytest.fixture(scope="module")
def results(tables: Tables) -> list[Geography]:
    return refreshed(tables, ["2018-12", "2019-01", "2019-02"])


def test_the_planted_market_is_first_significant_and_corroborated(results: list[Geography]) -> None:
    first = results[-1].hotspots.iloc[0]
    assert tuple(results[-1].hotspots.columns) == HOTSPOT_COLUMNS
    assert (first["cell_id"], first["market_id"], first["persistence"]) == ("E5310N1050", "P0001", "persistent")
    assert first["p_adjusted"] < 1e-6
    assert first["is_significant"]
    assert first["is_corroborated"]
    assert first["events"] >= 3 * 40
    assert first["peak_hours"] == "18:00-22:00"
    assert first["area_code"] == "A05"


def test_a_hotspot_share_of_the_area_is_published(results: list[Geography]) -> None:
    # 20 x 20 cells, 2 % = 8
    assert len(results[-1].hotspots) >= 8
    assert results[-1].hotspots["rank"].tolist() == list(range(1, len(results[-1].hotspots) + 1))
    assert results[-1].hotspots["score"].is_monotonic_decreasing


def test_ids_are_carried_and_records_belong_to_their_market(results: list[Geography], tables: Tables) -> None:
    assert all((each.markets["market_id"] == "P0001").sum() == 1 for each in results)
    logs = tables.get("intelligence_logs").set_index("record_ref")
    here = results[-1].record_markets.query("market_id == 'P0001'")["record_ref"]
    assert (
        np.hypot(logs.loc[here, "easting_m"] - WEST - 1100, logs.loc[here, "northing_m"] - SOUTH - 1100) < 1000
    ).all()
    assert len(here) >= 8 * 40
    assert not results[-1].record_markets.duplicated(["kind", "record_ref"]).any()


def test_last_months_hotspots_are_scored(results: list[Geography]) -> None:
    record = results[-1].track_record
    assert record["month"].tolist() == ["2019-01", "2019-02"]
    assert record["published_month"].tolist() == ["2018-12", "2019-01"]
    # 40 of 160 events a month lie in the planted cell, the rest evenly: at least a quarter is hit
    assert (record["hit_rate_pct"] >= 25).all()
    assert ((record["low"] < record["hit_rate_pct"]) & (record["hit_rate_pct"] < record["high"])).all()
    assert (record["cells"] == 8).all()


def test_backtest_scores_every_method_and_says_why(results: list[Geography]) -> None:
    table = results[-1].backtest.set_index("method")
    assert {"last month", "twelve months", "EWMA", "KDE", "Poisson GLM", "hindsight GLM", "oracle"} <= set(table.index)
    assert table.loc["oracle", "pei"] == pytest.approx(1)
    assert table["hit_rate_pct"].max() == table.loc["oracle", "hit_rate_pct"]
    assert results[-1].chosen_method in table.index
    assert results[-1].choice_reason.endswith(".")


def test_area_counts_add_up(results: list[Geography], tables: Tables) -> None:
    counts = results[-1].area_counts
    assert len(counts) == 16
    assert counts["events_12m"].sum() == len(tables.get("intelligence_logs"))
    assert counts["events_month"].sum() == 160
    assert (counts["reported_12m"] + counts["discovered_12m"] == counts["events_12m"]).all()


def test_row_order_changes_nothing(results: list[Geography], tables: Tables) -> None:
    shuffled = tables.get("intelligence_logs").sample(frac=1, random_state=1).reset_index(drop=True)
    again = refreshed(Tables({"intelligence_logs": shuffled}), ["2018-12", "2019-01", "2019-02"])[-1]
    for name in ("hotspots", "markets", "record_markets", "backtest", "track_record", "hours", "area_counts", "maup"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(results[-1], name), check_exact=True)


def test_nothing_supplied_gives_empty_frames_and_says_so() -> None:
    empty = find_hotspots(Tables({}), town(), Month("2019-01"), SETTINGS, {})
    assert empty.hotspots.empty
    assert empty.record_markets.empty
    assert empty.markets.empty
    assert any("No event" in sentence for sentence in empty.warnings)
    assert find_hotspots(Tables({}), town(), Month("2019-02"), SETTINGS, empty.state).hotspots.empty


def test_degrees_are_refused() -> None:
    areas = town()
    with pytest.raises(InputRefused):
        find_hotspots(Tables({}), Areas(areas.frame, areas.boundary, "EPSG:4326"), Month("2019-01"), SETTINGS, {})


def test_published_offences_alone_still_make_a_forecast() -> None:
    logs = planted(months=4)
    crime = rows(
        "street_crime",
        record_ref=logs["record_ref"],
        month=logs["event_from"].dt.strftime("%Y-%m"),
        crime_type="Drugs",
        location="On or near Park Road",
        easting_m=logs["easting_m"],
        northing_m=logs["northing_m"],
    )
    result = find_hotspots(Tables({"street_crime": crime}), town(), Month("2018-10"), SETTINGS, {})
    assert result.hotspots["cell_id"].iloc[0] == "E5310N1050"
    assert result.hotspots["peak_hours"].eq("").all()


def test_a_phone_named_often_is_a_line_whose_number_stays_in_the_state(tables: Tables) -> None:
    logs = tables.get("intelligence_logs").copy()
    logs.loc[logs.index[:4], "market_mode"] = "phone"
    people = rows(
        "log_subjects",
        record_ref=[f"U{number:06d}/1" for number in range(4)],
        urn=[f"U{number:06d}" for number in range(4)],
        subject_no=["1"] * 4,
        role=["line_holder"] * 4,
        phone=["07700 900 123", "+447700900123", "07700900123", "07700900123"],
    )
    result = find_hotspots(
        Tables({"intelligence_logs": logs, "log_subjects": people}), town(), Month("2018-12"), SETTINGS, {}
    )
    lines = result.markets[result.markets["kind"] == "line"]
    assert lines["market_id"].tolist() == ["LP0001"]
    assert (result.record_markets["market_id"] == "LP0001").sum() == 4
    shown = result.markets.to_csv() + result.record_markets.to_csv() + result.hotspots.to_csv()
    assert "7700900123" not in shown


def test_markets_keep_ids_through_moves_splits_and_silence() -> None:
    grid_areas = town()
    from market_profile.geography.grid import make_grid

    grid = make_grid(grid_areas.boundary, 200)
    none = pd.DataFrame(columns=["market_id", "cell_id", "first_month", "last_month"], dtype="str")

    def flags(*cells: tuple[int, int]) -> np.ndarray:
        surface = np.zeros(grid.shape, dtype=bool)
        for row, column in cells:
            surface[row, column] = True
        return surface

    score = np.arange(400.0).reshape(20, 20)
    first = join_markets(flags((2, 2), (2, 3), (10, 10)), score, grid, Month("2019-01"), none)
    # the best score is named first
    assert first.cells["market_id"].tolist() == ["P0001", "P0002", "P0002"]
    second = join_markets(flags((2, 3), (2, 4), (15, 15)), score, grid, Month("2019-02"), first.cells)
    now = second.cells.set_index("cell_id")["market_id"]
    assert now[grid.cell_ids(np.array([2 * 20 + 4]))[0]] == "P0002"
    assert now[grid.cell_ids(np.array([15 * 20 + 15]))[0]] == "P0003"
    assert now[grid.cell_ids(np.array([10 * 20 + 10]))[0]] == "P0001"  # silent, kept for six months
    later = join_markets(flags((2, 3)), score, grid, Month("2019-09"), second.cells)
    assert set(later.cells["market_id"]) == {"P0002"}


def test_cell_ids_of_another_grid_are_not_found() -> None:
    from market_profile.geography.grid import make_grid

    grid = make_grid(town().boundary, 200)
    assert locate_cells(pd.Series(["E9999N9999", "nonsense"]), grid).tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("history", "word"),
    [
        ([0, 0, 0, 0, 0, 0, 1], "new"),
        ([1, 1, 1, 1, 1, 1, 1], "persistent"),
        ([0, 0, 0, 0, 0, 1, 1], "emerging"),
        ([0, 0, 0, 1, 1, 1, 0], "fading"),
    ],
)
def test_persistence_rules(history: list[int], word: str) -> None:
    flags = np.array(history, dtype=float)[:, None, None] * np.ones((1, 1, 1))
    assert persistence(flags, 3)[0, 0] == word
