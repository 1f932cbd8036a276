"""The keyed pseudonym by which a partnership links two registers without exchanging a name.

Both sides write a person's surname, first forename and date of birth in one form and take HMAC-SHA256 of it under a
key that the partnership holds (RFC 2104). Without the key a pseudonym can neither be made nor guessed at, so a lost
file names nobody; with it names can be tried, so the key stays with the two data controllers. The form is:

- accents are dropped (``Zoë`` is ``zoe``), case is folded, letters outside a to z that have a usual spelling get it
  (``ø`` is ``o``, ``ß`` is ``ss``), everything that is no letter goes (``O'Brien-Smith`` is ``obriensmith``);
- of several forenames the first counts (``Mary Ann`` is ``mary``), as second names are kept on one side only;
- the date of birth is ``YYYY-MM-DD``. Without all three there is no pseudonym: a link on less would be a guess.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.errors import WrongUse

KEY_BYTES = 32
"""Least length of the key: that of the hash, as RFC 2104 advises."""

_PREFIX = "market-profile linkage v1"
"""Stands in every message, so that the key gives other pseudonyms for other uses."""

_Codes = NDArray[np.int64]

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


def folded_name(name: str) -> str:
    """Return a name in the form that both sides hash.

    Example:
        >>> folded_name("O'Brien-Smith"), folded_name("Zoë"), folded_name("Łukasz")
        ('obriensmith', 'zoe', 'lukasz')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    return "".join(letter for letter in plain if letter.isalpha() and not unicodedata.combining(letter))


def first_forename(forenames: str) -> str:
    """Return the first of several forenames, which spaces or commas part.

    Example:
        >>> first_forename(" Mary Ann"), first_forename("Jean-Luc, Paul")
        ('Mary', 'Jean-Luc')
    """
    return re.split(r"[\s,;]+", forenames.strip(), maxsplit=1)[0]


def linkage_key(surname: str, forenames: str, born: str, key: bytes) -> str:
    """Return the pseudonym of a person (64 hex digits), "" where a part is missing; ``born`` is ``YYYY-MM-DD``.

    Raises ``WrongUse`` for a key below KEY_BYTES.

    Example:
        >>> key = b"k" * 32
        >>> linkage_key("Nash", "Zoë", "1990-05-02", key) == linkage_key(" NASH ", "zoe m.", "1990-05-02", key)
        True
    """
    _check(key)
    return _pseudonym((folded_name(surname), folded_name(first_forename(forenames)), born), key)


def linkage_keys(people: pd.DataFrame, key: bytes) -> pd.Series:
    """Return the pseudonyms of ``people`` (surname, forenames, date_of_birth as dates), aligned with its rows.

    As ``linkage_key`` row by row.
    """
    person, made = pseudonyms(people, key)
    return pd.Series(np.array(made, dtype=object)[person], index=people.index, dtype="str")


def pseudonyms(people: pd.DataFrame, key: bytes) -> tuple[NDArray[np.int64], list[str]]:
    """Return the number of each row's person, and the pseudonym by number ("" where a part is missing).

    Takes what ``linkage_keys`` takes. Each distinct name is folded once and each distinct person hashed once: a hash
    has no vectorised form.
    """
    _check(key)
    surnames, forenames = (_folded(people[name], fold) for name, fold in _FOLDS)
    born = _coded(people["date_of_birth"], lambda days: pd.DatetimeIndex(days).strftime("%Y-%m-%d").tolist())
    parts = (surnames, forenames, born)
    person = np.zeros(len(people), dtype=np.int64)
    for codes, texts in parts:
        person = person * len(texts) + codes
    first, place = np.unique(person, return_index=True, return_inverse=True)[1:]
    spelt = zip(*(np.array(texts, dtype=object)[codes[first]] for codes, texts in parts), strict=True)
    return place.astype(np.int64), [_pseudonym(one, key) for one in spelt]


_FOLDS = (("surname", folded_name), ("forenames", lambda names: folded_name(first_forename(names))))


def _folded(names: pd.Series, fold: Callable[[str], str]) -> tuple[_Codes, list[str]]:
    """Return a code a row and the folded text of each code, "" for a missing name."""
    return _coded(names.fillna("").astype("str"), lambda texts: [fold(text) for text in texts])


def _coded(values: pd.Series, write: Callable[[pd.Index], list[str]]) -> tuple[_Codes, list[str]]:
    """Return a code a row and the text of each code, "" for a missing value; texts that are equal have one code."""
    codes, distinct = pd.factorize(values)
    texts = [*write(pd.Index(distinct)), ""]
    numbers, unique = pd.factorize(np.array(texts, dtype=object))
    return numbers[codes].astype(np.int64), list(unique)


def _pseudonym(parts: tuple[str, ...], key: bytes) -> str:
    """Return the hash of a surname, forename and day of birth as both sides write them; "" where one is missing."""
    if not all(parts):
        return ""
    return hmac.digest(key, "|".join((_PREFIX, *parts)).encode(), "sha256").hex()


def _check(key: bytes) -> None:
    if len(key) < KEY_BYTES:
        raise WrongUse(f"the linkage key is too short; it needs {KEY_BYTES} random bytes (64 hex digits)")


def key_from_text(content: bytes) -> bytes:
    """Return the key in a key file: hex digits where it holds nothing else, else its bytes as they are.

    Raises ``WrongUse`` where it is too short or all of one byte.
    """
    text = content.strip()
    key = bytes.fromhex(text.decode("ascii")) if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", text) else content
    if len(key) < KEY_BYTES or len(np.unique(np.frombuffer(key, dtype=np.uint8))) < 8:
        raise WrongUse(f"the linkage key file does not hold {KEY_BYTES} random bytes (64 hex digits)")
    return key
