"""Figures outside their normal range, as a reader sees them."""

from __future__ import annotations

import pytest

from market_profile.profile.changes import _row
from market_profile.values import Estimate

MONTH = {
    "indicator": "attempts", "drug": "cocaine", "definition_id": "attempts", "unit": "count", "n": 8, "value": 8.0,
    "before": 5.0, "mean": 3.7, "normal_low": 0.17, "normal_high": 7.23,
}  # fmt: skip
NAMES = {"attempts": "Test-purchase attempts", "harm": "Harm events", "deal_weight": "Deal weight"}


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({}, (0, 0, 1)),
        ({"indicator": "deal_weight", "definition_id": "deal_weight", "unit": "g", "value": 0.25}, (2, 2, 2)),
        ({"indicator": "price", "definition_id": "price", "unit": "gbp", "value": 20.0}, (0, 0, 0)),
    ],
)
def test_a_count_is_whole_and_a_small_quantity_has_two_places(
    changed: dict[str, object], places: tuple[int, int, int]
) -> None:
    _, *figures = _row({**MONTH, **changed}, NAMES)
    assert tuple(figure.decimals for figure in figures if isinstance(figure, Estimate)) == places


@pytest.mark.parametrize(
    ("indicator", "words"),
    [
        ("harm_asb_report_unstated", "Harm events, anti-social behaviour report"),
        ("harm_death_confirmed", "Harm events, death confirmed"),
        ("harm_ambulance_suspected", "Harm events, ambulance call, suspected"),
    ],
)
def test_harm_is_named_as_people_say_it(indicator: str, words: str) -> None:
    first, *_ = _row({**MONTH, "indicator": indicator, "definition_id": "harm", "drug": "all"}, NAMES)
    assert words in str(first)
