"""Outcomes scorecard: the Combating Drugs outcomes and the local figures that stand for them, year against year."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.impact.response import is_closed_on_evidence
from market_profile.periods import Month

COLUMNS = ("outcome", "measure", "now", "before", "unit", "kind")


def scorecard(tables: Tables, month: Month) -> pd.DataFrame:
    """Return COLUMNS, one row a local measure: rolling twelve months now and a year before.

    ``kind`` is the record kind behind it; kinds that were not supplied have no row. ``before`` is NaN where the
    records do not reach back to the start of that year.
    """
    rows = [row for row in _MEASURES if tables.is_supplied(row[2])]
    records = [
        {"outcome": outcome, "measure": measure, "unit": unit, "kind": kind, **_years(count(tables), month)}
        for outcome, measure, kind, unit, count in rows
    ]
    return pd.DataFrame(records, columns=list(COLUMNS))


def _years(events: pd.DataFrame, month: Month) -> dict[str, float]:
    """Return the sums of ``weight`` by ``on`` in the last twelve months and in the twelve before."""
    start, earlier = month.plus(-11).start, month.plus(-23).start
    dated = events[events["on"] < month.end]
    now = dated.loc[dated["on"] >= start, "weight"].sum()
    before = dated.loc[(dated["on"] >= earlier) & (dated["on"] < start), "weight"].sum()
    reaches = len(dated) and dated["on"].min() < earlier + pd.Timedelta(days=62)
    return {"now": float(now), "before": float(before) if reaches else np.nan}


def _events(on: pd.Series, weight: pd.Series | float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"on": on, "weight": weight})


def _lines_closed(tables: Tables) -> pd.DataFrame:
    lines = tables.get("county_lines")
    return _events(lines.loc[is_closed_on_evidence(lines), "closed_on"])


def _major_disruptions(tables: Tables) -> pd.DataFrame:
    rows = tables.get("disruptions")
    return _events(rows.loc[rows["level"].isin(["moderate", "major"]), "on"])


def _supply_arrests(tables: Tables) -> pd.DataFrame:
    rows = tables.get("arrests")
    is_supply = rows["offence_group"].str.contains("supply|trafficking", case=False, regex=True)
    return _events(rows.loc[is_supply, "arrested_at"])


def _seizures(tables: Tables) -> pd.DataFrame:
    rows = tables.get("seizures").sort_values(["seized_at", "record_ref"], kind="stable")
    return _events(rows.drop_duplicates("seizure_ref")["seized_at"])


def _recovered(tables: Tables) -> pd.DataFrame:
    rows = tables.get("assets")
    rows = rows[rows["stage"] == "recovered"]
    return _events(rows["stage_on"], rows["amount_gbp"])


def _referrals(tables: Tables) -> pd.DataFrame:
    rows = tables.get("treatment").drop_duplicates(["client_key", "referred_on"])
    return _events(rows["referred_on"])


def _harm(*kinds: str) -> Callable[[Tables], pd.DataFrame]:
    def count(tables: Tables) -> pd.DataFrame:
        rows = tables.get("harm_events")
        return _events(rows.loc[rows["harm"].isin(kinds), "occurred_at"])

    return count


_MEASURES: tuple[tuple[str, str, str, str, Callable[[Tables], pd.DataFrame]], ...] = (
    ("reduce drug supply", "county lines closed on evidence", "county_lines", "", _lines_closed),
    ("reduce drug supply", "moderate and major disruptions", "disruptions", "", _major_disruptions),
    ("reduce drug supply", "arrests for supply", "arrests", "", _supply_arrests),
    ("reduce drug supply", "seizures", "seizures", "", _seizures),
    ("reduce drug supply", "assets recovered", "assets", "£", _recovered),
    ("increase engagement in treatment", "referrals to treatment", "treatment", "", _referrals),
    ("reduce drug-related deaths and harm", "deaths", "harm_events", "", _harm("death")),
    (
        "reduce drug-related deaths and harm",
        "overdoses and ambulance calls",
        "harm_events",
        "",
        _harm("overdose", "ambulance"),
    ),
    ("reduce drug-related deaths and harm", "naloxone given", "harm_events", "", _harm("naloxone")),
    ("protect people at risk", "safeguarding visits", "harm_events", "", _harm("safeguarding_visit")),
)
