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
from market_profile.resolve.identity import ids_before
from market_profile.resolve.lists import order_of, packed, unpacked
from market_profile.resolve.mentions import MENTION_KEY
from market_profile.resolve.units import Units

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
    held: pd.DataFrame,
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
    ids = ids_before(held)
    weighed = frozenset(previous["questioned"]["nominal_id"])
    doubted = two_births(ids, mentions["dob"]) - weighed
    reasons = dict.fromkeys(sorted(doubted), "two births") | dict.fromkeys(ids[shaken & ids.ne("")], "judgement")
    stays = held["nominal_id"].notna().to_numpy() & (held["content"].to_numpy() == units.content)
    stays &= ~ids.isin(list(reasons)).to_numpy()
    unit, number, chance = _most_held(units.of_mention[stays], ids[stays], held["match_probability"][stays])
    result = replace(nothing_settled(count), questioned=weighed | doubted, reasons=reasons)
    lowest = np.full(int(number.max(initial=-1)) + 1, count, dtype=np.int64)
    np.minimum.at(lowest, number, unit)
    result.clusters[unit] = lowest[number]
    result.fresh[unit] = False
    result.certainty[unit] = chance
    return result


def _most_held(
    unit: Labels, ids: pd.Series[str], chance: pd.Series[float]
) -> tuple[Labels, Labels, npt.NDArray[np.float64]]:
    """Return each unit with the number of the nominal that holds most of its mentions, and their lowest certainty."""
    number = pd.factorize(ids, sort=True)[0]
    width = int(number.max(initial=0)) + 1
    key = unit * width + number
    order = order_of(key)
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    if not len(first):
        return unit, unit, np.zeros(0)
    mentions = np.diff(np.append(first, len(key)))
    least = np.minimum.reduceat(chance.to_numpy(np.float64)[order], first)
    units, numbers = np.divmod(key[order][first], width)
    best = np.lexsort((numbers, -mentions, units))
    best = best[np.flatnonzero(np.diff(units[best], prepend=-1))]
    return units[best], numbers[best], least[best]


def two_births(ids: pd.Series[str], births: pd.Series[pd.Timestamp]) -> set[str]:
    """Return the nominals that hold two births, each written at least twice, that no slip of the pen explains.

    Such a nominal is called in question: its mentions are linked afresh, and what comes apart is a split in the
    ledger. Two births are one where day, month and year agree in two, where day and month are swapped, or where at
    most two figures differ.

    Args:
        ids: last month's nominal of each mention, "" where new.
        births: birth of each mention, NaT where not known or a placeholder.
    """
    known = births.notna().to_numpy() & ids.ne("").to_numpy()
    code, names = pd.factorize(ids[known])
    day, days = pd.factorize(births[known], sort=True)
    pair, times = np.unique(packed(code, day), return_counts=True)
    number, born = unpacked(pair[times >= WRITTEN])
    often = pd.DataFrame({"id": names.take(number), "birth": days.take(born)})[pd.Series(number).duplicated(keep=False)]
    both = often.merge(often, on="id", suffixes=("", "_other"))
    both = both[both["birth"] < both["birth_other"]]
    if both.empty:
        return set()
    one, other = (both[name].dt.strftime("%Y-%m-%d").astype("str") for name in ("birth", "birth_other"))
    return set(both["id"][births_apart(one, other)])


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
