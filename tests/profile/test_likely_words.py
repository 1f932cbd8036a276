"""What the planner page says of ties that no report states."""

from __future__ import annotations

import pandas as pd

from market_profile.profile.ties import likely_words
from market_profile.values import Count, Estimate

CLASSES = pd.DataFrame(
    {
        "supplier_role": ["supplier", "line_holder", "dealer"],
        "buyer_role": ["dealer", "user", "user"],
        "together": [48.0, 37.0, 280.0],
        "chance": [0.79, 0.5, 0.94],
        "low": [0.62, 0.2, 0.78],
        "high": [0.99, 0.9, 1.0],
        "ties": [18, 0, 147],
    }
)


def test_each_class_that_is_published_is_said_with_its_chance_and_number() -> None:
    whole, *classes = likely_words(CLASSES)
    assert whole.values["ties"] == Count(165)
    told = [[*(one.values[name].text for name in ("seller", "buyer")), one.values["share"]] for one in classes]
    assert told == [
        ["Dealer", "user", Estimate(94.0, 78.0, 100.0, 280, "%")],
        ["Supplier", "dealer", Estimate(79.0, 62.0, 99.0, 48, "%")],
    ]
    assert [one.values["pairs"] for one in classes] == [Count(280), Count(48)]


def test_where_none_is_likely_the_page_says_so() -> None:
    for frame in (pd.DataFrame(), CLASSES.assign(ties=0)):
        (words,) = likely_words(frame)
        assert "insufficient evidence" in words.template
        assert not words.values
