"""CSV files made column by column say what pandas' own writer says, byte for byte, in every type of column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_profile.render.csv_files import FLOATS, safe_cell, table_csv

TEXTS = st.text(st.sampled_from(list("ab 1-=,\"'\n\r\té£\u202e;")), max_size=6)
FLOATS_DRAWN = st.one_of(
    st.floats(allow_infinity=True, allow_nan=True), st.sampled_from([0.0, -0.0, 1.0, 1e10, 9_999_999_999.0, 1 / 3])
)
TIMES = st.one_of(
    st.none(), st.datetimes(pd.Timestamp(1990, 1, 1), pd.Timestamp(2030, 1, 1)), st.dates().map(pd.Timestamp)
)


def by_pandas(frame: pd.DataFrame) -> bytes:
    """Return the CSV as pandas writes it once every text is safe: the oracle."""
    safe = frame.copy()
    for place, kind in enumerate(frame.dtypes):
        if isinstance(kind, pd.CategoricalDtype | pd.StringDtype) or kind.kind == "O":
            cells = [safe_cell(cell) if isinstance(cell, str) else cell for cell in frame.iloc[:, place].astype(object)]
            safe.isetitem(place, np.array([*cells, ""], dtype=object)[:-1])
    safe.columns = pd.Index([safe_cell(str(name)) for name in frame.columns])
    text: str = safe.to_csv(index=False, float_format=FLOATS, lineterminator="\n")
    return text.encode()


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(0, 6))
def test_every_type_of_column_is_written_as_pandas_writes_it(data: st.DataObject, rows: int) -> None:
    def column(cells: st.SearchStrategy[object]) -> list[object]:
        return data.draw(st.lists(cells, min_size=rows, max_size=rows))

    frame = pd.DataFrame(
        {
            "text": pd.Series(column(TEXTS), dtype="str"),
            "gap": pd.Series(column(st.one_of(st.none(), TEXTS)), dtype="str"),
            "object": pd.Series(column(st.one_of(st.none(), TEXTS, st.integers(), st.booleans())), dtype=object),
            "kind": pd.Categorical(column(st.sampled_from(["a", "=b", 'c"d']))),
            "value": pd.Series(column(FLOATS_DRAWN), dtype="float64"),
            "small": pd.Series(column(st.floats(width=32)), dtype="float32"),
            "n": pd.Series(column(st.integers(-(2**60), 2**60)), dtype="int64"),
            "maybe": pd.array(column(st.one_of(st.none(), st.integers(0, 9))), dtype="Int64"),
            "flag": pd.Series(column(st.booleans()), dtype="bool"),
            "unsure": pd.array(column(st.one_of(st.none(), st.booleans())), dtype="boolean"),
            "first": pd.Series(column(TIMES), dtype="datetime64[us]"),
            "last": pd.Series(column(st.dates().map(pd.Timestamp)), dtype="datetime64[us]"),
            "day": pd.Series(column(st.sampled_from([None, "2019-01-02"])), dtype="datetime64[s]"),
            'head,"ing': "x",
        }
    )
    assert table_csv(frame) == by_pandas(frame)
    assert table_csv(frame[["gap"]]) == by_pandas(frame[["gap"]])


def test_dates_of_a_long_table_are_written_block_by_block_as_pandas_does() -> None:
    days = pd.Series(pd.date_range("2018-01-01", periods=120_000, freq="D", unit="s").to_numpy()).sample(
        frac=1, random_state=1, ignore_index=True
    )
    frame = pd.DataFrame({"on": days, "at": days.where(days.index != 70_000, days + pd.Timedelta(hours=3))})
    assert table_csv(frame) == by_pandas(frame)


@pytest.mark.parametrize("cells", [["\ud800x", "a"], ["\x00", "b"], ["\u2028", "c"]])
def test_texts_that_are_no_text_lose_what_cannot_be_written(cells: list[str]) -> None:
    frame = pd.DataFrame({"a": pd.Series(cells, dtype=object), "b": 1})
    assert table_csv(frame) == by_pandas(frame)


def test_a_table_without_columns_is_a_line_end() -> None:
    assert table_csv(pd.DataFrame()) == by_pandas(pd.DataFrame())
