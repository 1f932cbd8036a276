"""The gate of the page: every word that reaches it passes here, and only words made for its audience pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from market_profile.editions.model import Shown
from market_profile.errors import DisclosureLeak
from market_profile.terms import Audience
from market_profile.values import Fixed, Internal, Released

Text = Released[str] | Internal[str] | str
"""Words on the page: ``Released`` or ``Fixed`` for partners; for planners also ``Internal`` and plain text."""

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Drawn:
    """Markup that this room made itself (a picture, the style, the script); the only markup a template may print."""

    html: str

    def __str__(self) -> str:
        raise DisclosureLeak("drawn markup is printed by the template only")

    def __html__(self) -> str:
        return self.html


@dataclass(frozen=True)
class Gate:
    """Says what may be shown to ``audience``; ``check`` raises, so that nothing passes in silence."""

    audience: Audience

    def check(self, value: Any) -> str:
        """Return the words of ``value``, without control characters; raise ``DisclosureLeak`` where it may not pass.

        Example:
            >>> Gate(Audience.PARTNER).check(Fixed("heroin"))
            'heroin'
        """
        if isinstance(value, Shown):
            value = value.text
        if isinstance(value, Released):
            return clean(value.value)
        if type(value) is Fixed or (type(value) is str and not value):
            return clean(value)
        if self.audience is Audience.PLANNER:
            if isinstance(value, Internal):
                return clean(value.value)
            if isinstance(value, str) and not isinstance(value, Markup):
                return clean(value)
        raise DisclosureLeak(f"a value of type {type(value).__name__} may not reach the {self.audience} page")

    def html(self, value: Any) -> str:
        """Return the words of ``value`` escaped for HTML and SVG, attributes included."""
        return str(escape(self.check(value)))


def clean(words: object) -> str:
    """Return ``words`` without control and direction-override characters; refuse what is not text."""
    if not isinstance(words, str) or isinstance(words, Markup):
        raise DisclosureLeak("only text can be shown")
    text = str.__str__(words)
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub("", text)


def like(original: Text, words: str) -> Text:
    """Return ``words``, a part or a plain rewriting of ``original``, with the standing of ``original``."""
    return Fixed(words) if type(original) is Fixed else words
