"""What reading a file gives before any judgement: cells as text, with where each record stood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.sources.text import CONTROL
from market_profile.terms import Reason

_CONTROLS = "The row holds control characters that are not text; export it again, or retype the cell."
FAULT_COLUMNS = ["row", "column", "reason", "sentence"]


def no_faults() -> pd.DataFrame:
    """Return an empty frame of faults (row, column, reason, sentence)."""
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in FAULT_COLUMNS})


def faults_at(rows: Sequence[int], column: str, reason: str, sentence: str) -> pd.DataFrame:
    """Return the same fault for each record number in ``rows``."""
    frame = pd.DataFrame({"row": pd.Series(rows, dtype="int64")})
    return frame.assign(column=column, reason=str(reason), sentence=sentence)


def control_faults(data: pa.Table, numbers: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return the fault of every row of ``data`` with a control character in any cell; ``numbers`` are its records."""
    hits = np.zeros(len(numbers), dtype=bool)
    for column in data.columns:
        hits |= np.asarray(pc.match_substring_regex(column, CONTROL), dtype=bool)
    return faults_at(numbers[hits].tolist(), "", Reason.BAD_ENCODING, _CONTROLS)


@dataclass(frozen=True)
class RawTable:
    """A file as read.

    ``read`` counts the physical records after the header. ``data`` holds text (Arrow ``large_string``), one column a
    heading, one row a record of the right width, whose record numbers (0 first) are ``numbers``; the others are in
    ``faults``. ``lines`` gives the physical line (sheet row, or row number) where each of the ``read`` records starts;
    ``raw_text`` returns the raw text of the given record numbers.
    """

    headings: tuple[str, ...]
    data: pa.Table
    numbers: npt.NDArray[np.int64]
    read: int
    lines: npt.NDArray[np.int64]
    raw_text: Callable[[Sequence[int]], list[str]]
    faults: pd.DataFrame = field(default_factory=no_faults)
    warnings: tuple[str, ...] = ()

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The text as a frame: one column a heading (its place), indexed by record number."""
        columns = {place: text_series([column]) for place, column in enumerate(self.data.columns)}
        frame = pd.DataFrame(columns, columns=range(self.data.num_columns))
        frame.index = pd.Index(self.numbers, name="row")
        return frame


def text_series(parts: Sequence[pa.ChunkedArray]) -> pd.Series[str]:
    """Return columns of text, one after the other, as one column."""
    chunks = [chunk for part in parts for chunk in part.chunks]
    return pd.Series(pd.array(pa.chunked_array(chunks, type=pa.large_string()), dtype="str"), copy=False)


def text_table(columns: Sequence[Sequence[str]]) -> pa.Table:
    """Return columns of cells as the ``data`` of a RawTable."""
    arrays = [pa.array(column, type=pa.large_string()) for column in columns]
    return pa.Table.from_arrays(arrays, names=[str(place) for place in range(len(arrays))])
