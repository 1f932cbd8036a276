"""What each month's refresh knew: its batch, its parent month, the settings and decisions it used, and its state.

A month is rebuilt *as of then* from this record: the rows of its batch, the state of its parent, its own decisions.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.store.publish import publish_folder, recover_folder

FORMAT = 1
"""Version of the layout of ``store/``; a store of a later version is refused."""


@dataclass(frozen=True)
class MonthRecord:
    """``month`` was made from everything up to ``batch``, upon the state of ``parent`` ('' for the first)."""

    month: str
    batch: int
    parent: str
    settings_sha256: str
    decisions_sha256: str
    code_version: str
    format: int = FORMAT


States = Mapping[str, Mapping[str, pd.DataFrame]]
"""Audience -> name -> frame: what the next month's analysis needs of this one."""


class MonthStore:
    """The month records of one workspace under ``store/months``."""

    def __init__(self, store: Path) -> None:
        self._root = store / "months"

    def months(self) -> tuple[str, ...]:
        """Return the recorded months, oldest first."""
        if not self._root.is_dir():
            return ()
        return tuple(sorted(path.name for path in self._root.iterdir() if (path / "record.json").is_file()))

    def record(self, month: Month) -> MonthRecord | None:
        """Return the record of ``month``, or None where it was never refreshed."""
        recover_folder(self._root / month.text)
        path = self._root / month.text / "record.json"
        if not path.is_file():
            return None
        return _record(path)

    def parent_of(self, month: Month) -> str:
        """Return the latest recorded month before ``month``, '' where there is none."""
        return max((name for name in self.months() if name < month.text), default="")

    def is_newest(self, month: Month) -> bool:
        """Tell whether no later month was refreshed."""
        return all(name <= month.text for name in self.months())

    def snapshot(self, month: Month) -> Path:
        """Return the folder with ``area.toml`` and ``decisions/`` as they were at the refresh of ``month``."""
        return self._root / month.text

    def state(self, month: str, audience: str) -> dict[str, pd.DataFrame]:
        """Return the frames that the analysis of ``month`` left for the next one; empty where there are none."""
        folder = self._root / month / "state" / audience
        if not month or not folder.is_dir():
            return {}
        return {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}

    def save(self, record: MonthRecord, snapshot: Mapping[str, bytes], states: States) -> None:
        """Write the record, the settings and decisions used, and the states in one atomic step."""
        files = {"record.json": json.dumps(asdict(record), sort_keys=True, indent=1).encode(), **snapshot}
        for audience, frames in states.items():
            for name, frame in frames.items():
                files[f"state/{audience}/{name}.parquet"] = _parquet(frame)
        publish_folder(self._root / record.month, files)


def _record(path: Path) -> MonthRecord:
    """Return a month's record; raise ``WrongUse`` with what to do where this version cannot read it."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        written = int(raw["format"])
    except (ValueError, KeyError, TypeError):
        raise WrongUse(
            f"store/months/{path.parent.name}/record.json is damaged; bring store/ back from a copy, or move that "
            "folder away and refresh the month"
        ) from None
    names = {field.name for field in fields(MonthRecord)}
    if written > FORMAT or set(raw) != names:
        raise WrongUse(
            f"store/months/{path.parent.name} was written by market-profile {raw.get('code_version', '(unknown)')}; "
            "use that version or a later one, or move that folder away and refresh the month"
        )
    return MonthRecord(**raw)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
