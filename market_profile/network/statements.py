"""Every tie as dated statements: what one record says of two people, how it was graded and from which source."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network import grades
from market_profile.network.codes import Ints, ordered, places
from market_profile.network.evidence import Evidence
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
    "provenance",
    "stream",
    "is_direct",
    "is_suspected_false",
    "is_stated",
    "match_probability",
)

UNDIRECTED = (Relation.ASSOCIATES.value, Relation.LIVES_WITH.value)

CO_MENTION_FACTOR = 0.3
"""Two people in one log without a stated link were at most seen together: a weak tie."""

LARGEST_GROUP = 12
"""A log or an arrest day with more people says nothing of any one pair; its pairs are not made."""

CO_ARREST_FACTOR = 0.4
"""Arrested in one operation on one day: often one line, sometimes only one briefing."""


def tie_statements(evidence: Evidence) -> pd.DataFrame:
    """Return all statements on pairs of nominals, sorted; undirected relations have the smaller id first.

    A log that states a link between two people makes no co-mention of them.
    """
    parts = [evidence.links, _co_mentions(evidence), _seized_together(evidence), _arrested_together(evidence)]
    frame = pd.concat([part[list(STATEMENT_COLUMNS)] for part in parts], ignore_index=True)
    one, other = (places(frame[end], evidence.names) for end in ("source_id", "target_id"))
    names, relation = ordered(frame["relation"])
    swap = np.isin(relation, np.flatnonzero(names.isin(UNDIRECTED))) & (one > other)
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    rows = np.flatnonzero(one != other)
    order = rows[np.lexsort((relation[rows], other[rows], one[rows]))]
    order = _finely(order, (one, other, relation), frame[["source_key", "record_ref"]])
    ends = {"source_id": evidence.names.take(one[order]), "target_id": evidence.names.take(other[order])}
    return frame.take(order).reset_index(drop=True).assign(**ends)


def _finely(order: Ints, keys: tuple[Ints, ...], texts: pd.DataFrame) -> Ints:
    """Return ``order`` with rows of equal ``keys`` in order of their ``texts``."""
    is_same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        is_same &= np.diff(key[order]) == 0
    several = np.append(is_same, False) | np.append(False, is_same) if len(order) else np.zeros(0, dtype=bool)
    among = order[several]
    codes = [ordered(texts[name].take(among))[1] for name in texts.columns]
    order = order.copy()
    order[several] = among[np.lexsort((*codes[::-1], *(key[among] for key in keys[::-1])))]
    return order


def direct(frame: pd.DataFrame, kind: str, provenance: str) -> pd.DataFrame:
    """Return ``frame`` with the columns of a direct statement (``record_ref`` is its own source) filled."""
    return frame.assign(
        kind=kind,
        source_key=kind + ":" + frame["record_ref"].astype("str"),
        grade="direct",
        weight=grades.DIRECT_WEIGHT,
        handling="P",
        provenance=provenance,
        stream="discovered",
        is_direct=True,
        is_suspected_false=False,
        is_stated=True,
        match_probability=1.0,
    )


def mentioned(evidence: Evidence, kind: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of ``kind`` that were resolved to a nominal, with ``nominal_id``, sorted by record_ref."""
    own = evidence.mentions.loc[evidence.mentions["kind"] == kind, ["record_ref", "nominal_id"]]
    frame = evidence.tables.get(kind)[["record_ref", *columns]]
    return frame.merge(own, on="record_ref").sort_values("record_ref", kind="stable").reset_index(drop=True)


def linked_pairs(evidence: Evidence) -> Ints:
    """Return the pairs of people, either way round, whom some log ties outright: one number a pair, in order.

    The number of a pair is that of the first person times the number of all people, plus that of the second.
    """
    source, target = (evidence.links[end].to_numpy() for end in ("source", "target"))
    count = len(evidence.names)
    return np.unique(np.concatenate([source * count + target, target * count + source]))


def _co_mentions(evidence: Evidence) -> pd.DataFrame:
    count = max(len(evidence.names), 1)
    people = np.unique(evidence.subjects["log"].to_numpy() * count + evidence.subjects["person"].to_numpy())
    log, person = people // count, people % count
    one, other = pairs_within(log)
    source, target = (evidence.links[end].to_numpy() for end in ("source", "target"))
    first = evidence.links["log"].to_numpy() * count + np.minimum(source, target)
    _, number = np.unique(np.concatenate([people[one], first]), return_inverse=True)
    pair = number * count + np.concatenate([person[other], np.maximum(source, target)])
    fresh = ~np.isin(pair[: len(one)], pair[len(one) :])
    one, other = one[fresh], other[fresh]
    frame = evidence.logs.take(log[one]).reset_index(drop=True).rename(columns={"urn": "record_ref"})
    return frame.assign(
        source_id=evidence.names.take(person[one]),
        target_id=evidence.names.take(person[other]),
        relation=Relation.ASSOCIATES.value,
        weight=frame["weight"] * CO_MENTION_FACTOR,
        kind="intelligence_logs",
        is_direct=False,
        is_stated=False,
        match_probability=1.0,
    )


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


def _seized_together(evidence: Evidence) -> pd.DataFrame:
    rows = mentioned(evidence, "seizures", ("seizure_ref", "seized_at"))
    rows = rows[rows["seized_at"] < evidence.month.end]
    people = rows[["seizure_ref", "seized_at", "nominal_id"]].drop_duplicates(["seizure_ref", "nominal_id"])
    pairs = _pairs(people.sort_values(["seizure_ref", "nominal_id"], kind="stable"), ["seizure_ref", "seized_at"])
    pairs = pairs.rename(columns={"seizure_ref": "record_ref", "seized_at": "observed_at"})
    return direct(pairs, "seizures", "officer").assign(relation=Relation.ASSOCIATES.value)[list(STATEMENT_COLUMNS)]


def _arrested_together(evidence: Evidence) -> pd.DataFrame:
    rows = mentioned(evidence, "arrests", ("operation", "arrested_at"))
    rows = rows[(rows["arrested_at"] < evidence.month.end) & (rows["operation"].astype("str") != "")]
    rows = rows.assign(observed_at=rows["arrested_at"].dt.floor("D"))
    people = rows[["operation", "observed_at", "nominal_id"]].drop_duplicates()
    group = ["operation", "observed_at"]
    pairs = _pairs(people.sort_values([*group, "nominal_id"], kind="stable"), group)
    pairs["record_ref"] = pairs["operation"].astype("str") + "/" + pairs["observed_at"].dt.strftime("%Y-%m-%d")
    return direct(pairs, "arrests", "officer").assign(
        relation=Relation.ASSOCIATES.value, weight=grades.DIRECT_WEIGHT * CO_ARREST_FACTOR, is_direct=False
    )[list(STATEMENT_COLUMNS)]


def _pairs(people: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    size = people.groupby(group, sort=False)["nominal_id"].transform("size")
    people = people[(size > 1) & (size <= LARGEST_GROUP)]
    left = people.rename(columns={"nominal_id": "source_id"})
    pairs = left.merge(people.rename(columns={"nominal_id": "target_id"}), on=group)
    return pairs[pairs["source_id"] < pairs["target_id"]].reset_index(drop=True)
