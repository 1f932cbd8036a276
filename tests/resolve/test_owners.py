"""Mentions without a surname go to whom they weigh most with, and stay where that is not clear."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import MONTH, filler, groups, logs_of, person, resolve

from market_profile.contracts.tables import Tables
from market_profile.resolve.keys import blocking_keys
from market_profile.resolve.link import Constraints
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import shipped_model
from market_profile.resolve.moments import often
from market_profile.resolve.owners import Asking, Owned, find_owners
from market_profile.resolve.units import Units, make_units
from market_profile.resolve.weigh import Weigher

CORNER, ELSEWHERE = (530_000.0, 105_000.0), (536_000.0, 109_000.0)
WHITE, SMITH, BARE = 12, 3, 4
"""Mentions of Ioana White on the corner, of Ioana Smith elsewhere, and of an Ioana on the corner."""


def two_ioanas() -> Tables:
    """Logs L0001-L0012 Ioana White, L0013-L0015 Ioana Smith, L0016-L0019 somebody called Ioana, then others."""
    white = [[person("Ioana White", "1977-10-05", at=CORNER)] for _ in range(WHITE)]
    smith = [[person("Ioana Smith", "1990-03-21", at=ELSEWHERE)] for _ in range(SMITH)]
    bare = [[{"forenames": "Ioana", "at": CORNER}] for _ in range(BARE)]
    return logs_of([*white, *smith, *bare, *filler(30)])


class Case:
    """The two Ioanas with the bare mentions wrongly put to Ioana Smith."""

    def __init__(self, tables: Tables) -> None:
        mentions = collect_mentions(tables, MONTH)
        self.units: Units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
        unit = pd.Series(self.units.of_mention, index=mentions["record_ref"] + "/" + mentions["subject_no"])
        self.white, self.smith = int(unit["L0001/1"]), int(unit["L0013/1"])
        self.bare = np.array([unit[f"L{WHITE + SMITH + n:04d}/1"] for n in range(1, BARE + 1)])
        self.clusters = np.arange(len(self.units.coded), dtype=np.int64)
        self.clusters[self.bare] = self.smith

    def asked(
        self, judged: Constraints | None = None, held: bool = False, steady: float = 0.0, is_new: bool = True
    ) -> Owned:
        """Ask for owners; ``held``: all stood last month, but for Ioana Smith's if ``is_new``."""
        coded, evidence = self.units.coded, self.units.evidence
        stood = np.full(len(coded), held)
        stood[self.smith] = held and not is_new
        return find_owners(coded, self.clusters, Asking(
            keys=blocking_keys,
            scorer=lambda profiles: Weigher(profiles, shipped_model(), evidence.frequencies, evidence.persons),
            judged=judged or Constraints.none(), asked=None, held=stood, steady=steady,
        ))  # fmt: skip


@pytest.fixture
def case() -> Case:
    return Case(two_ioanas())


def test_they_go_to_the_one_met_there_in_those_weeks(case: Case) -> None:
    found = case.asked()
    assert (found.clusters[case.bare] == case.white).all()
    assert found.clusters[case.smith] == case.smith
    assert ((found.certainty[case.bare] > 0.5) & (found.certainty[case.bare] < 1)).all()
    assert found.certainty[case.white] == 1
    assert (case.clusters[case.bare] == case.smith).all()  # what was given is left as it was


def test_what_a_person_judged_stays(case: Case) -> None:
    pair = pd.DataFrame({"left": [case.smith], "right": [int(case.bare[0])]})
    found = case.asked(replace(Constraints.none(), same=pair))
    assert found.clusters[case.bare[0]] == case.smith
    assert (found.clusters[case.bare[1:]] == case.white).all()


def test_what_stood_last_month_needs_more(case: Case) -> None:
    assert (case.asked(held=True, steady=1.0).clusters[case.bare] == case.white).all()
    assert (case.asked(held=True, steady=30.0).clusters == case.clusters).all()


def test_a_cluster_without_anything_new_is_left_alone(case: Case) -> None:
    assert (case.asked(held=True, is_new=False).clusters == case.clusters).all()


def test_a_nameless_cluster_joins_only_a_clear_best(case: Case) -> None:
    case.clusters[case.bare] = case.bare[0]
    assert (case.asked().clusters[case.bare] == case.white).all()
    twins = Case(two_ioanas())
    units = twins.units.coded
    for name in ("dob", "dob_year", "surname", "surname_sound", "records"):
        units.columns[name][twins.smith] = units.columns[name][twins.white]
    times = often(units.lists["moments"], np.ones(len(units), dtype=bool))
    for name in ("spots", "quiet_spots", "places", "moments", *times):
        own = np.arange(len(units))
        own[twins.smith] = twins.white
        units.lists[name] = units.lists[name].take(own)
    twins.clusters[twins.bare] = twins.bare[0]
    assert (twins.asked().clusters == twins.clusters).all()


def test_two_named_in_one_log_are_not_brought_together() -> None:
    tables = two_ioanas()
    subjects = tables.frames["log_subjects"].copy()
    subjects.loc[subjects["urn"] == "L0017", ["urn", "subject_no", "record_ref"]] = ["L0016", "2", "L0016/2"]
    mentions = collect_mentions(tables.replace(log_subjects=subjects), MONTH)
    assert (mentions["record_ref"] == "L0016").sum() == 2
    ids = resolve(tables.replace(log_subjects=subjects)).records.set_index(["record_ref", "subject_no"])["nominal_id"]
    assert ids["L0016", "1"] != ids["L0016", "2"]


def test_the_whole_link_gives_them_to_ioana_white() -> None:
    found = groups(resolve(two_ioanas()))
    white = {f"L{n:04d}/1" for n in (*range(1, WHITE + 1), *range(WHITE + SMITH + 1, WHITE + SMITH + BARE + 1))}
    assert frozenset(white) in found


def test_weeks_count_and_not_years() -> None:
    tables = logs_of([[person("Ann Ravenscroft", "1984-03-17")] for _ in range(4)])
    days = pd.to_datetime(["2019-01-01", "2019-01-20", "2019-01-25", "2018-03-01"]).astype("datetime64[us]")
    tables = tables.replace(intelligence_logs=tables.frames["intelligence_logs"].assign(submitted_at=days))
    units = make_units(collect_mentions(tables, MONTH), np.zeros(4, dtype=bool)).coded
    moments = units.lists["moments"]
    assert len(units) == 1 and moments.times is not None
    # Days 43464, 43483, 43488 and 43158 since 1900: periods 724 and 719 from 0, 724 | 725 and 719 from day 30.
    assert dict(zip(moments.values.tolist(), moments.times.tolist(), strict=True)) == {
        1438: 1, 1439: 1, 1448: 3, 1449: 1, 1451: 2,
    }  # fmt: skip
    named, bare = (often(moments, np.array([is_named])) for is_named in (True, False))
    assert named["often_3"].values.tolist() == [1448] and named["often_8"].values.tolist() == []
    assert bare["often_8"].values.tolist() == moments.values.tolist()
