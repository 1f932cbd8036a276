"""Ids as numbers: rows are joined, counted and ordered by whole numbers, and texts are looked up once.

Numbers follow the order of the texts (by code point), so that an order by number is an order by text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Texts = pd.Series | pd.Index | Iterable[str]


def among(values: pd.Series | pd.Index, known: Texts) -> NDArray[np.bool_]:
    """Return which of ``values`` are among the texts ``known``.

    Example:
        >>> among(pd.Series(["a", "b", "a"]), {"a"}).tolist()
        [True, False, True]
    """
    found: NDArray[np.bool_] = np.asarray(pc.is_in(_array(values), value_set=_array(known)))
    return found


def places(values: pd.Series | pd.Index, known: Texts) -> Ints:
    """Return the place of each of ``values`` among the texts ``known``, the first of equals (-1: not among them).

    Example:
        >>> places(pd.Series(["b", "c"]), ["a", "b", "b"]).tolist()
        [1, -1]
    """
    found = pc.fill_null(pc.index_in(_array(values), value_set=_array(known)), -1)
    return np.asarray(found).astype(np.int64)


def places_of_runs(values: pd.Series | pd.Index, known: Texts) -> Ints:
    """Return what ``places`` does, for values that mostly stand beside their equals: each run of one text is looked up
    once, and none where the runs are all of ``known`` (each text once) in its order.

    Example:
        >>> places_of_runs(pd.Series(["a", "a", "c", "b"]), ["a", "b"]).tolist()
        [0, 0, -1, 1]
    """
    texts, those = _array(values), _array(known)
    if not len(texts):
        return np.empty(0, dtype=np.int64)
    is_new = np.concatenate([[True], np.asarray(pc.fill_null(pc.not_equal(texts[1:], texts[:-1]), True))])
    run = np.cumsum(is_new) - 1
    heads = texts.filter(pa.array(is_new))
    if heads.equals(those):
        return run
    found: Ints = np.asarray(pc.fill_null(pc.index_in(heads, value_set=those), -1)).astype(np.int64)[run]
    return found


def ordered(values: pd.Series | pd.Index) -> tuple[pd.Index, Ints]:
    """Return the different texts of ``values`` in order, and for each value the place of its text.

    Example:
        >>> names, code = ordered(pd.Series(["b", "a", "b"]))
        >>> names.tolist(), code.tolist()
        (['a', 'b'], [1, 0, 1])
    """
    coded = _array(values).dictionary_encode()
    order = np.asarray(pc.sort_indices(coded.dictionary)).astype(np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    names = pd.Index(coded.dictionary.take(pa.array(order)).to_pandas(), dtype="str")
    return names, rank[np.asarray(coded.indices)] if len(rank) else np.empty(0, dtype=np.int64)


def in_order(values: pd.Series | pd.Index) -> Ints:
    """Return the rows of ``values`` in the order of their texts, equals as they stand.

    Example:
        >>> in_order(pd.Series(["b", "a", "b"])).tolist()
        [1, 0, 2]
    """
    return np.asarray(pc.array_sort_indices(_array(values))).astype(np.int64)


def row_numbers(*frames: pd.DataFrame) -> list[Ints]:
    """Return a number for each row of ``frames`` (text columns alike): equal rows have one, in order of the rows.

    Example:
        >>> one, other = pd.DataFrame({"a": ["x", "y"]}), pd.DataFrame({"a": ["y", "z"]})
        >>> [number.tolist() for number in row_numbers(one, other)]
        [[0, 1], [1, 2]]
    """
    both = pd.concat(frames, ignore_index=True)
    number = np.zeros(len(both), dtype=np.int64)
    for column in both.columns:
        names, code = ordered(both[column])
        number = np.unique(number * len(names) + code, return_inverse=True)[1]
    return np.split(number, np.cumsum([len(frame) for frame in frames])[:-1])


def codes_of(column: pd.Series) -> Ints:
    """Return the number of each value of a column of categories.

    Example:
        >>> codes_of(pd.Series(["b", "a"], dtype=pd.CategoricalDtype(["a", "b"]))).tolist()
        [1, 0]
    """
    return np.asarray(column.cat.codes).astype(np.int64)


def distinct(numbers: Ints) -> Ints:
    """Return the different ones of ``numbers``, in order; they are sorted, which many numbers come through far sooner
    than the table that ``np.unique`` makes of them.

    Example:
        >>> distinct(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    found = np.sort(numbers, kind="stable")
    return found[np.concatenate([[True], found[1:] != found[:-1]])] if len(found) else found


def is_one_of(numbers: Ints, known: Ints) -> NDArray[np.bool_]:
    """Return which of ``numbers`` are among ``known``; looked up, not sorted together as ``np.isin`` does.

    Example:
        >>> is_one_of(np.array([3, 1, 3]), np.array([3, 4])).tolist()
        [True, False, True]
    """
    found: NDArray[np.bool_] = pd.Index(numbers).isin(known)
    return found


def matches(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Return the rows of ``left`` and of ``right`` that hold the same number, -1 apart; in order of both.

    Example:
        >>> [rows.tolist() for rows in matches(np.array([5, -1, 7]), np.array([7, 5, 7, -1]))]
        [[0, 2, 2], [1, 0, 2]]
    """
    order = np.argsort(right, kind="stable")
    known = right[order]
    first, last = (np.searchsorted(known, left, side=side) for side in _SIDES)
    size = np.where(left >= 0, last - first, 0)
    one = np.repeat(np.arange(len(left)), size)
    place = np.arange(len(one)) + np.repeat(first - (np.cumsum(size) - size), size)
    return one, order[place]


_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


def _array(values: Texts) -> pa.Array:
    """Return the texts as one Arrow array; missing ones as nothing."""
    texts = values if isinstance(values, pd.Series | pd.Index) else list(values)
    if isinstance(texts, pd.Series) and isinstance(texts.dtype, pd.CategoricalDtype):
        texts = texts.astype("str")
    found = pa.array(texts, type=pa.large_string(), from_pandas=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
