"""The heat strip: rows by columns in at most five shades, one path a shade; hidden cells are hatched."""

from __future__ import annotations

from market_profile.document import HeatStrip
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import HIDDEN, classes_of
from market_profile.render.svg import Canvas, Frame, Type, num, text_width, wrap
from market_profile.render.svg_legend import class_pen, draw_legend, legend_rows


def describe_heat(drawing: HeatStrip[Shown], gate: Gate) -> str:
    """Return the strip in words: its size, its highest cells, how many are hidden."""
    cells = [
        (value, f"{gate.check(row)} {gate.check(column)}")
        for row, values in zip(drawing.row_labels, drawing.cells, strict=True)
        for column, value in zip(drawing.column_labels, values, strict=True)
    ]
    seen = [(value, name) for value, name in cells if value.number is not None and not value.is_hidden]
    words = [f"{len(drawing.row_labels)} rows by {len(drawing.column_labels)} columns, in {gate.check(drawing.unit)}."]
    if seen:
        top = max(value.number or 0.0 for value, _ in seen)
        best = [(value, name) for value, name in seen if value.number == top]
        more = f" and {len(best) - 3} more" if len(best) > 3 else ""
        names = ", ".join(name for _, name in best[:3])
        words.append(f"Highest: {gate.check(best[0][0])} ({names}{more}).")
    hidden = sum(value.is_hidden for value, _ in cells)
    if hidden:
        words.append(f"{hidden} of {len(cells)} cells hidden.")
    return " ".join(words)


def draw_heat(drawing: HeatStrip[Shown], frame: Frame) -> Drawn:
    """Return the picture of ``drawing`` for the size of ``frame``."""
    gate = frame.gate
    values = [value for row in drawing.cells for value in row]
    for value in values:
        gate.check(value)
    classes = classes_of(values)
    rows = [gate.check(label) for label in drawing.row_labels]
    size = 12.0
    left = 10 + min(frame.width * 0.3, max([20.0, *(text_width(row, size) for row in rows)]))
    step = (frame.width - left) / max(len(drawing.column_labels), 1)
    tall = min(30.0, max(20.0, step))
    top, bottom = 24.0, 24.0 + tall * len(rows)
    canvas = Canvas(bottom + 34 + 24 * legend_rows(classes, frame.width), frame.width)
    ident = f"{frame.id}-{frame.suffix}-h"
    canvas.define_hatch(ident)
    unit = wrap(gate.check(drawing.unit), frame.width, size, 1)[0]
    canvas.text(0, bottom + 24, unit[:1].upper() + unit[1:], Type(size, fill="muted"))
    for index, row in enumerate(rows):
        words = wrap(row, left - 10, size, 1)[0]
        canvas.text(left - 8, top + tall * index + tall / 2 + 4, words, Type(size, "end"))
    _draw_columns(canvas, [gate.check(label) for label in drawing.column_labels], left, step)
    inset = 1.0 if step > 12 else 0.5
    for index in sorted(set(classes.of)):
        at = [place for place, own in enumerate(classes.of) if own == index]
        d = _cells(at, len(drawing.column_labels), (left, top, step, tall), inset)
        if index == HIDDEN:
            canvas.hatched(d, ident)
        else:
            canvas.path(d, class_pen(index, len(classes.words)))
    draw_legend(canvas, classes, bottom + 34, ident)
    return canvas.close(frame)


def _cells(places: list[int], columns: int, grid: tuple[float, float, float, float], inset: float) -> str:
    left, top, step, tall = grid
    parts = []
    for place in places:
        row, column = divmod(place, columns)
        x, y = left + column * step + inset, top + row * tall + inset
        wide, high = num(step - 2 * inset), num(tall - 2 * inset)
        parts.append(f"M{num(x)} {num(y)}h{wide}v{high}h-{wide}Z")
    return "".join(parts)


def _draw_columns(canvas: Canvas, labels: list[str], left: float, step: float) -> None:
    need = 8 + max([6.0, *(text_width(label, 12) for label in labels)])
    every = next((by for by in (1, 2, 3, 4, 6, 12) if by * step >= need), 24)
    for index, label in enumerate(labels):
        if index % every == 0:
            words = wrap(label, max(step * every, 20.0), 12, 1)[0]
            canvas.text(left + (index + 0.5) * step, 15, words, Type(12, "middle", "muted"))
