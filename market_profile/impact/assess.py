"""The room's one public step: from typed tables to outcomes, evaluation and response."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from market_profile.contracts.consent import consented
from market_profile.contracts.tables import Tables
from market_profile.impact.claims import claims_register
from market_profile.impact.cohorts import people_at_risk, rates_in_area, with_person
from market_profile.impact.costs import benefits, cost_tables, social_costs
from market_profile.impact.definitions import DEFINITIONS
from market_profile.impact.evaluation import evaluate_groups
from market_profile.impact.forum import assess_forum, forum_conflicts
from market_profile.impact.interrupted import BEFORE, interrupted_series
from market_profile.impact.phases import clear_hold_build
from market_profile.impact.register import register_summary
from market_profile.impact.response import disruptions_by_month, operations_timeline, repeated_positives
from market_profile.impact.results import Forum, Impact
from market_profile.impact.scorecard import scorecard
from market_profile.impact.series import crime_series, financial_years
from market_profile.impact.survey import reworded, survey_changes, survey_shares
from market_profile.periods import Month
from market_profile.room_settings import ImpactSettings
from market_profile.settings import Settings


def assess_impact(tables: Tables, records: pd.DataFrame, month: Month, settings: Settings) -> Impact:
    """Return crime series, costs, evaluation, response and claims up to the month's cut-off.

    ``records`` (kind, record_ref, subject_no, nominal_id) comes from resolve and says who is who. Kinds that were
    not supplied give empty frames. Row order does not matter.
    """
    known, chosen = _with_people(tables.until(month), records), settings.impact
    willing = consented(known.get("treatment"), month.end, settings.treatment.require_consent)
    crime_counts = known.get("crime_counts")
    series = crime_series(crime_counts, known.get("street_crime"))
    survey = survey_shares(known.get("community_survey"))
    offences = _by_group(known.get("convictions"))
    people = people_at_risk(known, records, month, chosen)
    cohorts = evaluate_groups(people, rates_in_area(known, records, month, chosen))
    return Impact(
        crime_series=series,
        financial_years=financial_years(crime_counts),
        interrupted=interrupted_series(series, interventions(known, series, chosen)),
        costs=social_costs(offences, chosen.unit_costs, chosen.area_unit_costs),
        cost_tables=cost_tables(offences, _spent(known.get("operations"), month), chosen),
        benefits=benefits(cohorts, _arrested_for(known, records, people), chosen),
        cohorts=cohorts,
        register=register_summary(known, records, month),
        forum=_forum(known, records, month, settings),
        timeline=operations_timeline(known.get("operations"), month),
        phases=clear_hold_build(known, month),
        scorecard=scorecard(known.replace(treatment=willing), month),
        disruptions=disruptions_by_month(known.get("disruptions")),
        survey=survey,
        survey_changes=survey_changes(survey),
        reworded=reworded(survey),
        orders=repeated_positives(known.get("court_orders"), month),
        claims=claims_register(),
        definitions=DEFINITIONS,
    )


def _with_people(tables: Tables, records: pd.DataFrame) -> Tables:
    """Return the tables with the person of every row that names one, worked out once for all that ask."""
    return tables.replace(**{kind: with_person(tables.get(kind), records, kind) for kind in _NAMING})


_NAMING = ("arrests", "cohort_register", "case_forum")


def interventions(tables: Tables, series: pd.DataFrame, settings: ImpactSettings) -> Mapping[str, date]:
    """Return what crime series are tested against: as declared, else the first day of an operation.

    That is the first operation with six months of crime on record before it, or without one the first of all: dates
    decide, never what the counts did.
    """
    if settings.interventions:
        return settings.interventions
    starts = tables.get("operations")["starts_on"].dropna()
    if starts.empty:
        return {}
    months = series.loc[series["period"].str.fullmatch(r"\d{4}-\d{2}"), "period"]
    first = pd.Timestamp(f"{months.min()}-01") + pd.DateOffset(months=BEFORE) if len(months) else starts.min()
    later = starts[starts >= first]
    if later.empty:
        return {"the first operation": starts.min().date()}
    return {"the first operation with six months before it": later.min().date()}


def _by_group(rows: pd.DataFrame) -> pd.DataFrame:
    named = rows[rows["offence_group"] != ""]
    return named.groupby("offence_group", sort=True).size().rename("count").reset_index()


def _spent(operations: pd.DataFrame, month: Month) -> float:
    """Return what operations cost that began before the cut-off; NaN where no cost was supplied."""
    costs = operations.loc[operations["starts_on"] < month.end, "cost_gbp"]
    return float(costs.sum()) if costs.notna().any() else float("nan")


def _arrested_for(tables: Tables, records: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return offence_group, count of the arrests before they were taken on of the people evaluated."""
    arrests = with_person(tables.get("arrests"), records, "arrests")
    if people.empty:
        return _by_group(arrests.head(0))
    joined = arrests.merge(people[["person", "index_on"]], on="person", how="inner")
    return _by_group(joined[joined["arrested_at"] < joined["index_on"]])


def _forum(tables: Tables, records: pd.DataFrame, month: Month, settings: Settings) -> Forum:
    forum = with_person(tables.get("case_forum"), records, "case_forum")
    latest = assess_forum(forum, settings.source("case_forum").criteria, settings.forum, month)
    register = with_person(tables.get("cohort_register"), records, "cohort_register")
    arrests = with_person(tables.get("arrests"), records, "arrests")
    carried = latest[(latest["decision"] != "") & ~latest["is_new"].astype(bool)] if len(latest) else latest
    previous = forum.loc[forum["assessed_on"] < month.start, "assessed_on"].max()
    return Forum(
        latest=latest,
        conflicts=forum_conflicts(latest, register, arrests, month),
        carried=len(carried),
        last_before=previous if pd.notna(previous) else np.datetime64("NaT"),
    )
