"""Every tie as dated statements: what one record says of two people, how it was graded and from which source."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.network import grades
from market_profile.periods import Month
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


@dataclass(frozen=True)
class Evidence:
    """The records of the window, joined to nominals and grades once for all rules.

    ``logs``: urn, observed_at, source_key, grade, weight, handling, provenance, stream, is_suspected_false, places.
    ``subjects``: log_subjects joined with ``logs`` and ``nominal_id``. ``mentions``: the resolution's records.
    """

    logs: pd.DataFrame
    subjects: pd.DataFrame
    mentions: pd.DataFrame
    tables: Tables
    month: Month


def gather(tables: Tables, mentions: pd.DataFrame, month: Month) -> Evidence:
    """Return the evidence before the month's end; ``mentions`` is the ``records`` frame of the resolution."""
    logs = tables.get("intelligence_logs")
    logs = logs[logs["submitted_at"] < month.end].sort_values("urn", kind="stable")
    observed = logs["event_from"].fillna(logs["submitted_at"])
    graded = pd.DataFrame(
        {
            "urn": logs["urn"].astype("str"),
            "observed_at": observed.where(observed <= logs["submitted_at"], logs["submitted_at"]),
            "submitted_at": logs["submitted_at"],
            "source_key": grades.source_key(logs),
            "grade": logs["source_evaluation"].astype("str") + logs["intelligence_assessment"].astype("str"),
            "weight": grades.grade_weight(logs),
            "handling": grades.handling(logs),
            "provenance": logs["provenance"].astype("str"),
            "stream": grades.stream(logs["provenance"]),
            "is_suspected_false": grades.is_suspected_false(logs),
            "market_mode": logs["market_mode"].astype("str"),
            "easting_m": logs["easting_m"],
            "northing_m": logs["northing_m"],
            "location_precision": logs["location_precision"].astype("str"),
        }
    ).reset_index(drop=True)
    keys = mentions.assign(subject_no=mentions["subject_no"].astype("str"))
    subjects = tables.get("log_subjects")
    subjects = subjects.assign(urn=subjects["urn"].astype("str"), subject_no=subjects["subject_no"].astype("str"))
    subjects = subjects[["urn", "subject_no", "role", "phone", "safeguarding"]].merge(graded, on="urn")
    own = keys.loc[keys["kind"] == "log_subjects", ["record_ref", "subject_no", "nominal_id", "match_probability"]]
    subjects = subjects.merge(own.rename(columns={"record_ref": "urn"}), on=["urn", "subject_no"])
    subjects = subjects.sort_values(["urn", "subject_no"], kind="stable").reset_index(drop=True)
    return Evidence(graded, subjects, keys, tables, month)


def tie_statements(evidence: Evidence) -> pd.DataFrame:
    """Return all statements on pairs of nominals, sorted; undirected relations have the smaller id first.

    A log that states a link between two people makes no co-mention of them.
    """
    links = _links(evidence)
    parts = [links, _co_mentions(evidence, links), _seized_together(evidence), _arrested_together(evidence)]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["source_id"] != frame["target_id"]]
    swap = frame["relation"].isin(UNDIRECTED) & (frame["source_id"] > frame["target_id"])
    frame.loc[swap, ["source_id", "target_id"]] = frame.loc[swap, ["target_id", "source_id"]].to_numpy()
    order = ["source_id", "target_id", "relation", "source_key", "record_ref"]
    return frame.sort_values(order, kind="stable").reset_index(drop=True)[list(STATEMENT_COLUMNS)]


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


def _links(evidence: Evidence) -> pd.DataFrame:
    links = evidence.tables.get("log_links")[["urn", "from_subject_no", "to_subject_no", "relation"]].astype("str")
    people = evidence.subjects[["urn", "subject_no", "nominal_id", "match_probability"]]
    source = people.set_axis(["urn", "from_subject_no", "source_id", "source_match"], axis=1)
    target = people.set_axis(["urn", "to_subject_no", "target_id", "target_match"], axis=1)
    frame = links.merge(source, on=["urn", "from_subject_no"]).merge(target, on=["urn", "to_subject_no"])
    frame = frame.merge(evidence.logs, on="urn").rename(columns={"urn": "record_ref"})
    match = (frame["source_match"] * frame["target_match"]).astype("float64")
    return frame.assign(kind="intelligence_logs", is_direct=False, is_stated=True, match_probability=match)[
        list(STATEMENT_COLUMNS)
    ]


def linked_pairs(evidence: Evidence) -> pd.DataFrame:
    """Return the pairs, either way round, whom some log ties outright: columns one, two."""
    links = _links(evidence)[["source_id", "target_id"]].drop_duplicates()
    ways = (("source_id", "target_id"), ("target_id", "source_id"))
    both = pd.concat([links[list(way)].set_axis(["one", "two"], axis=1) for way in ways], ignore_index=True)
    return both.drop_duplicates()


def _co_mentions(evidence: Evidence, links: pd.DataFrame) -> pd.DataFrame:
    columns = ["urn", "nominal_id"]
    people = evidence.subjects[columns].drop_duplicates().sort_values(columns, kind="stable")
    pairs = _pairs(people, ["urn"])
    known = links[["record_ref", "source_id", "target_id"]].rename(columns={"record_ref": "urn"})
    swap = known["source_id"] > known["target_id"]
    known = known.assign(
        source_id=known["source_id"].where(~swap, known["target_id"]),
        target_id=known["target_id"].where(~swap, known["source_id"]),
    ).drop_duplicates()
    pairs = pairs.merge(known, on=["urn", "source_id", "target_id"], how="left", indicator="seen")
    pairs = pairs[pairs["seen"] == "left_only"].merge(evidence.logs, on="urn").rename(columns={"urn": "record_ref"})
    return pairs.assign(
        relation=Relation.ASSOCIATES.value,
        weight=pairs["weight"] * CO_MENTION_FACTOR,
        kind="intelligence_logs",
        is_direct=False,
        is_stated=False,
        match_probability=1.0,
    )[list(STATEMENT_COLUMNS)]


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
