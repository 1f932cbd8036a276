"""Dumbbells: each item's value before (ring) and now (dot) on one scale, joined by a line."""

from __future__ import annotations

from market_profile.document import Dumbbells
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import Scale, linear_scale
from market_profile.render.svg import Canvas, Frame, Pen, Type, text_width, wrap
from market_profile.render.svg_bars import draw_frame, draw_label, rows_layout

KEY = 22.0
"""Room above the rows for the key: ring and dot."""


def describe_dumbbells(drawing: Dumbbells[Shown], gate: Gate) -> str:
    """Return the pairs in words, at most twelve of them, in their order."""
    before, now = gate.check(drawing.before), gate.check(drawing.now)
    parts = [f"{gate.check(name)} {gate.check(one)} to {gate.check(other)}" for name, one, other in drawing.items[:12]]
    if not parts:
        return "Nothing to show."
    more = len(drawing.items) - len(parts)
    tail = f"; and {more} more in the table" if more else ""
    return f"{before} to {now[:1].lower()}{now[1:]}, in {gate.check(drawing.unit)}: {'; '.join(parts)}{tail}."


def draw_dumbbells(drawing: Dumbbells[Shown], frame: Frame) -> Drawn:
    """Return the picture of ``drawing`` for the size of ``frame``; a hidden end has no mark and reads ``[c]``."""
    gate = frame.gate
    names = [gate.check(name) for name, _, _ in drawing.items]
    words = [f"{_figure(one, gate)} → {_figure(other, gate)}" for _, one, other in drawing.items]
    layout = rows_layout(names, words, frame, top=26 + KEY)
    canvas = Canvas(layout.row * len(names) + 56 + KEY, frame.width)
    numbers = [
        value.number for _, *pair in drawing.items for value in pair if _is_seen(value) and value.number is not None
    ]
    scale = linear_scale(numbers, layout.left, frame.width - layout.room, 3 if frame.is_narrow else 5)
    draw_frame(canvas, scale, layout, len(names), gate.check(drawing.unit))
    _draw_key(canvas, gate.check(drawing.before), gate.check(drawing.now))
    for index, (_, before, now) in enumerate(drawing.items):
        top = layout.top + layout.row * index
        canvas.open_group(frame.keys.get(names[index]))
        draw_label(canvas, layout, names[index], top)
        _draw_pair(canvas, scale, (before, now), top + layout.offset + layout.bar / 2)
        room = Type(12 if layout.is_narrow else 13)
        text = wrap(words[index], layout.room - 8, room.size, 1)[0]
        canvas.text(frame.width - layout.room + 12, top + layout.offset + layout.bar / 2 + 4.5, text, room)
        canvas.close_group()
    return canvas.close(frame)


def _figure(value: Shown, gate: Gate) -> str:
    return gate.check(value.centre or value.text)


def _is_seen(value: Shown) -> bool:
    return value.number is not None and not value.is_hidden


def _draw_pair(canvas: Canvas, scale: Scale, pair: tuple[Shown, Shown], y: float) -> None:
    places = [scale(value.number) if _is_seen(value) and value.number is not None else None for value in pair]
    if places[0] is not None and places[1] is not None:
        canvas.line(places[0], y, places[1], y, Pen(stroke="axis", width=3))
    if places[0] is not None:
        canvas.circle(places[0], y, 5, Pen(fill="bg", stroke="s1", width=2))
    if places[1] is not None:
        canvas.circle(places[1], y, 6, Pen(fill="s1"))


def _draw_key(canvas: Canvas, before: str, now: str) -> None:
    y = 34.0
    canvas.circle(6, y - 4, 5, Pen(fill="bg", stroke="s1", width=2))
    first = wrap(before, canvas.width / 2 - 30, 12, 1)[0]
    canvas.text(17, y, first, Type(12))
    x = 17 + text_width(first, 12) + 24
    canvas.circle(x, y - 4, 6, Pen(fill="s1"))
    canvas.text(x + 12, y, wrap(now, canvas.width - x - 16, 12, 1)[0], Type(12))
