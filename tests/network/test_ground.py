"""Bands, walks and numbers give what plain counting gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.network import ground
from market_profile.network.codes import ordered, places, row_numbers
from market_profile.network.ground import Ground
from market_profile.network.statements import LARGEST_GROUP, pairs_within


@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(0, 25), st.sampled_from([1, 7, 10_000]))
def test_points_near_places_equal_every_pair_measured(seed: int, points: int, asked: int, most: int) -> None:
    chance = np.random.default_rng(seed)
    there, at = (
        chance.integers(-400, 400, (points, 2)).astype(float),
        chance.integers(-500, 500, (asked, 2)).astype(float),
    )
    at[chance.random(asked) < 0.1] = np.nan
    apart = np.hypot(*(at[:, None, :] - there[None, :, :]).T).T.reshape(asked, points)
    plain = [(int(i), int(j)) for i, j in np.argwhere(apart <= 150.0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ground, "MOST_PAIRS", most)
        parts = list(Ground(there, 150.0).around(at))
    found = [(int(part.rows[p]), int(q)) for part in parts for p, q in zip(part.place, part.point, strict=True)]
    assert sorted(found) == plain
    for part in parts:
        assert (np.diff(part.place) >= 0).all()
        # points at one spot stand in order of their rows: what is summed does not depend on who laid them out
        for place in np.unique(part.place):
            spots = pd.DataFrame(there[part.point[part.place == place]]).assign(row=part.point[part.place == place])
            assert spots.groupby([0, 1])["row"].is_monotonic_increasing.all()


@given(st.lists(st.integers(0, 6), max_size=60))
def test_pairs_within_a_group_equal_all_pairs(groups: list[int]) -> None:
    rows = sorted(groups)
    plain = [
        (i, j)
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if rows[i] == rows[j] and rows.count(rows[i]) <= LARGEST_GROUP
    ]
    one, other = pairs_within(np.array(rows, dtype=np.int64))
    assert list(zip(one.tolist(), other.tolist(), strict=True)) == plain


@given(
    st.lists(st.text("abéz\U0001f600 /", max_size=3), max_size=30), st.lists(st.text("abéz", max_size=2), max_size=9)
)
def test_numbers_of_texts_follow_their_order(texts: list[str], known: list[str]) -> None:
    names, code = ordered(pd.Series(texts, dtype="str"))
    assert names.tolist() == sorted(set(texts))
    assert [names[number] for number in code] == texts
    found = places(pd.Series(texts, dtype="str"), known)
    assert found.tolist() == [known.index(text) if text in known else -1 for text in texts]
    frame = pd.DataFrame({"one": texts, "two": texts[::-1]}, dtype="str")
    pairs = list(zip(texts, texts[::-1], strict=True))
    assert row_numbers(frame)[0].tolist() == [sorted(set(pairs)).index(pair) for pair in pairs]
