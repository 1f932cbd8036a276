"""Seizures: one row an exhibit; powder, tablets, plants and doses are never added to grams."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import bng, covert, person, wgs84
from market_profile.contracts.parse_units import grams_of
from market_profile.contracts.row_checks import born_before
from market_profile.terms import Role, Sensitivity, Weighed


def quantity_in_grams(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with ``quantity_g``: the quantity in grams where the unit is a weight, else NaN."""
    return frame.assign(quantity_g=grams_of(frame["quantity"], frame["unit"]))


SEIZURES = Kind(
    name="seizures",
    meaning="drugs, cash and other exhibits seized, one row an exhibit",
    columns=(
        covert("seizure_ref", "reference of the seizure", is_required=True),
        covert("exhibit_ref", "reference of the exhibit within the seizure", is_required=True),
        Column("seized_at", ColumnType.TIME, "when it was seized", is_required=True),
        Column("drug", ColumnType.DRUG, "drug, by name or street name", is_required=True),
        Column("form", ColumnType.TEXT, "form, such as powder, resin, herbal, tablets, plants, wraps"),
        Column("quantity", ColumnType.NUMBER, "quantity in `unit`", minimum=0, maximum=10_000_000),
        Column("unit", ColumnType.UNIT, "unit of the quantity: a weight or a count of data/units.csv"),
        Column("weighed", ColumnType.CODE, "how the quantity was found", allowed=Weighed),
        Column("purity_pct", ColumnType.PERCENT, "purity found by the laboratory", minimum=0, maximum=100, unit="%"),
        Column("cash_gbp", ColumnType.MONEY, "cash seized with it", minimum=0, maximum=100_000_000, unit="£"),
        covert("poca_ref", "reference under the Proceeds of Crime Act 2002"),
        Column("power", ColumnType.TEXT, "power used, such as PACE s.18 or a Misuse of Drugs Act s.23 warrant"),
        Column("offence_code", ColumnType.TEXT, "Home Office offence code; leading zeros kept"),
        covert("operation", "operation in which it was seized"),
        *bng(),
        *wgs84(),
        covert("location_text", "the place in words"),
        *person(),
        Column(
            "role",
            ColumnType.CODE,
            "part that the record gives the person",
            allowed=Role,
            sensitivity=Sensitivity.PERSONAL,
        ),
    ),
    key=("seizure_ref", "exhibit_ref"),
    time="seized_at",
    has_place=True,
    row_checks=(born_before("date_of_birth", "seized_at"),),
    derived=(
        Column(
            "quantity_g",
            ColumnType.NUMBER,
            "quantity in grams where the unit is a weight; counts are never turned into grams",
            unit="g",
            source="derived",
        ),
    ),
    derive=quantity_in_grams,
)
