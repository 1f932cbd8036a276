"""What a ledger's cells are sums of: the atoms that an attacker adds up and subtracts.

A cell is named ``family|part|...|period``. Its atoms are the smallest pieces that no release splits: one month, one
base area, one category. A part ``all`` is the whole of the labels seen in its place, an area code stands for its base
areas (an LSOA, or the LSOAs of a ward), and a window for its months; so sums over months, areas and categories, of
several editions and of overlapping geographies, meet in the same atoms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from market_profile.periods import Month
from market_profile.terms import Described

_WINDOW = re.compile(r"^(\d{4}-\d{2})\.\.(\d{4}-\d{2})$")
_MONTH = re.compile(r"^\d{4}-\d{2}$")
_AS_AT = "as at "
WHOLE = "all"
_REST = "(rest)"

Atom = tuple[tuple[str, ...], str]
"""A leaf path and a month (or another period that is not split)."""


class Sum(Described):
    """How the parts of a family make its whole."""

    PARTITION = "partition", "the parts add up to the whole"
    DISJOINT = "disjoint", "the parts are apart and within the whole; more may be unseen"
    OVERLAP = "overlap", "the parts overlap and cover the whole"
    NESTED = "nested", "each part lies within the whole, none in another"


FAMILIES: Mapping[str, Sum] = {
    "area": Sum.PARTITION,
    "survey": Sum.DISJOINT,
    "seizures": Sum.OVERLAP,
    "treatment stage": Sum.NESTED,
    "treatment main drug": Sum.DISJOINT,
}
"""Families whose parts are released beside their whole; the rest overlap at most, which assumes least."""

WHOLES: Mapping[str, str] = {"treatment stage": "referred"}
"""The label of the whole where it is not ``all``."""

_OVERDOSES = ("harm|overdose|confirmed", "harm|overdose|suspected", "harm|ambulance")
IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "overdoses|all": _OVERDOSES,
    "scorecard|overdoses and ambulance calls": _OVERDOSES,
    "scorecard|deaths": ("harm|death|confirmed", "harm|death|suspected"),
    "scorecard|seizures": ("seizures|all",),
    "scorecard|naloxone given": ("harm|naloxone",),
    "scorecard|safeguarding visits": ("harm|safeguarding_visit",),
    "scorecard|arrests": ("arrests|all",),
}
"""Counts that stand on the page under two names: the attacker knows that they are the same things."""


@dataclass(frozen=True)
class Structure:
    """What an attacker knows of how cells add up.

    ``areas`` maps an area code to its base areas; a code that is not in it is its own base area. ``families`` adds to
    or replaces ``FAMILIES``.
    """

    areas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    families: Mapping[str, Sum] = field(default_factory=dict)

    def sum_of(self, family: str) -> Sum:
        """Return how the family's parts make its whole."""
        return self.families.get(family, FAMILIES.get(family, Sum.OVERLAP))


@dataclass(frozen=True)
class Cell:
    """A parsed cell name: family, labels between, period (``""`` where it names none)."""

    family: str
    labels: tuple[str, ...]
    period: str

    @property
    def months(self) -> tuple[str, ...]:
        """Return the months of the period, or the period itself where it is not one of months."""
        return _months(self.period)


@cache
def parse_cell(name: str) -> Cell:
    """Return the parsed name; counts under two names come back under the first.

    Example:
        >>> parse_cell("seizures|heroin|2018-01..2018-12").labels
        ('heroin',)
    """
    parts = name.split("|")
    is_dated = len(parts) > 1 and (_WINDOW.match(parts[-1]) or _MONTH.match(parts[-1]) or parts[-1].startswith(_AS_AT))
    period = parts.pop() if is_dated else ""
    return Cell(parts[0], tuple(parts[1:]), period)


@cache
def _months(period: str) -> tuple[str, ...]:
    match = _WINDOW.match(period)
    if match is None:
        return (period,)
    month, names = Month(match[1]), [match[1]]
    while names[-1] < match[2]:
        month = month.plus(1)
        names.append(month.text)
    return tuple(names)


class Leaves:
    """The leaf paths of the cells of one ledger."""

    def __init__(self, cells: Iterable[Cell], structure: Structure) -> None:
        self._structure = structure
        self._labels: dict[tuple[str, int, int], set[str]] = {}
        for cell in cells:
            for place, label in enumerate(cell.labels):
                self._labels.setdefault((cell.family, len(cell.labels), place), set()).add(label)

    def of(self, cell: Cell) -> tuple[tuple[str, ...], ...]:
        """Return the leaf paths that the cell sums."""
        same = IDENTITIES.get("|".join((cell.family, *cell.labels)))
        if same is not None:
            return tuple(tuple(path.split("|")) for path in same)
        places = (self._part(cell, place) for place in range(len(cell.labels)))
        return tuple((cell.family, *path) for path in product(*places))

    def atoms(self, cell: Cell) -> list[Atom]:
        """Return the atoms of the cell."""
        return [(path, month) for path in self.of(cell) for month in cell.months]

    def is_whole(self, cell: Cell, place: int) -> bool:
        """Tell whether the label in ``place`` stands for all labels there."""
        return cell.labels[place] == WHOLES.get(cell.family, WHOLE)

    def _part(self, cell: Cell, place: int) -> tuple[str, ...]:
        label, kind = cell.labels[place], self._structure.sum_of(cell.family)
        if label in self._structure.areas:
            return tuple(sorted(self._structure.areas[label]))
        if not self.is_whole(cell, place) or kind in {Sum.OVERLAP, Sum.NESTED}:
            return (label,)
        seen = self._labels[(cell.family, len(cell.labels), place)] - {label}
        parts = {base for one in seen for base in self._structure.areas.get(one, frozenset({one}))}
        return (*sorted(parts), *((_REST,) if kind is Sum.DISJOINT else ()))
