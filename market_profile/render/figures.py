"""From a drawing to its pictures, its words for people who cannot see it, and its values as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from market_profile.document import AreaMap, Bars, Drawing, Figure, HeatStrip, NetworkPicture, Survival, Trend
from market_profile.editions.model import Shown
from market_profile.render import svg_bars, svg_heat, svg_map, svg_network, svg_survival, svg_trend
from market_profile.render.gate import Drawn, Gate, Text
from market_profile.render.network_layout import SQUARES
from market_profile.render.scales import figure_text, period_text
from market_profile.render.svg import Frame
from market_profile.values import Fixed


@dataclass(frozen=True)
class Grid:
    """A table before it is laid out: headings, which of them are numbers, rows of texts or values."""

    headings: tuple[Text, ...]
    rows: tuple[tuple[Text | Shown, ...], ...]


def describe(drawing: Drawing[Shown], gate: Gate) -> str:
    """Return the picture in words, made from the shown values."""
    if isinstance(drawing, Trend):
        return svg_trend.describe_trend(drawing, gate)
    if isinstance(drawing, Bars):
        return svg_bars.describe_bars(drawing, gate)
    if isinstance(drawing, HeatStrip):
        return svg_heat.describe_heat(drawing, gate)
    if isinstance(drawing, AreaMap):
        return svg_map.describe_map(drawing, gate)
    if isinstance(drawing, Survival):
        return svg_survival.describe_survival(drawing, gate)
    return svg_network.describe_network(drawing, gate)


def draw(figure: Figure[Shown], ident: str, title: str, gate: Gate, keys: Mapping[str, int]) -> tuple[Drawn, ...]:
    """Return the pictures of ``figure``: one for wide and one for narrow pages (a map shares its body)."""
    drawing = figure.drawing
    wide = Frame(gate, ident, title, describe(drawing, gate), keys=keys)
    if isinstance(drawing, AreaMap):
        return svg_map.draw_map(drawing, wide)
    return tuple(_draw(drawing, frame) for frame in (wide, replace(wide, is_narrow=True)))


def _draw(drawing: Drawing[Shown], frame: Frame) -> Drawn:
    if isinstance(drawing, Trend):
        return svg_trend.draw_trend(drawing, frame)
    if isinstance(drawing, Bars):
        return svg_bars.draw_bars(drawing, frame)
    if isinstance(drawing, HeatStrip):
        return svg_heat.draw_heat(drawing, frame)
    if isinstance(drawing, Survival):
        return svg_survival.draw_survival(drawing, frame)
    if isinstance(drawing, NetworkPicture):
        return svg_network.draw_network(drawing, frame)
    raise TypeError(f"no picture for {type(drawing).__name__}")


def notes_of(drawing: Drawing[Shown]) -> tuple[Text, ...]:
    """Return what the marks of the picture mean, where it needs saying."""
    if isinstance(drawing, AreaMap):
        return svg_map.map_notes(drawing)
    if isinstance(drawing, Trend) and any(value.is_hidden for _, values in drawing.series for value in values):
        return (Fixed("[c]: hidden to protect confidentiality; the line has a gap there."),)
    return ()


def grid_of(drawing: Drawing[Shown]) -> Grid:
    """Return the values behind the picture as a table, largest first where the order is free."""
    if isinstance(drawing, Trend):
        rows = tuple(
            (period_text(period), *(values[at] for _, values in drawing.series))
            for at, period in enumerate(drawing.periods)
        )
        return Grid((Fixed("Month"), *(name for name, _ in drawing.series)), rows)
    if isinstance(drawing, Bars):
        return Grid((Fixed("Category"), drawing.unit), drawing.items)
    if isinstance(drawing, HeatStrip):
        return _heat_grid(drawing)
    if isinstance(drawing, AreaMap):
        ordered = sorted(drawing.areas, key=lambda area: (-_rank(area.value), str(area.code)))
        return Grid((Fixed("Area"), drawing.unit), tuple((area.name, area.value) for area in ordered))
    if isinstance(drawing, Survival):
        return _survival_grid(drawing)
    return _network_grid(drawing)


def _rank(value: Shown) -> float:
    return -1.0 if value.number is None or value.is_hidden else value.number


def _heat_grid(drawing: HeatStrip[Shown]) -> Grid:
    if len(drawing.column_labels) <= 12:
        rows: list[tuple[Text | Shown, ...]] = [
            (label, *cells) for label, cells in zip(drawing.row_labels, drawing.cells, strict=True)
        ]
        return Grid((Fixed("Row"), *drawing.column_labels), tuple(rows))
    turned: list[tuple[Text | Shown, ...]] = [
        (label, *(cells[at] for cells in drawing.cells)) for at, label in enumerate(drawing.column_labels)
    ]
    return Grid((Fixed("Column"), *drawing.row_labels), tuple(turned))


def _survival_grid(drawing: Survival[Shown]) -> Grid:
    def share(value: float) -> Fixed:
        return Fixed(f"{figure_text(round(value * 100))}%")

    steps = zip(drawing.days, drawing.share, drawing.low, drawing.high, strict=True)
    rows = tuple((Fixed(figure_text(day)), share(mid), share(low), share(high)) for day, mid, low, high in steps)
    return Grid((Fixed("Days"), Fixed("Still without"), Fixed("Low"), Fixed("High")), rows)


def _network_grid(drawing: NetworkPicture) -> Grid:
    group_of = {node.key: str(node.group) for node in drawing.nodes}
    people = Counter(group_of.values())
    suppliers = Counter(str(node.group) for node in drawing.nodes if node.role in SQUARES)
    users = Counter(str(node.group) for node in drawing.nodes if node.role == "user")
    outside: Counter[str] = Counter()
    for source, target, _, _ in drawing.links:
        one, other = group_of.get(source), group_of.get(target)
        if one is not None and other is not None and one != other:
            outside.update((one, other))
    ordered = sorted(people, key=lambda group: -people[group])
    rows = tuple(
        (group, *(Fixed(f"{counts[group]:,}") for counts in (people, suppliers, users, outside))) for group in ordered
    )
    headings = ("Group", "People", "Suppliers and dealers", "Users", "Links to other groups")
    return Grid(tuple(Fixed(heading) for heading in headings), rows)
