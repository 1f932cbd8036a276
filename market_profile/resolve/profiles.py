"""Clusters as profiles: what all their mentions say together, to be compared once more.

A street name on a corner and a full name with a date of birth share nothing, mention against mention; but the
person's profile may hold that street name, that corner and that phone. So clusters of the first round are units of
the second: each field by what was written most, each list by all that was seen.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.resolve.cluster import Labels
from market_profile.resolve.lists import as_lists, exploded

_MOST_WRITTEN = ("surname", "forename", "dob", "dob_year", "sex", "nominal_ref", "phone", "address", "vrm")
_ALONGSIDE = {
    "surname": ("surname_parts", "surname_sound"),
    "forename": ("forename_roots",),
    "dob": ("dob_swapped",),
    "phone": ("phone_sharers",),
    "address": ("address_sharers",),
}
"""Columns that follow from another: they are taken from the first unit that holds the chosen value."""
_LISTS = (
    "middle_names",
    "aliases",
    "rare_aliases",
    "common_aliases",
    "logs",
    "spots",
    "quiet_spots",
    "places",
    "associates",
)
_FEW_TIES = 6
"""Profiles that somebody may be named with and still be close company; more make a hub that everybody knows."""


def make_profiles(units: pd.DataFrame, clusters: Labels) -> tuple[pd.DataFrame, Labels]:
    """Return one row a cluster with the columns of ``units``, and the profile number of each unit."""
    lead, of_unit = np.unique(clusters, return_inverse=True)
    frame = pd.DataFrame({"unit": np.arange(len(lead), dtype="int64")})
    first = units.iloc[lead].reset_index(drop=True)
    for column in ("kind", "record_ref", "subject_no"):
        frame[column] = first[column]
    frame["records"] = np.bincount(of_unit, weights=units["records"]).astype("int64")
    for column in _MOST_WRITTEN:
        frame[column] = _most_written(units, of_unit, column, len(lead))
        for other in _ALONGSIDE.get(column, ()):
            known = units.drop_duplicates(column).set_index(column)[other]
            frame[other] = known.reindex(frame[column]).to_numpy()
            frame[other] = frame[other].where(frame[other].notna(), first[other])
    frame["dob_year"] = frame["dob_year"].astype("int64")
    for column in _LISTS:
        frame[column] = _union(units[column], of_unit, len(lead))
    return _with_company(frame, units["associates"]), np.asarray(of_unit, dtype=np.int64)


def _most_written(units: pd.DataFrame, of_unit: Labels, column: str, count: int) -> pd.Series:
    blank = 0 if column == "dob_year" else ""
    table = pd.DataFrame({"profile": of_unit, "value": units[column], "records": units["records"]})
    table = table[table["value"] != blank]
    if column == "forename":  # an initial speaks only where nothing longer does
        table["records"] += 1_000_000 * (table["value"].str.len() > 1)
    table["unit"] = np.arange(len(of_unit))[table.index]
    count_of = table.groupby(["profile", "value"]).agg(records=("records", "sum"), unit=("unit", "min")).reset_index()
    count_of = count_of.sort_values(["profile", "records", "unit"], ascending=[True, False, True], kind="stable")
    chosen = count_of.drop_duplicates("profile").set_index("profile")["value"]
    return chosen.reindex(range(count)).fillna(blank)


def _union(lists: pd.Series, of_unit: Labels, count: int) -> np.ndarray:
    row, value = exploded(lists)
    return as_lists(of_unit[row], value, count)


def _with_company(frame: pd.DataFrame, named: pd.Series) -> pd.DataFrame:
    """Return ``frame`` with the profiles named in the same logs: ``associates`` and, of few ties, ``close``.

    A profile stands for a person better than a name does, once it holds two records; a lone mention is known by its
    name as before. Numbers of profiles are negative there, so that they never meet the codes of names.
    """
    count = len(frame)
    owner, log = exploded(frame["logs"])
    table = pd.DataFrame({"log": log.astype("int64"), "owner": owner})
    both = table.merge(table, on="log", suffixes=("", "_other"))
    both = both[both["owner"] != both["owner_other"]].drop_duplicates(["owner", "owner_other"])
    ties = np.bincount(both["owner"], minlength=count)
    known = (frame["records"] > 1).to_numpy()
    both = both[known[both["owner_other"]]]
    owner, other = both["owner"].to_numpy(), both["owner_other"].to_numpy()
    row, name = exploded(frame["associates"])
    frame["associates"] = as_lists(np.r_[row, owner], np.r_[name.astype("int64"), -1 - other], count)
    near = ties[other] <= _FEW_TIES
    frame["close"] = as_lists(owner[near], -1 - other[near], count)
    return frame
