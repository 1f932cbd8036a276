"""The guide's three record groups as the register holds them: who is on it, who left, what was done."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.impact.cohorts import with_person
from market_profile.periods import Month
from market_profile.terms import RecordGroup

COLUMNS = ("record_group", "people", "still_on", "left", "judicial_action", "court_disposal", "arrested_since")


def register_summary(tables: Tables, records: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return COLUMNS, one row a record group in the guide's order: counts of people up to the cut-off.

    ``arrested_since`` counts those arrested after the day they were taken on.
    """
    register = with_person(tables.get("cohort_register"), records, "cohort_register")
    known = register[
        (register["person"] != "") & (register["accepted_on"].isna() | (register["accepted_on"] < month.end))
    ]
    arrests = with_person(tables.get("arrests"), records, "arrests")
    taken = known[["record_group", "person", "accepted_on"]].merge(arrests[["person", "arrested_at"]], on="person")
    later = taken[(taken["arrested_at"] >= taken["accepted_on"] + pd.Timedelta(days=1))]
    later = later[later["arrested_at"] < month.end]
    has_left = known["removed_on"].notna() & (known["removed_on"] < month.end)
    groups = [group for group in RecordGroup.values() if (known["record_group"] == group).any()]
    rows = [_row(group, known[known["record_group"] == group], has_left, later) for group in groups]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(group: str, people: pd.DataFrame, has_left: pd.Series, later: pd.DataFrame) -> tuple[object, ...]:
    left = has_left.loc[people.index]
    still = people.loc[~left, "person"].nunique()
    everyone = people["person"].nunique()
    acted = people.loc[people["judicial_action"] != "", "person"].nunique()
    disposed = people.loc[people["court_disposal"] != "", "person"].nunique()
    arrested = later.loc[later["record_group"] == group, "person"].nunique()
    return (group, everyone, still, everyone - still, acted, disposed, arrested)
