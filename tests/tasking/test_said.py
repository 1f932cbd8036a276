"""What statements say of places, part by part and by whole arrays, equals one statement after another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from market_profile.kept import Memory
from market_profile.network import ground
from market_profile.tasking import said

END = np.datetime64("2019-02-01T00:00:00", "us")


def _world(seed: int, count: int = 400) -> tuple[pd.DataFrame, pd.DataFrame]:
    chance = np.random.default_rng(seed)
    when = pd.to_datetime("2018-06-01") + pd.to_timedelta(
        np.sort(chance.integers(0, 245 * 24 * 4, count)) * 15, unit="min"
    )
    logs = pd.DataFrame({"observed_at": when.astype("datetime64[us]"), "weight": chance.random(count).round(3)})
    logs[said.PLACE] = chance.integers(0, 900, (count, 2)).astype(float)
    at = pd.DataFrame(chance.integers(0, 900, (30, 2)).astype(float), columns=said.PLACE)
    at.iloc[3] = np.nan
    return logs, at


def _plain(row: pd.Series, logs: pd.DataFrame, hour: float, end: np.datetime64) -> tuple[float, float, float]:
    """Return hours, recency and grade of one place, statement by statement."""
    recency = best = inside = timed = 0.0
    for _, log in logs[logs["observed_at"] < end].iterrows():
        if not np.hypot(log["easting_m"] - row["easting_m"], log["northing_m"] - row["northing_m"]) <= said.EVIDENCE_M:
            continue
        age = (pd.Timestamp(end) - log["observed_at"]).total_seconds() / 86_400
        recency += log["weight"] * np.exp(-age / said.FADES_DAYS)
        best = max(best, log["weight"]) if age < said.FRESH_DAYS else best
        if log["observed_at"] != log["observed_at"].normalize():
            timed += 1
            apart = abs(log["observed_at"].hour + log["observed_at"].minute / 60 - hour)
            inside += min(apart, 24 - apart) <= said.BAND_HOURS
    fit = np.log((inside + said.UNKNOWN_HOURS) / (timed / 6 + said.UNKNOWN_HOURS)) if np.isfinite(hour) else 0.0
    return fit, np.log1p(recency), best


@pytest.mark.parametrize("most", [1, 50, 10**6])
def test_said_now_equals_one_statement_after_another(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(ground, "MOST_PAIRS", most)
    logs, at = _world(most)
    found, hours = said.said_now(at, said.seen_of(logs), END)
    middle = [(int(text[:2]) + 2) % 24 if text else np.nan for text in hours]
    plain = np.array([_plain(row, logs, middle[i], END) for i, (_, row) in enumerate(at.iterrows())])
    for column, name in enumerate(("hours", "recency", "grade")):
        assert found[name] == pytest.approx(plain[:, column], abs=1e-12)
    assert hours[3] == "" and (hours != "").any()


def test_said_before_reads_nothing_later() -> None:
    logs, at = _world(7)
    chance = np.random.default_rng(7)
    hour = np.where(chance.random(len(at)) < 0.1, np.nan, chance.integers(0, 96, len(at)) / 4)
    as_at = np.array(["2018-09-01", "2018-12-01", "2019-02-01"], dtype="datetime64[us]")[chance.integers(0, 3, len(at))]
    found = said.said_before(at, said.seen_of(logs), hour, as_at)
    plain = np.array([_plain(row, logs, hour[i], as_at[i]) for i, (_, row) in enumerate(at.iterrows())])
    for column, name in enumerate(("hours", "recency", "grade")):
        assert found[name] == pytest.approx(plain[:, column], abs=1e-12)


class _Counted(Memory):
    """A memory that counts what was new to it."""

    def __init__(self) -> None:
        super().__init__()
        self.new = 0

    def keep(self, room: str, key: str, frames: Mapping[str, pd.DataFrame]) -> None:
        self.new += 1
        super().keep(room, key, frames)


def test_what_was_said_before_a_past_month_is_kept_and_the_same() -> None:
    logs, at = _world(8)
    hour = np.full(len(at), 17.5)
    months = np.array(["2018-09-01", "2018-12-01", "2019-01-01"], dtype="datetime64[us]")
    as_at = months[np.arange(len(at)) % 3]
    memory, last_month = _Counted(), logs[logs["observed_at"] < months[2]]
    earlier = as_at < months[2]
    said.said_before(at[earlier], said.seen_of(last_month), hour[earlier], as_at[earlier], memory)
    assert memory.new == 2
    # a month later there are new statements, and attempts of one more month: what is asked of before stays
    plain = said.said_before(at, said.seen_of(logs), hour, as_at)
    for new in (1, 0):
        memory.new = 0
        found = said.said_before(at, said.seen_of(logs), hour, as_at, memory)
        assert memory.new == new
        for name, values in plain.items():
            assert found[name].tolist() == values.tolist()
    # a statement about August that comes late is heard in every later month
    late = pd.concat([logs.iloc[:1].assign(observed_at=logs["observed_at"].iloc[0], weight=0.9), logs])
    memory.new = 0
    found = said.said_before(at, said.seen_of(late), hour, as_at, memory)
    assert memory.new == 3
    assert (found["recency"] != plain["recency"]).any()
