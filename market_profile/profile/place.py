"""Place and time: area map, flagged cells, hours, corroboration, and how last month's hotspots did."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from market_profile.contracts.tables import Areas
from market_profile.document import AreaMap, Figure, HeatStrip, MapArea, MapCell, Section, Sentence
from market_profile.profile.counts import year_of
from market_profile.profile.findings import Findings
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
    secret,
    section,
    table,
)
from market_profile.settings import GeographySettings
from market_profile.values import Count, Estimate, Leader, Measure

ATTRIBUTION = "Contains OS data © Crown copyright and database right; contains public sector information (OGL v3)"
HOTSPOT_ROWS = 25
BLOCK_HOURS = 4
MAP_CELLS = 40


def places_section(findings: Findings, areas: Areas, settings: GeographySettings) -> Section[Measure]:
    """Return the map with flagged cells, the hotspots, hours, track record and backtest (planners)."""
    blocks: Blocks = (
        _map(findings, areas, _cells(findings, settings)),
        *_hotspots(findings),
        *_hours(findings),
        *_record(findings),
        *_backtest(findings),
        *(para(_told(warning), tone="warning") for warning in findings.geography.warnings),
    )
    return section("places", "Places and times", blocks, PLANNER)


def areas_section(findings: Findings, areas: Areas) -> Section[Measure]:
    """Return the places that need a partnership response, by partner area (partners)."""
    words = "Areas are shown whole: no street, home or point can be read from this map."
    return section("areas", "Places needing a response", (_map(findings, areas, ()), para(words)), PARTNER)


def _map(findings: Findings, areas: Areas, cells: tuple[MapCell, ...]) -> Figure[Measure]:
    counts = findings.geography.area_counts.set_index("area_code")["events_12m"]
    period = year_of(findings.month)
    values = {code: Count(int(counts.get(code, 0)), "", f"area|{code}|{period}") for code in areas.frame["area_code"]}
    shapes: tuple[MapArea[Measure], ...] = tuple(
        MapArea(str(code), str(name), rings_of(shape), values[code])
        for code, name, shape in zip(
            areas.frame["area_code"], areas.frame["area_name"], areas.frame["geometry"], strict=True
        )
    )
    leader = Leader(tuple((shape.name, values[shape.code]) for shape in shapes), "no one area")
    return Figure(
        id="area_map",
        headline=say("Most evidence of supply: {area}", area=leader),
        subtitle=f"Reports, seizures and test purchases by area, {period.replace('..', ' to ')}",
        drawing=AreaMap(shapes, cells, "events in twelve months", ATTRIBUTION),
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
    firm = int((hotspots["is_significant"] & hotspots["is_corroborated"]).sum())
    rows = [
        (
            label(row["cell_id"]), counted(row["rank"]), label(row["market_id"] or "none"), counted(row["events"]),
            score(row["expected"], 2), score(row["p_adjusted"], 4), label(row["persistence"]),
            label("two families" if row["is_corroborated"] else "one family"), label(row["peak_hours"] or "not known"),
        )
        for row in hotspots.head(HOTSPOT_ROWS).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Cell"), col("Rank", True), col("Market"), col("Events", True), col("Expected", True),
        col("P adjusted", True),
        col("Persistence"), col("Support"), col("Peak hours"),
    )  # fmt: skip
    return (
        para(
            say(
                "{cells} cells are flagged; {firm} of them stand out by an exact test and rest on both reported and "
                "discovered evidence.",
                cells=counted(len(hotspots)),
                firm=counted(firm),
            ),
            _told(findings.geography.denominator),
        ),
        table("hotspot_list", "Flagged cells, best first", columns, rows, annex=True),
    )


def _told(words: str) -> Sentence[Measure]:
    """Return a sentence that geography made, numbers and all, as one value; planners only."""
    return say("{words}", words=secret(words if words.endswith(".") else f"{words}."))


def _hours(findings: Findings) -> Blocks:
    strip = findings.geography.heat_strip
    if strip.empty or not float(strip["weight"].sum()):
        return (para("Too few events have a known hour to show when the market trades.", tone="gap"),)
    grid = strip.assign(block=strip["hour"] // BLOCK_HOURS)
    sums = grid.groupby(["weekday", "block"], sort=False)["weight"].sum().unstack()
    days = tuple(dict.fromkeys(strip["weekday"].astype(str)))
    sums = sums.reindex(index=list(days), columns=range(24 // BLOCK_HOURS), fill_value=0.0)
    names = tuple(f"{b * BLOCK_HOURS:02d}-{(b + 1) * BLOCK_HOURS:02d}" for b in range(24 // BLOCK_HOURS))
    values = sums.to_numpy(dtype=float)
    cells: tuple[tuple[Measure, ...], ...] = tuple(tuple(score(value, 1) for value in row) for row in values)
    best = [
        (f"{day} {name}", Count(round(float(value))))
        for day, row in zip(days, values, strict=True)
        for name, value in zip(names, row, strict=True)
    ]
    figure: Figure[Measure] = Figure(
        id="hours",
        headline=say("Busiest: {when}", when=Leader(tuple(best), "no one time")),
        subtitle=f"Events by day and hours of the window, {findings.area_name}, to {findings.month.text}",
        drawing=HeatStrip(days, names, cells, "events"),
        source="intelligence logs, seizures and test purchases with a known hour",
        caveat="Events known only as a span are spread over it; hours also show when police look.",
    )
    return (figure,)


def _record(findings: Findings) -> Blocks:
    record = findings.geography.track_record
    if record.empty:
        return (para("No hotspots were published before this month, so there is no track record yet.", tone="note"),)
    last = record.iloc[-1]
    sentence = say(
        "Last month's hotspots covered {area} of the area and caught {hits} of this month's events.",
        area=score(last["area_share_pct"], 1, "%"),
        hits=_rate(last),
    )
    rows = [
        (label(row["month"]), label(row["method"]), counted(row["events"]), _rate(row), score(row["pai"], 1))
        for row in record.to_dict("records")
    ]
    columns = (col("Month"), col("Method"), col("Events", True), col("Caught", True), col("PAI", True))
    return (para(sentence), table("track_record", "How published hotspots did", columns, rows))


def _rate(row: Record | pd.Series[Any]) -> Estimate:
    return Estimate(number(row["hit_rate_pct"]), number(row["low"]), number(row["high"]), int(row["events"]), "%", 1)


def _backtest(findings: Findings) -> Blocks:
    tested = findings.geography.backtest
    if tested.empty:
        return (para(_told(findings.geography.choice_reason), tone="note"),)
    rows = [
        (
            label(row["method"]),
            Estimate(number(row["hit_rate_pct"]), number(row["low"]), number(row["high"]), int(row["n"]), "%", 1),
            score(row["pai"], 1),
            score(row["attainable_pct"], 0, "%"),
        )
        for row in tested.to_dict("records")
    ]
    columns = (col("Method"), col("Hit rate", True), col("PAI", True), col("Share of attainable", True))
    return (
        para(_told(findings.geography.choice_reason)),
        table("backtest", "Forecasts of past months by method", columns, rows, annex=True),
    )
