"""Against the planted truth of a fictional town (a seed that no setting was chosen on); prints the table."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import NO_JUDGEMENTS
from scores import agreement
from towns import Town, make_town, same_name_relatives

from market_profile.periods import Month
from market_profile.resolve import resolve_nominals
from market_profile.resolve.mentions import MENTION_KEY
from market_profile.room_settings import ResolveSettings

MONTH = Month("2018-06")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("town"), logs=2500, months=6, seed=301, month=MONTH)


def test_pair_f1_on_a_fictional_town(town: Town) -> None:
    found = resolve_nominals(town.tables, MONTH, {}, NO_JUDGEMENTS, ResolveSettings())
    assert town.known.mean() > 0.9
    ids = found.records["nominal_id"].to_numpy()
    table = {}
    dated = town.dated
    for name, rows in (("all", town.known), ("born", town.known & dated), ("undated", town.known & ~dated)):
        table[name] = agreement(ids[rows], town.person[rows].astype(str))
        print(f"\n{name}: " + " ".join(f"{key} {value:.3f}" for key, value in table[name].items()))
    assert table["born"]["pair_f1"] >= 0.97
    assert table["undated"]["pair_f1"] >= 0.80
    assert table["all"]["precision"] >= 0.90
    merged, pairs = same_name_relatives(town, ids)
    print(f"relatives of one name merged: {merged} of {pairs}")
    assert merged <= 0.02 * pairs
    assert np.isfinite(found.records["match_probability"]).all()


def test_a_month_on_top_of_what_stands(town: Town) -> None:
    settings = ResolveSettings()
    first = resolve_nominals(town.tables, Month("2018-05"), {}, NO_JUDGEMENTS, settings)
    second = resolve_nominals(town.tables, MONTH, first.state, NO_JUDGEMENTS, settings)
    before, after = (found.records.set_index(MENTION_KEY)["nominal_id"] for found in (first, second))
    changed = after.reindex(before.index) != before
    print(f"\nids changed by a month of {len(after) / len(before) - 1:.0%} new mentions: {changed.mean():.2%}")
    assert changed.mean() <= 0.015  # the month adds a fifth; the bar of .6 % is for a twentieth
    assert second.events["records"].sum() == changed.sum()
    again = resolve_nominals(town.tables, MONTH, first.state, NO_JUDGEMENTS, settings)
    assert again.records.equals(second.records) and again.events.equals(second.events)
