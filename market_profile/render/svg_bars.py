"""Bars with their intervals: labels beside them on wide pages and above them on narrow ones."""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.document import Bars
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import Scale, figure_text, linear_scale
from market_profile.render.svg import Canvas, Frame, Pen, Type, text_width, wrap

_TICK = Type(12, "middle", "muted")


@dataclass(frozen=True)
class Rows:
    """How labelled rows stand: left edge of the scale, height of a row and of its mark, room for words at the right."""

    left: float
    row: float
    bar: float
    offset: float
    room: float
    top: float = 26.0

    @property
    def is_narrow(self) -> bool:
        """Whether labels stand above their marks."""
        return self.left < 20

    def mark_top(self, index: int) -> float:
        """Return where the mark of row ``index`` begins."""
        return self.top + self.row * index + self.offset


def describe_bars(drawing: Bars[Shown], gate: Gate) -> str:
    """Return the bars in words, at most twelve of them, in their order."""
    parts = [f"{gate.check(name)} {gate.check(value)}" for name, value in drawing.items[:12]]
    more = len(drawing.items) - 12
    if more > 0:
        parts.append(f"and {more} more in the table")
    return f"In {gate.check(drawing.unit)}: {'; '.join(parts)}." if parts else "Nothing to show."


def draw_bars(drawing: Bars[Shown], frame: Frame) -> Drawn:
    """Return the picture of ``drawing`` for the size of ``frame``; a hidden value has no bar and reads ``[c]``."""
    gate = frame.gate
    names = [gate.check(name) for name, _ in drawing.items]
    texts = [gate.check(value) for _, value in drawing.items]
    layout = rows_layout(names, texts, frame)
    canvas = Canvas(layout.row * len(names) + 56, frame.width)
    numbers = [part for _, value in drawing.items if not value.is_hidden
               for part in (value.number, value.low, value.high) if part is not None]  # fmt: skip
    scale = linear_scale(numbers, layout.left, frame.width - layout.room, 3 if frame.is_narrow else 5)
    draw_frame(canvas, scale, layout, len(names), gate.check(drawing.unit))
    for index, (_, value) in enumerate(drawing.items):
        y = layout.top + layout.row * index
        canvas.open_group(frame.keys.get(names[index]))
        draw_label(canvas, layout, names[index], y)
        _draw_bar(canvas, scale, value, texts[index], y + layout.offset, layout)
        canvas.close_group()
    return canvas.close(frame)


def rows_layout(names: list[str], texts: list[str], frame: Frame, top: float = 26.0) -> Rows:
    """Return the layout of rows called ``names`` with ``texts`` at their right, for the size of ``frame``."""
    if frame.is_narrow:
        room = 12 + min(110.0, max([20.0, *(text_width(text, 12) for text in texts)]))
        return Rows(18.0, 46.0, 16.0, 22.0, room, top)
    left = 12 + min(220.0, max([40.0, *(text_width(name) for name in names)]))
    room = 16 + min(180.0, max([20.0, *(text_width(text) for text in texts)]))
    return Rows(left, 36.0, 20.0, 8.0, room, top)


def draw_frame(canvas: Canvas, scale: Scale, layout: Rows, count: int, unit: str) -> None:
    """Draw the unit, the grid with its figures under the last of ``count`` rows, and the line at nought."""
    words = wrap(unit, canvas.width - 8, 12, 1)[0]
    canvas.text(0, 13, words[:1].upper() + words[1:], Type(12, fill="muted"))
    bottom = layout.top + layout.row * count
    canvas.lines([(scale(tick), layout.top - 2, scale(tick), bottom) for tick in scale.ticks], Pen(stroke="grid"))
    for tick in scale.ticks:
        canvas.text(scale(tick), bottom + 17, figure_text(tick), _TICK)
    canvas.line(scale(0), layout.top - 4, scale(0), bottom, Pen(stroke="axis"))


def draw_label(canvas: Canvas, layout: Rows, name: str, y: float) -> None:
    """Set the name of the row that begins at ``y``."""
    if layout.is_narrow:
        canvas.text(0, y + 16, wrap(name, canvas.width - 8, 13, 1)[0])
        return
    rows = wrap(name, layout.left - 12, 13, 2)
    start = y + layout.offset + layout.bar / 2 + 4.5 - 7.5 * (len(rows) - 1)
    for index, row in enumerate(rows):
        canvas.text(layout.left - 10, start + 15 * index, row, Type(13, "end"))


def _draw_bar(canvas: Canvas, scale: Scale, value: Shown, text: str, y: float, layout: Rows) -> None:
    middle = y + layout.bar / 2
    ends = [scale(0)]
    if value.number is not None and not value.is_hidden:
        ends.append(scale(value.number))
        canvas.rect(min(ends), y, abs(ends[1] - ends[0]), layout.bar, Pen(fill="s1"))
        if value.low is not None and value.high is not None:
            low, high = scale(value.low), scale(value.high)
            ends.append(high)
            canvas.line(low, middle, high, middle, Pen(stroke="bg", width=5))
            caps = f"M{low:.1f} {middle - 5:.1f}v10M{low:.1f} {middle:.1f}H{high:.1f}M{high:.1f} {middle - 5:.1f}v10"
            canvas.path(caps, Pen(stroke="ink", width=1.6))
    words = wrap(text, layout.room - 8, 12 if layout.is_narrow else 13, 1)[0]
    canvas.text(max(ends) + 7, middle + 4.5, words, Type(12 if layout.is_narrow else 13))
