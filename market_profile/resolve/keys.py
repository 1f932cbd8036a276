"""Blocking keys: what two units must share to be compared at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.blocks import RULE_BIT
from market_profile.resolve.coded import Coded, Codes
from market_profile.resolve.lists import Lists, Numbers, spread

_HANDED_ROUND = 10
"""A phone or address of more people than this brings nobody together."""
_BITS = RULE_BIT // 2
"""Bits of each half of a key: room for half a milliard different values; the rule's number stands above both."""


def blocking_keys(units: Coded) -> pd.DataFrame:
    """Return one row per unit and key (columns ``unit``, ``key``: a number that stands for rule and values).

    Rules: reference; full name in either order; sound, start or end of the surname with an initial; date of birth and
    its day-month swap with an initial; birth year with a name; phone; address; vehicle; rare street name; common
    street name with a place, a co-mentioned person or a name; forename with a co-mentioned person or a place.
    """
    held, words = units.columns, units.words
    sur, fore, sound = held["surname"], held["forename"], held["surname_sound"]
    year = held["dob_year"]
    first = words.slices(fore, 0, 1)
    phone = np.where(held["phone_sharers"] <= _HANDED_ROUND, held["phone"], 0)
    home = np.where(held["address_sharers"] <= _HANDED_ROUND, held["address"], 0)
    rules: list[tuple[int, npt.NDArray[np.int32], npt.NDArray[np.int32] | None]] = [
        (0, held["nominal_ref"], None),
        (1, sur, fore),
        (1, fore, sur),
        (2, sound, first),
        (3, words.slices(sur, 0, 4), first),
        (4, words.slices(sur, -4, None), first),
        (5, held["dob"], None),
        (5, held["dob_swapped"], None),
        (6, year, sound),
        (7, year, fore),
        (8, phone, None),
        (9, home, None),
        (10, held["vrm"], None),
    ]
    own = np.arange(len(units), dtype=np.int64)
    parts = [_keyed(own, rule, left, right) for rule, left, right in rules]
    rare, aliases = units.lists["rare_aliases"], units.lists["aliases"]
    parts.append(_keyed(rare.rows, 11, rare.values, None))
    roots = units.by_word["forename_roots"][1].take(fore.astype(np.int64))
    for rule, column in ((12, "places"), (14, "associates")):
        parts.append(_crossed(rule, aliases, units.lists[column]))
        parts.append(_crossed(rule + 1, roots, units.lists[column]))
    columns = {"unit": np.concatenate([p[0] for p in parts]), "key": np.concatenate([p[1] for p in parts])}
    return pd.DataFrame(columns, copy=False)


def _keyed(own: Numbers, rule: int, left: Codes | Numbers, right: Codes | Numbers | None) -> tuple[Numbers, Numbers]:
    """Return units and keys of a rule; a key of a blank value (0) is none."""
    known = np.flatnonzero(left) if right is None else np.flatnonzero((left != 0) & (right != 0))
    key = (np.int64(rule) << (2 * _BITS)) | (left[known].astype(np.int64) << _BITS)
    return own[known], key if right is None else key | right[known].astype(np.int64)


def _crossed(rule: int, words: Lists, context: Lists) -> tuple[Numbers, Numbers]:
    """Return keys of a word that many bear together with a place or a co-mentioned person of the same unit."""
    row = words.rows
    times = context.sizes[row]
    what = context.values[spread(context.start[row], times)].astype(np.int64)
    return _keyed(np.repeat(row, times), rule, np.repeat(words.values, times), what + 1)
