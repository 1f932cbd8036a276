"""The people whom intelligence logs name, and what a log says they do with one another."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import PLANNER_ONLY, bng, covert, person, personal
from market_profile.contracts.row_checks import differ
from market_profile.terms import Relation, Role, Sensitivity

LOG_SUBJECTS = Kind(
    name="log_subjects",
    meaning="people named in intelligence logs, one row a person a log",
    columns=(
        covert("urn", "the log that names the person", is_required=True),
        Column("subject_no", ColumnType.TEXT, "number of the person within the log", is_required=True),
        *person(),
        Column(
            "sex",
            ColumnType.TEXT,
            "sex as recorded",
            sensitivity=Sensitivity.PROTECTED,
            editions=PLANNER_ONLY,
        ),
        personal("phone", "telephone number as written"),
        personal("vrm", "vehicle registration mark as written"),
        personal("address_text", "address in words"),
        *bng(Sensitivity.PERSONAL),
        Column(
            "role",
            ColumnType.CODE,
            "part that the log gives the person; blank stays blank",
            allowed=Role,
            sensitivity=Sensitivity.PERSONAL,
        ),
        Column(
            "safeguarding",
            ColumnType.FLAG,
            "flagged for safeguarding: the person goes to a diversion list, never to the board",
            sensitivity=Sensitivity.PERSONAL,
            editions=PLANNER_ONLY,
        ),
    ),
    key=("urn", "subject_no"),
    time=None,
    parent=("intelligence_logs", "urn"),
    has_place=True,
)

LOG_LINKS = Kind(
    name="log_links",
    meaning="who did what with whom, where an intelligence log says so",
    columns=(
        covert("urn", "the log that states the link", is_required=True),
        Column("from_subject_no", ColumnType.TEXT, "subject the link goes from", is_required=True),
        Column("to_subject_no", ColumnType.TEXT, "subject the link goes to", is_required=True),
        Column("relation", ColumnType.CODE, "what the first does with the second", is_required=True, allowed=Relation),
    ),
    key=("urn", "from_subject_no", "to_subject_no", "relation"),
    time=None,
    parent=("intelligence_logs", "urn"),
    row_checks=(differ("to_subject_no", "from_subject_no"),),
)
