"""Who is named beside whom, and in what order: reports lead with the person they are about and name company after."""

from __future__ import annotations

import pandas as pd

from market_profile.network.statements import LARGEST_GROUP, Evidence, linked_pairs

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
    people = evidence.subjects[evidence.subjects["observed_at"] >= since].drop_duplicates(["urn", "nominal_id"])
    people = people[people.groupby("urn", sort=False)["nominal_id"].transform("size").between(2, LARGEST_GROUP)]
    graded = ["weight", "observed_at", "source_key", "is_suspected_false"]
    left = people[["urn", "subject_no", "nominal_id", *graded]]
    right = people[["urn", "subject_no", "nominal_id"]].set_axis(["urn", "other_no", "other_id"], axis=1)
    both = left.merge(right, on="urn")
    both = both[both["nominal_id"] != both["other_id"]]
    known = pd.MultiIndex.from_frame(linked_pairs(evidence))
    both = both[~pd.MultiIndex.from_frame(both[["nominal_id", "other_id"]]).isin(known)]
    number = [pd.to_numeric(both[c], errors="coerce").fillna(0) for c in ("subject_no", "other_no")]
    both = both.assign(is_after=number[0] > number[1]).rename(columns={"urn": "record_ref"})
    return both.sort_values(["nominal_id", "other_id", "record_ref"], kind="stable")[list(COLUMNS)]
