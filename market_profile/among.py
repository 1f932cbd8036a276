"""Which texts of a column are among others: one pass in Arrow, where pandas takes a step of Python per known text."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def is_among(texts: pd.Series, known: pd.Series | Collection[str]) -> NDArray[np.bool_]:
    """Tell which of ``texts`` stand in ``known``, as ``texts.isin(known)`` does, for many known texts.

    Example:
        >>> is_among(pd.Series(["a", "b", "a"]), {"a", "c"}).tolist()
        [True, False, True]
    """
    held = known if isinstance(known, pd.Series) else list(known)
    value_set = pa.array(held, type=pa.large_string(), from_pandas=True)
    found = pc.is_in(pa.array(texts, type=pa.large_string(), from_pandas=True), value_set=value_set, skip_nulls=True)
    return np.asarray(found, dtype=np.bool_)
