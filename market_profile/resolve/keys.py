"""Blocking keys: what two units must share to be compared at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.lists import exploded

Codes = npt.NDArray[np.int64]
_HANDED_ROUND = 10
"""A phone or address of more people than this brings nobody together."""
_BITS = 29
"""Bits of each half of a key: room for half a milliard different values; the rule's number stands above both."""


@dataclass(frozen=True)
class _Words:
    """A column as numbers (-1 where blank) with the values that they stand for."""

    code: Codes
    values: pd.Series[str]

    def folded(self, fold: Callable[[pd.Series[str]], pd.Series[str]]) -> Codes:
        """Return codes of the folded values: each value is folded once."""
        of_value = pd.factorize(fold(self.values))[0] if len(self.values) else np.array([-1])
        return np.where(self.code < 0, -1, of_value[self.code]).astype(np.int64)


def blocking_keys(units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit and key (columns ``unit``, ``key``: a number that stands for rule and values).

    Rules: reference; full name in either order; sound, start or end of the surname with an initial; date of birth and
    its day-month swap with an initial; birth year with a name; phone; address; vehicle; rare street name; common
    street name with a place, a co-mentioned person or a name; forename with a co-mentioned person or a place.
    """
    sur, fore = _words(units["surname"], units["forename"])
    born, swapped = _words(units["dob"], units["dob_swapped"])
    sound = _words(units["surname_sound"])[0].code
    year = np.where(units["dob_year"] > 0, units["dob_year"], -1).astype(np.int64)
    first = fore.folded(lambda values: values.str.slice(0, 1))
    phone = np.where(units["phone_sharers"] <= _HANDED_ROUND, _words(units["phone"])[0].code, -1)
    home = np.where(units["address_sharers"] <= _HANDED_ROUND, _words(units["address"])[0].code, -1)
    start, end = (sur.folded(cut) for cut in (lambda v: v.str.slice(0, 4), lambda v: v.str.slice(-4)))
    rules: list[tuple[int, Codes, Codes | None]] = [
        (0, _words(units["nominal_ref"])[0].code, None),
        (1, sur.code, fore.code),
        (1, fore.code, sur.code),
        (2, sound, first),
        (3, start, first),
        (4, end, first),
        (5, born.code, None),
        (5, swapped.code, None),
        (6, year, sound),
        (7, year, fore.code),
        (8, phone, None),
        (9, home, None),
        (10, _words(units["vrm"])[0].code, None),
    ]
    own = units["unit"].to_numpy(np.int64)
    parts = [_keyed(own, rule, left, right) for rule, left, right in rules]
    rare_row, rare = _listed(units["rare_aliases"])
    parts.append(_keyed(own[rare_row], 11, rare, None))
    alias, root = _listed(units["aliases"]), _listed(units["forename_roots"])
    for rule, column in ((12, "places"), (14, "associates")):
        context = _listed(units[column])
        parts.append(_crossed(own, rule, alias, context))
        parts.append(_crossed(own, rule + 1, root, context))
    return pd.DataFrame({"unit": np.concatenate([p[0] for p in parts]), "key": np.concatenate([p[1] for p in parts])})


def _words(*columns: pd.Series[Any]) -> list[_Words]:
    """Return the columns as numbers in one space, so that a value has one number in all of them."""
    everything = np.concatenate([column.to_numpy(dtype=object) for column in columns])
    code, values = pd.factorize(everything)
    code = np.where((values == "")[code], -1, code).astype(np.int64)
    ends = np.cumsum([0, *(len(column) for column in columns)])
    texts = pd.Series(values, dtype="str")
    return [_Words(code[a:b], texts) for a, b in pairwise(ends.tolist())]


def _listed(column: pd.Series[Any]) -> tuple[Codes, Codes]:
    """Return (row, code) of every value in a column of lists that is not blank."""
    row, value = exploded(column)
    code, values = pd.factorize(value)
    filled = (values != "")[code] if len(values) else np.zeros(0, dtype=bool)
    return row[filled].astype(np.int64), code[filled].astype(np.int64)


def _keyed(own: Codes, rule: int, left: Codes, right: Codes | None) -> tuple[Codes, Codes]:
    right = np.zeros(len(left), dtype=np.int64) if right is None else right
    known = (left >= 0) & (right >= 0)
    return own[known], (np.int64(rule) << (2 * _BITS)) | (left[known] << _BITS) | right[known]


def _crossed(own: Codes, rule: int, words: tuple[Codes, Codes], context: tuple[Codes, Codes]) -> tuple[Codes, Codes]:
    """Return keys of a word that many bear together with a place or a co-mentioned person of the same unit."""
    row, word = words
    counts = np.bincount(context[0], minlength=len(own))
    starts = np.cumsum(counts) - counts
    times = counts[row]
    shift = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    what = context[1][np.repeat(starts[row], times) + shift]
    return _keyed(own[np.repeat(row, times)], rule, np.repeat(word, times), what)
