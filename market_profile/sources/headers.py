"""Headings of an extract matched to the columns of the contract, after case and space folding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from market_profile.contracts.columns import Kind
from market_profile.errors import SettingsError
from market_profile.settings import SourceSettings
from market_profile.sources.refusal import HEADER, FileRefused

_SPACE = re.compile(r"[\s_\-\u00a0\ufeff]+")
GRADE_PARTS = frozenset({"source_evaluation", "intelligence_assessment", "handling_code"})
"""The three columns that one combined ``grade`` column replaces (CONTRACT.md 2)."""


@dataclass(frozen=True)
class Header:
    """Which cell of a row is which column: ``positions`` by our name, ``others`` by folded unknown heading."""

    positions: Mapping[str, int]
    others: Mapping[str, int]
    ignored: tuple[int, ...]
    """Numbers (1 first) of the columns that are not used."""


def fold(heading: str) -> str:
    """Return ``heading`` in lower case with spaces, hyphens and underscores alike.

    Example:
        >>> fold("  Date Submitted ")
        'date_submitted'
    """
    return _SPACE.sub("_", heading).strip("_").casefold()


def known_headings(kind: Kind, source: SourceSettings) -> dict[str, str]:
    """Return folded heading -> our column: by name, by published heading, by the mapping in area.toml (which wins)."""
    known = {fold(column.name): column.name for column in kind.columns}
    for column in kind.columns:
        known |= {fold(theirs): column.name for theirs in column.theirs}
    for theirs, ours in source.columns.items():
        if ours not in kind.names and not kind.open_columns:
            place = f'area.toml: sources.{kind.name}.columns."{theirs}"'
            raise SettingsError(f"{place}: no column {ours}; allowed are {', '.join(kind.names)}")
        known[fold(theirs)] = ours
    _check_columns(kind, source)
    return known


def _check_columns(kind: Kind, source: SourceSettings) -> None:
    """Raise ``SettingsError`` where area.toml says something of a column that the kind does not have."""
    for key, names in (("values", source.values), ("units", source.units)):
        unknown = [] if kind.open_columns else [name for name in names if name not in kind.names]
        if unknown:
            place = f"area.toml: sources.{kind.name}.{key}.{unknown[0]}"
            raise SettingsError(f"{place}: there is no such column; allowed are {', '.join(kind.names)}")


def match_header(kind: Kind, headings: tuple[str, ...], source: SourceSettings) -> Header:
    """Return which heading is which column; refuse a file with two headings for one column or without a required one.

    The refusal names our columns only: the first row of a file without a header could hold anything.
    """
    known = known_headings(kind, source)
    positions: dict[str, int] = {}
    others: dict[str, int] = {}
    ignored: list[int] = []
    for position, heading in enumerate(headings):
        name = fold(heading)
        ours = known.get(name)
        if ours is None and kind.open_columns and name:
            _place(others, name, position, "two further columns have one heading")
        elif ours is None:
            ignored.append(position + 1)
        else:
            _place(positions, ours, position, f"two headings stand for {ours}")
    _check_required(kind, positions)
    return Header(positions, others, tuple(ignored))


def _place(places: dict[str, int], name: str, position: int, fault: str) -> None:
    if name in places:
        numbers = f"{places[name] + 1} and {position + 1}"
        raise FileRefused(HEADER, f"{fault} (columns {numbers}); remove one or correct the mapping in area.toml")
    places[name] = position


def _check_required(kind: Kind, positions: Mapping[str, int]) -> None:
    replaced = GRADE_PARTS if "grade" in positions else frozenset()
    required = [column.name for column in kind.columns if column.is_required and column.name not in replaced]
    missing = [name for name in required if name not in positions]
    if not positions:
        raise FileRefused(HEADER, f"its first row is no header of {kind.name}; the columns needed are {required}")
    if missing:
        raise FileRefused(
            HEADER, f"lacks the columns {', '.join(missing)}; add them, or map them under [sources.{kind.name}.columns]"
        )
