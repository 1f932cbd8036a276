"""The page as data: sections, blocks and figures over one kind of value.

``profile`` writes a ``Document[Measure]``; ``editions`` turns it into a ``Document[Shown]``; ``render`` draws that.
No block holds markup, and no number stands outside a value, so one place decides what an audience sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from market_profile.terms import Audience, Sensitivity

V = TypeVar("V")

Tone = Literal["plain", "note", "warning", "gap"]
"""``gap`` marks what is not known or not supplied."""


@dataclass(frozen=True)
class Sentence(Generic[V]):
    """Words with named places for values: ``template`` uses ``{name}`` for ``values["name"]``."""

    template: str
    values: dict[str, V] = field(default_factory=dict)


@dataclass(frozen=True)
class Paragraph(Generic[V]):
    """Sentences that read as one paragraph."""

    sentences: tuple[Sentence[V], ...]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Bullets(Generic[V]):
    """A short list."""

    items: tuple[Sentence[V], ...]


@dataclass(frozen=True)
class Tile(Generic[V]):
    """One headline number with its label, its change and its definition card."""

    label: str
    value: V
    note: Sentence[V]
    definition_id: str = ""


@dataclass(frozen=True)
class Tiles(Generic[V]):
    """Up to four tiles in a row."""

    tiles: tuple[Tile[V], ...]


@dataclass(frozen=True)
class Column:
    """A table column. ``sensitivity`` above AGGREGATE keeps the whole column from partners."""

    key: str
    heading: str
    numeric: bool = False
    sensitivity: Sensitivity = Sensitivity.AGGREGATE


@dataclass(frozen=True)
class Table(Generic[V]):
    """Rows of values under headed columns; the first column names the row.

    ``annex`` marks a long table that is printed after the narrative, or stands in its CSV alone where the page is full.
    ``keep`` rows of another stay on the page however small it must be; the rest stand in the CSV. ``detail`` sets the
    last column on a line of its own under each row.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[V, ...], ...]
    note: str = ""
    annex: bool = False
    keep: int = 0
    detail: bool = False


@dataclass(frozen=True)
class Trend(Generic[V]):
    """One or more monthly series. ``periods`` are ``YYYY-MM``; each value is a Count or an Estimate.

    ``normal`` is the pair of bounds of the normal range in the unit of the values, as values themselves.
    """

    periods: tuple[str, ...]
    series: tuple[tuple[str, tuple[V, ...]], ...]
    unit: str
    normal: tuple[V, V] | None = None


@dataclass(frozen=True)
class Bars(Generic[V]):
    """Horizontal bars, in the given order; intervals are drawn where the value has one."""

    items: tuple[tuple[str, V], ...]
    unit: str


@dataclass(frozen=True)
class HeatStrip(Generic[V]):
    """A strip of cells (rows x columns), such as days by hours."""

    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    cells: tuple[tuple[V, ...], ...]
    unit: str


@dataclass(frozen=True)
class MapArea(Generic[V]):
    """One polygon of a choropleth: exterior rings in EPSG:27700 metres, rounded to whole metres."""

    code: str
    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    value: V


@dataclass(frozen=True)
class MapCell:
    """One flagged grid cell for planners: its square in EPSG:27700 metres and a short label."""

    label: str
    x_m: float
    y_m: float
    size_m: float
    rank: int


@dataclass(frozen=True)
class AreaMap(Generic[V]):
    """Areas shaded in classes of their shown values, with flagged cells on top for planners."""

    areas: tuple[MapArea[V], ...]
    cells: tuple[MapCell, ...]
    unit: str
    attribution: str


@dataclass(frozen=True)
class NetworkNode:
    """A node of the picture: label, role word, group (supply line or community), emphasis 0-1."""

    key: str
    label: str
    role: str
    group: str
    emphasis: float = 0.0


@dataclass(frozen=True)
class NetworkPicture:
    """One cluster per group; links are (source key, target key, weight 0-1, relation). Planners only."""

    nodes: tuple[NetworkNode, ...]
    links: tuple[tuple[str, str, float, str], ...]


@dataclass(frozen=True)
class Survival(Generic[V]):
    """A Kaplan-Meier curve: days, share still without replacement, and its bounds; ``n`` at the start."""

    days: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: V


@dataclass(frozen=True)
class Lorenz(Generic[V]):
    """A Lorenz curve: what share of a total equal groups of holders have, the smallest holders first.

    ``shares`` are per cent of the total (Ratio, or Estimate in "%"), such as ten tenths; ``n`` counts the holders.
    ``holders`` and ``total`` are words, such as "users" and "drug spend". Left out for partners unless every share
    is released.
    """

    shares: tuple[V, ...]
    holders: str
    total: str
    n: V


@dataclass(frozen=True)
class Dumbbells(Generic[V]):
    """Two values an item, joined by a line: ``items`` are (label, value before, value now) in the given order."""

    items: tuple[tuple[str, V, V], ...]
    unit: str
    before: str = "Last month"
    now: str = "This month"


@dataclass(frozen=True)
class Panel(Generic[V]):
    """One small trend among ``Panels``: its name, its monthly values, its unit, the bounds of its normal range."""

    name: str
    values: tuple[V, ...]
    unit: str = ""
    normal: tuple[V, V] | None = None


@dataclass(frozen=True)
class Panels(Generic[V]):
    """Small trends over the same months.

    With ``is_shared`` they are small multiples: one unit, one scale, side by side. Otherwise each stands on its own
    scale in its own unit, one above the other, so that months line up (price above purity above deal weight).
    """

    periods: tuple[str, ...]
    panels: tuple[Panel[V], ...]
    is_shared: bool = True


@dataclass(frozen=True)
class Calibration(Generic[V]):
    """A reliability plot: ``points`` are (share forecast, share that came true), both in per cent, low to high.

    What came true is a Ratio or an Estimate with its interval. ``forecast`` and ``happened`` are the words of the
    axes. Hidden points are left out for partners, planner-only ones take the figure with them.
    """

    points: tuple[tuple[V, V], ...]
    forecast: str
    happened: str


@dataclass(frozen=True)
class Waterfall(Generic[V]):
    """Signed contributions that add up from ``start`` (a label and a value, or None for nothing) to ``total``.

    Left out for partners unless every part is released.
    """

    steps: tuple[tuple[str, V], ...]
    total: tuple[str, V]
    unit: str
    start: tuple[str, V] | None = None


Drawing = (
    Trend[V]
    | Bars[V]
    | HeatStrip[V]
    | AreaMap[V]
    | NetworkPicture
    | Survival[V]
    | Lorenz[V]
    | Dumbbells[V]
    | Panels[V]
    | Calibration[V]
    | Waterfall[V]
)


@dataclass(frozen=True)
class Figure(Generic[V]):
    """A picture that says one thing: headline (the finding, <= 10 words), statistical subtitle, source, caveat."""

    id: str
    headline: Sentence[V]
    subtitle: str
    drawing: Drawing[V]
    source: str
    caveat: str = ""
    definition_id: str = ""


@dataclass(frozen=True)
class KeyJudgement(Generic[V]):
    """A judgement that a person made, with its yardstick word, analytical confidence and why."""

    sentence: Sentence[V]
    likelihood: str
    confidence: Literal["High", "Moderate", "Low"]
    because: str
    is_single_source: bool = False
    sources: str = ""


@dataclass(frozen=True)
class DefinitionCard:
    """What a published figure means: who and what is counted, over which window, as at when, from where."""

    id: str
    name: str
    numerator: str
    denominator: str
    population: str
    window: str
    as_at: str
    source: str
    grades: str = "not graded"


@dataclass(frozen=True)
class Glossary:
    """Terms and their plain meaning."""

    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cards:
    """Definition cards in the method annex."""

    cards: tuple[DefinitionCard, ...]


@dataclass(frozen=True)
class TargetCard:
    """One accepted target on a page of its own, for officers: headed sentences, points with their why, records.

    ``points``: part, points, why. ``records``: kind, reference, date, grade. Planners only.
    """

    target_id: str
    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    points: tuple[tuple[str, str, str], ...] = ()
    records: tuple[tuple[str, str, str, str], ...] = ()


Block = Paragraph[V] | Bullets[V] | Tiles[V] | Table[V] | Figure[V] | KeyJudgement[V] | Cards | Glossary


@dataclass(frozen=True)
class Section(Generic[V]):
    """A headed part of the page for the audiences that it names."""

    id: str
    title: str
    blocks: tuple[Block[V], ...]
    audiences: frozenset[Audience] = frozenset({Audience.PLANNER, Audience.PARTNER})


@dataclass(frozen=True)
class Document(Generic[V]):
    """The whole page in reading order. ``month`` is ``YYYY-MM``; ``cutoff`` is the last day of data, ISO."""

    area_name: str
    month: str
    cutoff: str
    title: str
    sections: tuple[Section[V], ...]
