"""The nominal as it is shown: name, date of birth, roles and dates, each from its mentions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from market_profile.periods import Month

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


def describe_nominals(mentions: pd.DataFrame, ids: pd.Series[str], month: Month, doubtful: set[str]) -> pd.DataFrame:
    """Return one row a nominal (``NOMINAL_COLUMNS``), by id.

    ``preferred_name`` is the full name written most often, else what there is of it, else the street name;
    ``date_of_birth`` (ISO text, "" where not known) the one written most often, dates on 1 January last; ``roles``
    pipe-separated, most often given first; ``first_seen``/``last_seen`` ISO dates; ``is_under_18`` at month end.
    """
    owner, names = pd.factorize(ids, sort=True)
    frame = mentions.assign(owner=owner)
    by = frame.groupby("owner", sort=True)
    result = pd.DataFrame({"records": by.size()})
    result["preferred_name"] = _names(frame).reindex(result.index).fillna("")
    birth = _births(frame).reindex(result.index)
    result["date_of_birth"] = _days(birth)
    result["roles"] = _roles(frame).reindex(result.index).fillna("").astype("str")
    for column, dates in (("first_seen", by["at"].min()), ("last_seen", by["at"].max())):
        result[column] = _days(dates)
    result["review_needed"] = names.isin(sorted(doubtful))
    result["is_safeguarding"] = by["is_safeguarding"].any()
    result["is_under_18"] = (birth > month.end - pd.DateOffset(years=18)).fillna(False).astype(bool)
    result["nominal_id"] = pd.Series(names, index=result.index, dtype="str")
    return result.reset_index(drop=True)[list(NOMINAL_COLUMNS)]


def _days(dates: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """Return dates as ISO texts, "" where missing; each day is written once."""
    code, days = pd.factorize(dates.dt.normalize())
    texts = pd.array([*pd.DatetimeIndex(days).strftime("%Y-%m-%d"), ""], dtype="str")
    return pd.Series(texts.take(np.where(code < 0, len(days), code)), index=dates.index)


def _most_written(frame: pd.DataFrame, value: pd.Series, quality: pd.Series) -> pd.Series:
    """Return each nominal's value of the best quality, written most often; the first in order where equal."""
    owner = frame["owner"].to_numpy()
    code, values = pd.factorize(value, sort=True)
    best = quality.to_numpy(dtype=np.int64)
    width, grades = max(len(values), 1), int(best.max(initial=0)) + 1
    key, records = np.unique((owner * grades + best) * width + code, return_counts=True)
    whose, grade, what = key // width // grades, key // width % grades, key % width
    order = np.lexsort((what, -records, -grade, whose))
    chosen = order[np.flatnonzero(np.diff(whose[order], prepend=-1) != 0)]
    return pd.Series(np.asarray(values)[what[chosen]], index=whose[chosen])


def _names(frame: pd.DataFrame) -> pd.Series[str]:
    is_full = frame["surname"].ne("") & (frame["forenames"].str.len() > 1)
    blank = frame["written_name"].eq("")
    name = frame["written_name"].mask(blank, frame.loc[blank, "written_alias"].str.split("|").str[0])
    name = name.str.title().where(name.str.isupper() | name.str.islower(), name)
    quality = is_full.astype(int) * 2 + frame["surname"].ne("").astype(int) + name.ne("").astype(int)
    return _most_written(frame, name.fillna(""), quality)


def _births(frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    known = frame[frame["date_of_birth"].notna()]
    quality = known["dob"].notna().astype(int)
    found = _most_written(known, known["date_of_birth"], quality)
    return pd.to_datetime(found)


def _roles(frame: pd.DataFrame) -> pd.Series[str]:
    """Return each nominal's roles, most often given first, then by the alphabet, pipe-separated."""
    said = frame[frame["role"].ne("") & frame["role"].ne("unknown")]
    owner, owners = pd.factorize(said["owner"], sort=True)
    code, roles = pd.factorize(said["role"], sort=True)
    width = max(len(roles), 1)
    key, records = np.unique(owner * width + code, return_counts=True)
    whose, what = np.divmod(key, width)
    order = np.lexsort((what, -records, whose))
    words = np.asarray(roles, dtype=object)[what[order]]
    ends = np.searchsorted(whose[order], np.arange(len(owners) + 1)).tolist()
    return pd.Series(["|".join(words[a:b]) for a, b in pairwise(ends)], index=np.asarray(owners), dtype="str")
