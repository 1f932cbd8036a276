"""The registry of record kinds; each is declared in its own module or family."""

from __future__ import annotations

from market_profile.contracts.cohorts import CASE_FORUM, COHORT_REGISTER, TREATMENT
from market_profile.contracts.columns import Kind
from market_profile.contracts.community import COMMUNITY_SURVEY, CRIME_COUNTS, HARM_EVENTS, POPULATION
from market_profile.contracts.intelligence_logs import INTELLIGENCE_LOGS
from market_profile.contracts.justice import ARRESTS, CONVICTIONS, COURT_ORDERS
from market_profile.contracts.logs_people import LOG_LINKS, LOG_SUBJECTS
from market_profile.contracts.open_data import STOP_AND_SEARCH, STREET_CRIME
from market_profile.contracts.partners import PARTNER_OBSERVATIONS
from market_profile.contracts.response import ASSETS, COUNTY_LINES, DISRUPTIONS, OPERATIONS
from market_profile.contracts.seizures import SEIZURES
from market_profile.contracts.test_purchases import TEST_PURCHASES

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        INTELLIGENCE_LOGS,
        LOG_SUBJECTS,
        LOG_LINKS,
        TEST_PURCHASES,
        SEIZURES,
        ARRESTS,
        CONVICTIONS,
        COHORT_REGISTER,
        CASE_FORUM,
        TREATMENT,
        OPERATIONS,
        COUNTY_LINES,
        ASSETS,
        COMMUNITY_SURVEY,
        HARM_EVENTS,
        DISRUPTIONS,
        COURT_ORDERS,
        CRIME_COUNTS,
        POPULATION,
        STREET_CRIME,
        STOP_AND_SEARCH,
        PARTNER_OBSERVATIONS,
    )
}
"""Every record kind of CONTRACT.md section 2 and the partners' own, parents before their children."""
