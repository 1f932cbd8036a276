"""The guide's three record groups: arrests per 365 days at risk before and after, one row a person."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.impact.selection import Rates, fit_rates
from market_profile.periods import Month
from market_profile.room_settings import ImpactSettings
from market_profile.terms import RecordGroup

PEOPLE_COLUMNS = ("record_group", "person", "index_on", "arrests_before", "days_before", "arrests_after", "days_after")
MINIMUM_DAYS = 30.0
"""A person needs a month at risk after joining to say anything."""


def people_at_risk(tables: Tables, records: pd.DataFrame, month: Month, settings: ImpactSettings) -> pd.DataFrame:
    """Return PEOPLE_COLUMNS, one row a registered person with enough time after.

    The windows come from settings and are counted from ``accepted_on`` (exclusive of that day, on which the arrest
    that led to the register often falls). People not taken on and without a date get the median date of the others.
    Days in custody are taken off the time at risk, and so are days before the first arrest on record: what was not
    supplied was not seen. ``records`` (kind, record_ref, nominal_id) says who is who.
    """
    register = _registered(tables.get("cohort_register"), records)
    arrests = with_person(tables.get("arrests"), records, "arrests")
    if register.empty:
        return pd.DataFrame(columns=list(PEOPLE_COLUMNS))
    after_end = register["index_on"] + pd.Timedelta(days=settings.after_days + 1)
    after_end = after_end.where(after_end < month.end, month.end)
    before_start = register["index_on"] - pd.Timedelta(days=settings.before_days)
    first = arrests["arrested_at"].min()
    if pd.notna(first):
        before_start = before_start.where(before_start > first.normalize(), first.normalize())
    spans = register.assign(before_start=before_start, after_start=register["index_on"] + pd.Timedelta(days=1))
    spans = spans.assign(after_end=after_end)
    before = _in_span(arrests, spans, "before_start", "index_on")
    after = _in_span(arrests, spans, "after_start", "after_end")
    held_before, held_after = (spans["person"].map(part["custody"]).fillna(0.0) for part in (before, after))
    people = spans.assign(
        arrests_before=spans["person"].map(before["arrests"]).fillna(0).astype("int64"),
        arrests_after=spans["person"].map(after["arrests"]).fillna(0).astype("int64"),
        days_before=_days(spans["index_on"] - spans["before_start"]) - held_before,
        days_after=_days(spans["after_end"] - spans["after_start"]) - held_after,
    )
    enough = (people["days_after"] >= MINIMUM_DAYS) & (people["days_before"] >= MINIMUM_DAYS)
    return people.loc[enough, list(PEOPLE_COLUMNS)].reset_index(drop=True)


def rates_in_area(tables: Tables, records: pd.DataFrame, month: Month, settings: ImpactSettings) -> Rates | None:
    """Return the spread of arrest rates of everyone arrested in the window before the register's usual date.

    The window is as long as the one before acceptance, or as the arrests on record reach; None without enough people.
    """
    register = _registered(tables.get("cohort_register"), records)
    arrests = with_person(tables.get("arrests"), records, "arrests")
    if arrests.empty:
        return None
    end = pd.Timestamp(register["index_on"].median()) if len(register) else month.end
    start = max(end - pd.Timedelta(days=settings.before_days), arrests["arrested_at"].min().normalize())
    days = (end - start) / pd.Timedelta(days=1)
    if days < MINIMUM_DAYS:
        return None
    inside = arrests[(arrests["arrested_at"] >= start) & (arrests["arrested_at"] < end) & (arrests["person"] != "")]
    return fit_rates(inside.groupby("person", sort=True).size().to_numpy(), days)


def _registered(register: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    people = with_person(register, records, "cohort_register")
    included = people["record_group"] != RecordGroup.ELIGIBLE_NOT_INCLUDED
    usual = people.loc[included, "accepted_on"].median()
    index = people["accepted_on"].where(people["accepted_on"].notna() | included, usual)
    people = people.assign(index_on=index)[people["person"].ne("") & index.notna()]
    # A person in several groups counts in the one that did most: taken on before not taken on, earlier date first.
    order = people["record_group"].map({group: place for place, group in enumerate(RecordGroup.values())})
    people = people.assign(order=order).sort_values(["person", "order", "index_on"], kind="stable")
    return people.drop_duplicates("person")[["record_group", "person", "index_on"]].reset_index(drop=True)


def with_person(frame: pd.DataFrame, records: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Add ``person``: the resolved nominal, else the force's own reference, else ''; rows that have it are left."""
    if "person" in frame:
        return frame
    known = records.loc[records["kind"] == kind, ["record_ref", "nominal_id"]].drop_duplicates("record_ref")
    refs, ids = known["record_ref"].tolist(), known["nominal_id"].tolist()
    resolved = frame["record_ref"].map(dict(zip(refs, ids, strict=True)))
    own = frame["nominal_ref"].where(frame["nominal_ref"] == "", "ref:" + frame["nominal_ref"])
    return frame.assign(person=resolved.fillna(own)).sort_values("record_ref", kind="stable")


def _in_span(arrests: pd.DataFrame, spans: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Return arrests and days in custody of each person of ``spans`` (one row each) who has an arrest in the span."""
    place = pd.Index(spans["person"]).get_indexer(pd.Index(arrests["person"]))
    at = arrests["arrested_at"].to_numpy()
    first, last = (spans[name].to_numpy()[place] for name in (start, end))
    inside = (place >= 0) & (at >= first) & (at < last)
    held = arrests["days_in_custody"].fillna(0.0).to_numpy(float)[inside]
    custody = np.minimum(held, _days(pd.Series(last[inside] - at[inside])))
    grouped = custody.groupby(spans["person"].to_numpy()[place[inside]], sort=True)
    return pd.DataFrame({"arrests": grouped.size(), "custody": grouped.sum()})


def _days(span: pd.Series) -> pd.Series:
    days: pd.Series = span.dt.total_seconds() / 86400
    return days
