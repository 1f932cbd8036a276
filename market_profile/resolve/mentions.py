"""Every mention of a person in the records, one row each, with the words folded for comparison.

Nothing is judged here: a mention stays a mention for ever; who it is, is a separate, reversible statement. Words are
held as categories (each distinct text once, and numbers), so that a million mentions cost little more than their keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.fold import fold_address, fold_code, fold_list, fold_name, fold_phone

MENTION_KEY = ["kind", "record_ref", "subject_no"]

_TEXT = ("nominal_ref", "surname", "forenames", "aliases", "sex", "phone", "vrm", "address_text", "role")

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
    _Source("arrests", "arrested_at"),
    _Source("case_forum", "assessed_on", reference_only=True),
    _Source("cohort_register", "accepted_on"),
    _Source("convictions", "convicted_on"),
    _Source("court_orders", "made_on", reference_only=True),
    _Source("log_subjects", "at"),
    _Source("seizures", "seized_at"),
    _Source("test_purchases", "attempted_at", prefix="seller_", role="dealer"),
)
"""By the alphabet, as mentions are ordered."""
_PLACE = ("easting_m", "northing_m")
_NOT_KEYED = frozenset({"convictions", "cohort_register"})
"""Kinds whose record_ref is made from content: it holds a trace of the name, so that nothing is ordered by it."""
_NAMELESS = ("at", "date_of_birth", "sex", "nominal_ref", "phone", "vrm", "address", "easting_m", "northing_m")
"""What mentions of those kinds are ordered by instead; the reference decides only between mentions equal in all."""
_WHO = ("nominal_ref", "surname", "forenames", "aliases", "phone")
"""Texts of which a record must hold one, or a birth, to be a mention."""

Parts = list[pd.DataFrame]
Codes = npt.NDArray[np.int64]


def collect_mentions(tables: Tables, month: Month) -> pd.DataFrame:
    """Return all mentions before the end of ``month``, sorted by kind, reference (or content, never names) and subject.

    Columns: kind, record_ref, subject_no, log (a number, -1 where none), at, the name, alias and role as written
    (``written_...``, ``role``), date_of_birth, the place, and folded forms (``surname``, ``forenames``, ``aliases``,
    ``phone``, ``vrm``, ``address``, ``nominal_ref``, ``sex`` F|M|"") as categories, ``dob`` as date or NaT and
    ``dob_year`` (0 where none). A record that says nothing about who it was is no mention; a subject of a log always
    is one.
    """
    parts = [_part(tables, source, month) for source in _SOURCES]
    parts = [part for part in parts if len(part)] or parts[:1]
    folded = _folded(parts)
    loose = np.flatnonzero(folded["kind"].isin(_NOT_KEYED))
    if not len(loose):
        return folded
    nameless = folded.iloc[loose][["kind", "subject_no", *_NAMELESS, "record_ref"]]
    nameless = nameless.astype({name: "str" for name in _NAMELESS if nameless[name].dtype == "category"})
    place = np.arange(len(folded))
    place[loose] = nameless.sort_values(list(nameless.columns), kind="stable").index
    return folded.take(place).reset_index(drop=True)


def _part(tables: Tables, source: _Source, month: Month) -> pd.DataFrame:
    """Return what a kind says of people, each record once, in the order of references."""
    part = _subjects(tables) if source.kind == "log_subjects" else _other(tables.get(source.kind), source)
    part = _before(part, month)
    if _rises(part["record_ref"], part["subject_no"]):
        return part
    rank, number = _ranks(part["record_ref"]), _ranks(part["subject_no"])
    key = rank * (int(number.max(initial=0)) + 1) + number
    order = np.argsort(key, kind="stable")
    return part.take(order[np.diff(key[order], append=-1) != 0])


def _rises(first: pd.Series[str], second: pd.Series[str]) -> bool:
    """Tell whether rows stand in the order of two texts (by code points), each pair of texts once."""
    one, two = pa.array(first), pa.array(second)
    below = pc.less(one[:-1], one[1:])
    tied = pc.and_(pc.equal(one[:-1], one[1:]), pc.less(two[:-1], two[1:]))
    return bool(pc.all(pc.or_(below, tied), min_count=0).as_py())


def _ranks(column: pd.Series[str]) -> Codes:
    """Return the rank of each text by code points; equal texts have one."""
    code, texts = pd.factorize(column)
    rank = np.empty(len(texts), dtype=np.int64)
    rank[texts.array.argsort(kind="stable")] = np.arange(len(texts))
    return np.asarray(rank[code])


def _before(part: pd.DataFrame, month: Month) -> pd.DataFrame:
    within = (part["at"].isna() | (part["at"] < month.end)).to_numpy()
    return part if within.all() else part[within]


def _subjects(tables: Tables) -> pd.DataFrame:
    """Return the subjects of logs, with the time of the log, and its place where they have none of their own."""
    subjects, logs = tables.get("log_subjects"), tables.get("intelligence_logs")
    at = _places(subjects["urn"], logs["urn"])
    lost = np.flatnonzero(at < 0)
    log = at.copy()
    log[lost] = len(logs) + pd.factorize(subjects["urn"].iloc[lost])[0]
    known = pd.DataFrame(
        {"at": _times(logs["event_from"].fillna(logs["submitted_at"])), **{c: logs[c] for c in _PLACE}}
    )
    known = known.reset_index(drop=True).reindex(at).set_axis(subjects.index)
    said = {name: subjects[name] for name in ("subject_no", "date_of_birth", *_TEXT) if name in subjects}
    said |= {"record_ref": subjects["urn"], "log": pd.Series(log, index=subjects.index), "at": known["at"]}
    said |= {"is_safeguarding": subjects["safeguarding"].fillna(False).astype(bool)}
    for column in _PLACE:
        said[column] = known[column].fillna(subjects[column]) if column in subjects else known[column]
    return _shaped(said, "log_subjects")


def _places(texts: pd.Series[str], among: pd.Series[str]) -> Codes:
    """Return the first place of each text ``among`` others, -1 where it is not there."""
    found = pc.index_in(pa.array(texts), value_set=pa.array(among))
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _other(frame: pd.DataFrame, source: _Source) -> pd.DataFrame:
    named = ("nominal_ref",) if source.reference_only else (*_TEXT, "date_of_birth")
    said = {name: frame[name] for name in ("record_ref", *_PLACE) if name in frame}
    said |= {name: frame[source.prefix + name] for name in named if source.prefix + name in frame}
    said |= {"at": _times(frame[source.time]), "subject_no": pd.Series("1", index=frame.index, dtype="str")}
    if source.role:
        said["role"] = pd.Series(source.role, index=frame.index, dtype="str")
    who = np.zeros(len(frame), dtype=bool)
    for name in _WHO:
        who |= (said[name].fillna("") != "").to_numpy() if name in said else False
    if "date_of_birth" in said:
        who |= said["date_of_birth"].notna().to_numpy()
    return _shaped(said, source.kind)[who]


def _times(column: pd.Series) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime(column).astype("datetime64[us]")


def _shaped(said: dict[str, pd.Series], kind: str) -> pd.DataFrame:
    """Return a part's columns; those that the kind lacks are left out, but for its kind, time and key."""
    frame = pd.DataFrame(said).assign(kind=kind)
    frame["record_ref"], frame["subject_no"] = (frame[c].astype("str") for c in ("record_ref", "subject_no"))
    return frame


def _folded(parts: Parts) -> pd.DataFrame:
    """Return the parts as one, words folded."""
    text = {name: _texts(parts, name) for name in _TEXT}
    birth = _whole(parts, "date_of_birth", pd.NaT).astype("datetime64[us]")
    month_day = birth.dt.month * 100 + birth.dt.day
    columns = {
        **{name: _whole(parts, name, "").astype("str") for name in MENTION_KEY},
        "log": _whole(parts, "log", -1).astype("int64"),
        "at": _whole(parts, "at", pd.NaT).astype("datetime64[us]"),
        "role": text["role"],
        "date_of_birth": birth,
        "is_safeguarding": _whole(parts, "is_safeguarding", False).astype(bool),
        **{name: _whole(parts, name, np.nan).astype("float64") for name in _PLACE},
        **{f"written_{name}": text[name] for name in ("forenames", "surname", "aliases")},
        **{name: _by_category(text[name], fold_name) for name in ("surname", "forenames")},
        "aliases": _by_category(text["aliases"], fold_list),
        "phone": _by_category(text["phone"], fold_phone),
        **{name: _by_category(text[name], fold_code) for name in ("vrm", "nominal_ref")},
        "address": _by_category(text["address_text"], fold_address),
        "sex": _by_category(text["sex"], _fold_sex),
        "dob": birth.where(month_day != 101),
        "dob_year": birth.dt.year.fillna(0).astype("int64"),
    }
    return pd.DataFrame(columns)


def _fold_sex(written: pd.Series[str]) -> pd.Series[str]:
    letter = written.str.strip().str.upper().str.slice(0, 1)
    return letter.where(letter.isin(["M", "F"]), "")


def _whole(parts: Parts, name: str, blank: object) -> pd.Series:
    """Return a column of all parts, ``blank`` where a part lacks it."""
    held = [part[name] if name in part else pd.Series([blank] * len(part), index=part.index) for part in parts]
    like = next((column.dtype for part, column in zip(parts, held, strict=True) if name in part), None)
    return pd.concat([column.astype(like) if like else column for column in held], ignore_index=True)


def _texts(parts: Parts, name: str) -> pd.Series:
    """Return a text column of all parts as categories, ``""`` where a part lacks it."""
    number: dict[str, int] = {"": 0}
    codes = [np.zeros(0, dtype=np.int32)]
    for part in parts:
        if name in part:
            code, texts = pd.factorize(part[name])
            codes.append(_numbered(texts.astype("str").tolist(), number)[code])
        else:
            codes.append(np.zeros(len(part), dtype=np.int32))
    return _category(np.concatenate(codes), number)


def _by_category(column: pd.Series, fold: Callable[[pd.Series[str]], pd.Series[str]]) -> pd.Series:
    """Return a column of categories with each folded once; what folds to one text is one category."""
    number: dict[str, int] = {"": 0}
    table = _numbered(fold(pd.Series(column.cat.categories, dtype="str")).tolist(), number)
    return _category(table[column.cat.codes.to_numpy()], number)


def _numbered(texts: list[str], number: dict[str, int]) -> npt.NDArray[np.int32]:
    """Return the numbers of ``texts``, new ones are taken up; a last 0 stands for what is missing (-1)."""
    new = dict.fromkeys(text for text in texts if text not in number)
    number.update(zip(new, range(len(number), len(number) + len(new)), strict=True))
    return np.array([*map(number.__getitem__, texts), 0], dtype=np.int32)


def _category(codes: npt.NDArray[np.int32], number: dict[str, int]) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(list(number), dtype="str"), validate=False))


def age_order(mentions: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the mentions' order for numbering nominals: earliest first, then as they stand, never by a name."""
    at = mentions["at"].fillna(pd.Timestamp("2200-01-01")).to_numpy().astype(np.int64)
    return np.lexsort((mentions["kind"].isin(_NOT_KEYED).to_numpy(), at))
