"""The Lorenz curve: how much of a total the smallest holders have (Lorenz 1905), drawn from the shares shown."""

from __future__ import annotations

from itertools import accumulate

from market_profile.document import Lorenz
from market_profile.editions.model import Shown
from market_profile.render.gate import Drawn, Gate
from market_profile.render.scales import figure_text
from market_profile.render.svg import Canvas, Frame, Pen, Type, num
from market_profile.render.svg_square import Square, draw_square

GROUPS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 10: "tenth", 20: "twentieth", 100: "hundredth"}


def group_word(count: int) -> str:
    """Return what one of ``count`` equal groups is called.

    Example:
        >>> group_word(10), group_word(7)
        ('tenth', 'group')
    """
    return GROUPS.get(count, "group")


def running_shares(drawing: Lorenz[Shown]) -> list[float]:
    """Return the cumulative share (0 to 1) after each group, of the shares as they are shown; they end at 1."""
    numbers = [0.0 if value.is_hidden else max(value.number or 0.0, 0.0) for value in drawing.shares]
    total = sum(numbers)
    return [part / total for part in accumulate(numbers)] if total > 0 else [0.0 for _ in numbers]


def describe_lorenz(drawing: Lorenz[Shown], gate: Gate) -> str:
    """Return the curve in words: how many holders, what the largest and the smallest group have."""
    holders, total = gate.check(drawing.holders), gate.check(drawing.total)
    if not drawing.shares:
        return "Nothing to show."
    word = group_word(len(drawing.shares))
    last, first = gate.check(drawing.shares[-1]), gate.check(drawing.shares[0])
    return (
        f"Share of {total} by {word} of {holders}, smallest first; {gate.check(drawing.n)} {holders}. "
        f"The largest {word} have {last}, the smallest {word} {first}."
    )


def draw_lorenz(drawing: Lorenz[Shown], frame: Frame) -> Drawn:
    """Return the curve under the line of equal shares, one picture for wide and narrow pages."""
    gate = frame.gate
    for value in (*drawing.shares, drawing.n):
        gate.check(value)
    holders, total = gate.check(drawing.holders), gate.check(drawing.total)
    square = Square(f"Share of {holders}, smallest first", f"Share of {total}")
    canvas = Canvas(square.height, square.width)
    draw_square(canvas, square)
    canvas.line(square.x(0), square.y(0), square.x(1), square.y(1), Pen(stroke="axis", dash="4 3"))
    canvas.text(square.x(0.06), square.y(0.94), "Dashed: equal shares", Type(12, fill="muted"))
    shares = running_shares(drawing)
    if not any(shares):
        return canvas.close(frame, "sq")
    points = [(0.0, 0.0), *(((at + 1) / len(shares), share) for at, share in enumerate(shares))]
    d = "M" + "L".join(f"{num(square.x(x))} {num(square.y(y))}" for x, y in points)
    canvas.path(d + f"L{num(square.x(1))} {num(square.y(0))}Z", Pen(fill="s1", opacity=0.16))
    canvas.path(d, Pen(stroke="s1", width=2.4), ' stroke-linejoin="round"')
    if len(points) > 2:
        x, y = points[-2]
        canvas.circle(square.x(x), square.y(y), 4, Pen(fill="s1"))
        word = group_word(len(shares))
        last = drawing.shares[-1]
        words = f"Largest {word}: {gate.check(last.centre or last.text)}"
        canvas.text(square.x(0.06), square.y(0.94) + 20, words, Type(13, is_bold=True))
    return canvas.close(frame, "sq")


def share_text(share: float) -> str:
    """Return a share of 0 to 1 as whole per cent."""
    return f"{figure_text(round(share * 100))}%"
