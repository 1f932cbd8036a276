"""Seconds, records, processor time and peak memory of each stage, for run.json, the journal and the progress line."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass
class Stopwatch:
    """Collects stages in order; ``on_stage`` is told the name of each as it begins, ``on_end`` what it took."""

    on_stage: Callable[[str], None] = lambda name: None
    on_end: Callable[[dict[str, Any]], None] = lambda stage: None
    stages: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, records: pd.DataFrame | None) -> Iterator[None]:
        """Time the block under ``name``; ``records`` is the frame whose rows it works on."""
        self.on_stage(name)
        began, worked = time.perf_counter(), time.process_time()
        yield
        took = {
            "name": name,
            "seconds": round(time.perf_counter() - began, 3),
            "records": 0 if records is None else len(records),
            "cpu_seconds": round(time.process_time() - worked, 3),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        self.stages.append(took)
        self.on_end(took)
