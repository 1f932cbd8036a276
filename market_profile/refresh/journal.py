"""The journal of runs: ``store/logs/refresh.jsonl``, one JSON line a stage, without personal data.

It holds times, names of stages, numbers of records and the kind of an error; never a file name, a cell or a message.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from market_profile import __version__
from market_profile.errors import MarketProfileError

LARGEST_BYTES = 5_000_000
"""The journal is set aside as ``refresh.jsonl.1`` beyond it; the older one goes."""


@dataclass
class Journal:
    """The journal of the workspace whose ``store`` it is in; ``run`` brackets one run."""

    store: Path
    run_number: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def path(self) -> Path:
        """The file with one JSON line an event."""
        return self.store / "logs" / "refresh.jsonl"

    @contextmanager
    def run(self) -> Iterator[Journal]:
        """Write when the run began and how it ended."""
        self._write({"event": "began", "version": __version__})
        try:
            yield self
        except BaseException as error:
            code = error.exit_code if isinstance(error, MarketProfileError) else 1
            self._write({"event": "failed", "error": type(error).__name__, "exit_code": code})
            raise
        self._write({"event": "ended", "exit_code": 0})

    def stage(self, took: dict[str, Any]) -> None:
        """Write what a stage took (a stage of run.json)."""
        self._write({"event": "stage", **took})

    def _write(self, event: dict[str, Any]) -> None:
        """Append one line; a journal that cannot be written never stops a run."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "run": self.run_number, **event}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.path.is_file() and self.path.stat().st_size > LARGEST_BYTES:
                self.path.replace(self.path.with_suffix(".jsonl.1"))
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            with os.fdopen(os.open(self.path, flags, 0o600), "ab") as handle:
                handle.write((json.dumps(line, sort_keys=True) + "\n").encode())
        except OSError:
            return


def run_began(store: Path) -> float:
    """Return when the latest run of the store began, in seconds since 1970; 0 where its journal does not say."""
    path = Journal(store).path
    if not path.is_file():
        return 0.0
    for line in reversed(path.read_bytes().splitlines()):
        if b'"began"' in line:
            try:
                return datetime.fromisoformat(json.loads(line)["at"]).timestamp()
            except (ValueError, KeyError):
                return 0.0
    return 0.0
