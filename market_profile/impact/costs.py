"""Social cost of offences by declared unit costs (data/unit_costs.csv), each row with its source and date."""

from __future__ import annotations

import pandas as pd

from market_profile.errors import SettingsError
from market_profile.reference import reference_table


def unit_costs(table: str) -> pd.DataFrame:
    """Return the unit costs of one table of data/unit_costs.csv: offence_group, unit_cost_gbp, source.

    Raises SettingsError where the table is not there, naming those that are.
    """
    rows = reference_table("unit_costs")
    chosen = rows[rows["table"] == table]
    if chosen.empty:
        names = ", ".join(sorted(rows["table"].unique()))
        raise SettingsError(f"area.toml: impact.unit_costs: no table of that name in data/unit_costs.csv; use {names}")
    costs = chosen.assign(unit_cost_gbp=chosen["cost_gbp"].astype(float))
    return costs[["offence_group", "unit_cost_gbp", "source"]].reset_index(drop=True)


def social_costs(offences: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return offence_group, count, unit_cost_gbp, cost_gbp, source for ``offences`` (offence_group, count).

    Groups are matched after case folding; groups without a unit cost are left out, never priced at 0.
    """
    costs = unit_costs(table)
    costs["key"] = costs["offence_group"].str.casefold()
    counted = offences.assign(key=offences["offence_group"].str.casefold())
    counted = counted.groupby("key", sort=True)["count"].sum().reset_index()
    joined = counted.merge(costs, on="key", how="inner")
    joined["cost_gbp"] = joined["count"].astype(float) * joined["unit_cost_gbp"]
    return joined[["offence_group", "count", "unit_cost_gbp", "cost_gbp", "source"]]


def saving(total_gbp: float, reduction_pct: float) -> float:
    """Return the saving claimed for a fall of ``reduction_pct`` in offences that cost ``total_gbp``.

    Example:
        >>> saving(1_370_000, 64)
        876800.0
    """
    return total_gbp * reduction_pct / 100
