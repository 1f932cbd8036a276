"""Which texts of a column are among others, and where: one pass in Arrow, where pandas takes a step of Python per
known text."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def places_among(texts: pd.Series, known: pd.Series) -> NDArray[np.int64]:
    """Return where each of ``texts`` first stands in ``known``, -1 where it does not.

    Example:
        >>> places_among(pd.Series(["b", "c"]), pd.Series(["a", "b"])).tolist()
        [1, -1]
    """
    values, value_set = (pa.array(each, type=pa.large_string(), from_pandas=True) for each in (texts, known))
    found = pc.index_in(values, value_set=value_set, skip_nulls=True)
    return np.asarray(found.fill_null(-1), dtype=np.int64)


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
