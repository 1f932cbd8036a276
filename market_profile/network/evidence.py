"""The records of a month joined to people and grades, once for all rules; logs and people by number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.network import grades
from market_profile.network.codes import Ints, in_order, ordered, places
from market_profile.periods import Month


@dataclass(frozen=True)
class Evidence:
    """The records of the window, joined to nominals and grades once for all rules.

    ``logs``: urn (in order), observed_at, source_key, grade, weight, handling, provenance, stream, is_suspected_false,
    places. ``subjects``: log_subjects with the columns of ``logs``, nominal_id, and the numbers ``log`` (row of
    ``logs``) and ``person`` (place in ``names``), in order of log and subject_no. ``links``: statements of logs that
    tie two people outright, with their numbers. ``mentions``: the resolution's records; ``names``: all nominals.
    """

    logs: pd.DataFrame
    subjects: pd.DataFrame
    links: pd.DataFrame
    mentions: pd.DataFrame
    names: pd.Index
    tables: Tables
    month: Month


def gather(tables: Tables, mentions: pd.DataFrame, month: Month) -> Evidence:
    """Return the evidence before the month's end; ``mentions`` is the ``records`` frame of the resolution."""
    logs = _graded(tables.get("intelligence_logs"), month)
    keys = mentions.assign(subject_no=mentions["subject_no"].astype("str"))
    names, person = ordered(keys["nominal_id"])
    subjects = tables.get("log_subjects")[["urn", "subject_no", "role", "phone", "safeguarding"]]
    told = subjects.astype({"urn": "str", "subject_no": "str"})
    own = (keys["kind"] == "log_subjects").to_numpy()
    links = tables.get("log_links")[["urn", "from_subject_no", "to_subject_no", "relation"]].astype("str")
    texts = [told["subject_no"], keys.loc[own, "subject_no"], links["from_subject_no"], links["to_subject_no"]]
    numbers, code = ordered(pd.concat(texts))
    of_told, of_own, *of_links = np.split(code, np.cumsum([len(text) for text in texts])[:-1])
    log = places(told["urn"], logs["urn"])
    mention = _found(
        _joint(places(keys.loc[own, "record_ref"], logs["urn"]), of_own, len(numbers)),
        _joint(log, of_told, len(numbers)),
    )
    rows = np.flatnonzero((log >= 0) & (mention >= 0))
    rows = rows[np.lexsort((of_told[rows], log[rows]))]
    mentioned_as = np.flatnonzero(own)[mention[rows]]
    subjects = pd.concat(
        [
            told.iloc[rows].reset_index(drop=True),
            logs.drop(columns="urn").take(log[rows]).reset_index(drop=True),
            keys[["nominal_id", "match_probability"]].take(mentioned_as).reset_index(drop=True),
        ],
        axis=1,
    ).assign(log=log[rows], person=person[mentioned_as])
    joint = _joint(log[rows], of_told[rows], len(numbers))
    of_log = places(links["urn"], logs["urn"])
    ends = [_found(joint, _joint(of_log, number, len(numbers))) for number in of_links]
    return Evidence(logs, subjects, _links(links["relation"], of_log, ends, subjects, logs), keys, names, tables, month)


def _graded(logs: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return the logs submitted before the month's end in order of urn, with what their grades say."""
    logs = logs[logs["submitted_at"] < month.end]
    logs = logs.iloc[in_order(logs["urn"])]
    observed = logs["event_from"].fillna(logs["submitted_at"])
    graded = {
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
    return pd.DataFrame(graded).reset_index(drop=True)


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


def _links(
    relation: pd.Series, log: Ints, ends: list[Ints], subjects: pd.DataFrame, logs: pd.DataFrame
) -> pd.DataFrame:
    """Return the stated links whose two ``ends`` are rows of ``subjects`` (-1: nobody known), as statements.

    With the numbers ``log``, ``source`` and ``target``.
    """
    known = (log >= 0) & (ends[0] >= 0) & (ends[1] >= 0)
    log, source, target = log[known], ends[0][known], ends[1][known]
    match = subjects["match_probability"].to_numpy(float)
    frame = logs.take(log).reset_index(drop=True).rename(columns={"urn": "record_ref"})
    return frame.assign(
        source_id=subjects["nominal_id"].take(source).to_numpy(),
        target_id=subjects["nominal_id"].take(target).to_numpy(),
        relation=relation[known].to_numpy(),
        kind="intelligence_logs",
        is_direct=False,
        is_stated=True,
        match_probability=match[source] * match[target],
        log=log,
        source=subjects["person"].to_numpy()[source],
        target=subjects["person"].to_numpy()[target],
    )
