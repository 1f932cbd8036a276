"""What each audience sees of a measure: rule tables with the sums in the comments."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.editions.disclosure import HIDDEN_TEXT, Policy, rounded_count
from market_profile.editions.show import show_internal, show_released
from market_profile.errors import DisclosureLeak
from market_profile.values import (
    Change,
    Concentration,
    Count,
    Estimate,
    Label,
    Leader,
    Measure,
    Private,
    Ratio,
    Released,
    Score,
    Sensitive,
)

POLICY = Policy()


@pytest.mark.parametrize(
    ("measure", "planner", "partner"),
    [
        (Count(0), "0", HIDDEN_TEXT),
        (Count(7), "7", HIDDEN_TEXT),
        (Count(8), "8", "10"),
        (Count(1234), "1,234", "1,235"),
        (Count(12, "£"), "£12", "£10"),
        # 29 of 334: 30/335 = 8.96 %
        (Ratio(Count(29), Count(334)), "9% (29 of 334)", "9% (30 of 335)"),
        # 334 - 329 = 5 is a small number, so the pair is hidden
        (Ratio(Count(329), Count(334)), "99% (329 of 334)", HIDDEN_TEXT),
        # everyone in the group: group disclosure
        (Ratio(Count(50), Count(50)), "100% (50 of 50)", HIDDEN_TEXT),
        (Ratio(Count(0), Count(0)), "not known", HIDDEN_TEXT),
        (Estimate(156.25, 98.4, 160.2, 34, "£"), "£156 (£98 to £160)", "£160 (£98 to £160)"),
        (Estimate(156.25, 98.4, 160.2, 9, "£"), "£156 (£98 to £160)", HIDDEN_TEXT),
        (Estimate(156.25, None, None, 34, "£", top_share=0.6), "£156", HIDDEN_TEXT),
        # two significant figures each: an end of the interval keeps its own decimals
        (Estimate(1.083, 0.449, 2.84, 34, decimals=1), "1.1 (0.4 to 2.8)", "1.1 (0.45 to 2.8)"),
        (Estimate(11.9, 8.66, 15.2, 34, "£"), "£12 (£9 to £15)", "£12 (£8.7 to £15)"),
        (Estimate(None, None, None, 0), "not known", "not known"),
        (Change(Count(85), Count(70)), "85, up from 70 last month", "85, up from 70 last month"),
        (Change(Count(84), Count(86)), "84, down from 86 last month", "85, the same as last month"),
        (Change(Count(3), Count(70)), "3, down from 70 last month", "[c], cannot be compared with last month"),
        (Leader((("heroin", Count(41)), ("crack", Count(42)))), "crack", "heroin and crack (equal)"),
        (Leader((("heroin", Count(1)), ("crack", Count(2)))), "crack", "no one category"),
        (Label("Wards"), "Wards", "Wards"),
    ],
)
def test_shown_text(measure: Measure, planner: str, partner: str) -> None:
    assert show_internal(measure).text.value == planner
    shown = show_released(measure, POLICY)
    assert isinstance(shown.text, Released)
    assert shown.text.value == partner


def test_normal_range_comes_from_shown_history() -> None:
    history = tuple(Count(n) for n in (100, 101, 99, 100, 102, 98))
    # mean 100, sample sd 1.414: 97.2 to 102.8
    text = show_internal(Change(Count(120), Count(98), history)).text.value
    assert text.endswith("above its normal range (97 to 103)")
    # all six are shown to partners as 100: the range is 100 to 100
    text = show_released(Change(Count(101), Count(98), history), POLICY).text.value
    assert text.endswith("within its normal range (100 to 100)")


@pytest.mark.parametrize("measure", [Private(Sensitive("x")), Score(0.5)])
def test_planner_values_raise_for_partners(measure: Measure) -> None:
    with pytest.raises(DisclosureLeak):
        show_released(measure, POLICY)


@pytest.mark.parametrize("use", [str, repr, "{}".format, pickle.dumps, list, lambda value: f"{value}"])
def test_sensitive_values_cannot_be_printed(use: object) -> None:
    value = Sensitive("a name that must not be seen")
    assert callable(use)
    if use is repr:
        assert "name" not in repr(value)
        return
    with pytest.raises(DisclosureLeak):
        use(value)


def test_released_is_made_by_editions_only() -> None:
    with pytest.raises(DisclosureLeak):
        Released("5", object())


@given(st.integers(min_value=0, max_value=100_000))
def test_rounding_is_within_two_and_hides_one_class(n: int) -> None:
    shown = rounded_count(n, POLICY)
    if n <= 7:
        assert shown is None
    else:
        assert shown is not None
        assert shown % 5 == 0
        assert abs(shown - n) <= 2


def test_concentration_counts_shown_numbers_only() -> None:
    counts = tuple(Count(n, "", f"area|{n}") for n in (100, 52, 30, 7, 6, 5, 4, 3, 2, 1))
    measure = Concentration(counts)
    assert show_internal(measure).text.value == "2 of 10"
    assert show_released(measure, Policy()).text.value == "1 of 10", (
        "100 of 100 + 50 + 30: hidden counts are in neither"
    )
    hidden = Concentration(tuple(Count(3, "", f"a|{n}") for n in range(4)))
    assert show_released(hidden, Policy()).text.value == "not known"


def test_centre_and_spread_make_the_text() -> None:
    estimate = Estimate(125.4, 98.2, 160.1, 40, "£")
    for shown in (show_internal(estimate), show_released(estimate, Policy())):
        assert f"{shown.centre.value} {shown.spread.value}" == shown.text.value
