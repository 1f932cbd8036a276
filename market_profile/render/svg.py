"""A small canvas for pictures: colours as presentation attributes plus a class, text measured before it is placed.

Attributes make the picture right where no style sheet reaches it (PDF, mail preview); the class lets the page turn
it dark. Lengths are user units; a wide picture is 720 units across and a narrow one 320, at about one unit a pixel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import escape

from market_profile.render.gate import Drawn, Gate
from market_profile.render.theme import LIGHT

WIDE, NARROW = 720.0, 320.0
FONT = "Arial,Helvetica,Liberation Sans,sans-serif"

_NARROW_GLYPHS = frozenset("ijlftIr.,:;'|!()[]/ -1")
_BROAD_GLYPHS = frozenset("mwMW@%&")


@dataclass(frozen=True)
class Frame:
    """What a picture is drawn into: its gate, its id, its size, its words for people who cannot see it."""

    gate: Gate
    id: str
    title: str
    desc: str
    is_narrow: bool = False
    keys: Mapping[str, int] = field(default_factory=dict)
    """Label -> number by which the script highlights one thing across figures."""

    @property
    def width(self) -> float:
        """Width of the picture in user units."""
        return NARROW if self.is_narrow else WIDE

    @property
    def suffix(self) -> str:
        """Letter that tells the ids of the two sizes apart; also their class on the page."""
        return "n" if self.is_narrow else "w"


@dataclass(frozen=True)
class Pen:
    """How a mark is painted: colour names of the theme for fill and stroke."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dash: str = ""
    opacity: float = 1.0


@dataclass(frozen=True)
class Type:
    """How words are set: size in user units, anchor, colour name, weight."""

    size: float = 13.0
    anchor: str = "start"
    fill: str = "ink"
    is_bold: bool = False


class Canvas:
    """Collects marks in drawing order and closes them into one ``<svg>``."""

    def __init__(self, height: float, width: float) -> None:
        self.height = height
        self.width = width
        self._parts: list[str] = []

    def path(self, d: str, pen: Pen, extra: str = "") -> None:
        """Draw the path ``d``."""
        self._parts.append(f'<path d="{d}"{_paint(pen)}{extra}/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, pen: Pen) -> None:
        """Draw a straight line."""
        self.path(f"M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}", pen)

    def lines(self, ends: Sequence[tuple[float, float, float, float]], pen: Pen) -> None:
        """Draw straight lines, each from (x1, y1) to (x2, y2), as one mark."""
        if ends:
            self.path("".join(f"M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}" for x1, y1, x2, y2 in ends), pen)

    def boxes(self, boxes: Sequence[tuple[float, float, float, float]], pen: Pen) -> None:
        """Draw rectangles, each from its corner with width and height, as one mark."""
        if boxes:
            self.path("".join(f"M{num(x)} {num(y)}h{num(w)}v{num(h)}h-{num(w)}Z" for x, y, w, h in boxes), pen)

    def rect(self, x: float, y: float, width: float, height: float, pen: Pen, extra: str = "") -> None:
        """Draw a rectangle; a negative size is drawn as nothing."""
        size = f'width="{num(max(width, 0))}" height="{num(max(height, 0))}"'
        self._parts.append(f'<rect x="{num(x)}" y="{num(y)}" {size}{_paint(pen)}{extra}/>')

    def circle(self, x: float, y: float, r: float, pen: Pen, extra: str = "") -> None:
        """Draw a circle."""
        self._parts.append(f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(r)}"{_paint(pen)}{extra}/>')

    def rings(self, middles: Sequence[tuple[float, float]], r: float, pen: Pen) -> None:
        """Draw circles of one radius as one mark."""
        if middles:
            turn = f"a{num(r)} {num(r)} 0 1 0 {num(2 * r)} 0a{num(r)} {num(r)} 0 1 0 {num(-2 * r)} 0"
            self.path("".join(f"M{num(x - r)} {num(y)}{turn}" for x, y in middles), pen)

    def text(self, x: float, y: float, words: str, style: Type = Type(), extra: str = "") -> None:
        """Set ``words`` (already checked by the gate) with their baseline at ``y``."""
        anchor = "" if style.anchor == "start" else f' text-anchor="{style.anchor}"'
        bold = ' font-weight="700"' if style.is_bold else ""
        size = "" if style.size == 13.0 else f' font-size="{num(style.size)}"'
        paint = _paint(Pen(fill=style.fill))
        place = f'x="{num(x)}" y="{num(y)}"'
        self._parts.append(f"<text {place}{size}{anchor}{bold}{paint}{extra}>{escape(str(words))}</text>")

    def open_group(self, key: int | None = None, extra: str = "") -> None:
        """Begin a group; ``key`` marks the thing it shows for highlighting."""
        mark = "" if key is None else f' data-k="{key}"'
        self._parts.append(f"<g{mark}{extra}>")

    def close_group(self) -> None:
        """End the group begun last."""
        self._parts.append("</g>")

    def define_hatch(self, ident: str, scale: float = 1.0) -> None:
        """Define the hatching of hidden values under ``ident``, ``scale`` times as coarse."""
        side = num(6 * scale)
        line = f'<path d="M0 0V{side}"{_paint(Pen(stroke="axis", width=2.4 * scale))}/>'
        units = 'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
        self._parts.append(
            f'<defs><pattern id="{ident}" width="{side}" height="{side}" {units}>{line}</pattern></defs>'
        )

    def hatched(self, d: str, ident: str, width: float = 0.8) -> None:
        """Draw the path ``d``, outlined and filled with the hatching ``ident``."""
        outline = _paint(Pen(stroke="axis", width=width)).replace(' fill="none"', f' fill="url(#{ident})"')
        self._parts.append(f'<path d="{d}"{outline}/>')

    def _size(self) -> str:
        wide, high = num(self.width), num(self.height)
        return f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'

    def close(self, frame: Frame, css: str = "") -> Drawn:
        """Return the picture with its title and description."""
        ident = f"{frame.id}-{frame.suffix}"
        size = self._size()
        head = (
            f'<svg class="{css or frame.suffix}" {size} role="img" aria-labelledby="{ident}-t {ident}-d" '
            f'font-family="{FONT}" font-size="13">'
            f'<title id="{ident}-t">{escape(str(frame.title))}</title>'
            f'<desc id="{ident}-d">{escape(str(frame.desc))}</desc>'
        )
        return Drawn(head + "".join(self._parts) + "</svg>")

    def close_furniture(self, css: str) -> Drawn:
        """Return the picture as mere furniture (a legend) that assistive technology skips."""
        size = self._size()
        head = f'<svg class="{css}" {size} aria-hidden="true" font-family="{FONT}" font-size="13">'
        return Drawn(head + "".join(self._parts) + "</svg>")


def num(value: float) -> str:
    """Return ``value`` to a tenth without trailing zeros or a minus zero."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def text_width(words: str, size: float = 13.0, is_bold: bool = False) -> float:
    """Return a cautious estimate of the set width of ``words`` in user units (Arial metrics by class of letter)."""
    ems = 0.0
    for glyph in words:
        if glyph in _NARROW_GLYPHS:
            ems += 0.36 if glyph not in "1-" else 0.56
        elif glyph in _BROAD_GLYPHS:
            ems += 0.92
        elif glyph.isupper():
            ems += 0.72
        else:
            ems += 0.57 if glyph < "\u2000" else 1.0
    return ems * size * (1.08 if is_bold else 1.0)


def wrap(words: str, room: float, size: float = 13.0, lines: int = 2) -> list[str]:
    """Return ``words`` in at most ``lines`` lines no wider than ``room``; the last ends in an ellipsis when cut."""
    rows: list[str] = []
    rest = words.split()
    while rest and len(rows) < lines:
        row = rest.pop(0)
        while rest and text_width(f"{row} {rest[0]}", size) <= room:
            row = f"{row} {rest.pop(0)}"
        rows.append(row)
    rows = [_cut(row, room, size) for row in rows] or [""]
    if rest:
        rows[-1] = _cut(rows[-1] + " " + "".join(rest), room, size, is_cut=True)
    return rows


def _cut(row: str, room: float, size: float, is_cut: bool = False) -> str:
    if text_width(row, size) <= room and not is_cut:
        return row
    while row and text_width(row + "…", size) > room:
        row = row[:-1]
    return row.rstrip() + "…"


def _paint(pen: Pen) -> str:
    classes, attributes = [], []
    if pen.fill:
        classes.append(f"f{pen.fill}")
        attributes.append(f'fill="{LIGHT[pen.fill]}"')
    else:
        attributes.append('fill="none"')
    if pen.stroke:
        classes.append(f"k{pen.stroke}")
        attributes.append(f'stroke="{LIGHT[pen.stroke]}"')
        if pen.width != 1.0:
            attributes.append(f'stroke-width="{num(pen.width)}"')
    if pen.dash:
        attributes.append(f'stroke-dasharray="{pen.dash}"')
    if pen.opacity != 1.0:
        attributes.append(f'opacity="{pen.opacity:.2g}"')
    named = f' class="{" ".join(classes)}"' if classes else ""
    return named + " " + " ".join(attributes)
