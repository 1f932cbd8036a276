"""What was released before: the ledger of released numbers, chained by hash, and the files as they went out.

Each release adds ``store/release/<number>-<month>/`` with ``ledger.csv``, ``head`` and ``edition/``; nothing is
rewritten.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from market_profile.editions.show import Entry
from market_profile.store import publish_folder

START = "0" * 64


@dataclass(frozen=True)
class Release:
    """One past release: its folder, month, ledger entries and ledger head."""

    folder: Path
    month: str
    entries: tuple[Entry, ...]
    head: str


class ReleaseStore:
    """The releases of one workspace, oldest first."""

    def __init__(self, store: Path) -> None:
        self._root = store / "release"

    def releases(self) -> tuple[Release, ...]:
        """Return every release in the order it was made."""
        if not self._root.is_dir():
            return ()
        return tuple(_read(folder) for folder in sorted(self._root.iterdir()) if (folder / "head").is_file())

    def head(self) -> str:
        """Return the ledger's head."""
        past = self.releases()
        return past[-1].head if past else START

    def head_with(self, entries: Iterable[Entry]) -> str:
        """Return the head that the ledger will have once ``entries`` are added."""
        return _chain(self.head(), _ledger_bytes(entries))

    def add(self, month: str, entries: Iterable[Entry], files: Mapping[str, bytes]) -> None:
        """Keep a release: its ledger entries, the new head and the files as published."""
        kept = tuple(entries)
        number = len(self.releases()) + 1
        content = {f"edition/{name}": data for name, data in files.items()}
        ledger = _ledger_bytes(kept)
        content |= {"ledger.csv": ledger, "head": _chain(self.head(), ledger).encode()}
        publish_folder(self._root / f"{number:04d}-{month}", content)

    def latest_files(self, month: str) -> dict[str, bytes] | None:
        """Return the files of the last release of ``month``, None where it was never released."""
        past = [release for release in self.releases() if release.month == month]
        if not past:
            return None
        folder = past[-1].folder / "edition"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()
        }  # fmt: skip

    def fault(self) -> str:
        """Return what is wrong with the ledger's chain, '' where it is whole."""
        head = START
        for release in self.releases():
            head = _chain(head, (release.folder / "ledger.csv").read_bytes())
            if head != release.head:
                return f"the ledger entry {release.folder.name} was changed"
            manifest = json.loads((release.folder / "edition" / "manifest.json").read_text(encoding="utf-8"))
            if manifest["ledger_head"] != head:
                return f"the manifest of {release.folder.name} names another ledger"
        return ""


def _read(folder: Path) -> Release:
    with (folder / "ledger.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))[1:]
    entries = tuple(Entry(cell, int(value) if value else None) for cell, value in rows)
    return Release(folder, folder.name.split("-", 1)[1], entries, (folder / "head").read_text(encoding="utf-8"))


def _ledger_bytes(entries: Iterable[Entry]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["cell", "value"])
    for entry in sorted(set(entries), key=lambda entry: (entry.cell, str(entry.value))):
        writer.writerow([entry.cell, "" if entry.value is None else entry.value])
    return buffer.getvalue().encode()


def _chain(head: str, ledger: bytes) -> str:
    return hashlib.sha256(head.encode() + ledger).hexdigest()
