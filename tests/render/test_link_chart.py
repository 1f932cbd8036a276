"""The link chart is the plain merge of nodes onto both ends of every link, written as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_profile.among import is_among
from market_profile.render.column_texts import Plain, as_texts
from market_profile.render.csv_files import PLAIN, SAFE, table_csv
from market_profile.render.link_chart import link_chart

ENDS = ("source_nominal_id", "target_nominal_id")


def by_merging(nodes: pd.DataFrame, links: pd.DataFrame) -> bytes:
    """Return the chart as pandas merges it."""
    rows = links.copy()
    for end in ENDS:
        mine = nodes.add_prefix(end.removesuffix("nominal_id"))
        rows = rows.merge(mine, on=end, how="left", suffixes=("", "_node"), validate="many_to_one")
    linked = set(links[ENDS[0]]) | set(links[ENDS[1]])
    alone = nodes[~nodes["nominal_id"].isin(linked)].add_prefix("source_")
    return table_csv(pd.concat([rows, alone], ignore_index=True) if len(alone) else rows)


def network(size: int, ties: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    ids = pd.Series([f"N{number:03d}" for number in range(size)], dtype="str")
    at = pd.Timestamp("2019-01-01") + pd.to_timedelta(draw.integers(0, 400, size), unit="D")
    nodes = pd.DataFrame(
        {
            "role": pd.Series(draw.choice(["dealer", "user, twice", '"boss"', "=1+1", "Zoë", ""], size), dtype="str"),
            "nominal_id": ids,
            "degree": pd.array(draw.integers(0, 9, size), dtype="Int64"),
            "share": np.where(draw.random(size) < 0.3, np.nan, draw.integers(0, 5, size) / 4),
            "is_new": pd.array(draw.random(size) < 0.5, dtype="boolean"),
            "first_seen": pd.Series(at).astype("datetime64[us]"),
            "last_seen": pd.Series(at + pd.Timedelta(hours=5)).astype("datetime64[us]"),
            "weight": pd.Series(["odd", *[None] * (size - 1)], dtype=object),
        }
    )
    everyone = np.append(ids, ["X1", "X2"])  # some ends are no node
    links = pd.DataFrame({end: pd.Series(draw.choice(everyone, ties), dtype="str") for end in ENDS})
    return nodes, links.assign(weight=draw.random(ties).round(3), source_degree=pd.array([1] * ties, dtype="Int64"))


@pytest.mark.parametrize("seed", range(6))
def test_the_chart_is_the_plain_merge(seed: int) -> None:
    nodes, links = network(40, 25, seed)
    links = links.drop(columns="source_degree")
    assert link_chart(nodes, links, "nominal_id", ENDS) == by_merging(nodes, links)


def test_without_anybody_alone_names_that_meet_are_told_apart() -> None:
    nodes, links = network(6, 200, 1)
    assert b"source_degree_node" in link_chart(nodes, links, "nominal_id", ENDS)
    assert link_chart(nodes, links, "nominal_id", ENDS) == by_merging(nodes, links)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.text(alphabet='ab1 ,"=\n', max_size=6)), max_size=9))
def test_odd_texts_are_found_letter_by_letter(texts: list[str | None]) -> None:
    for plain, fit in ((PLAIN, ',"'), (SAFE, "")):
        wanted = [bool(text) and not is_plain(text, fit) for text in texts]
        assert plain.odd(as_texts(texts)).tolist() == wanted
        assert plain.odd(as_texts(["=", *texts]).slice(1)).tolist() == wanted


def is_plain(text: str | None, apart: str) -> bool:
    """Tell whether a text is printable ASCII without ``apart`` and begins with a letter or digit."""
    printed = text is not None and text.isascii() and text.isprintable() and not set(text) & set(apart)
    return printed and text is not None and text[0].isalnum()


def test_plain_texts_may_be_of_any_letters() -> None:
    odd = Plain.of("ab", first="a").odd(as_texts(["ab", "ba", "", None, "ac"]))
    assert odd.tolist() == [False, True, False, False, True]


@given(st.lists(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcxyz")))
def test_among_is_isin(texts: list[str], known: set[str]) -> None:
    column = pd.Series(texts, dtype="str")
    assert is_among(column, known).tolist() == column.isin(known).tolist()
    assert is_among(column, pd.Series(sorted(known), dtype="str")).tolist() == column.isin(known).tolist()
