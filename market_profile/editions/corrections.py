"""Corrections: editions taken back, and released numbers that this edition gives anew; part of every partner page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from market_profile.document import Bullets, Document, Paragraph, Section, Sentence
from market_profile.editions.cells import parse_cell
from market_profile.editions.disclosure import HIDDEN_TEXT
from market_profile.editions.model import Shown
from market_profile.editions.release import Notice, ReleaseState
from market_profile.editions.show import Entry, released
from market_profile.periods import Month
from market_profile.terms import Audience
from market_profile.values import Fixed

_MOST_REVISIONS = 12
_BEFORE = "method"


@dataclass(frozen=True)
class Past:
    """What went out before this edition: the entries of each release, oldest first, and notices about them."""

    entries: tuple[tuple[Entry, ...], ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Revision:
    """A cell that this edition gives with another number than the last one did; both as partners see them."""

    cell: str
    then: int | None
    now: int | None


def revisions(past: Sequence[Iterable[Entry]], now: Iterable[Entry]) -> tuple[Revision, ...]:
    """Return the cells of this edition that were released before with another number, by name."""
    then = {entry.cell: entry.value for entries in past for entry in entries}
    changed = {
        entry.cell: Revision(entry.cell, then[entry.cell], entry.value)
        for entry in now
        if entry.cell in then and then[entry.cell] != entry.value
    }
    return tuple(changed[cell] for cell in sorted(changed))


def with_corrections(
    document: Document[Shown], notices: Sequence[Notice], revised: Sequence[Revision], names: Mapping[str, str]
) -> Document[Shown]:
    """Return the document with its corrections section; unchanged where nothing was taken back or revised.

    ``names`` gives the name of an area by its code.
    """
    if not notices and not revised:
        return document
    section = Section(
        Fixed("corrections"), Fixed("Corrections to earlier editions"), _blocks(notices, revised, names),
        frozenset({Audience.PARTNER}),
    )  # fmt: skip
    place = next((at for at, one in enumerate(document.sections) if one.id == _BEFORE), len(document.sections))
    return replace(document, sections=(*document.sections[:place], section, *document.sections[place:]))


def _blocks(
    notices: Sequence[Notice], revised: Sequence[Revision], names: Mapping[str, str]
) -> tuple[Bullets[Shown] | Paragraph[Shown], ...]:
    blocks: list[Bullets[Shown] | Paragraph[Shown]] = []
    if notices:
        blocks.append(Bullets(tuple(_notice(notice) for notice in notices)))
    if revised:
        words = "Figures that were released before and are given anew as records arrived or were mended:"
        blocks.append(Paragraph((Sentence(Fixed(words)),), "note"))
        blocks.append(Bullets(tuple(_revision(one, names) for one in revised[:_MOST_REVISIONS])))
    if len(revised) > _MOST_REVISIONS:
        blocks.append(Paragraph((Sentence(Fixed("More figures changed; compare the tables of both editions.")),)))
    return tuple(blocks)


def _notice(notice: Notice) -> Sentence[Shown]:
    did = "was withdrawn: do not use it" if notice.state == ReleaseState.WITHDRAWN.value else "was replaced"
    template = Fixed(f"The edition of {{month}} {did}. {{reason}}")
    return Sentence(template, {"month": _word(_month_words(notice.month)), "reason": _word(notice.reason)})


def _revision(one: Revision, names: Mapping[str, str]) -> Sentence[Shown]:
    values = {"cell": _word(cell_words(one.cell, names)), "then": _number(one.then), "now": _number(one.now)}
    return Sentence(Fixed("{cell}: released {then}, now {now}."), values)


def cell_words(cell: str, names: Mapping[str, str]) -> str:
    """Return a ledger cell in words, such as ``Seizures, heroin (March 2018 to February 2019)``."""
    parsed = parse_cell(cell)
    labels = [names.get(label, label.replace("_", " ")) for label in parsed.labels if label != "all"]
    words = ", ".join([parsed.family.capitalize(), *labels])
    first, _, last = parsed.period.partition("..")
    period = f"{_month_words(first)} to {_month_words(last)}" if last else _month_words(first)
    return f"{words} ({period})" if period else words


def _month_words(month: str) -> str:
    if len(month) != 7:
        return month
    return Month(month).start.strftime("%B %Y")


def _word(text: str) -> Shown:
    return Shown(released(text))


def _number(value: int | None) -> Shown:
    if value is None:
        return Shown(released(HIDDEN_TEXT), is_hidden=True)
    return Shown(released(f"{value:,}"), float(value))
