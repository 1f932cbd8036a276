"""The evaluation cohort, the case forum's risk matrix and the treatment provider's pseudonymous extract."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import covert, person, personal
from market_profile.contracts.row_checks import not_before
from market_profile.terms import RecordGroup

COHORT_REGISTER = Kind(
    name="cohort_register",
    meaning="people in the guide's three record groups (seed 002)",
    columns=(
        *person(has_aliases=False),
        Column("record_group", ColumnType.CODE, "record group", is_required=True, allowed=RecordGroup),
        covert("operation", "operation whose effect is evaluated"),
        Column("accepted_on", ColumnType.DATE, "when the person was taken on"),
        Column("removed_on", ColumnType.DATE, "when the person was taken off"),
        personal("reason", "why the person was taken on or off"),
        personal("judicial_action", "action taken by police or courts"),
        personal("court_disposal", "disposal at court"),
    ),
    key=(),
    time="accepted_on",
    row_checks=(not_before("removed_on", "accepted_on"),),
)

CASE_FORUM = Kind(
    name="case_forum",
    meaning="risk matrix of the case forum; every further numeric column is a criterion",
    columns=(
        personal("nominal_ref", "the force's own reference for the person", is_required=True),
        personal("assessed_on", "when the person was assessed", ColumnType.DATE, is_required=True),
        personal("override", "risk level set by hand"),
        personal("override_reason", "why it was set by hand"),
        personal("decision", "what the forum decided"),
        personal("next_review", "when the forum looks again", ColumnType.DATE),
    ),
    key=("nominal_ref", "assessed_on"),
    time="assessed_on",
    open_columns=True,
)

TREATMENT = Kind(
    name="treatment",
    meaning="treatment journeys from the provider, pseudonymous; used by consent, as aggregates only",
    columns=(
        personal("client_key", "the provider's pseudonym for the client", is_required=True),
        personal("linkage_key", "key shared with the force for consented linkage"),
        Column("referred_on", ColumnType.DATE, "when the client was referred", is_required=True),
        Column("referral_source", ColumnType.TEXT, "who referred the client"),
        Column("stage", ColumnType.TEXT, "stage reached, such as structured, residential, completed"),
        Column("stage_on", ColumnType.DATE, "when the stage was reached"),
        Column("main_drug", ColumnType.DRUG, "main drug, by name or street name"),
        Column(
            "weekly_spend_gbp", ColumnType.MONEY, "spend on drugs a week", minimum=0, maximum=100_000, unit="£ a week"
        ),
        Column("outcome", ColumnType.TEXT, "how the journey ended"),
        Column("consent_police_share", ColumnType.FLAG, "client consents to sharing with the police"),
        Column("consent_expires", ColumnType.DATE, "when the consent ends"),
    ),
    key=("client_key", "referred_on", "stage", "stage_on"),
    time="referred_on",
)
