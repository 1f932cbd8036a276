"""Columns that hold a list a row: made and merged by sorting once, without touching rows one by one."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Any

import numpy as np
import pandas as pd


def as_lists(owner: Any, values: Any, count: int) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return, for owners 0..count-1, the sorted distinct ``values`` of each as an array.

    Example:
        >>> [part.tolist() for part in as_lists([1, 0, 1, 1], ["b", "a", "a", "b"], 3)]
        [['a'], ['a', 'b'], []]
    """
    codes, names = pd.factorize(np.asarray(values), sort=True)
    pair = np.unique(np.asarray(owner, dtype=np.int64) * max(len(names), 1) + codes)
    whose, what = np.divmod(pair, max(len(names), 1))
    ends = np.searchsorted(whose, np.arange(count + 1))
    ordered = np.asarray(names)[what]
    return np.fromiter((ordered[start:end] for start, end in pairwise(ends.tolist())), dtype=object, count=count)


def split_lists(column: pd.Series, separator: str = "|") -> pd.Series:
    """Return the parts of each text as a list, none where it is blank; equal texts share one list."""
    code, values = pd.factorize(column.to_numpy(dtype=object))
    parts = np.empty(len(values), dtype=object)
    parts[:] = [value.split(separator) if value else [] for value in values]
    return pd.Series(parts[code], index=column.index)


def exploded(column: pd.Series) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return (position of the row, value) of every element of a column of lists."""
    parts = column.to_numpy()
    sizes = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    if len(parts) and isinstance(parts[0], np.ndarray):
        values = np.concatenate(parts)
    else:
        values = np.fromiter(chain.from_iterable(parts), dtype=object, count=int(sizes.sum()))
    return np.repeat(np.arange(len(column)), sizes), values
