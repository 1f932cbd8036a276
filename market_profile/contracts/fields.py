"""Columns that several record kinds share, and short makers for columns that only planners may use."""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType
from market_profile.terms import Audience, Sensitivity

PLANNER_ONLY = frozenset({Audience.PLANNER})
BOTH = frozenset({Audience.PLANNER, Audience.PARTNER})


def personal(
    name: str, meaning: str, type: ColumnType = ColumnType.TEXT, *, is_required: bool = False, unit: str = ""
) -> Column:
    """Return a column about an identifiable person: planner edition only."""
    return Column(
        name,
        type,
        meaning,
        is_required=is_required,
        unit=unit,
        sensitivity=Sensitivity.PERSONAL,
        editions=PLANNER_ONLY,
    )


def covert(name: str, meaning: str, type: ColumnType = ColumnType.TEXT, *, is_required: bool = False) -> Column:
    """Return a column that could reveal a source, an officer or an operation: planner edition only."""
    return Column(name, type, meaning, is_required=is_required, sensitivity=Sensitivity.COVERT, editions=PLANNER_ONLY)


def bng(sensitivity: Sensitivity = Sensitivity.AGGREGATE) -> tuple[Column, Column]:
    """Return easting and northing in metres of the analysis CRS (extracts: EPSG:27700)."""
    return (
        Column("easting_m", ColumnType.COORDINATE, "easting", unit="m, EPSG:27700", sensitivity=sensitivity),
        Column("northing_m", ColumnType.COORDINATE, "northing", unit="m, EPSG:27700", sensitivity=sensitivity),
    )


def wgs84(sensitivity: Sensitivity = Sensitivity.AGGREGATE) -> tuple[Column, Column]:
    """Return latitude and longitude in degrees (EPSG:4326)."""
    return (
        Column(
            "latitude", ColumnType.COORDINATE, "latitude, north positive", unit="°, EPSG:4326", sensitivity=sensitivity
        ),
        Column(
            "longitude",
            ColumnType.COORDINATE,
            "longitude, east positive (west of Greenwich negative)",
            unit="°, EPSG:4326",
            sensitivity=sensitivity,
        ),
    )


def person(prefix: str = "", *, has_aliases: bool = True) -> tuple[Column, ...]:
    """Return the columns that name a person, each name preceded by ``prefix`` (such as ``seller_``)."""
    columns = [
        personal(f"{prefix}nominal_ref", "the force's own reference for the person; kept as written"),
        personal(f"{prefix}surname", "surname as written; 'NA' and 'None' are names"),
        personal(f"{prefix}forenames", "forenames as written"),
    ]
    if has_aliases:
        columns.append(personal(f"{prefix}aliases", "street names and other names", ColumnType.LIST))
    columns.append(personal(f"{prefix}date_of_birth", "date of birth", ColumnType.DATE))
    return tuple(columns)
