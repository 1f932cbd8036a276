"""Candidate pairs: units that share a blocking key, made part by part, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.lists import Flags, Numbers, distinct, order_of, packed, spread, unpacked

_AT_ONCE = 1 << 20
"""Pairs made at a time, with repeats: what the processor's caches hold."""
_HELD = np.int64(1 << 31)
_MET = 300
"""Others that a unit may meet on average, with repeats (a town of 100,000 logs: 215)."""
_MEETINGS = 60_000_000
"""Meetings in all, with repeats (a town of 100,000 logs: 28 million): a region's units meet fewer each."""
_SMALL = 40
"""Units that share a key are always compared up to this many."""
_HASH_BITS = 22
"""Most bits of the hash of a key by which it is told that no seeking unit holds it: a table of 4 MB."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Odd number that spreads keys over that table (Fibonacci hashing)."""
RULE_BIT = 58
"""A key that is a number has its rule's number above this bit."""

Pairs = tuple[Numbers, Numbers]
"""Left and right unit numbers, left below right, each pair once, in order."""


@dataclass(frozen=True)
class Blocks:
    """Units by key, those that look for partners first; ``ends`` is where each one's block ends.

    ``largest``: units that a block may hold.
    """

    unit: Numbers
    ends: Numbers
    seeks: Flags
    largest: int

    def chunks(self) -> Iterator[Pairs]:
        """Yield the pairs of units that share a key, at least one of them seeking; no pair stands in two parts."""
        at = np.flatnonzero(self.seeks & (self.ends > np.arange(len(self.ends)) + 1))
        at = at[order_of(self.unit[at])]
        owner, made = self.unit[at], np.cumsum(self.ends[at] - at - 1)
        start = 0
        while start < len(at):
            before = made[start - 1] if start else 0
            stop = max(int(np.searchsorted(made, before + _AT_ONCE)), start + 1)
            stop = int(np.searchsorted(owner, owner[min(stop, len(at)) - 1], side="right"))
            yield _pairs(self.unit, at[start:stop], self.ends[at[start:stop]])
            start = stop

    def within(self, labels: Numbers) -> Blocks:
        """Return the blocks of units that share a key and a label."""
        label = labels[self.unit]
        order = np.lexsort((np.arange(len(label)), label, self.ends))
        label, ends = label[order], self.ends[order]
        new = np.flatnonzero((np.diff(label, prepend=-1) != 0) | (np.diff(ends, prepend=-1) != 0))
        sizes = np.diff(np.append(new, len(label)))
        finish = np.repeat(new + sizes, sizes)
        return Blocks(self.unit[order], finish, self.seeks[order], self.largest)


def _pairs(unit: Numbers, at: Numbers, ends: Numbers) -> Pairs:
    """Return the pairs of the units at ``at`` with those after them up to ``ends``."""
    counts = ends - at - 1
    one, other = np.repeat(unit[at], counts), unit[spread(at + 1, counts)]
    return unpacked(distinct(packed(np.minimum(one, other), np.maximum(one, other))))


def make_blocks(
    keys: pd.DataFrame, largest_block: int, seeking: Flags | None = None, is_bounded: bool = False
) -> Blocks:
    """Return the blocks of units that share a key.

    Args:
        keys: columns ``unit`` (int64) and ``key`` (text, or a number that stands for it).
        largest_block: keys held by more units are left out; they name nobody (a hostel, a common first name).
        seeking: flags by unit number; only pairs with at least one seeking unit are made (all seek by default).
        is_bounded: leave out the largest blocks where units would meet more than ``_MET`` others each on average, or
            more than ``_MEETINGS`` in all.
    """
    unit, code = _shared(*_asked(keys, seeking))
    if seeking is not None:
        met = np.bincount(code, weights=seeking[unit]) > 0
        unit, code = unit[met[code]], code[met[code]]
        unit = np.where(seeking[unit], unit, unit | _HELD)
    seekers = len(keys) and int(keys["unit"].max()) + 1 if seeking is None else int(seeking.sum())
    code, unit = unpacked(distinct(packed(code, unit)))
    held = (unit & _HELD) != 0
    largest_block = min(largest_block, _affordable(code, ~held, seekers)) if is_bounded else largest_block
    sizes = np.bincount(code)[code]
    starts = np.searchsorted(code, code)
    keep = np.flatnonzero((sizes > 1) & (sizes <= largest_block))
    place = np.cumsum((sizes > 1) & (sizes <= largest_block)) - 1
    ends = place[starts[keep] + sizes[keep] - 1] + 1
    return Blocks((unit & ~_HELD)[keep], ends, ~held[keep], largest_block)


def _affordable(code: Numbers, seeks: Flags, units: int) -> int:
    """Return the largest block for which seeking units meet no more than ``_MET`` others each, ``_MEETINGS`` in all.

    Names, birthdays and years do not grow with the records, so that the blocks of a region would make pairs with the
    square of its records; the largest blocks, which say least, go first.
    """
    sizes, seekers = np.bincount(code), np.bincount(code, weights=seeks)
    of_size = np.bincount(sizes, weights=seekers * np.maximum(sizes - 1, 0))
    within = np.searchsorted(np.cumsum(of_size), min(_MET * units, _MEETINGS), side="right")
    return max(int(within) - 1, _SMALL) if within < len(of_size) else len(code)


def _asked(keys: pd.DataFrame, seeking: Flags | None) -> tuple[Numbers, npt.NDArray[Any]]:
    """Return units and keys, without most of those that no seeking unit holds (told by hashes of the keys)."""
    unit, key = keys["unit"].to_numpy(np.int64), keys["key"].to_numpy()
    if seeking is None or not np.issubdtype(key.dtype, np.integer):
        return unit, key
    bits = min(len(key).bit_length() + 2, _HASH_BITS)
    with np.errstate(over="ignore"):
        place = (key.astype(np.uint64) * _SPREAD) >> np.uint64(64 - bits)
    held = np.zeros(1 << bits, dtype=bool)
    held[place[seeking[unit]]] = True
    at = np.flatnonzero(held[place])
    return unit[at], key[at]


def _shared(unit: Numbers, key: npt.NDArray[Any]) -> Pairs:
    """Return the units and codes of the keys that stand more than once.

    Numbers come rule by rule (``keys.blocking_keys``), so that only one rule's keys are held in a hash table at a time.
    """
    rule = key >> RULE_BIT if np.issubdtype(key.dtype, np.integer) else np.zeros(len(key), dtype=np.int64)
    ends = np.append(np.flatnonzero(np.diff(rule)) + 1, len(key)).tolist()
    units, codes, above = [unit[:0]], [unit[:0]], 0
    for start, end in pairwise([0, *ends]):
        code = pd.factorize(key[start:end])[0]
        twice = np.flatnonzero(np.bincount(code)[code] > 1)
        units.append(unit[start:end][twice])
        codes.append(code[twice].astype(np.int64) + above)
        above += int(code.max(initial=-1)) + 1
    return np.concatenate(units), np.concatenate(codes)


def candidate_pairs(keys: pd.DataFrame, largest_block: int, seeking: Flags | None = None) -> pd.DataFrame:
    """Return the pairs of units that share a blocking key (arguments as of ``make_blocks``).

    Returns:
        Frame with ``left`` < ``right``, each pair once, in order.
    """
    parts = [packed(left, right) for left, right in make_blocks(keys, largest_block, seeking).chunks()]
    left, right = unpacked(np.sort(np.concatenate([*parts, np.zeros(0, np.int64)])))
    return pd.DataFrame({"left": left, "right": right})
