"""The values behind a picture as a table: what "as a table", the CSV and the workbook hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market_profile.document import (
    AreaMap,
    Bars,
    Calibration,
    Drawing,
    Dumbbells,
    HeatStrip,
    Lorenz,
    NetworkPicture,
    Panels,
    Survival,
    Trend,
    Waterfall,
)
from market_profile.editions.model import Shown
from market_profile.render.gate import Text, like
from market_profile.render.network_layout import SQUARES
from market_profile.render.scales import figure_text, period_text
from market_profile.render.svg_lorenz import group_word, running_shares, share_text
from market_profile.values import Fixed


@dataclass(frozen=True)
class Grid:
    """A table before it is laid out: headings, which of them are numbers, rows of texts or values."""

    headings: tuple[Text, ...]
    rows: tuple[tuple[Text | Shown, ...], ...]


def grid_of(drawing: Drawing[Shown]) -> Grid:
    """Return the values behind the picture as a table, largest first where the order is free."""
    made: Grid = _GRIDS[type(drawing)](drawing)
    return made


def _trend_grid(drawing: Trend[Shown]) -> Grid:
    rows = tuple(
        (period_text(period), *(values[at] for _, values in drawing.series))
        for at, period in enumerate(drawing.periods)
    )
    return Grid((Fixed("Month"), *(name for name, _ in drawing.series)), rows)


def _bars_grid(drawing: Bars[Shown]) -> Grid:
    return Grid((Fixed("Category"), drawing.unit), drawing.items)


def _map_grid(drawing: AreaMap[Shown]) -> Grid:
    ordered = sorted(drawing.areas, key=lambda area: (-_rank(area.value), str(area.code)))
    unit = str(drawing.unit)
    heading = like(drawing.unit, unit[:1].upper() + unit[1:])
    return Grid((Fixed("Area"), heading), tuple((area.name, area.value) for area in ordered))


def _lorenz_grid(drawing: Lorenz[Shown]) -> Grid:
    word = group_word(len(drawing.shares))
    running = running_shares(drawing)
    rows = tuple(
        (Fixed(f"{word[:1].upper()}{word[1:]} {at}"), value, Fixed(share_text(share)))
        for at, (value, share) in enumerate(zip(drawing.shares, running, strict=True), 1)
    )
    return Grid((Fixed("Group, smallest first"), Fixed("Share"), Fixed("Running share")), rows)


def _dumbbells_grid(drawing: Dumbbells[Shown]) -> Grid:
    return Grid((Fixed("Category"), drawing.before, drawing.now), drawing.items)


def _panels_grid(drawing: Panels[Shown]) -> Grid:
    rows = tuple(
        (period_text(period), *(panel.values[at] for panel in drawing.panels))
        for at, period in enumerate(drawing.periods)
    )
    is_shared = drawing.is_shared
    headings = tuple(
        panel.name if is_shared or not panel.unit else like(panel.name, f"{panel.name} ({panel.unit})")
        for panel in drawing.panels
    )
    return Grid((Fixed("Month"), *headings), rows)


def _calibration_grid(drawing: Calibration[Shown]) -> Grid:
    return Grid((drawing.forecast, drawing.happened), drawing.points)


def _waterfall_grid(drawing: Waterfall[Shown]) -> Grid:
    parts = (*((drawing.start,) if drawing.start else ()), *drawing.steps, drawing.total)
    return Grid((Fixed("Part"), drawing.unit), parts)


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
        """Return a share as whole per cent."""
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


_GRIDS: dict[type, Callable[[Any], Grid]] = {
    Trend: _trend_grid,
    Bars: _bars_grid,
    HeatStrip: _heat_grid,
    AreaMap: _map_grid,
    NetworkPicture: _network_grid,
    Survival: _survival_grid,
    Lorenz: _lorenz_grid,
    Dumbbells: _dumbbells_grid,
    Panels: _panels_grid,
    Calibration: _calibration_grid,
    Waterfall: _waterfall_grid,
}
