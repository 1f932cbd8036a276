"""Test purchases: every attempt, successful or not, with the exhibit's weight and purity."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import bng, covert, person, personal, wgs84
from market_profile.contracts.row_checks import at_most, born_before
from market_profile.terms import LabStatus, MarketMode, Outcome


def price_per_deal(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with ``price_per_deal_gbp`` (£): price over deals, NaN where either is missing.

    ``2 for £15`` fills ``deals`` with 2 and ``price_gbp`` with 15 where no ``deals`` was given, so it is 7.50.
    """
    deals = frame["deals"].astype("Float64").astype("float64")
    return frame.assign(price_per_deal_gbp=frame["price_gbp"] / deals.where(deals > 0))


TEST_PURCHASES = Kind(
    name="test_purchases",
    meaning="test-purchase attempts, one row an attempt; the officer is never recorded here",
    columns=(
        covert("tp_ref", "reference of the attempt", is_required=True),
        covert("operation", "operation under which it was made", is_required=True),
        Column("phase", ColumnType.TEXT, "phase of the operation"),
        covert("authority_ref", "reference of the authority under RIPA Part II"),
        covert("authority_expires", "when the authority ends", ColumnType.TIME),
        Column("attempted_at", ColumnType.TIME, "when the attempt was made", is_required=True),
        Column("outcome", ColumnType.CODE, "how the attempt ended", is_required=True, allowed=Outcome),
        Column("contact_mode", ColumnType.CODE, "how contact was made", allowed=MarketMode),
        Column("introducer_needed", ColumnType.FLAG, "whether an introduction was needed to buy"),
        Column("minutes_to_deal", ColumnType.NUMBER, "time from contact to deal", minimum=0, maximum=1440, unit="min"),
        Column("drug_asked", ColumnType.DRUG, "drug asked for"),
        Column("drug_supplied", ColumnType.DRUG, "drug supplied"),
        Column("deals", ColumnType.INTEGER, "number of deals bought", minimum=0, maximum=1000),
        Column(
            "price_gbp",
            ColumnType.MONEY,
            "price paid for all deals of the attempt",
            minimum=0,
            maximum=100000,
            unit="£",
        ),
        Column("gross_g", ColumnType.NUMBER, "weight with packaging", minimum=0, maximum=100000, unit="g"),
        Column("net_g", ColumnType.NUMBER, "weight without packaging", minimum=0, maximum=100000, unit="g"),
        Column("purity_pct", ColumnType.PERCENT, "purity found by the laboratory", minimum=0, maximum=100, unit="%"),
        Column("lab_status", ColumnType.CODE, "how far the laboratory is", allowed=LabStatus),
        covert("exhibit_ref", "reference of the exhibit"),
        *bng(),
        *wgs84(),
        covert("location_text", "the place in words"),
        *person("seller_"),
        personal("seller_phone", "telephone number used"),
    ),
    key=("tp_ref",),
    time="attempted_at",
    has_place=True,
    row_checks=(at_most("net_g", "gross_g"), born_before("seller_date_of_birth", "attempted_at")),
    derived=(Column("price_per_deal_gbp", ColumnType.MONEY, "price over deals", unit="£", source="derived"),),
    derive=price_per_deal,
)
