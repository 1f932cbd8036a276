"""From a drawing to its pictures and its words for people who cannot see it; ``grids`` holds its values as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from market_profile.document import (
    AreaMap,
    Bars,
    Calibration,
    Drawing,
    Dumbbells,
    Figure,
    HeatStrip,
    Lorenz,
    NetworkPicture,
    Panels,
    Survival,
    Trend,
    Waterfall,
)
from market_profile.editions.model import Shown
from market_profile.render import (
    svg_bars,
    svg_calibration,
    svg_dumbbells,
    svg_heat,
    svg_lorenz,
    svg_map,
    svg_network,
    svg_panels,
    svg_survival,
    svg_trend,
    svg_waterfall,
)
from market_profile.render.gate import Drawn, Gate, Text
from market_profile.render.svg import Frame
from market_profile.values import Fixed


def describe(drawing: Drawing[Shown], gate: Gate) -> str:
    """Return the picture in words, made from the shown values."""
    words: str = _KINDS[type(drawing)].describe(drawing, gate)
    return words


def draw(figure: Figure[Shown], ident: str, title: str, gate: Gate, keys: Mapping[str, int]) -> tuple[Drawn, ...]:
    """Return the pictures of ``figure``: one for wide and one for narrow pages (a map shares its body).

    A square plot is one picture for every page.
    """
    drawing = figure.drawing
    wide = Frame(gate, ident, title, describe(drawing, gate), keys=keys)
    if isinstance(drawing, AreaMap):
        return svg_map.draw_map(drawing, wide)
    kind = _KINDS[type(drawing)]
    frames = (wide,) if kind.is_square else (wide, replace(wide, is_narrow=True))
    return tuple(kind.draw(drawing, frame) for frame in frames)


def notes_of(drawing: Drawing[Shown]) -> tuple[Text, ...]:
    """Return what the marks of the picture mean, where it needs saying."""
    if isinstance(drawing, AreaMap):
        return svg_map.map_notes(drawing)
    lines = _lines(drawing)
    if any(value.is_hidden for values in lines for value in values):
        return (Fixed("[c]: hidden to protect confidentiality; the line has a gap there."),)
    return ()


def _lines(drawing: Drawing[Shown]) -> tuple[tuple[Shown, ...], ...]:
    if isinstance(drawing, Trend):
        return tuple(values for _, values in drawing.series)
    return tuple(panel.values for panel in drawing.panels) if isinstance(drawing, Panels) else ()


@dataclass(frozen=True)
class _Kind:
    """How one sort of drawing is put in words and drawn."""

    describe: Callable[[Any, Gate], str]
    draw: Callable[[Any, Frame], Drawn]
    is_square: bool = False


_KINDS: dict[type, _Kind] = {
    Trend: _Kind(svg_trend.describe_trend, svg_trend.draw_trend),
    Bars: _Kind(svg_bars.describe_bars, svg_bars.draw_bars),
    HeatStrip: _Kind(svg_heat.describe_heat, svg_heat.draw_heat),
    AreaMap: _Kind(svg_map.describe_map, lambda drawing, frame: svg_map.draw_map(drawing, frame)[0]),
    NetworkPicture: _Kind(svg_network.describe_network, svg_network.draw_network),
    Survival: _Kind(svg_survival.describe_survival, svg_survival.draw_survival),
    Lorenz: _Kind(svg_lorenz.describe_lorenz, svg_lorenz.draw_lorenz, is_square=True),
    Dumbbells: _Kind(svg_dumbbells.describe_dumbbells, svg_dumbbells.draw_dumbbells),
    Panels: _Kind(svg_panels.describe_panels, svg_panels.draw_panels),
    Calibration: _Kind(svg_calibration.describe_calibration, svg_calibration.draw_calibration, is_square=True),
    Waterfall: _Kind(svg_waterfall.describe_waterfall, svg_waterfall.draw_waterfall),
}
