"""The map of areas: one path a shade, flagged cells with their ranks on top for planners.

Shared borders are simplified together (shapely ``coverage_simplify``) at one CSS pixel: no gap or overlap opens.
Legend, scale bar and north arrow stand in a strip below, drawn for wide and for narrow pages; the map itself is one
picture for both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from market_profile.document import AreaMap, MapCell
from market_profile.editions.model import Shown
from market_profile.errors import DisclosureLeak
from market_profile.render.gate import Drawn, Gate, Text
from market_profile.render.scales import HIDDEN, Classes, classes_of
from market_profile.render.svg import WIDE, Canvas, Frame, Pen, Type, num, text_width, wrap
from market_profile.render.svg_legend import class_pen, draw_legend, legend_rows
from market_profile.terms import Audience
from market_profile.values import Fixed

TALLEST = 620.0
"""Greatest height of a map in user units, so that it fits a screen and half a printed page."""

GRAIN = 2
"""Path coordinates are whole numbers of 1/GRAIN user unit: finer than a pixel, and short."""

LABELLED_CELLS = 20
"""Flagged cells that carry their rank; the others are outlined only and stand in the table."""


CROWD, INSET_TIMES, INSET_SHAPE = 5, 4.0, 0.55
"""Numbered cells that make a crowd; the map is so many times as wide as the inset's ground; its height by its width."""

INSET_WIDE = 480.0
"""Width of an inset in user units."""


@dataclass(frozen=True)
class _Fit:
    """From metres to user units: scale, west and north edge, offset of a slim map, height."""

    scale: float
    west: float
    north: float
    shift: float
    height: float

    def place(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return eastings and northings (metres) as drawing units, y downwards."""
        return np.column_stack(
            [(xy[:, 0] - self.west) * self.scale + self.shift, (self.north - xy[:, 1]) * self.scale + 4]
        )


def describe_map(drawing: AreaMap[Shown], gate: Gate) -> str:
    """Return the map in words: areas shown and hidden, the highest ones, flagged cells."""
    values = [area.value for area in drawing.areas]
    hidden = sum(value.is_hidden for value in values)
    words = [f"Map of {len(values):,} areas shaded by {gate.check(drawing.unit)}."]
    seen = [area for area in drawing.areas if area.value.number is not None and not area.value.is_hidden]
    if seen:
        classes = classes_of(values)
        for index, said in enumerate(classes.words):
            count = classes.of.count(index)
            words.append(f"{count:,} {'area has' if count == 1 else 'areas have'} {said}.")
    if hidden:
        words.append(f"{hidden:,} areas hidden.")
    if drawing.cells:
        words.append(f"{len(drawing.cells):,} flagged cells, numbered by rank.")
    return " ".join(words)


def draw_map(drawing: AreaMap[Shown], frame: Frame) -> tuple[Drawn, ...]:
    """Return the map, for crowded flagged cells an inset, and the furniture for wide pages and for narrow ones."""
    gate = frame.gate
    for area in drawing.areas:
        gate.check(area.value)
    if drawing.cells and gate.audience is not Audience.PLANNER:
        raise DisclosureLeak("flagged cells are for planners only")
    shapes = area_shapes(drawing)
    fit = _fit(shapes, drawing.cells)
    classes = classes_of([area.value for area in drawing.areas])
    canvas = Canvas(fit.height, WIDE)
    _draw_areas(canvas, _class_paths(shapes, classes, fit), classes, f"{frame.id}-h")
    window = crowded_window(drawing.cells, WIDE / fit.scale)
    _draw_cells(canvas, drawing.cells, fit, gate)
    if window is not None:
        _draw_window(canvas, window, fit)
    furniture = [_furniture(drawing, frame, classes, fit, width) for width in (WIDE, 320.0)]
    inset = () if window is None else (_draw_inset(drawing, frame, (shapes, classes), window),)
    return canvas.close(frame, "map"), *inset, *furniture


def _draw_areas(canvas: Canvas, paths: dict[int, str], classes: Classes, ident: str) -> None:
    canvas.define_hatch(ident, GRAIN)
    canvas.open_group(extra=f' transform="scale({1 / GRAIN:g})" stroke-linejoin="round"')
    for index, d in paths.items():
        if index == HIDDEN:
            canvas.hatched(d, ident, 0.8 * GRAIN)
        else:
            canvas.path(d, replace(class_pen(index, len(classes.words)), width=0.8 * GRAIN))
    canvas.close_group()


def crowded_window(cells: Sequence[MapCell], width_m: float) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north (metres) of the window where numbered cells crowd, None where they do not.

    A window is a quarter of the map's width and holds five numbered cells or more; of several, the fullest.
    """
    ranked = sorted(cells, key=lambda cell: (cell.rank, cell.x_m, cell.y_m))[:LABELLED_CELLS]
    if len(ranked) < CROWD or not math.isfinite(width_m):
        return None
    middles = np.array([(cell.x_m + cell.size_m / 2, cell.y_m + cell.size_m / 2) for cell in ranked])
    half = width_m / INSET_TIMES / 2
    near = (np.abs(middles[:, None, :] - middles[None, :, :]) <= np.array([half, half * INSET_SHAPE])).all(axis=2)
    counts = near.sum(axis=1)
    best = int(np.argmax(counts))
    if counts[best] < CROWD:
        return None
    x, y = middles[near[best]].mean(axis=0)
    return (x - half, y - half * INSET_SHAPE, x + half, y + half * INSET_SHAPE)


def _draw_window(canvas: Canvas, window: tuple[float, float, float, float], fit: _Fit) -> None:
    west, south, east, north = window
    (x, y), (x2, y2) = fit.place(np.array([[west, north], [east, south]]))
    canvas.rect(x, y, x2 - x, y2 - y, Pen(stroke="ink", width=1.4, dash="5 3"))
    words = "Inset"
    canvas.rect(x, y - 17, text_width(words, 12) + 8, 16, Pen(fill="bg"))
    canvas.text(x + 4, y - 5, words, Type(12, is_bold=True))


def _draw_inset(
    drawing: AreaMap[Shown], frame: Frame, shaded: tuple[npt.NDArray[np.object_], Classes],
    window: tuple[float, float, float, float],
) -> Drawn:  # fmt: skip
    """Draw the crowded part larger, so that the numbers of its cells stand apart."""
    shapes, classes = shaded
    west, south, east, north = window
    scale = INSET_WIDE / (east - west)
    fit = _Fit(scale, west, north - 4 / scale, 0.0, (north - south) * scale)
    clipped = _polygons(shapely.clip_by_rect(shapes, west, south, east, north))
    canvas = Canvas(fit.height, INSET_WIDE)
    _draw_areas(canvas, _class_paths(clipped, classes, fit), classes, f"{frame.id}-i-h")
    inside = [cell for cell in drawing.cells if _is_inside(cell, window)]
    _draw_cells(canvas, inside, fit, frame.gate)
    canvas.rect(0, fit.height - 38, 204, 38, Pen(fill="bg"))
    _draw_scale(canvas, scale, (8.0, fit.height - 15))
    canvas.rect(0.7, 0.7, INSET_WIDE - 1.4, fit.height - 1.4, Pen(stroke="ink", width=1.4, dash="5 3"))
    frame = replace(
        frame, id=f"{frame.id}-i", title=f"Inset: {frame.title}", desc=f"The framed part of the map, larger; "
        f"{len(inside):,} flagged cells.",
    )  # fmt: skip
    return canvas.close(frame, "map inset")


def _polygons(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return each shape without the points and lines that clipping leaves where it only touches the window."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_area = np.isin(shapely.get_type_id(parts), (3, 6))
    groups = [list(parts[is_area & (owner == at)]) for at in range(len(shapes))]
    return np.array([shapely.union_all(group) if group else shapely.Polygon() for group in groups], dtype=object)


def _is_inside(cell: MapCell, window: tuple[float, float, float, float]) -> bool:
    west, south, east, north = window
    return west <= cell.x_m and cell.x_m + cell.size_m <= east and south <= cell.y_m and cell.y_m + cell.size_m <= north


def area_shapes(drawing: AreaMap[Shown]) -> npt.NDArray[np.object_]:
    """Return one (multi)polygon an area, in order, in EPSG:27700 metres; areas without a whole ring are empty."""
    parts = [[shapely.Polygon(ring) for ring in area.rings if len(ring) >= 3] for area in drawing.areas]
    shapes = [group[0] if len(group) == 1 else shapely.MultiPolygon(group) for group in parts]
    return np.array(shapes, dtype=object)


def _fit(shapes: npt.NDArray[np.object_], cells: Sequence[MapCell]) -> _Fit:
    squares = [shapely.box(c.x_m, c.y_m, c.x_m + c.size_m, c.y_m + c.size_m) for c in cells]
    everything = np.array([*shapes, *squares], dtype=object)
    bounds = shapely.total_bounds(everything) if len(everything) else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        return _Fit(1.0, 0.0, 0.0, 0.0, 40.0)
    west, south, east, north = bounds
    scale = min((WIDE - 8) / max(east - west, 1.0), (TALLEST - 8) / max(north - south, 1.0))
    shift = (WIDE - (east - west) * scale) / 2
    return _Fit(scale, west, north, shift, (north - south) * scale + 8)


def _class_paths(shapes: npt.NDArray[np.object_], classes: Classes, fit: _Fit) -> dict[int, str]:
    if not len(shapes):
        return {}
    try:
        simple = shapely.coverage_simplify(shapes, tolerance=1.0 / fit.scale)
    except shapely.errors.GEOSException:
        simple = shapes
    parts, owner = shapely.get_parts(simple, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    of = np.asarray(classes.of)[owner[part]]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    points = np.rint(fit.place(xy) * GRAIN).astype(int)
    ends = np.searchsorted(ring, np.arange(len(rings) + 1))
    found: dict[int, list[str]] = {}
    for index in range(len(rings)):
        d = _ring_path(points[ends[index] : ends[index + 1]])
        if d:
            found.setdefault(int(of[index]), []).append(d)
    return {index: "".join(found[index]) for index in sorted(found)}


def _ring_path(points: npt.NDArray[np.int_]) -> str:
    steps = np.diff(points, axis=0)
    steps = steps[(steps != 0).any(axis=1)][:-1]
    if len(steps) < 2:
        return ""
    words = " ".join(f"{x} {y}" for x, y in steps.tolist()).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{words}z"


def _draw_cells(canvas: Canvas, cells: Sequence[MapCell], fit: _Fit, gate: Gate) -> None:
    taken: list[tuple[float, float]] = []
    squares: list[tuple[float, float, float, float]] = []
    ranked = sorted(cells, key=lambda cell: (cell.rank, cell.x_m, cell.y_m))
    for cell in ranked:
        gate.check(cell.label)
        corner = fit.place(np.array([[cell.x_m, cell.y_m + cell.size_m]]))[0]
        side = max(cell.size_m * fit.scale, 5.0)
        squares.append((corner[0], corner[1], side, side))
        taken.append((corner[0] + side / 2, corner[1] + side / 2))
    canvas.boxes(squares, Pen(stroke="bg", width=4))
    canvas.boxes(squares, Pen(stroke="s4", width=2))
    labels: list[tuple[float, float]] = []
    for index, _ in enumerate(ranked[:LABELLED_CELLS]):
        labels.append(_free_place(taken[index], labels, (canvas.width, fit.height)))
    canvas.lines([(*at, *to) for at, to in zip(taken, labels, strict=False)], Pen(stroke="ink"))
    for index, cell in enumerate(ranked[:LABELLED_CELLS]):
        x, y = labels[index]
        canvas.circle(x, y, 10, Pen(fill="ink", stroke="bg"), ' data-r=""')
        canvas.text(x, y + 4, str(cell.rank), Type(11, "middle", "bg", is_bold=True), ' data-r=""')


def _free_place(
    at: tuple[float, float], labels: list[tuple[float, float]], room: tuple[float, float]
) -> tuple[float, float]:
    """Return the nearest place around ``at`` (eight directions, growing rings) where no label stands."""
    for radius in (22.0, 34.0, 48.0, 64.0, 84.0, 110.0):
        for turn in range(8):
            angle = math.pi * (turn / 4 - 0.25)
            x, y = at[0] + radius * math.cos(angle), at[1] + radius * math.sin(angle)
            inside = 14 <= x <= room[0] - 14 and 14 <= y <= room[1] - 14
            if inside and all((x - u) ** 2 + (y - v) ** 2 >= 34.0**2 for u, v in labels):
                return x, y
    return at


def _furniture(drawing: AreaMap[Shown], frame: Frame, classes: Classes, fit: _Fit, width: float) -> Drawn:
    is_narrow = width < WIDE
    beside = 0.0 if is_narrow else 190.0
    canvas = Canvas(1.0, width - beside)
    rows = legend_rows(classes, width - beside)
    canvas.height = 34.0 + rows * 24 + (48 if is_narrow else 4)
    ident = f"{frame.id}-h{'n' if is_narrow else 'w'}"
    canvas.define_hatch(ident)
    unit = wrap(frame.gate.check(drawing.unit), width - beside, 12, 1)[0]
    canvas.text(0, 16, unit[:1].upper() + unit[1:], Type(12, fill="muted", is_bold=True))
    draw_legend(canvas, classes, 26, ident)
    canvas.width = width
    if drawing.areas:
        _draw_scale(canvas, fit.scale * width / WIDE, (0.0, canvas.height - 20) if is_narrow else (width - 176, 36.0))
    return canvas.close_furniture("n" if is_narrow else "w")


def _draw_scale(canvas: Canvas, scale: float, at: tuple[float, float]) -> None:
    lengths = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)
    metres = max([length for length in lengths if length * scale <= 110] or [lengths[0]])
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    x, y = at
    long = metres * scale
    canvas.path(f"M{num(x)} {num(y - 6)}v6h{num(long)}v-6", Pen(stroke="ink", width=1.6))
    canvas.text(x + long + 8, y, words, Type(12))
    north = x + long + 20 + text_width(words, 12) + 10
    canvas.path(f"M{num(north)} {num(y - 20)}l6 18l-6 -5l-6 5Z", Pen(fill="ink"))
    canvas.text(north, y + 11, "N", Type(12, "middle", is_bold=True))


def map_notes(drawing: AreaMap[Shown]) -> tuple[Text, ...]:
    """Return what the marks on the map mean and whose lines they are, for the line under it."""
    notes: list[Text] = []
    if any(area.value.is_hidden for area in drawing.areas):
        notes.append(Fixed("Hatched areas are hidden to protect confidentiality. "))
    if drawing.cells:
        carried = min(LABELLED_CELLS, len(drawing.cells))
        notes.append(Fixed(f"Outlined squares are flagged cells; the first {carried} carry their rank. "))
    return (*notes, drawing.attribution)
