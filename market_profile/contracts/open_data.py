"""Published police open data (data.police.uk), with the headings exactly as published.

Points are snapped to about 71 m and must not be analysed as points; ASB rows carry no Crime ID.
"""

from __future__ import annotations

from market_profile.contracts.columns import Column, ColumnType, Kind
from market_profile.contracts.fields import PLANNER_ONLY, bng
from market_profile.terms import Sensitivity

_SOURCE = "data.police.uk"


def _open(
    name: str, heading: str, meaning: str, type: ColumnType = ColumnType.TEXT, *, required: bool = False
) -> Column:
    return Column(
        name,
        type,
        meaning,
        is_required=required,
        unit="°, EPSG:4326" if type is ColumnType.COORDINATE else "",
        source=_SOURCE,
        sensitivity=Sensitivity.OPEN,
        theirs=(heading,),
    )


def _protected(name: str, heading: str, meaning: str) -> Column:
    return Column(
        name,
        ColumnType.TEXT,
        meaning,
        source=_SOURCE,
        sensitivity=Sensitivity.PROTECTED,
        editions=PLANNER_ONLY,
        theirs=(heading,),
    )


STREET_CRIME = Kind(
    name="street_crime",
    meaning="street-level crime as published by data.police.uk",
    columns=(
        _open("crime_id", "Crime ID", "published identifier; blank for anti-social behaviour"),
        _open("month", "Month", "month of the offence", ColumnType.MONTH, required=True),
        _open("reported_by", "Reported by", "force that supplied the row"),
        _open("falls_within", "Falls within", "force whose area it falls in"),
        _open("longitude", "Longitude", "longitude of the snap point", ColumnType.COORDINATE),
        _open("latitude", "Latitude", "latitude of the snap point", ColumnType.COORDINATE),
        _open("location", "Location", "approximate place in words"),
        _open("lsoa_code", "LSOA code", "LSOA of the snap point"),
        _open("lsoa_name", "LSOA name", "name of the LSOA"),
        _open("crime_type", "Crime type", "category of crime", required=True),
        _open("last_outcome", "Last outcome category", "latest outcome"),
        _open("context", "Context", "further context"),
    ),
    key=(),
    time="month",
    has_place=True,
    derived=bng(Sensitivity.OPEN),
)

STOP_AND_SEARCH = Kind(
    name="stop_and_search",
    meaning="stop and search as published by data.police.uk",
    columns=(
        _open("type", "Type", "person, vehicle or both searched", required=True),
        _open("date", "Date", "when the search took place", ColumnType.TIME, required=True),
        _open("part_of_a_policing_operation", "Part of a policing operation", "part of an operation", ColumnType.FLAG),
        _open("policing_operation", "Policing operation", "name of the operation, if published"),
        _open("latitude", "Latitude", "latitude of the snap point", ColumnType.COORDINATE),
        _open("longitude", "Longitude", "longitude of the snap point", ColumnType.COORDINATE),
        _protected("gender", "Gender", "gender as recorded"),
        _protected("age_range", "Age range", "age band"),
        _protected("self_defined_ethnicity", "Self-defined ethnicity", "ethnicity as the person defined it"),
        _protected("officer_defined_ethnicity", "Officer-defined ethnicity", "ethnicity as the officer saw it"),
        _open("legislation", "Legislation", "power used"),
        _open("object_of_search", "Object of search", "what was looked for"),
        _open("outcome", "Outcome", "outcome of the search"),
        _open(
            "outcome_linked_to_object_of_search",
            "Outcome linked to object of search",
            "whether what was looked for was found",
            ColumnType.FLAG,
        ),
        _open(
            "removal_of_more_than_just_outer_clothing",
            "Removal of more than just outer clothing",
            "whether more than outer clothing was removed",
            ColumnType.FLAG,
        ),
    ),
    key=(),
    time="date",
    has_place=True,
    derived=bng(Sensitivity.OPEN),
)
