"""Row accounting: read = accepted + quarantined + duplicate for every file, or the run stops (CONTRACT.md 3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from market_profile.errors import AccountingError
from market_profile.sources.files import InboxFile
from market_profile.sources.identity import Sorted
from market_profile.sources.judging import FileRows
from market_profile.terms import Reason

COUNTS = ("read", "accepted", "quarantined", "duplicate", "amended")


@dataclass(frozen=True)
class FileAccount:
    """The rows of one file: ``amended`` are among the accepted, ``reasons`` count the rows with each fault.

    ``is_known`` marks a file that the store already holds: it was not read again and its counts are nought.
    """

    kind: str
    name: str
    file_id: str
    sha256: str
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicate: int = 0
    amended: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    is_known: bool = False

    @classmethod
    def known(cls, file: InboxFile) -> FileAccount:
        """Return the account of a file that was taken in before."""
        return cls(file.kind, file.name, file.file_id, file.sha256, is_known=True)

    @staticmethod
    def columns() -> list[str]:
        """Return the columns of ``row``."""
        return ["kind", "name", "file_id", "sha256", *COUNTS, "reasons"]

    def row(self) -> dict[str, str | int]:
        """Return the account as one row of a frame, ``reasons`` as JSON text."""
        labels = {"kind": self.kind, "name": self.name, "file_id": self.file_id, "sha256": self.sha256}
        counts = {name: int(getattr(self, name)) for name in COUNTS}
        return {**labels, **counts, "reasons": json.dumps(self.reasons, sort_keys=True)}


def account(rows: FileRows, told: Sorted) -> FileAccount:
    """Return the account of one file; AccountingError where its rows do not add up."""
    file = rows.file
    accepted = int((told.accepted["source_file"] == file.file_id).sum())
    by_reason = rows.faults.drop_duplicates(["row", "reason"])["reason"].value_counts()
    result = FileAccount(
        file.kind,
        file.name,
        file.file_id,
        file.sha256,
        read=rows.read,
        accepted=accepted,
        quarantined=int(rows.faults["row"].nunique()),
        duplicate=told.duplicate.get(file.file_id, 0),
        amended=told.amended.get(file.file_id, 0),
        reasons={str(code): int(count) for code, count in sorted(by_reason.items())},
    )
    check_adds_up(result)
    return result


def released(rows: FileRows, told: Sorted) -> FileAccount:
    """Return what an earlier file's account gains by rows that waited for their parent: as many accepted as released.

    Its rows were counted as read when the file was; nothing is counted twice.
    """
    file = rows.file
    accepted = int((told.accepted["source_file"] == file.file_id).sum())
    reasons = {str(Reason.UNKNOWN_PARENT): -accepted} if accepted else {}
    amended = told.amended.get(file.file_id, 0)
    return FileAccount(
        file.kind, file.name, file.file_id, file.sha256,
        accepted=accepted, quarantined=-accepted, amended=amended, reasons=reasons,
    )  # fmt: skip


def repeated(first: FileAccount, file: InboxFile) -> FileAccount:
    """Return the account of a second, identical file of the same inbox: all its rows are duplicates."""
    return FileAccount(file.kind, file.name, file.file_id, file.sha256, read=first.read, duplicate=first.read)


def check_adds_up(entry: FileAccount) -> None:
    """Raise AccountingError unless read = accepted + quarantined + duplicate."""
    total = entry.accepted + entry.quarantined + entry.duplicate
    if entry.read != total:
        raise AccountingError(
            f"{entry.kind} file {entry.file_id}: {entry.read} rows were read, but {total} are accounted for "
            f"({entry.accepted} accepted, {entry.quarantined} quarantined, {entry.duplicate} duplicate)"
        )


def sources_json(accounts: Iterable[FileAccount]) -> dict[str, object]:
    """Return ``sources`` of run.json: by kind its files, their totals and the reasons."""
    by_kind: dict[str, list[FileAccount]] = {}
    for entry in accounts:
        by_kind.setdefault(entry.kind, []).append(entry)
    return {kind: _kind_json(entries) for kind, entries in by_kind.items()}


def _kind_json(entries: list[FileAccount]) -> dict[str, object]:
    reasons: dict[str, int] = {}
    for entry in entries:
        for code, count in entry.reasons.items():
            reasons[code] = reasons.get(code, 0) + count
    return {
        "files": [
            {"name": entry.name, "sha256": entry.sha256, **{name: getattr(entry, name) for name in COUNTS}}
            for entry in entries
        ],
        **{name: sum(int(getattr(entry, name)) for entry in entries) for name in COUNTS},
        "reasons": dict(sorted(reasons.items())),
    }
