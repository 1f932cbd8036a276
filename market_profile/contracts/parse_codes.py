"""Codes, flags and lists: folded for comparison, mapped as area.toml declares, never defaulted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from market_profile.contracts.columns import Vocabulary
from market_profile.contracts.readings import Reading, by_value, fold, reasons
from market_profile.terms import Reason

_FLAGS = {"y": True, "yes": True, "true": True, "t": True, "1": True} | {
    "n": False,
    "no": False,
    "false": False,
    "f": False,
    "0": False,
}


def fold_code(text: pd.Series) -> pd.Series:
    """Return ``text`` in lower case without spaces, underscores and hyphens: ``Line-Holder`` is ``line_holder``."""
    return text.str.lower().str.replace("×", "x", regex=False).str.replace(r"[\s_\-]+", "", regex=True)


def read_codes(text: pd.Series, allowed: Vocabulary) -> Reading:
    """Return the values of ``allowed`` that trimmed ``text`` names; others are ``unknown_value``."""

    def read(cells: pd.Series) -> Reading:
        """Read distinct cells against the vocabulary."""
        values = pd.Series(list(allowed.values()), dtype="str")
        known = dict(zip(fold_code(values), values, strict=True))
        found = fold_code(cells).map(known).fillna("").astype("str")
        return Reading(found, reasons(cells, (found == "") & (cells != ""), Reason.UNKNOWN_VALUE))

    return by_value(text, read)


def read_flags(text: pd.Series) -> Reading:
    """Return ``boolean`` of trimmed ``text`` (Y/N, yes/no, true/false, 1/0); blank is missing, not N."""

    def read(cells: pd.Series) -> Reading:
        """Read distinct cells as flags."""
        found = fold(cells).map(_FLAGS).astype("boolean")
        return Reading(found, reasons(cells, found.isna() & (cells != ""), Reason.UNKNOWN_VALUE))

    return by_value(text, read)


def read_lists(text: pd.Series) -> Reading:
    """Return pipe-separated lists with each part trimmed and empty parts dropped; order and case are kept."""

    def read(cells: pd.Series) -> Reading:
        """Tidy distinct cells; no list is faulty."""
        tidy = cells.str.replace(r"\s*\|[\s|]*", "|", regex=True).str.strip("| ")
        return Reading(tidy, pd.Series("", index=cells.index, dtype="str"))

    return by_value(text, read)


def apply_mapping(text: pd.Series, mapping: Mapping[str, str]) -> pd.Series:
    """Return ``text`` with their codes replaced by ours: exact matches first, then after case and space folding."""
    if not mapping:
        return text
    folded = {" ".join(theirs.lower().split()): ours for theirs, ours in sorted(mapping.items())}
    codes, distinct = pd.factorize(text)
    cells = pd.Series(distinct, dtype="str")
    mapped = cells.map(dict(mapping)).fillna(fold(cells).map(folded)).fillna(cells).astype("str")
    return mapped.take(codes).set_axis(text.index)
