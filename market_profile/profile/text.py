"""Short makers of blocks: every number goes in as a measure, every word about a person as ``Private``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from market_profile.document import Block, Bullets, Column, Paragraph, Section, Sentence, Table, Tone
from market_profile.terms import Audience, Sensitivity
from market_profile.values import Change, Count, Estimate, Label, Measure, Private, Score, Sensitive

PLANNER = frozenset({Audience.PLANNER})
PARTNER = frozenset({Audience.PARTNER})
EVERYONE = frozenset({Audience.PLANNER, Audience.PARTNER})

Blocks = tuple[Block[Measure], ...]
Record = Mapping[Any, Any]
"""A row of a frame as a mapping from column to value."""
Row = tuple[Measure, ...]

UNITS = {"gbp_per_pure_g": "£", "gbp": "£", "gbp_per_week": "£", "g": "g", "pct": "%", "min": "minutes", "count": "",
         "days": "days", "people": ""}  # fmt: skip
"""Units of indicators as they are printed."""

DECIMALS = {"g": 2, "£": 0, "%": 0, "minutes": 0}

MISSING_WORDS = {
    "test_purchases": "No test purchases were supplied, so price, purity and availability are not known.",
    "seizures": "No seizures were supplied, so nothing can be said of what was taken from the market.",
    "arrests": "No arrests were supplied, so enforcement and replacement cannot be followed.",
    "treatment": "No treatment records that may be used were supplied, so spend and engagement are not known.",
    "harm_events": "No harm records were supplied, so deaths, overdoses and calls are not known.",
    "operations": "No operations were supplied, so what was done and when cannot be shown.",
    "county_lines": "No county lines were supplied, so lines open and closed are not known.",
    "assets": "No assets were supplied, so money taken from the market is not known.",
    "community_survey": "No community survey was supplied, so residents' own view is missing.",
    "disruptions": "No disruptions were supplied, so effect on organised groups is not known.",
    "cohort_register": "No register of record groups was supplied, so no effect on people can be evaluated.",
    "case_forum": "No case-forum assessments were supplied, so the case-forum pack is empty.",
    "court_orders": "No court orders were supplied, so drug testing under orders cannot be followed.",
    "convictions": "No convictions were supplied, so social cost cannot be worked out.",
    "population": "No population was supplied, so counts cannot be read against residents.",
}
"""What it means that a kind is missing, in a sentence for its section."""


def say(template: str, /, **values: Measure) -> Sentence[Measure]:
    """Return a sentence; ``{name}`` stands for each of ``values``."""
    return Sentence(template, dict(values))


def para(*sentences: Sentence[Measure] | str, tone: Tone = "plain") -> Paragraph[Measure]:
    """Return a paragraph; plain words become a sentence without values."""
    return Paragraph(tuple(say(one) if isinstance(one, str) else one for one in sentences), tone)


def bullets(*sentences: Sentence[Measure] | str) -> Bullets[Measure]:
    """Return a list; plain words become a sentence without values."""
    return Bullets(tuple(say(one) if isinstance(one, str) else one for one in sentences))


def gap(kind: str) -> Paragraph[Measure]:
    """Return the sentence that a section shows where ``kind`` was not supplied."""
    words = MISSING_WORDS.get(kind, f"No {kind.replace('_', ' ')} records were supplied.")
    return para(words, tone="gap")


def section(id: str, title: str, blocks: Iterable[Block[Measure]], audiences: frozenset[Audience]) -> Section[Measure]:
    """Return a section for the given audiences."""
    return Section(id, title, tuple(blocks), audiences)


def secret(text: object) -> Private:
    """Return words about a person, a source or an operation; planners only."""
    return Private(Sensitive(str(text)))


def label(text: object) -> Label:
    """Return words that do not depend on single records."""
    return Label(str(text))


def score(value: Any, decimals: int = 2, unit: str = "") -> Score:
    """Return an internal number; planners only. Missing values are said to be not known."""
    return Score(number(value), decimals, unit)


def number(value: Any) -> float | None:
    """Return a finite float, else None."""
    if value is None or value is pd.NA:
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def words_of(code: object) -> str:
    """Return a code as words: ``line_holder`` as ``line holder``."""
    return str(code).replace("_", " ")


def estimate(row: Mapping[Any, Any] | None, decimals: int | None = None) -> Estimate:
    """Return a row of the indicators frame as an estimate; without a row, one without a value."""
    if row is None:
        return Estimate(None, None, None, 0)
    unit = UNITS.get(str(row["unit"]), "")
    places = DECIMALS.get(unit, 0) if decimals is None else decimals
    return Estimate(
        number(row["value"]), number(row["low"]), number(row["high"]), int(row["n"]), unit, places,
        number(row["top_share"]),
    )  # fmt: skip


def hidden_if_none(measure: Estimate) -> Estimate:
    """Return the estimate with a value, so that partners cannot tell *none* from *too few*."""
    return Estimate(0.0, None, None, 0, measure.unit) if measure.value is None else measure


def col(heading: str, numeric: bool = False, sensitivity: Sensitivity = Sensitivity.AGGREGATE) -> Column:
    """Return a column whose key is its heading in lower case."""
    return Column(heading.lower().replace(" ", "_"), heading, numeric, sensitivity)


def change_col(heading: str, measures: Iterable[Measure]) -> Column:
    """Return a column of changes: of numbers where none of them has anything to be compared with, else of words."""
    return col(heading, not any(isinstance(one, Change) and one.before is not None for one in measures))


def table(id: str, caption: str, columns: Sequence[Column], rows: Iterable[Row], **more: Any) -> Table[Measure]:
    """Return a table; ``more`` may hold ``note`` and ``annex``."""
    return Table(id, caption, tuple(columns), tuple(rows), **more)


def counted(n: Any, unit: str = "", cell: str = "") -> Count:
    """Return a count from any whole number."""
    return Count(int(n), unit, cell)
