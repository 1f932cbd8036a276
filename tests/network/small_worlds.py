"""Small worlds for the tests of the network and the board: rows in, typed tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables

Row = Mapping[str, object]


@dataclass(frozen=True)
class People:
    """A stand-in for a Resolution: who is who is given, not found."""

    records: pd.DataFrame
    events: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["month", "event", "from_id", "to_id"]))
    nominals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["nominal_id", "date_of_birth"]))


def typed(kind: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Return ``rows`` as an accepted frame of ``kind``; unnamed columns are missing in the kind's own way."""
    empty = empty_frame(KINDS[kind])
    if not rows:
        return empty
    frame = pd.DataFrame(list(rows)).reindex(columns=empty.columns)
    for column, dtype in empty.dtypes.items():
        values = frame[column]
        if pd.api.types.is_string_dtype(dtype):
            values = values.astype("object").fillna("")
        elif pd.api.types.is_datetime64_any_dtype(dtype):
            values = pd.to_datetime(values)
        elif dtype == "int64":
            values = values.fillna(0)
        frame[column] = values.astype(dtype)
    key = list(KINDS[kind].key)
    if key and (frame["record_ref"] == "").all():
        frame["record_ref"] = frame[key].astype("str").agg("/".join, axis=1)
    return frame


def tables(**rows: Sequence[Row]) -> Tables:
    """Return Tables of the given kinds."""
    return Tables({kind: typed(kind, listed) for kind, listed in rows.items()})


def log(urn: str, on: str, **more: object) -> dict[str, object]:
    """Return a log graded 2B P of one public source a urn, unless said otherwise."""
    row: dict[str, object] = {
        "urn": urn,
        "submitted_at": on,
        "grade_scheme": "3x5x2",
        "source_evaluation": "2",
        "intelligence_assessment": "B",
        "handling_code": "P",
        "source_ref": f"S-{urn}",
        "provenance": "public",
    }
    return row | more


def people(*mentions: tuple[str, str, str, str]) -> People:
    """Return a resolution from (kind, record_ref, subject_no, nominal_id)."""
    frame = pd.DataFrame(list(mentions), columns=["kind", "record_ref", "subject_no", "nominal_id"]).astype("str")
    return People(frame.assign(match_probability=1.0))


def story(*told: tuple[str, str, str, str, str, dict[str, object]]) -> tuple[Tables, People]:
    """Return tables and people from (urn, date, from, relation, to, columns of the log).

    ``from`` and ``to`` are written ``nominal:role``.
    """
    logs, subjects, links, mentions = [], [], [], []
    for urn, on, left, relation, right, more in told:
        logs.append(log(urn, on, **more))
        for number, who in (("1", left), ("2", right)):
            if who:
                nominal, _, role = who.partition(":")
                subjects.append({"urn": urn, "subject_no": number, "role": role or "unknown"})
                mentions.append(("log_subjects", urn, number, nominal))
        if relation:
            links.append({"urn": urn, "from_subject_no": "1", "to_subject_no": "2", "relation": relation})
    return tables(intelligence_logs=logs, log_subjects=subjects, log_links=links), people(*mentions)
