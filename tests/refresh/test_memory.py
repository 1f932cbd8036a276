"""Freed memory goes back to the system, and the rest stays."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from market_profile.refresh.memory import give_back, in_use_mb


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell how much a process holds")
def test_what_small_pieces_held_is_given_back_and_what_is_in_use_stays() -> None:
    kept = np.ones(3_000_000)
    small = [np.ones(2_000) for _ in range(12_000)]  # 192 MB, too small to be mapped piece by piece
    pin = [bytes(1_000) for _ in range(1_000)]  # above them, so that the heap's end cannot simply sink
    held = in_use_mb()
    assert held > 190
    del small
    give_back(much_mb=held * 10)
    untouched = in_use_mb()
    give_back(much_mb=1)
    assert in_use_mb() < held - 100
    assert in_use_mb() <= untouched
    assert kept.sum() == 3_000_000 and len(pin) == 1_000
