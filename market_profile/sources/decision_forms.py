"""The files of ``decisions/`` that are tables: their columns and what each cell may hold."""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.contracts.kinds import KINDS
from market_profile.terms import Judgement


@dataclass(frozen=True)
class Field:
    """One column of a decisions file; ``form`` is a pattern of the whole cell, ``example`` how to say it."""

    is_required: bool = True
    allowed: tuple[str, ...] = ()
    is_date: bool = False
    form: str = ""
    example: str = ""


_TEXT, _OPTIONAL = Field(), Field(is_required=False)
_DAY, _OPTIONAL_DAY = Field(is_date=True), Field(is_required=False, is_date=True)
_MONTH = Field(is_required=False, form=r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])", example="YYYY-MM")
_NUMBER = Field(is_required=False, form=r"[+-]?\d{1,9}(?:\.\d{1,9})?", example="a number such as -18.5")
_WINDOW = Field(is_required=False, form=r"(?:19|20)\d{2}.*|\D.*", example="2018, 2018-03, 2006/07 or 2018-01..2018-06")
STATUSES = ("proposed", "agreed", "in progress", "done", "overdue", "dropped")

FORMS: dict[str, dict[str, Field]] = {
    "judgements": {
        "left_kind": Field(allowed=tuple(KINDS)),
        "left_ref": _TEXT,
        "left_subject": _TEXT,
        "right_kind": Field(allowed=tuple(KINDS)),
        "right_ref": _TEXT,
        "right_subject": _TEXT,
        "judgement": Field(allowed=Judgement.values()),
        "by": _TEXT,
        "on": _DAY,
        "reason": _OPTIONAL,
    },
    "grants": {"urn": _TEXT, "who": _TEXT, "role": _TEXT, "condition": _TEXT, "expires_on": _DAY},
    "recommendations": {
        "id": _TEXT,
        "text": _TEXT,
        "owner": _TEXT,
        "due_on": _DAY,
        "status": Field(allowed=STATUSES),
        "measure": _OPTIONAL,
    },
    "board_decisions": {
        "target_id": _TEXT,
        "decision": Field(allowed=("accept", "reject", "defer")),
        "by": _TEXT,
        "on": _DAY,
        "reason": _TEXT,
        "month": _MONTH,
        "authority_ref": _OPTIONAL,
        "authority_expires_on": _OPTIONAL_DAY,
    },
    "deconfliction": {
        "target_id": _OPTIONAL,
        "area_code": _OPTIONAL,
        "from_on": _DAY,
        "to_on": _DAY,
        "why": _TEXT,
    },
    "claims": {
        "id": _TEXT,
        "claim": _TEXT,
        "outcome": _TEXT,
        "population": _TEXT,
        "window": _TEXT,
        "source": _TEXT,
        "reproduced": Field(allowed=("reproduced", "not reproduced", "unclear")),
        "value": _OPTIONAL,
        "choices": _OPTIONAL,
        "claimed_pct": _NUMBER,
        "offence_groups": _OPTIONAL,
        "from_window": _WINDOW,
        "to_window": _WINDOW,
    },
    "partners": {
        "partner": _TEXT,
        "influence": Field(allowed=("high", "low")),
        "interest": Field(allowed=("high", "low")),
        "channel": _OPTIONAL,
        "owner": _OPTIONAL,
        "next_contact_on": _OPTIONAL_DAY,
    },
}
"""Columns of every decisions file. Dates are ISO 8601 days; names of columns are exact."""

KEYS: dict[str, tuple[str, ...]] = {"recommendations": ("id",), "claims": ("id",), "partners": ("partner",)}
