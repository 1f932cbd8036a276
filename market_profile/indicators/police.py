"""The police side of what is linked with treatment: pseudonyms of nominals, and who was recorded as a user.

A link needs surname, forename and date of birth; a mention without all three is left out here and stays in every
other figure. Capture lists take a nominal only by a mention *of that list* with all three: a date of birth known
from custody must not make somebody count as named in intelligence, or the lists would lean on each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.contracts.linkage_key import linkage_keys
from market_profile.contracts.tables import Tables
from market_profile.indicators.windows import in_year
from market_profile.periods import Month
from market_profile.values import Sensitive

_NAMED = (("log_subjects", ""), ("test_purchases", "seller_"), ("seizures", ""), ("arrests", ""), ("convictions", ""),
          ("cohort_register", ""))  # fmt: skip
"""Kinds that name a person, with the prefix of the columns."""

_REF = ["kind", "record_ref", "subject_no"]

INTELLIGENCE, CUSTODY, TREATMENT = "intelligence", "custody", "treatment"
"""The capture lists."""


@dataclass(frozen=True)
class PoliceSide:
    """Who the police know, without names.

    ``keys``: linkage_key, nominal_id (empty without a key). ``users``: ids of nominals recorded as users of drugs
    (role in intelligence, a positive test or possession in custody), to the cut-off. ``captures``: source, nominal_id
    of the rolling year (INTELLIGENCE and CUSTODY), identified in that source itself.
    """

    keys: pd.DataFrame
    users: frozenset[str]
    captures: pd.DataFrame
    is_linked: bool
    why_not: str = ""


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
    known = tables.until(month)
    mentions = _mentions(known).merge(records[[*_REF, "nominal_id"]], on=_REF, how="inner")
    full = mentions[(mentions["surname"] != "") & (mentions["forenames"] != "") & mentions["date_of_birth"].notna()]
    keys = _NO_KEYS
    if key is not None and len(full):
        keys = full[["nominal_id"]].assign(linkage_key=linkage_keys(full, key.reveal()))
        keys = keys[keys["linkage_key"] != ""].drop_duplicates().sort_values(["linkage_key", "nominal_id"])
    users = frozenset(mentions.loc[mentions["is_user"], "nominal_id"].tolist())
    recent = in_year(full[full["is_user"]], "at", month)
    captures = recent[["source", "nominal_id"]].drop_duplicates().sort_values(["source", "nominal_id"])
    return PoliceSide(keys.reset_index(drop=True), users, captures.reset_index(drop=True), key is not None, why_not)


def _mentions(known: Tables) -> pd.DataFrame:
    """Return every named mention with what it says of use: source and at are missing where it says nothing."""
    parts = [_named(known.get(kind), kind, prefix) for kind, prefix in _NAMED]
    named = pd.concat(parts, ignore_index=True)
    evidence = _user_evidence(known).drop_duplicates(_REF)
    joined = named.merge(evidence, on=_REF, how="left")
    return joined.assign(is_user=joined["source"].notna())


def _named(frame: pd.DataFrame, kind: str, prefix: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "record_ref": frame["urn"] if kind == "log_subjects" else frame["record_ref"],
            "subject_no": frame["subject_no"].astype("str") if kind == "log_subjects" else "1",
            "surname": frame[f"{prefix}surname"],
            "forenames": frame[f"{prefix}forenames"],
            "date_of_birth": frame[f"{prefix}date_of_birth"],
        }
    )


def _user_evidence(known: Tables) -> pd.DataFrame:
    """Return kind, record_ref, subject_no, at and source of each mention that records a person as a user."""
    logs = known.get("intelligence_logs")[["urn", "submitted_at"]]
    subjects = known.get("log_subjects")
    named = subjects[subjects["role"] == "user"].merge(logs, on="urn", how="inner")
    said = pd.DataFrame({"kind": "log_subjects", "record_ref": named["urn"],
                         "subject_no": named["subject_no"].astype("str"), "at": named["submitted_at"],
                         "source": INTELLIGENCE})  # fmt: skip
    arrests = known.get("arrests")
    positive = arrests["drug_test_result"].str.casefold().str.contains("positive", regex=False)
    held = arrests[positive | arrests["offence_group"].str.casefold().str.contains("possession", regex=False)]
    kept = pd.DataFrame({"kind": "arrests", "record_ref": held["record_ref"], "subject_no": "1",
                         "at": held["arrested_at"], "source": CUSTODY})  # fmt: skip
    return pd.concat([said, kept], ignore_index=True)
