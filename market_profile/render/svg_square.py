"""A square plot with both axes from 0 to 100 per cent, for Lorenz curves and calibration; one size for every page."""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.render.svg import Canvas, Pen, Type, wrap

SIDE, LEFT, TOP = 310.0, 44.0, 28.0


@dataclass(frozen=True)
class Square:
    """The words of its axes; places are shares from 0 to 1."""

    across: str
    up: str

    @property
    def width(self) -> float:
        """Width of the picture in user units."""
        return LEFT + SIDE + 22.0

    @property
    def height(self) -> float:
        """Height of the picture in user units."""
        return TOP + SIDE + 48.0

    def x(self, share: float) -> float:
        """Return the place of ``share`` on the axis across."""
        return LEFT + SIDE * share

    def y(self, share: float) -> float:
        """Return the place of ``share`` on the axis up."""
        return TOP + SIDE * (1.0 - share)


def draw_square(canvas: Canvas, square: Square) -> None:
    """Draw grid, axes, ticks at each quarter and the words of the axes."""
    quarters = [part / 4 for part in range(5)]
    grid = [(square.x(0), square.y(part), square.x(1), square.y(part)) for part in quarters[1:]]
    grid += [(square.x(part), square.y(0), square.x(part), square.y(1)) for part in quarters[1:]]
    canvas.lines(grid, Pen(stroke="grid"))
    canvas.lines(
        [(square.x(0), square.y(0), square.x(1), square.y(0)), (square.x(0), square.y(0), square.x(0), square.y(1))],
        Pen(stroke="axis"),
    )
    canvas.text(0, 13, wrap(square.up, canvas.width - 8, 12, 1)[0], Type(12, fill="muted"))
    for part in quarters:
        words = f"{part * 100:.0f}%"
        canvas.text(LEFT - 6, square.y(part) + 4, words, Type(12, "end", "muted"))
        canvas.text(square.x(part), square.y(0) + 18, words, Type(12, "middle", "muted"))
    canvas.text(square.x(1), square.y(0) + 38, wrap(square.across, SIDE, 12, 1)[0], Type(12, "end", "muted"))
