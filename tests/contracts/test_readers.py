"""Rule tables of every reader: what is read, what is refused and why."""

from __future__ import annotations

import pandas as pd
import pytest

from market_profile.contracts.cells import read_column
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.parse_codes import apply_mapping, read_codes, read_flags, read_lists
from market_profile.contracts.parse_dates import read_dates, read_months, read_times
from market_profile.contracts.parse_drugs import read_drug_lists, read_drugs
from market_profile.contracts.parse_numbers import read_integers, read_numbers, read_percentages, read_prices
from market_profile.contracts.parse_units import grams_of, read_units
from market_profile.contracts.readings import Reading, shape_of
from market_profile.settings import SourceSettings
from market_profile.terms import MarketMode, Provenance, Role


def one(text: str) -> pd.Series:
    return pd.Series([text], dtype="str")


def told(reading: Reading) -> object:
    """Return the value, or the reason where there is one, or None for a blank."""
    value, reason = reading.values.iloc[0], reading.reason.iloc[0]
    if reason:
        return reason
    return None if pd.isna(value) or value == "" else value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-03-04", "2019-03-04T00:00:00"),
        ("2019-03-04T18:30", "2019-03-04T18:30:00"),
        ("2019-03-04 18:30:15", "2019-03-04T18:30:15"),
        ("20190304T1830", "2019-03-04T18:30:00"),
        ("2019-01-01T12:00:00Z", "2019-01-01T12:00:00"),  # GMT
        ("2019-07-01T12:00:00Z", "2019-07-01T13:00:00"),  # BST
        ("2019-07-01T12:00:00+02:00", "2019-07-01T11:00:00"),
        ("2020-02-29", "2020-02-29T00:00:00"),
        ("25/12/2018", "2018-12-25T00:00:00"),  # the calendar leaves one reading
        ("04/13/2019", "2019-04-13T00:00:00"),
        ("05/05/2019 9:05", "2019-05-05T09:05:00"),
        ("03/04/2019", "ambiguous_date"),
        ("03-04-2019", "ambiguous_date"),
        ("13/04/19", "ambiguous_date"),
        ("31/02/2019", "bad_date"),
        ("13/13/2019", "bad_date"),
        ("2019-02-29", "bad_date"),
        ("2019-02-30", "bad_date"),
        ("2019-03-04T24:00", "bad_date"),
        ("2019-03-04T23:59:60", "bad_date"),
        ("2019-02", "bad_date"),
        ("43500", "bad_date"),
        ("last Tuesday", "bad_date"),
        ("NULL", "bad_date"),
        ("1066-10-14", "out_of_range"),
        ("9999-12-31", "out_of_range"),
        ("", None),
    ],
)
def test_dates_without_a_declared_format(text: str, expected: object) -> None:
    found = told(read_times(one(text)))
    assert (found.isoformat() if isinstance(found, pd.Timestamp) else found) == expected


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("03/04/2019 18:30", "%d/%m/%Y %H:%M", "2019-04-03T18:30:00"),
        ("03/04/2019", "%d/%m/%Y %H:%M", "2019-04-03T00:00:00"),
        ("03/04/2019 18:30:05", "%d/%m/%Y", "2019-04-03T18:30:05"),
        ("2019-04-03T18:30", "%d/%m/%Y %H:%M", "2019-04-03T18:30:00"),
        ("04/03/2019", "%m/%d/%Y", "2019-04-03T00:00:00"),
        ("25/12/2018", "%m/%d/%Y", "bad_date"),  # the declared order decides
        ("03/04/19", "%d/%m/%y", "2019-04-03T00:00:00"),
        ("03/04/19", "%d/%m/%Y", "bad_date"),
        ("31/02/2019", "%d/%m/%Y", "bad_date"),
        ("2019-13-01", "%Y-%d-%m", "2019-01-13T00:00:00"),
        ("2019-01-13", "%Y-%d-%m", "bad_date"),
        ("3 Apr 2019", "%d %b %Y", "2019-04-03T00:00:00"),
        ("today", "%d/%m/%Y", "bad_date"),  # pandas would take the day of the run
        ("now", "%d/%m/%Y %H:%M:%S", "bad_date"),
        ("03/04/2019 18:30:60", "%d/%m/%Y %H:%M", "bad_date"),  # and a leap second for the next minute
        ("03/04/1961 18:30:01", "%d/%m/%Y %H:%M:%S", "1961-04-03T18:30:01"),
        ("2019-04-03 18:30:60 +0100", "%Y-%m-%d %H:%M:%S %z", "bad_date"),
        ("now", "%Y-%m-%d %H:%M:%S %z", "bad_date"),
    ],
)
def test_dates_with_a_declared_format(text: str, declared: str, expected: object) -> None:
    found = told(read_times(one(text), declared))
    assert (found.isoformat() if isinstance(found, pd.Timestamp) else found) == expected


def test_dates_are_midnight_and_months_are_text() -> None:
    assert told(read_dates(one("2019-03-04T18:30"))) == pd.Timestamp("2019-03-04")
    assert read_dates(one("2019-03-04")).values.dtype == "datetime64[us]"
    assert told(read_months(one("2019-02"))) == "2019-02"
    assert {told(read_months(one(text))) for text in ("2019-13", "02/2019", "2019-02-01")} == {"bad_date"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("-3", -3.0),
        ("007", 7.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("", None),
        *((text, "bad_number") for text in ("1.234,5", "1,5", "12,34", "0,123", "nan", "NaN", "inf", "-inf", "1e999")),
        *((text, "bad_number") for text in ("3.5g", "about 3", "1 000", "1_000", "0x10", "--1", "5.", "١٢", "½", "-")),
    ],
)
def test_numbers_are_read_exactly_or_not_at_all(text: str, expected: object) -> None:
    assert told(read_numbers(one(text))) == expected


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("3.0", 3), ("1,000", 1000), ("3.5", "bad_number")])
def test_integers(text: str, expected: object) -> None:
    assert told(read_integers(one(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, 40.0) for text in ("40", "40%", "40 %", "40.0")),
        *(("0", 0.0), ("0.4%", 0.4), ("1.5", 1.5)),
        *(("0.4", "out_of_range"), ("1", "out_of_range"), ("%", "bad_number"), ("40 per cent", "bad_number")),
    ],
)
def test_a_percentage_that_may_be_a_fraction_is_not_guessed(text: str, expected: object) -> None:
    assert told(read_percentages(one(text))) == expected


def test_a_declared_fraction_is_read_as_one() -> None:
    assert told(read_percentages(one("0.4"), is_fraction=True)) == 40.0
    assert told(read_percentages(one("40%"), is_fraction=True)) == 40.0


@pytest.mark.parametrize(
    ("text", "price", "deals"),
    [
        ("£10", 10.0, None),
        ("10.00", 10.0, None),
        ("£1,200", 1200.0, None),
        ("10 quid", 10.0, None),
        ("GBP 10", 10.0, None),
        ("50p", 0.5, None),
        ("2 for £15", 15.0, 2.0),
        ("2 for 15", 15.0, 2.0),
        ("two for £15", 15.0, 2.0),
        ("3 For 25 quid", 25.0, 3.0),
        ("", None, None),
    ],
)
def test_prices_that_can_be_read(text: str, price: float | None, deals: float | None) -> None:
    found = read_prices(one(text))
    assert found.reason.tolist() == [""]
    values = (found.price_gbp.iloc[0], found.deals.iloc[0])
    assert tuple(None if pd.isna(value) else value for value in values) == (price, deals)


@pytest.mark.parametrize(
    "text",
    [
        "3 for 2",
        "£10 each",
        "2 @ £5",
        "10-15",
        "tenner",
        "£",
        "p",
        "£50p",
        "0 for £10",
        "2 for £1.234,5",
        "free",
        "10k",
    ],
)
def test_prices_that_cannot_be_read(text: str) -> None:
    assert read_prices(one(text)).reason.tolist() == ["bad_number"]


@pytest.mark.parametrize(
    ("text", "unit", "grams_of_two"),
    [
        ("g", "g", 2.0),
        ("Grams", "g", 2.0),
        ("gms.", "g", 2.0),
        ("KG", "kg", 2000.0),
        ("mg", "mg", 0.002),
        ("oz", "oz", 56.69904625),  # 2 x 28.349523125
        ("8th", "eighth", 7.08738078125),  # 2 x 28.349523125 / 8
        ("lbs", "lb", 907.18474),
        ("wraps", "wraps", None),
        ("Tablet", "tablets", None),
        ("plants", "plants", None),
        ("ml", "ml", None),
    ],
)
def test_units_and_grams(text: str, unit: str, grams_of_two: float | None) -> None:
    reading = read_units(one(text))
    grams = grams_of(pd.Series([2.0]), reading.values).iloc[0]
    assert told(reading) == unit
    assert (None if pd.isna(grams) else grams) == (None if grams_of_two is None else pytest.approx(grams_of_two))


def test_an_unknown_unit_is_said_to_be_one() -> None:
    assert told(read_units(one("blobs"))) == "unknown_unit"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("brown", "heroin"), ("Crack  Cocaine", "crack"), ("WEED", "cannabis"), ("heroin", "heroin")),
        *(("white powder thing", "unknown_value"), ("heroin|crack", "unknown_value"), ("", None)),
    ],
)
def test_drugs_and_street_names(text: str, expected: object) -> None:
    assert told(read_drugs(one(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("brown | crack", "heroin|crack"), ("crack|brown|heroin|", "crack|heroin"), ("|", None)),
        *(("brown|xyzzy", "unknown_value"), ("heroin, crack", "unknown_value")),
    ],
)
def test_lists_of_drugs(text: str, expected: object) -> None:
    assert told(read_drug_lists(one(text))) == expected


def test_codes_fold_case_and_separators_and_nothing_else() -> None:
    assert [told(read_codes(one(text), Role)) for text in ("Line Holder", "LINE-HOLDER", "line_holder")] == [
        "line_holder"
    ] * 3
    assert told(read_codes(one("CHIS"), Provenance)) == "chis"
    assert told(read_codes(one("boss"), Role)) == "unknown_value"
    assert told(read_codes(one("streets"), MarketMode)) == "unknown_value"
    assert told(read_codes(one(""), Role)) is None


def test_flags() -> None:
    assert [told(read_flags(one(text))) for text in ("Y", "yes", "TRUE", "1")] == [True] * 4
    assert [told(read_flags(one(text))) for text in ("n", "No", "false", "0")] == [False] * 4
    assert told(read_flags(one("maybe"))) == "unknown_value" and told(read_flags(one(""))) is None


def test_lists_keep_order_and_drop_empty_parts() -> None:
    assert told(read_lists(one(" Spud | |Ginger|"))) == "Spud|Ginger"


def test_their_codes_are_mapped_exactly_first_then_folded() -> None:
    mapping = {"SUP": "dealer", "sup": "supplier", "n/a": ""}
    text = pd.Series(["SUP", "sup", "N/A", "other"], dtype="str")
    assert apply_mapping(text, mapping).tolist() == ["dealer", "supplier", "", "other"]


def test_a_shape_never_shows_the_cell() -> None:
    shapes = shape_of(pd.Series(["O'Neill 7", "é", "x" * 100], dtype="str")).tolist()
    assert shapes[0] == "9 characters of the form A'Aaaaa 9"
    assert shapes[1] == "1 character of the form a"
    assert shapes[2] == "100 characters of the form " + "a" * 24 + "..."


def test_a_birth_in_two_digits_may_be_of_either_century_whatever_the_format_says() -> None:
    column = KINDS["log_subjects"].column("date_of_birth")
    cells = pd.Series(["01/02/60", "01/02/05", "01/02/85", "2005-02-01", ""], dtype="str")
    reading = read_column(column, cells, SourceSettings(date_format="%d/%m/%y"))
    assert reading.reason.tolist() == ["ambiguous_date", "ambiguous_date", "", "", ""]
    assert reading.values.dt.year.fillna(0).tolist() == [0, 0, 1985, 2005, 0]
    other = read_column(KINDS["arrests"].column("disposal_date"), cells[1:2], SourceSettings(date_format="%d/%m/%y"))
    assert other.values.dt.year.tolist() == [2005]


def test_a_number_too_small_to_be_told_from_nought_is_not_nought() -> None:
    reading = read_numbers(pd.Series(["1e-400", "0e-400", "0.000", "1e-300"]))
    assert reading.reason.tolist() == ["bad_number", "", "", ""]
