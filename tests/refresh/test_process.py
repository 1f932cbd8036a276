"""What a process that makes one refresh says before it reads its libraries."""

from __future__ import annotations

import os
import subprocess
import sys

_ASKED = """
from market_profile.refresh.process import be_frugal
be_frugal()
import numpy._core._multiarray_umath as core
print([name for name in ("X86_V4", "AVX512_ICL") if core.__cpu_features__.get(name)])
"""


def _said(**environment: str) -> str:
    held = {name: value for name, value in os.environ.items() if name != "NPY_DISABLE_CPU_FEATURES"}
    command = [sys.executable, "-c", _ASKED]
    return subprocess.run(command, env=held | environment, capture_output=True, text=True, check=True).stdout.strip()


def test_numpy_sorts_without_avx512_whatever_the_machine_has():
    assert _said() == "[]"


def test_what_the_environment_says_already_stands():
    own = _said(NPY_DISABLE_CPU_FEATURES="AVX512_ICL")
    plain = subprocess.run(
        [sys.executable, "-c", _ASKED.replace("be_frugal()\n", "")],
        env=os.environ | {"NPY_DISABLE_CPU_FEATURES": "AVX512_ICL"},
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert own == plain
