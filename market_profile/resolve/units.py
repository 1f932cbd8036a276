"""Units of comparison: mentions that say exactly the same about who it is are one unit and are scored once.

Only a mention that identifies somebody (a reference, or a full name with a date of birth or an own phone) is joined
with its equals; a street name on its own stays a unit of its own, for ten people may bear it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.resolve.coded import Coded, Codes, Words, as_frame
from market_profile.resolve.context import context_lists
from market_profile.resolve.fold import Fold, as_texts, name_roots, skeleton
from market_profile.resolve.link import Evidence
from market_profile.resolve.lists import Lists, Numbers, distinct, lists_of, packed, unpacked
from market_profile.resolve.moments import moments_of, often

_IDENTITY = ("surname", "forenames", "aliases", "dob", "dob_year", "sex", "phone", "vrm", "address", "nominal_ref")
_TYPICAL_SHARE = {"surname": 0.0006, "forename": 0.006}
"""Share of persons that bear a name of middling frequency, used as if measured on ``_PRIOR_PERSONS`` people, so that
five records are not taken for a town (source: order of magnitude of ONS name counts)."""
_PRIOR_PERSONS = 300.0
_PRIVATE = 2
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""Odd number that spreads the bits of a content code (Fibonacci hashing)."""

Said = dict[str, Codes]
"""By column, what each mention says: codes of words, or numbers."""


@dataclass(frozen=True)
class Units:
    """``coded``: the units as the model compares them; ``of_mention``: unit number of each mention in order.

    ``first``: first mention of each unit. ``content``: a number by mention that changes when what it says about who it
    was changes; nobody can be read from it.
    """

    coded: Coded
    of_mention: Numbers
    first: Numbers
    evidence: Evidence
    content: Numbers

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The units as the frame that Splink compares."""
        return as_frame(self.coded)


def make_units(mentions: pd.DataFrame, judged: npt.NDArray[np.bool_]) -> Units:
    """Return the units of ``mentions`` (as from ``collect_mentions``).

    Args:
        mentions: sorted mentions.
        judged: flags; a mention that a person has judged stays a unit of its own, so that the judgement can hold.
    """
    words = Words()
    said = _said(mentions, words)
    someone = combined([said["surname_sound"], words.slices(said["forename"], 0, 1)])
    by_word = {name: _users(said, name, someone, len(words)) for name in ("phone", "address")}
    unit, first = _numbered(said, by_word["phone"], judged, words)
    columns = {name: held[first] for name, held in said.items() if name not in ("forenames", "aliases", "middle")}
    columns["records"] = np.bincount(unit, minlength=len(first)).astype(np.int32)
    for name, users in by_word.items():
        columns[f"{name}_sharers"] = users[columns[name]]
    aliases = _parted(mentions["aliases"], "|", words)
    lists = {"middle_names": _parted_words(said["middle"][first], " ", words), "aliases": aliases.take(first)}
    is_rare = _rare(aliases, said, someone, len(words))
    lists |= {"rare_aliases": lists["aliases"].where(is_rare), "common_aliases": lists["aliases"].where(~is_rare)}
    names = np.where(said["surname"] > 0, someone, -1)
    lists |= context_lists(mentions, unit, aliases, names)
    lists["moments"] = moments_of(mentions, unit)
    lists |= often(lists["moments"], columns["surname"] > 0)
    follows = {
        "surname_parts": ("surname", _by_word(said["surname"], words, " ")),
        "forename_roots": ("forename", _by_word(said["forename"], words, "|", name_roots)),
    }
    coded = Coded(words, columns, lists, follows)
    return Units(coded, unit, first, _evidence(said, words), _content(said, words))


def _said(mentions: pd.DataFrame, words: Words) -> Said:
    code, births = pd.factorize(mentions["dob"])
    days = words.known(["", *pd.DatetimeIndex(births).strftime("%Y-%m-%d")])
    said: Said = {"dob": days[code + 1], "dob_year": mentions["dob_year"].to_numpy(np.int32)}
    for name in ("surname", "forenames", "aliases", "sex", "phone", "vrm", "address", "nominal_ref"):
        said[name] = words.encode(mentions[name])
    said["forename"] = words.folded(said["forenames"], _first_name)
    said["middle"] = words.folded(said["forenames"], _other_names)
    said["surname_sound"] = words.folded(said["surname"], skeleton)
    said["dob_swapped"] = words.folded(said["dob"], _swapped)
    return said


def _first_name(names: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(names, pattern=" .*$", replacement="")


def _other_names(names: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(names, pattern="^[^ ]* ?", replacement="")


def _swapped(days: pa.Array) -> pa.Array:
    """Return ISO dates with day and month swapped."""
    return pc.replace_substring_regex(days, pattern="^(.{5})(..)-(..)$", replacement=r"\1\3-\2")


def combined(columns: list[Codes]) -> Codes:
    """Return one code for each distinct row of some columns of codes."""
    code, held = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        width = int(column.max(initial=0)) + 1
        if held * width >= 1 << 62:
            code, held = pd.factorize(code)[0], len(code)
        code, held = code * width + column, held * width
    return pd.factorize(code)[0].astype(np.int32)


def _users(said: Said, name: str, someone: Codes, words: int) -> Codes:
    """Count, by code of the word, the people-ish (sound of the surname and initial) who use each phone or address."""
    known = (said[name] > 0) & (said["surname"] > 0)
    whose, _ = unpacked(distinct(packed(said[name][known], someone[known])))
    return np.maximum(np.bincount(whose, minlength=words), 1).astype(np.int32)


def _numbered(said: Said, phone_users: Codes, judged: npt.NDArray[np.bool_], words: Words) -> tuple[Numbers, Numbers]:
    """Return the unit of each mention, numbered as they first appear, and the first mention of each unit."""
    full = (said["surname"] > 0) & (words.lengths()[said["forename"]] > 1)
    own_phone = (said["phone"] > 0) & (phone_users[said["phone"]] <= _PRIVATE)
    anchored = ((said["nominal_ref"] > 0) | (full & ((said["dob"] > 0) | own_phone))) & ~judged
    same = combined([said[name] for name in _IDENTITY]).astype(np.int64)
    key = np.where(anchored, same, len(same) + np.arange(len(same)))
    unit = pd.factorize(key)[0].astype(np.int64)
    first = np.flatnonzero(np.diff(np.maximum.accumulate(unit), prepend=-1))
    return unit, first


def _content(said: Said, words: Words) -> Numbers:
    """Return a code by mention of all that it says about who it was, the same in every month and on every machine."""
    of_word = pd.util.hash_array(words.texts, categorize=False)
    code = np.zeros(len(said["dob"]), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for name in _IDENTITY:
            value = said[name].astype(np.uint64) if name == "dob_year" else of_word[said[name]]
            code = (code ^ value) * _MIX
            code ^= code >> np.uint64(29)
    return code.view(np.int64)


def _parted(column: pd.Series[str], separator: str, words: Words) -> Lists:
    """Return the parts of each text of a column as lists of words; each distinct text is parted once."""
    code, values = pd.factorize(column)
    return _split(values.to_numpy(dtype=object), separator, words).take(code)


def _parted_words(codes: Codes, separator: str, words: Words) -> Lists:
    code, used = pd.factorize(codes)
    return _split(words.texts[used], separator, words).take(code)


def _split(values: npt.NDArray[np.object_], separator: str, words: Words) -> Lists:
    parts = [value.split(separator) if value else [] for value in values]
    flat = words.known([part for several in parts for part in several])
    sizes = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    return lists_of(np.repeat(np.arange(len(parts)), sizes), flat.astype(np.int64), len(parts))


def _by_word(codes: Codes, words: Words, separator: str, fold: Fold | None = None) -> Lists:
    """Return, by code of the word, the parts of the word (``fold`` of it); none for words that no unit has here."""
    used = distinct(codes.astype(np.int64))
    used = used[used > 0]
    texts = as_texts(words.texts[used])
    parts = pc.split_pattern(texts if fold is None else fold(texts), separator)
    flat = words.known(parts.flatten().to_pylist())
    owner = np.repeat(used, pc.list_value_length(parts).to_numpy())
    return lists_of(owner, flat.astype(np.int64), len(words))


def _rare(aliases: Lists, said: Said, someone: Codes, words: int) -> npt.NDArray[np.bool_]:
    """Tell, by code of the word, which street names one or two people bear at most."""
    is_named = (said["surname"] > 0) & (said["forename"] > 0)
    row = aliases.rows
    borne = is_named[row]
    whose, _ = unpacked(distinct(packed(aliases.values[borne].astype(np.int64), someone[row[borne]])))
    return np.asarray(np.bincount(whose, minlength=words) <= _PRIVATE)


def _evidence(said: Said, words: Words) -> Evidence:
    """Return how common names are among persons (distinct full names), drawn towards a typical share."""
    full = (said["surname"] > 0) & (words.lengths()[said["forename"]] > 1)
    people = distinct(packed(said["surname"][full], said["forename"][full]))
    texts = words.texts
    frequencies = {}
    for name, held in zip(_TYPICAL_SHARE, unpacked(people), strict=True):
        seen = np.bincount(held, minlength=len(words))
        everyone = distinct(said[name].astype(np.int64))
        everyone = everyone[everyone > 0]
        share = (seen[everyone] + _TYPICAL_SHARE[name] * _PRIOR_PERSONS) / (len(people) + _PRIOR_PERSONS)
        frequencies[name] = pd.Series(share, index=pd.Index(texts[everyone], dtype="str")).sort_index()
    return Evidence(frequencies, len(people))
