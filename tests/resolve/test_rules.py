"""Rule tables: which mentions are one person and which are not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import filler, groups, logs_of, person, resolve

BORN = "1984-03-17"
HERE = (530_100.0, 104_100.0)
THERE = (537_900.0, 109_900.0)

ONE = [
    ("the same words", person("John Ravenscroft", BORN), person("John Ravenscroft", BORN)),
    ("capitals and marks", person("JOHN O'RAVENSCRÖFT", BORN), person("john oravenscroft", BORN)),
    ("a misspelling", person("John Ravenscroft", BORN), person("Jon Ravenscoft", BORN)),
    ("a nickname", person("William Ravenscroft", BORN), person("Bill Ravenscroft", BORN)),
    ("an initial", person("J Ravenscroft", BORN), person("John Ravenscroft", BORN)),
    ("swapped names", person("John Ravenscroft", BORN), person("Ravenscroft John", BORN)),
    ("day and month swapped", person("John Ravenscroft", "1984-03-07"), person("John Ravenscroft", "1984-07-03")),
    ("a digit slipped", person("John Ravenscroft", "1984-03-17"), person("John Ravenscroft", "1984-03-19")),
    ("placeholder date", person("John Ravenscroft", "1984-01-01"), person("John Ravenscroft", BORN)),
    ("no date, a rare name", person("John Ravenscroft"), person("John Ravenscroft", BORN)),
    (
        "reference against a misspelling",
        person("J Ravens", nominal_ref="12/99Z"),
        person("John Ravenscroft", nominal_ref="12/99Z"),
    ),
    (
        "other street names",
        person("John Ravenscroft", BORN, aliases="Dogz"),
        person("John Ravenscroft", BORN, aliases="Tank|Slim"),
    ),
    (
        "a married name, own phone",
        person("Ann Ravenscroft", BORN, phone="07700 900123"),
        person("Ann Tully", BORN, phone="+447700900123"),
    ),
]

TWO = [
    ("father and son", person("John Ravenscroft", "1955-03-17"), person("John Ravenscroft", "1984-11-02")),
    (
        "father and son at one address",
        person("John Ravenscroft", "1955-03-17", address_text="14 Marine Road"),
        person("John Ravenscroft", "1984-11-02", address_text="14 Marine Rd"),
    ),
    ("twins", person("John Ravenscroft", BORN), person("Mary Ravenscroft", BORN)),
    (
        "one phone, two people",
        person("John Ravenscroft", BORN, phone="07700900123"),
        person("Peter Tully", "1991-10-05", phone="07700900123"),
    ),
    ("a common street name", person(aliases="Smiler", at=HERE), person(aliases="Smiler", at=THERE)),
    ("two placeholders, two names", person("John Ravenscroft", "1980-01-01"), person("Peter Tully", "1980-01-01")),
    ("other sex", person("Sam Smith", sex="M"), person("Sam Smith", sex="F")),
]


@pytest.mark.parametrize(("left", "right"), [case[1:] for case in ONE], ids=[case[0] for case in ONE])
def test_one_person(left: dict[str, object], right: dict[str, object]) -> None:
    found = groups(resolve(logs_of([[left], [right], *filler()])))
    assert frozenset({"L0001/1", "L0002/1"}) in found


@pytest.mark.parametrize(("left", "right"), [case[1:] for case in TWO], ids=[case[0] for case in TWO])
def test_two_people(left: dict[str, object], right: dict[str, object]) -> None:
    found = groups(resolve(logs_of([[left], [right], *filler()])))
    assert frozenset({"L0001/1", "L0002/1"}) not in found


def test_a_burner_phone_of_forty_strangers_merges_none() -> None:
    strangers = [[subject | {"phone": "07700900999"} for subject in log] for log in filler(40)]
    assert len(groups(resolve(logs_of(strangers)))) == 40


def test_a_street_name_joins_where_a_phone_speaks_for_it() -> None:
    full = person("John Ravenscroft", BORN, aliases="Dogz", phone="07700900123")
    found = groups(resolve(logs_of([[full], [person(aliases="Dogz", phone="07700900123")], *filler()])))
    assert frozenset({"L0001/1", "L0002/1"}) in found


def test_two_people_of_one_log_stay_two() -> None:
    found = groups(resolve(logs_of([[person("John Smith"), person("John Smith")], *filler()])))
    assert frozenset({"L0001/1", "L0001/2"}) not in found
