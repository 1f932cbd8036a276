"""Harm, the community's voice, recorded crime and population: what surrounds the market."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import bng, personal
from market_profile.contracts.row_checks import not_before
from market_profile.terms import Harm, HarmStatus, Sensitivity

HARM_EVENTS = Kind(
    name="harm_events",
    meaning="drug-related harm and calls about it",
    columns=(
        personal("event_ref", "reference of the event", is_required=True),
        Column("occurred_at", ColumnType.TIME, "when it happened", is_required=True),
        Column("harm", ColumnType.CODE, "what harm", is_required=True, allowed=Harm),
        Column("status", ColumnType.CODE, "suspected or confirmed", allowed=HarmStatus),
        Column("drug", ColumnType.DRUG, "drug, by name or street name"),
        Column("area_code", ColumnType.TEXT, "partner area"),
        *bng(),
    ),
    key=("event_ref",),
    time="occurred_at",
    has_place=True,
)

COMMUNITY_SURVEY = Kind(
    name="community_survey",
    meaning="answers to community surveys, one row an answer",
    columns=(
        Column("wave", ColumnType.TEXT, "wave of the survey", is_required=True),
        Column("area_code", ColumnType.TEXT, "partner area of the respondent"),
        Column("question", ColumnType.TEXT, "question, by its short name", is_required=True),
        Column("question_version", ColumnType.TEXT, "version of the wording; versions are not compared"),
        Column("response", ColumnType.TEXT, "answer", is_required=True),
        Column("weight", ColumnType.NUMBER, "survey weight; blank is 1", minimum=0, maximum=1_000_000),
    ),
    key=(),
    time=None,
)

CRIME_COUNTS = Kind(
    name="crime_counts",
    meaning="recorded crime of the area by period and offence group",
    columns=(
        Column("period_start", ColumnType.DATE, "first day", is_required=True, sensitivity=Sensitivity.OPEN),
        Column("period_end", ColumnType.DATE, "last day", is_required=True, sensitivity=Sensitivity.OPEN),
        Column("offence_group", ColumnType.TEXT, "offence group", is_required=True, sensitivity=Sensitivity.OPEN),
        Column(
            "count",
            ColumnType.INTEGER,
            "offences recorded",
            is_required=True,
            minimum=0,
            maximum=100_000_000,
            sensitivity=Sensitivity.OPEN,
        ),
    ),
    key=("period_start", "period_end", "offence_group"),
    time="period_end",
    row_checks=(not_before("period_end", "period_start"),),
)

POPULATION = Kind(
    name="population",
    meaning="residents and addresses of the partner areas",
    columns=(
        Column("area_code", ColumnType.TEXT, "partner area", is_required=True, sensitivity=Sensitivity.OPEN),
        Column(
            "residents",
            ColumnType.INTEGER,
            "usual residents",
            is_required=True,
            minimum=0,
            maximum=100_000_000,
            sensitivity=Sensitivity.OPEN,
        ),
        Column(
            "addresses",
            ColumnType.INTEGER,
            "addresses",
            minimum=0,
            maximum=100_000_000,
            sensitivity=Sensitivity.OPEN,
        ),
    ),
    key=("area_code",),
    time=None,
)
