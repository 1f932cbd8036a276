"""What is kept while a page is built: names already used, numbers given, links to the glossary, sentences in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from market_profile.document import Sentence
from market_profile.editions.model import Shown
from market_profile.errors import MarketProfileError
from market_profile.render import view
from market_profile.render.gate import Drawn, Gate, Text, like
from market_profile.render.grids import Grid
from market_profile.values import Fixed


@dataclass(frozen=True)
class Cap:
    """Most rows that a table of the narrative, and one of the annex or of a figure, may show; None for all."""

    narrative: int | None = None
    annex: int | None = None


@dataclass
class Desk:
    """What is kept while the page is built: the gate, names already used, numbers given, the annex."""

    gate: Gate
    cap: Cap
    keys: Mapping[str, int]
    cards: frozenset[str]
    drawn: dict[str, tuple[Drawn, ...]]
    anchors: set[str] = field(default_factory=set)
    figures: int = 0
    tables: int = 0
    annexed: list[view.TableView] = field(default_factory=list)
    terms: dict[str, Fixed] = field(default_factory=dict)
    """Terms of the glossary, in lower case, that no prose has linked yet, with their anchors."""
    files: dict[str, Grid] = field(default_factory=dict)


def term_anchor(term: str) -> Fixed:
    """Return the anchor of a term of the glossary."""
    return Fixed(f"term-{file_stem(term)}")


def linked(prose: view.Words, desk: Desk) -> view.Words:
    """Return ``prose`` with the first mention on the page of each term of the glossary linked to it."""
    made: list[Text | Drawn] = []
    for part in prose:
        made += _linked_part(part, desk) if isinstance(part, str) else [part]
    return tuple(made)


def _linked_part(part: str, desk: Desk) -> list[Text | Drawn]:
    if not desk.terms:
        return [part]
    longest = sorted(desk.terms, key=lambda term: (-len(term), term))
    pattern = rf"(?<!\w)({'|'.join(map(re.escape, longest))})(s?)(?!\w)"
    found = re.search(pattern, part, re.IGNORECASE)
    if found is None:
        return [part]
    address = desk.terms.pop(found[1].casefold())
    link = Drawn(f'<a class="term" href="#{address}">{desk.gate.html(like(part, found[0]))}</a>')
    before, after = like(part, part[: found.start()]), like(part, part[found.end() :])
    rest = _linked_part(after, desk) if isinstance(after, str) and after else []
    return [*([before] if before else []), link, *rest]


def words(sentence: Sentence[Shown]) -> tuple[Text, ...]:
    """Return fixed words and values in turn; a place named in the template without a value is an error."""
    parts: list[Text] = []
    for fixed, name, _, _ in Formatter().parse(str(sentence.template)):
        if fixed:
            parts.append(like(sentence.template, fixed))
        if name is not None:
            if name not in sentence.values:
                raise MarketProfileError(f"a sentence of the page names {{{name}}}, for which there is no value")
            parts.append(sentence.values[name].text)
    return tuple(parts)


def anchor(ident: str, desk: Desk, prefix: str = "") -> Fixed:
    """Return an id of lower-case letters, digits and hyphens that no other part of the page has.

    An id is an address, not content: only letters that a template writer would choose survive.
    """
    slug = prefix + file_stem(desk.gate.check(ident))
    name, number = slug, 2
    while name in desk.anchors:
        name, number = f"{slug}-{number}", number + 1
    desk.anchors.add(name)
    return Fixed(name)


def file_stem(ident: str) -> str:
    """Return ``ident`` as a file name or anchor: lower-case letters, digits and hyphens, at most 60.

    Example:
        >>> file_stem("Seizures by drug / month")
        'seizures-by-drug-month'
    """
    return re.sub(r"[^a-z0-9]+", "-", ident.lower()).strip("-")[:60] or "part"
