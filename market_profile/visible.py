"""Text as people see it: what a terminal, a page or a reference may not hold, because nobody would see it."""

from __future__ import annotations

import re
from typing import Any

_UNSEEN = (
    ("\t", "\r"), ("\u00ad", "\u00ad"), ("\u0300", "\u036f"), ("\u061c", "\u061c"), ("\u115f", "\u1160"),
    ("\u1680", "\u1680"), ("\u17b4", "\u17b5"), ("\u180b", "\u180f"), ("\u2000", "\u200f"), ("\u2028", "\u202f"),
    ("\u205f", "\u206f"), ("\u2800", "\u2800"), ("\u3000", "\u3000"), ("\u3164", "\u3164"), ("\ufe00", "\ufe0f"),
    ("\ufeff", "\ufeff"), ("\uffa0", "\uffa0"), ("\ufff0", "\uffff"), ("\U000e0000", "\U000e0fff"),
)  # fmt: skip
"""Ranges of line ends, spaces of other widths, joiners, marks of direction, fillers and marks upon letters."""
_ALIKE = "АВЕЅІЈКМНОРСТУХасеѕіјорухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
"""Cyrillic and Greek letters drawn as the Latin ones of a reference are."""
_LATIN = " -~"

UNSEEN = "[" + "".join(f"{first}-{last}" for first, last in _UNSEEN) + "]"
"""Characters that a reference may not hold: with them it only looks like another one."""
LOOKALIKE = f"^[{_LATIN}{_ALIKE}\uff01-\uff5e]*[{_ALIKE}\uff01-\uff5e][{_LATIN}{_ALIKE}\uff01-\uff5e]*$"
"""A reference that looks like one in Latin letters, written with others."""
MARKS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff"
"""Control characters and marks of direction, which change how the text around them is shown."""
_MARK = re.compile(f"[{MARKS}]")


def has_marks(text: str) -> bool:
    """Tell whether ``text`` holds a control character or a mark of direction (a tab or line end is none)."""
    return _MARK.search(text) is not None


def without_marks(text: str) -> str:
    """Return ``text`` with a question mark in place of each control character and mark of direction."""
    return _MARK.sub("?", text)


def key_with_marks(part: Any, key: str = "") -> str | None:
    """Return the key of the first text with marks in nested settings, None without one; a delimiter may be any."""
    if isinstance(part, dict):
        inner = [(value, f"{key}.{name}" if key else str(name)) for name, value in part.items()]
        inner += [(name, key) for name in part]
    else:
        inner = [(value, key) for value in part] if isinstance(part, list) else []
    for value, name in inner:
        found = key_with_marks(value, name)
        if found is not None:
            return found
    is_text = isinstance(part, str) and not key.endswith(".delimiter")
    return on_one_line(key) if is_text and has_marks(part) else None


def on_one_line(text: str) -> str:
    """Return ``text`` for a note on a terminal: what is not printed as itself becomes a question mark.

    Example:
        >>> on_one_line("hat\\x1b[31m size")
        'hat?[31m size'
    """
    return "".join(character if character.isprintable() else "?" for character in text)
