"""The reliability plot: what came true against what was forecast, with the line on which both agree."""

from __future__ import annotations

from market_profile.document import Calibration
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.svg import Canvas, Frame, Pen, Type, num
from market_profile.render.svg_square import Square, draw_square


def describe_calibration(drawing: Calibration[Shown], gate: Gate) -> str:
    """Return the plot in words: each point as forecast and outcome, at most ten of them."""
    parts = [f"{gate.check(forecast)}: {gate.check(happened)}" for forecast, happened in drawing.points[:10]]
    if not parts:
        return "Nothing to show."
    return f"{gate.check(drawing.happened)} against {gate.check(drawing.forecast).lower()}. {'; '.join(parts)}."


def draw_calibration(drawing: Calibration[Shown], frame: Frame) -> Drawn:
    """Return points with their intervals, one picture for wide and narrow pages."""
    gate = frame.gate
    for pair in drawing.points:
        for value in pair:
            gate.check(value)
    square = Square(gate.check(drawing.forecast), gate.check(drawing.happened))
    canvas = Canvas(square.height, square.width)
    draw_square(canvas, square)
    canvas.line(square.x(0), square.y(0), square.x(1), square.y(1), Pen(stroke="axis", dash="4 3"))
    canvas.text(square.x(0.06), square.y(0.94), "Dashed: as forecast", Type(12, fill="muted"))
    seen = [(_share(forecast.number), happened) for forecast, happened in drawing.points if _has(forecast, happened)]
    bounds = [
        (square.x(x), square.y(_share(value.low)), square.x(x), square.y(_share(value.high)))
        for x, value in seen
        if value.low is not None and value.high is not None
    ]
    canvas.lines(bounds, Pen(stroke="s1", width=1.6))
    points = [(square.x(x), square.y(_share(value.number))) for x, value in seen]
    if len(points) > 1:
        canvas.path("M" + "L".join(f"{num(x)} {num(y)}" for x, y in points), Pen(stroke="s1", opacity=0.5))
    for x, y in points:
        canvas.circle(x, y, 4.5, Pen(fill="s1", stroke="bg", width=1.5))
    return canvas.close(frame, "sq")


def _has(*values: Shown) -> bool:
    return all(value.number is not None and not value.is_hidden for value in values)


def _share(percent: float | None) -> float:
    return min(max((percent or 0.0) / 100, 0.0), 1.0)
