"""Units as numbers: every text once in a vocabulary, every list as numbers, so that pairs are compared as integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.alike import Letters, letters_of
from market_profile.resolve.fold import Fold, as_texts
from market_profile.resolve.lists import Lists, Numbers, Overlap, distinct, packed, unpacked

Codes = npt.NDArray[np.int32]
TEXTS = ("surname", "surname_sound", "forename", "dob", "dob_swapped", "sex", "nominal_ref", "phone", "address", "vrm")
"""Columns of ``Coded`` that hold codes of words; all others hold numbers."""
_REMEMBERED = 1 << 22
"""Pairs of words whose distance is remembered."""


class Words:
    """A vocabulary: text by code and code by text. The blank text has code 0."""

    def __init__(self) -> None:
        self._code: dict[str, int] = {"": 0}
        self._lengths: Codes = np.zeros(0, dtype=np.int32)
        self._letters: Letters | None = None
        self._texts: npt.NDArray[np.object_] = np.zeros(0, dtype=object)
        self._slices: dict[tuple[int, int | None], tuple[dict[str, int], Codes]] = {}
        self._measured: dict[str, tuple[Numbers, npt.NDArray[np.float64]]] = {}

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self._code)

    @property
    def texts(self) -> npt.NDArray[np.object_]:
        """The texts in the order of their codes."""
        if len(self._texts) != len(self):
            self._texts = np.fromiter(self._code, dtype=object, count=len(self))
        return self._texts

    def known(self, values: Iterable[str]) -> Codes:
        """Return the codes of ``values``, new ones are taken up."""
        code = self._code
        plain = values.tolist() if isinstance(values, pd.Index | pd.Series) else list(values)
        new = dict.fromkeys(value for value in plain if value not in code)
        code.update(zip(new, range(len(code), len(code) + len(new)), strict=True))
        return np.array([*map(code.__getitem__, plain)], dtype=np.int32)

    def encode(self, column: pd.Series[str]) -> Codes:
        """Return the code of each row of ``column`` (texts, or categories of texts), new texts are taken up."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            return self.known(column.cat.categories)[column.cat.codes.to_numpy()]
        code, values = pd.factorize(column)
        return self.known(values)[code] if len(column) else np.zeros(0, dtype=np.int32)

    def folded(self, codes: Codes, fold: Fold) -> Codes:
        """Return codes of the folded texts of ``codes``: each text is folded once, a blank stays blank."""
        used = distinct(codes.astype(np.int64))
        table = np.zeros(len(self), dtype=np.int32)
        table[used] = self.known(fold(as_texts(self.texts[used])).to_pylist())
        table[0] = 0
        return table[codes]

    def slices(self, codes: Codes, start: int, stop: int | None) -> Codes:
        """Return numbers that are equal where ``text[start:stop]`` of the words is (0 where that is blank)."""
        cut, held = self._slices.get((start, stop), ({"": 0}, np.zeros(0, dtype=np.int32)))
        table = np.full(len(self), -1, dtype=np.int32)
        table[: len(held)] = held
        new = distinct(codes[table[codes] < 0].astype(np.int64))
        table[new] = [cut.setdefault(text[start:stop], len(cut)) for text in self.texts[new]]
        self._slices[start, stop] = (cut, table)
        return table[codes]

    def lengths(self) -> Codes:
        """Return the number of letters of each text, by code."""
        if len(self._lengths) != len(self):
            self._lengths = np.fromiter(map(len, self._code), dtype=np.int32, count=len(self))
        return self._lengths

    def letters(self) -> Letters:
        """Return the letters of each text as bits, by code."""
        if self._letters is None or len(self._letters.lengths) != len(self):
            self._letters = letters_of(self._code, self.lengths())
        return self._letters

    def measure(self, name: str, left: Codes, right: Codes, scorer: Callable[..., float]) -> npt.NDArray[np.float64]:
        """Return ``scorer`` (of rapidfuzz, named ``name`` here) of each pair of words; each different pair once.

        What was measured is remembered up to ``_REMEMBERED`` pairs of words, then begun anew: a region has too many.
        """
        code, keys = pd.factorize(packed(left, right))
        held, values = self._measured.get(name, (np.zeros(0, np.int64), np.zeros(0)))
        known = is_in(keys, held)
        found = np.zeros(len(keys))
        found[known] = values[np.searchsorted(held, keys[known])]
        new = np.sort(keys[~known])
        if len(new):
            scored = self._scored(new, scorer)
            found[~known] = scored[np.searchsorted(new, keys[~known])]
            if len(held) + len(new) <= _REMEMBERED:
                place = np.searchsorted(held, new)
                new, scored = np.insert(held, place, new), np.insert(values, place, scored)
            self._measured[name] = (new, scored)
        return np.asarray(found[code], dtype=np.float64)

    def _scored(self, keys: Numbers, scorer: Callable[..., float]) -> npt.NDArray[np.float64]:
        from rapidfuzz.process import cpdist

        texts = self.texts
        one, other = unpacked(keys)
        return np.asarray(cpdist(texts[one], texts[other], scorer=scorer, dtype=np.float64))


def is_in(values: Numbers, ordered: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which ``values`` stand in ``ordered`` (sorted)."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[place] == values)


@dataclass(frozen=True)
class Coded:
    """Units (or profiles) 0..count-1 as numbers.

    ``columns``: by name, codes of ``words`` for ``TEXTS``, numbers for the others (dob_year, records, phone_sharers,
    address_sharers). ``lists``: middle_names, aliases, rare_aliases, common_aliases (codes of ``words``); logs, spots,
    quiet_spots, places, associates, close, moments, often_<n> (numbers of their own). ``by_word``: lists that follow
    from one text column (surname_parts, forename_roots): that column's name, and the lists by code of the word.
    """

    words: Words
    columns: dict[str, Codes]
    lists: dict[str, Lists]
    by_word: dict[str, tuple[str, Lists]]
    _overlaps: dict[str, Overlap] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        """Return how many units there are."""
        return len(self.columns["records"])

    @property
    def records(self) -> Numbers:
        """Records of each unit."""
        return self.columns["records"].astype(np.int64)

    def overlap(self, name: str) -> tuple[Overlap, Codes | None]:
        """Return how lists of the name overlap, and the column whose words are its rows (None: the units are)."""
        column, lists = self.by_word.get(name) or (None, self.lists[name])
        if name not in self._overlaps:
            self._overlaps[name] = Overlap(lists)
        return self._overlaps[name], None if column is None else self.columns[column]

    def take(self, rows: Numbers) -> Coded:
        """Return the units of ``rows``, in that order."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Coded(self.words, columns, {name: held.take(rows) for name, held in self.lists.items()}, self.by_word)

    def among(self, left: Numbers, right: Numbers) -> tuple[Coded, Numbers, Numbers]:
        """Return only the units of some pairs, and the pairs in their numbers: few pairs ask for few units."""
        rows = distinct(np.r_[left, right])
        return self.take(rows), np.searchsorted(rows, left), np.searchsorted(rows, right)


def as_frame(units: Coded) -> pd.DataFrame:
    """Return ``units`` as the frame that Splink compares: texts as texts, lists as lists, ``unit`` 0..count-1."""
    texts = units.words.texts
    frame = pd.DataFrame({"unit": np.arange(len(units), dtype="int64")})
    for name, column in units.columns.items():
        frame[name] = pd.Series(texts[column], dtype="str") if name in TEXTS else column.astype("int64")
    for name, (word, held) in units.by_word.items():
        frame[name] = _decoded(held.take(units.columns[word].astype(np.int64)), texts)
    for name, held in units.lists.items():
        frame[name] = _decoded(held, texts if name.endswith(("names", "aliases")) else None)
    return frame


def _decoded(lists: Lists, texts: npt.NDArray[np.object_] | None) -> npt.NDArray[np.object_]:
    values = lists.values.astype(np.int64) if texts is None else texts[lists.values]
    parts = np.empty(len(lists.start) - 1, dtype=object)
    parts[:] = np.split(values, lists.start[1:-1]) if len(parts) else []
    return parts
