"""Drawings for an audience: partners get marks that derive from released numbers, or no picture at all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from market_profile.document import (
    AreaMap,
    Bars,
    Calibration,
    Drawing,
    Dumbbells,
    HeatStrip,
    Lorenz,
    MapArea,
    NetworkPicture,
    Panel,
    Panels,
    Survival,
    Trend,
    Waterfall,
)
from market_profile.editions.converter import Converter
from market_profile.editions.disclosure import two_figures
from market_profile.editions.model import Shown
from market_profile.terms import Audience
from market_profile.values import Count, Estimate, Measure, Private, Score


def convert_drawing(drawing: Drawing[Measure], to: Converter) -> Drawing[Shown] | None:
    """Return the drawing as the converter's audience may see it, None where it may not see it at all."""
    converted: Drawing[Shown] | None = _DRAWINGS[type(drawing)](drawing, to)
    return converted


def _trend(drawing: Trend[Measure], to: Converter) -> Trend[Shown]:
    return Trend(
        periods=tuple(to.fix(period) for period in drawing.periods),
        series=tuple((to.fix(name), tuple(to.show(value) for value in values)) for name, values in drawing.series),
        unit=to.fix(drawing.unit),
        normal=None if drawing.normal is None else (to.show(drawing.normal[0]), to.show(drawing.normal[1])),
    )


def _bars(drawing: Bars[Measure], to: Converter) -> Bars[Shown]:
    return Bars(tuple((to.fix(label), to.show(value)) for label, value in drawing.items), to.fix(drawing.unit))


def _strip(drawing: HeatStrip[Measure], to: Converter) -> HeatStrip[Shown]:
    return HeatStrip(
        tuple(to.fix(label) for label in drawing.row_labels),
        tuple(to.fix(label) for label in drawing.column_labels),
        tuple(tuple(to.show(value) for value in row) for row in drawing.cells),
        to.fix(drawing.unit),
    )


def _map(drawing: AreaMap[Measure], to: Converter) -> AreaMap[Shown]:
    areas = tuple(
        MapArea(to.fix(area.code), to.fix(area.name), area.rings, to.show(area.value)) for area in drawing.areas
    )
    cells = drawing.cells if to.audience is Audience.PLANNER else ()
    return AreaMap(areas, cells, to.fix(drawing.unit), to.fix(drawing.attribution))


def _network(drawing: NetworkPicture, to: Converter) -> NetworkPicture | None:
    return drawing if to.audience is Audience.PLANNER else None


def _survival(drawing: Survival[Measure], to: Converter) -> Survival[Shown] | None:
    if to.audience is Audience.PLANNER:
        return Survival(drawing.days, drawing.share, drawing.low, drawing.high, to.show(drawing.n))
    at_risk = drawing.n.n if isinstance(drawing.n, Count | Estimate) else 0
    if at_risk < to.policy.estimate_minimum_n or not drawing.days:
        return None
    weeks = tuple(float(day) for day in range(0, int(max(drawing.days)) + 1, 7))
    curves = (drawing.share, drawing.low, drawing.high)
    share, low, high = (tuple(_read_step(drawing.days, curve, week) for week in weeks) for curve in curves)
    return Survival(weeks, share, low, high, to.show(drawing.n))


def _read_step(days: tuple[float, ...], curve: tuple[float, ...], day: float) -> float:
    """Read a step curve at a whole week: single events, each a step of the curve, are not released."""
    place = bisect_right(days, day) - 1
    return 1.0 if place < 0 else two_figures(curve[place])


def _lorenz(drawing: Lorenz[Measure], to: Converter) -> Lorenz[Shown] | None:
    shown = _whole((*drawing.shares, drawing.n), to)
    if shown is None:
        return None
    return Lorenz(shown[:-1], to.fix(drawing.holders), to.fix(drawing.total), shown[-1])


def _dumbbells(drawing: Dumbbells[Measure], to: Converter) -> Dumbbells[Shown] | None:
    if _is_for_planners((value for _, *pair in drawing.items for value in pair), to):
        return None
    items = tuple((to.fix(label), to.show(before), to.show(now)) for label, before, now in drawing.items)
    return Dumbbells(items, to.fix(drawing.unit), to.fix(drawing.before), to.fix(drawing.now))


def _panels(drawing: Panels[Measure], to: Converter) -> Panels[Shown] | None:
    values = (value for panel in drawing.panels for value in (*panel.values, *(panel.normal or ())))
    if _is_for_planners(values, to):
        return None
    panels = tuple(
        Panel(
            name=to.fix(panel.name),
            values=tuple(to.show(value) for value in panel.values),
            unit=to.fix(panel.unit),
            normal=None if panel.normal is None else (to.show(panel.normal[0]), to.show(panel.normal[1])),
        )
        for panel in drawing.panels
    )
    return Panels(tuple(to.fix(period) for period in drawing.periods), panels, drawing.is_shared)


def _calibration(drawing: Calibration[Measure], to: Converter) -> Calibration[Shown] | None:
    if _is_for_planners((value for pair in drawing.points for value in pair), to):
        return None
    points = tuple((to.show(forecast), to.show(happened)) for forecast, happened in drawing.points)
    kept = tuple(pair for pair in points if all(value.number is not None and not value.is_hidden for value in pair))
    return Calibration(kept, to.fix(drawing.forecast), to.fix(drawing.happened)) if kept else None


def _waterfall(drawing: Waterfall[Measure], to: Converter) -> Waterfall[Shown] | None:
    parts = (*([drawing.start] if drawing.start else []), *drawing.steps, drawing.total)
    shown = _whole(tuple(value for _, value in parts), to)
    if shown is None:
        return None
    named = tuple((to.fix(label), value) for (label, _), value in zip(parts, shown, strict=True))
    start = named[0] if drawing.start else None
    return Waterfall(named[1 if start else 0 : -1], named[-1], to.fix(drawing.unit), start)


def _is_for_planners(values: Iterable[Measure], to: Converter) -> bool:
    """Return whether the figure is not for this audience: partners never see a Score or a Private, nor its shadow."""
    return to.audience is Audience.PARTNER and any(isinstance(value, Score | Private) for value in values)


def _whole(values: tuple[Measure, ...], to: Converter) -> tuple[Shown, ...] | None:
    """Return the values as shown, None where one is missing: a part can be worked out from the others and the sum.

    Nothing enters the ledger for a figure that is left out.
    """
    if not values or _is_for_planners(values, to):
        return None
    trial = replace(to, entries=[])
    shown = tuple(trial.show(value) for value in values)
    if any(value.number is None or value.is_hidden for value in shown):
        return None
    to.entries.extend(trial.entries)
    return shown


_DRAWINGS: dict[type, Callable[[Any, Converter], Any]] = {
    Trend: _trend,
    Bars: _bars,
    HeatStrip: _strip,
    AreaMap: _map,
    NetworkPicture: _network,
    Survival: _survival,
    Lorenz: _lorenz,
    Dumbbells: _dumbbells,
    Panels: _panels,
    Calibration: _calibration,
    Waterfall: _waterfall,
}
