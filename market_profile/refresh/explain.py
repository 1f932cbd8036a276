"""From a figure on the page back to the records behind it (internal use only)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from market_profile.errors import InputRefused, WrongUse

_BY_ID = (
    ("nominal_id", "nominal_records", "mentions resolved to this nominal"),
    ("market_id", "market_records", "records with a place inside this market"),
    ("cell_id", "cell_records", "records with a place inside this cell"),
    ("definition_id", "figure_records", "records that this figure counts"),
    ("target_id", "target_parts", "the parts that add up to this target's score"),
)
"""(id column, table of the planner edition, what its rows are); the first table that knows the id answers."""


@dataclass(frozen=True)
class Explanation:
    """What the figure is and the records behind it."""

    title: str
    how: str
    records: pd.DataFrame


def explain_figure(workspace: Path, edition: Path, figure: str) -> Explanation:
    """Return the records behind ``figure``: a nominal, market, cell, definition or target id of the edition.

    Raises ``WrongUse`` where the edition knows no such id.
    """
    tables = edition / "planner" / "tables"
    if not tables.is_dir():
        raise InputRefused("the edition has no tables; run market-profile refresh again")
    for column, name, how in _BY_ID:
        path = tables / f"{name}.csv"
        if not path.is_file():
            continue
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if column in frame and (frame[column] == figure).any():
            return Explanation(f"{figure} ({edition.name})", how, frame[frame[column] == figure])
    raise WrongUse(
        "the edition knows no such figure; give a nominal id (N...), market id, cell id, target id or the id of a "
        "definition card"
    )
