"""What police and partners did: operations, county lines, assets and disruptions."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import covert
from market_profile.contracts.row_checks import not_before
from market_profile.terms import AssetStage, DisruptionLevel

OPERATIONS = Kind(
    name="operations",
    meaning="operations, one row a tactic of a phase",
    columns=(
        covert("operation", "name of the operation", is_required=True),
        Column("phase", ColumnType.TEXT, "phase, such as test purchase, arrest, outreach", is_required=True),
        Column("tactic", ColumnType.TEXT, "what was done", is_required=True),
        Column("starts_on", ColumnType.DATE, "first day", is_required=True),
        Column("ends_on", ColumnType.DATE, "last day; blank while it goes on"),
        Column("area_code", ColumnType.TEXT, "partner area where it took place"),
        Column("resource_hours", ColumnType.NUMBER, "staff hours spent", minimum=0, maximum=10_000_000, unit="h"),
        Column("cost_gbp", ColumnType.MONEY, "cost", minimum=0, maximum=1_000_000_000, unit="£"),
    ),
    key=("operation", "phase", "tactic", "starts_on"),
    time="starts_on",
    row_checks=(not_before("ends_on", "starts_on"),),
)

COUNTY_LINES = Kind(
    name="county_lines",
    meaning="county lines known in the area; a line is closed on evidence that its holder can no longer deal by it",
    columns=(
        covert("line_ref", "reference of the line (never its brand or number for partners)", is_required=True),
        Column("first_seen", ColumnType.DATE, "when the line was first seen", is_required=True),
        Column("status", ColumnType.TEXT, "status, such as active or closed", is_required=True),
        Column("closed_on", ColumnType.DATE, "when it was closed"),
        covert("closure_evidence", "evidence of the closure"),
        Column("drugs", ColumnType.DRUGS, "drugs sold"),
        Column("cuckooed_addresses", ColumnType.INTEGER, "homes taken over", minimum=0, maximum=10_000),
        Column("safeguarding_visits", ColumnType.INTEGER, "visits made", minimum=0, maximum=100_000),
    ),
    key=("line_ref",),
    time="first_seen",
    row_checks=(not_before("closed_on", "first_seen"),),
)

ASSETS = Kind(
    name="assets",
    meaning="assets taken from the market, one row a stage of a case",
    columns=(
        covert("case_ref", "reference of the case", is_required=True),
        Column("stage", ColumnType.CODE, "stage reached", is_required=True, allowed=AssetStage),
        Column("stage_on", ColumnType.DATE, "when it was reached", is_required=True),
        Column(
            "amount_gbp",
            ColumnType.MONEY,
            "amount at this stage; stages of one case overlap and are not added",
            is_required=True,
            minimum=0,
            maximum=10_000_000_000,
            unit="£",
        ),
    ),
    key=("case_ref", "stage", "stage_on"),
    time="stage_on",
)

DISRUPTIONS = Kind(
    name="disruptions",
    meaning="disruptions of organised crime groups",
    columns=(
        covert("disruption_ref", "reference of the disruption", is_required=True),
        Column("on", ColumnType.DATE, "when it took place", is_required=True),
        Column("level", ColumnType.CODE, "how far the group was disrupted", is_required=True, allowed=DisruptionLevel),
        covert("operation", "operation that achieved it"),
    ),
    key=("disruption_ref",),
    time="on",
)
