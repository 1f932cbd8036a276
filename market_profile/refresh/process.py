"""How a process that makes one refresh and ends uses Python and memory; to be said before its libraries are read."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

_NEW, _ROUNDS = 100_000, 20
"""New objects between two looks for cycles, and looks between two at older ones; Python's own choice is 700 and 10."""


_UNUSED = "X86_V4 AVX512_ICL"
"""Instructions (AVX-512, as numpy names them) that numpy is asked not to use."""


def be_frugal() -> None:
    """Have Python look for cycles of objects seldom, Arrow give memory back to the system, numpy sort without AVX-512.

    Python's own choice costs a sixth of the time that imports take; frames lie in no cycles, and ``memory.give_back``
    looks for the rest. Arrow's own allocator keeps what a room has freed: a fifth of what a refresh holds at its
    height. With AVX-512 numpy sorts whole numbers five times slower on AMD's processors than without (2.4, Zen 4), and
    logarithms may differ in the last bit from those of machines that have none. What the environment says already
    stands; processes started by this one do the same.
    """
    gc.set_threshold(_NEW, _ROUNDS, _ROUNDS)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", _UNUSED)


def end_at_once(code: int) -> None:
    """End this process without taking apart all that it loaded, which costs half a second after a refresh.

    Returns where what was said cannot be written out, for the process to end in its usual way.
    """
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
