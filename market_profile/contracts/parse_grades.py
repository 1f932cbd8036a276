"""Intelligence grades of both schemes, in three columns or one combined text (CONTRACT.md 2).

A given ``grade_scheme`` decides. Without one, three columns are 3x5x2, and a combined text is what its form says: the
forms cannot be mistaken for each other, because 3x5x2 ends in a letter and 5x5x5 in a digit. A combined text holds all
three parts; anything else is ``bad_grade``. Blank handling is C, the careful reading. The original text is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.terms import GradeScheme

PARTS = ("source_evaluation", "intelligence_assessment", "handling_code")
_SEP = r"[\s\-/._,:]*"
_COMBINED = {
    GradeScheme.THREE: (
        rf"^(?P<i>[A-E]){_SEP}(?P<s>[1-3]){_SEP}(?P<h>[PC])$",
        rf"^(?P<s>[1-3]){_SEP}(?P<i>[A-E]){_SEP}(?P<h>[PC])$",
    ),
    GradeScheme.FIVE: (rf"^(?P<s>[A-E]){_SEP}(?P<i>[1-5]){_SEP}(?P<h>[1-5])$",),
}
_ALLOWED = {
    GradeScheme.THREE: ("123", "ABCDE", "PC"),
    GradeScheme.FIVE: ("ABCDE", "12345", "12345C"),
}
"""Allowed codes of the three parts; C stands for a blank handling code in both schemes."""


@dataclass(frozen=True)
class GradeReading:
    """``values``: columns grade_scheme, the three parts and grade; ``faulty``: bool per part and for ``grade``."""

    values: pd.DataFrame
    faulty: pd.DataFrame
    missing: pd.DataFrame


def read_grades(text: pd.DataFrame) -> GradeReading:
    """Return the grades of trimmed ``text`` (columns grade_scheme, already read, the three parts and grade).

    Rows of one grade in all forms are worked out once. A combined text that disagrees with a part given beside it is
    faulty in ``grade``.

    Example:
        >>> row = {"grade_scheme": "", "source_evaluation": "", "intelligence_assessment": "", "handling_code": "",
        ...        "grade": "2-B-P"}
        >>> read_grades(pd.DataFrame([row], dtype="str")).values.iloc[0].tolist()
        ['3x5x2', '2', 'B', 'P', '2-B-P']
    """
    columns = ["grade_scheme", *PARTS, "grade"]
    codes = text.groupby(columns, sort=False, dropna=False).ngroup().to_numpy()
    distinct = text[columns].drop_duplicates().reset_index(drop=True)
    reading = _read(distinct)
    frames = (frame.take(codes).set_axis(text.index) for frame in (reading.values, reading.faulty, reading.missing))
    return GradeReading(*frames)


def _read(text: pd.DataFrame) -> GradeReading:
    given = {part: text[part].str.upper().str.replace(r"\.0$", "", regex=True) for part in PARTS}
    combined, scheme = _combined(text["grade"].str.upper(), text["grade_scheme"])
    is_combined = text["grade"] != ""
    values, faulty, missing = {}, {}, {}
    unread = is_combined & (scheme == "")
    scheme = scheme.mask(scheme == "", GradeScheme.THREE.value).where(text["grade_scheme"] == "", text["grade_scheme"])
    for place, part in enumerate(PARTS):
        value = given[part].mask(given[part] == "", combined[part])
        if part == "handling_code":
            value = value.mask(value == "", "C")
        unread |= (given[part] != "") & (combined[part] != "") & (given[part] != combined[part])
        missing[part] = (value == "") & ~is_combined
        faulty[part] = (given[part] != "") & ~_is_allowed(value, scheme, place)
        values[part] = value
    values = {"grade_scheme": scheme, **values}
    joined = text[list(PARTS)].agg("".join, axis=1) if len(text) else text["grade"]
    values["grade"] = text["grade"].where(is_combined, joined)
    faulty["grade"] = unread
    return GradeReading(pd.DataFrame(values), pd.DataFrame(faulty), pd.DataFrame(missing))


def _combined(grade: pd.Series, given_scheme: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return the three parts (``""`` where not read) and the scheme that each combined text was read in."""
    parts = pd.DataFrame("", index=grade.index, columns=list(PARTS), dtype="str")
    scheme = pd.Series("", index=grade.index, dtype="str")
    for candidate, forms in _COMBINED.items():
        may = given_scheme.isin(["", candidate.value])
        for form in forms:
            found = grade.str.extract(form)
            hit = found["s"].notna() & may
            scheme = scheme.mask(hit, candidate.value)
            for part, group in zip(PARTS, "sih", strict=True):
                parts[part] = parts[part].mask(hit, found[group])
    return parts, scheme


def _is_allowed(value: pd.Series, scheme: pd.Series, place: int) -> pd.Series:
    three, five = (value.isin(list(_ALLOWED[kind][place])) for kind in (GradeScheme.THREE, GradeScheme.FIVE))
    return pd.Series(np.where(scheme == GradeScheme.FIVE.value, five, three), index=value.index)
