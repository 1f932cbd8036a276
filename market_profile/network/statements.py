"""Every tie as dated statements: what one record says of two people, how it was graded and from which source.

People, records and sources stand as categories, so that rows are joined, ordered and counted by whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.network import grades
from market_profile.network.codes import Ints, codes_of, distinct, is_one_of, ordered, places
from market_profile.network.evidence import LOGS, Evidence, mentioned
from market_profile.terms import Relation

STATEMENT_COLUMNS = (
    "source_id",
    "target_id",
    "relation",
    "kind",
    "record_ref",
    "observed_at",
    "source_key",
    "grade",
    "weight",
    "handling",
    "stream",
    "is_direct",
    "is_suspected_false",
    "is_stated",
    "match_probability",
)

UNDIRECTED = (Relation.ASSOCIATES.value, Relation.LIVES_WITH.value)
RELATION = pd.CategoricalDtype(sorted(relation.value for relation in Relation))
KIND = pd.CategoricalDtype(["arrests", LOGS, "seizures", "test_purchases"])

CO_MENTION_FACTOR = 0.3
"""Two people in one log without a stated link were at most seen together: a weak tie."""

LARGEST_GROUP = 12
"""A log or an arrest day with more people says nothing of any one pair; its pairs are not made."""

CO_ARREST_FACTOR = 0.4
"""Arrested in one operation on one day: often one line, sometimes only one briefing."""

RECORD_COLUMNS = [
    "record_ref", "source_key", "kind", "observed_at", "grade", "weight", "handling", "stream", "is_direct",
    "is_suspected_false",
]  # fmt: skip


@dataclass(frozen=True)
class _Said:
    """What some records say of pairs: the ``records`` (RECORD_COLUMNS), and by statement the row of its record, its two
    people, the code of its relation, whether it is stated outright, which share of the record's weight it has, and how
    sure the match is."""

    records: pd.DataFrame
    record: Ints
    source: Ints
    target: Ints
    relation: Ints
    is_stated: np.ndarray
    share: np.ndarray
    match: np.ndarray


def tie_statements(evidence: Evidence, since: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return the statements on pairs of nominals (on what happened from ``since`` on), sorted; undirected relations
    have the smaller id first.

    A log that states a link between two people makes no co-mention of them.
    """
    said = [_logged(evidence, since), _seized_together(evidence, since), _arrested_together(evidence, since)]
    records, both = _records([one.records for one in said]), _joined(said)
    one, other, relation = both.source, both.target, both.relation
    swap = np.isin(relation, places(pd.Index(UNDIRECTED), RELATION.categories)) & (one > other)
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    people, kinds = len(evidence.names), len(RELATION.categories)
    source, ref = (codes_of(records[name])[both.record] for name in ("source_key", "record_ref"))
    rows = np.flatnonzero(one != other)
    keys = (source * len(records) + ref, (one * people + other) * kinds + relation)
    order = rows[np.lexsort([key[rows] for key in keys])]
    ids = pd.CategoricalDtype(evidence.names)
    frame = records.take(both.record[order]).reset_index(drop=True)
    return frame.assign(
        source_id=pd.Categorical.from_codes(one[order], dtype=ids),
        target_id=pd.Categorical.from_codes(other[order], dtype=ids),
        relation=pd.Categorical.from_codes(relation[order], dtype=RELATION),
        is_stated=both.is_stated[order],
        weight=frame["weight"].to_numpy() * both.share[order],
        match_probability=both.match[order],
    )[list(STATEMENT_COLUMNS)]


def _records(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return all records, one part after the other, references and sources as categories in order."""
    records = pd.concat(parts, ignore_index=True)
    for column in ("record_ref", "source_key"):
        names, code = ordered(records[column])
        records[column] = pd.Categorical.from_codes(code, categories=names)
    return records


def _joined(said: Sequence[_Said]) -> _Said:
    """Return what all say, one after the other; rows of records count through."""
    first = np.cumsum([0, *(len(one.records) for one in said)]).tolist()
    return _Said(
        said[0].records,
        np.concatenate([one.record + start for one, start in zip(said, first, strict=False)]),
        np.concatenate([one.source for one in said]),
        np.concatenate([one.target for one in said]),
        np.concatenate([one.relation for one in said]),
        np.concatenate([one.is_stated for one in said]),
        np.concatenate([one.share for one in said]),
        np.concatenate([one.match for one in said]),
    )


def direct(refs: pd.Series, kind: str, observed_at: pd.Series) -> pd.DataFrame:
    """Return records of what officers did (RECORD_COLUMNS); each is its own source."""
    return pd.DataFrame(
        {
            "record_ref": refs.astype("str"),
            "source_key": kind + ":" + refs.astype("str"),
            "kind": constant(kind, KIND, refs.index),
            "observed_at": observed_at,
            "grade": constant(grades.DIRECT, grades.grade_type(), refs.index),
            "weight": grades.DIRECT_WEIGHT,
            "handling": constant("P", grades.HANDLING, refs.index),
            "stream": constant("discovered", grades.STREAM, refs.index),
            "is_direct": True,
            "is_suspected_false": False,
        },
        index=refs.index,
    )


def logged(logs: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ``Evidence.logs`` as records (RECORD_COLUMNS)."""
    rows = logs.rename(columns={"urn": "record_ref"})
    return rows.assign(kind=constant(LOGS, KIND, rows.index), is_direct=False)[RECORD_COLUMNS]


def constant(value: str, dtype: pd.CategoricalDtype, index: pd.Index) -> pd.Series:
    """Return ``value`` of ``dtype`` for all of ``index``."""
    code = np.full(len(index), dtype.categories.get_loc(value), dtype=np.int8)
    return pd.Series(pd.Categorical.from_codes(code, dtype=dtype), index=index)


def linked_pairs(evidence: Evidence) -> Ints:
    """Return the pairs of people whom some log ties outright: one number (``pairs_of``) a link."""
    source, target = (evidence.links[end].to_numpy() for end in ("source", "target"))
    return pairs_of(source, target, max(len(evidence.names), 1))


def pairs_of(one: Ints, other: Ints, count: int) -> Ints:
    """Return one number for each two of ``count`` people, whichever comes first."""
    return np.minimum(one, other) * count + np.maximum(one, other)


def _logged(evidence: Evidence, since: pd.Timestamp | None) -> _Said:
    """Return what logs state of two people, then whom they name together."""
    recent = np.ones(len(evidence.logs), dtype=bool)
    if since is not None:
        recent = (evidence.logs["observed_at"] >= since).to_numpy()
    links = evidence.links[recent[evidence.links["log"].to_numpy()]]
    log, one, other = _co_mentions(evidence, recent, links)
    place = np.cumsum(recent) - 1
    together = np.full(len(log), RELATION.categories.get_loc(Relation.ASSOCIATES.value))
    return _Said(
        logged(evidence.logs[recent]),
        place[np.concatenate([links["log"].to_numpy(), log])],
        np.concatenate([links["source"].to_numpy(), one]),
        np.concatenate([links["target"].to_numpy(), other]),
        np.concatenate([places(links["relation"], RELATION.categories), together]),
        np.repeat([True, False], [len(links), len(log)]),
        np.repeat([1.0, CO_MENTION_FACTOR], [len(links), len(log)]),
        np.concatenate([links["match_probability"].to_numpy(), np.ones(len(log))]),
    )


def _co_mentions(evidence: Evidence, recent: np.ndarray, links: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Return log and two people, the smaller first, of pairs named in one ``recent`` log that ties them by no link."""
    count = max(len(evidence.names), 1)
    log, person = (evidence.subjects[name].to_numpy() for name in ("log", "person"))
    told = recent[log]
    people = distinct(log[told] * count + person[told])
    log, person = people // count, people % count
    one, other = pairs_within(log)
    source, target = (links[end].to_numpy() for end in ("source", "target"))
    first = np.searchsorted(people, links["log"].to_numpy() * count + np.minimum(source, target))
    tied = first * count + np.maximum(source, target)
    fresh = ~is_one_of(one * count + person[other], tied)
    one, other = one[fresh], other[fresh]
    return log[one], person[one], person[other]


def pairs_within(group: Ints) -> tuple[Ints, Ints]:
    """Return the pairs of rows of one ``group`` (in order), the earlier first; groups above LARGEST_GROUP make none.

    Example:
        >>> [rows.tolist() for rows in pairs_within(np.array([3, 5, 5, 5]))]
        [[1, 1, 2], [2, 3, 3]]
    """
    start = np.flatnonzero(np.diff(group, prepend=-1))
    size = np.diff(np.append(start, len(group)))
    place = np.arange(len(group))
    left = np.repeat(start + size, size) - place - 1
    left[np.repeat(size > LARGEST_GROUP, size)] = 0
    one = np.repeat(place, left)
    return one, one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(left) - left, left)


def _seized_together(evidence: Evidence, since: pd.Timestamp | None) -> _Said:
    rows = mentioned(evidence, "seizures", ("seizure_ref", "seized_at"))
    rows = rows[rows["seized_at"] < evidence.month.end].rename(columns={"seized_at": "observed_at"})
    people = rows[["seizure_ref", "observed_at", "person"]].drop_duplicates(["seizure_ref", "person"])
    pairs = _pairs(people.sort_values(["seizure_ref", "person"], kind="stable"), ["seizure_ref", "observed_at"], since)
    return _together(pairs, direct(pairs["seizure_ref"], "seizures", pairs["observed_at"]))


def _arrested_together(evidence: Evidence, since: pd.Timestamp | None) -> _Said:
    rows = mentioned(evidence, "arrests", ("operation", "arrested_at"))
    rows = rows[(rows["arrested_at"] < evidence.month.end) & (rows["operation"].astype("str") != "")]
    rows = rows.assign(observed_at=rows["arrested_at"].dt.floor("D"))
    people = rows[["operation", "observed_at", "person"]].drop_duplicates()
    group = ["operation", "observed_at"]
    pairs = _pairs(people.sort_values([*group, "person"], kind="stable"), group, since)
    refs = pairs["operation"].astype("str") + "/" + pairs["observed_at"].dt.strftime("%Y-%m-%d")
    return _together(pairs, direct(refs, "arrests", pairs["observed_at"]).assign(is_direct=False), CO_ARREST_FACTOR)


def _together(pairs: pd.DataFrame, records: pd.DataFrame, share: float = 1.0) -> _Said:
    """Return the ``pairs``, one a record, as people who were met together."""
    count = len(pairs)
    relation = np.full(count, RELATION.categories.get_loc(Relation.ASSOCIATES.value))
    source, target = (pairs[end].to_numpy() for end in ("source", "target"))
    is_stated = np.ones(count, dtype=bool)
    return _Said(records, np.arange(count), source, target, relation, is_stated, np.full(count, share), np.ones(count))


def _pairs(people: pd.DataFrame, group: list[str], since: pd.Timestamp | None) -> pd.DataFrame:
    """Return pairs of people of one ``group`` (source before target), met from ``since`` on."""
    size = people.groupby(group, sort=False)["person"].transform("size")
    people = people[(size > 1) & (size <= LARGEST_GROUP)]
    if since is not None:
        people = people[people["observed_at"] >= since]
    left = people.rename(columns={"person": "source"})
    pairs = left.merge(people.rename(columns={"person": "target"}), on=group)
    return pairs[pairs["source"] < pairs["target"]].reset_index(drop=True)
