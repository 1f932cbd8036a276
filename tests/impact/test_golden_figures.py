"""Figures of the source documents, from the seeds' own text where it is at hand (DOMAIN.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from market_profile.impact.claims import change_between, claims_register
from market_profile.impact.costs import saving, social_costs, unit_costs
from market_profile.impact.quarterly import read_quarterly
from market_profile.impact.series import FOUR_TYPES, financial_years, sum_of_groups

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"


def seed(number: int) -> str:
    found = sorted(SEEDS.glob(f"{number:03}_*.txt"))
    if not found:
        pytest.skip("the source documents are not at ../shared/seeds")
    return found[0].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quarters():
    return read_quarterly(seed(0))


def test_the_dirt_of_the_quarterly_table_is_named(quarters):
    assert quarters.notes == (
        "year '80' of column 11 read as '08'",
        "year '80' of column 12 read as '08'",
        "year '80' of column 13 read as '08'",
        "quarter from 2005-10-01 is missing",
    )
    assert quarters.counts.groupby("offence_group").size().unique().tolist() == [14]
    first = quarters.counts.iloc[0]
    assert (str(first["period_start"].date()), first["count"]) == ("2005-07-01", 8920)


@pytest.mark.parametrize(
    ("group", "counts", "change"),
    [
        ("Total Crime", [32525, 27498, 25552], -21.4),
        ("Burglary dwelling", [1025, 1182, 1202], 17.3),
        ("Burglary OTD", [1203, 1082, 1105], None),
        ("Vehicle crime", [2580, 1967, 2328], None),
        ("Robbery", [406, 352, 383], None),
        ("Charges of Supply Class A", [272, 231, 220], None),
    ],
)
def test_financial_years(quarters, group, counts, change):
    years = financial_years(quarters.counts)
    found = years[years["offence_group"] == group]
    assert found["financial_year"].tolist() == ["2006/07", "2007/08", "2008/09"]
    assert found["count"].tolist() == counts
    if change is not None:
        assert round(change_between(quarters.counts, (group,), "2006/07", "2008/09"), 1) == change


def test_four_types_together(quarters):
    years = financial_years(sum_of_groups(quarters.counts, FOUR_TYPES, "four"))
    assert years["count"].tolist() == [5214, 4583, 5018]
    assert round(change_between(quarters.counts, FOUR_TYPES, "2006/07", "2008/09"), 1) == -3.8
    assert round(change_between(quarters.counts, FOUR_TYPES, "2006/07", "2007/08"), 1) == -12.1


def test_claims_are_not_reproduced_or_unclear(quarters):
    claims = claims_register(quarters.counts).set_index("claim_id")
    assert claims.loc["impact_crimes", "status"] == "not reproduced"
    assert round(claims.loc["impact_crimes", "found_pct"], 1) == -12.1
    assert (claims.drop(index="impact_crimes")["status"] == "unclear").all()
    assert claims.loc[["demand_total", "demand_impact", "demand_acquisitive"], "outcome"].nunique() == 3
    nothing = claims_register(quarters.counts.iloc[:0])
    assert (nothing["status"] == "unclear").all()


def pounds(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text))


@pytest.mark.parametrize(
    ("group", "count", "cost"),
    [
        ("burglary", 1195, 2_166_535),
        ("burglary", 1302, 2_360_526),
        ("violence", 1088, 14_384_448),
        ("violence", 1293, 17_094_753),
        ("vehicle", 684, 499_320),
        ("vehicle", 821, 599_330),
    ],
)
def test_unit_costs_to_the_pound(group, count, cost):
    offences = pd.DataFrame({"offence_group": [group], "count": [count]})
    assert social_costs(offences, "operation_reduction")["cost_gbp"].tolist() == [float(cost)]


def test_unit_costs_from_the_words_of_the_seeds():
    costs = unit_costs("operation_reduction").set_index("offence_group")["unit_cost_gbp"]
    pattern = r"([\d,]+)\s+{} convictions\s*\(£\s*([\d,\s]+)\)"
    first = re.findall(r"number of (\w+)[^=]*convictions = ([\d,]+)\s*\(£([\d,]+)", seed(0))
    names = {"burglary": "burglary", "violent": "violence", "Vehicle": "vehicle"}
    assert len(first) == 3
    for name, count, cost in first:
        assert pounds(count) * costs[names[name]] == pounds(cost)
    for name, words in (("burglary", "burglary"), ("violence", "violence"), ("vehicle", "vehicle crime")):
        ((count, cost),) = re.findall(pattern.format(words), seed(1))
        assert pounds(count) * costs[name] == pounds(cost)


def test_figures_of_seed_001():
    text = seed(1)
    assert saving(1_370_000, 64) == 876_800
    assert "£876,800" in text and "approximately 64%" in text
    assert "847" in text and "12 service users" in text
    convictions, people = 16_206, 397
    assert f"{people} individuals = {convictions}" in text
    assert round(convictions / people, 1) == 40.8


def test_figures_of_seed_000_funnel_stand_in_its_text():
    text = seed(0)
    for words in (
        "total of 334 referrals",
        "329 referrals into structured",
        "97 Referrals",
        "29 successful completers",
    ):
        assert words in text
