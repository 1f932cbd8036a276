"""Ties: noisy-or, decay and flags, computed by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import People, people, story, tables

from market_profile.network.edges import build_edges, decayed, noisy_or
from market_profile.network.evidence import gather
from market_profile.network.statements import tie_statements
from market_profile.periods import Month

JANUARY = Month("2019-01")
HALF_LIFE = {"supplies": 10.0, "associates": 365.0}


def edges_of(*told: tuple[str, str, str, str, str, dict[str, object]]) -> pd.DataFrame:
    records, resolved = story(*told)
    return build_edges(tie_statements(gather(records, resolved.records, JANUARY)), HALF_LIFE, JANUARY)


def test_noisy_or_counts_a_source_once_at_its_best() -> None:
    rows = pd.DataFrame({"e": ["x"] * 4, "source_key": ["a", "a", "b", "c"], "weight": [0.5, 0.4, 0.2, 0.1]})
    # 1 - (1-.5)(1-.2)(1-.1) = 1 - .36 = .64
    assert noisy_or(rows, ["e"]).tolist() == pytest.approx([0.64])


def test_decay_halves_every_half_life_and_never_grows() -> None:
    rows = pd.DataFrame(
        {
            "weight": [0.8, 0.8, 0.8],
            "relation": ["supplies"] * 3,
            "observed_at": pd.to_datetime(["2019-01-22", "2019-01-12", "2019-03-01"]),
        }
    )
    # cut-off 2019-02-01: 10 days, 20 days, after it
    assert decayed(rows, HALF_LIFE, JANUARY).tolist() == pytest.approx([0.4, 0.2, 0.8])


def test_a_tie_by_hand() -> None:
    edges = edges_of(
        ("u1", "2019-01-22", "a:dealer", "supplies", "b:user", {}),
        ("u2", "2019-01-12", "a:dealer", "supplies", "b:user", {"source_evaluation": "1", "provenance": "officer"}),
    )
    tie = edges[edges["relation"] == "supplies"].iloc[0]
    # 2B = .60 after one half-life .30; 1B = .76 after two .19; 1 - .7 x .81 = .433
    assert tie["weight"] == pytest.approx(0.433)
    assert (tie["records"], tie["independent_sources"], tie["reported_sources"]) == (2, 2, 1)
    assert tie["best_grade"] == "1B"
    assert not tie["is_single_source"]
    assert (tie["source_nominal_id"], tie["target_nominal_id"]) == ("a", "b")


def test_blank_source_refs_are_one_source_per_provenance() -> None:
    blank = {"source_ref": ""}
    edges = edges_of(
        ("u1", "2019-01-22", "a", "supplies", "b", blank),
        ("u2", "2019-01-22", "a", "supplies", "b", blank),
        ("u3", "2019-01-22", "c", "supplies", "d", blank),
        ("u4", "2019-01-22", "c", "supplies", "d", blank | {"provenance": "officer"}),
    )
    sources = edges.set_index(["source_nominal_id", "target_nominal_id"])["independent_sources"]
    assert sources[("a", "b")] == 1
    assert sources[("c", "d")] == 2


def test_suspected_false_material_is_shown_and_carries_nothing() -> None:
    false = {"intelligence_assessment": "E"}
    legacy = {"grade_scheme": "5x5x5", "source_evaluation": "A", "intelligence_assessment": "5", "handling_code": "1"}
    edges = edges_of(
        ("u1", "2019-01-22", "a", "supplies", "b", false),
        ("u2", "2019-01-22", "c", "supplies", "d", legacy),
        ("u3", "2019-01-22", "c", "supplies", "d", {}),
    ).set_index(["source_nominal_id", "target_nominal_id"])
    assert edges.loc[("a", "b"), "is_suspected_false"]
    assert edges.loc[("a", "b"), "weight"] == 0
    assert not edges.loc[("c", "d"), "is_suspected_false"]
    assert edges.loc[("c", "d"), "is_single_source"]


def test_undirected_ties_have_one_direction() -> None:
    edges = edges_of(
        ("u1", "2019-01-22", "b", "associates", "a", {}),
        ("u2", "2019-01-23", "a", "associates", "b", {}),
    )
    assert len(edges) == 1
    assert edges.iloc[0]["source_nominal_id"] == "a"


def test_a_stated_link_leaves_no_co_mention() -> None:
    edges = edges_of(("u1", "2019-01-22", "b", "supplies", "a", {}), ("u2", "2019-01-22", "c", "", "d", {}))
    assert edges[["source_nominal_id", "relation", "is_stated"]].to_numpy().tolist() == [
        ["b", "supplies", True],
        ["c", "associates", False],
    ]


def test_seized_and_arrested_together() -> None:
    seized = {"seized_at": "2019-01-10", "drug": "heroin", "seizure_ref": "z1"}
    arrests = [{"custody_ref": ref, "arrested_at": "2019-01-11 04:00", "operation": "Op"} for ref in ("k1", "k2")]
    records = tables(seizures=[seized | {"exhibit_ref": "1"}, seized | {"exhibit_ref": "2"}], arrests=arrests)
    resolved: People = people(
        ("seizures", "z1/1", "1", "a"),
        ("seizures", "z1/2", "1", "b"),
        ("arrests", "k1", "1", "c"),
        ("arrests", "k2", "1", "d"),
    )
    edges = build_edges(tie_statements(gather(records, resolved.records, JANUARY)), HALF_LIFE, JANUARY)
    assert edges[["source_nominal_id", "target_nominal_id", "is_direct"]].to_numpy().tolist() == [
        ["a", "b", True],
        ["c", "d", False],
    ]


def test_logs_after_the_cut_off_are_not_read() -> None:
    assert edges_of(("u1", "2019-02-01", "a", "supplies", "b", {})).empty


STORY = st.lists(
    st.tuples(
        st.integers(1, 28),
        st.sampled_from("abcde"),
        st.sampled_from(["supplies", "associates", "runs_for", ""]),
        st.sampled_from("abcde"),
        st.sampled_from("ABCDE"),
    ),
    min_size=1,
    max_size=12,
)


@given(STORY, st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_row_order_changes_nothing(told: list[tuple[int, str, str, str, str]], chance: object) -> None:
    rows = [
        (f"u{i}", f"2019-01-{day:02d}", left, relation, right, {"intelligence_assessment": grade})
        for i, (day, left, relation, right, grade) in enumerate(told)
    ]
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(edges_of(*rows), edges_of(*shuffled))


@given(STORY)
@settings(max_examples=5, deadline=None)
def test_removing_suspected_false_records_changes_no_weight(told: list[tuple[int, str, str, str, str]]) -> None:
    rows = [
        (f"u{i}", f"2019-01-{day:02d}", left, relation, right, {"intelligence_assessment": grade})
        for i, (day, left, relation, right, grade) in enumerate(told)
    ]
    kept = [row for row in rows if row[5]["intelligence_assessment"] != "E"]
    whole = edges_of(*rows)
    whole = whole[~whole["is_suspected_false"]].drop(columns="records").reset_index(drop=True)
    if kept:
        pd.testing.assert_frame_equal(whole, edges_of(*kept).drop(columns="records"), check_dtype=False)
    else:
        assert whole.empty
