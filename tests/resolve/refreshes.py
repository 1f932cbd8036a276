"""Eight refreshes that each add five percent of a town's records, against one link of everything."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from cases import NO_JUDGEMENTS
from scores import agreement
from towns import Town

from market_profile.contracts.tables import Tables
from market_profile.resolve import resolve_nominals
from market_profile.resolve.mentions import MENTION_KEY
from market_profile.room_settings import ResolveSettings

_TIMES = {
    "test_purchases": "attempted_at",
    "seizures": "seized_at",
    "arrests": "arrested_at",
    "convictions": "convicted_on",
    "cohort_register": "accepted_on",
    "case_forum": "assessed_on",
    "court_orders": "made_on",
}


@dataclass(frozen=True)
class Refreshes:
    """Scores of the last refresh and of a full link, percent of ids changed a refresh, CPU seconds, ledger checks."""

    kept: dict[str, float]
    full: dict[str, float]
    changed_pct: list[float]
    seconds: list[float]
    full_s: float
    in_ledger: bool
    records: int

    @property
    def times_quicker(self) -> float:
        """How many times quicker the last four refreshes were, at their median, than the full link."""
        return self.full_s / float(np.median(self.seconds[-4:]))


def growing(town: Town, refreshes: int = 8, share: float = 0.05) -> Iterator[Tables]:
    """The town's records in order of time: a first stock, then ``refreshes`` times ``share`` more of what stands."""
    at = town.mentions["at"].fillna(pd.Timestamp("2000-01-01")).sort_values(kind="stable").to_numpy()
    for left in range(refreshes, -1, -1):
        cutoff = pd.Timestamp(at[int(len(at) / (1 + share) ** left) - 1])
        frames = dict(town.tables.frames)
        for kind, column in _TIMES.items():
            if kind in frames:
                rows = frames[kind]
                frames[kind] = rows[rows[column].isna() | (rows[column] <= cutoff)]
        logs = frames["intelligence_logs"]
        begun = logs["event_from"].fillna(logs["submitted_at"])
        frames["intelligence_logs"] = logs[begun.isna() | (begun <= cutoff)]
        subjects = frames["log_subjects"]
        frames["log_subjects"] = subjects[subjects["urn"].isin(frames["intelligence_logs"]["urn"])]
        yield Tables(frames)


def refreshed(town: Town, refreshes: int = 8) -> Refreshes:
    """Run the refreshes and the full link."""
    settings, state = ResolveSettings(), {}
    before: pd.Series | None = None
    changed, seconds, in_ledger = [], [], True
    for tables in growing(town, refreshes):
        start = _cpu_s()
        found = resolve_nominals(tables, town.month, state, NO_JUDGEMENTS, settings)
        seconds.append(_cpu_s() - start)
        ids = found.records.set_index(MENTION_KEY)["nominal_id"]
        if before is not None:
            moved = ids.reindex(before.index) != before
            changed.append(100 * float(moved.mean()))
            in_ledger &= int(moved.sum()) == int(found.events["records"].sum())
        before, state = ids, found.state
    start = _cpu_s()
    whole = resolve_nominals(tables, town.month, {}, NO_JUDGEMENTS, settings)
    full_s = _cpu_s() - start
    kept, full = (_scores(town, records) for records in (found.records, whole.records))
    return Refreshes(kept, full, changed, seconds[1:], full_s, in_ledger, len(found.records))


def _scores(town: Town, records: pd.DataFrame) -> dict[str, float]:
    ids = records.set_index(MENTION_KEY)["nominal_id"]
    found = ids.reindex(pd.MultiIndex.from_frame(town.mentions[MENTION_KEY])).to_numpy()
    return agreement(found[town.known], town.person[town.known].astype(str))


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
