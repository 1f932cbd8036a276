"""From an Edition to the view model: numbering, anchors, words, pictures, tables cut to the size of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from market_profile.document import (
    Bars,
    Block,
    Bullets,
    Cards,
    Dumbbells,
    Figure,
    Glossary,
    KeyJudgement,
    NetworkPicture,
    Panels,
    Paragraph,
    Section,
    Table,
    Tiles,
    Trend,
)
from market_profile.editions.model import Edition, Shown
from market_profile.errors import DisclosureLeak
from market_profile.render import view
from market_profile.render.csv_files import tidy_address
from market_profile.render.desk import Cap, Desk, anchor, file_stem, linked, term_anchor, words
from market_profile.render.figures import draw, notes_of
from market_profile.render.gate import Drawn, Gate, Text, like
from market_profile.render.grids import Grid, grid_of
from market_profile.render.svg import Frame
from market_profile.render.svg_yardstick import band_words, draw_yardstick
from market_profile.terms import Audience, Sensitivity
from market_profile.values import Fixed

TOOLS_FROM = 10
"""Tables with at least this many rows can be sorted and filtered."""

FIGURE_ROWS, TREND_ROWS = 5, 12
"""Rows of a figure's own table that stay on the page; of a trend, a year of months."""

SHORT_ROWS = 12
"""Tables of at most so many rows stay whole on paper."""

_SHAREABLE = frozenset({Sensitivity.OPEN, Sensitivity.AGGREGATE})
_TONES = {tone: Fixed(tone) for tone in ("plain", "note", "warning", "gap")}


def sections_of(
    edition: Edition, cap: Cap, drawn: dict[str, tuple[Drawn, ...]]
) -> tuple[tuple[view.SectionView, ...], dict[str, Grid]]:
    """Return the sections that the audience reads, annex last, with tables cut to ``cap``.

    Beside them stand the whole tables of the page by the name of the file that holds them. ``drawn`` keeps the
    pictures by figure, so that a second attempt with shorter tables need not draw them again.
    """
    gate = Gate(edition.audience)
    kept = [section for section in edition.document.sections if edition.audience in section.audiences]
    blocks = [block for section in kept for block in section.blocks]
    cards = frozenset(str(card.id) for block in blocks if isinstance(block, Cards) for card in block.cards)
    desk = Desk(gate, cap, highlight_keys(blocks, gate), cards, drawn, {"content", "contents", "downloads"})
    terms = [str(term) for block in blocks if isinstance(block, Glossary) for term, _ in block.entries]
    desk.terms.update({gate.check(Fixed(term)).casefold(): term_anchor(term) for term in terms})
    sections = [_section(section, desk) for section in kept]
    if desk.annexed:
        sections.append(view.SectionView(Fixed("annex-tables"), Fixed("Annex: long tables"), tuple(desk.annexed)))
    return tuple(sections), desk.files


def _section(section: Section[Shown], desk: Desk) -> view.SectionView:
    ident = anchor(section.id, desk)
    return view.SectionView(ident, section.title, tuple(_block(block, desk) for block in section.blocks))


def _block(block: Block[Shown], desk: Desk) -> view.BlockView:
    if isinstance(block, Paragraph):
        return view.ParagraphView(
            _TONES[block.tone], tuple(linked(words(sentence), desk) for sentence in block.sentences)
        )
    if isinstance(block, Bullets):
        return view.BulletsView(tuple(linked(words(sentence), desk) for sentence in block.items))
    if isinstance(block, Tiles):
        return view.TilesView(tuple(
            view.TileView(tile.label, *_parts(tile.value), words(tile.note), _link(tile.definition_id, desk))
            for tile in block.tiles
        ))  # fmt: skip
    if isinstance(block, Table):
        return _table_block(block, desk)
    if isinstance(block, Figure):
        return _figure(block, desk)
    if isinstance(block, KeyJudgement):
        return _judgement(block, desk)
    if isinstance(block, Cards):
        return _cards(block)
    if isinstance(block, Glossary):
        return view.GlossaryView(tuple((term_anchor(str(term)), term, meaning) for term, meaning in block.entries))
    raise TypeError(f"no view for {type(block).__name__}")


def _parts(value: Shown) -> tuple[Text, Text]:
    """Return the value without its interval, and the interval ("" for none)."""
    if value.centre is None or value.spread is None:
        return value.text, Fixed("")
    return value.centre, value.spread


def highlight_keys(blocks: list[Block[Shown]], gate: Gate) -> dict[str, int]:
    """Return a number for each label that stands in two blocks or more, in order of appearance."""
    seen: Counter[str] = Counter()
    for block in blocks:
        seen.update(list(dict.fromkeys(_labels(block, gate))))
    repeated = [label for label, count in seen.items() if count > 1]
    return {label: number for number, label in enumerate(repeated, 1)}


def _labels(block: Block[Shown], gate: Gate) -> Iterator[str]:
    if isinstance(block, Table):
        yield from (gate.check(row[0]) for row in block.rows if row)
    elif isinstance(block, Figure):
        drawing = block.drawing
        if isinstance(drawing, Trend):
            yield from (gate.check(name) for name, _ in drawing.series)
        elif isinstance(drawing, Bars):
            yield from (gate.check(name) for name, _ in drawing.items)
        elif isinstance(drawing, Dumbbells):
            yield from (gate.check(name) for name, _, _ in drawing.items)
        elif isinstance(drawing, Panels):
            yield from (gate.check(panel.name) for panel in drawing.panels)
        elif isinstance(drawing, NetworkPicture):
            yield from (gate.check(node.group) for node in drawing.nodes)


def _link(definition_id: str, desk: Desk) -> Fixed:
    return Fixed(f"#def-{file_stem(definition_id)}") if definition_id in desk.cards else Fixed("")


def _table_block(table: Table[Shown], desk: Desk) -> view.TableView | view.PointerView:
    if desk.gate.audience is Audience.PARTNER:
        hidden = [column for column in table.columns if column.sensitivity not in _SHAREABLE]
        if hidden:
            raise DisclosureLeak("a table of the partner edition holds a column that only planners may see")
    desk.tables += 1
    number = Fixed(f"Table {desk.tables}")
    ident = anchor(table.id, desk)
    grid = Grid(tuple(column.heading for column in table.columns), table.rows)
    numeric = tuple(column.numeric for column in table.columns)
    limit = desk.cap.annex if table.annex else desk.cap.narrative
    if limit is not None and not (table.annex and limit == 0):
        limit = max(limit, table.keep)
    named = _Named(ident, number, number, table.caption, table.note, limit, table.detail and len(table.columns) > 1)
    made = _table(named, grid, numeric, desk)
    if not table.annex:
        return made
    if limit == 0 and table.rows:
        return view.PointerView(ident, number, table.caption, _rows_words(len(table.rows)), made.file)
    desk.annexed.append(made)
    return view.PointerView(ident, number, table.caption, Fixed(""), made.file)


def _rows_words(rows: int) -> Fixed:
    return Fixed("1 row" if rows == 1 else f"{rows:,} rows")


@dataclass(frozen=True)
class _Named:
    """How a table is called: ``number`` is "" for the table of a figure, ``region`` is its name for a screen reader."""

    ident: Fixed
    number: Fixed
    region: Fixed
    caption: Text
    note: Text
    limit: int | None = None
    has_detail: bool = False


def _table(named: _Named, grid: Grid, numeric: tuple[bool, ...], desk: Desk) -> view.TableView:
    cap = len(grid.rows) if named.limit is None else named.limit
    columns = tuple(
        view.ColumnView(heading, Fixed("n" if is_number else ""))
        for heading, is_number in zip(grid.headings, numeric, strict=True)
    )
    shown = Fixed("")
    if len(grid.rows) > cap:
        shown = Fixed(f"The first {cap:,} of {len(grid.rows):,} rows. ")
    rows = tuple(_row(row, desk, named.has_detail) for row in grid.rows[:cap])
    heading: Text = Fixed("")
    if named.has_detail:
        heading, columns = columns[-1].heading, columns[:-1]
    has_tools = len(rows) >= TOOLS_FROM and not named.has_detail
    file = Fixed(f"tables/{'table' if named.number else 'figure'}_{named.ident}.csv")
    desk.files[str(file)] = grid
    return view.TableView(
        id=named.ident,
        number=named.number,
        region=named.region,
        caption=named.caption,
        columns=columns,
        rows=rows,
        note=named.note,
        shown=shown,
        file=file,
        data=Fixed("") if named.number else tidy_address(grid, desk.gate),
        has_tools=has_tools,
        has_copy=has_tools or not named.number,
        is_short=len(rows) <= SHORT_ROWS and not named.has_detail,
        detail_heading=heading,
        span=Fixed(str(len(columns))),
    )


def _row(row: tuple[Text | Shown, ...], desk: Desk, has_detail: bool) -> view.RowView:
    name = desk.gate.check(row[0])
    key = Fixed(str(desk.keys[name])) if name in desk.keys else Fixed("")
    cells = tuple(_cell(cell, desk) for cell in (row[1:-1] if has_detail else row[1:]))
    first = row[0].text if isinstance(row[0], Shown) else row[0]
    return view.RowView(key, first, cells, _detail(row[-1], desk) if has_detail else ())


_DIRECTION = re.compile(r"(?:^|, )(up|down) from [0-9]")


def _cell(cell: Text | Shown, desk: Desk) -> view.CellView:
    """Return the cell; a change that says its direction in words gets an arrow beside them."""
    found = _DIRECTION.search(desk.gate.check(cell))
    css = Fixed(found[1]) if found else Fixed("")
    return view.CellView(*_parts(cell), css) if isinstance(cell, Shown) else view.CellView(cell, Fixed(""), css)


def _detail(cell: Text | Shown, desk: Desk) -> tuple[Text, ...]:
    """Return the parts of a detail line, which "; " divides; partners' words stay whole, as they were released."""
    text = cell.text if isinstance(cell, Shown) else cell
    if desk.gate.audience is Audience.PARTNER:
        return (text,)
    return tuple(desk.gate.check(text).split("; "))


def _figure(figure: Figure[Shown], desk: Desk) -> view.FigureView:
    desk.figures += 1
    ident = anchor(figure.id, desk)
    headline = words(figure.headline)
    title = "".join(desk.gate.check(part) for part in headline)
    if ident not in desk.drawn:
        desk.drawn[ident] = draw(figure, str(ident), title, desk.gate, desk.keys)
    grid = grid_of(figure.drawing)
    numeric = (False, *(True for _ in grid.headings[1:]))
    number = Fixed(f"Figure {desk.figures}")
    limit = _figure_limit(figure, desk.cap)
    named = _Named(ident, Fixed(""), Fixed(f"{number} as a table"), figure.subtitle, Fixed(""), limit)
    table = _table(named, grid, numeric, desk)
    return view.FigureView(
        id=ident,
        number=number,
        headline=headline,
        subtitle=figure.subtitle,
        pictures=desk.drawn[ident],
        notes=notes_of(figure.drawing),
        table=table,
        source=figure.source,
        caveat=figure.caveat,
        link=_link(figure.definition_id, desk),
    )


def _figure_limit(figure: Figure[Shown], cap: Cap) -> int | None:
    """Return how many rows of a figure's own table stay on the page; the first three where it is tightest."""
    if cap.annex is None or cap.narrative is None:
        return None
    is_trend = isinstance(figure.drawing, Trend | Panels)
    least = TREND_ROWS if is_trend else FIGURE_ROWS
    if cap.narrative <= 8:
        least = 3
    elif is_trend and cap.narrative <= 12:
        least = TREND_ROWS // 2
    return max(cap.annex, least)


def _judgement(block: KeyJudgement[Shown], desk: Desk) -> view.JudgementView:
    ident = anchor(Fixed("judgement"), desk)
    said = f"Probability yardstick: {block.likelihood.lower()}, {band_words(block.likelihood)}"
    frame = Frame(desk.gate, str(ident), said, "Seven bands from remote chance to almost certain; one is filled.")
    strip = draw_yardstick(block.likelihood, frame)
    confidence = Fixed({"High": "High", "Moderate": "Moderate", "Low": "Low"}[block.confidence])
    return view.JudgementView(
        words(block.sentence), strip, confidence, _as_sentence(block.because), block.sources, block.is_single_source
    )


def _as_sentence(words: Text) -> Text:
    if not isinstance(words, str) or not words:
        return words
    end = "" if words[-1] in ".!?" else "."
    return like(words, f"{words[:1].upper()}{words[1:]}{end}")


def _cards(block: Cards) -> view.CardsView:
    made = []
    for card in block.cards:
        lines = (
            ("Counts", card.numerator),
            ("Out of", card.denominator),
            ("Population", card.population),
            ("Window", card.window),
            ("As at", card.as_at),
            ("Source", card.source),
            ("Grades", card.grades),
        )
        kept = tuple((Fixed(term), text) for term, text in lines if text and text != "not graded")
        made.append(view.CardView(Fixed(f"def-{file_stem(str(card.id))}"), card.name, kept))
    return view.CardsView(tuple(made))


def download_link(name: str) -> Fixed:
    """Return the file beside the page as a relative link that cannot be read as a scheme."""
    return Fixed(quote(name, safe="/._-"))
