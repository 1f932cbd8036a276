"""Units of weight, volume and count, read through ``data/units.csv``: grams are never added to wraps."""

from __future__ import annotations

from functools import cache

import pandas as pd

from market_profile.contracts.readings import Reading, by_value, fold, reasons
from market_profile.reference import reference_table
from market_profile.terms import Reason


@cache
def _spellings() -> dict[str, str]:
    table = reference_table("units")
    return dict(zip(fold(table["spelling"]), table["unit"], strict=True))


def read_units(text: pd.Series) -> Reading:
    """Return the unit that trimmed ``text`` spells; others are ``unknown_unit``.

    Example:
        >>> read_units(pd.Series(["8th", "Grams", "wrap"])).values.tolist()
        ['eighth', 'g', 'wraps']
    """

    def read(cells: pd.Series) -> Reading:
        """Read distinct cells against the known spellings."""
        found = fold(cells).str.rstrip(".").map(_spellings())
        found = found.fillna(fold(cells).map(_spellings())).fillna("").astype("str")
        return Reading(found, reasons(cells, (found == "") & (cells != ""), Reason.UNKNOWN_UNIT))

    return by_value(text, read)


def grams_of(quantity: pd.Series, unit: pd.Series) -> pd.Series:
    """Return ``quantity`` in grams where ``unit`` (a unit of data/units.csv) is a weight, else NaN.

    Example:
        >>> grams_of(pd.Series([2.0, 3.0]), pd.Series(["kg", "wraps"])).tolist()
        [2000.0, nan]
    """
    table = reference_table("units")
    table = table[table["grams"] != ""].drop_duplicates("unit")
    factors = dict(zip(table["unit"], table["grams"].astype(float), strict=True))
    return quantity * unit.map(factors).astype("float64")
