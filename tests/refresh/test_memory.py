"""Freed memory goes back to the system, and the rest stays."""

from __future__ import annotations

import gc
import sys
import weakref

import numpy as np
import pytest

from market_profile.refresh.memory import give_back, in_use_mb


class _Ring:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell how much a process holds")
def test_what_small_pieces_held_is_given_back_and_what_is_in_use_stays() -> None:
    kept = np.ones(3_000_000)
    small = [np.ones(2_000) for _ in range(12_000)]  # 192 MB, too small to be mapped piece by piece
    pin = [bytes(1_000) for _ in range(1_000)]  # above them, so that the heap's end cannot simply sink
    held = in_use_mb()
    assert held > 190
    del small
    give_back()
    assert in_use_mb() < held - 100
    assert kept.sum() == 3_000_000 and len(pin) == 1_000


def test_cycles_are_looked_for_where_much_is_held() -> None:
    gc.disable()
    try:
        ring = _Ring()
        piece = weakref.ref(ring)
        del ring
        give_back(much_mb=1e9)
        assert piece() is not None
        give_back(much_mb=0)
        assert piece() is None
    finally:
        gc.enable()
