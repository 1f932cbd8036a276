"""The police side of what is linked with treatment: pseudonyms of nominals, and who was recorded as a user.

A link needs surname, forename and date of birth; a mention without all three is left out here and stays in every
other figure. Capture lists take a nominal only by a mention *of that list* with all three: a date of birth known
from custody must not make somebody count as named in intelligence, or the lists would lean on each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.among import places_among
from market_profile.contracts.linkage_key import pseudonyms
from market_profile.contracts.tables import Tables
from market_profile.indicators.windows import in_year
from market_profile.periods import Month
from market_profile.values import Sensitive

_NAMED = (("log_subjects", ""), ("test_purchases", "seller_"), ("seizures", ""), ("arrests", ""), ("convictions", ""),
          ("cohort_register", ""))  # fmt: skip
"""Kinds that name a person, with the prefix of the columns."""

INTELLIGENCE, CUSTODY, TREATMENT = "intelligence", "custody", "treatment"
"""The capture lists."""


@dataclass(frozen=True)
class PoliceSide:
    """Who the police know, without names.

    ``keys``: linkage_key, nominal_id, in order of both (empty without a key). ``users``: ids of nominals recorded as
    users of drugs (role in intelligence, a positive test or possession in custody), to the cut-off. ``captures``:
    source, nominal_id of the rolling year (INTELLIGENCE and CUSTODY), identified in that source itself.
    """

    keys: pd.DataFrame
    users: frozenset[str]
    captures: pd.DataFrame
    is_linked: bool
    why_not: str = ""


_BETWEEN = "\x1f"
"""Stands between the parts of a key: no accepted cell holds a control character."""
_NO_KEYS = pd.DataFrame({"linkage_key": pd.Series(dtype="str"), "nominal_id": pd.Series(dtype="str")})

NOBODY = PoliceSide(
    _NO_KEYS, frozenset(), pd.DataFrame({"source": pd.Series(dtype="str"), "nominal_id": pd.Series(dtype="str")}), False
)
"""The police side where nobody was resolved."""


def police_side(
    tables: Tables, records: pd.DataFrame, month: Month, key: Sensitive[bytes] | None = None, why_not: str = ""
) -> PoliceSide:
    """Return the police side from resolved mentions.

    ``records`` has kind, record_ref, subject_no and nominal_id (resolve); ``key`` is the partnership's, None where
    there is none: then there are capture lists but no pseudonyms, and ``why_not`` may say why.
    """
    mentions = _mentions(tables.until(month), records)
    full = mentions[mentions["is_full"]]
    keys = _keys(full, key.reveal()) if key is not None and len(full) else _NO_KEYS
    users = frozenset(mentions.loc[mentions["is_user"], "nominal_id"].tolist())
    recent = in_year(full[full["is_user"]], "at", month)
    captures = recent[["source", "nominal_id"]].drop_duplicates().sort_values(["source", "nominal_id"])
    return PoliceSide(keys, users, captures.reset_index(drop=True), key is not None, why_not)


def _keys(full: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Return nominal_id and linkage_key of every nominal and name of it, in order of key and id."""
    person, made = pseudonyms(full, key)
    nominal, ids = pd.factorize(full["nominal_id"], sort=True)
    person, nominal = np.divmod(np.sort(pd.unique(person * len(ids) + nominal)), len(ids))
    written = pd.Series(made, dtype="str")
    place = np.argsort(written.argsort())
    order = np.lexsort((nominal, place[person]))
    order = order[(written != "").to_numpy()[person[order]]]
    held = {"nominal_id": pd.Series(ids).iloc[nominal[order]].array, "linkage_key": written.iloc[person[order]].array}
    return pd.DataFrame(held)


def _mentions(known: Tables, records: pd.DataFrame) -> pd.DataFrame:
    """Return the resolved mentions that name a person in full or record one as a user.

    nominal_id, surname, forenames, date_of_birth, is_full, is_user; where is_user, source and at say on what list and
    when.
    """
    parts = [_named(known, kind, prefix, records[records["kind"] == kind]) for kind, prefix in _NAMED]
    return pd.concat(parts, ignore_index=True)


def _named(known: Tables, kind: str, prefix: str, records: pd.DataFrame) -> pd.DataFrame:
    """Return the ``_mentions`` of a kind; ``records`` are its own."""
    frame = known.get(kind)
    surname, forenames, born = (frame[f"{prefix}{name}"] for name in ("surname", "forenames", "date_of_birth"))
    is_full = ((surname != "") & (forenames != "") & born.notna()).to_numpy()
    is_user, at, source = _use(known, kind)
    rows = np.flatnonzero(is_full | is_user)
    place = places_among(_reference(frame.iloc[rows], kind), records["record_ref"] + _BETWEEN + records["subject_no"])
    rows, place = rows[place >= 0], place[place >= 0]
    return pd.DataFrame(
        {
            "nominal_id": records["nominal_id"].iloc[place].array,
            "surname": surname.iloc[rows].array,
            "forenames": forenames.iloc[rows].array,
            "date_of_birth": born.iloc[rows].array,
            "is_full": is_full[rows],
            "is_user": is_user[rows],
            "at": at[rows],
            "source": source,
        }
    )


def _reference(frame: pd.DataFrame, kind: str) -> pd.Series:
    """Return what a row's mention is known by in ``records``: record_ref and subject_no."""
    if kind == "log_subjects":
        return frame["urn"] + _BETWEEN + frame["subject_no"].astype("str")
    return frame["record_ref"].astype("str") + (_BETWEEN + "1")


def _use(known: Tables, kind: str) -> tuple[NDArray[np.bool_], NDArray[np.datetime64], str]:
    """Return which rows of a kind record a person as a user, when, and on which capture list that is."""
    frame = known.get(kind)
    if kind == "log_subjects":
        logs = known.get("intelligence_logs")
        place = np.full(len(frame), -1)
        users = (frame["role"] == "user").to_numpy()
        place[users] = places_among(frame["urn"][users], logs["urn"])
        said = np.append(logs["submitted_at"].to_numpy("datetime64[us]"), np.datetime64("NaT"))
        return place >= 0, said[place], INTELLIGENCE
    if kind == "arrests":
        positive = frame["drug_test_result"].str.casefold().str.contains("positive", regex=False)
        possession = frame["offence_group"].str.casefold().str.contains("possession", regex=False)
        return (positive | possession).to_numpy(bool), frame["arrested_at"].to_numpy("datetime64[us]"), CUSTODY
    return np.zeros(len(frame), dtype=bool), np.full(len(frame), np.datetime64("NaT", "us")), ""
