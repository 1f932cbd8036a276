"""The contract between the page and its templates: a template uses these fields and no others (a test compares).

Every ``Text`` passes the gate when it is printed; pictures and assets are ``Drawn``.
"""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.render.gate import Drawn, Text

Words = tuple[Text | Drawn, ...]
"""One run of prose: fixed words, values and links to the glossary in turn."""


@dataclass(frozen=True)
class ParagraphView:
    """A paragraph; ``tone`` is its class on the page."""

    tone: Text
    sentences: tuple[Words, ...]
    template: str = "blocks/paragraph.html.j2"


@dataclass(frozen=True)
class BulletsView:
    """A list."""

    items: tuple[Words, ...]
    template: str = "blocks/bullets.html.j2"


@dataclass(frozen=True)
class TileView:
    """One headline number, its interval ("" for none) and its ``link`` to a definition card ("" for none)."""

    label: Text
    value: Text
    spread: Text
    note: Words
    link: Text


@dataclass(frozen=True)
class TilesView:
    """The row of headline numbers."""

    tiles: tuple[TileView, ...]
    template: str = "blocks/tiles.html.j2"


@dataclass(frozen=True)
class ColumnView:
    """A column heading and the class of its cells (``n`` for numbers)."""

    heading: Text
    css: Text


@dataclass(frozen=True)
class CellView:
    """A cell: its value, its interval in small type ("" for none), its class: ``up`` or ``down`` sets an arrow."""

    value: Text
    spread: Text
    css: Text


@dataclass(frozen=True)
class RowView:
    """A row: its key for highlighting ("" for none), its first cell, the others, and the parts of its detail line."""

    key: Text
    name: Text
    cells: tuple[CellView, ...]
    detail: tuple[Text, ...]


@dataclass(frozen=True)
class TableView:
    """A table as shown; ``region`` names it, ``shown`` says how many rows are left out, ``file`` holds them all.

    A short one is never divided between printed pages.
    ``data`` is the whole table of a figure as a tidy CSV inside the page ("" for none).
    """

    id: Text
    number: Text
    region: Text
    caption: Text
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    note: Text
    shown: Text
    file: Text
    data: Text
    has_tools: bool
    has_copy: bool
    is_short: bool
    detail_heading: Text
    span: Text
    template: str = "blocks/table.html.j2"


@dataclass(frozen=True)
class PointerView:
    """Where a long table went: the annex, or with the number of its ``rows`` ("" in the annex) its ``file`` alone."""

    id: Text
    number: Text
    caption: Text
    rows: Text
    file: Text
    template: str = "blocks/pointer.html.j2"


@dataclass(frozen=True)
class FigureView:
    """A figure: number, finding, subtitle, its pictures (sizes), its values as a table, source and caveat."""

    id: Text
    number: Text
    headline: Words
    subtitle: Text
    pictures: tuple[Drawn, ...]
    notes: Words
    table: TableView
    source: Text
    caveat: Text
    link: Text
    template: str = "blocks/figure.html.j2"


@dataclass(frozen=True)
class JudgementView:
    """A key judgement with its strip, its confidence and why."""

    sentence: Words
    strip: Drawn
    confidence: Text
    because: Text
    sources: Text
    is_single_source: bool
    template: str = "blocks/judgement.html.j2"


@dataclass(frozen=True)
class CardView:
    """A definition card: its anchor, name and (term, words) pairs."""

    id: Text
    name: Text
    lines: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class CardsView:
    """The definition cards."""

    cards: tuple[CardView, ...]
    template: str = "blocks/cards.html.j2"


@dataclass(frozen=True)
class GlossaryView:
    """Terms with their anchors and meaning."""

    entries: tuple[tuple[Text, Text, Text], ...]
    template: str = "blocks/glossary.html.j2"


BlockView = (
    ParagraphView
    | BulletsView
    | TilesView
    | TableView
    | PointerView
    | FigureView
    | JudgementView
    | CardsView
    | GlossaryView
)


@dataclass(frozen=True)
class SectionView:
    """A headed part of the page."""

    id: Text
    title: Text
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True)
class PageView:
    """The whole page."""

    csp: Text
    style: Drawn
    script: Drawn
    marking: Text
    partnership: Text
    logo: Drawn
    title: Text
    area_name: Text
    month: Text
    cutoff: Text
    edition: Text
    is_draft: bool
    is_partner: bool
    sections: tuple[SectionView, ...]
    downloads: tuple[tuple[Text, Text, Text], ...]
    more: Text
    run_id: Text


@dataclass(frozen=True)
class MonthView:
    """A month of the index: links to its pages ("" for none), the state of its partner edition, how fresh it is."""

    name: Text
    planner: Text
    planner_pdf: Text
    partner: Text
    partner_pdf: Text
    state: Text
    cutoff: Text
    accepted: Text
    set_aside: Text
    missing: Text


@dataclass(frozen=True)
class IndexView:
    """The index over the months, newest first; ``compare`` is the link to the comparison ("" for none)."""

    csp: Text
    style: Drawn
    marking: Text
    partnership: Text
    logo: Drawn
    area_name: Text
    title: Text
    months: tuple[MonthView, ...]
    compare: Text


@dataclass(frozen=True)
class CompareCellView:
    """A figure of one month: its words, and its number and bounds for the script ("" for none)."""

    text: Text
    number: Text
    low: Text
    high: Text


@dataclass(frozen=True)
class CompareRowView:
    """A figure over the months, with its last two and how they differ."""

    name: Text
    cells: tuple[CompareCellView, ...]
    first: Text
    second: Text
    change: Text


@dataclass(frozen=True)
class CompareView:
    """The comparison of two months; without the script, of the last two."""

    csp: Text
    style: Drawn
    script: Drawn
    marking: Text
    partnership: Text
    logo: Drawn
    area_name: Text
    title: Text
    index: Text
    headings: tuple[Text, ...]
    rows: tuple[CompareRowView, ...]
