"""How often Python looks for objects that only hold each other."""

from __future__ import annotations

import gc

_NEW, _ROUNDS = 100_000, 20
"""New objects between two looks, and looks between two at older objects; Python's own choice is 700 and 10."""


def look_for_cycles_seldom() -> None:
    """Have Python look for cycles of objects seldom: its own choice costs a sixth of the time that imports take.

    For a process that makes one refresh and ends; frames lie in no cycles, and ``memory.give_back`` looks for the rest.
    """
    gc.set_threshold(_NEW, _ROUNDS, _ROUNDS)
