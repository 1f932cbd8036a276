"""Every mention of a person in the records, one row each, with the words folded for comparison.

Nothing is judged here: a mention stays a mention for ever; who it is, is a separate, reversible statement. Words are
held as categories (each distinct text once, and numbers), so that a million mentions cost little more than their keys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.fold import BLANK, as_texts
from market_profile.resolve.parts import PLACE, TEXTS, Codes, Part, as_frame, same

MENTION_KEY = ["kind", "record_ref", "subject_no"]

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
_NOT_KEYED = frozenset({"convictions", "cohort_register"})
"""Kinds whose record_ref is made from content: it holds a trace of the name, so that nothing is ordered by it."""
_NAMELESS = ("at", "date_of_birth", "sex", "nominal_ref", "phone", "vrm", "address", "easting_m", "northing_m")
"""What mentions of those kinds are ordered by instead; the reference decides only between mentions equal in all."""
_WHO = ("nominal_ref", "surname", "forenames", "aliases", "phone")
"""Texts of which a record must hold one, or a birth, to be a mention."""

Flags = npt.NDArray[np.bool_]


def collect_mentions(tables: Tables, month: Month) -> pd.DataFrame:
    """Return all mentions before the end of ``month``, sorted by kind, reference (or content, never names) and subject.

    Columns: kind, record_ref, subject_no, log (a number, -1 where none), at, the name, alias and role as written
    (``written_...``, ``role``), date_of_birth, the place, and folded forms (``surname``, ``forenames``, ``aliases``,
    ``phone``, ``vrm``, ``address``, ``nominal_ref``, ``sex`` F|M|"") as categories, ``dob`` as date or NaT and
    ``dob_year`` (0 where none). A record that says nothing about who it was is no mention; a subject of a log always
    is one.
    """
    parts = [_part(tables, source, month) for source in _SOURCES]
    folded = as_frame([part for part in parts if len(part)] or parts[:1])
    loose = np.flatnonzero(folded["kind"].isin(_NOT_KEYED))
    if not len(loose):
        return folded
    names = ["kind", "subject_no", *_NAMELESS, "record_ref"]
    place = np.arange(len(folded))
    place[loose] = loose[np.lexsort([_rising(folded[name].iloc[loose]) for name in reversed(names)])]
    return folded.take(place).reset_index(drop=True)


def _rising(column: pd.Series) -> npt.NDArray[np.generic]:
    """Return numbers that rise as the values of a column do, missing ones last."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _ranks(as_texts(column.cat.categories).take(pa.array(column.cat.codes.to_numpy())))
    if column.dtype.kind == "M":
        time = column.to_numpy().view(np.int64)
        return np.where(column.isna(), np.iinfo(np.int64).max, time)
    return column.to_numpy() if column.dtype.kind == "f" else _ranks(as_texts(column))


def _part(tables: Tables, source: _Source, month: Month) -> Part:
    """Return what a kind says of people, each record once, in the order of references."""
    part = _subjects(tables) if source.kind == "log_subjects" else _other(tables.get(source.kind), source)
    at, is_said = part.numbers["at"], part.numbers.pop("is_said", None)
    keep = np.isnat(at) | (at < np.datetime64(month.end))
    rows = np.flatnonzero(keep if is_said is None else keep & is_said)
    part = part if len(rows) == len(part) else part.take(rows)
    one, two = part.texts["record_ref"], part.texts["subject_no"]
    if _rises(one, two):
        return part
    rank, number = _ranks(one), _ranks(two)
    key = rank * (int(number.max(initial=0)) + 1) + number
    order = np.argsort(key, kind="stable")
    return part.take(order[np.diff(key[order], append=-1) != 0])


def _rises(one: pa.Array, two: pa.Array) -> bool:
    """Tell whether rows stand in the order of two texts (by code points), each pair of texts once."""
    below = pc.less(one[:-1], one[1:])
    if pc.all(below, min_count=0).as_py():
        return True
    tied = pc.and_(pc.equal(one[:-1], one[1:]), pc.less(two[:-1], two[1:]))
    return bool(pc.all(pc.or_(below, tied)).as_py())


def _ranks(column: pa.Array) -> Codes:
    """Return the rank of each text by code points; equal texts have one."""
    held = column.dictionary_encode()
    rank = np.empty(len(held.dictionary), dtype=np.int64)
    rank[pc.sort_indices(held.dictionary).to_numpy()] = np.arange(len(rank))
    return np.asarray(rank[held.indices.to_numpy()])


def _subjects(tables: Tables) -> Part:
    """Return the subjects of logs, with the time of the log, and its place where they have none of their own."""
    subjects, logs = tables.get("log_subjects"), tables.get("intelligence_logs")
    urns = as_texts(subjects["urn"])
    log = pc.index_in(urns, value_set=as_texts(logs["urn"])).fill_null(-1).to_numpy().astype(np.int64)
    lost = np.flatnonzero(log < 0)
    begun, told = _times(logs["event_from"]), _times(logs["submitted_at"])
    numbers = {
        "at": np.append(np.where(np.isnat(begun), told, begun), np.datetime64("NaT", "us"))[log],
        "date_of_birth": _times(subjects["date_of_birth"]),
        "is_safeguarding": subjects["safeguarding"].fillna(False).to_numpy(bool),
    }
    for name in PLACE:
        place = np.append(logs[name].to_numpy(np.float64), np.nan)[log]
        own = subjects[name].to_numpy(np.float64) if name in subjects else place
        numbers[name] = np.where(np.isnan(place), own, place)
    log[lost] = len(logs) + urns.take(pa.array(lost)).dictionary_encode().indices.to_numpy()
    texts = {name: as_texts(subjects[name]) for name in ("subject_no", *TEXTS) if name in subjects}
    return Part("log_subjects", texts | {"record_ref": urns}, numbers | {"log": log})


def _other(frame: pd.DataFrame, source: _Source) -> Part:
    named = ("nominal_ref",) if source.reference_only else TEXTS
    texts = {name: as_texts(frame[source.prefix + name]) for name in named if source.prefix + name in frame}
    numbers = {name: frame[name].to_numpy(np.float64) for name in PLACE if name in frame}
    numbers["at"] = _times(frame[source.time])
    is_said = np.zeros(len(frame), dtype=bool)
    for name in _WHO:
        is_said |= _is_written(texts[name]) if name in texts else False
    birth = source.prefix + "date_of_birth"
    if birth in frame and not source.reference_only:
        numbers["date_of_birth"] = _times(frame[birth])
        is_said |= ~np.isnat(numbers["date_of_birth"])
    if source.role:
        texts["role"] = same(source.role, len(frame))
    texts |= {"record_ref": as_texts(frame["record_ref"]), "subject_no": same("1", len(frame))}
    return Part(source.kind, texts, numbers | {"is_said": is_said})


def _is_written(texts: pa.Array) -> Flags:
    return np.asarray(pc.fill_null(pc.not_equal(texts, BLANK), False).to_numpy(zero_copy_only=False))


def _times(column: pd.Series) -> npt.NDArray[np.datetime64]:
    times = column if column.dtype.kind == "M" else pd.to_datetime(column)
    return times.to_numpy().astype("datetime64[us]")


def age_order(mentions: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the mentions' order for numbering nominals: earliest first, then as they stand, never by a name."""
    at = mentions["at"].fillna(pd.Timestamp("2200-01-01")).to_numpy().astype(np.int64)
    return np.lexsort((mentions["kind"].isin(_NOT_KEYED).to_numpy(), at))
