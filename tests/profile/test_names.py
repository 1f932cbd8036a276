"""Codes in the words of a reader, against examples worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from market_profile.periods import Month
from market_profile.profile import names


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2018-01", "2018-12", "January to December 2018"),
        ("2017-07", "2018-06", "July 2017 to June 2018"),
        ("2018-06", "2018-06", "June 2018"),
    ],
)
def test_windows(first: str, last: str, words: str) -> None:
    assert names.window_words(Month(first), Month(last)) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2019-01-03", "2019-02-03", "3 January to 3 February 2019"),
        ("2018-12-30", "2019-01-02", "30 December 2018 to 2 January 2019"),
        (pd.Timestamp("2019-01-03"), pd.Timestamp("2019-01-09"), "3 to 9 January 2019"),
        ("", "2019-01-09", "9 January 2019"),
        (pd.NaT, pd.NaT, ""),
    ],
)
def test_days(first: object, last: object, words: str) -> None:
    assert names.days_words(first, last) == words


def test_reasons_of_a_role_in_plain_words() -> None:
    reasons = "line_holder: stated x1 (0.3); dealer: runs_for, target x24 (2.0); dealer: sold to an officer x1 (0.6)"
    told = "Named as line holder in 1 report; 24 people said to run for them; sold to an officer once"
    assert names.reasons_words(reasons) == told
    assert names.reasons_words("user: positive drug test x2 (-0.41)") == "Against it, tested positive 2 times"
    assert names.reasons_words("no graded evidence on the part played") == "No graded evidence on the part played"


def test_every_rule_of_the_network_has_its_words() -> None:
    from market_profile.network.roles import _SPOKEN

    for rule in _SPOKEN:
        for n in (1, 3):
            told = names.reasons_words(f"{rule} x{n} (1.0); base rate of dealer over user (0.30)")
            assert "(" not in told and "_" not in told and " x" not in told


def test_drugs() -> None:
    assert names.drug_name("crack") == "Crack cocaine"
    assert names.drug_name("mdma") == "MDMA (ecstasy)"
    assert names.drug_name("nitrous oxide") == "Nitrous oxide"
