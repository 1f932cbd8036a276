"""The legend of shaded classes, shared by maps and heat strips."""

from __future__ import annotations

from market_profile.render.scales import HIDDEN, WITHOUT, Classes, shade
from market_profile.render.svg import Canvas, Pen, Type, text_width
from market_profile.render.theme import CLASSES

_SWATCH, _GAP = 18.0, 22.0


def legend_items(classes: Classes) -> list[tuple[int, str]]:
    """Return (class, words) to explain: each class of numbers, then hidden and missing values where there are any."""
    items = list(enumerate(classes.words))
    if HIDDEN in classes.of:
        items.append((HIDDEN, "hidden [c]"))
    if WITHOUT in classes.of:
        items.append((WITHOUT, "no value"))
    return items


def legend_rows(classes: Classes, width: float, size: float = 12.0) -> int:
    """Return how many lines the legend takes in ``width``."""
    return 1 + max([0, *(row for row, _, _, _ in _places(classes, width, size))])


def draw_legend(canvas: Canvas, classes: Classes, top: float, hatch: str, left: float = 0.0) -> None:
    """Draw swatches with their ranges from ``top`` down, wrapped to the width of the canvas."""
    for row, x, index, words in _places(classes, canvas.width - left, 12.0):
        y = top + row * 24
        _draw_swatch(canvas, left + x, y, index, len(classes.words), hatch)
        canvas.text(left + x + _SWATCH + 6, y + 13, words, Type(12))


def class_pen(index: int, count: int) -> Pen:
    """Return how class ``index`` of ``count`` is painted; hidden and missing values have no fill of their own."""
    if index < 0:
        return Pen(fill="bg", stroke="axis", width=0.7)
    return Pen(fill=CLASSES[shade(index, count)], stroke="axis", width=0.7)


def _places(classes: Classes, width: float, size: float) -> list[tuple[int, float, int, str]]:
    row, x, places = 0, 0.0, []
    for index, words in legend_items(classes):
        need = _SWATCH + 6 + text_width(words, size)
        if x and x + need > width:
            row, x = row + 1, 0.0
        places.append((row, x, index, words))
        x += need + _GAP
    return places


def _draw_swatch(canvas: Canvas, x: float, y: float, index: int, count: int, hatch: str) -> None:
    if index != HIDDEN:
        canvas.rect(x, y, _SWATCH, 16, class_pen(index, count))
    else:
        canvas.hatched(f"M{x:.1f} {y:.1f}h{_SWATCH:.0f}v16h-{_SWATCH:.0f}Z", hatch)
