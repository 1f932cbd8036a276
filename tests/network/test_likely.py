"""Likely supply: the chance by hand, what makes no tie likely, and that names and noise do what they should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import story

from market_profile.network import Network, build_network
from market_profile.network.edges import edges_of, ends_of, numbered
from market_profile.network.likely import (
    ABOVE,
    CLASS_COLUMNS,
    LIKELY_COLUMNS,
    Parts,
    likely_supply,
    parts_of,
    share_of,
)
from market_profile.network.role_ratios import PARTS
from market_profile.network.statements import KIND, RELATION, UNDIRECTED
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings
from market_profile.terms import Role

JANUARY = Month("2019-01")
DEALER, USER = ABOVE.index(Role.DEALER.value), ABOVE.index(Role.USER.value)
Told = tuple[str, str, str, dict[str, object]]
"""From, relation ("": named together alone), to, columns of the log."""


def statements_of(told: list[Told]) -> pd.DataFrame:
    """Return what ``tie_statements`` makes of one log for each of ``told``, each of its own source unless it says."""
    one, other = ([row[end] for row in told] for end in (0, 2))
    names = pd.CategoricalDtype(sorted({*one, *other}))
    swap = [relation in ("", *UNDIRECTED) and a > b for a, relation, b, _ in told]
    ends = [(b, a) if turn else (a, b) for a, b, turn in zip(one, other, swap, strict=True)]
    refs = [f"U{n:04d}" for n in range(len(told))]
    sources = [str(more.get("source_ref", ref)) for ref, (*_, more) in zip(refs, told, strict=True)]
    graded = [more.get("intelligence_assessment") == "E" for *_, more in told]
    return pd.DataFrame(
        {
            "source_id": pd.Categorical([a for a, _ in ends], dtype=names),
            "target_id": pd.Categorical([b for _, b in ends], dtype=names),
            "relation": pd.Categorical([relation or "associates" for _, relation, *_ in told], dtype=RELATION),
            "kind": pd.Categorical(["intelligence_logs"] * len(told), dtype=KIND),
            "record_ref": pd.Categorical(refs),
            "observed_at": pd.Timestamp("2019-01-10"),
            "source_key": pd.Categorical(sources),
            "grade": "2B",
            "weight": [0.0 if false else 0.6 for false in graded],
            "handling": "P",
            "stream": "reported",
            "is_direct": False,
            "is_suspected_false": graded,
            "is_stated": [relation != "" for _, relation, *_ in told],
            "match_probability": 1.0,
        }
    )


def read(
    told: list[Told], least: float = 0.0, held: dict[str, int] | None = None, new: dict[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ties and classes of ``told``; whose name begins with d deals, with u uses; ``new`` renames."""
    now = new or {}
    statements = statements_of([(now.get(a, a), relation, now.get(b, b), more) for a, relation, b, more in told])
    names = pd.Index(statements["source_id"].cat.categories, dtype="str")
    old = pd.Series(names).replace({name: was for was, name in now.items()})
    part = old.str[0].map({"d": DEALER, "u": USER}).to_numpy(np.int64)
    on_balance = old.map(held or {}).fillna(pd.Series(part)).to_numpy(np.int64)
    rows = numbered(statements)
    edges = edges_of(rows, {}, JANUARY)
    return likely_supply(statements, edges, ends_of(rows), Parts(names, part, on_balance), least)


def town(sellers: int = 8) -> list[Told]:
    """Return, for each of ``sellers``, a tie to user 1 that four sources state and a fifth names together; a tie to
    user 2 that one source states; and for every second seller two users more that are only named together with them."""
    told: list[Told] = []
    for n in range(sellers):
        me = f"d{n}"
        told += [(me, "supplies", f"u{n}1", {})] * 4 + [(me, "", f"u{n}1", {}), (me, "supplies", f"u{n}2", {})]
        if n % 2 == 0:
            told += [(me, "", f"u{n}3", {}), (me, "", f"u{n}4", {})]
    return told


def test_the_chance_by_hand() -> None:
    """Named together: 8 stated ties, 8 others. Records of supply: 32 whose tie another source states again, which count
    half each (1 record names their people together), 16; and 8 that nobody states again.

    Odds ratio with a half more in each cell: (8.5 / 8.5) / (16.5 / 8.5) = .5152, its log -.6633. A seller with two
    users more adds 1/8.5 - 2/8.5 - 2/16.5 + 1/8.5 = -.12121 to it, one without 1/8.5 - 2/16.5 + 1/8.5 = .11408; the
    variance is (4 x .12121^2 + 4 x .11408^2) x 8/7 = .12665, the error .35588. Shares above 1 are cut off at z =
    1.8638, of whose .96883 below the middle has .48441 (z = -.03909) and the bounds .02422 and .94461 (z = -1.9730 and
    1.5951): exp(-.6633 - .03909 x .35588) = .5080, exp(-.6633 - 1.9730 x .35588) = .2553, exp(-.6633 + 1.5951 x .35588)
    = .9088.
    """
    _, classes = read(town())
    assert list(classes.columns) == list(CLASS_COLUMNS)
    found = classes.iloc[0]
    assert len(classes) == 1
    assert found[["supplier_role", "buyer_role"]].tolist() == ["dealer", "user"]
    assert found[["together", "together_again", "stated", "stated_again", "ties"]].tolist() == [16, 8, 24, 16, 8]
    assert found[["low", "chance", "high"]].tolist() == pytest.approx([0.2553, 0.5080, 0.9088], abs=2e-4)


def test_likely_ties_are_those_that_nobody_states() -> None:
    ties, _ = read(town())
    likely = ties[ties["likely_supplier_nominal_id"].notna()]
    assert list(ties.columns[-3:]) == list(LIKELY_COLUMNS)
    users = likely["target_nominal_id"].tolist()
    assert users == [f"u{n}{k}" for n in (0, 2, 4, 6) for k in (3, 4)]
    assert likely["likely_supplier_nominal_id"].tolist() == [f"d{user[1]}" for user in users]
    assert (likely["relation"] == "associates").all()
    assert likely["likely_supply_chance"].round(3).eq(0.508).all()
    others = ties.drop(index=likely.index)
    assert others[["likely_supply_chance", "likely_supply_low"]].isna().all(axis=None)


def test_no_tie_is_likely_below_the_settings_bound() -> None:
    assert read(town(), least=0.26)[0]["likely_supplier_nominal_id"].isna().all()
    assert read(town(), least=0.25)[0]["likely_supplier_nominal_id"].notna().sum() == 8


def test_too_little_evidence_gives_no_chance() -> None:
    """Six sellers: six ties found again on either side, where seven are asked for."""
    ties, classes = read(town(6))
    assert classes[["low", "chance", "high"]].isna().all(axis=None)
    assert classes["ties"].tolist() == [0]
    assert ties["likely_supplier_nominal_id"].isna().all()


def test_one_source_that_speaks_twice_finds_nothing_again() -> None:
    told: list[Told] = [(*one[:3], one[3] | {"source_ref": f"S{one[0]}"}) for one in town()]
    _, classes = read(told)
    assert classes[["together_again", "stated_again"]].to_numpy().tolist() == [[0, 0]]


E_GRADED = {"intelligence_assessment": "E"}


@pytest.mark.parametrize(
    ("more", "held"),
    [
        ([("d0", "supplies", "u03", E_GRADED)], {}),
        ([("u03", "supplies", "d0", {})], {}),
        ([("d0", "lives_with", "u03", {})], {}),
        ([("d0", "associates", "u03", {})], {}),
        ([], {"u03": -1}),
        ([], {"d0": -1, "d2": USER}),
        ([], {"u03": DEALER}),
    ],
    ids=["stated, suspected false", "stated the other way round", "another tie", "associates, stated",
         "protected buyer", "protected seller, or none", "another part on balance"],
)  # fmt: skip
def test_what_is_stated_otherwise_or_not_held_is_not_likely(more: list[Told], held: dict[str, int]) -> None:
    ties, _ = read([*town(), *more], held=held)
    likely = ties.loc[ties["likely_supplier_nominal_id"].notna(), "target_nominal_id"].tolist()
    assert "u03" not in likely
    assert "u44" in likely


def test_suspected_false_company_is_no_evidence() -> None:
    noise: list[Told] = [(f"d{n}", "", f"u{n}9", E_GRADED) for n in range(8)]
    ties, classes = read([*town(), *noise])
    pd.testing.assert_frame_equal(classes, read(town())[1])
    assert not ties["likely_supplier_nominal_id"].notna()[ties["target_nominal_id"].str.endswith("9")].any()


@given(st.integers(1, 12))
@settings(max_examples=8, deadline=None)
def test_more_chance_meetings_lower_the_chance(extra: int) -> None:
    noise: list[Told] = [(f"d{n % 8}", "", f"u{n}x", {}) for n in range(extra)]
    before, after = read(town())[1].iloc[0], read([*town(), *noise])[1].iloc[0]
    assert after["together"] == before["together"] + extra
    assert after["chance"] < before["chance"]


@given(st.permutations(range(40)))
@settings(max_examples=8, deadline=None)
def test_other_names_change_nothing(order: list[int]) -> None:
    ties, classes = read(town())
    names = sorted({*ties["source_nominal_id"], *ties["target_nominal_id"]})
    new = {name: f"N{order[place]:02d}" for place, name in enumerate(names)}
    renamed, again = read(town(), new=new)
    pd.testing.assert_frame_equal(again, classes)
    ends = ["source_nominal_id", "target_nominal_id", "likely_supplier_nominal_id"]
    was = {(frozenset((new[a], new[b])), new.get(c, "")) for a, b, c in ties[ends].fillna("").itertuples(index=False)}
    assert {(frozenset((a, b)), c) for a, b, c in renamed[ends].fillna("").itertuples(index=False)} == was


def test_an_estimate_above_one_is_high_and_not_certain() -> None:
    """A share of 1.0 with error .1 lies below 1 half the time: its middle is the first quartile, exp(-.6745 x .1)."""
    low, chance, high = share_of(np.array([0.0]), np.array([0.1])).ravel()
    assert chance == pytest.approx(np.exp(-0.06745), abs=1e-5)
    assert low < chance < high < 1.0
    # far above, and with hardly any error: nothing overflows, nothing exceeds 1
    assert share_of(np.log([40.0, 40.0]), np.array([0.01, 0.0])).max() <= 1.0


def crowd(sellers: int, chance: np.random.Generator) -> tuple[list[Told], set[tuple[str, str]]]:
    """Return reports of a town whose busy ties are told of far more often than others, and its ties of supply.

    Each of ``sellers`` has 6 buyers, told of at gamma rates (shape 1); a report states the tie three times in four,
    else it names the two together. Every fifth one is also named beside a user by chance.
    """
    told: list[Told] = []
    true: set[tuple[str, str]] = set()
    for n in range(sellers):
        for k, times in enumerate(chance.poisson(chance.gamma(1.0, 1.5, 6))):
            true.add((f"d{n}", f"u{n}_{k}"))
            told += [(f"d{n}", "supplies" if chance.random() < 0.75 else "", f"u{n}_{k}", {}) for _ in range(times)]
        told += [(f"d{n}", "", f"u{n}_x{k}", {}) for k in range(n % 5 == 0)]
    return told, true


def test_bounds_hold_what_is_true_where_busy_ties_are_told_of_more() -> None:
    """Of 100 towns of 60 sellers the bounds (95 %) hold the true share of likely ties in at least 90, and the mean
    chance is within .03 of the mean share: that some ties are told of far more than others does not bias it."""
    rows = []
    for seed in range(100):
        told, true = crowd(60, np.random.default_rng(seed))
        ties, classes = read(told)
        likely = ties[ties["likely_supplier_nominal_id"].notna()]
        pairs = zip(likely["source_nominal_id"], likely["target_nominal_id"], strict=True)
        rows.append([np.mean([pair in true for pair in pairs]), *classes.loc[0, ["low", "chance", "high"]]])
    share, low, chance, high = np.array(rows, dtype=float).T
    assert ((low <= share) & (share <= high)).sum() >= 90
    assert abs(chance.mean() - share.mean()) < 0.03


def test_a_refresh_carries_likely_supply_at_the_end_of_each_tie() -> None:
    """Parts are stated by other reports than those of the ties; a partner's network, without people, has none."""
    rows = [(f"u{n:03d}", "2019-01-10", a, relation, b, more) for n, (a, relation, b, more) in enumerate(town())]
    people = sorted({name for row in rows for name in (row[2], row[4])})
    rows += [
        (f"v{n}{k:03d}", "2019-01-11", f"{name}:{'dealer' if name[0] == 'd' else 'user'}", "", "", {})
        for n in range(3)
        for k, name in enumerate(people)
    ]
    tables, resolved = story(*rows)
    settings = NetworkSettings(likely_supply_from=0.25)
    found: Network = build_network(tables, resolved, JANUARY, settings, {})
    assert list(found.edges.columns[-3:]) == list(LIKELY_COLUMNS)
    assert found.edges["likely_supplier_nominal_id"].notna().sum() == 8
    assert found.likely["ties"].tolist() == [8]
    graph = found.graph()
    assert graph.edges["d0", "u03", "associates"]["likely_supplier_nominal_id"] == "d0"
    brief = build_network(tables, resolved, JANUARY, settings, {}, in_full=False)
    assert brief.likely.empty
    assert not set(LIKELY_COLUMNS) & set(brief.edges.columns)


def test_parts_that_rest_on_company_alone_make_no_class() -> None:
    """Somebody becomes a user on balance by standing beside a dealer in a report; no tie is read from that."""
    told = np.full((3, len(PARTS)), np.nan)
    told[0, PARTS.index("dealer")] = 1.0
    told[2, PARTS.index("user")] = 1.0
    told = np.where(np.isnan(told) & (np.arange(3) != 1)[:, None], 0.0, told)
    people = pd.DataFrame({"nominal_id": ["a", "b", "c"], "role": ["dealer", "user", "user"], "exploited_share": 0.0})
    found = parts_of(pd.Index(["a", "b", "c"], dtype="str"), told, people)
    assert found.told.tolist() == [DEALER, -1, USER]
    assert found.held.tolist() == [DEALER, USER, USER]
    assert parts_of(found.names, told, people.assign(exploited_share=0.3)).held.tolist() == [-1, -1, -1]
