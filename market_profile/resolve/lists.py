"""Lists of numbers, one a row, in two flat arrays: made, merged and compared by sorting, never row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Whole = npt.NDArray[np.int64] | npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
_LOW = np.int64(0xFFFFFFFF)
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Odd numbers that spread close values over the 64 bits of a mark (Fibonacci hashing)."""


def distinct(values: Numbers) -> Numbers:
    """Return the distinct values in order; sorting beats hashing many times over on whole numbers."""
    ordered = np.sort(values)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))] if len(ordered) else ordered


def ranked(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct ``numbers`` (0 and more, not far above their count) in order, and the place of each of them.

    Example:
        >>> [part.tolist() for part in ranked(np.array([7, 2, 7]))]
        [[2, 7], [1, 0, 1]]
    """
    seen = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=bool)
    seen[numbers] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[numbers]


def order_of(keys: Numbers) -> Numbers:
    """Return the order in which ``keys`` (0 and more) rise, equal ones as they stand.

    Key and place are sorted as one number where they fit: ten times as quick as a stable sort of places.

    Example:
        >>> order_of(np.array([5, 0, 5, 1])).tolist()
        [1, 3, 0, 2]
    """
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)) >> (63 - bits) or int(keys.min(initial=0)) < 0:
        return np.argsort(keys, kind="stable")
    return np.sort((keys << bits) | np.arange(len(keys))) & ((1 << bits) - 1)


def packed(high: Whole, low: Whole) -> Numbers:
    """Return two columns of whole numbers (0 to 2**31) as one, which sorts as they do."""
    return (high.astype(np.int64) << 32) | low.astype(np.int64)


def unpacked(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the two columns of ``packed``."""
    return values >> 32, values & _LOW


def spread(starts: Numbers, counts: Numbers) -> Numbers:
    """Return starts[0], starts[0] + 1, ... (counts[0] of them), then starts[1], ... in one array.

    Example:
        >>> spread(np.array([7, 3]), np.array([2, 3])).tolist()
        [7, 8, 3, 4, 5]
    """
    total = int(counts.sum())
    return np.arange(total, dtype=np.int64) + np.repeat(starts - np.cumsum(counts) + counts, counts)


def pairs_within(group: Numbers, member: Numbers) -> Numbers:
    """Return the pairs (``packed``, in order) of members of one group; the members rise.

    Example:
        >>> [side.tolist() for side in unpacked(pairs_within(np.array([5, 2, 5, 5]), np.array([0, 3, 4, 6])))]
        [[0, 0, 4], [4, 6, 6]]
    """
    order = order_of(group)
    group, member = group[order], member[order]
    place = np.arange(len(group))
    later = np.searchsorted(group, group, side="right") - place - 1
    return np.sort(packed(np.repeat(member, later), member[spread(place + 1, later)]))


@dataclass(frozen=True)
class Lists:
    """Row r holds ``values[start[r]:start[r + 1]]``: sorted, each once, 0 or more; ``times`` (of some): how often."""

    start: Numbers
    values: npt.NDArray[np.int32]
    times: npt.NDArray[np.int32] | None = None

    @property
    def sizes(self) -> Numbers:
        """Number of values of each row."""
        return np.diff(self.start)

    @property
    def rows(self) -> Numbers:
        """The row of each value."""
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int64), self.sizes)

    def take(self, rows: Numbers) -> Lists:
        """Return the lists of ``rows``, in that order."""
        sizes = self.sizes[rows]
        at = spread(self.start[rows], sizes)
        return Lists(np.r_[0, np.cumsum(sizes)], self.values[at], None if self.times is None else self.times[at])

    def only(self, keep: Flags) -> Lists:
        """Return the lists with only those entries for which ``keep`` (by entry) holds."""
        before = np.r_[0, np.cumsum(keep)]
        return Lists(before[self.start], self.values[keep])

    def where(self, keep: Flags) -> Lists:
        """Return the lists with only those values for which ``keep`` (by value) holds."""
        kept = keep[self.values] if len(self.values) else np.zeros(0, dtype=bool)
        before = np.r_[0, np.cumsum(kept)]
        return Lists(before[self.start], self.values[kept])


def lists_of(owner: Numbers, values: Numbers, count: int) -> Lists:
    """Return, for rows 0..count-1, the sorted distinct ``values`` of each owner; owners below 0 are passed over.

    Example:
        >>> found = lists_of(np.array([1, 0, 1, 1]), np.array([5, 3, 3, 5]), 3)
        >>> (found.start.tolist(), found.values.tolist())
        ([0, 1, 3, 3], [3, 3, 5])
    """
    known = owner >= 0
    pairs = distinct(packed(owner[known], values[known]))
    whose, what = unpacked(pairs)
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(whose, minlength=count)[:count], out=start[1:])
    return Lists(start, what.astype(np.int32))


def tally_of(owner: Numbers, values: Numbers, count: int, times: Whole | None = None) -> Lists:
    """Return ``lists_of`` the arguments with ``times``: how often each value stands (each row counts ``times``, or 1).

    Example:
        >>> tally_of(np.array([1, 0, 1, 1]), np.array([5, 3, 3, 5]), 3).times.tolist()
        [1, 1, 2]
    """
    known = np.flatnonzero(owner >= 0)
    width = int(values.max(initial=0)) + 1
    key = owner[known] * width + values[known]
    order = order_of(key)
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    whose, what = np.divmod(key[first], width)
    each = np.ones(len(known), dtype=np.int64) if times is None else times[known][order].astype(np.int64)
    told = np.add.reduceat(each, first) if len(first) else each
    start = np.searchsorted(whose, np.arange(count + 1))
    return Lists(start.astype(np.int64), what.astype(np.int32), told.astype(np.int32))


def joined(first: Lists, second: Lists) -> Lists:
    """Return the rows of ``first``, then those of ``second``."""
    return Lists(np.r_[first.start, first.start[-1] + second.start[1:]], np.r_[first.values, second.values])


class Overlap:
    """How many values the lists of two rows share; rows that plainly share none are told apart by marks of 64 bits."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._sizes = lists.sizes
        self._marks = [self._marked(number) for number in _MULTIPLIERS]

    def _marked(self, multiplier: np.uint64) -> npt.NDArray[np.uint64]:
        """Return for each row the bits of its values' hashes."""
        bits = _bit(self._lists.values, multiplier)
        marks = np.zeros(len(self._sizes), dtype=np.uint64)
        filled = np.flatnonzero(self._sizes)
        if len(filled):
            marks[filled] = np.bitwise_or.reduceat(bits, self._lists.start[filled])
        return marks

    def may_share(self, left: Numbers, right: Numbers) -> Flags:
        """Tell which pairs of rows may share a value, by their marks."""
        first, second = self._marks
        found: Flags = (first.take(left) & first.take(right)) != 0
        at = np.flatnonzero(found)
        found[at] = (second.take(left.take(at)) & second.take(right.take(at))) != 0
        return found

    def may_contain(self, rows: Numbers, values: Whole) -> Flags:
        """Tell which ``rows`` may hold the value beside them, by their marks."""
        return np.asarray((self._marks[0].take(rows) & _bit(values, _MULTIPLIERS[0])) != 0)

    def counts(self, left: Numbers, right: Numbers) -> npt.NDArray[np.int32]:
        """Return the number of shared values of each pair of rows."""
        result = np.zeros(len(left), dtype=np.int32)
        at = np.flatnonzero(self.may_share(left, right))
        a, b = left[at], right[at]
        swap = self._sizes[a] > self._sizes[b]
        few, many = np.where(swap, b, a), np.where(swap, a, b)
        sizes = self._sizes[few]
        value = self._lists.values[spread(self._lists.start[few], sizes)]
        pair = np.repeat(np.arange(len(at)), sizes)
        row = many[pair]
        likely = np.flatnonzero(self.may_contain(row, value))
        likely = likely[self._holds(row[likely], value[likely])]
        result[at] = np.bincount(pair[likely], minlength=len(at))
        return result

    def contains(self, rows: Numbers, values: Numbers) -> Flags:
        """Tell which ``rows`` hold the value beside them."""
        result = np.zeros(len(rows), dtype=bool)
        at = np.flatnonzero(self.may_contain(rows, values))
        result[at] = self._holds(rows[at], values[at])
        return result

    def _holds(self, rows: Numbers, values: Whole) -> Flags:
        """Tell which rows hold the value beside them: each row's few values are halved until one place is left."""
        held = self._lists.values
        place, left = self._lists.start[rows], self._sizes[rows]
        end = place + left
        step = 1 << max(int(left.max(initial=0)).bit_length() - 1, 0)
        while step:
            at = np.flatnonzero(left >= step)
            below = held[np.minimum(place[at] + step, end[at]) - 1] < values[at]
            at = at[below & (place[at] + step <= end[at])]
            place[at] += step
            step >>= 1
        found = place < end
        found[found] = held[place[found]] == values[found]
        return found


def _bit(values: Whole, multiplier: np.uint64) -> npt.NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        place = (values.astype(np.uint64) * multiplier) >> np.uint64(58)
    return np.asarray(np.left_shift(np.uint64(1), place), dtype=np.uint64)
