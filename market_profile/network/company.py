"""Who is named beside whom, and in what order: reports lead with the person they are about and name company after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.codes import is_one_of
from market_profile.network.evidence import Evidence
from market_profile.network.statements import linked_pairs, pairs_of, pairs_within

COLUMNS = ["person", "other", "is_after", "record", "source", "observed_at", "weight", "is_suspected_false"]


def named_beside(evidence: Evidence, since: pd.Timestamp) -> pd.DataFrame:
    """Return one row a log, person and other person named in it, where no log says outright what ties the two.

    Logs on what happened from ``since`` on. Columns COLUMNS, people, logs (``record``) and sources by number;
    ``is_after``: the person stands after the other in the log's list of subjects.
    """
    log, person = (evidence.subjects[name].to_numpy() for name in ("log", "person"))
    rows = np.flatnonzero((evidence.logs["observed_at"] >= since).to_numpy()[log])
    count = max(len(evidence.names), 1)
    rows = np.sort(rows[np.unique(log[rows] * count + person[rows], return_index=True)[1]])
    one, other = (rows[side] for side in pairs_within(log[rows]))
    free = ~is_one_of(pairs_of(person[one], person[other], count), linked_pairs(evidence))
    one, other = np.concatenate([one[free], other[free]]), np.concatenate([other[free], one[free]])
    pair = person[one] * count + person[other]
    order = np.lexsort((log[one], pair))
    one, other = one[order], other[order]
    place = evidence.subjects["row"].to_numpy()
    named, row = np.unique(np.concatenate([one, other]), return_inverse=True)
    text = evidence.tables.get("log_subjects")["subject_no"].take(place[named])
    number = pd.to_numeric(text, errors="coerce").fillna(0).to_numpy()[row]
    told = evidence.logs[["source", "observed_at", "weight", "is_suspected_false"]].take(log[one])
    return told.reset_index(drop=True).assign(
        person=person[one], other=person[other], is_after=number[: len(one)] > number[len(one) :], record=log[one]
    )[COLUMNS]
