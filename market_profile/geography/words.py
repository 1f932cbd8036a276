"""Texts that stand in many records, read once each: kinds of crime, and words that name no place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOT_A_PLACE = r"police station|no location|unknown|not known"
"""Location texts that name no place of the offence: 1.7 % of published drug offences sit at 'Police Station' and
3.3 % at 'No Location' (PEERS.md)."""


def each_once(values: pd.Series, read: Callable[[pd.Series], Any]) -> NDArray[Any]:
    """Return ``read(values)`` as an array, worked out on the distinct values alone; ``read`` keeps order and length.

    Example:
        >>> each_once(pd.Series(["b", "a", "b"]), lambda texts: texts.str.upper()).tolist()
        ['B', 'A', 'B']
    """
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    return np.asarray(read(pd.Series(distinct)))[codes]


def names_no_place(text: pd.Series) -> NDArray[np.bool_]:
    """Tell which location texts name no place (NOT_A_PLACE)."""
    return each_once(text, lambda one: one.str.contains(NOT_A_PLACE, case=False, regex=True).fillna(False).astype(bool))


def folded(text: pd.Series) -> NDArray[Any]:
    """Return the texts with case folded."""
    return each_once(text, lambda one: one.str.casefold())


def numbered(values: pd.Series, numbers: dict[str, int]) -> NDArray[np.int64]:
    """Return the number of each text in ``numbers``, -1 where it has none."""
    return each_once(values, lambda one: one.map(numbers).fillna(-1).astype(np.int64))
