"""Seconds and records of each stage, for run.json and the progress line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass
class Stopwatch:
    """Collects stages in order; ``on_stage`` is told the name of each as it begins."""

    on_stage: Callable[[str], None] = lambda name: None
    stages: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, records: pd.DataFrame | None) -> Iterator[None]:
        """Time the block under ``name``; ``records`` is the frame whose rows it works on."""
        self.on_stage(name)
        began = time.perf_counter()
        yield
        seconds = round(time.perf_counter() - began, 3)
        self.stages.append({"name": name, "seconds": seconds, "records": 0 if records is None else len(records)})
