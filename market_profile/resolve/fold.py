"""Names, phones, addresses and aliases in the form in which they are compared.

Each function takes the distinct texts of a column (Arrow) and returns as many, so that a name written 10,000 times is
folded once: ``by_value`` does so for a whole column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.errors import MarketProfileError
from market_profile.reference import reference_table

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not decompose into a base letter and a mark."""

_STREET_WORDS = {
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "lane": "ln",
    "drive": "dr",
    "close": "cl",
    "crescent": "cres",
    "gardens": "gdns",
    "terrace": "terr",
    "square": "sq",
    "place": "pl",
    "court": "ct",
    "apartment": "flat",
    "apt": "flat",
}
"""Street words that officers shorten; the longer form folds to the shorter."""
_MARKS = "[\u0300-\u036f'\u2019\u2018`\u00b4.]"
"""Accents that stand by themselves, and what is written within a name without parting it."""

_REPEATED = re.compile(r"(.)\1+")
TEXT = pa.large_string()
"""Type of all columns of texts."""
BLANK = pa.scalar("", TEXT)
Fold = Callable[[pa.Array], pa.Array]
"""Distinct texts in, as many folded texts out."""

_TITLES = r"^(?:mr|mrs|ms|miss|dr|master|sir)\s+"
_NOT_A_NAME = frozenset(
    {"unknown", "unk", "not known", "nk", "n k", "na", "n a", "none", "nil", "tbc", "male", "female"}
)
"""What is written where a name is not known; it names nobody."""


def by_value(column: pd.Series[str], fold: Fold) -> pd.Series[str]:
    """Return ``column`` with ``fold`` applied to each distinct value once.

    Example:
        >>> by_value(pd.Series(["Zoë", "Zoë"]), fold_name).tolist()
        ['zoe', 'zoe']
    """
    code, values = pd.factorize(column.astype("str"))
    folded = pd.array(fold(as_texts(values)), dtype="str")
    return pd.Series(folded.take(code), index=column.index, name=column.name)


def as_texts(values: object) -> pa.Array:
    """Return texts (a list, Series or Index) as one Arrow array."""
    texts = pa.array(values, type=TEXT, from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _replaced(texts: pa.Array, pattern: str, new: str = "") -> pa.Array:
    return pc.replace_substring_regex(texts, pattern=pattern, replacement=new)


def _plain(values: pa.Array) -> pa.Array:
    """Return texts in small letters without marks; only those with letters beyond ASCII are taken apart for it."""
    text, other = pc.ascii_lower(values), pc.invert(pc.string_is_ascii(values))
    if pc.any(other).as_py():
        rest = pd.Series(values.filter(other), dtype="str").str.casefold().str.translate(_LETTERS)
        text = pc.replace_with_mask(text, other, as_texts(rest.str.normalize("NFKD")))
    return pc.ascii_trim(_replaced(_replaced(text, _MARKS), "[^0-9a-z]+", " "), characters=" ")


def fold_name(values: pa.Array) -> pa.Array:
    """Return names in small letters without marks, punctuation or title; ``""`` where no name is meant.

    Example:
        >>> fold_name(as_texts(["O'Neïll-Smith", "Mr Zoë", "UNKNOWN"])).to_pylist()
        ['oneill smith', 'zoe', '']
    """
    text = _replaced(_plain(values), _TITLES)
    return pc.if_else(pc.is_in(text, value_set=as_texts(sorted(_NOT_A_NAME))), BLANK, text)


def fold_phone(values: pa.Array) -> pa.Array:
    """Return phone numbers as national digits (+44, 0044 and 44 become 0); ``""`` where under seven digits.

    Example:
        >>> fold_phone(as_texts(["+44 (0)7700 900123", "07700-900123", "n/a", "0000000"])).to_pylist()
        ['07700900123', '07700900123', '', '']
    """
    digits = _replaced(_replaced(values, r"\.0\n?$"), r"\P{Nd}")
    digits = _replaced(digits, r"^(?:00)?440?(\p{Nd}{9,10})$", r"0\1")
    digits = _replaced(digits, r"^(7\p{Nd}{9})$", r"0\1")
    length = pc.utf8_length(digits)
    is_one_figure = pc.equal(digits, pc.binary_repeat(pc.utf8_slice_codeunits(digits, 0, 1), length))
    return pc.if_else(pc.or_(pc.less(length, 7), is_one_figure), BLANK, digits)


def fold_address(values: pa.Array) -> pa.Array:
    """Return an address as one comparable text; ``""`` unless it holds a number, for a street is shared by many.

    Example:
        >>> fold_address(as_texts(["Flat 2, 14 Marine Road.", "Marine Road"])).to_pylist()
        ['flat 2 14 marine rd', '']
    """
    text = _plain(values)
    for word, short in _STREET_WORDS.items():
        text = _replaced(text, rf"\b{word}\b", short)
    is_told = pc.and_(pc.match_substring_regex(text, "[0-9]"), pc.match_substring_regex(text, "[a-z]"))
    return pc.if_else(is_told, text, BLANK)


def fold_code(values: pa.Array) -> pa.Array:
    """Return references and registration marks in capitals without spaces or punctuation."""
    return _replaced(pc.utf8_upper(values), "[^0-9A-Z]")


def fold_sex(values: pa.Array) -> pa.Array:
    """Return ``M``, ``F`` or ``""``.

    Example:
        >>> fold_sex(as_texts(["male", " F", "?"])).to_pylist()
        ['M', 'F', '']
    """
    letter = pc.utf8_slice_codeunits(pc.utf8_upper(pc.utf8_trim_whitespace(values)), 0, 1)
    return pc.if_else(pc.is_in(letter, value_set=as_texts(["M", "F"])), letter, BLANK)


def fold_list(values: pa.Array) -> pa.Array:
    """Return pipe-separated aliases folded, without repeats, in alphabetical order.

    Example:
        >>> fold_list(as_texts(["Dogz| dogz |Big T.", ""])).to_pylist()
        ['big t|dogz', '']
    """
    parts = pc.split_pattern(values, "|")
    said = parts.flatten().dictionary_encode()
    plain = _replaced(fold_name(said.dictionary), "^(?:aka|known as) ").to_pylist()
    of_part = [plain[code] for code in said.indices.to_pylist()]
    ends = parts.offsets.to_pylist()
    several = [of_part[start:end] for start, end in pairwise(ends)]
    return as_texts(["|".join(sorted({*names} - {""})) for names in several])


def skeleton(values: pa.Array) -> pa.Array:
    """Return a rough key of a name that misspellings mostly keep: first letter, then consonants without repeats.

    Example:
        >>> skeleton(as_texts(["phillips", "filips", "clarke", "clark"])).to_pylist()
        ['flps', 'flps', 'klrk', 'klrk']
    """
    text = values
    for old, new in ((" ", ""), ("ph", "f"), ("ck", "k"), ("gh", ""), ("wr", "r"), ("kn", "n"), ("c", "k"), ("z", "s")):
        text = pc.replace_substring(text, pattern=old, replacement=new)
    first = pc.utf8_slice_codeunits(text, 0, 1)
    rest = _replaced(pc.utf8_slice_codeunits(text, 1), "[aeiouyhw]")
    whole = pc.binary_join_element_wise(first, rest, BLANK)
    return as_texts([_REPEATED.sub(r"\1", name) for name in whole.to_pylist()])


@cache
def _roots() -> dict[str, str]:
    try:
        table = reference_table("nicknames")
    except MarketProfileError:
        return {}
    pairs = pd.DataFrame({"short": by_value(table["nickname"], fold_name), "root": by_value(table["name"], fold_name)})
    pairs = pairs.drop_duplicates().sort_values(["short", "root"], kind="stable")
    grouped = pairs.groupby("short")["root"].agg("|".join)
    return {str(short): str(roots) for short, roots in grouped.items()}


def name_roots(values: pa.Array) -> pa.Array:
    """Return the full forenames that a folded forename may stand for, itself first (pipe-separated).

    Source: ``data/nicknames.csv``.

    Example:
        >>> name_roots(as_texts(["qxq"])).to_pylist()
        ['qxq']
    """
    roots = _roots()
    return as_texts([f"{name}|{roots[name]}" if name in roots else name for name in values.to_pylist()])
