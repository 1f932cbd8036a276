"""The trend: monthly lines with their intervals, the normal range behind them and a direct label at the end of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from market_profile.document import Trend
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import Scale, figure_text, linear_scale, month_ticks, period_text
from market_profile.render.svg import Canvas, Frame, Pen, Type, num, text_width, wrap
from market_profile.render.theme import SERIES

HIDDEN_MARK = "[c]"
SWATCH = 18.0
"""Room for the mark in a line's colour beside its label, for labels that had to move away from their line."""
_SMALL = Type(12, fill="muted")
_TICK = Type(12, "end", "muted")


@dataclass(frozen=True)
class Box:
    """Where the lines of a trend are drawn, in user units."""

    left: float
    right: float
    top: float
    bottom: float


def describe_trend(drawing: Trend[Shown], gate: Gate) -> str:
    """Return the trend in words: span, last value and highest value of each series, months hidden."""
    if not drawing.periods:
        return "No months to show."
    span = f"{gate.check(period_text(drawing.periods[0]))} to {gate.check(period_text(drawing.periods[-1]))}"
    words = [f"Monthly values, {span}, in {gate.check(drawing.unit)}."]
    for name, values in drawing.series:
        words.append(_series_words(gate.check(name), values, drawing.periods, gate))
    if drawing.normal is not None:
        low, high = drawing.normal
        words.append(f"The normal range is {gate.check(low)} to {gate.check(high)}.")
        outside = [gate.check(period_text(drawing.periods[at])) for at in sorted({at for at, _ in _outside(drawing)})]
        words.append(f"Outside it: {', '.join(outside)}." if outside else "No month lies outside it.")
    return " ".join(words)


def _series_words(name: str, values: Sequence[Shown], periods: Sequence[str], gate: Gate) -> str:
    texts = [gate.check(value) for value in values]
    parts = [f"{texts[-1]} in {gate.check(period_text(periods[-1]))}"] if texts else []
    seen = [at for at, value in enumerate(values) if value.number is not None and not value.is_hidden]
    if seen:
        top = max(seen, key=lambda at: values[at].number or 0.0)
        parts.append(f"highest {texts[top]} in {gate.check(period_text(periods[top]))}")
    hidden = sum(value.is_hidden for value in values)
    if hidden:
        parts.append(f"{hidden} of {len(values)} months hidden")
    return f"{name}: {', '.join(parts)}." if parts else f"{name}: no values."


def _outside(drawing: Trend[Shown]) -> list[tuple[int, float]]:
    """Return (month, number) of the shown values outside the normal range, as the bounds are shown."""
    if drawing.normal is None:
        return []
    low, high = (bound.number for bound in drawing.normal)
    if low is None or high is None or any(bound.is_hidden for bound in drawing.normal):
        return []
    seen = [
        (at, value.number)
        for _, values in drawing.series
        for at, value in enumerate(values)
        if value.number is not None and not value.is_hidden
    ]
    return [(at, number) for at, number in seen if not low <= number <= high]


def draw_trend(drawing: Trend[Shown], frame: Frame) -> Drawn:
    """Return the picture of ``drawing`` for the size of ``frame``."""
    gate = frame.gate
    names = [gate.check(name) for name, _ in drawing.series]
    shown_values = [value for _, values in drawing.series for value in values] + list(drawing.normal or ())
    for value in shown_values:
        gate.check(value)
    key = _key_items(drawing, names, frame.is_narrow)
    top = 32.0 + (20.0 * len(key) if frame.is_narrow else 0.0)
    height = (252.0 if frame.is_narrow else 310.0) + (top - 32.0)
    canvas = Canvas(height, frame.width)
    scale = linear_scale(extent(shown_values), height - 44.0, top)
    left = 10.0 + max(text_width(figure_text(tick), 12) for tick in scale.ticks)
    right = _room_for_labels(drawing, frame, names)
    box = Box(left, frame.width - right, top, height - 44.0)
    _draw_axes(canvas, box, scale, drawing, gate)
    _draw_key(canvas, key, frame.is_narrow)
    ends: list[tuple[float, int]] = []
    for index, (_, values) in enumerate(drawing.series):
        canvas.open_group(frame.keys.get(names[index]))
        end = draw_series(canvas, box, scale, values, SERIES[index % len(SERIES)])
        canvas.close_group()
        ends.append((end, index))
    _draw_hidden(canvas, box, drawing)
    count = len(drawing.periods)
    canvas.rings(
        [(_x(box, at, count), scale(number)) for at, number in _outside(drawing)], 7, Pen(stroke="s3", width=2)
    )
    _draw_labels(canvas, box, ends, _end_labels(drawing, frame, names))
    return canvas.close(frame)


def extent(values: Sequence[Shown]) -> Iterator[float]:
    """Return every number that the values need room for: themselves and their intervals, hidden ones apart."""
    for value in values:
        if not value.is_hidden:
            yield from (part for part in (value.number, value.low, value.high) if part is not None)


def _end_labels(drawing: Trend[Shown], frame: Frame, names: Sequence[str]) -> list[list[str]]:
    labels = []
    for name, (_, values) in zip(names, drawing.series, strict=True):
        last = next((value for value in reversed(values) if value.number is not None and not value.is_hidden), None)
        figure = "" if last is None else frame.gate.check(last.centre or last.text)
        is_only = len(names) == 1
        words = figure if is_only or frame.is_narrow else f"{name} {figure}"
        labels.append(wrap(words, 44.0 if is_only or frame.is_narrow else 130.0, 13, 2))
    return labels


def _room_for_labels(drawing: Trend[Shown], frame: Frame, names: Sequence[str]) -> float:
    rows = [row for label in _end_labels(drawing, frame, names) for row in label]
    return (16.0 if len(names) == 1 else 16.0 + SWATCH) + max([20.0, *(text_width(row, 13, True) for row in rows)])


def _draw_axes(canvas: Canvas, box: Box, scale: Scale, drawing: Trend[Shown], gate: Gate) -> None:
    if drawing.normal is not None and drawing.normal[0].number is not None and drawing.normal[1].number is not None:
        low, high = scale(drawing.normal[0].number), scale(drawing.normal[1].number)
        canvas.rect(box.left, high, box.right - box.left, low - high, Pen(fill="normal"))
        canvas.lines([(box.left, y, box.right, y) for y in (low, high)], Pen(stroke="axis", dash="3 3"))
    for name, ticks in (("grid", [tick for tick in scale.ticks if tick]), ("axis", [0.0])):
        ends = [(box.left, scale(tick), box.right, scale(tick)) for tick in ticks]
        canvas.lines(ends, Pen(stroke=name))
    for tick in scale.ticks:
        canvas.text(box.left - 6, scale(tick) + 4, figure_text(tick), _TICK)
    unit = wrap(gate.check(drawing.unit), canvas.width - 8, 12, 1)[0]
    canvas.text(0, 13, unit[:1].upper() + unit[1:], _SMALL)
    draw_months(canvas, box, drawing.periods)


def draw_months(canvas: Canvas, box: Box, periods: Sequence[str]) -> None:
    """Draw the ticks of the months under ``box`` with their names, and the years under them."""
    months = [(_x(box, index, len(periods)), month, year)
              for index, month, year in month_ticks(periods, box.right - box.left)]  # fmt: skip
    canvas.lines([(at, box.bottom, at, box.bottom + 5) for at, _, _ in months], Pen(stroke="axis"))
    for at, month, year in months:
        canvas.text(at, box.bottom + 19, month, Type(12, "middle", "muted"))
        if year:
            canvas.text(at, box.bottom + 34, year, Type(12, "middle", "muted"))


def _x(box: Box, index: int, count: int) -> float:
    inner = box.right - box.left - 16
    return box.left + 8 + (inner * index / (count - 1) if count > 1 else inner / 2)


def _key_items(drawing: Trend[Shown], names: Sequence[str], is_narrow: bool) -> list[tuple[str, str, str]]:
    """Return (mark, colour, words) to explain: lines where they carry no label of their own, then the bands."""
    items = []
    if is_narrow and len(names) > 1:
        items += [("line", SERIES[index % len(SERIES)], name) for index, name in enumerate(names)]
    if drawing.normal is not None and all(bound.number is not None for bound in drawing.normal):
        items.append(("normal", "normal", "Normal range"))
    if _outside(drawing):
        items.append(("outside", "s3", "Outside it"))
    if any(value.low is not None and not value.is_hidden for _, values in drawing.series for value in values):
        items.append(("interval", SERIES[0], "Interval"))
    return items


def _draw_key(canvas: Canvas, items: list[tuple[str, str, str]], is_narrow: bool) -> None:
    """Draw the key in rows under the unit, or at the right end of its line where there is room."""
    x, y = 0.0, 33.0
    if not is_narrow:
        x, y = canvas.width - sum(text_width(words, 12) + 46 for _, _, words in items) + 18, 13.0
    for mark, colour, words in items:
        if mark == "line":
            canvas.line(x, y - 4, x + 20, y - 4, Pen(stroke=colour, width=3))
        if mark == "normal":
            canvas.rect(x, y - 10, 20, 12, Pen(fill=colour))
            canvas.path(f"M{num(x)} {num(y - 10)}h20m-20 12h20", Pen(stroke="axis", dash="3 3"))
        if mark == "outside":
            canvas.rings([(x + 10, y - 4)], 6, Pen(stroke=colour, width=2))
        if mark == "interval":
            canvas.rect(x, y - 10, 20, 12, Pen(fill=colour, opacity=0.2))
            canvas.line(x, y - 4, x + 20, y - 4, Pen(stroke=colour, width=2))
        canvas.text(x + 28, y, wrap(words, canvas.width - 32, 12, 1)[0], Type(12))
        x, y = (x, y + 20) if is_narrow else (x + text_width(words, 12) + 46, y)


def _runs(values: Sequence[Shown]) -> Iterator[list[int]]:
    run: list[int] = []
    for index, value in enumerate(values):
        if value.number is not None and not value.is_hidden:
            run.append(index)
        elif run:
            yield run
            run = []
    if run:
        yield run


def draw_series(canvas: Canvas, box: Box, scale: Scale, values: Sequence[Shown], colour: str) -> float:
    """Draw a line with its band and gaps for hidden values; return the height of its last point, below 0 for none."""
    count, last = len(values), -1.0
    for run in _runs(values):
        points = [(_x(box, at, count), scale(values[at].number or 0.0)) for at in run]
        _draw_band(canvas, scale, [(x, values[at]) for (x, _), at in zip(points, run, strict=True)], colour)
        if len(points) == 1:
            canvas.circle(*points[0], 3, Pen(fill=colour))
        else:
            d = "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points)
            canvas.path(d, Pen(stroke=colour, width=2.4), ' stroke-linejoin="round" stroke-linecap="round"')
        last = points[-1][1]
        end = points[-1]
    if last >= 0:
        canvas.circle(*end, 4.2, Pen(fill=colour, stroke="bg", width=1.5))
    return last


def _draw_band(canvas: Canvas, scale: Scale, points: Sequence[tuple[float, Shown]], colour: str) -> None:
    bounds = [(x, value.low, value.high) for x, value in points if value.low is not None and value.high is not None]
    if len(bounds) == 1:
        x, low, high = bounds[0]
        canvas.line(x, scale(low), x, scale(high), Pen(stroke=colour, opacity=0.6))
    if len(bounds) > 1:
        there = "L".join(f"{num(x)} {num(scale(high))}" for x, _, high in bounds)
        back = "L".join(f"{num(x)} {num(scale(low))}" for x, low, _ in reversed(bounds))
        canvas.path(f"M{there}L{back}Z", Pen(fill=colour, opacity=0.2))


def _draw_hidden(canvas: Canvas, box: Box, drawing: Trend[Shown]) -> None:
    count = len(drawing.periods)
    months = sorted({at for _, values in drawing.series for at, value in enumerate(values) if value.is_hidden})
    before = -100.0
    for at in months:
        x = _x(box, at, count)
        if x - before >= 20:
            canvas.text(x, box.bottom - 5, HIDDEN_MARK, Type(12, "middle", "muted"))
            before = x


def _draw_labels(canvas: Canvas, box: Box, ends: list[tuple[float, int]], labels: list[list[str]]) -> None:
    floor = box.top - 4
    for y, index in sorted(end for end in ends if end[0] >= 0):
        rows = labels[index]
        at = max(y + 4 - 7.5 * (len(rows) - 1), floor)
        left = box.right + 4
        if len(labels) > 1:
            canvas.line(left, at - 4.5, left + SWATCH - 6, at - 4.5, Pen(stroke=SERIES[index % len(SERIES)], width=4))
            left += SWATCH
        for row in rows:
            canvas.text(left, at, row, Type(13, is_bold=True))
            at += 15
        floor = at + 1
