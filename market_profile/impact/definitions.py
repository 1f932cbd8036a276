"""Definition cards of the room's figures."""

from __future__ import annotations

from market_profile.document import DefinitionCard

_AS_AT = "the data cut-off of the edition"

DEFINITIONS: tuple[DefinitionCard, ...] = (
    DefinitionCard(
        "crime_series", "Recorded crime", "offences recorded", "",
        "the area; anti-social behaviour is kept out of totals",
        "the periods as published", _AS_AT, "crime_counts; street_crime",
    ),
    DefinitionCard(
        "interrupted_series", "Step in a crime series (%)", "level after the intervention",
        "level that the series' own course before would have reached", "monthly series with six months before and four "
        "after", "interventions declared in area.toml, else the first operation's first day", _AS_AT,
        "crime_counts; street_crime; operations",
    ),
    DefinitionCard(
        "displacement", "Weighted displacement difference", "change in the place and its neighbours less the change "
        "in areas like them", "", "events that others reported; what police found by looking is left out",
        "equal windows of up to 90 days before and after the first day", _AS_AT, "operations; reported events",
        "source 3 and assessment E left out",
    ),
    DefinitionCard(
        "social_cost", "Social cost of offences (£)", "convictions of the group x unit cost", "",
        "convictions supplied; groups without a unit cost are left out",
        "all convictions up to the cut-off", _AS_AT, "convictions; data/unit_costs.csv; area.toml",
    ),
    DefinitionCard(
        "benefit", "Worth of arrests avoided (£)", "arrests after x (1 / ratio - 1) x mean unit cost of the arrests "
        "before", "", "people of an included record group; a benefit may be claimed only where the evaluation is "
        "consistent with an effect", "the windows of the evaluation", _AS_AT,
        "cohort_register; arrests; data/unit_costs.csv",
    ),
    DefinitionCard(
        "arrests_at_risk", "Arrests per 365 days at risk", "arrests of the group",
        "days at risk (days in custody and days before the first arrest on record taken off)",
        "people of the record group with 30 days or more after joining",
        "before and after windows declared in area.toml; the day of joining is left out", _AS_AT,
        "cohort_register; arrests",
    ),
    DefinitionCard(
        "forum_score", "Risk matrix score", "weighted sum of the criteria known; the range puts least and most for the "
        "others", "", "latest assessment of each person", "up to the cut-off", _AS_AT, "case_forum; area.toml [forum]",
    ),
    DefinitionCard(
        "cadence", "Gaps between operations", "days from the last day of every earlier operation to the next start", "",
        "operations supplied; overlapping ones leave no gap", "all operations up to the cut-off", _AS_AT, "operations",
    ),
    DefinitionCard(
        "clear_hold_build", "Reports by phase of Clear, Hold, Build",
        "reports and calls by residents in the phase it is in",
        "those of as many days before its first day", "areas that the operation names",
        "the last 90 days of the phase, fewer in a young one", _AS_AT, "operations; harm_events",
    ),
    DefinitionCard(
        "survey", "Survey answers", "answers, weighted", "everyone asked the same question in the same words",
        "residents who answered", "by wave; other wordings are not compared", _AS_AT, "community_survey",
    ),
    DefinitionCard(
        "lines_closed", "County lines closed", "lines with a closing date and evidence", "",
        "county lines known in the area; a status alone is not a closure",
        "rolling twelve months", _AS_AT, "county_lines",
    ),
    DefinitionCard(
        "scorecard", "Outcomes scorecard", "events of the measure", "",
        "as each row says; local proxies of national outcomes",
        "rolling twelve months, and the twelve before", _AS_AT, "as each row says",
    ),
    DefinitionCard(
        "claims", "Claims register", "the figure worked out again", "the figure claimed",
        "published claims about such operations, and the area's own", "as the claim says, else as declared beside it",
        _AS_AT, "data/claims.csv; data/published_counts.csv; decisions/claims.csv; crime_counts",
    ),
)  # fmt: skip
