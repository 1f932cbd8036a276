"""Place and time: area map, flagged cells, hours, corroboration, and how last month's hotspots did."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from market_profile.contracts.tables import Areas
from market_profile.document import AreaMap, Figure, HeatStrip, MapArea, MapCell, Section
from market_profile.profile.counts import year_of
from market_profile.profile.findings import Findings
from market_profile.profile.names import hours_words, month_words, year_words
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    Record,
    col,
    counted,
    label,
    number,
    para,
    say,
    score,
    section,
    table,
)
from market_profile.profile.track_record import backtest_blocks, record_blocks, record_brief, shifted_grid, told
from market_profile.room_settings import GeographySettings
from market_profile.settings import Settings
from market_profile.values import Concentration, Count, Leader, Measure

KEPT_ROWS = 10
BLOCK_HOURS = 4
MAP_CELLS = 40


def places_section(findings: Findings, areas: Areas, settings: Settings) -> Section[Measure]:
    """Return the map with flagged cells, the hotspots, hours, track record and backtest (planners)."""
    blocks: Blocks = (
        _map(findings, areas, _cells(findings, settings.geography), settings.theme.attribution),
        *_hotspots(findings),
        *_hours(findings),
        *record_blocks(findings),
        *backtest_blocks(findings),
        *shifted_grid(findings),
        *(para(told(warning), tone="warning") for warning in findings.geography.warnings),
    )
    return section("places", "Places and times", blocks, PLANNER)


def areas_section(findings: Findings, areas: Areas, attribution: str) -> Section[Measure]:
    """Return the places that need a partnership response, by partner area (partners)."""
    blocks: Blocks = (
        para(
            "Areas are shown whole: no street, home or point can be read from this map. A high number means that "
            "more evidence was reported or found there, not that the area is one to avoid: look at it beside what is "
            "already done there, and agree who leads the response."
        ),
        _map(findings, areas, (), attribution),
        *record_brief(findings),
    )
    return section("areas", "Places needing a partnership response", blocks, PARTNER)


def _map(findings: Findings, areas: Areas, cells: tuple[MapCell, ...], attribution: str) -> Figure[Measure]:
    counts = findings.geography.area_counts.set_index("area_code")["events_12m"]
    period = year_of(findings.month)
    values = {code: Count(int(counts.get(code, 0)), "", f"area|{code}|{period}") for code in areas.frame["area_code"]}
    shapes: tuple[MapArea[Measure], ...] = tuple(
        MapArea(str(code), str(name), rings_of(shape), values[code])
        for code, name, shape in zip(
            areas.frame["area_code"], areas.frame["area_name"], areas.frame["geometry"], strict=True
        )
    )
    few = Concentration(tuple(values[shape.code] for shape in shapes))
    return Figure(
        id="area_map",
        headline=say("{areas} areas hold half the evidence of supply", areas=few),
        subtitle=f"Reports, seizures and test purchases by area, {findings.area_name}, {year_words(findings.month)}",
        drawing=AreaMap(shapes, cells, "events in twelve months", attribution),
        source="intelligence logs, seizures and test purchases with a known place",
        caveat="Where more is reported or looked for, more is found: read beside what was done there.",
        definition_id="area_events",
    )


def rings_of(shape: BaseGeometry) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return the exterior rings of a polygon or multipolygon in whole metres."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return tuple(
        tuple((float(round(x)), float(round(y))) for x, y in shapely.get_coordinates(part.exterior)) for part in parts
    )


def _cells(findings: Findings, settings: GeographySettings) -> tuple[MapCell, ...]:
    half = settings.cell_m / 2
    return tuple(
        MapCell(
            label=str(row["market_id"] or row["cell_id"]),
            x_m=float(row["easting_m"]) - half,
            y_m=float(row["northing_m"]) - half,
            size_m=settings.cell_m,
            rank=int(row["rank"]),
        )
        for row in findings.geography.hotspots.head(MAP_CELLS).to_dict("records")
    )


def _hotspots(findings: Findings) -> Blocks:
    hotspots = findings.geography.hotspots
    if hotspots.empty:
        return (para("No cell was flagged this month.", tone="note"),)
    counts = findings.geography.area_counts
    names = dict(zip(counts["area_code"], counts["area_name"], strict=True))
    firm = int((hotspots["is_significant"] & hotspots["is_corroborated"]).sum())
    rows = [
        (
            label(row["cell_id"]), label(row["market_id"] or "none"),
            label(names.get(row["area_code"], "outside the areas")), counted(row["events"]), score(row["expected"], 1),
            label(chance_words(number(row["p_adjusted"]))), label(row["persistence"]),
            label(_support(row)), label(hours_words(row["peak_hours"])),
        )
        for row in hotspots.to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Cell"), col("Market"), col("Area"), col("Events", True), col("Expected", True),
        col("By chance"), col("Lasting"), col("Rests on"), col("Busiest hours"),
    )  # fmt: skip
    note = (
        "By chance: how often so many events would be seen if nothing set the cell apart, after allowing for the many "
        "cells tested. Reported: by the public and partners. Found: by police looking."
    )
    return (
        para(
            say(
                "{cells} cells are flagged; {firm} of them stand out by an exact test and rest on both reported and "
                "discovered evidence.",
                cells=counted(len(hotspots)),
                firm=counted(firm),
            ),
            told(findings.geography.denominator),
        ),
        table("hotspot_list", "Flagged cells, best first", columns, rows, note=note, annex=True, keep=6),
    )


def _support(row: Record) -> str:
    if row["is_corroborated"]:
        return "reported and found"
    return "reported only" if row["reported"] else "found only"


def chance_words(p: float | None) -> str:
    """Return an adjusted p as a chance that a reader can picture.

    Example:
        >>> chance_words(0.0), chance_words(0.03), chance_words(0.6)
        ('under 1 in 1,000', '1 in 33', 'more often than not')
    """
    if p is None:
        return "not tested"
    if p < 0.001:
        return "under 1 in 1,000"
    return f"1 in {round(1 / p):,}" if p < 0.5 else "more often than not"


def _hours(findings: Findings) -> Blocks:
    strip = findings.geography.heat_strip
    if strip.empty or not float(strip["weight"].sum()):
        return (para("Too few events have a known hour to show when the market trades.", tone="gap"),)
    grid = strip.assign(block=strip["hour"] // BLOCK_HOURS)
    sums = grid.groupby(["weekday", "block"], sort=False)["weight"].sum().unstack()
    days = tuple(dict.fromkeys(strip["weekday"].astype(str)))
    sums = sums.reindex(index=list(days), columns=range(24 // BLOCK_HOURS), fill_value=0.0)
    names = tuple(f"{b * BLOCK_HOURS:02d} to {(b + 1) * BLOCK_HOURS:02d}" for b in range(24 // BLOCK_HOURS))
    values = sums.to_numpy(dtype=float)
    cells: tuple[tuple[Measure, ...], ...] = tuple(tuple(score(round(value), 0) for value in row) for row in values)
    best = [
        (f"{day} {name.replace(' to ', ':00-')}:00", Count(round(float(value))))
        for day, row in zip(days, values, strict=True)
        for name, value in zip(names, row, strict=True)
    ]
    figure: Figure[Measure] = Figure(
        id="hours",
        headline=say("Busiest: {when}", when=Leader(tuple(best), "no one time")),
        subtitle=f"Events by day of the week and hours, {findings.area_name}, to {month_words(findings.month)}",
        drawing=HeatStrip(days, names, cells, "events"),
        source="intelligence logs, seizures and test purchases with a known hour",
        caveat="Events known only as a span are spread over it; hours also show when police look.",
    )
    return (figure,)
