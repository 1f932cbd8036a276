"""Small sets of records for rule tables: write only what matters, the rest is blank."""

from __future__ import annotations

from itertools import count

import pandas as pd

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve import Resolution, resolve_nominals
from market_profile.room_settings import ResolveSettings

MONTH = Month("2019-02")
NO_JUDGEMENTS = pd.DataFrame(
    columns=[
        *("left_kind", "left_ref", "left_subject", "right_kind", "right_ref", "right_subject"),
        *("judgement", "by", "on", "reason"),
    ]
)


def frame(kind: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """A typed frame of ``kind`` from partial rows."""
    empty = empty_frame(KINDS[kind])
    made = pd.DataFrame(rows).reindex(columns=empty.columns)
    for name, dtype in empty.dtypes.items():
        if str(dtype) in {"str", "string", "object"}:
            made[name] = made[name].astype("str").where(made[name].notna(), "").astype("str")
        elif "datetime" in str(dtype):
            made[name] = pd.to_datetime(made[name]).astype("datetime64[us]")
        elif str(dtype) == "int64":
            made[name] = made[name].fillna(1).astype("int64")
        else:
            made[name] = made[name].astype(dtype)
    return made


def logs_of(groups: list[list[dict[str, object]]]) -> Tables:
    """Logs L0001, L0002 ...; each group holds the subjects of one log, with a place (easting, northing) in ``at``."""
    number = count(1)
    logs, subjects = [], []
    for group in groups:
        urn = f"L{next(number):04d}"
        place = next((s["at"] for s in group if "at" in s), (float("nan"), float("nan")))
        logs.append(
            {
                "urn": urn,
                "record_ref": urn,
                "submitted_at": "2019-01-10",
                "easting_m": place[0],
                "northing_m": place[1],
            }
        )
        for no, subject in enumerate(group, start=1):
            told = {key: value for key, value in subject.items() if key != "at"}
            subjects.append({"urn": urn, "subject_no": str(no), "record_ref": f"{urn}/{no}", **told})
    return Tables(
        {"intelligence_logs": frame("intelligence_logs", logs), "log_subjects": frame("log_subjects", subjects)}
    )


def person(name: str = "", dob: str | None = None, **more: object) -> dict[str, object]:
    """A subject: ``person("ann SMITH", "1980-05-17", phone=...)``; the last word is the surname."""
    words = name.split()
    told: dict[str, object] = {"forenames": " ".join(words[:-1]), "surname": words[-1] if words else ""}
    if dob:
        told["date_of_birth"] = dob
    return told | more


def resolve(tables: Tables, **more: object) -> Resolution:
    """Resolve from nothing in February 2019."""
    given = {"month": MONTH, "previous": {}, "judgements": NO_JUDGEMENTS, "settings": ResolveSettings()} | more
    return resolve_nominals(tables, **given)  # type: ignore[arg-type]


def groups(resolution: Resolution) -> set[frozenset[str]]:
    """The clusters as sets of 'urn/subject_no'."""
    keys = resolution.records["record_ref"] + "/" + resolution.records["subject_no"]
    return {frozenset(part) for _, part in keys.groupby(resolution.records["nominal_id"])}


def filler(people: int = 40) -> list[list[dict[str, object]]]:
    """Logs on other people, so that a case stands in a town and not in a desert."""
    names = ["Avery", "Blake", "Corey", "Devon", "Ellis", "Flynn", "Gale", "Harley"]
    towns = ["Ashdown", "Birling", "Cuckmere", "Ditchling", "Falmer"]
    return [
        [person(f"{names[n % 8]} {towns[n // 8]}", f"19{70 + n % 25}-{n % 11 + 2:02d}-{n % 26 + 2:02d}")]
        for n in range(people)
    ]
