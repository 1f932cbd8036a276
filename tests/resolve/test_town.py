"""Against the planted truth of a fictional town (a seed that no setting was chosen on); prints the table."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import NO_JUDGEMENTS
from scores import agreement

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve import resolve_nominals
from market_profile.resolve.mentions import MENTION_KEY, collect_mentions
from market_profile.settings import ResolveSettings, load_settings
from market_profile.sources import Known, load_areas, read_inbox
from market_profile.synthetic import Plan, write_town

MONTH = Month("2018-06")


@pytest.fixture(scope="module")
def mentions_and_truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("town")
    write_town(folder, Plan(logs=2500, months=6, seed=301))
    settings = load_settings(folder, tuple(KINDS))
    intake = read_inbox(folder, settings, load_areas(folder, settings), Known())
    frames = {
        kind: frame.sort_values("version", kind="stable").drop_duplicates("record_ref", keep="last")
        for kind, frame in intake.accepted.items()
    }
    truth = pd.read_csv(folder / "truth" / "mentions.csv", dtype=str, keep_default_na=False)
    return Tables(frames), truth


def test_pair_f1_on_a_fictional_town(mentions_and_truth: tuple[Tables, pd.DataFrame]) -> None:
    tables, truth = mentions_and_truth
    found = resolve_nominals(tables, MONTH, {}, NO_JUDGEMENTS, ResolveSettings())
    mentions = collect_mentions(tables, MONTH)
    planted = truth.drop_duplicates(MENTION_KEY).set_index(MENTION_KEY)["person_id"]
    person = planted.reindex(pd.MultiIndex.from_frame(mentions[MENTION_KEY])).to_numpy()
    known = pd.notna(person) & (person != "")
    assert known.mean() > 0.9
    dated = (mentions["dob_year"] > 0).to_numpy()
    ids = found.records["nominal_id"].to_numpy()
    table = {}
    for name, rows in (("all", known), ("date of birth known", known & dated), ("not known", known & ~dated)):
        table[name] = agreement(ids[rows], person[rows].astype(str))
        print(f"\n{name}: " + " ".join(f"{key} {value:.3f}" for key, value in table[name].items()))
    assert table["date of birth known"]["pair_f1"] >= 0.95
    assert table["all"]["pair_f1"] >= 0.66  # the assembled peers of PEERS.md at their best
    assert np.isfinite(found.records["match_probability"]).all()
