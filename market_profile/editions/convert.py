"""From the profile's document to an edition's: every value shown, every word fixed, planner-only parts left out.

For partners the words of the program become ``Fixed`` and every value ``Released``, so that the page's template
environment can refuse anything else. What is for planners by its type (a network of people, flagged cells, columns
above AGGREGATE) is left out; a planner-only value anywhere else raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from market_profile.document import (
    Block,
    Bullets,
    Cards,
    Column,
    DefinitionCard,
    Document,
    Figure,
    Glossary,
    KeyJudgement,
    Paragraph,
    Section,
    Table,
    Tile,
    Tiles,
)
from market_profile.editions.converter import Converter
from market_profile.editions.drawings import convert_drawing
from market_profile.editions.model import Shown
from market_profile.terms import Audience, Sensitivity
from market_profile.values import Measure

_HIDDEN_FROM_PARTNERS = frozenset({Sensitivity.PERSONAL, Sensitivity.COVERT, Sensitivity.PROTECTED})
D = TypeVar("D")


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
    drawing = convert_drawing(block.drawing, to)
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
