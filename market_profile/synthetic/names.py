"""Fictional names (``words.toml``) of people, their street names and roads, and how names slip in writing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from market_profile.synthetic.plan import Array

_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def _list(name: str) -> tuple[str, ...]:
    return tuple(str(_WORDS[name]).split())


MALE, FEMALE = _list("male"), _list("female")
SURNAMES = _list("surnames") + tuple(a + b for a in _list("surname_stems") for b in _list("surname_tails"))
"""Common surnames first, then made ones, so that a Zipf draw has a long tail."""
NICKNAMES: dict[str, str] = dict(_WORDS["nicknames"])
POPULAR_STREET_NAMES = _list("popular_street_names")
RARE_STREET_NAMES = _list("street_name_second") + tuple(
    f"{first} {second}" for first in _list("street_name_first") for second in _list("street_name_second")
)
WARD_NAMES: tuple[str, ...] = tuple(_WORDS["wards"])
STREET_STEMS, STREET_ENDINGS = _list("street_stems"), _list("street_endings")
_SOUNDS = tuple((old, new) for old, new in _WORDS["sounds"])
VARIANTS = 6
"""Misspellings kept of each name."""


def misspellings(names: Array, rng: np.random.Generator) -> Array:
    """Return an array (names, VARIANTS) of slips of each *distinct* name: sounds, doubled, dropped, swapped letters."""
    table = np.empty((len(names), VARIANTS), dtype=object)
    for row, name in enumerate(names):  # over the list of names, never over records
        table[row] = [_slip(str(name), rng) for _ in range(VARIANTS)]
    return table


def _slip(name: str, rng: np.random.Generator) -> str:
    if len(name) < 4:
        return name + name[-1]
    at = int(rng.integers(1, len(name) - 1))
    choice = rng.random()
    if choice < 0.4:
        fits = [(old, new) for old, new in _SOUNDS if old in name[1:]]
        if fits:
            old, new = fits[int(rng.integers(len(fits)))]
            return name[0] + name[1:].replace(old, new, 1)
    if choice < 0.6:
        return name[:at] + name[at + 1 :]
    if choice < 0.8:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
