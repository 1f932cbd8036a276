"""How far words can be apart at least, and how alike at most, told from their letters as bits: no word is looked at.

Most of the pairs that share a key name two people. Their names share too few letters for any spelling error, and that
a few operations on whole numbers can tell; only what is left is handed to rapidfuzz. The bounds hold for every pair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint64]
_PLACES = 16
"""Letters of a word that are held place by place, four bits each."""
_LOWEST = np.uint64(0x1111111111111111)
_PREFIX = 4
"""Letters of a common beginning that Jaro and Winkler reward, a tenth of the rest each."""


@dataclass(frozen=True)
class Letters:
    """By code of the word: its letters as a set of 64 bits, its first 16 letters four bits each, and its length."""

    held: Bits
    placed: Bits
    lengths: Codes

    def least_apart(self, left: Codes, right: Codes) -> npt.NDArray[np.float64]:
        """Return a lower bound of the Damerau-Levenshtein distance of each pair of words.

        A step of the distance takes one letter out and puts one in at most; words of one length that are one step
        apart differ in two places at most.
        """
        one, other = self.lengths[left], self.lengths[right]
        unlike = np.bitwise_count(self.held[left] ^ self.held[right]).astype(np.int32)
        bound = np.maximum(np.abs(one - other), (unlike + 1) >> 1)
        at = np.flatnonzero((one == other) & (bound < 2))
        bound[at[_places_apart(self.placed[left[at]] ^ self.placed[right[at]]) > 2]] = 2
        return np.asarray(bound, dtype=np.float64)

    def most_alike(self, left: Codes, right: Codes) -> npt.NDArray[np.float64]:
        """Return an upper bound of the Jaro-Winkler similarity of each pair of words: no matched letters out of order.

        A letter that the other word does not hold is matched by none.
        """
        one, other = (np.maximum(self.lengths[codes], 1) for codes in (left, right))
        a, b = self.held[left], self.held[right]
        matched = np.minimum(one - np.bitwise_count(a & ~b), other - np.bitwise_count(b & ~a))
        jaro = (matched / one + matched / other + 1.0) / 3.0
        differs = self.placed[left] ^ self.placed[right]
        begins = sum((differs >> np.uint64(64 - 4 * n) == 0).astype(np.int8) for n in range(1, _PREFIX + 1))
        return np.asarray(np.where(matched > 0, jaro + 0.1 * begins * (1.0 - jaro) + 1e-9, 0.0))


def _places_apart(differs: Bits) -> npt.NDArray[np.uint8]:
    """Return how many groups of four bits are not zero."""
    either = differs | (differs >> np.uint64(1))
    either |= either >> np.uint64(2)
    return np.asarray(np.bitwise_count(either & _LOWEST))


def letters_of(texts: Iterable[str], lengths: Codes) -> Letters:
    """Return the letters of ``texts``, whose ``lengths`` are known.

    Example:
        >>> known = letters_of(["smith", "smyth", "jones"], np.array([5, 5, 5], dtype=np.int32))
        >>> known.least_apart(np.array([0, 0]), np.array([1, 2])).tolist()
        [1.0, 4.0]
    """
    words = list(texts)
    flat = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    held, placed = (np.zeros(len(words), dtype=np.uint64) for _ in range(2))
    filled = np.flatnonzero(lengths)
    if not len(filled):
        return Letters(held, placed, lengths)
    held[filled] = np.bitwise_or.reduceat(np.uint64(1) << (flat & np.uint64(63)), starts[filled])
    for place in range(_PLACES):
        at = np.flatnonzero(lengths > place)
        placed[at] |= (flat[starts[at] + place] & np.uint64(15)) << np.uint64(60 - 4 * place)
    return Letters(held, placed, lengths)
