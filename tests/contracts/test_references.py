"""No two keys give one reference, a reference tells its log, and one without a slash in its parts is as it was."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.references import is_of_logs, joined_key, parents_of

PARTS = ("A", "B", "A/B", "/", "\\", "A\\", "A\\/B", "B/", "/B", "\\/", "1")
DAY = "2018-10-01"
KEYS: dict[str, list[tuple[str, ...]]] = {
    "seizures": list(itertools.product(PARTS, PARTS)),
    "log_subjects": list(itertools.product(PARTS, PARTS)),
    "log_links": [(*key, "supplies") for key in itertools.product(PARTS, PARTS, PARTS)],
    "operations": [(*key, DAY) for key in itertools.product(PARTS, ("", *PARTS), PARTS)],
    "treatment": [(a, DAY, b, c) for a in PARTS for b in ("", *PARTS) for c in (DAY, "")],
    "partner_observations": list(itertools.product(PARTS, PARTS)),
    "case_forum": [(a, DAY) for a in PARTS],
    "court_orders": [(a, "drr", DAY, b) for a in PARTS for b in (DAY, "")],
}


def _joined(kind: str, keys: list[tuple[str, ...]]) -> pd.Series:
    return joined_key(KINDS[kind], [pd.Series(part, dtype="str") for part in zip(*keys, strict=True)], _index(keys))


def _index(keys: list[tuple[str, ...]]) -> pd.Index:
    return pd.RangeIndex(len(keys))


@pytest.mark.parametrize("kind", KEYS)
def test_no_two_keys_give_one_reference(kind: str) -> None:
    assert len(set(KEYS[kind])) == len(KEYS[kind])
    assert _joined(kind, KEYS[kind]).is_unique


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values() if kind.key])
def test_a_key_without_slashes_is_joined_by_slashes(kind: str) -> None:
    parts = tuple(f"x{number}" for number in range(len(KINDS[kind].key)))
    assert _joined(kind, [parts]).tolist() == ["/".join(parts)]


def test_the_references_most_often_written_with_a_slash_stand_as_written() -> None:
    assert _joined("seizures", [("SZ19", "JS/1")]).tolist() == ["SZ19/JS/1"]
    assert _joined("log_subjects", [("HX/18/1", "2")]).tolist() == ["HX/18/1/2"]


@pytest.mark.parametrize("kind", ["log_subjects", "log_links"])
def test_a_reference_tells_its_log(kind: str) -> None:
    assert parents_of(KINDS[kind], _joined(kind, KEYS[kind])).tolist() == [key[0] for key in KEYS[kind]]


def test_references_of_a_log_are_told_from_those_of_a_log_with_a_longer_name() -> None:
    refs = pd.Series(["A/1", "A/B/1", "A", "A/B"], dtype="str")
    assert is_of_logs(refs, {"A/B"}, "log_subjects").tolist() == [False, True, False, False]
    assert is_of_logs(refs, {"C", "A"}, "log_subjects").tolist()[:2] == [True, False]
    assert is_of_logs(refs, {"A"}, "intelligence_logs").tolist() == [False, False, True, False]
    unkind = pd.Series(["A/B/1", "A/B/1/2/supplies", "C", None])
    assert is_of_logs(unkind, {"A/B"}).tolist() == [True, True, False, False]
