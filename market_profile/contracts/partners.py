"""What partners add on the form that comes with their edition: aggregated observations about an area and a question."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import personal
from market_profile.terms import PartnerQuestion

PARTNER_OBSERVATIONS = Kind(
    name="partner_observations",
    meaning="observations that partners sent back on the edition's form, one row an observation; provenance: partner",
    columns=(
        Column("observation_ref", ColumnType.TEXT, "the partner's own number of the row", is_required=True),
        Column("organisation", ColumnType.TEXT, "organisation that observed", is_required=True),
        Column("observed_on", ColumnType.DATE, "day, or any day of the month, of the observation", is_required=True),
        Column("area_code", ColumnType.TEXT, "partner area, blank for the whole area"),
        Column("question", ColumnType.CODE, "what was asked", is_required=True, allowed=PartnerQuestion),
        Column("people_or_cases", ColumnType.INTEGER, "how many, where they can be counted", minimum=0, maximum=10_000),
        personal("comment", "what was seen, in the partner's words; read by planners only"),
    ),
    key=("organisation", "observation_ref"),
    time="observed_on",
)
