"""Arrests, convictions and court orders: what enforcement and the courts recorded."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import covert, person, personal
from market_profile.contracts.row_checks import born_before, not_before
from market_profile.terms import CourtOrder

ARRESTS = Kind(
    name="arrests",
    meaning="custody records, one row an arrest",
    columns=(
        personal("custody_ref", "custody record number", is_required=True),
        Column("arrested_at", ColumnType.TIME, "when the person was arrested", is_required=True),
        *person(),
        Column("offence_code", ColumnType.TEXT, "Home Office offence code; leading zeros kept"),
        Column("offence_group", ColumnType.TEXT, "offence group, such as supply or possession"),
        covert("operation", "operation in which the arrest was made"),
        personal("drug_test_result", "result of the drug test on arrest"),
        Column("disposal", ColumnType.TEXT, "how the case was disposed of"),
        Column("disposal_date", ColumnType.DATE, "when it was disposed of"),
        Column("days_in_custody", ColumnType.NUMBER, "days not at risk", minimum=0, maximum=20_000, unit="days"),
    ),
    key=("custody_ref",),
    time="arrested_at",
    row_checks=(
        born_before("date_of_birth", "arrested_at"),
        not_before("disposal_date", "arrested_at", by_day=True),
    ),
)

CONVICTIONS = Kind(
    name="convictions",
    meaning="convictions, one row an offence; rows have no reference of their own",
    columns=(
        *person(has_aliases=False),
        Column("convicted_on", ColumnType.DATE, "date of conviction", is_required=True),
        Column("offence_group", ColumnType.TEXT, "offence group", is_required=True),
    ),
    key=(),
    time="convicted_on",
    row_checks=(born_before("date_of_birth", "convicted_on"),),
)

COURT_ORDERS = Kind(
    name="court_orders",
    meaning="court orders with drug tests, one row a test",
    columns=(
        personal("nominal_ref", "the force's own reference for the person", is_required=True),
        Column("order", ColumnType.CODE, "kind of order", is_required=True, allowed=CourtOrder),
        Column("made_on", ColumnType.DATE, "when the order was made", is_required=True),
        Column("test_on", ColumnType.DATE, "when the person was tested"),
        personal("test_result", "result of the test"),
        Column("breached_on", ColumnType.DATE, "when the order was breached"),
    ),
    key=("nominal_ref", "order", "made_on", "test_on"),
    time="made_on",
    row_checks=(not_before("breached_on", "made_on"),),
)
