"""Names, phones, addresses and aliases in the form in which they are compared.

Each function works on the distinct values of a column once, so that a name written 10,000 times is folded once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pandas as pd

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
_STREET = re.compile(rf"\b(?:{'|'.join(_STREET_WORDS)})\b")

_TITLES = r"^(?:mr|mrs|ms|miss|dr|master|sir)\s+"
_NOT_A_NAME = frozenset(
    {"unknown", "unk", "not known", "nk", "n k", "na", "n a", "none", "nil", "tbc", "male", "female"}
)
"""What is written where a name is not known; it names nobody."""


def by_value(column: pd.Series[str], fold: Callable[[pd.Series[str]], pd.Series[str]]) -> pd.Series[str]:
    """Return ``column`` with ``fold`` applied to each distinct value once."""
    code, values = pd.factorize(column.astype("str"))
    folded = fold(pd.Series(values, dtype="str")).astype("str")
    return pd.Series(folded.array.take(code), index=column.index, name=column.name)


def _plain(values: pd.Series[str]) -> pd.Series[str]:
    text = values.str.casefold().str.translate(_LETTERS).str.normalize("NFKD")
    text = text.str.replace(r"[\u0300-\u036f'’‘`´.]", "", regex=True)
    return text.str.replace(r"[^0-9a-z]+", " ", regex=True).str.strip()


def fold_name(column: pd.Series[str]) -> pd.Series[str]:
    """Return names in small letters without marks, punctuation or title; ``""`` where no name is meant.

    Example:
        >>> fold_name(pd.Series(["O'Neïll-Smith", "Mr Zoë", "UNKNOWN"])).tolist()
        ['oneill smith', 'zoe', '']
    """

    def fold(values: pd.Series[str]) -> pd.Series[str]:
        """Return distinct names folded."""
        text = _plain(values).str.replace(_TITLES, "", regex=True)
        return text.mask(text.isin(_NOT_A_NAME), "")

    return by_value(column, fold)


def fold_phone(column: pd.Series[str]) -> pd.Series[str]:
    """Return phone numbers as national digits (+44, 0044 and 44 become 0); ``""`` where under seven digits.

    Example:
        >>> fold_phone(pd.Series(["+44 (0)7700 900123", "07700-900123", "n/a"])).tolist()
        ['07700900123', '07700900123', '']
    """

    def fold(values: pd.Series[str]) -> pd.Series[str]:
        """Return distinct numbers as national digits."""
        digits = values.str.replace(r"\.0$", "", regex=True).str.replace(r"\D", "", regex=True)
        digits = digits.str.replace(r"^(?:00)?440?(?=\d{9,10}$)", "0", regex=True)
        digits = digits.str.replace(r"^(7\d{9})$", r"0\1", regex=True)
        return digits.mask((digits.str.len() < 7) | digits.str.fullmatch(r"(\d)\1+"), "")

    return by_value(column, fold)


def fold_address(column: pd.Series[str]) -> pd.Series[str]:
    """Return an address as one comparable text; ``""`` unless it holds a number, for a street is shared by many.

    Example:
        >>> fold_address(pd.Series(["Flat 2, 14 Marine Road.", "Marine Road"])).tolist()
        ['flat 2 14 marine rd', '']
    """

    def fold(values: pd.Series[str]) -> pd.Series[str]:
        """Return distinct addresses folded."""
        text = _plain(values)
        text = text.str.replace(_STREET, lambda found: _STREET_WORDS[found.group()], regex=True)
        return text.where(text.str.contains(r"\d") & text.str.contains(r"[a-z]"), "")

    return by_value(column, fold)


def fold_code(column: pd.Series[str]) -> pd.Series[str]:
    """Return references and registration marks in capitals without spaces or punctuation."""
    return by_value(column, lambda values: values.str.upper().str.replace(r"[^0-9A-Z]", "", regex=True))


def fold_list(column: pd.Series[str]) -> pd.Series[str]:
    """Return pipe-separated aliases folded, without repeats, in alphabetical order.

    Example:
        >>> fold_list(pd.Series(["Dogz| dogz |Big T.", ""])).tolist()
        ['big t|dogz', '']
    """

    def fold(values: pd.Series[str]) -> pd.Series[str]:
        """Return distinct lists of aliases folded."""
        parts = values.str.split("|").tolist()
        said = pd.Series([part for several in parts for part in several], dtype="str")
        plain = fold_name(said).str.replace(r"^(?:aka|known as) ", "", regex=True)
        folded = dict(zip(said.tolist(), plain.tolist(), strict=True))
        joined = ["|".join(sorted({folded[part] for part in several} - {""})) for several in parts]
        return pd.Series(joined, index=values.index, dtype="str")

    return by_value(column, fold)


def skeleton(column: pd.Series[str]) -> pd.Series[str]:
    """Return a rough key of a name that misspellings mostly keep: first letter, then consonants without repeats.

    Example:
        >>> skeleton(pd.Series(["phillips", "filips", "clarke", "clark"])).tolist()
        ['flps', 'flps', 'klrk', 'klrk']
    """

    def fold(values: pd.Series[str]) -> pd.Series[str]:
        """Return the rough keys of distinct names."""
        text = values.str.replace(" ", "", regex=False)
        for old, new in (("ph", "f"), ("ck", "k"), ("gh", ""), ("wr", "r"), ("kn", "n"), ("c", "k"), ("z", "s")):
            text = text.str.replace(old, new, regex=False)
        rest = text.str.slice(1).str.replace(r"[aeiouyhw]", "", regex=True)
        return (text.str.slice(0, 1) + rest).str.replace(r"(.)\1+", r"\1", regex=True)

    return by_value(column, fold)


@cache
def _roots() -> dict[str, str]:
    try:
        table = reference_table("nicknames")
    except MarketProfileError:
        return {}
    pairs = pd.DataFrame({"short": fold_name(table["nickname"]), "root": fold_name(table["name"])})
    pairs = pairs.drop_duplicates().sort_values(["short", "root"], kind="stable")
    grouped = pairs.groupby("short")["root"].agg("|".join)
    return {str(short): str(roots) for short, roots in grouped.items()}


def name_roots(column: pd.Series[str]) -> pd.Series[str]:
    """Return the full forenames that a folded forename may stand for, itself first (pipe-separated).

    Source: ``data/nicknames.csv``.

    Example:
        >>> name_roots(pd.Series(["qxq"])).tolist()
        ['qxq']
    """
    roots = _roots()

    def fold(values: pd.Series[str]) -> pd.Series[str]:
        """Return distinct forenames with what they may stand for."""
        known = values.map(roots).fillna("").astype("str")
        return values.where(known.eq(""), values + "|" + known)

    return by_value(column, fold)
