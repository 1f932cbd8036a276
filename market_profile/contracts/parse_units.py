"""Units of weight and count, read through ``data/units.csv``: grams are never added to wraps."""

from __future__ import annotations

import pandas as pd

from market_profile.reference import reference_table


def grams_of(quantity: pd.Series, unit: pd.Series) -> pd.Series:
    """Return ``quantity`` in grams where ``unit`` (a unit of data/units.csv) is a weight, else NaN."""
    table = reference_table("units")
    table = table[table["grams"] != ""].drop_duplicates("unit")
    factors = dict(zip(table["unit"], table["grams"].astype(float), strict=True))
    return quantity * unit.map(factors).astype("float64")
