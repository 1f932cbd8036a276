"""Columns of a frame as texts, a whole column at a time (Arrow), and rows joined of them: for CSV and GraphML.

Each different cell is looked at once, and a text of plain letters not at all: the rest runs inside Arrow's kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Texts = Any
"""A ``pyarrow.LargeStringArray``: one text a row, null where the cell is missing."""

MOST_DIGITS = 1e10
"""Whole numbers below this have the same text with ten significant digits as without a limit."""


@dataclass(frozen=True)
class Plain:
    """Texts that need no work: ``others`` turns bytes that they may not hold into 1 and the rest into 0, ``starts``
    marks the bytes that one may begin with."""

    others: bytes
    starts: NDArray[np.bool_]

    @classmethod
    def of(cls, letters: str, first: str) -> Plain:
        """Return the plain texts of these ASCII letters, which begin with one of ``first``."""
        known, starts = letters.encode("ascii"), np.zeros(256, dtype=np.bool_)
        starts[np.frombuffer(first.encode("ascii"), dtype=np.uint8)] = True
        return cls(bytes(byte not in known for byte in range(256)), starts)

    def odd(self, texts: Texts) -> NDArray[np.bool_]:
        """Tell which texts are not plain; a missing or empty one is."""
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets, dtype="int64")[texts.offset : texts.offset + len(texts) + 1]
        odd = np.zeros(len(texts), dtype=np.bool_)
        if data is None or ends[0] == ends[-1]:
            return odd
        held = data.slice(int(ends[0]), int(ends[-1] - ends[0])).to_pybytes()
        ends = ends - ends[0]
        at = np.flatnonzero(np.frombuffer(held.translate(self.others), dtype=np.bool_))
        odd[np.searchsorted(ends, at, side="right") - 1] = True
        filled = np.flatnonzero(ends[1:] > ends[:-1])
        odd[filled[~self.starts[np.frombuffer(held, dtype=np.uint8)[ends[filled]]]]] = True
        return odd


def text_cells(column: pd.Series, made: Callable[[Texts], Texts], plain: Plain, mark: str = "") -> Texts:
    """Return the cells of a text column: ``plain`` ones as they are between two of ``mark``, others by ``made``.

    Null where missing. Raises ``UnicodeError`` or ``pyarrow.ArrowInvalid`` where a text is not valid Unicode.
    """
    texts = _array(column, pa.large_string())
    odd = plain.odd(texts)
    kept = wrapped(texts, mark, mark) if mark else texts
    if not odd.any():
        return kept
    chosen = pa.array(odd)
    return pc.replace_with_mask(kept, chosen, made(texts.filter(chosen)))


def each_text(texts: Texts, made: Callable[[str], str]) -> Texts:
    """Return every text through ``made``, each different one once."""
    return _each_once(texts, lambda known: [made(text) for text in known.to_pylist()])


def number_cells(values: np.ndarray, made: Callable[[float], str]) -> Texts:
    """Return the texts of floats, each different one (by its bits) through ``made``; null where not a number."""
    bits = pa.array(np.ascontiguousarray(values, dtype="float64").view("int64"), mask=np.isnan(values))

    def texts(known: Any) -> list[str]:
        """Return the texts of different floats, given by their bits."""
        return [made(number) for number in known.to_numpy(zero_copy_only=False).view("float64").tolist()]

    return _each_once(bits, texts)


def whole_cells(column: pd.Series) -> Texts:
    """Return the texts of whole numbers; null where missing."""
    return pc.cast(_array(column), pa.large_string())


def flag_cells(column: pd.Series, words: tuple[str, str]) -> Texts:
    """Return the words for true and false; null where missing."""
    yes, no = (pa.scalar(word, pa.large_string()) for word in words)
    return pc.if_else(_array(column), yes, no)


def is_whole(values: np.ndarray) -> bool:
    """Tell whether every number is whole, known, no negative nought and below ``MOST_DIGITS``."""
    with np.errstate(invalid="ignore"):
        fits = (np.abs(values) < MOST_DIGITS) & (np.trunc(values) == values)
    return bool((fits & ~((values == 0) & np.signbit(values))).all())


def joined(columns: Sequence[Texts], between: str) -> Texts:
    """Return the rows: the cells of each joined with ``between``, missing ones as nothing."""
    row = pa.scalar(between, pa.large_string())
    return pc.binary_join_element_wise(*columns, row, null_handling="replace", null_replacement="")


def wrapped(texts: Texts, before: str, after: str) -> Texts:
    """Return every text between ``before`` and ``after``; null stays null."""
    sides = [pa.scalar(side, pa.large_string()) for side in (before, after, "")]
    return pc.binary_join_element_wise(sides[0], texts, *sides[1:], null_handling="emit_null")


def content(texts: Texts) -> bytes:
    """Return all texts one after another, as UTF-8."""
    if not len(texts):
        return b""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype="int64")[texts.offset : texts.offset + len(texts) + 1]
    return data.slice(int(ends[0]), int(ends[-1] - ends[0])).to_pybytes() if data is not None else b""


def one_text(text: str) -> Any:
    """Return a text that stands in every row of ``joined``."""
    return pa.scalar(text, pa.large_string())


def others(known: Texts, *columns: Texts) -> Texts:
    """Return the different texts of ``columns``, in order of appearance, that are not in ``known``."""
    found = pc.unique(stacked(columns))
    return found.filter(pc.invert(pc.is_in(found, value_set=known)))


def as_texts(texts: Sequence[str | None]) -> Texts:
    """Return texts of Python as a column of texts."""
    return pa.array(texts, type=pa.large_string())


def stacked(parts: Sequence[Texts]) -> Texts:
    """Return the parts of a column, one below the other."""
    return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)


def date_cells(values: np.ndarray) -> Texts:
    """Return the texts of ``datetime64``: dates, with hours where any has hours; null where not a time."""
    is_known = ~np.isnat(values)
    if _has_plain_times(values):
        is_dated = bool(((values.astype("datetime64[D]") == values) | ~is_known).all())
        return _time_texts(values, "D" if is_dated else "s")
    texts = np.full(values.shape, None, dtype=object)
    written: str = pd.DataFrame({0: values[is_known]}).to_csv(index=False, header=False, lineterminator="\n")
    texts[is_known] = written.splitlines()
    return as_texts(texts.tolist())


def time_cells(column: pd.Series) -> Texts:
    """Return times as ISO 8601 texts, the hour after a T; null where missing."""
    if isinstance(column.dtype, np.dtype) and _has_plain_times(column.to_numpy()):
        return pc.replace_substring(_time_texts(column.to_numpy(), "s"), " ", "T")
    return as_texts([None if cell is pd.NaT else str(cell.isoformat()) for cell in column])


def _has_plain_times(values: np.ndarray) -> bool:
    """Tell whether all times are whole seconds of years of four digits."""
    is_missing = np.isnat(values)
    known = values[~is_missing]
    is_whole_second = bool(((values.astype("datetime64[s]") == values) | is_missing).all())
    return not len(known) or bool(is_whole_second and known.min() >= _FIRST and known.max() < _END)


def _time_texts(values: np.ndarray, unit: str) -> Texts:
    plain = values.astype(f"datetime64[{unit}]").astype("int64").astype("int32" if unit == "D" else "int64")
    kind = pa.date32() if unit == "D" else pa.timestamp("s")
    return pa.array(plain, mask=np.isnat(values)).cast(kind).cast(pa.large_string())


_FIRST, _END = np.datetime64("1000-01-01"), np.datetime64("10000-01-01")
"""Years of four digits."""


def _array(column: pd.Series, kind: Any = None) -> Any:
    made = pa.array(column, from_pandas=True)
    if isinstance(made, pa.ChunkedArray):
        made = made.combine_chunks()
    return made if kind is None or made.type == kind else made.cast(kind)


def _each_once(array: Any, made: Callable[[Any], list[str]]) -> Texts:
    encoded = array.dictionary_encode()
    return as_texts(made(encoded.dictionary)).take(encoded.indices)
