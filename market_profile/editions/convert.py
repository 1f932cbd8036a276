"""From the profile's document to an edition's: every value shown, every word fixed, planner-only parts left out.

For partners the words of the program become ``Fixed`` and every value ``Released``, so that the page's template
environment can refuse anything else. What is for planners by its type (a network of people, flagged cells, columns
above AGGREGATE) is left out; a planner-only value anywhere else raises.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from market_profile.document import (
    AreaMap,
    Bars,
    Block,
    Bullets,
    Cards,
    Column,
    DefinitionCard,
    Document,
    Drawing,
    Figure,
    Glossary,
    HeatStrip,
    KeyJudgement,
    MapArea,
    NetworkPicture,
    Paragraph,
    Section,
    Sentence,
    Survival,
    Table,
    Tile,
    Tiles,
    Trend,
)
from market_profile.editions.disclosure import Policy, two_figures
from market_profile.editions.model import Shown
from market_profile.editions.show import Entry, ledger_entries, show_internal, show_released
from market_profile.terms import Audience, Sensitivity
from market_profile.values import Count, Estimate, Fixed, Measure

_HIDDEN_FROM_PARTNERS = frozenset({Sensitivity.PERSONAL, Sensitivity.COVERT, Sensitivity.PROTECTED})
D = TypeVar("D")


@dataclass(frozen=True)
class Converter:
    """Shows measures and fixes words for one audience; collects what is released for the ledger."""

    audience: Audience
    policy: Policy
    entries: list[Entry]

    def show(self, measure: Measure) -> Shown:
        """Return the measure as this audience sees it."""
        if self.audience is Audience.PLANNER:
            return show_internal(measure)
        self.entries.extend(ledger_entries(measure, self.policy))
        return show_released(measure, self.policy)

    def fix(self, text: str) -> str:
        """Return the program's own words as ``Fixed`` for partners."""
        return text if self.audience is Audience.PLANNER else Fixed(text)

    def fixes(self, item: D, *names: str) -> D:
        """Return a dataclass with the named text fields fixed."""
        changes: dict[str, Any] = {name: self.fix(getattr(item, name)) for name in names}
        return replace(item, **changes)  # type: ignore[type-var]

    def sentence(self, sentence: Sentence[Measure]) -> Sentence[Shown]:
        """Return a sentence with its values shown."""
        values = {name: self.show(value) for name, value in sentence.values.items()}
        return Sentence(self.fix(sentence.template), values)


def convert_document(document: Document[Measure], converter: Converter) -> Document[Shown]:
    """Return the parts of the document that are for the converter's audience."""
    sections = tuple(
        _section(section, converter) for section in document.sections if converter.audience in section.audiences
    )
    return Document(
        area_name=converter.fix(document.area_name),
        month=converter.fix(document.month),
        cutoff=converter.fix(document.cutoff),
        title=converter.fix(document.title),
        sections=sections,
    )


def _section(section: Section[Measure], to: Converter) -> Section[Shown]:
    blocks = (_block(block, to) for block in section.blocks)
    kept = tuple(block for block in blocks if block is not None)
    return Section(to.fix(section.id), to.fix(section.title), kept, frozenset({to.audience}))


def _block(block: Block[Measure], to: Converter) -> Block[Shown] | None:
    converted: Block[Shown] | None = _BLOCKS[type(block)](block, to)
    return converted


def _paragraph(block: Paragraph[Measure], to: Converter) -> Paragraph[Shown]:
    return Paragraph(tuple(to.sentence(sentence) for sentence in block.sentences), block.tone)


def _bullets(block: Bullets[Measure], to: Converter) -> Bullets[Shown]:
    return Bullets(tuple(to.sentence(item) for item in block.items))


def _tiles(block: Tiles[Measure], to: Converter) -> Tiles[Shown]:
    return Tiles(
        tuple(
            Tile(to.fix(tile.label), to.show(tile.value), to.sentence(tile.note), to.fix(tile.definition_id))
            for tile in block.tiles
        )
    )


def _table(block: Table[Measure], to: Converter) -> Table[Shown] | None:
    is_planner = to.audience is Audience.PLANNER
    kept = [
        place for place, column in enumerate(block.columns)
        if is_planner or column.sensitivity not in _HIDDEN_FROM_PARTNERS
    ]  # fmt: skip
    if not kept:
        return None
    columns: tuple[Column, ...] = tuple(to.fixes(block.columns[place], "key", "heading") for place in kept)
    rows = tuple(tuple(to.show(row[place]) for place in kept) for row in block.rows)
    return Table(
        id=to.fix(block.id),
        caption=to.fix(block.caption),
        columns=columns,
        rows=rows,
        note=to.fix(block.note),
        annex=block.annex,
        keep=block.keep,
        detail=block.detail and kept[-1] == len(block.columns) - 1,
    )


def _figure(block: Figure[Measure], to: Converter) -> Figure[Shown] | None:
    drawing = _drawing(block.drawing, to)
    if drawing is None:
        return None
    return Figure(
        id=to.fix(block.id),
        headline=to.sentence(block.headline),
        subtitle=to.fix(block.subtitle),
        drawing=drawing,
        source=to.fix(block.source),
        caveat=to.fix(block.caveat),
        definition_id=to.fix(block.definition_id),
    )


def _judgement(block: KeyJudgement[Measure], to: Converter) -> KeyJudgement[Shown]:
    return KeyJudgement(
        sentence=to.sentence(block.sentence),
        likelihood=to.fix(block.likelihood),
        confidence=block.confidence,
        because=to.fix(block.because),
        is_single_source=block.is_single_source,
        sources=to.fix(block.sources),
    )


def _cards(block: Cards, to: Converter) -> Cards:
    names = tuple(DefinitionCard.__dataclass_fields__)
    return Cards(tuple(to.fixes(card, *names) for card in block.cards))


def _glossary(block: Glossary, to: Converter) -> Glossary:
    return Glossary(tuple((to.fix(term), to.fix(meaning)) for term, meaning in block.entries))


_BLOCKS: dict[type, Callable[[Any, Converter], Any]] = {
    Paragraph: _paragraph,
    Bullets: _bullets,
    Tiles: _tiles,
    Table: _table,
    Figure: _figure,
    KeyJudgement: _judgement,
    Cards: _cards,
    Glossary: _glossary,
}


def _drawing(drawing: Drawing[Measure], to: Converter) -> Drawing[Shown] | None:
    converted: Drawing[Shown] | None = _DRAWINGS[type(drawing)](drawing, to)
    return converted


def _trend(drawing: Trend[Measure], to: Converter) -> Trend[Shown]:
    return Trend(
        periods=tuple(to.fix(period) for period in drawing.periods),
        series=tuple((to.fix(name), tuple(to.show(value) for value in values)) for name, values in drawing.series),
        unit=to.fix(drawing.unit),
        normal=None if drawing.normal is None else (to.show(drawing.normal[0]), to.show(drawing.normal[1])),
    )


def _bars(drawing: Bars[Measure], to: Converter) -> Bars[Shown]:
    return Bars(tuple((to.fix(label), to.show(value)) for label, value in drawing.items), to.fix(drawing.unit))


def _strip(drawing: HeatStrip[Measure], to: Converter) -> HeatStrip[Shown]:
    return HeatStrip(
        tuple(to.fix(label) for label in drawing.row_labels),
        tuple(to.fix(label) for label in drawing.column_labels),
        tuple(tuple(to.show(value) for value in row) for row in drawing.cells),
        to.fix(drawing.unit),
    )


def _map(drawing: AreaMap[Measure], to: Converter) -> AreaMap[Shown]:
    areas = tuple(
        MapArea(to.fix(area.code), to.fix(area.name), area.rings, to.show(area.value)) for area in drawing.areas
    )
    cells = drawing.cells if to.audience is Audience.PLANNER else ()
    return AreaMap(areas, cells, to.fix(drawing.unit), to.fix(drawing.attribution))


def _network(drawing: NetworkPicture, to: Converter) -> NetworkPicture | None:
    return drawing if to.audience is Audience.PLANNER else None


def _survival(drawing: Survival[Measure], to: Converter) -> Survival[Shown] | None:
    if to.audience is Audience.PLANNER:
        return Survival(drawing.days, drawing.share, drawing.low, drawing.high, to.show(drawing.n))
    at_risk = drawing.n.n if isinstance(drawing.n, Count | Estimate) else 0
    if at_risk < to.policy.estimate_minimum_n or not drawing.days:
        return None
    weeks = tuple(float(day) for day in range(0, int(max(drawing.days)) + 1, 7))
    curves = (drawing.share, drawing.low, drawing.high)
    share, low, high = (tuple(_read_step(drawing.days, curve, week) for week in weeks) for curve in curves)
    return Survival(weeks, share, low, high, to.show(drawing.n))


def _read_step(days: tuple[float, ...], curve: tuple[float, ...], day: float) -> float:
    """Read a step curve at a whole week: single events, each a step of the curve, are not released."""
    place = bisect_right(days, day) - 1
    return 1.0 if place < 0 else two_figures(curve[place])


_DRAWINGS: dict[type, Callable[[Any, Converter], Any]] = {
    Trend: _trend,
    Bars: _bars,
    HeatStrip: _strip,
    AreaMap: _map,
    NetworkPicture: _network,
    Survival: _survival,
}
