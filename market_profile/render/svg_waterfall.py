"""The waterfall: signed parts, each begun where the one before ended, and the total that they add up to."""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.document import Waterfall
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import Scale, linear_scale
from market_profile.render.svg import Canvas, Frame, Pen, Type, wrap
from market_profile.render.svg_bars import Rows, draw_frame, draw_label, rows_layout


@dataclass(frozen=True)
class _Part:
    """A bar from ``start`` to ``end`` in the unit of the values."""

    name: str
    words: str
    start: float
    end: float
    colour: str


def describe_waterfall(drawing: Waterfall[Shown], gate: Gate) -> str:
    """Return the parts in words, in their order, and the total."""
    words = [f"{gate.check(name)} {_signed(value, gate)}" for name, value in drawing.steps]
    if drawing.start is not None:
        words.insert(0, f"from {gate.check(drawing.start[0])} {gate.check(drawing.start[1])}")
    name, total = drawing.total
    return f"In {gate.check(drawing.unit)}: {'; '.join(words)}. {gate.check(name)}: {gate.check(total)}."


def draw_waterfall(drawing: Waterfall[Shown], frame: Frame) -> Drawn:
    """Return the parts as rows for the size of ``frame``; more and less differ in sign, not only in colour."""
    parts = _parts(drawing, frame.gate)
    layout = rows_layout([part.name for part in parts], [part.words for part in parts], frame)
    canvas = Canvas(layout.row * len(parts) + 56, frame.width)
    ends = [end for part in parts for end in (part.start, part.end)]
    scale = linear_scale(ends, layout.left, frame.width - layout.room, 3 if frame.is_narrow else 5)
    draw_frame(canvas, scale, layout, len(parts), frame.gate.check(drawing.unit))
    for index, part in enumerate(parts):
        top = 26 + layout.row * index
        canvas.open_group(frame.keys.get(part.name))
        draw_label(canvas, layout, part.name, top)
        _draw_part(canvas, scale, part, top + layout.offset, layout)
        canvas.close_group()
    if not layout.is_narrow:
        gaps = [(scale(part.end), layout.mark_top(at) + layout.bar, layout.mark_top(at + 1))
                for at, part in enumerate(parts[:-1])]  # fmt: skip
        canvas.lines([(x, one, x, other) for x, one, other in gaps], Pen(stroke="axis"))
    return canvas.close(frame)


def _parts(drawing: Waterfall[Shown], gate: Gate) -> list[_Part]:
    at, parts = 0.0, []
    if drawing.start is not None:
        name, value = drawing.start
        at = _number(value)
        parts.append(_Part(gate.check(name), gate.check(value.centre or value.text), 0.0, at, "s5"))
    for name, value in drawing.steps:
        step = _number(value)
        parts.append(_Part(gate.check(name), _signed(value, gate), at, at + step, "s1" if step >= 0 else "s3"))
        at += step
    name, value = drawing.total
    words = gate.check(value.centre or value.text)
    return [*parts, _Part(gate.check(name), words, 0.0, _number(value), "s5")]


def _signed(value: Shown, gate: Gate) -> str:
    words = gate.check(value.centre or value.text)
    return f"+{words}" if _number(value) > 0 and not words.startswith("+") else words


def _number(value: Shown) -> float:
    return 0.0 if value.is_hidden or value.number is None else value.number


def _draw_part(canvas: Canvas, scale: Scale, part: _Part, top: float, layout: Rows) -> None:
    left, right = sorted((scale(part.start), scale(part.end)))
    canvas.rect(left, top, max(right - left, 1.5), layout.bar, Pen(fill=part.colour))
    size = 12.0 if layout.is_narrow else 13.0
    words = wrap(part.words, layout.room - 8, size, 1)[0]
    canvas.text(right + 7, top + layout.bar / 2 + 4.5, words, Type(size))
