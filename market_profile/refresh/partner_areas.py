"""The areas that partners see, chosen once from published numbers: the smallest ones that mostly show.

Levels: as they are; merged to MSOAs where the names say so; then neighbouring groups of a growing size. The first level
at which ``[disclosure] least_shown_pct`` of the published cells (street crime of twelve months, area by crime type) are
above the hidden class is written down. Counts of the force's own records take no part, and the table is never made
again by itself: a geography that followed the data would tell of them, and one that moved would let editions be
subtracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from market_profile.contracts.tables import Areas, Tables
from market_profile.editions.disclosure import Policy, rounded_count
from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.refresh.plan import open_workspace, take_in
from market_profile.sources.merging import merged_by_name, merged_by_size
from market_profile.store import Warehouse, workspace_lock
from market_profile.store.publish import write_file

FILE = "boundaries/partner_areas.csv"
_GROWTH = 1.25
_MONTHS = 12
_LEAST_AREAS = 2


@dataclass(frozen=True)
class Chosen:
    """A table of merged areas: how many there are, and the share of published cells that show with them."""

    table: pd.DataFrame
    areas: int
    shown_pct: float
    is_enough: bool


def choose_partner_areas(folder: Path) -> Chosen:
    """Write ``boundaries/partner_areas.csv`` for the workspace, once; ``WrongUse`` where it stands already."""
    with workspace_lock(folder / "store"):
        workspace = open_workspace(folder)
        if (folder / FILE).exists() or workspace.settings.disclosure.merge_partner_areas:
            raise WrongUse(
                "partner areas are fixed already; changing them between editions would let partners subtract"
            )
        batch, _ = take_in(workspace)
        tables = Warehouse(workspace.store).tables(batch)
        chosen = choose(workspace.areas, tables, workspace.settings.disclosure.least_shown_pct)
        write_file(folder / FILE, chosen.table.to_csv(index=False, lineterminator="\n").encode())
    return chosen


def choose(areas: Areas, tables: Tables, least_shown_pct: float) -> Chosen:
    """Return the finest level that mostly shows; where none does, the coarsest, which says so."""
    counts = published_counts(tables, areas)
    chosen: Chosen | None = None
    for table in levels(areas, residents(tables, areas)):
        shown = shown_pct(counts, table)
        chosen = Chosen(table, table["merged_code"].nunique(), shown, shown >= least_shown_pct)
        if chosen.is_enough:
            break
    if chosen is None:
        raise WrongUse("there are no partner areas to merge")
    return chosen


def levels(areas: Areas, sizes: Mapping[str, float]) -> Iterator[pd.DataFrame]:
    """Yield ever coarser tables, from every area by itself to two areas."""
    yield merged_by_size(areas, None, sizes, 0.0)
    start = merged_by_name(areas)
    if start is not None:
        yield start
    least = sum(sizes.values()) / len(areas.frame)
    count = len(areas.frame)
    while count > _LEAST_AREAS:
        least *= _GROWTH
        table = merged_by_size(areas, start, sizes, least)
        if table["merged_code"].nunique() < count:
            count = table["merged_code"].nunique()
            if count >= _LEAST_AREAS:
                yield table


def residents(tables: Tables, areas: Areas) -> dict[str, float]:
    """Return the residents of each area as published; where they are not known for all, every area counts as one."""
    codes = areas.frame["area_code"].astype("str")
    known = tables.get("population").drop_duplicates("area_code").set_index("area_code")["residents"].reindex(codes)
    sizes = known.astype("float64") if known.notna().all() and (known > 0).all() else pd.Series(1.0, index=codes)
    return {str(code): float(size) for code, size in sizes.items()}


def published_counts(tables: Tables, areas: Areas) -> pd.DataFrame:
    """Return published street crimes of the last twelve months, area by type; ``WrongUse`` where there are none."""
    crime = tables.get("street_crime")
    crime = crime[crime["lsoa_code"].isin(areas.frame["area_code"])]
    if crime.empty:
        raise WrongUse(
            "partner areas are chosen by published street crime; put files of data.police.uk with the codes of "
            "area.partner_areas into inbox/, or write the table yourself (disclosure.merge_partner_areas)"
        )
    first = Month(str(crime["month"].max())).plus(1 - _MONTHS)
    recent = crime[crime["month"] >= first.text]
    return pd.crosstab(recent["lsoa_code"], recent["crime_type"])


def shown_pct(counts: pd.DataFrame, table: pd.DataFrame) -> float:
    """Return the share of cells (merged area by crime type) that show a number, in per cent."""
    merged = table.set_index("area_code")["merged_code"]
    cells = counts.reindex(merged.index, fill_value=0).groupby(merged).sum()
    policy = Policy()
    return float(100 * cells.map(lambda n: rounded_count(int(n), policy) is not None).to_numpy().mean())
