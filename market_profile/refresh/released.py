"""What was released before: the ledger of released numbers, chained by hash, and the files as they went out.

Each release adds ``store/release/<number>-<month>/`` with ``ledger.csv``, ``areas.csv`` (the base areas of each area
shown), ``head`` and ``edition/``; nothing is rewritten. A release that is taken back or replaced gets a ``notice.json``
beside them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from market_profile.editions.corrections import Past
from market_profile.editions.release import Notice, ReleaseState
from market_profile.editions.show import Entry
from market_profile.store import publish_folder
from market_profile.store.publish import write_file

START = "0" * 64


@dataclass(frozen=True)
class Release:
    """One past release: its folder, month, ledger entries, ledger head, notice about it, and areas by base areas."""

    folder: Path
    month: str
    entries: tuple[Entry, ...]
    head: str
    notice: Notice | None = None
    areas: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Where the release stands: released, withdrawn or corrected."""
        return self.notice.state if self.notice else ReleaseState.RELEASED.value

    @property
    def run_id(self) -> str:
        """The run id that its manifest names."""
        return str(self._manifest["run_id"])

    @property
    def audit_head(self) -> str:
        """The audit head that its manifest names."""
        return str(self._manifest["audit_head"])

    @property
    def signers(self) -> tuple[str, str]:
        """The author and the approver that its manifest names."""
        return str(self._manifest["author"]), str(self._manifest["approver"])

    @property
    def _manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "edition" / "manifest.json").read_text(encoding="utf-8"))
        return content


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

    def fingerprint(self) -> str:
        """Return a hash of the ledger's head and of every notice, which drafts of later months rest on."""
        notices = [asdict(one.notice) for one in self.releases() if one.notice]
        return _chain(self.head(), json.dumps(notices, sort_keys=True).encode())

    def head_with(self, entries: Iterable[Entry]) -> str:
        """Return the head that the ledger will have once ``entries`` are added."""
        return _chain(self.head(), _ledger_bytes(entries))

    def before(self, month: str) -> Past:
        """Return what partners hold that an edition of ``month`` must agree with or correct.

        That is every release of an earlier month, and those of the month itself that were taken back or replaced; so an
        edition that is made again after its release says the same.
        """
        past = [one for one in self.releases() if one.month < month or (one.month == month and one.notice)]
        return Past(tuple(one.entries for one in past), tuple(one.notice for one in past if one.notice))

    def last(self, month: str) -> Release | None:
        """Return the last release of ``month``, None where there was none."""
        past = [one for one in self.releases() if one.month == month]
        return past[-1] if past else None

    def note(self, release: Release, notice: Notice) -> None:
        """Put a notice beside a release; its files stay as they went out."""
        content = json.dumps(asdict(notice), sort_keys=True, ensure_ascii=False)
        write_file(release.folder / "notice.json", content.encode())

    def unnote(self, release: Release) -> None:
        """Take a notice away again, where the correction that it announces was refused."""
        (release.folder / "notice.json").unlink(missing_ok=True)

    def add(
        self, month: str, entries: Iterable[Entry], files: Mapping[str, bytes],
        areas: Mapping[str, frozenset[str]] | None = None, texts: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """Keep a release: its ledger entries, the new head, its areas, released texts and the published files."""
        kept = tuple(entries)
        number = len(self.releases()) + 1
        content = {f"edition/{name}": data for name, data in files.items()}
        ledger = _ledger_bytes(kept)
        content |= {"ledger.csv": ledger, "head": _chain(self.head(), ledger).encode()}
        content["areas.csv"] = _areas_bytes(areas or {})
        content["released.json"] = json.dumps(sorted(texts), ensure_ascii=False, indent=0).encode()
        publish_folder(self._root / f"{number:04d}-{month}", content)

    def latest_files(self, month: str) -> dict[str, bytes] | None:
        """Return the files of the last release of ``month``, None where there is none or it was withdrawn."""
        last = self.last(month)
        if last is None or last.state == ReleaseState.WITHDRAWN.value:
            return None
        folder = last.folder / "edition"
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
    head = (folder / "head").read_text(encoding="utf-8")
    noted = folder / "notice.json"
    notice = Notice(**json.loads(noted.read_text(encoding="utf-8"))) if noted.is_file() else None
    return Release(folder, folder.name.split("-", 1)[1], entries, head, notice, _read_areas(folder / "areas.csv"))


def _read_areas(path: Path) -> dict[str, frozenset[str]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))[1:]
    found: dict[str, set[str]] = {}
    for area, base in rows:
        found.setdefault(area, set()).add(base)
    return {area: frozenset(bases) for area, bases in found.items()}


def _areas_bytes(areas: Mapping[str, frozenset[str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["area_code", "base_code"])
    writer.writerows((area, base) for area in sorted(areas) for base in sorted(areas[area]))
    return buffer.getvalue().encode()


def _ledger_bytes(entries: Iterable[Entry]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["cell", "value"])
    for entry in sorted(set(entries), key=lambda entry: (entry.cell, str(entry.value))):
        writer.writerow([entry.cell, "" if entry.value is None else entry.value])
    return buffer.getvalue().encode()


def _chain(head: str, ledger: bytes) -> str:
    return hashlib.sha256(head.encode() + ledger).hexdigest()
