"""The guard against clusters that contradict themselves: the safer split is published, the pair goes to a person.

A nominal may be wrong although each join was likely: two births that no slip of the pen explains, two references or
two sexes, each written more than once. Such a cluster is parted between the contradicting values; every other unit
goes to the part that it weighs most with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.cluster import APART, VETO, Cut, Labels, Weights, average_link
from market_profile.resolve.coded import Coded
from market_profile.resolve.link import Constraints, Evidence, join_judged
from market_profile.resolve.lists import packed, pairs_within, unpacked
from market_profile.resolve.model import LinkModel
from market_profile.resolve.score import empty_pairs
from market_profile.resolve.weigh import Weigher

WRITTEN = 2
"""Records that a value stands in before it counts as one that the person has."""
SHARE = 0.2
"""Share of its records with such a value that a nominal must hold it in: errors repeat in much written nominals."""
SLIPS = 2
"""Figures of a birth that a slip of the pen may change."""
_TURNED = (0, 1, 2, 3, 4, 8, 9, 7, 5, 6)
"""Places of the figures of an ISO date with day and month swapped."""
_FIELDS = ("dob", "nominal_ref", "sex")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Guarded:
    """``clusters`` of units, and the weighed ``pairs`` (with contributions) of units in clusters that were parted."""

    clusters: Labels
    pairs: pd.DataFrame


def births_apart(one: pd.Series[str], other: pd.Series[str]) -> pd.Series[bool]:
    """Tell which births (ISO texts) no slip explains: two parts differ, not swapped, more than ``SLIPS`` figures.

    Example:
        >>> births_apart(pd.Series(["1984-03-07", "1984-03-07"]), pd.Series(["1984-07-03", "1991-12-25"])).tolist()
        [False, True]
    """
    a, b = (np.array(side.tolist(), dtype="U10").view("U1").reshape(len(side), 10) for side in (one, other))
    agrees = a == b
    same = sum(agrees[:, start:end].all(axis=1).astype(int) for start, end in ((0, 4), (5, 7), (8, 10)))
    turned = (a[:, _TURNED] == b).all(axis=1)
    return pd.Series((same < 2) & ~turned & ((~agrees).sum(axis=1) > SLIPS), index=one.index)


def part_contradictions(
    units: Coded, clusters: Labels, open_units: Flags, model: LinkModel, evidence: Evidence, judged: Constraints
) -> Guarded:
    """Return ``clusters`` without contradictions.

    Args:
        units: the units, as the model compares them.
        clusters: cluster of each unit (its lowest unit).
        open_units: only clusters that hold one of these are looked at.
        model: the frozen model.
        evidence: value frequencies and number of persons.
        judged: what people decided; units judged the same stay together.
    """
    touched = np.zeros(len(units) + 1, dtype=bool)
    touched[clusters[open_units]] = True
    at = np.flatnonzero(touched[clusters])
    table = pd.DataFrame({name: units.columns[name][at] for name in (*_FIELDS, "records")}, index=at)
    table = table.assign(cluster=clusters[at])
    apart = pd.concat([_contradicting(table, name, units) for name in _FIELDS], ignore_index=True)
    apart = apart.drop_duplicates().sort_values(["left", "right"], kind="stable")
    if apart.empty:
        return Guarded(clusters, empty_pairs())
    suspicious = np.flatnonzero(np.isin(clusters, clusters[apart["left"]]))
    code = pairs_within(clusters[suspicious], suspicious)
    few, left, right = units.among(*unpacked(code))
    weight = Weigher(few, model, evidence.frequencies, evidence.persons, adds_up=True).weigh(left, right)
    forced = np.where(np.isin(code, _code(apart)), APART, weight)

    def weigh(left: Labels, right: Labels) -> Weights:
        """Return the weights of pairs within suspicious clusters."""
        return forced[np.searchsorted(code, packed(left, right))]

    labels = np.arange(len(units))
    labels[suspicious] = clusters[suspicious]
    parts = average_link(labels, weigh, Cut(model.edge_weight, VETO - 1, model.cap))
    parted = clusters.copy()
    parted[suspicious] = parts[suspicious]
    parted = join_judged(parted, judged)
    left, right = unpacked(code)
    pairs = pd.DataFrame({"left": left, "right": right, "weight": weight})
    return Guarded(parted, pairs[parted[left] != parted[right]].reset_index(drop=True))


def _code(pairs: pd.DataFrame) -> Labels:
    return packed(pairs["left"].to_numpy(np.int64), pairs["right"].to_numpy(np.int64))


def _contradicting(table: pd.DataFrame, name: str, units: Coded) -> pd.DataFrame:
    """Return the pairs of units (``left`` < ``right``) of one cluster whose values of a field contradict each other."""
    known = table[table[name].ne(0)]
    both = _often_two(known, name)
    if name == "dob" and len(both):
        texts = units.words.texts
        births = (pd.Series(texts[both[side]], index=both.index, dtype="str") for side in ("dob", "dob_other"))
        both = both[births_apart(next(births), next(births))]
    if both.empty:
        return empty_pairs()[["left", "right"]]
    of_value = known[["cluster", name]].assign(unit=known.index)
    first = both.merge(of_value, on=["cluster", name])
    other = of_value.rename(columns={name: f"{name}_other"})
    pairs = first.merge(other, on=["cluster", f"{name}_other"], suffixes=("", "_other"))
    low = np.minimum(pairs["unit"], pairs["unit_other"])
    return pd.DataFrame({"left": low, "right": np.maximum(pairs["unit"], pairs["unit_other"])}).astype("int64")


def _often_two(known: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return each two values (``name`` < ``<name>_other``) that a ``cluster`` holds often enough to have them."""
    key = packed(known["cluster"].to_numpy(), known[name].to_numpy())
    value, place = np.unique(key, return_inverse=True)
    records = np.bincount(place, weights=known["records"].to_numpy(), minlength=len(value))
    cluster, number = unpacked(value)
    group = np.cumsum(np.diff(cluster, prepend=-1) != 0) - 1
    all_told = np.bincount(group, weights=records)[group] if len(group) else records
    often = np.flatnonzero((records >= WRITTEN) & (records >= SHARE * all_told))
    often = often[np.bincount(group[often], minlength=1)[group[often]] > 1]
    one, other = unpacked(pairs_within(cluster[often], often))
    return pd.DataFrame({"cluster": cluster[one], name: number[one], f"{name}_other": number[other]})
