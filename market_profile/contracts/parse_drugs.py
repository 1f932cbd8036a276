"""Drugs by name or street name, through ``data/drugs.csv`` and ``data/street_names.csv``."""

from __future__ import annotations

from functools import cache

import pandas as pd

from market_profile.contracts.readings import Reading, by_value, fold, reasons
from market_profile.reference import reference_table
from market_profile.terms import Reason


@cache
def _names() -> dict[str, str]:
    drugs, street = reference_table("drugs"), reference_table("street_names")
    known = dict(zip(fold(street["street_name"]), street["drug"], strict=True))
    return known | dict(zip(fold(drugs["drug"]), drugs["drug"], strict=True))


def read_drugs(text: pd.Series) -> Reading:
    """Return the reference name of the one drug that trimmed ``text`` names; others are ``unknown_value``.

    Example:
        >>> read_drugs(pd.Series(["Brown", "Crack Cocaine"])).values.tolist()
        ['heroin', 'crack']
    """

    def read(cells: pd.Series) -> Reading:
        """Read distinct cells against names and street names."""
        found = fold(cells).map(_names()).fillna("").astype("str")
        return Reading(found, reasons(cells, (found == "") & (cells != ""), Reason.UNKNOWN_VALUE))

    return by_value(text, read)


def read_drug_lists(text: pd.Series) -> Reading:
    """Return pipe-separated reference names, each once, in order; one unknown name makes the cell ``unknown_value``."""

    def read(cells: pd.Series) -> Reading:
        """Read each part of distinct cells, and join them again."""
        parts = cells.str.split("|").explode().str.strip()
        parts = parts[parts != ""]
        named = pd.DataFrame({"cell": parts.index, "drug": fold(parts).map(_names()).to_numpy()})
        unknown = cells.index.isin(named.loc[named["drug"].isna(), "cell"])
        named = named.dropna().drop_duplicates()
        joined = named.groupby("cell", sort=False)["drug"].agg("|".join) if len(named) else pd.Series(dtype="str")
        found = joined.reindex(cells.index).fillna("").astype("str")
        faulty = pd.Series(unknown, index=cells.index)
        return Reading(found.mask(faulty, ""), reasons(cells, faulty, Reason.UNKNOWN_VALUE))

    return by_value(text, read)


def drug_class(drug: pd.Series, on: pd.Series) -> pd.Series:
    """Return the class (``A``, ``B``, ``C``) that each drug had on each date; ``""`` where none or the date is missing.

    ``drug`` holds reference names; a period runs from its first day up to, not with, its last.
    Source: ``data/drug_classes.csv`` (Misuse of Drugs Act 1971 and its amendments).

    Example:
        >>> drug_class(pd.Series(["cannabis"] * 2), pd.to_datetime(pd.Series(["2008-12-31", "2009-01-26"]))).tolist()
        ['C', 'B']
    """
    table = reference_table("drug_classes")
    spans = pd.DataFrame(
        {
            "drug": table["drug"],
            "class": table["class"],
            "first": pd.to_datetime(table["from"]),
            "end": pd.to_datetime(table["to"].replace("", "2200-01-01")),
        }
    )
    asked = pd.DataFrame({"row": range(len(drug)), "drug": drug.to_numpy(), "on": on.to_numpy()})
    pairs = asked.merge(spans, on="drug")
    held = pairs[(pairs["on"] >= pairs["first"]) & (pairs["on"] < pairs["end"])]
    classes = held.set_index("row")["class"].reindex(asked["row"]).fillna("").astype("str")
    return classes.set_axis(drug.index).rename(None)
