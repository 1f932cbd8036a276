"""Who is named beside whom, and in what order: reports lead with the person they are about and name company after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.evidence import Evidence
from market_profile.network.statements import linked_pairs, pairs_within

COLUMNS = (
    "nominal_id",
    "other_id",
    "is_after",
    "weight",
    "observed_at",
    "source_key",
    "record_ref",
    "is_suspected_false",
)


def named_beside(evidence: Evidence, since: pd.Timestamp) -> pd.DataFrame:
    """Return one row a log, person and other person named in it, where no log says outright what ties the two.

    Logs on what happened from ``since`` on. Columns COLUMNS; ``is_after``: the person stands after the other in the
    log's list of subjects.
    """
    subjects = evidence.subjects
    rows = np.flatnonzero(subjects["observed_at"] >= since)
    log, person = (subjects[name].to_numpy() for name in ("log", "person"))
    count = max(len(evidence.names), 1)
    rows = np.sort(rows[np.unique(log[rows] * count + person[rows], return_index=True)[1]])
    one, other = (rows[side] for side in pairs_within(log[rows]))
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    free = ~np.isin(person[one] * count + person[other], linked_pairs(evidence))
    one, other = one[free], other[free]
    order = np.lexsort((log[one], person[other], person[one]))
    one, other = one[order], other[order]
    number = pd.to_numeric(subjects["subject_no"], errors="coerce").fillna(0).to_numpy()
    told = subjects[["weight", "observed_at", "source_key", "urn", "is_suspected_false"]].take(one)
    told = told.reset_index(drop=True).rename(columns={"urn": "record_ref"})
    return told.assign(
        nominal_id=evidence.names.take(person[one]),
        other_id=evidence.names.take(person[other]),
        is_after=number[one] > number[other],
    )[list(COLUMNS)]
