"""The survival curve: share still without a replacement by days since the arrest (Kaplan and Meier 1958)."""

from __future__ import annotations

from market_profile.document import Survival
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import Scale, figure_text
from market_profile.render.svg import Canvas, Frame, Pen, Type, num

_SMALL = Type(12, fill="muted")


def median_days(drawing: Survival[Shown]) -> float | None:
    """Return the first day on which half or less is left, None where the curve never falls so far."""
    return next((day for day, share in zip(drawing.days, drawing.share, strict=True) if share <= 0.5), None)


def describe_survival(drawing: Survival[Shown], gate: Gate) -> str:
    """Return the curve in words: cases at the start, median, share left at the end."""
    words = [f"Share still without a replacement, from {gate.check(drawing.n)} at the start."]
    median = median_days(drawing)
    if median is not None:
        words.append(f"Half were replaced by day {figure_text(median)}.")
    if drawing.share:
        left = figure_text(round(drawing.share[-1] * 100))
        words.append(f"After {figure_text(drawing.days[-1])} days {left}% were still without one.")
    return " ".join(words)


def draw_survival(drawing: Survival[Shown], frame: Frame) -> Drawn:
    """Return the step curve with its band for the size of ``frame``."""
    frame.gate.check(drawing.n)
    height = 260.0 if frame.is_narrow else 300.0
    canvas = Canvas(height, frame.width)
    left, right, top, bottom = 44.0, frame.width - 24, 28.0, height - 48
    last = max([7.0, *drawing.days])
    across = Scale(0.0, last, left, right)
    up = Scale(0.0, 1.0, bottom, top)
    canvas.text(0, 13, "Share still without a replacement", _SMALL)
    canvas.lines([(left, up(part / 4), right, up(part / 4)) for part in range(1, 5)], Pen(stroke="grid"))
    canvas.lines([(left, bottom, right, bottom)], Pen(stroke="axis"))
    for part in range(5):
        canvas.text(left - 6, up(part / 4) + 4, f"{part * 25}%", Type(12, "end", "muted"))
    _draw_days(canvas, across, last, bottom, frame.is_narrow)
    if drawing.days:
        there = _steps(drawing.days, drawing.high, across, up)
        back = _steps(drawing.days, drawing.low, across, up)
        band = "L".join(f"{num(x)} {num(y)}" for x, y in [*there, *reversed(back)])
        canvas.path(f"M{band}Z", Pen(fill="s1", opacity=0.16))
        curve = "L".join(f"{num(x)} {num(y)}" for x, y in _steps(drawing.days, drawing.share, across, up))
        canvas.path(f"M{curve}", Pen(stroke="s1", width=2.4), ' stroke-linejoin="round"')
    _draw_median(canvas, drawing, across, up)
    return canvas.close(frame)


def _steps(days: tuple[float, ...], shares: tuple[float, ...], across: Scale, up: Scale) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    before = 1.0
    if days and days[0] > 0:
        points.append((across(0), up(1.0)))
    for day, share in zip(days, shares, strict=True):
        points += [(across(day), up(before)), (across(day), up(share))]
        before = share
    return points


def _draw_days(canvas: Canvas, across: Scale, last: float, bottom: float, is_narrow: bool) -> None:
    most = 6 if is_narrow else 12
    step = next((days for days in (7, 14, 28, 56, 91, 182, 364) if last / days <= most), 364)
    places = [across(index * step) for index in range(int(last // step) + 1)]
    canvas.lines([(x, bottom, x, bottom + 5) for x in places], Pen(stroke="axis"))
    for index, x in enumerate(places):
        canvas.text(x, bottom + 19, figure_text(index * step), Type(12, "middle", "muted"))
    canvas.text(across.end, bottom + 38, "Days since the arrest", Type(12, "end", "muted"))


def _draw_median(canvas: Canvas, drawing: Survival[Shown], across: Scale, up: Scale) -> None:
    median = median_days(drawing)
    if median is None:
        return
    x = across(median)
    canvas.path(f"M{num(across.start)} {num(up(0.5))}H{num(x)}V{num(up(0))}", Pen(stroke="s3", width=1.4, dash="4 3"))
    canvas.circle(x, up(0.5), 4, Pen(fill="s3"))
    is_weekly = len(drawing.days) > 1 and all(day % 7 == 0 for day in drawing.days)
    words = f"Half replaced by week {figure_text(median / 7)}" if is_weekly else "Half replaced"
    is_left = x > (across.start + across.end) / 2 + 40
    place = (x - 8, up(0.0) - 10) if is_left else (x + 10, up(0.0) - 10)
    canvas.text(*place, words, Type(13, "end" if is_left else "start", "ink", is_bold=True))
