"""A fictional town with its planted truth, by mention."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.mentions import MENTION_KEY, collect_mentions
from market_profile.settings import load_settings
from market_profile.sources import Known, load_areas, read_inbox
from market_profile.synthetic import Plan, write_town


@dataclass(frozen=True)
class Town:
    """``person`` (planted), ``known`` (the truth holds it) and ``dated`` by mention, in the order of the mentions."""

    tables: Tables
    month: Month
    mentions: pd.DataFrame
    person: np.ndarray
    known: np.ndarray
    dated: np.ndarray
    people: pd.DataFrame


def make_town(folder: Path, logs: int, months: int, seed: int, month: Month) -> Town:
    """Write a town into ``folder`` and read it through the sources."""
    write_town(folder, Plan(logs=logs, months=months, seed=seed))
    settings = load_settings(folder, tuple(KINDS))
    intake = read_inbox(folder, settings, load_areas(folder, settings), Known())
    frames = {
        kind: rows.sort_values("version", kind="stable").drop_duplicates("record_ref", keep="last")
        for kind, rows in intake.accepted.items()
    }
    truth, people = (
        pd.read_csv(folder / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("mentions", "persons")
    )
    tables = Tables(frames)
    mentions = collect_mentions(tables, month)
    planted = truth.drop_duplicates(MENTION_KEY).set_index(MENTION_KEY)["person_id"]
    person = planted.reindex(pd.MultiIndex.from_frame(mentions[MENTION_KEY])).fillna("").to_numpy()
    dated = mentions["date_of_birth"].notna().to_numpy()
    return Town(tables, month, mentions, person, person != "", dated, people)


def same_name_relatives(town: Town, ids: np.ndarray) -> tuple[int, int]:
    """Count pairs of relatives of one name whose dated mentions share a nominal, and all such pairs."""
    family = town.people[town.people["family"].ne("")]
    family = family[family.duplicated(["family", "forename", "surname"], keep=False)]
    rows = town.known & town.dated
    of_person = pd.Series(ids[rows]).groupby(town.person[rows]).agg(set)
    pairs = [[p for p in part if p in of_person.index] for _, part in family.groupby("family")["person_id"]]
    both = [(of_person[pair[0]], of_person[pair[1]]) for pair in pairs if len(pair) == 2]
    return sum(bool(a & b) for a, b in both), len(both)
