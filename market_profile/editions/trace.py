"""Every number on the partner page is traced: to a released value, or to words that stand in the program.

A scraper reads the page as a partner's program would (text, pictures' words, labels for screen readers) and knows
nothing of how it was made; what it cannot trace stops the release.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from market_profile.document import AreaMap, Survival
from market_profile.editions.make import Made
from market_profile.editions.model import Shown
from market_profile.errors import DisclosureLeak
from market_profile.values import Fixed

_NUMBER = re.compile(r"(?<![A-Za-z0-9])\d[\d,]*(?:\.\d+)?(?![A-Za-z0-9])")
_FURNITURE = re.compile(
    r"^(?:CSV of |What it means: )?(?:Table|Figure) \d+(?: as a table)?$"
    r"|^\d+ k?m$"
    r"|^(?:Probability yardstick: )?(?:[Rr]emote chance|[Hh]ighly unlikely|[Uu]nlikely|[Rr]ealistic possibility"
    r"|[Ll]ikely|[Hh]ighly likely|[Aa]lmost certain), \d+% to \d+%$"
)
"""Words that hold a number of the page itself: of a table, a scale bar, a band of the probability yardstick."""
_MAP = re.compile(r"Map of ([\d,]+) areas shaded by ")
_TALLY = re.compile(r"\b([\d,]+) (?:area has|areas have|areas hidden)\b")
_SKIPPED = frozenset({"style", "script"})
_SPOKEN = frozenset({"alt", "title", "aria-label", "value", "data-value"})
_AXIS = "fmuted"
"""The class of axis words: ticks are round numbers between shown ones, chosen by the scale."""


class _Scraper(HTMLParser):
    """Collects the words of a page with the tag they stand in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is spoken or shown of the tag's attributes."""
        self._open.append((tag, dict(attrs).get("class") or ""))
        self.words.extend(value for name, value in attrs if name in _SPOKEN and value)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag and what was left open in it."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Keep words outside styles, scripts and axes."""
        tag, kind = self._open[-1] if self._open else ("", "")
        if tag not in _SKIPPED and _AXIS not in kind.split():
            self.words.append(data)


def page_numbers(page: bytes) -> list[str]:
    """Return every number that can be read on the page, in order; axis ticks are left out."""
    scraper = _Scraper()
    scraper.feed(page.decode("utf-8"))
    spoken = (words for words in scraper.words if not _FURNITURE.match(" ".join(words.split())))
    return [number for words in spoken for number in numbers_of(_without_tally(words))]


def _without_tally(words: str) -> str:
    """Return a map's words without how many areas show each released value, where these are no more than its areas."""
    whole = _MAP.match(words)
    tally = [int(number.replace(",", "")) for number in _TALLY.findall(words)]
    is_tally = whole is not None and sum(tally) <= int(whole[1].replace(",", ""))
    return _TALLY.sub("", words) if is_tally else words


def numbers_of(text: str) -> list[str]:
    """Return the numbers in ``text`` without thousands separators.

    Example:
        >>> numbers_of("1,235 of 2,000 (62%)")
        ['1235', '2000', '62']
    """
    return [found.rstrip(",").replace(",", "") for found in _NUMBER.findall(text)]


def released_texts(made: Made) -> tuple[str, ...]:
    """Return every text that the edition releases, sorted; the ledger keeps them beside the cells."""
    return tuple(sorted(set(_released(made.edition.document))))


def untraced(page: bytes, made: Made) -> list[str]:
    """Return the numbers of the page that no released value and no fixed word of the edition accounts for."""
    known = {number for text in released_texts(made) for number in numbers_of(text)}
    known |= {number for text in _fixed(made.edition.document) for number in numbers_of(text)}
    known |= {number for text in _fixed(made.edition.theme.model_dump()) for number in numbers_of(text)}
    return [number for number in page_numbers(page) if number not in known]


def false_marks(made: Made) -> list[str]:
    """Return released texts whose mark (a bar, a point, a class of colour) is drawn from a number not printed."""
    return sorted({str(shown.text.value) for shown in _shown(made.edition.document) if not _agrees(shown)})


def _agrees(shown: Shown) -> bool:
    printed = {abs(float(number)) for number in numbers_of(str(shown.text.value))}
    drawn = [value for value in (shown.number, shown.low, shown.high) if value is not None]
    if shown.is_hidden or not printed:
        return not drawn
    if shown.low is None or shown.high is None:
        drawn = drawn[:1]
    return all(any(abs(abs(value) - one) <= 1e-6 for one in printed) for value in drawn)


def check_traced(page: bytes, made: Made) -> None:
    """Raise ``DisclosureLeak`` where a number on the page cannot be traced, or a mark is drawn from another one."""
    false = false_marks(made)
    if false:
        listed = "; ".join(false[:5])
        raise DisclosureLeak(
            f"a mark is drawn from another number than the one printed ({listed}); nothing was released"
        )
    found = untraced(page, made)
    if found:
        listed = ", ".join(sorted(set(found))[:5])
        raise DisclosureLeak(
            f"{len(found)} numbers on the page are in no ledger entry ({listed}); nothing was released"
        )


def _shown(part: Any) -> Iterator[Shown]:
    if isinstance(part, Shown):
        yield part
    else:
        yield from (shown for inner in _inner(part) for shown in _shown(inner))


def _released(part: Any) -> Iterator[str]:
    if isinstance(part, Shown):
        yield str(part.text.value)
    elif isinstance(part, Survival):
        yield from (f"{round(100 * value)}" for curve in (part.share, part.low, part.high) for value in curve)
        yield from (f"{round(day)} {round(day) // 7}" for day in part.days)
        yield from _released(part.n)
    elif isinstance(part, AreaMap):
        yield str(len(part.areas))
        yield from _released(part.areas)
    else:
        yield from (text for inner in _inner(part) for text in _released(inner))


def _fixed(part: Any) -> Iterator[str]:
    if type(part) in {Fixed, str}:
        yield str(part)
    elif not isinstance(part, Shown):
        yield from (text for inner in _inner(part) for text in _fixed(inner))


def _inner(part: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        yield from (getattr(part, field.name) for field in dataclasses.fields(part))
    elif isinstance(part, tuple | list):
        yield from part
    elif isinstance(part, dict):
        yield from part.values()
