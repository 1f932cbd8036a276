"""The declarations as a pandera schema: an independent second opinion on accepted frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from market_profile.contracts.columns import DTYPES, Column, ColumnType, Kind

if TYPE_CHECKING:
    import pandera.pandas as pa

_BLANK_ALLOWED = {ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.MONEY, ColumnType.PERCENT, ColumnType.COORDINATE}
_NULLABLE = _BLANK_ALLOWED | {ColumnType.DATE, ColumnType.TIME, ColumnType.FLAG}


def accepted_schema(kind: Kind) -> pa.DataFrameSchema:
    """Return the pandera schema of accepted frames of ``kind``: dtypes, ranges, vocabularies, required columns.

    Made from the same declarations as the checks but by another library, so that a slip in one shows in the other.
    pandera is imported here only (about a second).
    """
    import pandera.pandas as pa

    columns = {column.name: _column(pa, column) for column in (*kind.columns, *kind.derived)}
    return pa.DataFrameSchema(columns, name=kind.name, strict="filter" if kind.open_columns else False)


def _column(pa: Any, column: Column) -> Any:
    checks = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    if column.allowed is not None:
        blank = () if column.is_required else ("",)
        checks.append(pa.Check.isin([*column.allowed.values(), *blank]))
    if column.is_required and column.type not in _NULLABLE:
        checks.append(pa.Check.ne(""))
    is_nullable = column.type in _NULLABLE and not column.is_required
    return pa.Column(DTYPES[column.type], checks=checks, nullable=is_nullable, name=column.name)
