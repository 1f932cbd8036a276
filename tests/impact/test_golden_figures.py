"""Figures of the source documents, worked out by our own functions from the seeds' own text and tables (DOMAIN.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from market_profile.editions.disclosure import Policy, is_small_difference
from market_profile.editions.show import show_released
from market_profile.impact.claims import change_between, claims_register, published_counts, window_span
from market_profile.impact.costs import saving, social_costs, unit_costs
from market_profile.impact.quarterly import read_quarterly
from market_profile.impact.series import FOUR_TYPES, financial_years, sum_of_groups
from market_profile.indicators.demand import funnel
from market_profile.values import Count, Ratio

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"


def seed(number: int) -> str:
    found = sorted(SEEDS.glob(f"{number:03}_*.txt"))
    if not found:
        pytest.skip("the source documents are not at ../shared/seeds")
    return found[0].read_text(encoding="utf-8")


def whole(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def figure(number: int, pattern: str) -> int:
    """Return the one number that the words of a seed give for ``pattern``."""
    found = re.findall(pattern, seed(number))
    assert len(found) == 1, pattern
    return whole(found[0])


@pytest.fixture(scope="module")
def quarters():
    return read_quarterly(seed(0))


def test_the_dirt_of_the_quarterly_table_is_named(quarters):
    text = seed(0)
    assert "\t80\t80\t80\t" in text and "Jul-Sept" in text and "Jan – Mar" in text and "8,920" in text
    assert quarters.notes == (
        "year '80' of column 11 read as '08'",
        "year '80' of column 12 read as '08'",
        "year '80' of column 13 read as '08'",
        "quarter from 2005-10-01 is missing",
    )
    assert quarters.counts.groupby("offence_group").size().unique().tolist() == [14]


def test_every_cell_of_the_quarterly_table_is_read(quarters):
    text = seed(0)
    groups = quarters.counts["offence_group"].unique().tolist()
    assert len(groups) == 6
    for group in groups:
        (line,) = (line for line in text.splitlines() if line.startswith(f"{group}\t"))
        own = quarters.counts[quarters.counts["offence_group"] == group]
        assert own["count"].tolist() == [whole(cell) for cell in line.split("\t")[1:]]
        assert own["period_start"].is_monotonic_increasing
    first, last = quarters.counts["period_start"].min(), quarters.counts["period_end"].max()
    assert (str(first.date()), str(last.date())) == ("2005-07-01", "2009-03-31")


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


def test_a_window_that_is_not_there_in_full_gives_nothing(quarters):
    assert pd.isna(change_between(quarters.counts, FOUR_TYPES, "2005/06", "2006/07"))  # Oct-Dec 05 is missing
    assert pd.isna(change_between(quarters.counts, ("Arson",), "2006/07", "2007/08"))
    half = change_between(quarters.counts, ("Robbery",), "2006-04..2006-09", "2007-04..2007-09")
    assert half == pytest.approx(100 * ((91 + 114) / (109 + 113) - 1))
    assert window_span("not stated") is None
    assert str(window_span("2008-12")[1].date()) == "2009-01-01"


def test_the_table_that_claims_are_checked_against_is_the_seed_s(quarters):
    pd.testing.assert_frame_equal(published_counts(), quarters.counts, check_dtype=False)


@pytest.fixture
def claims():
    return claims_register().set_index("claim_id")


def test_the_eighteen_per_cent_is_not_reproduced(claims):
    text = seed(1)
    assert f"Impact Crimes reduced by {-claims.loc['impact_crimes', 'claimed']:.0f}%" in text
    assert claims.loc["impact_crimes", "status"] == "not reproduced"
    assert round(claims.loc["impact_crimes", "found"], 1) == -12.1
    assert "four types" in claims.loc["impact_crimes", "choices"]


def test_one_figure_stands_for_three_outcomes(claims):
    text = " ".join(seed(1).split())
    assert "69% reduction in total offending" in text and "69% reduction in impact offences" in text
    assert "acquisitive property crime offending by 42%" in seed(2) and "by 69% over two years" in seed(2)
    same = claims[claims["claimed"] == -69]
    assert (len(same), same["outcome"].nunique()) == (3, 3)
    assert (same["status"] == "unclear").all()


def test_claims_by_status(claims):
    assert claims["status"].value_counts().to_dict() == {"unclear": 8, "reproduced": 8, "not reproduced": 1}
    for column in ("outcome", "population", "window", "source", "choices"):
        assert (claims[column] != "").all()


def test_every_arithmetic_claim_stands_in_the_words_it_cites(claims):
    words = {name: re.sub(r"[,\s]", "", seed(name)) for name in (0, 1)}
    for claim_id, claim in claims.iterrows():
        if claim["unit"] == "£" and claim["claimed"] > 100:
            number = int(claim["source"].split()[1].strip(","))
            assert f"{claim['claimed']:.0f}" in words[number], claim_id


def test_unit_costs_to_the_pound_from_the_words_of_the_seeds():
    costs = unit_costs("operation_reduction").set_index("offence_group")["unit_cost_gbp"]
    assert costs.to_dict() == {"burglary": 1813, "violence": 13221, "vehicle": 730}
    found = re.findall(r"number of (\w+)[^=]*convictions = ([\d,]+)\s*\(£([\d,]+)", seed(0))
    names = {"burglary": "burglary", "violent": "violence", "Vehicle": "vehicle"}
    cases = [(names[name], whole(count), whole(cost)) for name, count, cost in found]
    for name, words in (("burglary", "burglary"), ("violence", "violence"), ("vehicle", "vehicle crime")):
        ((count, cost),) = re.findall(rf"([\d,]+)\s+{words} convictions\s*\(£\s*([\d,\s]+)\)", seed(1))
        cases.append((name, whole(count), whole(cost)))
    assert len(cases) == 6
    for group, count, cost in cases:
        offences = pd.DataFrame({"offence_group": [group], "count": [count]})
        assert social_costs(offences, "operation_reduction")["cost_gbp"].tolist() == [float(cost)]
        assert cost / count == costs[group]


def test_totals_of_both_decks():
    convictions, people = figure(1, r"individuals = (\d+)"), figure(1, r"convictions for (\d+) individuals")
    each = float(re.findall(r"an average\s+of ([\d.]+) convictions each", seed(1))[0])
    assert (convictions, people) == (16206, 397)
    assert round(convictions / people, 1) == each == 40.8
    total = figure(0, r"total number of convictions currently stands at ([\d,]+)")
    assert total == 14_100 and "average of 40.2 per person" in seed(0)
    listed = re.findall(r"•Total number of [^=•]+= ([\d,]+)", seed(0))
    assert [whole(one) for one in listed] == [1195, 1088, 684, 1066, 906, 2851]
    assert sum(whole(one) for one in listed) < total


def test_the_saving_of_seed_001():
    saved = figure(1, r"saving to society of £([\d,]+)")
    fall = figure(1, r"of approximately (\d+)%")
    clients = figure(1, r"cohort of (\d+) service users")
    assert (clients, figure(1, r"total of (\d+)\s+previous")) == (12, 847)
    assert (saved, fall) == (876_800, 64)
    assert saving(1_370_000, fall) == saved
    assert saved * 100 % fall == 0 and saved * 100 // fall == 1_370_000


def referrals(counts: dict[str, int], referred: int) -> pd.DataFrame:
    """Return treatment rows in which ``referred`` people reach each stage as often as a deck says."""
    staged = [(f"c{at}", stage) for stage, count in {"referred": referred, **counts}.items() for at in range(count)]
    rows = pd.DataFrame(staged, columns=["client_key", "stage"])
    return rows.assign(referred_on=pd.Timestamp("2008-01-01"))


def test_the_funnel_of_seed_000_and_its_small_number():
    referred = figure(0, r"total of (\d+) referrals")
    stages = {
        "structured": figure(0, r"(\d+) referrals into structured"),
        "residential": figure(0, r"(\d+) Referrals into residential"),
        "completed": figure(0, r"(\d+) successful completers"),
    }
    assert (referred, stages) == (334, {"structured": 329, "residential": 97, "completed": 29})
    found = funnel(referrals(stages, referred)).set_index("stage")["referrals"].to_dict()
    assert found == {"referred": 334, **stages}
    assert referred < sum(stages.values())  # stages overlap: not nested
    assert is_small_difference(referred, stages["structured"], Policy())  # 334 - 329 = 5
    shown = show_released(Ratio(Count(stages["structured"]), Count(referred)), Policy())
    assert shown.is_hidden and shown.number is None
    assert not show_released(Ratio(Count(stages["residential"]), Count(referred)), Policy()).is_hidden


def test_the_funnel_of_seed_001():
    referred, into = (
        figure(1, r"(\d+) referred onto case load"),
        figure(1, r"(\d+) individuals referred into treatment"),
    )
    stages = {
        "treatment": into,
        "completed": figure(1, r"(\d+) completed structured treatment"),
        "residential": figure(1, r"(\d+) referred to residential rehab"),
    }
    found = funnel(referrals(stages, referred)).set_index("stage")["referrals"]
    assert found.to_dict() == {"referred": 276, "treatment": 276, "completed": 249, "residential": 169}
    shares = (100 * found / found["referred"]).round(1)
    assert (shares["completed"], shares["residential"]) == (90.2, 61.2)


def test_what_seeds_002_003_and_004_ask_for_stands_in_their_words():
    guide = " ".join(seed(2).split())
    assert "replaced by other dealers within two or three weeks" in guide
    assert all(word in guide for word in ("Watch", "Inform", "Involve", "Consult", "INFLUENCE", "INTEREST"))
    assert "never been breached despite frequently testing positive" in " ".join(seed(3).split())
    partnership = " ".join(seed(4).split())
    assert "likely to initially increase reporting of crime" in partnership
    assert "individuals released from prison" in partnership
