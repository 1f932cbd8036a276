"""Outcomes scorecard: the Combating Drugs outcomes and the local figures that stand for them, year against year."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.impact.response import is_closed_on_evidence
from market_profile.periods import Month

COLUMNS = ("outcome", "measure", "now", "before", "last_now", "n", "unit", "kind", "national", "lag")
NEIGHBOURHOOD = ("Burglary", "Robbery", "Vehicle crime", "Theft from the person")
CORRECTION_COLUMNS = ("edition", "month", "measure", "published", "corrected")


class Events(NamedTuple):
    """Dated things with a weight and, where several rows are one thing, its key."""

    on: pd.Series
    weight: pd.Series | float = 1.0


class _Measure(NamedTuple):
    outcome: str
    measure: str
    kind: str
    unit: str
    national: str
    lag: str
    events: Callable[[Tables], Events]


def scorecard(tables: Tables, month: Month) -> pd.DataFrame:
    """Return COLUMNS, one row a local measure: rolling twelve months now and a year before.

    ``kind`` is the record kind behind it; kinds that were not supplied have no row. ``before`` is NaN where the
    records do not reach back to the start of that year. ``last_now`` is last month's figure as the records stand now,
    for the corrections log; ``n`` counts the records of ``now``.
    """
    chosen = [row for row in _MEASURES if tables.is_supplied(row.kind)]
    records = [row._asdict() | _years(row.events(tables), month) for row in chosen]
    return pd.DataFrame(records, columns=list(COLUMNS))


def corrections(published: pd.DataFrame, card: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return CORRECTION_COLUMNS: measures whose figure of last month has changed since it was published.

    ``published`` holds month, measure, value of last month's edition.
    """
    if published.empty or card.empty:
        return pd.DataFrame(columns=list(CORRECTION_COLUMNS))
    last = published[published["month"] == month.previous().text]
    joined = last.merge(card[["measure", "last_now"]], on="measure", how="inner")
    moved = joined[(joined["value"] - joined["last_now"]).abs() > 0.005]
    found = moved.assign(edition=month.text).rename(columns={"value": "published", "last_now": "corrected"})
    return found[list(CORRECTION_COLUMNS)].reset_index(drop=True)


def _years(events: Events, month: Month) -> dict[str, float]:
    """Return the sums of weights in the last twelve months, in the twelve before, and in last month's twelve."""
    on = events.on.to_numpy("datetime64[us]")
    weight = np.nan_to_num(np.broadcast_to(np.asarray(events.weight, dtype=float), on.shape))
    earlier, last, start, this, end = (np.datetime64(month.plus(step).start) for step in (-23, -12, -11, 0, 1))
    is_now = (on >= start) & (on < end)
    reaches = bool(((on < end) & (on < earlier + np.timedelta64(62, "D"))).any())
    return {
        "now": float(weight[is_now].sum()),
        "before": float(weight[(on >= earlier) & (on < start)].sum()) if reaches else np.nan,
        "last_now": float(weight[(on >= last) & (on < this)].sum()),
        "n": int(is_now.sum()),
    }


def _lines_closed(tables: Tables) -> Events:
    lines = tables.get("county_lines")
    return Events(lines.loc[is_closed_on_evidence(lines), "closed_on"])


def _disruptions(*levels: str) -> Callable[[Tables], Events]:
    def count(tables: Tables) -> Events:
        """Return when disruptions of the levels were made."""
        rows = tables.get("disruptions")
        return Events(rows.loc[rows["level"].isin(levels), "on"])

    return count


def _supply_arrests(tables: Tables) -> Events:
    rows = tables.get("arrests")
    is_supply = rows["offence_group"].str.contains("supply|trafficking", case=False, regex=True)
    return Events(rows.loc[is_supply, "arrested_at"])


def _positive_tests(tables: Tables) -> Events:
    rows = tables.get("arrests")
    is_positive = rows["drug_test_result"].str.contains("positive", case=False, regex=False)
    return Events(rows.loc[is_positive, "arrested_at"])


def _seizures(tables: Tables) -> Events:
    rows = tables.get("seizures").sort_values(["seized_at", "record_ref"], kind="stable")
    return Events(rows.drop_duplicates("seizure_ref")["seized_at"])


def _recovered(tables: Tables) -> Events:
    rows = tables.get("assets")
    rows = rows[rows["stage"] == "recovered"]
    return Events(rows["stage_on"], rows["amount_gbp"])


def _referrals(tables: Tables) -> Events:
    rows = tables.get("treatment").drop_duplicates(["client_key", "referred_on"])
    return Events(rows["referred_on"])


def _neighbourhood(tables: Tables) -> Events:
    rows = tables.get("street_crime")
    months = rows.loc[rows["crime_type"].isin(NEIGHBOURHOOD), "month"]
    counted = months.value_counts(sort=False).sort_index()
    return Events(pd.Series(pd.to_datetime(counted.index + "-01")), pd.Series(counted.to_numpy(float)))


def _harm(*kinds: str) -> Callable[[Tables], Events]:
    def count(tables: Tables) -> Events:
        """Return when harm of the kinds occurred."""
        rows = tables.get("harm_events")
        return Events(rows.loc[rows["harm"].isin(kinds), "occurred_at"])

    return count


SUPPLY, CRIME, TREATED = "reduce drug supply", "reduce drug-related crime", "increase engagement in treatment"
HARM, USE, SAFE = "reduce drug-related deaths and harm", "reduce drug use", "protect people at risk"

_MEASURES: tuple[_Measure, ...] = (
    _Measure(SUPPLY, "county lines closed on evidence", "county_lines", "", "county lines closed",
             "weeks: a line counts once the evidence is on record", _lines_closed),
    _Measure(SUPPLY, "major disruptions", "disruptions", "", "major and moderate disruptions",
             "weeks: levels are moderated after the event", _disruptions("major")),
    _Measure(SUPPLY, "moderate disruptions", "disruptions", "", "major and moderate disruptions",
             "weeks: levels are moderated after the event", _disruptions("moderate")),
    _Measure(SUPPLY, "minor disruptions", "disruptions", "", "not counted nationally",
             "weeks: levels are moderated after the event", _disruptions("minor")),
    _Measure(SUPPLY, "arrests for supply", "arrests", "", "no national measure; local activity", "days",
             _supply_arrests),
    _Measure(SUPPLY, "seizures", "seizures", "", "no national measure; local activity", "days", _seizures),
    _Measure(SUPPLY, "assets recovered", "assets", "£", "no national measure; local activity",
             "months to years after the seizure", _recovered),
    _Measure(CRIME, "neighbourhood crimes recorded", "street_crime", "", "neighbourhood crime",
             "about two months: published monthly", _neighbourhood),
    _Measure(USE, "arrests with a positive drug test", "arrests", "", "use in the last year (crime survey)", "days",
             _positive_tests),
    _Measure(TREATED, "referrals to treatment", "treatment", "", "numbers in treatment",
             "a month: consented records alone", _referrals),
    _Measure(HARM, "deaths", "harm_events", "", "deaths related to drug misuse",
             "suspected at once, confirmed by a coroner after months", _harm("death")),
    _Measure(HARM, "overdoses and ambulance calls", "harm_events", "", "hospital admissions for drug misuse",
             "weeks", _harm("overdose", "ambulance")),
    _Measure(HARM, "naloxone given", "harm_events", "", "no national measure; local activity", "weeks",
             _harm("naloxone")),
    _Measure(SAFE, "safeguarding visits", "harm_events", "", "no national measure; local activity", "weeks",
             _harm("safeguarding_visit")),
)  # fmt: skip
"""Local proxies of data/outcomes_framework.csv, each with the national measure it stands for and how late it comes."""
