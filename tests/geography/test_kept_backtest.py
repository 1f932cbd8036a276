"""Past months are scored once: with a memory, an empty one and none at all the room gives the same."""

from __future__ import annotations

import pandas as pd
import pytest
from places import planted, town

from market_profile.contracts.tables import Tables
from market_profile.geography import Geography, find_hotspots
from market_profile.kept import NOTHING, Kept, Memory
from market_profile.periods import Month
from market_profile.room_settings import GeographySettings

MONTH = Month("2020-02")


class Counting(Memory):
    """A memory that counts what it found."""

    def __init__(self) -> None:
        super().__init__()
        self.found, self.missed = 0, 0

    def look(self, room: str, key: str) -> dict[str, pd.DataFrame] | None:
        """Return what is kept, counted."""
        frames = super().look(room, key)
        self.found, self.missed = self.found + (frames is not None), self.missed + (frames is None)
        return frames


def logs_of_two_years() -> pd.DataFrame:
    """Return more months of logs than a forecast looks back."""
    return planted(months=20, background=40, hot=15)


def profile(month: Month, kept: Kept) -> Geography:
    logs = logs_of_two_years()
    tables = Tables({"intelligence_logs": logs[logs["submitted_at"] < month.end]})
    return find_hotspots(tables, town(), month, GeographySettings(), {}, kept)


@pytest.fixture(scope="module")
def memory() -> Counting:
    memory = Counting()
    profile(MONTH.previous(), memory)
    return memory


def test_next_month_scores_the_new_month_alone_and_says_the_same(memory: Counting) -> None:
    memory.found, memory.missed = 0, 0
    carried = profile(MONTH, memory)
    assert (memory.found, memory.missed) == (5, 1)
    plain, empty = profile(MONTH, NOTHING), profile(MONTH, Memory())
    assert plain.backtest["months"].eq(6).all()
    for other in (carried, empty):
        assert (other.chosen_method, other.choice_reason) == (plain.chosen_method, plain.choice_reason)
        for name in ("backtest", "hotspots", "markets", "maup", "record_markets"):
            pd.testing.assert_frame_equal(getattr(other, name), getattr(plain, name), check_exact=True)


def test_a_late_record_is_scored_again(memory: Counting) -> None:
    memory.found, memory.missed = 0, 0
    logs = logs_of_two_years()
    late = logs[logs["submitted_at"] < MONTH.start].tail(1)
    at = MONTH.plus(-3).start + pd.Timedelta(days=3)
    late = late.assign(urn="L1", record_ref="L1", event_from=at, event_to=at)
    tables = Tables({"intelligence_logs": pd.concat([logs, late], ignore_index=True)})
    found = find_hotspots(tables, town(), MONTH, GeographySettings(), {}, memory)
    plain = find_hotspots(tables, town(), MONTH, GeographySettings(), {})
    assert memory.missed == 4  # the month it happened in, and those that look back on it
    pd.testing.assert_frame_equal(found.backtest, plain.backtest, check_exact=True)
