"""Drug-market events with a place, each in its stream, from every record kind that is evidence of supply.

Streams are kept apart because some are *reported* by the public and partners and some are *discovered* by policing:
a place that police look at fills with discovered events whatever the market does (TRUST.md 15). Covert streams stand
apart from both. Published open data are *recorded*: snapped to about 71 m and monthly, so they are only ever counted in
cells or areas, never used as points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.contracts.tables import Tables
from market_profile.geography.words import folded, names_no_place
from market_profile.periods import Month, month_texts
from market_profile.terms import Outcome, Precision, Provenance

REPORTED, DISCOVERED, COVERT_FAMILY, UNSTATED, RECORDED = "reported", "discovered", "covert", "unstated", "recorded"
FAMILIES = (REPORTED, DISCOVERED, COVERT_FAMILY, UNSTATED, RECORDED)

LOG_STREAMS: dict[str, tuple[str, str]] = {
    Provenance.PUBLIC.value: ("public", REPORTED),
    Provenance.CRIMESTOPPERS.value: ("crimestoppers", REPORTED),
    Provenance.PARTNER.value: ("partner", REPORTED),
    Provenance.OFFICER.value: ("patrol", DISCOVERED),
    Provenance.TECHNICAL.value: ("technical", DISCOVERED),
    Provenance.CHIS.value: ("chis", COVERT_FAMILY),
    Provenance.UNDERCOVER.value: ("undercover", COVERT_FAMILY),
}
"""Stream and family of a log by provenance; a blank provenance is ``unstated`` and corroborates nothing."""

_UNSTATED_PAIR = ("unstated", UNSTATED)

DEFAULT_POINT_RECORDS, DEFAULT_POINT_TEXTS = 10, 5
"""A coordinate shared by at least so many records under at least so many different texts is a geocoder's default."""

EVENT_COLUMNS = (
    "kind",
    "record_ref",
    "stream",
    "family",
    "at",
    "until",
    "has_hours",
    "easting_m",
    "northing_m",
    "is_snapped",
    "month",
    "weight",
    "mode",
)

EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True)
class Events:
    """Events with a place, sorted by kind and record_ref; those without one; and how many had none and why."""

    frame: pd.DataFrame
    unplaced: pd.DataFrame
    """The same columns without coordinates: they still belong to a phone line."""
    set_aside: pd.DataFrame


def collect_events(tables: Tables, month: Month) -> Events:
    """Return the drug-market events before the cut-off of ``month`` that have a place of their own.

    ``frame`` has ``EVENT_COLUMNS``: ``at``/``until`` bound the time (equal where an instant), ``has_hours`` says that
    the hour is known, ``weight`` is 1 for evidence that counts and 0 for records that only belong to a market (further
    exhibits of a seizure, attempts that met no dealer, logs graded 3 or E). ``set_aside`` has kind, why, records.
    """
    parts = [read(_in_order(tables.get(kind))) for kind, read in sorted(_READERS.items())]
    every = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    is_before = (every["at"] < month.end).to_numpy()
    why = every["why"].to_numpy()
    why = np.where((why == "") & _is_without_place(every), "no place", why)
    kept, rest = (_dated(every.iloc[chosen]) for chosen in (is_before & (why == ""), is_before & (why != "")))
    unplaced = rest.assign(easting_m=np.nan, northing_m=np.nan)
    aside = pd.DataFrame({"kind": rest["kind"], "why": why[is_before & (why != "")]})
    return Events(kept, unplaced, aside.groupby(["kind", "why"], sort=True).size().rename("records").reset_index())


def _dated(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events with ``EVENT_COLUMNS``, their month among them."""
    months = pd.Series(month_texts(events["at"]), index=events.index, dtype="str")
    return events.assign(month=months)[list(EVENT_COLUMNS)].reset_index(drop=True)


def poor_grade(logs: pd.DataFrame) -> pd.Series:
    """Return True for logs that no figure may rest on: unreliable source (3; D) or suspected false (E; 5).

    In 3x5x2 the source is 1-3 and the assessment A-E; in 5x5x5 the source is A-E and the assessment 1-5 (DOMAIN.md).
    """
    legacy = logs["grade_scheme"] == "5x5x5"
    source = logs["source_evaluation"].where(legacy, logs["source_evaluation"].eq("3").map({True: "D", False: ""}))
    content = logs["intelligence_assessment"]
    return source.eq("D") | (legacy & content.eq("5")) | (~legacy & content.eq("E"))


def _logs(logs: pd.DataFrame) -> pd.DataFrame:
    known = logs["event_from"].notna()
    at = logs["event_from"].where(known, logs["submitted_at"])
    codes, provenances = pd.factorize(logs["provenance"])
    named = [*(LOG_STREAMS.get(code, _UNSTATED_PAIR) for code in provenances), _UNSTATED_PAIR]
    streams, families = (np.array([pair[side] for pair in named], dtype=object) for side in (0, 1))
    frame = _base(logs, "intelligence_logs", at, logs["event_to"].where(known, at))
    frame["stream"] = streams[codes]
    frame["family"] = families[codes]
    frame["has_hours"] = known.to_numpy()
    frame["weight"] = np.where(poor_grade(logs), 0.0, 1.0)
    frame["mode"] = logs["market_mode"].to_numpy()
    coarse = logs["location_precision"].isin([Precision.AREA, Precision.NONE])
    why = np.where(coarse, "known only to an area", "")
    frame["why"] = np.where((why == "") & _default_points(logs), "a geocoder's default", why)
    frame["why"] = frame["why"].where(~names_no_place(logs["location_text"]), "text that names no place")
    return frame


def _test_purchases(attempts: pd.DataFrame) -> pd.DataFrame:
    frame = _base(attempts, "test_purchases", attempts["attempted_at"], attempts["attempted_at"])
    seen = attempts["outcome"].isin([Outcome.PURCHASE, Outcome.REFUSED])
    return frame.assign(
        stream="test_purchase",
        family=DISCOVERED,
        weight=np.where(seen, 1.0, 0.0),
        mode=attempts["contact_mode"].to_numpy(),
    )


def _seizures(exhibits: pd.DataFrame) -> pd.DataFrame:
    frame = _base(exhibits, "seizures", exhibits["seized_at"], exhibits["seized_at"])
    first = ~exhibits["seizure_ref"].duplicated()
    return frame.assign(stream="seizure", family=DISCOVERED, weight=np.where(first, 1.0, 0.0))


def _harm(harm: pd.DataFrame) -> pd.DataFrame:
    harm = harm[harm["harm"] != "safeguarding_visit"]
    frame = _base(harm, "harm_events", harm["occurred_at"], harm["occurred_at"])
    calls = harm["harm"].isin(["asb_report", "community_call"])
    return frame.assign(stream=np.where(calls, "call", "health"), family=REPORTED)


def _street_crime(crime: pd.DataFrame) -> pd.DataFrame:
    drugs = crime[folded(crime["crime_type"]) == "drugs"]
    at = pd.to_datetime(drugs["month"] + "-01", format="%Y-%m-%d").astype("datetime64[us]")
    frame = _base(drugs, "street_crime", at, at + pd.offsets.MonthBegin(1))
    frame["why"] = np.where(names_no_place(drugs["location"]), "text that names no place", "")
    return frame.assign(stream="recorded_crime", family=RECORDED, has_hours=False, is_snapped=True)


def _stop_and_search(searches: pd.DataFrame) -> pd.DataFrame:
    found = searches["outcome_linked_to_object_of_search"].fillna(False).astype(bool)
    drugs = searches[(folded(searches["object_of_search"]) == "controlled drugs") & found]
    frame = _base(drugs, "stop_and_search", drugs["date"], drugs["date"])
    return frame.assign(stream="stop_and_search", family=DISCOVERED, is_snapped=True)


_READERS = {
    "intelligence_logs": _logs,
    "test_purchases": _test_purchases,
    "seizures": _seizures,
    "harm_events": _harm,
    "street_crime": _street_crime,
    "stop_and_search": _stop_and_search,
}


def _in_order(records: pd.DataFrame) -> pd.DataFrame:
    """Return the records by record_ref; the store gives them so."""
    is_sorted = records["record_ref"].is_monotonic_increasing
    return records if is_sorted else records.sort_values("record_ref", kind="stable")


def _base(source: pd.DataFrame, kind: str, at: pd.Series, until: pd.Series) -> pd.DataFrame:
    size = len(source)
    return pd.DataFrame(
        {
            "kind": np.full(size, kind, dtype=object),
            "record_ref": source["record_ref"].to_numpy(),
            "at": at.to_numpy(dtype="datetime64[us]"),
            "until": until.where(until.notna(), at).to_numpy(dtype="datetime64[us]"),
            "easting_m": source["easting_m"].to_numpy(dtype=float),
            "northing_m": source["northing_m"].to_numpy(dtype=float),
            "has_hours": np.full(size, True),
            "is_snapped": np.full(size, False),
            "weight": np.ones(size),
            "mode": np.full(size, "", dtype=object),
            "why": np.full(size, "", dtype=object),
        }
    )


def _is_without_place(frame: pd.DataFrame) -> NDArray[np.bool_]:
    return (frame["easting_m"].isna() | frame["northing_m"].isna()).to_numpy()


def stands_nowhere(logs: pd.DataFrame) -> pd.Series:
    """Tell which logs' points say nothing: a geocoder's default, or a text that names no place (unknown, say)."""
    return _default_points(logs) | names_no_place(logs["location_text"])


def _default_points(logs: pd.DataFrame) -> pd.Series:
    """Tell which rows stand on one coordinate that serves many different texts."""
    codes, distinct = pd.factorize(logs["location_text"], use_na_sentinel=False)
    plain = pd.Series(distinct).str.casefold().str.strip()
    text, blank = pd.factorize(plain)[0][codes], (plain == "").to_numpy(bool)[codes]
    east, north = (pd.factorize(logs[name].round())[0].astype(np.int64) for name in ("easting_m", "northing_m"))
    placed = (east >= 0) & (north >= 0)
    spot = np.zeros(len(logs), dtype=np.int64)
    spot[placed] = pd.factorize((east * len(logs) + north)[placed])[0]
    shared = placed & (np.bincount(spot[placed], minlength=1)[spot] >= DEFAULT_POINT_RECORDS)
    pairs = pd.unique((spot * len(logs) + text)[shared & ~blank])
    texts = np.bincount(pairs // len(logs), minlength=len(logs))
    return pd.Series(shared & (texts[spot] >= DEFAULT_POINT_TEXTS), index=logs.index)
