"""The guard: births no slip explains, and nominals that contradict themselves parted and listed for review."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import MONTH, filler, logs_of, person

from market_profile.resolve.guard import births_apart, part_contradictions
from market_profile.resolve.link import Constraints
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import shipped_model
from market_profile.resolve.units import make_units

ONE, OTHER = "1984-03-17", "1991-11-28"


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (ONE, OTHER, True),
        (ONE, "1984-03-18", False),  # two parts agree
        ("1984-03-07", "1984-07-03", False),  # day and month swapped
        ("1984-03-17", "1985-03-18", False),  # two figures
        ("1984-03-17", "1986-05-18", True),  # three figures, no part agrees
    ],
)
def test_which_births_no_slip_explains(one: str, other: str, apart: bool) -> None:
    assert births_apart(pd.Series([one]), pd.Series([other])).tolist() == [apart]


def parted(births: list[str], same: list[tuple[int, int]]) -> list[int]:
    """Put one log a birth (one name, own phones) into one cluster and return the cluster of each mention."""
    logs = [[person("John Ravenscroft", born, phone=f"0770090010{n}")] for n, born in enumerate(births)]
    mentions = collect_mentions(logs_of([*logs, *filler()]), MONTH)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    clusters = np.arange(len(units.coded))
    clusters[units.of_mention[: len(births)]] = units.of_mention[: len(births)].min()
    pairs = pd.DataFrame(same, columns=["left", "right"], dtype="int64")
    judged = Constraints(pairs.iloc[:0], pairs)
    everything = np.ones(len(clusters), dtype=bool)
    found = part_contradictions(units.coded, clusters, everything, shipped_model(), units.evidence, judged)
    assert (len(found.pairs) > 0) == (len(np.unique(found.clusters[units.of_mention[: len(births)]])) > 1)
    return found.clusters[units.of_mention[: len(births)]].tolist()


def test_a_nominal_of_two_births_is_parted_and_slips_are_not() -> None:
    assert parted([ONE, ONE, OTHER, OTHER], []) == [0, 0, 2, 2]
    assert parted([ONE, ONE, ONE, OTHER], []) == [0, 0, 0, 0]  # written once: a slip
    assert parted([ONE, ONE, "1984-03-18", "1984-03-18"], []) == [0, 0, 0, 0]


def test_what_a_person_judged_the_same_stays_together() -> None:
    assert len(set(parted([ONE, ONE, OTHER, OTHER], [(0, 2)]))) == 1
