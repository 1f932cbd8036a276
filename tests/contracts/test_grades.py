"""Intelligence grades in every written form of the contract."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from market_profile.contracts.parse_grades import PARTS, GradeReading, read_grades


def read(grade: str = "", scheme: str = "", source: str = "", assessment: str = "", handling: str = "") -> GradeReading:
    row = {"grade_scheme": scheme, "grade": grade}
    return read_grades(pd.DataFrame([row | dict(zip(PARTS, (source, assessment, handling), strict=True))], dtype="str"))


def found(reading: GradeReading) -> str:
    if reading.faulty.any(axis=None):
        return "bad_grade"
    return "/".join(reading.values.iloc[0][["grade_scheme", *PARTS]])


def combined(texts: list[str], scheme: str) -> list[tuple[str, str]]:
    """Return (scheme and parts, kept text) of combined grades; none may be faulty."""
    frame = pd.DataFrame({"grade_scheme": scheme, "grade": texts} | dict.fromkeys(PARTS, ""), dtype="str")
    reading = read_grades(frame)
    assert not reading.faulty.any(axis=None)
    parts = reading.values[["grade_scheme", *PARTS]].agg("/".join, axis=1)
    return list(zip(parts, reading.values["grade"], strict=True))


@pytest.mark.parametrize("separator", ["", "-", " ", "/", " - ", "."])
def test_every_3x5x2_grade_in_both_orders_and_with_any_separator(separator: str) -> None:
    expected, texts = [], []
    for source, assessment, handling in product("123", "ABCDE", "PC"):
        for order in ((source, assessment, handling), (assessment, source, handling)):
            written = separator.join(order)
            texts += [written, written.lower()]
            expected += [f"3x5x2/{source}/{assessment}/{handling}"] * 2
    assert combined(texts, "") == list(zip(expected, texts, strict=True))  # the original text is kept


def test_every_5x5x5_grade() -> None:
    grades = list(product("ABCDE", "12345", "12345"))
    expected = ["5x5x5/" + "/".join(grade) for grade in grades]
    for separator, scheme in (("", "5x5x5"), ("-", "")):  # without a scheme the form decides: it cannot be 3x5x2
        texts = [separator.join(grade) for grade in grades]
        assert combined(texts, scheme) == list(zip(expected, texts, strict=True))


@pytest.mark.parametrize(
    ("grade", "scheme"),
    [
        *(("E41", "3x5x2"), ("B2P", "5x5x5"), ("A16", "5x5x5"), ("1A1", "5x5x5")),
        *((text, "") for text in ("B4P", "F2P", "B2X", "B2", "B", "2", "B2PP", "BBP", "22P", "E61", "PB2", "?")),
    ],
)
def test_anything_else_is_a_bad_grade(grade: str, scheme: str) -> None:
    assert found(read(grade, scheme)) == "bad_grade"


@pytest.mark.parametrize(
    ("cells", "scheme", "expected"),
    [
        (("2", "B", "P"), "", "3x5x2/2/B/P"),
        (("2", "b", ""), "", "3x5x2/2/B/C"),
        (("E", "4", "1"), "5x5x5", "5x5x5/E/4/1"),
        (("E", "4", ""), "5x5x5", "5x5x5/E/4/C"),
        (("E", "4", "1"), "", "bad_grade"),
        (("4", "B", "P"), "", "bad_grade"),
        (("B", "2", "P"), "", "bad_grade"),
        (("2", "F", "P"), "", "bad_grade"),
        (("2", "B", "X"), "", "bad_grade"),
        (("2", "B", "P"), "5x5x5", "bad_grade"),
    ],
)
def test_three_columns(cells: tuple[str, str, str], scheme: str, expected: str) -> None:
    assert found(read("", scheme, *cells)) == expected


def test_a_combined_grade_must_agree_with_parts_beside_it() -> None:
    assert found(read("B2P", "", "2", "B", "P")) == "3x5x2/2/B/P"
    assert found(read("B2P", "", "1", "", "")) == "bad_grade"


def test_blank_parts_are_missing_and_blank_handling_is_not() -> None:
    assert read().missing.iloc[0].to_dict() == {PARTS[0]: True, PARTS[1]: True, PARTS[2]: False}


def test_the_original_three_cells_are_kept_beside() -> None:
    assert read("", "", "2", "B", "").values["grade"].tolist() == ["2B"]
