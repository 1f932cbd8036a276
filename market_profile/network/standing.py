"""What each person's place in the network rests on: records, independent sources and the best grade behind it."""

from __future__ import annotations

import pandas as pd

STANDING = ("records", "independent_sources", "best_grade", "supply_records")


def standing(statements: pd.DataFrame, supply: pd.DataFrame, people: pd.Series) -> pd.DataFrame:
    """Return one row a person of ``people`` (in that order) with the columns STANDING.

    ``statements`` as from ``tie_statements``: E-graded ones and co-mentions are left out. ``best_grade`` is "" where no
    sound tie is stated; ``supply_records`` counts sound records of supply by the person (``supply_evidence``).
    """
    told = statements[~statements["is_suspected_false"] & statements["is_stated"]]
    columns = ["nominal_id", "grade", "weight", "record_ref", "source_key"]
    ends = [told.rename(columns={end: "nominal_id"})[columns] for end in ("source_id", "target_id")]
    rows = pd.concat(ends, ignore_index=True)
    rows = rows.sort_values(["weight", "grade", "record_ref"], ascending=[False, True, True], kind="stable")
    frame = rows.groupby("nominal_id", sort=True).agg(
        records=("record_ref", "nunique"), independent_sources=("source_key", "nunique"), best_grade=("grade", "first")
    )
    sold = supply[~supply["is_suspected_false"]].groupby("nominal_id")["record_ref"].nunique()
    frame = frame.reindex(people.to_numpy())
    frame["supply_records"] = sold.reindex(frame.index)
    frame["best_grade"] = frame["best_grade"].astype("object").fillna("").astype("str")
    for column in ("records", "independent_sources", "supply_records"):
        frame[column] = frame[column].fillna(0).astype("int64")
    return frame.reset_index(drop=True)[list(STANDING)]
