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
class _Layout:
    left: float
    row: float
    bar: float
    offset: float
    room: float


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
    layout = _layout(names, texts, frame)
    canvas = Canvas(layout.row * len(names) + 56, frame.width)
    numbers = [part for _, value in drawing.items if not value.is_hidden
               for part in (value.number, value.low, value.high) if part is not None]  # fmt: skip
    right = frame.width - layout.room
    scale = linear_scale(numbers, layout.left, right, 3 if frame.is_narrow else 5)
    unit = wrap(gate.check(drawing.unit), frame.width - 8, 12, 1)[0]
    canvas.text(0, 13, unit[:1].upper() + unit[1:], Type(12, fill="muted"))
    bottom = 26 + layout.row * len(names)
    for tick in scale.ticks:
        canvas.line(scale(tick), 24, scale(tick), bottom, Pen(stroke="grid"))
        canvas.text(scale(tick), bottom + 17, figure_text(tick), _TICK)
    for index, (_, value) in enumerate(drawing.items):
        y = 26 + layout.row * index
        canvas.open_group(frame.keys.get(names[index]))
        _draw_label(canvas, layout, names[index], y)
        _draw_bar(canvas, scale, value, texts[index], y + layout.offset, layout)
        canvas.close_group()
    canvas.line(scale(0), 22, scale(0), bottom, Pen(stroke="axis"))
    return canvas.close(frame)


def _layout(names: list[str], texts: list[str], frame: Frame) -> _Layout:
    if frame.is_narrow:
        room = 12 + min(110.0, max([20.0, *(text_width(text, 12) for text in texts)]))
        return _Layout(18.0, 46.0, 16.0, 22.0, room)
    left = 12 + min(220.0, max([40.0, *(text_width(name) for name in names)]))
    room = 16 + min(180.0, max([20.0, *(text_width(text) for text in texts)]))
    return _Layout(left, 36.0, 20.0, 8.0, room)


def _draw_label(canvas: Canvas, layout: _Layout, name: str, y: float) -> None:
    if layout.left < 20:
        canvas.text(0, y + 16, wrap(name, canvas.width - 8, 13, 1)[0])
        return
    rows = wrap(name, layout.left - 12, 13, 2)
    start = y + layout.offset + layout.bar / 2 + 4.5 - 7.5 * (len(rows) - 1)
    for index, row in enumerate(rows):
        canvas.text(layout.left - 10, start + 15 * index, row, Type(13, "end"))


def _draw_bar(canvas: Canvas, scale: Scale, value: Shown, text: str, y: float, layout: _Layout) -> None:
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
    words = wrap(text, layout.room - 8, 12 if layout.left < 20 else 13, 1)[0]
    canvas.text(max(ends) + 7, middle + 4.5, words, Type(12 if layout.left < 20 else 13))
