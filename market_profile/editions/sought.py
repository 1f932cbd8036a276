"""Runs of words looked up by the hundred thousand: many values against the few pages of an edition.

The pages are small and the records are many, so it is the pages whose runs are known: every word of theirs has a number
(``Page``), and a value is looked at further only where each of its words stands on some page; most are put aside at a
``glance``. All of it is worked out column by column in Arrow and numpy, and a run that seems to match is compared word
by word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.editions.glance import Glance

_Ints = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]

WORD = re.compile(r"[^\W_]+")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_GAP = -1
_PIECE = 250_000
"""Values looked up at a time, so that memory stays bounded."""
GROUPS = ((5,), (5, 8), (4, 7), (2,))
"""After how many digits a telephone number is cut where people write it in groups."""


def words_of(text: str) -> list[str]:
    """Return the words of ``text``, folded: without case, accents, unseen characters and punctuation.

    Example:
        >>> words_of("O'Néill, SM18-000020")
        ['o', 'neill', 'sm18', '000020']
    """
    if not text.isascii():
        text = _NOT_ASCII.sub(_plain, text)
    return WORD.findall(text.casefold())


def _plain(match: re.Match[str]) -> str:
    apart = unicodedata.normalize("NFKD", match[0].translate(_UNSEEN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def text_of(values: Iterable[str] | pd.Series | pa.Array) -> pa.Array:
    """Return the values as one Arrow array of large_string, without blank and missing ones."""
    known = values if isinstance(values, pd.Series | pa.Array | pa.ChunkedArray) else list(values)
    text = (known if isinstance(known, pa.ChunkedArray) else pa.array(known)).cast(pa.large_string())
    text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    return text.filter(pc.fill_null(pc.not_equal(text, ""), False))


def folded(values: Iterable[str] | pd.Series | pa.Array) -> pa.Array:
    """Return the different values as their words (``words_of``) joined by one space; order is not kept."""
    text = pc.unique(text_of(values))
    is_ascii = pc.string_is_ascii(text)
    lower = pc.ascii_lower(text.filter(is_ascii))
    plain = pc.ascii_trim(pc.replace_substring_regex(lower, "[^0-9a-z]+", " "), " ")
    others = [" ".join(words_of(value)) for value in text.filter(pc.invert(is_ascii)).to_pylist()]
    return pc.unique(pa.concat_arrays([plain, pa.array(others, type=pa.large_string())]))


class Page:
    """The words of all views of files; ``views`` gives by file the texts in which its content may be read."""

    def __init__(self, views: Mapping[str, Iterable[str]]) -> None:
        numbers: dict[str, int] = {}
        ids: list[int] = []
        places: list[tuple[int, int]] = []
        self.names = sorted(views)
        for place, name in enumerate(self.names):
            first = len(ids)
            for view in views[name]:
                ids += [numbers.setdefault(word, len(numbers)) for word in words_of(view)]
                ids.append(_GAP)
            places.append((place, len(ids) - first))
        self._words = pa.array(list(numbers), type=pa.large_string())
        self.glance = Glance(self._words)
        self._ids = np.asarray(ids, dtype="int64")
        self._files = np.repeat([place for place, _ in places], [length for _, length in places])
        self._known: dict[int, tuple[_Hashes, _Ints]] = {}

    def files_with(self, values: pa.Array) -> set[str]:
        """Return the names of files in which one of the folded ``values`` stands as a whole run of words."""
        found: set[str] = set()
        for first in range(0, len(values), _PIECE):
            ids, starts, lengths = self._numbered(values.slice(first, _PIECE))
            is_here = np.ones(len(lengths), dtype=bool)
            is_here[np.repeat(np.arange(len(lengths)), lengths)[ids == _GAP]] = False
            for length in np.unique(lengths[is_here & (lengths > 0)]).tolist():
                found |= self._matches(ids, starts[is_here & (lengths == length)], length)
        return found

    def files_with_part(self, texts: pa.Array, length: int) -> set[str]:
        """Return the names of files in which any ``length`` words in a row of one of the folded ``texts`` stand."""
        found: set[str] = set()
        for first in range(0, len(texts), _PIECE):
            ids, _, lengths = self._numbered(texts.slice(first, _PIECE))
            of = np.repeat(np.arange(len(lengths)), lengths)
            if len(ids) >= length:
                is_within = of[length - 1 :] == of[: len(of) - length + 1]
                found |= self._matches(ids, np.flatnonzero(is_within), length)
        return found

    def _numbered(self, values: pa.Array) -> tuple[_Ints, _Ints, _Ints]:
        """Return the number of each word (-1 where it stands on no page), where each value starts, and its length."""
        words = pc.split_pattern(values, " ")
        ids = pc.fill_null(pc.index_in(words.flatten(), value_set=self._words), _GAP)
        lengths = np.asarray(pc.list_value_length(words), dtype="int64")
        starts = np.concatenate([np.zeros(1, dtype="int64"), np.cumsum(lengths)[:-1]])
        return np.asarray(ids, dtype="int64"), starts[: len(lengths)], lengths

    def _matches(self, ids: _Ints, starts: _Ints, length: int) -> set[str]:
        here, places = self._runs(length)
        clear = np.ones(len(starts), dtype=bool)
        for step in range(length):
            clear &= ids[starts + step] != _GAP
        starts = starts[clear]
        asked = _hashes(ids, starts, length)
        first, last = (np.searchsorted(here, asked, side=side) for side in ("left", "right"))
        is_near = first < last
        if not is_near.any():
            return set()
        wanted = {tuple(ids[start : start + length].tolist()) for start in starts[is_near]}
        near = np.unique(np.concatenate([places[a:b] for a, b in zip(first[is_near], last[is_near], strict=True)]))
        hits = [place for place in near if tuple(self._ids[place : place + length].tolist()) in wanted]
        return {self.names[place] for place in np.unique(self._files[hits]).tolist()}

    def _runs(self, length: int) -> tuple[_Hashes, _Ints]:
        """Return the hash of every run of ``length`` words, in order, and where it starts."""
        if length not in self._known:
            starts = np.arange(max(len(self._ids) - length + 1, 0))
            for step in range(length):
                starts = starts[self._ids[starts + step] != _GAP]
            hashes = _hashes(self._ids, starts, length)
            order = np.argsort(hashes, kind="stable")
            self._known[length] = (hashes[order], starts[order])
        return self._known[length]


def _hashes(ids: _Ints, starts: _Ints, length: int) -> _Hashes:
    found = np.zeros(len(starts), dtype="uint64")
    for step in range(length):
        found = (found + ids[starts + step].astype("uint64") + np.uint64(1)) * _MULTIPLIER
        found ^= found >> np.uint64(29)
    return found


class Values:
    """Folded values of one kind and the other ways in which a reference or a telephone number is written."""

    def __init__(self, values: Any, least_letters: int, phone_digits: int) -> None:
        self._values, self._least, self._phone = values, least_letters, phone_digits

    @cached_property
    def forms(self) -> pa.Array:
        """All forms of the values that are long enough, each once."""
        words = folded(self._values)
        joined = pc.replace_substring(words, " ", "")
        is_long = pc.greater_equal(pc.utf8_length(joined), self._least)
        words, joined = words.filter(is_long), joined.filter(is_long)
        is_number = pc.utf8_is_digit(joined)
        is_phone = pc.and_(is_number, pc.greater_equal(pc.utf8_length(joined), self._phone))
        is_reference = pc.and_(pc.invert(is_number), pc.match_substring_regex(joined, r"\p{Nd}"))
        is_reference = pc.and_(is_reference, pc.match_substring(words, " "))
        phones = joined.filter(is_phone)
        grouped = [_in_groups(phones, cuts) for cuts in GROUPS]
        return pc.unique(pa.concat_arrays([words, phones, joined.filter(is_reference), *grouped]))


def _in_groups(digits: pa.Array, cuts: Sequence[int]) -> pa.Array:
    parts = [pc.utf8_slice_codeunits(digits, start, end) for start, end in zip((0, *cuts), (*cuts, None), strict=True)]
    return pc.binary_join_element_wise(*parts, pa.scalar(" ", type=pa.large_string()))
