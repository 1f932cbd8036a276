"""Row accounting: read = accepted + quarantined + duplicate for every file, or the run stops (CONTRACT.md 3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from market_profile.errors import AccountingError
from market_profile.sources.files import InboxFile
from market_profile.sources.identity import Sorted
from market_profile.sources.judging import KindRows
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


def accounts_of(rows: KindRows, told: Sorted, waited: int = 0) -> list[FileAccount]:
    """Return the account of each file of a kind; AccountingError where its rows do not add up.

    The first ``waited`` files were counted when they were read: theirs is what they gain by rows that waited for their
    parent, as many accepted as released.
    """
    accepted = {str(file): int(count) for file, count in told.accepted["source_file"].value_counts().items()}
    quarantined, reasons = _set_aside(rows)
    found = []
    for place, one in enumerate(rows.files):
        file, count = one.file, accepted.get(one.file.file_id, 0)
        had_waited = place < waited
        reasons_here = {str(Reason.UNKNOWN_PARENT): -count} if count else {}
        entry = FileAccount(
            file.kind,
            file.name,
            file.file_id,
            file.sha256,
            read=0 if had_waited else one.read,
            accepted=count,
            quarantined=-count if had_waited else quarantined.get(place, 0),
            duplicate=0 if had_waited else told.duplicate.get(file.file_id, 0),
            amended=told.amended.get(file.file_id, 0),
            reasons=reasons_here if had_waited else reasons.get(place, {}),
        )
        check_adds_up(entry)
        found.append(entry)
    return found


def _set_aside(rows: KindRows) -> tuple[dict[int, int], dict[int, dict[str, int]]]:
    """Return by place of the file how many rows were set aside, and how many of them for each reason."""
    if rows.faults.empty:
        return {}, {}
    places = rows.file_of(rows.faults["row"].to_numpy(dtype="int64"))
    pairs = rows.faults[["row", "reason"]].assign(place=places).drop_duplicates(["row", "reason"])
    by_place, rows_of = np.unique(pairs.drop_duplicates("row")["place"].to_numpy(dtype="int64"), return_counts=True)
    counted = pairs.groupby(["place", "reason"], sort=True).size().rename("rows").reset_index()
    reasons: dict[int, dict[str, int]] = {}
    for place, reason, count in zip(*(counted[name].tolist() for name in counted.columns), strict=True):
        reasons.setdefault(place, {})[reason] = count
    return dict(zip(by_place.tolist(), rows_of.tolist(), strict=True)), reasons


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
