"""Every mention of a person in the records, one row each, with the words folded for comparison.

Nothing is judged here: a mention stays a mention for ever; who it is, is a separate, reversible statement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.fold import fold_address, fold_code, fold_list, fold_name, fold_phone

MENTION_KEY = ["kind", "record_ref", "subject_no"]

_TEXT = (
    "nominal_ref",
    "surname",
    "forenames",
    "aliases",
    "sex",
    "phone",
    "vrm",
    "address_text",
    "role",
)
_COLUMNS = (*MENTION_KEY, "log", "at", *_TEXT, "date_of_birth", "is_safeguarding", "easting_m", "northing_m")

COMPARED_ONLY = ("log", "aliases", "sex", "phone", "vrm", "address", "nominal_ref", "easting_m", "northing_m")
"""Columns of the mentions that nothing asks for once their units are made."""


@dataclass(frozen=True)
class _Source:
    """Where a record kind keeps a person: column prefix, time column, and whether only a reference counts."""

    kind: str
    time: str
    prefix: str = ""
    role: str = ""
    reference_only: bool = False


_SOURCES = (
    _Source("test_purchases", "attempted_at", prefix="seller_", role="dealer"),
    _Source("seizures", "seized_at"),
    _Source("arrests", "arrested_at"),
    _Source("convictions", "convicted_on"),
    _Source("cohort_register", "accepted_on"),
    _Source("case_forum", "assessed_on", reference_only=True),
    _Source("court_orders", "made_on", reference_only=True),
)
_PLACE = ("easting_m", "northing_m")
_NOT_KEYED = frozenset({"convictions", "cohort_register"})
"""Kinds whose record_ref is made from content: it holds a trace of the name, so that nothing is ordered by it."""
_NAMELESS = ("at", "date_of_birth", "sex", "nominal_ref", "phone", "vrm", "address", "easting_m", "northing_m")
"""What mentions of those kinds are ordered by instead; the reference decides only between mentions equal in all."""


def collect_mentions(tables: Tables, month: Month) -> pd.DataFrame:
    """Return all mentions before the end of ``month``, sorted by kind, reference (or content, never names) and subject.

    Columns: kind, record_ref, subject_no, log, at, the identifying columns as written, and their folded forms
    (``surname``, ``forenames``, ``aliases``, ``phone``, ``vrm``, ``address``, ``nominal_ref``, ``sex`` F|M|"",
    ``dob`` as date or NaT, ``dob_year``, 0 where none). A record that says nothing about who it was is no mention;
    a subject of a log always is one.
    """
    parts = [_log_subjects(tables), *(_other(tables.get(source.kind), source) for source in _SOURCES)]
    raw = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    raw = raw[raw["at"].isna() | (raw["at"] < month.end)]
    raw = raw.sort_values(MENTION_KEY, kind="stable").drop_duplicates(MENTION_KEY, keep="last")
    folded = _folded(raw.reset_index(drop=True))
    loose = folded["kind"].isin(_NOT_KEYED).to_numpy()
    order = folded[loose][["kind", "subject_no", *_NAMELESS, "record_ref"]]
    place = np.arange(len(folded))
    place[loose] = order.sort_values(list(order.columns), kind="stable").index
    return folded.take(place).reset_index(drop=True)


def _log_subjects(tables: Tables) -> pd.DataFrame:
    subjects, logs = tables.get("log_subjects"), tables.get("intelligence_logs")
    if subjects.empty:
        return _shaped(subjects, "log_subjects")
    log = logs.drop_duplicates("urn")
    place = pd.Index(log["urn"]).get_indexer(pd.Index(subjects["urn"]))
    known = pd.DataFrame({"at": log["event_from"].fillna(log["submitted_at"]), **{c: log[c] for c in _PLACE}})
    known = known.reset_index(drop=True).reindex(place).set_axis(subjects.index)
    for column in _PLACE:
        here = subjects[column] if column in subjects else pd.Series(np.nan, index=subjects.index)
        known[column] = known[column].fillna(here)
    said: dict[str, pd.Series] = {name: subjects[name] for name in _TEXT if name in subjects}
    said |= {"record_ref": subjects["urn"], "log": subjects["urn"], "subject_no": subjects["subject_no"]}
    said |= {"is_safeguarding": subjects["safeguarding"].fillna(False).astype(bool)}
    frame = pd.concat([pd.DataFrame({**said, "date_of_birth": subjects["date_of_birth"]}), known], axis=1)
    return _shaped(frame, "log_subjects")


def _other(frame: pd.DataFrame, source: _Source) -> pd.DataFrame:
    if frame.empty:
        return _shaped(frame, source.kind)
    keep = {name: name for name in ("record_ref", "easting_m", "northing_m") if name in frame}
    named = ("nominal_ref",) if source.reference_only else (*_TEXT, "date_of_birth")
    keep |= {source.prefix + name: name for name in named if source.prefix + name in frame}
    part = frame[list(keep)].rename(columns=keep)
    part["at"] = frame[source.time]
    part["subject_no"] = "1"
    if source.role:
        part["role"] = source.role
    part = _shaped(part, source.kind)
    who = part[["nominal_ref", "surname", "forenames", "aliases", "phone"]].astype(bool).any(axis=1)
    return part[who | part["date_of_birth"].notna()]


def _shaped(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    blank = pd.Series("", index=frame.index, dtype="str")
    part: dict[str, pd.Series] = {"kind": pd.Series(kind, index=frame.index, dtype="str")}
    for column in ("record_ref", "subject_no", "log", *_TEXT):
        part[column] = frame[column].astype("str").fillna("") if column in frame else blank
    for column in ("at", "date_of_birth"):
        known = frame[column] if column in frame else pd.Series(pd.NaT, index=frame.index)
        part[column] = pd.to_datetime(known).astype("datetime64[us]")
    said = frame["is_safeguarding"] if "is_safeguarding" in frame else pd.Series(False, index=frame.index)
    part["is_safeguarding"] = said.fillna(False).astype(bool)
    for column in ("easting_m", "northing_m"):
        here = frame[column] if column in frame else pd.Series(np.nan, index=frame.index)
        part[column] = here.astype("float64")
    return pd.DataFrame(part)[list(_COLUMNS)]


def _folded(raw: pd.DataFrame) -> pd.DataFrame:
    birth = raw["date_of_birth"]
    return raw.assign(
        written_name=(raw["forenames"].str.strip() + " " + raw["surname"].str.strip()).str.strip(),
        written_alias=raw["aliases"],
        surname=fold_name(raw["surname"]),
        forenames=fold_name(raw["forenames"]),
        aliases=fold_list(raw["aliases"]),
        phone=fold_phone(raw["phone"]),
        vrm=fold_code(raw["vrm"]),
        address=fold_address(raw["address_text"]),
        nominal_ref=fold_code(raw["nominal_ref"]),
        sex=raw["sex"].str.strip().str.upper().str.slice(0, 1).map({"M": "M", "F": "F"}).fillna("").astype("str"),
        dob=birth.where((birth.dt.month != 1) | (birth.dt.day != 1)),
        dob_year=birth.dt.year.fillna(0).astype("int64"),
    ).drop(columns="address_text")


def age_order(mentions: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the mentions' order for numbering nominals: earliest first, then as they stand, never by a name."""
    at = mentions["at"].fillna(pd.Timestamp("2200-01-01")).to_numpy().astype(np.int64)
    return np.lexsort((mentions["kind"].isin(_NOT_KEYED).to_numpy(), at))
