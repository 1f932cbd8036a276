"""The records of a month joined to people and grades, once for all rules; records and people by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.network import grades
from market_profile.network.codes import Ints, in_order, ordered, places, places_of_runs
from market_profile.periods import Month

LOGS = "intelligence_logs"
DIRECT = ("arrests", "seizures", "test_purchases")
"""Kinds of record of what officers themselves did, each about one person."""


@dataclass(frozen=True)
class Evidence:
    """The records before the month's end, joined to nominals and grades once for all rules.

    ``names``: all nominals in order; a ``person`` is a place in it. ``logs``: LOG_COLUMNS in order of urn; a ``log`` is
    a row of it, its ``source`` the place of its source_key among all. ``subjects``: log, person, ``row`` (of the
    table), match_probability, in order of log and subject_no. ``links``: log, source and target (persons), relation,
    match_probability of statements that tie two people outright. ``direct``, by kind of DIRECT: record_ref, person,
    ``record`` (place of record_ref among them, in order) and ``row`` of the table, in order of record_ref.
    """

    logs: pd.DataFrame
    subjects: pd.DataFrame
    links: pd.DataFrame
    direct: Mapping[str, pd.DataFrame]
    names: pd.Index
    tables: Tables
    month: Month


def gather(tables: Tables, mentions: pd.DataFrame, month: Month) -> Evidence:
    """Return the evidence before the month's end; ``mentions`` is the ``records`` frame of the resolution."""
    logs = _graded(tables.get(LOGS), month)
    names, person = ordered(mentions["nominal_id"])
    kind = mentions["kind"]
    subjects, number = _subjects(tables, mentions, person, logs["urn"])
    direct = {}
    for name in DIRECT:
        own = np.flatnonzero(kind == name)
        known = pd.DataFrame({"record_ref": mentions["record_ref"].take(own), "person": person[own]})
        direct[name] = _direct(tables.get(name)["record_ref"], known)
    links = _links(tables.get("log_links"), subjects, number, logs["urn"])
    return Evidence(logs, subjects, links, direct, names, tables, month)


def mentioned(evidence: Evidence, kind: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of ``kind`` (of DIRECT) that were resolved to a person: as ``direct``, and ``columns``."""
    known = evidence.direct[kind].drop(columns="row")
    told = evidence.tables.get(kind)[list(columns)].take(evidence.direct[kind]["row"].to_numpy())
    return pd.concat([known, told.reset_index(drop=True)], axis=1)


def _graded(logs: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return the logs submitted before the month's end in order of urn, with what their grades say."""
    logs = logs[logs["submitted_at"] < month.end]
    logs = logs.iloc[in_order(logs["urn"])]
    observed = logs["event_from"].fillna(logs["submitted_at"])
    sources, source = grades.source_keys(logs)
    graded = {
        "urn": logs["urn"].astype("str"),
        "observed_at": observed.where(observed <= logs["submitted_at"], logs["submitted_at"]),
        "source_key": pd.Series(sources.take(source), index=logs.index, dtype="str"),
        "source": source,
        "grade": grades.grade(logs),
        "weight": grades.grade_weight(logs),
        "handling": grades.handling(logs),
        "stream": grades.stream(logs["provenance"]),
        "is_suspected_false": grades.is_suspected_false(logs),
        "easting_m": logs["easting_m"],
        "northing_m": logs["northing_m"],
    }
    return pd.DataFrame(graded).reset_index(drop=True)


@dataclass(frozen=True)
class _Number:
    """The subject numbers of logs as numbers: all there are, and that of each row of ``subjects``."""

    names: pd.Index
    of_row: Ints


def _subjects(tables: Tables, mentions: pd.DataFrame, person: Ints, urn: pd.Series) -> tuple[pd.DataFrame, _Number]:
    """Return the mentions in logs, and their subject numbers."""
    told = tables.get("log_subjects")[["urn", "subject_no"]].astype("str")
    own = np.flatnonzero(mentions["kind"] == "log_subjects")
    mine = mentions[["record_ref", "subject_no", "match_probability"]].take(own)
    numbers, code = ordered(pd.concat([told["subject_no"], mine["subject_no"].astype("str")]))
    of_told, of_own = code[: len(told)], code[len(told) :]
    log = places_of_runs(told["urn"], urn)
    is_same = told["urn"].array.equals(mine["record_ref"].array)
    of_mine = log if is_same else places_of_runs(mine["record_ref"], urn)
    mention = _found(_joint(of_mine, of_own, len(numbers)), _joint(log, of_told, len(numbers)))
    rows = np.flatnonzero((log >= 0) & (mention >= 0))
    rows = rows[np.argsort(_joint(log[rows], of_told[rows], len(numbers)), kind="stable")]
    frame = pd.DataFrame(
        {
            "log": log[rows],
            "person": person[own[mention[rows]]],
            "row": rows,
            "match_probability": mine["match_probability"].to_numpy(float)[mention[rows]],
        }
    )
    return frame, _Number(numbers, of_told[rows])


def _joint(log: Ints, number: Ints, count: int) -> Ints:
    """Return one number for a log and one of ``count`` numbers; -1 where either is not known."""
    return np.where((log >= 0) & (number >= 0), log * count + number, -1)


def _found(known: Ints, asked: Ints) -> Ints:
    """Return the place of each of ``asked`` in ``known`` (whole numbers, each once but for -1); -1 where it is not."""
    order = np.argsort(known, kind="stable")
    place = np.minimum(np.searchsorted(known[order], asked), max(len(known) - 1, 0))
    if not len(known):
        return np.full(len(asked), -1, dtype=np.int64)
    found = order[place]
    return np.where((known[found] == asked) & (asked >= 0), found, -1)


def _direct(refs: pd.Series, known: pd.DataFrame) -> pd.DataFrame:
    """Return ``known`` (record_ref, person) of the records ``refs`` with their rows, in order of record_ref."""
    rows = pd.DataFrame({"record_ref": refs.astype("str"), "row": np.arange(len(refs))})
    both = rows.merge(known, on="record_ref").sort_values("record_ref", kind="stable").reset_index(drop=True)
    return both.assign(record=ordered(both["record_ref"])[1])


def _links(told: pd.DataFrame, subjects: pd.DataFrame, number: _Number, urn: pd.Series) -> pd.DataFrame:
    """Return the stated links whose two ends are people known in their log."""
    count = len(number.names)
    joint = _joint(subjects["log"].to_numpy(), number.of_row, count)
    log = places_of_runs(told["urn"].astype("str"), urn)
    source, target = (
        _found(joint, _joint(log, places(told[end].astype("str"), number.names), count))
        for end in ("from_subject_no", "to_subject_no")
    )
    known = (log >= 0) & (source >= 0) & (target >= 0)
    log, source, target = log[known], source[known], target[known]
    match, person = subjects["match_probability"].to_numpy(), subjects["person"].to_numpy()
    return pd.DataFrame(
        {
            "log": log,
            "source": person[source],
            "target": person[target],
            "relation": told["relation"].astype("str").to_numpy()[known],
            "match_probability": match[source] * match[target],
        }
    )
