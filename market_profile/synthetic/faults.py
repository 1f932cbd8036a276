"""The faults to plant: for every record kind, which cell is spoilt how, and which reason code must come of it."""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.terms import Reason


@dataclass(frozen=True)
class Fault:
    """Set ``column`` to ``value`` (or do what the reason says) and expect ``reason``; ``tag`` is the stream."""

    reason: Reason
    column: str = ""
    value: str = ""
    tag: str = ""


_ROW = (Fault(Reason.MALFORMED_ROW), Fault(Reason.TOTALS_ROW))
FAULTS: dict[str, tuple[Fault, ...]] = {
    "intelligence_logs": (
        Fault(Reason.BAD_DATE, "submitted_at", "31/02/2018 10:00"),
        Fault(Reason.BAD_DATE, "event_from", "last Tuesday"),
        Fault(Reason.MISSING_REQUIRED, "submitted_at", ""),
        Fault(Reason.BAD_GRADE, "source_evaluation", "9"),
        Fault(Reason.BAD_GRADE, "grade", "F9P", "partners"),
        Fault(Reason.BAD_GRADE, "grade", "2B", "partners"),
        Fault(Reason.UNKNOWN_VALUE, "provenance", "satellite"),
        Fault(Reason.CONTRADICTION, "event_to", "01/01/1999 08:00"),
        Fault(Reason.BAD_ENCODING, "text", "Seen \x81 on the corner."),
        *_ROW,
    ),
    "log_subjects": (
        Fault(Reason.BAD_DATE, "date_of_birth", "1988-02-31"),
        Fault(Reason.AMBIGUOUS_DATE, "date_of_birth", "05/06/1988"),
        Fault(Reason.UNKNOWN_VALUE, "role", "kingpin"),
        Fault(Reason.UNKNOWN_VALUE, "safeguarding", "perhaps"),
        Fault(Reason.UNKNOWN_PARENT, "urn"),
        *_ROW[:1],
    ),
    "log_links": (
        Fault(Reason.UNKNOWN_VALUE, "relation", "marries"),
        Fault(Reason.MISSING_REQUIRED, "relation", ""),
        Fault(Reason.UNKNOWN_PARENT, "urn"),
    ),
    "test_purchases": (
        Fault(Reason.AMBIGUOUS_DATE, "attempted_at", "04/05/2018 19:30"),
        Fault(Reason.UNKNOWN_VALUE, "outcome", "maybe"),
        Fault(Reason.UNKNOWN_VALUE, "drug_asked", "moon dust"),
        Fault(Reason.BAD_NUMBER, "price_gbp", "a tenner or so"),
        Fault(Reason.BAD_NUMBER, "minutes_to_deal", "soon"),
        Fault(Reason.OUT_OF_RANGE, "purity_pct", "140"),
        Fault(Reason.CONTRADICTION, "net_g", "950"),
        Fault(Reason.MISSING_REQUIRED, "operation", ""),
        *_ROW,
    ),
    "seizures": (
        Fault(Reason.UNKNOWN_UNIT, "unit", "handfuls"),
        Fault(Reason.BAD_NUMBER, "quantity", "about 3"),
        Fault(Reason.OUT_OF_RANGE, "quantity", "-4"),
        Fault(Reason.UNKNOWN_VALUE, "drug", "moon dust"),
        Fault(Reason.BAD_DATE, "seized_at", "31/02/2018 10:00"),
        *_ROW,
    ),
    "arrests": (
        Fault(Reason.BAD_DATE, "arrested_at", "31/02/2018 10:00"),
        Fault(Reason.OUT_OF_RANGE, "days_in_custody", "-3"),
        Fault(Reason.MISSING_REQUIRED, "arrested_at", ""),
    ),
    "convictions": (
        Fault(Reason.AMBIGUOUS_DATE, "convicted_on", "07/08/2017"),
        Fault(Reason.MISSING_REQUIRED, "offence_group", ""),
        *_ROW,
    ),
    "cohort_register": (
        Fault(Reason.UNKNOWN_VALUE, "record_group", "everybody"),
        Fault(Reason.CONTRADICTION, "removed_on", "1999-01-01"),
    ),
    "case_forum": (Fault(Reason.BAD_DATE, "assessed_on", "2018-02-31"),),
    "treatment": (
        Fault(Reason.UNKNOWN_VALUE, "consent_police_share", "perhaps"),
        Fault(Reason.MISSING_REQUIRED, "referred_on", ""),
    ),
    "operations": (
        Fault(Reason.CONTRADICTION, "ends_on", "1999-01-01"),
        Fault(Reason.BAD_NUMBER, "cost_gbp", "a lot"),
    ),
    "county_lines": (Fault(Reason.BAD_DATE, "first_seen", "spring"),),
    "assets": (
        Fault(Reason.UNKNOWN_VALUE, "stage", "sold"),
        Fault(Reason.BAD_NUMBER, "amount_gbp", "£1,2,3"),
    ),
    "community_survey": (
        Fault(Reason.OUT_OF_RANGE, "weight", "-1"),
        Fault(Reason.MISSING_REQUIRED, "response", ""),
    ),
    "harm_events": (Fault(Reason.UNKNOWN_VALUE, "harm", "fright"),),
    "disruptions": (Fault(Reason.UNKNOWN_VALUE, "level", "huge"),),
    "court_orders": (Fault(Reason.UNKNOWN_VALUE, "order", "curfew"),),
    "crime_counts": (Fault(Reason.BAD_NUMBER, "count", "n/k"), _ROW[1]),
    "population": (_ROW[1],),
    "street_crime": (Fault(Reason.BAD_DATE, "Month", "2018-1"),),
    "stop_and_search": (Fault(Reason.BAD_DATE, "Date", "yesterday"),),
}
"""Planted faults by kind: each costs its row, and each row has one."""

PLACE_FAULTS: dict[str, tuple[Reason, ...]] = {
    "intelligence_logs": (Reason.BAD_COORDINATE, Reason.OUTSIDE_AREA, Reason.AMBIGUOUS_COORDINATE),
    "test_purchases": (Reason.BAD_COORDINATE, Reason.OUTSIDE_AREA),
    "seizures": (Reason.BAD_COORDINATE, Reason.OUTSIDE_AREA),
}
"""Planted faults of places: the row is accepted without its place."""
