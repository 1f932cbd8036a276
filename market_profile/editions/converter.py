"""Shows measures and fixes words for one audience; what ``convert`` and ``drawings`` share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from market_profile.document import Sentence
from market_profile.editions.disclosure import Policy
from market_profile.editions.model import Shown
from market_profile.editions.show import Entry, counts_of, ledger_entries, show_internal, show_released
from market_profile.terms import Audience
from market_profile.values import Fixed, Measure

D = TypeVar("D")


@dataclass(frozen=True)
class Converter:
    """Shows measures and fixes words for one audience; collects what is released for the ledger."""

    audience: Audience
    policy: Policy
    entries: list[Entry]
    counts: dict[str, int] = field(default_factory=dict)

    def show(self, measure: Measure) -> Shown:
        """Return the measure as this audience sees it."""
        if self.audience is Audience.PLANNER:
            return show_internal(measure)
        self.entries.extend(ledger_entries(measure, self.policy))
        self.counts.update({count.cell: count.n for count in counts_of(measure) if count.cell})
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
