"""Harm by month, kind, status and drug; suspected and confirmed are kept apart."""

from __future__ import annotations

import pandas as pd

from market_profile.indicators.estimates import counts, empty_figures
from market_profile.indicators.expected import alerts
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.windows import by_period, in_year
from market_profile.periods import Month


def harm_counts(events: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return events by period, harm, status and drug: period, harm, status, drug, events.

    ``drug`` is ``all`` over every drug; a blank status is ``not stated`` and never taken as confirmed.
    """
    periods = by_period(events, "occurred_at", month)
    periods = periods.assign(status=periods["status"].where(periods["status"] != "", "not stated"))
    named = periods[periods["drug"] != ""]
    both = pd.concat([named, periods.assign(drug=ALL_DRUGS)], ignore_index=True)
    grouped = both.groupby(["period", "harm", "status", "drug"], sort=True)["event_ref"]
    return grouped.nunique().rename("events").reset_index()


def harm_alerts(counted: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return the month of each harm and status against what the months before lead one to expect (``alerts``)."""
    monthly = counted[(counted["drug"] == ALL_DRUGS) & (counted["period"].str.len() == len(month.text))]
    return alerts(monthly, ["harm", "status"], month)


def harm_places(events: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return harm of the rolling year by partner area: area_code, period (month), harm, status, events.

    Events without an area keep ``area_code`` "".
    """
    year = in_year(events, "occurred_at", month)
    year = year.assign(
        period=year["occurred_at"].dt.strftime("%Y-%m"), status=year["status"].where(year["status"] != "", "not stated")
    )
    grouped = year.groupby(["area_code", "period", "harm", "status"], sort=True)["event_ref"]
    return grouped.nunique().rename("events").reset_index()


def harm_figures(counted: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the figures of ``harm_counts``, one indicator a harm and status, with exact Poisson bounds."""
    if counted.empty:
        return [empty_figures()]
    frame = counts(counted[["drug", "period", "events"]].rename(columns={"events": "n"}), "harm")
    status = counted["status"].where(counted["status"] != "not stated", "unstated")
    frame["indicator"] = ("harm_" + counted["harm"] + "_" + status).to_numpy()
    return [frame]
