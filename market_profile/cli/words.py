"""What records, files and people say, made safe to print: no markup, no control characters, no marks of direction."""

from __future__ import annotations

from rich.markup import escape as without_markup

from market_profile.visible import without_marks


def escape(text: str) -> str:
    """Return ``text`` as a terminal may print it, whatever it holds.

    Example:
        >>> escape("[bold]a\\x1b[2J")
        '\\\\[bold]a?[2J'
    """
    return without_markup(without_marks(text))
