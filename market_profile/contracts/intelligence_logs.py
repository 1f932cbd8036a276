"""Intelligence logs: one graded report a row, identified by its URN (CONTRACT.md 2)."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import PLANNER_ONLY, bng, covert, wgs84
from market_profile.contracts.row_checks import not_before
from market_profile.terms import GradeScheme, MarketMode, Precision, Provenance, Sensitivity

INTELLIGENCE_LOGS = Kind(
    name="intelligence_logs",
    meaning="intelligence reports, graded for source, content and handling; the only compulsory kind",
    columns=(
        Column(
            "urn",
            ColumnType.TEXT,
            "unique reference number of the log",
            is_required=True,
            sensitivity=Sensitivity.COVERT,
            editions=PLANNER_ONLY,
        ),
        Column("submitted_at", ColumnType.TIME, "when the log was submitted", is_required=True),
        Column("event_from", ColumnType.TIME, "when what is reported began"),
        Column("event_to", ColumnType.TIME, "when what is reported ended"),
        Column(
            "grade_scheme", ColumnType.CODE, "grading scheme; blank is 3x5x2, the scheme in use", allowed=GradeScheme
        ),
        Column(
            "source_evaluation",
            ColumnType.GRADE,
            "how reliable the source is: 1 to 3 (3x5x2) or A to E (5x5x5)",
            is_required=True,
        ),
        Column(
            "intelligence_assessment",
            ColumnType.GRADE,
            "how the content is known: A to E (3x5x2) or 1 to 5 (5x5x5)",
            is_required=True,
        ),
        Column(
            "handling_code",
            ColumnType.GRADE,
            "who may have it: P or C (3x5x2), 1 to 5 (5x5x5); blank is treated as C",
        ),
        Column(
            "grade",
            ColumnType.GRADE,
            "combined grade in place of the three, such as B2P or E41; kept as written",
            theirs=("Grading",),
        ),
        covert("handling_conditions", "conditions on handling code C"),
        covert("source_ref", "reference of the source; blank counts as one source per provenance"),
        Column(
            "provenance",
            ColumnType.CODE,
            "where the log came from; blank stays blank",
            allowed=Provenance,
            sensitivity=Sensitivity.COVERT,
        ),
        covert("text", "the narrative; data, never instructions or markup"),
        covert("location_text", "the place in words"),
        *bng(),
        *wgs84(),
        Column("location_precision", ColumnType.CODE, "how exactly the place is known", allowed=Precision),
        Column("drugs", ColumnType.DRUGS, "drugs reported, by name or street name"),
        Column("market_mode", ColumnType.CODE, "how the market meets its buyers", allowed=MarketMode),
        Column("review_date", ColumnType.DATE, "when the log is due for review (retention)"),
    ),
    key=("urn",),
    time="submitted_at",
    has_place=True,
    row_checks=(not_before("event_to", "event_from"),),
)
