"""The nominal as it is shown: name, date of birth, roles and dates, each from its mentions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.periods import Month
from market_profile.resolve.identity import id_texts
from market_profile.resolve.lists import ranked

NOMINAL_COLUMNS = (
    "nominal_id",
    "preferred_name",
    "date_of_birth",
    "roles",
    "records",
    "first_seen",
    "last_seen",
    "review_needed",
    "is_safeguarding",
    "is_under_18",
)
Codes = npt.NDArray[np.int64]


def describe_nominals(mentions: pd.DataFrame, numbers: Codes, month: Month, doubtful: set[str]) -> pd.DataFrame:
    """Return one row a nominal (``NOMINAL_COLUMNS``), by id; ``numbers``: number of each mention's nominal.

    ``preferred_name`` is the full name written most often, else what there is of it, else the street name;
    ``date_of_birth`` (ISO text, "" where not known) the one written most often, dates on 1 January last; ``roles``
    pipe-separated, most often given first; ``first_seen``/``last_seen`` ISO dates; ``is_under_18`` at month end.
    """
    used, owner = ranked(numbers)
    names = pd.Index(id_texts(used))
    frame = mentions.assign(owner=owner)
    result = pd.DataFrame({"nominal_id": names, "records": np.bincount(owner, minlength=len(used))})
    result["preferred_name"] = _names(frame).reindex(result.index).fillna("")
    birth = _births(frame).reindex(result.index)
    result["date_of_birth"] = _days(birth)
    result["roles"] = _roles(frame).reindex(result.index).fillna("").astype("str")
    result["first_seen"], result["last_seen"] = _seen(mentions["at"], owner, len(used))
    result["review_needed"] = names.isin(sorted(doubtful))
    result["is_safeguarding"] = np.bincount(owner, weights=mentions["is_safeguarding"], minlength=len(used)) > 0
    result["is_under_18"] = (birth > month.end - pd.DateOffset(years=18)).fillna(False).astype(bool)
    return result[list(NOMINAL_COLUMNS)]


def _seen(at: pd.Series[pd.Timestamp], owner: Codes, count: int) -> tuple[pd.Series[str], pd.Series[str]]:
    """Return the first and the last day of each owner's times."""
    known = at.notna().to_numpy()
    whose, times = owner[known], at.to_numpy()[known].astype("datetime64[us]").astype(np.int64)
    ends = []
    for pick, blank in ((np.minimum, np.iinfo(np.int64).max), (np.maximum, np.iinfo(np.int64).min)):
        end = np.full(count, blank)
        pick.at(end, whose, times)
        end[end == blank] = np.iinfo(np.int64).min  # not a time
        ends.append(_days(pd.Series(end.view("datetime64[us]"))))
    return ends[0], ends[1]


def _days(dates: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """Return dates as ISO texts, "" where missing; each day is written once."""
    code, days = pd.factorize(dates.dt.normalize())
    texts = pd.array([*pd.DatetimeIndex(days).strftime("%Y-%m-%d"), ""], dtype="str")
    return pd.Series(texts.take(np.where(code < 0, len(days), code)), index=dates.index)


def _most_written(owner: Codes, code: Codes, quality: npt.NDArray[Any]) -> tuple[Codes, Codes]:
    """Return each nominal with its code of the best quality, written most often; the lowest where equal."""
    width, grades = int(code.max(initial=0)) + 1, int(quality.max(initial=0)) + 1
    key, records = np.unique((owner * grades + quality) * width + code, return_counts=True)
    whose, grade, what = key // width // grades, key // width % grades, key % width
    order = np.lexsort((what, -records, -grade, whose))
    chosen = order[np.flatnonzero(np.diff(whose[order], prepend=-1) != 0)]
    return whose[chosen], what[chosen]


def _names(frame: pd.DataFrame) -> pd.Series[str]:
    """Return each nominal's name; every distinct name is looked at once."""
    surname, forenames, aliases = (frame[f"written_{name}"].cat for name in ("surname", "forenames", "aliases"))
    width = len(surname.categories)
    both = forenames.codes.to_numpy(np.int64) * width + surname.codes.to_numpy()
    pair, pairs = pd.factorize(both)
    given, family = (part.categories.to_series().str.strip() for part in (forenames, surname))
    given, family = (part.reset_index(drop=True) for part in (given.iloc[pairs // width], family.iloc[pairs % width]))
    full = (given + " " + family).str.strip()
    street = aliases.categories.to_series().str.split("|").str[0]
    texts = pd.concat([full, street], ignore_index=True).fillna("").astype("str")
    texts = texts.str.title().where(texts.str.isupper() | texts.str.islower(), texts)
    number, names = pd.factorize(texts, sort=True)
    code = number[np.where((full == "").to_numpy()[pair], len(full) + aliases.codes.to_numpy(np.int64), pair)]
    known = (frame["surname"].cat.categories != "")[frame["surname"].cat.codes]
    long = (frame["forenames"].cat.categories.str.len() > 1)[frame["forenames"].cat.codes]
    quality = (known & long) * 2 + known.astype(np.int64) + (names[code] != "")
    whose, what = _most_written(frame["owner"].to_numpy(), code, quality)
    return pd.Series(names.take(what), index=whose)


def _births(frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    known = frame[frame["date_of_birth"].notna()]
    code, days = pd.factorize(known["date_of_birth"], sort=True)
    whose, what = _most_written(known["owner"].to_numpy(), code, known["dob"].notna().to_numpy(np.int64))
    return pd.Series(pd.DatetimeIndex(days).take(what), index=whose)


def _roles(frame: pd.DataFrame) -> pd.Series[str]:
    """Return each nominal's roles, most often given first, then by the alphabet, pipe-separated."""
    number, roles = pd.factorize(frame["role"].cat.categories, sort=True)
    code = number[frame["role"].cat.codes]
    said = np.isin(code, np.flatnonzero(~roles.isin(["", "unknown"])))
    owner, owners = pd.factorize(frame["owner"][said], sort=True)
    width = max(len(roles), 1)
    key, records = np.unique(owner * width + code[said], return_counts=True)
    whose, what = np.divmod(key, width)
    order = np.lexsort((what, -records, whose))
    words = np.asarray(roles, dtype=object)[what[order]]
    ends = np.searchsorted(whose[order], np.arange(len(owners) + 1))
    given = words[ends[:-1]]
    for place in np.flatnonzero(np.diff(ends) > 1).tolist():
        given[place] = "|".join(words[ends[place] : ends[place + 1]])
    return pd.Series(given, index=np.asarray(owners), dtype="str")
