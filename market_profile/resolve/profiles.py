"""Clusters as profiles: what all their mentions say together, to be compared once more.

A street name on a corner and a full name with a date of birth share nothing, mention against mention; but the
person's profile may hold that street name, that corner and that phone. So clusters of the first round are units of
the second: each field by what was written most, each list by all that was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.cluster import Labels
from market_profile.resolve.lists import as_lists, exploded

Flags = npt.NDArray[np.bool_]
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
)
_FEW_TIES = 6
"""Profiles that somebody may be named with and still be close company; more make a hub that everybody knows."""
_LONGER = 1_000_000
"""Records that a full forename outweighs: an initial speaks only where nothing longer does."""


@dataclass(frozen=True)
class _Column:
    """A column as numbers: ``code`` by unit (-1 where blank), the ``values``, and the first unit that holds each."""

    code: Labels
    values: pd.Index[Any]
    first: Labels


@dataclass(frozen=True)
class _Long:
    """A column of lists, one row an element: ``row`` (unit), ``code``, and ``values`` in order."""

    row: Labels
    code: Labels
    values: npt.NDArray[Any]


@dataclass(frozen=True)
class Numbered:
    """The units with every value as a number: made once a month, used in every round."""

    units: pd.DataFrame
    columns: dict[str, _Column]
    lists: dict[str, _Long]
    records: Labels


def number_units(units: pd.DataFrame) -> Numbered:
    """Return ``units`` (as the model compares them) with their values numbered."""
    columns = {}
    for name in _MOST_WRITTEN:
        column = units[name]
        blank = column.eq(0 if name == "dob_year" else "").to_numpy()
        code, names = pd.factorize(column.where(~blank), sort=False)
        known = np.flatnonzero(code >= 0)
        first = known[np.unique(code[known], return_index=True)[1]]
        columns[name] = _Column(code.astype(np.int64), pd.Index(names), first)
    lists = {}
    for name in (*_LISTS, "associates"):
        row, value = exploded(units[name])
        code, values = pd.factorize(value, sort=True)
        lists[name] = _Long(row, code.astype(np.int64), np.asarray(values))
    return Numbered(units, columns, lists, units["records"].to_numpy(np.int64))


def make_profiles(numbered: Numbered, clusters: Labels, wanted: Flags | None = None) -> tuple[pd.DataFrame, Labels]:
    """Return one row a cluster with the columns of the units, and the profile number of each unit.

    Args:
        numbered: the units.
        clusters: cluster of each unit (its lowest unit).
        wanted: flags by unit; only clusters that hold a wanted unit become profiles, the units of others have -1.
    """
    lead, of_all = np.unique(clusters, return_inverse=True)
    chosen = np.ones(len(lead), dtype=bool) if wanted is None else np.bincount(of_all, weights=wanted) > 0
    of_unit = np.where(chosen[of_all], (np.cumsum(chosen) - 1)[of_all], -1).astype(np.int64)
    lead = lead[chosen]
    units = numbered.units
    frame = pd.DataFrame({"unit": np.arange(len(lead), dtype="int64")})
    first = units.iloc[lead]
    for column in ("kind", "record_ref", "subject_no"):
        frame[column] = first[column].to_numpy()
    inside = of_unit >= 0
    records = np.bincount(of_unit[inside], weights=numbered.records[inside], minlength=len(lead))
    frame["records"] = records.astype("int64")
    for name, held in numbered.columns.items():
        code = _most_written(held, of_unit, numbered, name == "forename", len(lead))
        frame[name] = _values(held, code, 0 if name == "dob_year" else "")
        source = np.where(code >= 0, held.first[code] if len(held.first) else 0, lead)
        for other in _ALONGSIDE.get(name, ()):
            frame[other] = units[other].to_numpy()[source]
    for name in _LISTS:
        long = numbered.lists[name]
        frame[name] = _gathered(of_unit[long.row], long.code, long.values, len(lead))
    frame["associates"], frame["close"] = _company(numbered, of_all, of_unit, len(lead))
    return frame, of_unit


def _most_written(column: _Column, of_unit: Labels, numbered: Numbered, longer: bool, count: int) -> Labels:
    """Return the code of the value that most records of each profile hold (-1 where none holds any)."""
    at = np.flatnonzero((column.code >= 0) & (of_unit >= 0))
    width = max(len(column.values), 1)
    key, first, which = np.unique(of_unit[at] * width + column.code[at], return_index=True, return_inverse=True)
    weight = numbered.records[at].astype("float64")
    if longer:
        weight += _LONGER * (column.values.astype("str").str.len().to_numpy() > 1)[column.code[at]]
    total = np.bincount(which, weights=weight, minlength=len(key))
    order = np.lexsort((at[first], -total, key // width))
    profile = (key // width)[order]
    best = order[np.flatnonzero(np.diff(profile, prepend=-1) != 0)]
    code = np.full(count, -1, dtype=np.int64)
    code[key[best] // width] = key[best] % width
    return code


def _values(column: _Column, code: Labels, blank: str | int) -> pd.Series[Any]:
    if not len(column.values):
        return pd.Series([blank] * len(code), dtype="int64" if blank == 0 else "str")
    found = pd.Series(column.values.to_numpy()[np.maximum(code, 0)]).where(code >= 0, blank)
    return found.astype("int64" if blank == 0 else "str")


def _gathered(owner: Labels, code: Labels, values: npt.NDArray[Any], count: int) -> npt.NDArray[np.object_]:
    """Return the sorted distinct values of owners 0..count-1; owners below 0 are passed over."""
    width = max(len(values), 1)
    known = owner >= 0
    pair = np.unique(owner[known] * width + code[known])
    ends = np.searchsorted(pair // width, np.arange(count + 1))
    ordered = values[pair % width]
    return np.fromiter((ordered[start:end] for start, end in pairwise(ends.tolist())), dtype=object, count=count)


def _company(
    numbered: Numbered, of_all: Labels, of_unit: Labels, count: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return, by profile, the profiles named in the same logs: all ``associates`` and, of few ties, ``close``.

    A profile stands for a person better than a name does, once it holds two records; a lone mention is known by its
    name as before. Numbers of profiles are negative there, so that they never meet the codes of names.
    """
    logs, names = numbered.lists["logs"], numbered.lists["associates"]
    everybody = int(of_all.max(initial=-1)) + 1
    once = np.unique(logs.code * max(everybody, 1) + of_all[logs.row])
    table = pd.DataFrame({"log": once // max(everybody, 1), "owner": once % max(everybody, 1)})
    both = table.merge(table, on="log", suffixes=("", "_other"))
    pair = np.unique(both["owner"].to_numpy() * max(everybody, 1) + both["owner_other"].to_numpy())
    owner, other = np.divmod(pair, max(everybody, 1))
    owner, other = owner[owner != other], other[owner != other]
    ties = np.bincount(owner, minlength=everybody)
    known = np.bincount(of_all, weights=numbered.records, minlength=everybody) > 1
    number = np.full(everybody, -1, dtype=np.int64)
    number[of_all] = of_unit
    keep = known[other] & (number[owner] >= 0)
    owner, other = number[owner[keep]], other[keep]
    row, name = of_unit[names.row], names.values.astype(np.int64)[names.code] if len(names.values) else names.code
    inside = row >= 0
    associates = as_lists(np.r_[row[inside], owner], np.r_[name[inside], -1 - other], count)
    near = ties[other] <= _FEW_TIES
    return associates, as_lists(owner[near], -1 - other[near], count)
