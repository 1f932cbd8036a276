"""The room's one public step: from typed tables to outcomes, evaluation and response."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.document import DefinitionCard
from market_profile.impact.claims import claims_register
from market_profile.impact.cohorts import people_at_risk
from market_profile.impact.costs import social_costs
from market_profile.impact.evaluation import evaluate_groups
from market_profile.impact.response import disruptions_by_month, operations_timeline, repeated_positives, survey_shares
from market_profile.impact.results import Impact
from market_profile.impact.scorecard import scorecard
from market_profile.impact.series import crime_series, financial_years
from market_profile.periods import Month
from market_profile.settings import Settings

DEFINITIONS: tuple[DefinitionCard, ...] = (
    DefinitionCard(
        "crime_series", "Recorded crime", "offences recorded", "",
        "the area; anti-social behaviour is kept out of totals",
        "the periods as published", "the data cut-off of the edition", "crime_counts; street_crime",
    ),
    DefinitionCard(
        "social_cost", "Social cost of offences (£)", "convictions of the group x unit cost", "",
        "convictions supplied; groups without a unit cost are left out",
        "all convictions up to the cut-off", "the data cut-off of the edition", "convictions; data/unit_costs.csv",
    ),
    DefinitionCard(
        "arrests_at_risk", "Arrests per 365 days at risk", "arrests of the group",
        "days at risk (days in custody taken off)",
        "people of the record group with 30 days or more after joining",
        "before and after windows declared in area.toml; the day of joining is left out",
        "the data cut-off of the edition", "cohort_register; arrests",
    ),
    DefinitionCard(
        "lines_closed", "County lines closed", "lines with a closing date and evidence", "",
        "county lines known in the area; a status alone is not a closure",
        "rolling twelve months", "the data cut-off of the edition", "county_lines",
    ),
    DefinitionCard(
        "scorecard", "Outcomes scorecard", "events of the measure", "",
        "as each row says; local proxies of national outcomes",
        "rolling twelve months, and the twelve before", "the data cut-off of the edition", "as each row says",
    ),
)  # fmt: skip


def assess_impact(tables: Tables, records: pd.DataFrame, month: Month, settings: Settings) -> Impact:
    """Return crime series, costs, evaluation, response and claims up to the month's cut-off.

    ``records`` (kind, record_ref, subject_no, nominal_id) comes from resolve and says who is who. Kinds that were
    not supplied give empty frames. Row order does not matter.
    """
    known = tables.until(month)
    crime_counts = known.get("crime_counts")
    convictions = known.get("convictions")
    offences = convictions.groupby("offence_group", sort=True).size().rename("count").reset_index()
    return Impact(
        crime_series=crime_series(crime_counts, known.get("street_crime")),
        financial_years=financial_years(crime_counts),
        costs=social_costs(offences, settings.impact.unit_costs),
        cohorts=evaluate_groups(people_at_risk(known, records, month, settings.impact)),
        timeline=operations_timeline(known.get("operations"), month),
        scorecard=scorecard(known, month),
        disruptions=disruptions_by_month(known.get("disruptions")),
        survey=survey_shares(known.get("community_survey")),
        orders=repeated_positives(known.get("court_orders"), month),
        claims=claims_register(crime_counts),
        definitions=DEFINITIONS,
    )
