"""A first glance at values by the hundred thousand: which of them may stand on a page at all.

A page knows few words and the records hold millions. Every word of the values is told by a number worked out over whole
columns of bytes; a value goes on to be looked at closely (``sought``) only where each of its words, or all of its
letters in one, may be a word of the page. The glance may let through what does not stand there, by chance. It never
holds back what does: a value with letters beyond ASCII, which fold in many ways, always goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_Mask = npt.NDArray[np.bool_]
_Places = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]

PIECE = 1_000_000
"""Bytes looked at together, so that memory stays bounded; a longer value is looked at alone."""
_BITS = np.uint64(64 - 20)
"""A word is known by the first 20 bits of its hash: beside 20,000 words of a page one other in 50 is let through."""
_BASE = 0x9E3779B97F4A7C15
_GAP = 0


@cache
def _letters() -> tuple[npt.NDArray[np.uint8], _Hashes]:
    """Return for every byte the letter that it folds to (0: none), and a number for every letter."""
    folded = np.zeros(256, dtype="uint8")
    for code in b"abcdefghijklmnopqrstuvwxyz0123456789":
        folded[code] = folded[ord(chr(code).upper())] = code
    return folded, np.random.default_rng(1).integers(0, 2**64, 256, dtype="uint64")


@cache
def _powers(size: int) -> tuple[_Hashes, _Hashes]:
    """Return the powers of the base up to ``size``, and their inverses, modulo 2^64."""
    ahead, back = (np.full(size, factor, dtype="uint64") for factor in (_BASE, pow(_BASE, -1, 2**64)))
    ahead[0] = back[0] = 1
    return np.multiply.accumulate(ahead), np.multiply.accumulate(back)


class _Block:
    """The letters of some values (large_string, none missing), one after the other, with where words start and end."""

    def __init__(self, values: pa.LargeStringArray) -> None:
        offsets = np.frombuffer(values.buffers()[1], dtype="int64")[values.offset :][: len(values) + 1]
        first, last = int(offsets[0]), int(offsets[-1])
        data = np.frombuffer(values.buffers()[2] or b"", dtype="uint8")[first:last]
        folded, numbers = _letters()
        letters = folded[data]
        places = np.flatnonzero(letters != _GAP)
        self._letters = letters[places]
        edges = offsets - first
        self.bounds: _Places = np.searchsorted(places, edges)
        """Where each value starts among the letters, and the end of the last."""
        is_start = np.ones(len(places), dtype=bool)
        is_start[1:] = np.diff(places) > 1
        is_start[self.bounds[:-1][self.bounds[:-1] < self.bounds[1:]]] = True
        starts = np.flatnonzero(is_start)
        self.words: tuple[_Places, _Places] = starts, np.append(starts[1:], len(places))
        self.first: _Places = np.searchsorted(starts, self.bounds)
        """The number of each value's first word, and how many there are in all."""
        self.is_plain = _are_plain(data, edges)
        ahead, self._back = _powers(max(PIECE, len(places)) + 1)
        sums = np.cumsum(numbers[self._letters] * ahead[: len(places)], dtype="uint64")
        self._sums = np.concatenate([np.zeros(1, dtype="uint64"), sums])

    def hashes(self, starts: _Places, ends: _Places) -> _Hashes:
        """Return the number of each run of letters: equal runs have equal numbers, wherever they stand."""
        return np.asarray((self._sums[ends] - self._sums[starts]) * self._back[starts])

    def long_numbers(self, least: int) -> _Places:
        """Return the values of digits alone, at least so many."""
        starts, ends = self.bounds[:-1], self.bounds[1:]
        long: _Places = np.flatnonzero(ends - starts >= least)
        long = np.asarray(long[self._letters[starts[long]] < ord("a")])
        if not len(long):
            return long
        digits = np.concatenate([[0], np.cumsum(self._letters < ord("a"))])
        return np.asarray(long[digits[ends[long]] - digits[starts[long]] == ends[long] - starts[long]])


def _are_plain(data: npt.NDArray[np.uint8], edges: _Places) -> _Mask:
    """Tell which values, from one edge in the bytes to the next, are ASCII."""
    if not (data > 127).any():
        return np.ones(len(edges) - 1, dtype=bool)
    wide = np.concatenate([[0], np.cumsum(data > 127)])
    return np.asarray(wide[edges[1:]] == wide[edges[:-1]])


class Glance:
    """The words of a page, told by their hashes alone."""

    def __init__(self, words: pa.Array) -> None:
        self._known = np.zeros(2 ** int(64 - _BITS), dtype=bool)
        for block in _blocks(words.cast(pa.large_string())):
            self._known[block.hashes(block.bounds[:-1], block.bounds[1:]) >> _BITS] = True

    def may_stand(self, values: pa.Array, phone_digits: int, groups: Sequence[Sequence[int]]) -> pa.Array:
        """Return the values of which all words, or all letters as one word, may be words of the page.

        A number of ``phone_digits`` and more may also stand in ``groups``, cut after so many digits.
        """
        return self._filtered(values, lambda block: self._whole(block) | self._grouped(block, phone_digits, groups))

    def may_stand_in_part(self, texts: pa.Array, length: int) -> pa.Array:
        """Return the texts of which ``length`` words in a row may be words of the page."""
        return self._filtered(texts, lambda block: self._part(block, length))

    def _filtered(self, values: pa.Array, look: Callable[[_Block], _Mask]) -> pa.Array:
        found = [look(block) | ~block.is_plain for block in _blocks(values)]
        return values.filter(pa.array(np.concatenate(found) if found else np.zeros(0, dtype=bool)))

    def _has(self, block: _Block, starts: _Places, ends: _Places) -> _Mask:
        return np.asarray(self._known[block.hashes(starts, ends) >> _BITS])

    def _whole(self, block: _Block) -> _Mask:
        here = np.concatenate([[0], np.cumsum(self._has(block, *block.words))])
        words = np.diff(block.first)
        whole = np.diff(here[block.first]) == words
        return np.asarray((words > 0) & (whole | self._has(block, block.bounds[:-1], block.bounds[1:])))

    def _grouped(self, block: _Block, phone_digits: int, groups: Sequence[Sequence[int]]) -> _Mask:
        found = np.zeros(len(block.is_plain), dtype=bool)
        rows = block.long_numbers(phone_digits)
        start, end = block.bounds[:-1][rows], block.bounds[1:][rows]
        for cuts in groups:
            edges = [start, *(start + cut for cut in cuts), end]
            here = [self._has(block, left, right) for left, right in pairwise(edges)]
            found[rows[np.all(here, axis=0)]] = True
        return found

    def _part(self, block: _Block, length: int) -> _Mask:
        here = np.concatenate([[0], np.cumsum(self._has(block, *block.words))])
        found = np.zeros(len(block.is_plain), dtype=bool)
        starts = np.arange(len(here) - length)
        of = np.searchsorted(block.first, starts, side="right") - 1
        is_run = (here[starts + length] - here[starts] == length) & (starts + length <= block.first[of + 1])
        found[of[is_run]] = True
        return found


def _blocks(values: pa.LargeStringArray) -> Iterator[_Block]:
    """Yield the values some at a time."""
    if not len(values):
        return
    ends = np.cumsum(np.asarray(pc.binary_length(values), dtype="int64"))
    first = 0
    while first < len(values):
        before = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, before + PIECE, side="right")), first + 1)
        yield _Block(values.slice(first, last - first))
        first = last
