"""Rows: all faults at once, a sentence each, nothing lost, whatever the text and the order."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from market_profile.contracts.checks import Checked, check_rows
from market_profile.contracts.columns import DTYPES
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.schema import accepted_schema
from market_profile.settings import SourceSettings

LOG = {"urn": "U1", "submitted_at": "2019-01-05T10:00", "grade": "B2P"}
PURCHASE = {"tp_ref": "T1", "operation": "Alder", "attempted_at": "2019-01-05T10:00", "outcome": "purchase"}


def check(kind: str, *rows: dict[str, str], **source: object) -> Checked:
    raw = pd.DataFrame(list(rows), dtype="str").fillna("")
    return check_rows(KINDS[kind], raw, SourceSettings.model_validate(source))


def told(checked: Checked) -> list[tuple[int, str, str]]:
    return list(checked.faults[["row", "column", "reason"]].itertuples(index=False, name=None))


def test_all_faults_of_a_row_are_reported_at_once() -> None:
    bad = {"urn": "", "submitted_at": "03/04/2019", "grade": "Z9", "provenance": "gossip", "drugs": "xyzzy"}
    assert set(told(check("intelligence_logs", LOG, bad))) == {
        (1, "urn", "missing_required"),
        (1, "submitted_at", "ambiguous_date"),
        (1, "grade", "bad_grade"),
        (1, "provenance", "unknown_value"),
        (1, "drugs", "unknown_value"),
    }


def test_names_and_references_stay_as_they_were_written() -> None:
    rows = [{"urn": "00123", "subject_no": "01", "surname": "NA", "forenames": "None", "phone": "07700900123"}]
    row = check("log_subjects", *rows).accepted.iloc[0]
    assert (row["urn"], row["subject_no"], row["surname"]) == ("00123", "01", "NA")
    assert (row["forenames"], row["phone"], row["nominal_ref"]) == ("None", "07700900123", "")


def test_a_bad_coordinate_costs_the_place_only() -> None:
    checked = check("intelligence_logs", LOG | {"easting_m": "far", "northing_m": "104000"})
    assert told(checked) == [(0, "easting_m", "bad_coordinate")]
    assert checked.accepted["easting_m"].isna().all() and checked.accepted["northing_m"].tolist() == [104000.0]


def test_text_prices_and_deals() -> None:
    checked = check(
        "test_purchases",
        PURCHASE | {"price_gbp": "2 for £15"},
        PURCHASE | {"price_gbp": "2 for £15", "deals": "2"},
        PURCHASE | {"price_gbp": "20", "deals": "2"},
        PURCHASE | {"price_gbp": "20"},
        PURCHASE | {"price_gbp": "2 for £15", "deals": "3"},
        PURCHASE | {"price_gbp": "a tenner"},
    )
    assert checked.accepted["price_per_deal_gbp"].fillna(-1).tolist() == [7.5, 7.5, 10.0, -1]
    assert told(checked) == [(4, "price_gbp", "contradiction"), (5, "price_gbp", "bad_number")]


def test_cells_that_cannot_both_be_true() -> None:
    assert told(check("intelligence_logs", LOG | {"event_from": "2019-01-05", "event_to": "2019-01-04"})) == [
        (0, "event_to", "contradiction")
    ]
    assert told(check("test_purchases", PURCHASE | {"net_g": "0.5", "gross_g": "0.4"})) == [
        (0, "net_g", "contradiction")
    ]
    arrest = {"custody_ref": "C1", "arrested_at": "2019-01-05T10:00"}
    assert told(check("arrests", arrest | {"disposal_date": "2019-01-05"})) == []
    assert told(check("arrests", arrest | {"date_of_birth": "2020-01-01"})) == [(0, "date_of_birth", "contradiction")]
    link = {"urn": "U1", "from_subject_no": "1", "to_subject_no": "1", "relation": "associates"}
    assert told(check("log_links", link)) == [(0, "to_subject_no", "contradiction")]


def test_totals_rows_are_named_as_such_once() -> None:
    checked = check("intelligence_logs", LOG, {"urn": "Total"}, {"urn": "", "text": "Grand total: 1,234"})
    assert told(checked) == [(1, "urn", "totals_row"), (2, "urn", "totals_row")]
    assert check("log_subjects", {"urn": "Total", "subject_no": "1"}).faults.empty  # usable, so it is a record


def test_grams_only_where_the_unit_is_a_weight() -> None:
    base = {"seizure_ref": "S1", "seized_at": "2019-01-05", "drug": "brown", "quantity": "2"}
    rows = [base | {"exhibit_ref": str(i), "unit": unit} for i, unit in enumerate(["kg", "wraps", "", "blobs"])]
    checked = check("seizures", *rows)
    assert checked.accepted["quantity_g"].fillna(-1).tolist() == [2000.0, -1, -1]
    assert told(checked) == [(3, "unit", "unknown_unit")]


def test_declared_codes_formats_and_units_of_the_force() -> None:
    subject = {"urn": "U1", "subject_no": "1", "role": "SUPPLIER", "date_of_birth": "03/04/1990"}
    checked = check("log_subjects", subject, values={"role": {"Supplier": "dealer"}}, date_format="%d/%m/%Y %H:%M")
    assert checked.accepted[["role", "date_of_birth"]].iloc[0].tolist() == ["dealer", pd.Timestamp("1990-04-03")]
    purity = check("test_purchases", PURCHASE | {"purity_pct": "0.4"}, units={"purity_pct": "fraction"})
    assert purity.accepted["purity_pct"].tolist() == [40.0]


def test_criteria_of_the_case_forum() -> None:
    row = {"nominal_ref": "N1", "assessed_on": "2019-01-05", "risk": "3", "note": "calm"}
    assert check("case_forum", row).accepted["risk"].tolist() == [3.0]
    assert "note" not in check("case_forum", row).accepted
    assert told(check("case_forum", row, criteria=("risk", "note"))) == [(0, "note", "bad_number")]


def test_sentences_say_what_to_do_and_never_what_the_cell_holds() -> None:
    secret = "Zebediah Quux"
    for kind in KINDS.values():
        row = dict.fromkeys(kind.names, secret)
        faults = check(kind.name, row).faults
        assert not faults["sentence"].str.contains("Zebediah|Quux", regex=True).any()
        assert faults["sentence"].str.endswith(".").all() and (faults["sentence"].str.len() > 60).all()


def test_only_declared_columns_come_out_with_their_dtypes() -> None:
    for kind in KINDS.values():
        empty = check_rows(kind, pd.DataFrame({"other": pd.Series(dtype="str")}), SourceSettings())
        assert list(empty.accepted.columns)[: len(kind.names)] == list(kind.names)
        for column in (*kind.columns, *kind.derived):
            assert empty.accepted[column.name].dtype == DTYPES[column.type], (kind.name, column.name)


KNOWN_CELLS = (
    *("2019-01-05", "03/04/2019", "2019-02", "B2P", "E41", "5x5x5", "2", "1,5", "0.4", "40%", "1e999", "-1", "\ufeff"),
    *(
        "2 for £15",
        "brown|crack",
        "brown",
        "g",
        "Y",
        "Total",
        "nan",
        "purchase",
        "street",
        "NA",
        "dealer",
        "\x00",
        "|",
        "",
    ),
)
second_opinion = cache(lambda name: accepted_schema(KINDS[name]))


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.sampled_from(list(KINDS)),
    st.lists(st.text(max_size=12), min_size=1, max_size=20),
    st.integers(0, 2**32 - 1),
    st.sampled_from([None, "%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y%m%d"]),
)
def test_any_text_is_accepted_or_faulted_and_order_does_not_matter(
    name: str, texts: list[str], seed: int, date_format: str | None
) -> None:
    kind, random, source = KINDS[name], np.random.default_rng(seed), SourceSettings(date_format=date_format)
    cells = np.array([*texts, *KNOWN_CELLS], dtype=object)
    raw = pd.DataFrame({column: random.choice(cells, 20) for column in kind.names}, dtype="str")
    checked = check_rows(kind, raw, source)
    rejected = set(checked.faults.loc[checked.faults["reason"] != "bad_coordinate", "row"])
    assert rejected.isdisjoint(checked.accepted.index) and rejected | set(checked.accepted.index) == set(raw.index)
    second_opinion(name).validate(checked.accepted)  # pandera agrees with what was accepted
    again = check_rows(kind, raw.loc[random.permutation(raw.index)], source)
    pd.testing.assert_frame_equal(again.accepted.sort_index(), checked.accepted)
    by = ["row", "column", "reason", "sentence"]
    pd.testing.assert_frame_equal(
        again.faults.sort_values(by, ignore_index=True), checked.faults.sort_values(by, ignore_index=True)
    )


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_hundred_thousand_logs_check_in_seconds(share: float) -> None:
    n, random = 100_000, np.random.default_rng(1)
    when = pd.Timestamp("2018-01-01") + pd.to_timedelta(random.integers(0, 500_000, n), unit="min")
    dirty = random.random(n) < share
    raw = pd.DataFrame(
        {
            "urn": np.char.add("U", np.arange(n).astype(str)),
            "submitted_at": np.where(dirty, "03/04/2019", when.strftime("%Y-%m-%dT%H:%M")),
            "grade": random.choice(["B2P", "2-B-C", "A1P"], n),
            "drugs": random.choice(["brown", "crack|heroin", ""], n),
            "easting_m": random.uniform(5e5, 5.5e5, n).round(1).astype(str),
            "text": np.char.add("seen near the station ", np.arange(n).astype(str)),
        },
        dtype="str",
    )
    began = time.perf_counter()
    checked = check_rows(KINDS["intelligence_logs"], raw, SourceSettings())
    seconds = time.perf_counter() - began
    assert len(checked.accepted) == n - dirty.sum()
    assert seconds < 10, seconds  # about 1 s on a free core; the margin is for busy ones
