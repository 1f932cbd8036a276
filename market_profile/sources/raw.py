"""What reading a file gives before any judgement: cells as text, with where each record stood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

FAULT_COLUMNS = ["row", "column", "reason", "sentence"]


def no_faults() -> pd.DataFrame:
    """Return an empty frame of faults (row, column, reason, sentence)."""
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in FAULT_COLUMNS})


def faults_at(rows: Sequence[int], column: str, reason: str, sentence: str) -> pd.DataFrame:
    """Return the same fault for each record number in ``rows``."""
    frame = pd.DataFrame({"row": pd.Series(rows, dtype="int64")})
    return frame.assign(column=column, reason=str(reason), sentence=sentence)


@dataclass(frozen=True)
class RawTable:
    """A file as read.

    ``read`` counts the physical records after the header. ``cells`` holds text, one column a heading, indexed by
    record number (0 first); records of the wrong width are not in it but in ``faults``. ``lines`` gives the
    physical line (sheet row, or row number) where each of the ``read`` records starts; ``raw_text`` returns the raw
    text of the given record numbers.
    """

    headings: tuple[str, ...]
    cells: pd.DataFrame
    read: int
    lines: npt.NDArray[np.int64]
    raw_text: Callable[[Sequence[int]], list[str]]
    faults: pd.DataFrame = field(default_factory=no_faults)
    warnings: tuple[str, ...] = ()
