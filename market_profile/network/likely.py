"""Likely supply: ties read from the parts that two people play, where no report says what ties them.

How often such a tie is one of supply is estimated from the reports alone, by capture and recapture. Take the records
that name a seller and somebody below together and say no more. Some of these ties another source states as supply. Of
true ties only a part is ever stated by another source: how large a part, the records tell that state supply themselves,
each asked in the same way whether another source states its tie again. So, for one class of parts,

    true ties among the not stated = stated again x (missed / found again, of stated ones),

and their share of the ties that nobody else stated is an odds ratio, (a / b) / (c / d): ties named together and stated
by another source (a) or not (b); records of supply whose tie another states (c) or not (d). It is Lincoln and
Petersen's estimate of what both missed. Busy ties weigh alike on both sides: a record of supply counts 1 / (1 + records
that name its two together), as each of the latter counts for the others, one tie in all. Taken for granted: a report
that merely names the two comes by a tie of supply as a report that states it does (where such reports keep to the busy
ties, the chance is too high; where they spread more evenly, too low). A stated tie counts as right: where one in seven
of those stated once is wrong, the chance is up to a seventh too high. Over eight fictional towns of 3,000 to 5,000 logs
the mean chance of a dealer and a user was .79 and the share true .84; in one of a million logs, where more stated ties
are wrong, .93 and .80. So the lower bound decides, and ``likely_supply_from`` stands above even odds by a sixth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from market_profile.network.codes import Ints, codes_of, is_one_of, places
from market_profile.network.evidence import LOGS
from market_profile.network.role_ratios import PARTS
from market_profile.network.statements import pairs_of
from market_profile.network.structure import Floats
from market_profile.network.what_if import EXPLOITED_SHARE
from market_profile.terms import Relation, Role

ABOVE = (Role.SUPPLIER.value, Role.LINE_HOLDER.value, Role.DEALER.value, Role.RUNNER.value, Role.USER.value)
"""Parts from the top of a market down: whoever stands before may supply those after. All others are in no class."""

LEAST_AGAIN = 7
"""With fewer ties found again on either side the estimate is biased (Robson and Regier 1964): none is given."""

LIKELY_COLUMNS = ("likely_supplier_nominal_id", "likely_supply_chance", "likely_supply_low")
CLASS_COLUMNS = (
    "supplier_role", "buyer_role", "together", "together_again", "stated", "stated_again", "chance", "low", "high",
    "ties",
)  # fmt: skip

_LEAST_ERROR = 1e-6

_CELL = 0.5
"""Added to each of the four counts (Haldane 1956, Gart 1966): none is zero, and the log of the ratio is less biased."""


@dataclass(frozen=True)
class Parts:
    """The parts that people play, by their place in ``names`` (place in ABOVE, -1: none of them): ``told`` by evidence
    that no tie enters, ``held`` on balance of everything, -1 where somebody is to be protected."""

    names: pd.Index
    told: Ints
    held: Ints


@dataclass(frozen=True)
class _Records:
    """Records on two people of whom one stands above: numbers of the two and of their class, whether the record states
    supply, whether another source does, and what the record counts."""

    upper: Ints
    lower: Ints
    group: Ints
    states: NDArray[np.bool_]
    again: NDArray[np.bool_]
    weight: Floats


def parts_of(names: pd.Index, told: Floats, people: pd.DataFrame) -> Parts:
    """Return the parts of ``names``; ``told``: shares (people, PARTS) by stated parts, sales and custody alone, NaN
    where nothing is told; ``people`` as from ``assign_roles``."""
    rank = np.array([ABOVE.index(part) if part in ABOVE else -1 for part in PARTS])
    known = ~np.isnan(told[:, 0])
    first = np.full(len(names), -1, dtype=np.int64)
    first[known] = rank[np.argmax(told[known], axis=1)]
    held = np.full(len(names), -1, dtype=np.int64)
    free = (people["exploited_share"] < EXPLOITED_SHARE).to_numpy()
    held[places(people["nominal_id"], names)] = np.where(free, places(people["role"], ABOVE), -1)
    return Parts(names, first, held)


def likely_supply(
    statements: pd.DataFrame, edges: pd.DataFrame, ends: tuple[Ints, Ints], parts: Parts, least: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``edges`` with LIKELY_COLUMNS, and the classes of parts (CLASS_COLUMNS) with what their records tell.

    ``statements`` as from ``tie_statements``, ``ends`` the numbers of the two people of each tie. A tie is likely
    supply where two people were named together and no record says what ties them, both parts are told and held, and the
    lower bound (95 %) of its class is ``least`` or more. ``ties`` counts those; a class with too little evidence has no
    chance (NaN).
    """
    classes = _estimated(_records(statements, parts))
    source, target = ends
    upper = np.where(parts.told[source] < parts.told[target], source, target)
    lower = source + target - upper
    group = _class(parts.told[upper], parts.told[lower])
    chance, low = (classes[name].to_numpy() for name in ("chance", "low"))
    is_likely = _unstated(edges, source, target, len(parts.names)) & (group >= 0) & (low[group] >= least)
    for people in (upper, lower):
        is_likely &= parts.told[people] == parts.held[people]
    named = pd.Series(parts.names[upper], index=edges.index, dtype="str")
    told = edges.assign(
        likely_supplier_nominal_id=named.where(is_likely),
        likely_supply_chance=np.where(is_likely, chance[group], np.nan),
        likely_supply_low=np.where(is_likely, low[group], np.nan),
    )
    classes["ties"] = np.bincount(group[is_likely], minlength=len(classes))
    return told, classes[classes["together"] > 0].reset_index(drop=True)[list(CLASS_COLUMNS)]


def _class(upper: Ints, lower: Ints) -> Ints:
    """Return the number of the class of two places in ABOVE; -1 where one is in none or neither stands above."""
    return np.where((upper >= 0) & (upper < lower), upper * len(ABOVE) + lower, -1)


def _unstated(edges: pd.DataFrame, source: Ints, target: Ints, people: int) -> NDArray[np.bool_]:
    """Return which ties no record says anything of but that the two were named together: no other tie is theirs."""
    pair = np.unique(pairs_of(source, target, people), return_inverse=True)[1]
    is_together = (edges["relation"] == Relation.ASSOCIATES.value) & ~edges["is_stated"] & ~edges["is_suspected_false"]
    found: NDArray[np.bool_] = is_together.to_numpy(bool) & (np.bincount(pair)[pair] == 1)
    return found


def _records(statements: pd.DataFrame, parts: Parts) -> _Records:
    """Return the sound records that name two people of a class together, or state supply from the upper to the lower;
    those of pairs of whom some record states another tie are left out."""
    sound = statements[~statements["is_suspected_false"]]
    relation, is_stated = sound["relation"], sound["is_stated"].to_numpy(bool)
    one, other = codes_of(sound["source_id"]), codes_of(sound["target_id"])
    states = (relation == Relation.SUPPLIES.value).to_numpy()
    together = (relation == Relation.ASSOCIATES.value).to_numpy() & ~is_stated & (sound["kind"] == LOGS).to_numpy()
    pair = pairs_of(one, other, max(len(parts.names), 1))
    swap = together & (parts.told[one] > parts.told[other])
    upper, lower = np.where(swap, other, one), np.where(swap, one, other)
    group = _class(parts.told[upper], parts.told[lower])
    rows = np.flatnonzero((states | together) & (group >= 0) & ~is_one_of(pair, pair[is_stated & ~states]))
    number = np.unique(pair[rows], return_inverse=True)[1]
    again = _again(number, codes_of(sound["source_key"])[rows], states[rows])
    weight = 1.0 / (np.bincount(number, together[rows])[number] + states[rows])
    return _Records(upper[rows], lower[rows], group[rows], states[rows], again, weight)


def _again(number: Ints, source: Ints, states: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each record whether a source other than its own states supply between its pair (a ``number``)."""
    most = int(source.max(initial=0))
    least, last = np.full(len(number), most + 1), np.full(len(number), -1)
    np.minimum.at(least, number[states], source[states])
    np.maximum.at(last, number[states], source[states])
    found: NDArray[np.bool_] = (last[number] >= 0) & ((least[number] != source) | (last[number] != source))
    return found


def _estimated(records: _Records) -> pd.DataFrame:
    """Return by number of the class its parts, counts of records, chance and bounds (95 %); NaN where too little is
    told."""
    size = len(ABOVE) ** 2
    cell = records.states * 2 + ~records.again
    counts = np.asarray(np.bincount(records.group * 4 + cell, records.weight, 4 * size), float).reshape(size, 4)
    whole = counts + _CELL
    ratio = np.log(whole[:, 0] / whole[:, 1]) - np.log(whole[:, 2] / whole[:, 3])
    found = share_of(ratio, np.sqrt(_variance(records, cell, whole)))
    found = np.where(_ties_again(records, size) >= LEAST_AGAIN, found, np.nan).round(4)
    upper, lower = np.divmod(np.arange(size), len(ABOVE))
    parts = np.array(ABOVE, dtype=object)
    return pd.DataFrame(
        {
            "supplier_role": pd.Series(parts[upper], dtype="str"),
            "buyer_role": pd.Series(parts[lower], dtype="str"),
            "together": counts[:, :2].sum(axis=1).round(6),
            "together_again": counts[:, 0].round(6),
            "stated": counts[:, 2:].sum(axis=1).round(6),
            "stated_again": counts[:, 2].round(6),
            **dict(zip(("low", "chance", "high"), found, strict=True)),
        }
    )


def share_of(ratio: Floats, error: Floats) -> Floats:
    """Return lower bound, middle and upper bound (95 %) of shares whose log was estimated as ``ratio``.

    Normal on the log (Woolf 1955), given that no share exceeds 1: an estimate above 1 says that the share is high, not
    that it is certain.

    Example:
        >>> share_of(np.log(np.array([0.5, 1.2])), np.array([0.1, 0.1])).round(2).tolist()
        [[0.41, 0.84], [0.5, 0.97], [0.61, 1.0]]
    """
    error = np.maximum(error, _LEAST_ERROR)
    z = special.ndtri_exp(np.log([[0.025], [0.5], [0.975]]) + special.log_ndtr(-ratio / error))
    found: Floats = np.minimum(np.exp(ratio + z * error), 1.0)
    return found


def _variance(records: _Records, cell: Ints, whole: Floats) -> Floats:
    """Return the variance of the log of each class's odds ratio: squares of what each seller adds to it, summed.

    The records of one seller hang together: Huber's sandwich (1967), with G / (G - 1).
    """
    weight = records.weight * np.array([1.0, -1.0, -1.0, 1.0])[cell] / whole[records.group, cell]
    people = int(records.upper.max(initial=0)) + 1
    seller, of = np.unique(records.group * people + records.upper, return_inverse=True)
    added, group = np.bincount(of, weight, len(seller)), seller // people
    sellers = np.bincount(group, minlength=len(whole))
    found: Floats = np.bincount(group, added**2, len(whole)) * sellers / np.maximum(sellers - 1, 1)
    return found


def _ties_again(records: _Records, size: int) -> Ints:
    """Return for each class how many ties another source states, of those named together and of those stated: the
    fewer."""
    people = int(max(records.upper.max(initial=0), records.lower.max(initial=0))) + 1
    tie = (records.group * people + records.upper) * people + records.lower
    sides = []
    for states in (records.states, ~records.states):
        ties = np.unique(tie[states & records.again])
        sides.append(np.bincount(ties // (people * people), minlength=size))
    return np.minimum(*sides)
