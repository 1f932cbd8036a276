"""Seconds, records, processor time and peak memory of each stage, for run.json, the journal and the progress line."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass
class Stopwatch:
    """Collects stages in order; ``on_stage`` is told the name of each as it begins, ``on_end`` what it took."""

    on_stage: Callable[[str], None] = lambda name: None
    on_end: Callable[[dict[str, Any]], None] = lambda stage: None
    stages: list[dict[str, Any]] = field(default_factory=list)

    def began(self, name: str) -> None:
        """Note under ``name`` what this process took until now: the interpreter and what it imported."""
        self._ended(name, _age_seconds(), time.process_time(), 0)

    @contextmanager
    def stage(self, name: str, records: pd.DataFrame | None) -> Iterator[None]:
        """Time the block under ``name``; ``records`` is the frame whose rows it works on."""
        self.on_stage(name)
        began, worked = time.perf_counter(), time.process_time()
        yield
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        self._ended(name, seconds, worked, 0 if records is None else len(records))

    def _ended(self, name: str, seconds: float, cpu_seconds: float, records: int) -> None:
        took = {
            "name": name,
            "seconds": round(seconds, 3),
            "records": records,
            "cpu_seconds": round(cpu_seconds, 3),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        self.stages.append(took)
        self.on_end(took)


def _age_seconds() -> float:
    """Return how long ago this process began (where the system does not tell, how long it worked)."""
    stat, uptime = Path("/proc/self/stat"), Path("/proc/uptime")
    if not (stat.is_file() and uptime.is_file()):
        return time.process_time()
    ticks = int(stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19])
    return float(uptime.read_text(encoding="ascii").split()[0]) - ticks / os.sysconf("SC_CLK_TCK")
