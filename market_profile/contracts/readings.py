"""What reading a column of text gives: typed values and a reason where a cell could not be read exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.terms import Reason

_NO_REASON = pa.scalar("", type=pa.large_string())
SHAPE_CHARACTERS = 24
"""A longer cell's shape is cut: the form of its start is enough to find the mistake."""


@dataclass(frozen=True)
class Reading:
    """Typed values with the index of the text, and per row a reason code (``""`` where the cell is read or blank)."""

    values: pd.Series
    reason: pd.Series
    is_clean: bool = False
    """Every cell is known to be read or blank; False where nobody looked."""


def plain(text: pd.Series) -> pd.Series:
    """Return ``text`` as str without missing values, trimmed of spaces of every kind (also no-break ones)."""
    cells = pc.fill_null(pa.array(text.astype("str"), type=pa.large_string()), "")
    tidy = pc.utf8_trim_whitespace(pc.replace_substring(cells, "\u00a0", " "))
    return pd.Series(pd.array(tidy, dtype="str"), index=text.index, copy=False)


def fold(text: pd.Series) -> pd.Series:
    """Return ``text`` in lower case with runs of spaces made one, for comparison only."""
    return text.str.lower().str.replace(r"\s+", " ", regex=True).str.strip()


def by_value(text: pd.Series, read: Callable[[pd.Series], Reading]) -> Reading:
    """Return ``read`` of ``text``, done once for each distinct cell: extracts repeat themselves."""
    codes, distinct = pd.factorize(text)
    reading = read(pd.Series(distinct, dtype="str"))
    values = reading.values.take(codes).set_axis(text.index)
    if not (reading.reason != "").any():
        return Reading(values, no_reasons(text.index), is_clean=True)
    return Reading(values, reading.reason.take(codes).set_axis(text.index))


def no_reasons(index: pd.Index) -> pd.Series:
    """Return a reason column without a fault."""
    return pd.Series(pd.array(pa.repeat(_NO_REASON, len(index)), dtype="str"), index=index, copy=False)


def is_among(text: pd.Series, known: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which cells of ``text`` are among ``known``; both hold text without missing values."""
    values = pa.array(known, type=pa.large_string())
    return np.asarray(pc.is_in(pa.array(text, type=pa.large_string()), value_set=values), dtype=bool)


def reasons(text: pd.Series, faulty: pd.Series, reason: Reason) -> pd.Series:
    """Return a reason column: ``reason`` where ``faulty``, else ``""``."""
    return pd.Series(np.where(faulty.to_numpy(dtype=bool), str(reason), ""), index=text.index, dtype="str")


def shape_of(text: pd.Series) -> pd.Series:
    """Return the shape of each cell: digits as 9, letters as A or a, the rest as it is; never the content.

    Example:
        >>> shape_of(pd.Series(["03/04/2019"])).tolist()
        ['10 characters of the form 99/99/9999']
    """
    codes, distinct = pd.factorize(text)
    return _shape_of(pd.Series(distinct, dtype="str")).take(codes).set_axis(text.index)


def _shape_of(text: pd.Series) -> pd.Series:
    start = text.str.slice(0, SHAPE_CHARACTERS)
    form = start.str.replace(r"\d", "9", regex=True).str.replace(r"[A-Z]", "A", regex=True)
    form = form.str.replace(r"[^\W\dA_]", "a", regex=True).str.replace(r"[^\x20-\x7e£]", "?", regex=True)
    length = text.str.len()
    noun = pd.Series(np.where(length == 1, " character of the form ", " characters of the form "), index=text.index)
    more = pd.Series(np.where(length > SHAPE_CHARACTERS, "...", ""), index=text.index)
    return length.astype("str") + noun.astype("str") + form + more.astype("str")
