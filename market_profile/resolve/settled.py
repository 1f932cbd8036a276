"""What last month settled: units that keep the nominal they had, and units to be linked this month.

Nothing is asked twice. A nominal of last month stands unless a judgement on it changed; its mentions are not scored
against each other again. Fresh are mentions that are new, whose text changed, or whose nominal was called in question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.cluster import Labels
from market_profile.resolve.guard import WRITTEN, births_apart
from market_profile.resolve.identity import Held, id_numbers, id_texts
from market_profile.resolve.lists import Numbers, packed, pairs_within, unpacked
from market_profile.resolve.mentions import MENTION_KEY
from market_profile.resolve.units import Units

Chances = npt.NDArray[np.float64]
_WHICH = ("left", "right")
_SIDES = tuple(f"{side}_{part}" for side in _WHICH for part in MENTION_KEY)


@dataclass(frozen=True)
class Settled:
    """By unit: ``clusters`` (the lowest unit of its nominal; itself where fresh), ``fresh`` and ``certainty``.

    ``questioned``: nominals whose two births a link has weighed by now; they are not called in question again.
    ``reasons``: why nominals of last month were called in question now, by id.
    """

    clusters: Labels
    fresh: npt.NDArray[np.bool_]
    certainty: npt.NDArray[np.float64]
    questioned: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)


def nothing_settled(count: int) -> Settled:
    """Return that all of ``count`` units are fresh."""
    return Settled(np.arange(count, dtype=np.int64), np.ones(count, dtype=bool), np.ones(count))


def settled_units(
    mentions: pd.DataFrame,
    units: Units,
    held: Held,
    previous: Mapping[str, pd.DataFrame],
    stand: pd.DataFrame,
    version: str,
) -> Settled:
    """Return which units stand where last month put them.

    Args:
        mentions: all mentions now.
        units: their units.
        held: what last month holds of each mention (``identity.held_before``).
        previous: the state of last month; without it, or where it came of another model, all units are fresh.
        stand: the judgements that stand now (mention numbers).
        version: the model's version.
    """
    count = len(units.coded)
    if "model" not in previous or previous["model"]["version"].tolist() != [version]:
        return nothing_settled(count)
    shaken = _shaken(mentions, stand, previous["judgements"])
    weighed = frozenset(previous["questioned"]["nominal_id"])
    doubted = two_births(held.nominal, mentions["dob"]) - weighed
    taken_back = id_texts(held.nominal[shaken & (held.nominal > 0)])
    reasons = dict.fromkeys(sorted(doubted), "two births") | dict.fromkeys(taken_back, "judgement")
    asked = id_numbers(pd.Series([*reasons], dtype="str"))
    stays = (held.nominal > 0) & (held.content == units.content) & ~np.isin(held.nominal, asked)
    unit, number, chance = _most_held(units.of_mention[stays], held.nominal[stays], held.chance[stays])
    result = replace(nothing_settled(count), questioned=weighed | doubted, reasons=reasons)
    lowest = np.full(int(number.max(initial=-1)) + 1, count, dtype=np.int64)
    np.minimum.at(lowest, number, unit)
    result.clusters[unit] = lowest[number]
    result.fresh[unit] = False
    result.certainty[unit] = chance
    return result


def _most_held(unit: Labels, number: Numbers, chance: Chances) -> tuple[Labels, Numbers, Chances]:
    """Return each unit with the nominal that holds most of its mentions, and their lowest certainty.

    Most units lie in one nominal whole; only the others are counted.
    """
    count = int(unit.max(initial=-1)) + 1
    whose, least = np.zeros(count, dtype=np.int64), np.ones(count)
    whose[unit] = number
    torn = np.zeros(count, dtype=bool)
    torn[unit[whose[unit] != number]] = True
    np.minimum.at(least, unit, chance)
    at = np.flatnonzero(torn[unit])
    if len(at):
        key, place, mentions = np.unique(packed(unit[at], number[at]), return_inverse=True, return_counts=True)
        lowest = np.ones(len(key))
        np.minimum.at(lowest, place, chance[at])
        units, numbers = unpacked(key)
        best = np.lexsort((numbers, -mentions, units))
        best = best[np.flatnonzero(np.diff(units[best], prepend=-1))]
        whose[units[best]], least[units[best]] = numbers[best], lowest[best]
    held = np.flatnonzero(whose)
    return held, whose[held], least[held]


def two_births(numbers: Numbers, births: pd.Series[pd.Timestamp]) -> set[str]:
    """Return the ids of nominals that hold two births, each written at least twice, that no slip of the pen explains.

    Such a nominal is called in question: its mentions are linked afresh, and what comes apart is a split in the
    ledger. Two births are one where day, month and year agree in two, where day and month are swapped, or where at
    most two figures differ.

    Args:
        numbers: number of each mention's nominal last month, 0 where new.
        births: birth of each mention, NaT where not known or a placeholder.
    """
    days = births.to_numpy().astype("datetime64[D]")
    at = np.flatnonzero(~np.isnat(days) & (numbers > 0))
    one = np.empty(int(numbers.max(initial=0)) + 1, dtype=days.dtype)
    one[numbers[at]] = days[at]
    several = np.zeros(len(one), dtype=bool)
    several[numbers[at[one[numbers[at]] != days[at]]]] = True
    at = at[several[numbers[at]]]
    known, day = np.unique(days[at], return_inverse=True)
    key, times = np.unique(packed(numbers[at], day), return_counts=True)
    number, day = unpacked(key[times >= WRITTEN])
    left, right = unpacked(pairs_within(number, np.arange(len(number))))
    first, second = (pd.Series(np.datetime_as_string(known[day[side]]), dtype="str") for side in (left, right))
    return set(id_texts(number[left][births_apart(first, second)]))


def questioned_state(doubted: set[str], settled: Settled) -> pd.DataFrame:
    """Return which nominals of two births (``doubted``) a link has weighed: all of them after a link from nothing."""
    weighed = doubted if settled.fresh.all() else doubted & settled.questioned
    return pd.DataFrame({"nominal_id": pd.Series(sorted(weighed), dtype="str")})


def judgement_state(mentions: pd.DataFrame, stand: pd.DataFrame) -> pd.DataFrame:
    """Return the standing judgements by the keys of their mentions, for next month's comparison."""
    if stand.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in (*_SIDES, "judgement")})
    parts = {"judgement": stand["judgement"].astype("str").to_numpy()}
    for side in _WHICH:
        judged = mentions[MENTION_KEY].iloc[stand[side].to_numpy(np.int64)]
        parts |= {f"{side}_{part}": judged[part].to_numpy() for part in MENTION_KEY}
    frame = pd.DataFrame(parts).astype("str")[[*_SIDES, "judgement"]]
    return frame.sort_values(list(frame.columns), kind="stable").reset_index(drop=True)


def _shaken(mentions: pd.DataFrame, stand: pd.DataFrame, before: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which mentions a judgement was made or taken back on since last month."""
    if stand.empty and before.empty:
        return np.zeros(len(mentions), dtype=bool)
    now = judgement_state(mentions, stand)
    changed = pd.concat([now, before.astype("str")], ignore_index=True).drop_duplicates(keep=False)
    if changed.empty:
        return np.zeros(len(mentions), dtype=bool)
    sides = [changed[[f"{side}_{part}" for part in MENTION_KEY]].set_axis(MENTION_KEY, axis=1) for side in _WHICH]
    keys = pd.MultiIndex.from_frame(pd.concat(sides, ignore_index=True))
    return np.asarray(pd.MultiIndex.from_frame(mentions[MENTION_KEY]).isin(keys), dtype=bool)
