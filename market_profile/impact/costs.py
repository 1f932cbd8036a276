"""Social cost of offences under several tables of unit costs, and what the work cost: a range, never one number.

Unit costs stand in data/unit_costs.csv with source and date, and in area.toml for the area's own; which group of a
table prices an offence stands in data/offence_costs.csv. A group without a unit cost is left out, never priced at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from market_profile.errors import SettingsError
from market_profile.reference import reference_table
from market_profile.room_settings import ImpactSettings
from market_profile.terms import RecordGroup

AREA_TABLE = "area"
"""Name of the area's own table."""
COMPARED = ("operation_reduction", "home_office_2018")
"""Tables of data/unit_costs.csv that are always set side by side with the area's own."""
TABLE_COLUMNS = ("table", "priced", "offences", "cost_gbp", "mean_gbp", "spent_gbp", "break_even_offences", "source")
BENEFIT_COLUMNS = (
    "table", "record_group", "avoided", "avoided_low", "avoided_high", "mean_gbp", "benefit_gbp", "benefit_low_gbp",
    "benefit_high_gbp", "can_claim",
)  # fmt: skip


def unit_costs(table: str, own: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return the unit costs of one table: offence_group, unit_cost_gbp, source.

    ``own`` are the area's own (table ``area``). Raises SettingsError where the table is not there, naming those that
    are.
    """
    if table == AREA_TABLE and own:
        priced = [{"offence_group": group, "unit_cost_gbp": float(cost)} for group, cost in sorted(own.items())]
        return pd.DataFrame(priced).assign(source="the area's own unit costs, area.toml")
    rows = reference_table("unit_costs")
    chosen = rows[rows["table"] == table]
    if chosen.empty:
        names = ", ".join(sorted(rows["table"].unique()))
        raise SettingsError(f"area.toml: impact.unit_costs: no table of that name in data/unit_costs.csv; use {names}")
    costs = chosen.assign(unit_cost_gbp=chosen["cost_gbp"].astype(float))
    return costs[["offence_group", "unit_cost_gbp", "source"]].reset_index(drop=True)


def social_costs(offences: pd.DataFrame, table: str, own: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return offence_group, priced_as, count, unit_cost_gbp, cost_gbp, source for ``offences`` (offence_group, count).

    Groups are matched after case folding: by their own name, else by data/offence_costs.csv.
    """
    keyed = _keyed(table) if table != AREA_TABLE or not own else _by_key(unit_costs(table, own))
    counted = offences.assign(key=offences["offence_group"].str.casefold())
    counted = counted.groupby("key", sort=True)["count"].sum().reset_index()
    own_name = counted["key"].isin(keyed.index)
    counted["priced"] = counted["key"].where(own_name, counted["key"].map(_nearest(table)))
    known = counted[counted["priced"].isin(keyed.index)].reset_index(drop=True)
    price = keyed.loc[known["priced"]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "offence_group": known["key"],
            "priced_as": price["offence_group"],
            "count": known["count"],
            "unit_cost_gbp": price["unit_cost_gbp"],
            "cost_gbp": known["count"].astype(float) * price["unit_cost_gbp"],
            "source": price["source"],
        }
    )


def published_cost(offence: str, table: str) -> float:
    """Return what a published table says one offence of a group costs (£), 0 where it does not price it.

    The group is matched as in ``social_costs``.
    """
    prices: dict[str, float] = dict(zip(_keyed(table).index, _keyed(table)["unit_cost_gbp"], strict=True))
    key = offence.casefold()
    return prices.get(key, prices.get(_nearest(table).get(key, ""), 0.0))


def _by_key(costs: pd.DataFrame) -> pd.DataFrame:
    return costs.assign(key=costs["offence_group"].str.casefold()).drop_duplicates("key").set_index("key")


@cache
def _keyed(table: str) -> pd.DataFrame:
    """Return a published table of unit costs by folded offence group."""
    return _by_key(unit_costs(table))


@cache
def _nearest(table: str) -> dict[str, str]:
    """Return the group of a table that prices each offence which the table does not name, both folded."""
    rows = reference_table("offence_costs")
    rows = rows[rows["table"] == table]
    return dict(zip(rows["offence_group"].str.casefold(), rows["priced_as"].str.casefold(), strict=True))


def cost_tables(offences: pd.DataFrame, spent_gbp: float, settings: ImpactSettings) -> pd.DataFrame:
    """Return TABLE_COLUMNS, one row a table of unit costs: the same offences under each, against what was spent.

    ``break_even_offences`` is how many offences of the same mix would have to be prevented to pay for ``spent_gbp``.
    """
    total = float(offences["count"].sum()) if len(offences) else 0.0
    rows = []
    for table in tables_of(settings):
        priced = social_costs(offences, table, settings.area_unit_costs) if total else offences.head(0)
        count = float(priced["count"].sum()) if len(priced) else 0.0
        cost = float(priced["cost_gbp"].sum()) if count else np.nan
        mean = cost / count if count else np.nan
        source = str(unit_costs(table, settings.area_unit_costs)["source"].iloc[0])
        rows.append((table, count, total, cost, mean, spent_gbp, spent_gbp / mean if mean > 0 else np.nan, source))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS))


def benefits(cohorts: pd.DataFrame, offences: pd.DataFrame, settings: ImpactSettings) -> pd.DataFrame:
    """Return BENEFIT_COLUMNS: arrests avoided in each included group and their worth under each table.

    ``cohorts`` are evaluation.COLUMNS. Avoided = arrests after x (1 / ratio - 1), with the ratio against group 3
    where there is one, else against the expected fall; an arrest is priced at the mean of ``offences`` (those for
    which the people were arrested before). ``can_claim`` only where the evaluation is consistent with an effect.
    """
    rows = []
    included = cohorts[cohorts["record_group"] != str(RecordGroup.ELIGIBLE_NOT_INCLUDED)]
    for table in tables_of(settings):
        priced = social_costs(offences, table, settings.area_unit_costs)
        mean = priced["cost_gbp"].sum() / priced["count"].sum() if len(priced) else np.nan
        for group in included.to_dict("records"):
            stem = "comparison" if np.isfinite(group["comparison_ratio"]) else "adjusted"
            ratios = (group[f"{stem}_ratio"], group[f"{stem}_high"], group[f"{stem}_low"])
            avoided = [_avoided(group["arrests_after"], ratio) for ratio in ratios]
            worth = [number * mean for number in avoided]
            can = group["verdict"] == "consistent with an effect"
            rows.append((table, group["record_group"], *avoided, mean, *worth, can))
    return pd.DataFrame(rows, columns=list(BENEFIT_COLUMNS))


def tables_of(settings: ImpactSettings) -> tuple[str, ...]:
    """Return the tables set side by side, the chosen one first, each once; the area's own where it has one."""
    own = (AREA_TABLE,) if settings.area_unit_costs else ()
    return tuple(dict.fromkeys((settings.unit_costs, *COMPARED, *own)))


def saving(total_gbp: float, reduction_pct: float) -> float:
    """Return the saving claimed for a fall of ``reduction_pct`` in offences that cost ``total_gbp``.

    Example:
        >>> saving(1_370_000, 64)
        876800.0
    """
    return total_gbp * reduction_pct / 100


def _avoided(after: float, ratio: float) -> float:
    return after * (1 / ratio - 1) if ratio > 0 else float("nan")
