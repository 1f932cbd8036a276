"""Freed memory given back to the system between rooms: what one room needed is not held while the next works."""

from __future__ import annotations

import ctypes
import gc
import os
from pathlib import Path

import pyarrow as pa

MUCH_MB = 1500
"""Below this nobody misses what cycles of objects hold, and looking for them costs more than it saves."""
_STATM = Path("/proc/self/statm")


def in_use_mb() -> float:
    """Return the memory that this process holds, in MB; 0 where the system does not tell."""
    if not _STATM.is_file():
        return 0.0
    pages = int(_STATM.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def give_back(much_mb: float = MUCH_MB) -> None:
    """Give freed memory back, in some milliseconds; results do not depend on it.

    Where more than ``much_mb`` is held, cycles of objects that nothing else holds are looked for first.
    """
    if in_use_mb() >= much_mb:
        gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
