"""Small trends over the same months: small multiples on one scale, or rows above each other on scales of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence

from market_profile.document import Panel, Panels
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import MONTHS, Scale, figure_text, linear_scale, period_text
from market_profile.render.svg import Canvas, Frame, Pen, Type, text_width, wrap
from market_profile.render.svg_trend import HIDDEN_MARK, Box, draw_months, draw_series, extent
from market_profile.render.theme import SERIES

GAP = 22.0
TALL = 66.0
"""Height of the lines of a small multiple."""

_TICK = Type(12, "end", "muted")
_SMALL = Type(12, fill="muted")


def describe_panels(drawing: Panels[Shown], gate: Gate) -> str:
    """Return the panels in words: months, and each panel's first and last value that is shown."""
    if not drawing.periods or not drawing.panels:
        return "Nothing to show."
    months = [gate.check(period_text(period)) for period in drawing.periods]
    words = [f"{len(drawing.panels)} small trends, {months[0]} to {months[-1]}."]
    for panel in drawing.panels[:16]:
        name, unit = gate.check(panel.name), gate.check(panel.unit)
        seen = _seen(panel.values)
        if not seen:
            words.append(f"{name}: no values shown.")
            continue
        first, last = seen[0], seen[-1]
        ends = [f"{gate.check(panel.values[at])} in {months[at]}" for at in (first, last)]
        span = " to ".join(ends)
        words.append(f"{name}{f' ({unit})' if unit else ''}: {span}.")
    return " ".join(words)


def draw_panels(drawing: Panels[Shown], frame: Frame) -> Drawn:
    """Return the picture of ``drawing`` for the size of ``frame``."""
    for panel in drawing.panels:
        for value in (*panel.values, *(panel.normal or ())):
            frame.gate.check(value)
    return _multiples(drawing, frame) if drawing.is_shared else _stack(drawing, frame)


def _seen(values: Sequence[Shown]) -> list[int]:
    return [at for at, value in enumerate(values) if value.number is not None and not value.is_hidden]


def _last_words(panel: Panel[Shown], gate: Gate) -> str:
    seen = _seen(panel.values)
    if not seen:
        return HIDDEN_MARK if any(value.is_hidden for value in panel.values) else "no values"
    last = panel.values[seen[-1]]
    return gate.check(last.centre or last.text)


def _multiples(drawing: Panels[Shown], frame: Frame) -> Drawn:
    panels = drawing.panels
    columns = min(2 if frame.is_narrow else 4, max(len(panels), 1))
    rows = math.ceil(len(panels) / columns)
    tall = TALL + 44.0
    canvas = Canvas(22.0 + rows * tall + 24.0, frame.width)
    unit = wrap(frame.gate.check(panels[0].unit), frame.width - 8, 12, 1)[0] if panels else ""
    canvas.text(0, 13, unit[:1].upper() + unit[1:], _SMALL)
    values = [value for panel in panels for value in (*panel.values, *(panel.normal or ()))]
    ticks = linear_scale(extent(values), 0.0, 1.0, 2).ticks
    left = 8.0 + max(text_width(figure_text(tick), 12) for tick in ticks)
    wide = (frame.width - left - GAP * (columns - 1)) / columns
    for at, panel in enumerate(panels):
        row, column = divmod(at, columns)
        box = Box(left + column * (wide + GAP), 0.0, 64.0 + row * tall, 64.0 + row * tall + TALL)
        box = Box(box.left, box.left + wide, box.top, box.bottom)
        scale = Scale(ticks[0], ticks[-1], box.bottom, box.top, ticks)
        canvas.open_group(frame.keys.get(frame.gate.check(panel.name)))
        _small(canvas, box, scale, panel, frame.gate)
        canvas.close_group()
        if column == 0:
            for tick in (ticks[0], ticks[-1]):
                canvas.text(left - 6, scale(tick) + 4, figure_text(tick), _TICK)
        if at + columns >= len(panels):
            _ends(canvas, box, drawing.periods)
    return canvas.close(frame)


def _small(canvas: Canvas, box: Box, scale: Scale, panel: Panel[Shown], gate: Gate) -> None:
    _normal(canvas, box, scale, panel)
    canvas.lines([(box.left, scale(tick), box.right, scale(tick)) for tick in scale.ticks], Pen(stroke="grid"))
    canvas.text(box.left, box.top - 24, wrap(gate.check(panel.name), box.right - box.left, 13, 1)[0])
    words = wrap(_last_words(panel, gate), box.right - box.left, 13, 1)[0]
    canvas.text(box.left, box.top - 8, words, Type(13, is_bold=True))
    draw_series(canvas, box, scale, panel.values, "s1")


def _normal(canvas: Canvas, box: Box, scale: Scale, panel: Panel[Shown]) -> None:
    if panel.normal is None or _seen(panel.normal) != [0, 1]:
        return
    low, high = (scale(bound.number or 0.0) for bound in panel.normal)
    canvas.rect(box.left, high, box.right - box.left, low - high, Pen(fill="normal"))


def _ends(canvas: Canvas, box: Box, periods: Sequence[str]) -> None:
    if not periods:
        return
    canvas.text(box.left, box.bottom + 18, _short(periods[0]), _SMALL)
    if len(periods) > 1:
        canvas.text(box.right, box.bottom + 18, _short(periods[-1]), _TICK)


def _short(period: str) -> str:
    year, _, month = period.partition("-")
    return f"{MONTHS[int(month) - 1][:3]} {year}" if month.isdigit() and 1 <= int(month) <= 12 else str(period)


def _stack(drawing: Panels[Shown], frame: Frame) -> Drawn:
    """Draw one row a panel, each on a scale of its own; the months stand under the last."""
    tall, head = (84.0, 26.0) if frame.is_narrow else (92.0, 26.0)
    canvas = Canvas((tall + head) * len(drawing.panels) + 44.0, frame.width)
    labels = [_last_words(panel, frame.gate) for panel in drawing.panels]
    right = frame.width - 14.0 - min(90.0, max([20.0, *(text_width(label, 13, True) for label in labels)]))
    scales = [linear_scale(extent((*panel.values, *(panel.normal or ()))), 0.0, 1.0, 2) for panel in drawing.panels]
    left = 10.0 + max([10.0, *(text_width(figure_text(tick), 12) for own in scales for tick in own.ticks)])
    box = Box(left, right, 0.0, 0.0)
    for at, (panel, own) in enumerate(zip(drawing.panels, scales, strict=True)):
        top = at * (tall + head) + head
        box = Box(left, right, top, top + tall - 12)
        scale = Scale(own.low, own.high, box.bottom, box.top, own.ticks)
        canvas.open_group(frame.keys.get(frame.gate.check(panel.name)))
        _row(canvas, box, scale, (panel, labels[at], SERIES[at % len(SERIES)]), frame.gate)
        canvas.close_group()
    draw_months(canvas, box, drawing.periods)
    return canvas.close(frame)


def _row(canvas: Canvas, box: Box, scale: Scale, shown: tuple[Panel[Shown], str, str], gate: Gate) -> None:
    panel, label, colour = shown
    unit = gate.check(panel.unit)
    name = gate.check(panel.name) + (f", {unit}" if unit else "")
    canvas.text(0, box.top - 12, wrap(name, canvas.width - 8, 13, 1)[0])
    _normal(canvas, box, scale, panel)
    canvas.lines([(box.left, scale(tick), box.right, scale(tick)) for tick in scale.ticks], Pen(stroke="grid"))
    for tick in scale.ticks:
        canvas.text(box.left - 6, scale(tick) + 4, figure_text(tick), _TICK)
    end = draw_series(canvas, box, scale, panel.values, colour)
    if end >= 0:
        canvas.text(box.right + 4, end + 4, wrap(label, canvas.width - box.right - 4, 13, 1)[0], Type(13, is_bold=True))
