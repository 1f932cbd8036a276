"""How a process that makes one refresh and ends uses Python and memory; to be said before its libraries are read."""

from __future__ import annotations

import gc
import os

_NEW, _ROUNDS = 100_000, 20
"""New objects between two looks for cycles, and looks between two at older ones; Python's own choice is 700 and 10."""


def be_frugal() -> None:
    """Have Python look for cycles of objects seldom, and Arrow take memory from the system and give it back there.

    Python's own choice costs a sixth of the time that imports take; frames lie in no cycles, and ``memory.give_back``
    looks for the rest. Arrow's own allocator keeps what a room has freed: a fifth of what a refresh holds at its
    height. Where the environment names one it is used; processes started by this one do the same.
    """
    gc.set_threshold(_NEW, _ROUNDS, _ROUNDS)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
