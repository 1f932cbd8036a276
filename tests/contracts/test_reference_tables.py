"""The reference tables: whole, sourced, in line with the vocabulary, and the figures of DOMAIN.md."""

from __future__ import annotations

import pandas as pd
import pytest

from market_profile.contracts.dictionary import _REFERENCE_TABLES, data_dictionary
from market_profile.contracts.parse_drugs import drug_class, read_drugs
from market_profile.contracts.readings import fold
from market_profile.reference import reference_table, resource_folder
from market_profile.terms import GradeScheme

TABLES = sorted(_REFERENCE_TABLES)


def test_the_dictionary_names_every_table() -> None:
    assert sorted(path.stem for path in resource_folder("data").glob("*.csv")) == TABLES


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_its_source_and_date(name: str) -> None:
    table = reference_table(name)
    assert len(table) and not table.duplicated().any()
    assert (table["source"] != "").all()
    if name == "claims":
        return
    assert table["checked_on"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
    assert set(table["check"]) <= {"", "yes"}


def test_the_data_dictionary_is_current() -> None:
    written = (resource_folder("data") / "README.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "run: python -m market_profile.contracts.dictionary > data/README.md"


def test_street_names_and_classes_name_known_drugs_once() -> None:
    drugs, street = reference_table("drugs")["drug"], reference_table("street_names")
    assert street["drug"].isin(drugs).all() and reference_table("drug_classes")["drug"].isin(drugs).all()
    assert not fold(street["street_name"]).duplicated().any()
    assert not fold(street["street_name"]).isin(drugs).any()
    assert read_drugs(drugs).values.tolist() == drugs.tolist()


def test_spellings_of_units_are_unique() -> None:
    units = reference_table("units")
    assert not fold(units["spelling"]).duplicated().any()
    assert ((units["grams"] != "") == (units["measure"] == "weight")).all()


def test_class_periods_of_a_drug_do_not_overlap() -> None:
    table = reference_table("drug_classes").sort_values(["drug", "from"], kind="stable")
    following = table.groupby("drug")["from"].shift(-1)
    assert (following.isna() | (table["to"] <= following) & (table["to"] != "")).all()


@pytest.mark.parametrize(
    ("drug", "on", "expected"),
    [
        ("cannabis", "2004-01-28", "B"),
        ("cannabis", "2004-01-29", "C"),
        ("cannabis", "2009-01-25", "C"),
        ("cannabis", "2009-01-26", "B"),
        ("ketamine", "2005-12-31", ""),
        ("ketamine", "2014-06-09", "C"),
        ("ketamine", "2014-06-10", "B"),
        ("nitrous oxide", "2023-11-07", ""),
        ("nitrous oxide", "2023-11-08", "C"),
        ("heroin", "2019-02-01", "A"),
        ("alcohol", "2019-02-01", ""),
        ("no such drug", "2019-02-01", ""),
        ("heroin", None, ""),
    ],
)
def test_the_class_of_a_drug_depends_on_the_date(drug: str, on: str | None, expected: str) -> None:
    found = drug_class(pd.Series([drug], index=[7]), pd.Series(pd.to_datetime([on]), index=[7]))
    assert found.to_dict() == {7: expected}


def test_unit_costs_reproduce_the_published_savings_to_the_pound() -> None:
    table = reference_table("unit_costs")
    own = table[table["table"] == "operation_reduction"].set_index("offence_group")["cost_gbp"].astype(int)
    # seeds 000 and 001, six of six (DOMAIN.md)
    assert 1195 * own["burglary"] == 2_166_535 and 1302 * own["burglary"] == 2_360_526
    assert 1088 * own["violence"] == 14_384_448 and 1293 * own["violence"] == 17_094_753
    assert 684 * own["vehicle"] == 499_320 and 821 * own["vehicle"] == 599_330
    assert table["table"].nunique() >= 3


def test_grade_tables_cover_both_schemes() -> None:
    grades, weights = reference_table("grades"), reference_table("grade_weights")
    for scheme in GradeScheme.values():
        own = grades[grades["scheme"] == scheme].groupby("part")["code"].agg(set)
        pairs = weights[weights["scheme"] == scheme]
        assert set(pairs["source_evaluation"]) == own["source_evaluation"]
        assert set(pairs["intelligence_assessment"]) == own["intelligence_assessment"]
        assert len(pairs) == len(own["source_evaluation"]) * 5
    false = weights["intelligence_assessment"].eq("E") & weights["scheme"].eq("3x5x2")
    false |= weights["intelligence_assessment"].eq("5")
    assert (weights.loc[false, "weight"].astype(float) == 0).all()


def test_the_yardstick_leaves_its_gaps() -> None:
    bands = reference_table("yardstick").set_index("term")[["low_pct", "high_pct"]].astype(int)
    assert tuple(bands.loc["realistic possibility"]) == (40, 50) and tuple(bands.loc["likely"]) == (55, 75)
    assert not ((bands["low_pct"] < 52) & (bands["high_pct"] > 52)).any()
