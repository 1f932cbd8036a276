"""Clusters as profiles: what all their mentions say together, to be compared once more.

A street name on a corner and a full name with a date of birth share nothing, mention against mention; but the
person's profile may hold that street name, that corner and that phone. So clusters of the first round are units of
the second: each field by what was written most, each list by all that was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from market_profile.resolve.cluster import Labels
from market_profile.resolve.coded import Coded, Codes
from market_profile.resolve.lists import (
    Lists,
    Numbers,
    distinct,
    lists_of,
    order_of,
    packed,
    spread,
    tally_of,
    unpacked,
)
from market_profile.resolve.moments import often

Flags = npt.NDArray[np.bool_]
_MOST_WRITTEN = ("surname", "forename", "dob", "dob_year", "sex", "nominal_ref", "phone", "address", "vrm")
_ALONGSIDE = {
    "surname": ("surname_sound",),
    "dob": ("dob_swapped",),
    "phone": ("phone_sharers",),
    "address": ("address_sharers",),
}
"""Columns that follow from another: the chosen value has but one of them."""
_GATHERED = ("middle_names", "aliases", "logs", "spots", "places")
_CHOSEN = {"rare_aliases": "aliases", "common_aliases": "aliases", "quiet_spots": "spots"}
"""Lists that hold some values of another: a value is chosen for all who hold it, or for none."""
_FEW_TIES = 6
"""Profiles that somebody may be named with and still be close company; more make a hub that everybody knows."""
_LONGER = 1_000_000
"""Records that a full forename outweighs: an initial speaks only where nothing longer does."""


@dataclass(frozen=True)
class _Grouping:
    """Which profile each unit is in: ``of_unit`` (-1: none wanted), ``of_all`` (cluster), ``count`` of profiles."""

    units: Coded
    of_unit: Labels
    of_all: Labels
    lead: Labels

    @property
    def count(self) -> int:
        """Number of profiles."""
        return len(self.lead)


@dataclass(frozen=True)
class Profiles:
    """``coded``: clusters as units to be compared; ``lead``: their lowest units; ``of_unit``: profile of each unit."""

    coded: Coded
    lead: Labels
    of_unit: Labels


def make_profiles(units: Coded, clusters: Labels, wanted: Flags | None = None) -> Profiles:
    """Return the clusters with the columns of the units.

    Args:
        units: the units.
        clusters: cluster of each unit (its lowest unit).
        wanted: flags by unit; only clusters that hold a wanted unit become profiles, the units of others have -1.
    """
    is_lead = clusters == np.arange(len(clusters))
    of_all = (np.cumsum(is_lead) - 1)[clusters]
    lead = np.flatnonzero(is_lead)
    chosen = np.ones(len(lead), dtype=bool) if wanted is None else np.bincount(of_all, weights=wanted) > 0
    of_unit = np.where(chosen[of_all], (np.cumsum(chosen) - 1)[of_all], -1).astype(np.int64)
    group = _Grouping(units, of_unit, of_all, lead[chosen])
    columns = _columns(group)
    lists = {name: _merged(units.lists[name], group) for name in _GATHERED}
    lists |= {
        name: lists[whole].where(_held(units.lists[name], _end(units.lists[whole]))) for name, whole in _CHOSEN.items()
    }
    lists["associates"], lists["close"] = _company(group)
    moments = units.lists["moments"]
    lists["moments"] = tally_of(of_unit[moments.rows], moments.values.astype(np.int64), group.count, moments.times)
    lists |= often(lists["moments"], columns["surname"] > 0)
    return Profiles(Coded(units.words, columns, lists, units.by_word), group.lead, of_unit)


def _columns(group: _Grouping) -> dict[str, Codes]:
    """Return, for each profile, the values that most of its records hold."""
    units, of_unit = group.units, group.of_unit
    inside = np.flatnonzero(of_unit >= 0)
    records = np.bincount(of_unit[inside], weights=units.records[inside], minlength=group.count)
    columns = {name: column[group.lead] for name, column in units.columns.items()}
    columns["records"] = records.astype(np.int32)
    several = np.bincount(of_unit[inside], minlength=group.count) > 1
    at = inside[several[of_unit[inside]]]
    at = at[order_of(of_unit[at])]
    for name in _MOST_WRITTEN:
        for profile, source in _written(group, name, at):
            for column in (name, *_ALONGSIDE.get(name, ())):
                columns[column][profile] = units.columns[column][source]
    return columns


def _written(group: _Grouping, name: str, at: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield profiles with, for each, a unit that holds the value that most of its records hold.

    ``at`` are the units of profiles of several units, by profile. Most profiles hold one value, so that only the
    others are counted. Where none holds any value, the lead's blank stays.
    """
    value = group.units.columns[name][at]
    known = np.flatnonzero(value)
    at, value = at[known], value[known]
    profile = group.of_unit[at]
    first = np.flatnonzero(np.diff(profile, prepend=-1))
    if not len(first):
        return
    is_one = np.minimum.reduceat(value, first) == np.maximum.reduceat(value, first)
    yield profile[first[is_one]], at[first[is_one]]
    sizes = np.diff(np.append(first, len(at)))
    yield _most_written(group, name, at[np.repeat(~is_one, sizes)])


def _most_written(group: _Grouping, name: str, at: Numbers) -> tuple[Numbers, Numbers]:
    """Return profiles with, for each, a unit that holds the value that most of its records hold, among units ``at``."""
    column = group.units.columns[name]
    width = int(column.max(initial=0)) + 1
    key = group.of_unit[at] * width + column[at]
    order = order_of(key)
    key, at = key[order], at[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        return at, at
    total = np.add.reduceat(group.units.records[at], first).astype("float64")
    if name == "forename":
        longer = group.units.words.lengths()[column[at]] > 1
        total += _LONGER * np.add.reduceat(longer.astype("float64"), first)
    profile, source = key[first] // width, at[first]
    order = np.lexsort((source, -total, profile))
    best = order[np.flatnonzero(np.diff(profile[order], prepend=-1))]
    return profile[best], source[best]


def _merged(lists: Lists, group: _Grouping) -> Lists:
    return lists_of(group.of_unit[lists.rows], lists.values.astype(np.int64), group.count)


def _held(lists: Lists, count: int) -> Flags:
    """Tell which of the values 0..count-1 stand in any of the lists."""
    found = np.zeros(count, dtype=bool)
    found[lists.values] = True
    return found


def _end(lists: Lists) -> int:
    return int(lists.values.max(initial=-1)) + 1


def _company(group: _Grouping) -> tuple[Lists, Lists]:
    """Return, by profile, the profiles named in the same logs: all ``associates`` and, of few ties, ``close``.

    A profile stands for a person better than a name does, once it holds two records; a lone mention is known by its
    name as before. Numbers of profiles stand above those of names, so that they never meet.
    """
    logs, names = group.units.lists["logs"], group.units.lists["associates"]
    everybody = int(group.of_all.max(initial=-1)) + 1
    log, someone = unpacked(distinct(packed(logs.values.astype(np.int64), group.of_all[logs.rows])))
    first = np.flatnonzero(np.diff(log, prepend=-1))
    counts = np.diff(np.r_[first, len(log)])
    times = np.repeat(counts, counts)
    other = someone[spread(np.repeat(first, counts), times)]
    owner = np.repeat(someone, times)
    owner, other = unpacked(distinct(packed(owner[owner != other], other[owner != other])))
    ties = np.bincount(owner, minlength=everybody)
    known = np.bincount(group.of_all, weights=group.units.records, minlength=everybody) > 1
    number = np.full(everybody, -1, dtype=np.int64)
    number[group.of_all] = group.of_unit
    keep = known[other] & (number[owner] >= 0)
    owner, other = number[owner[keep]], other[keep]
    above = int(names.values.max(initial=-1)) + 1
    row = group.of_unit[names.rows]
    associates = lists_of(np.r_[row, owner], np.r_[names.values.astype(np.int64), above + other], group.count)
    near = ties[other] <= _FEW_TIES
    return associates, lists_of(owner[near], above + other[near], group.count)
