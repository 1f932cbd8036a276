"""Append-only audit chain of the logging categories of the Data Protection Act 2018, section 62.

Each line holds the hash of the one before. The head is put into every manifest, since a chain alone cannot see that
its tail was cut off. Lines hold opaque ids, counts and hashes; never a personal value.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from market_profile.errors import MarketProfileError, WrongUse

_GENESIS = "0" * 64


class AuditCategory(StrEnum):
    """The six categories of DPA 2018 s.62."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"


@dataclass(frozen=True)
class AuditReport:
    """The outcome of a check: lines read, the head, and the first fault in words ('' where whole)."""

    lines: int
    head: str
    fault: str


def append_event(log: Path, category: AuditCategory, details: Mapping[str, str | int]) -> str:
    """Append one event and return the new head; a line torn by a crash is cut off first.

    The line says when (UTC) and under which account, as an opaque id: section 62(3) asks for the date, the time and,
    as far as possible, the person.
    """
    _repair_torn_tail(log)
    previous = audit_head(log)
    body = {
        "account": account_id(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "category": category.value,
        "details": dict(details),
        "previous": previous,
    }
    head = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    line = json.dumps({**body, "hash": head}, sort_keys=True) + "\n"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as handle:
        handle.write(line.encode())
        handle.flush()
        os.fsync(handle.fileno())
    return head


def account_id() -> str:
    """Return an opaque id of the account that runs the program; the force's own directory says whose it is."""
    return hashlib.sha256(f"account {os.getuid() if hasattr(os, 'getuid') else 0}".encode()).hexdigest()[:12]


def export_csv(log: Path) -> bytes:
    """Return the log as CSV for an inspector: line, at, account, category, details, hash; refuse a broken chain."""
    report = verify_audit(log)
    if report.fault:
        raise MarketProfileError(f"the audit trail is not whole: {report.fault}")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("line", "at", "account", "category", "details", "hash"))
    for number, line in enumerate(_whole_lines(log), start=1):
        entry = json.loads(line)
        details = "; ".join(f"{name} {value}" for name, value in sorted(entry["details"].items()))
        writer.writerow(
            (number, entry.get("at", ""), entry.get("account", ""), entry["category"], details, entry["hash"])
        )
    return buffer.getvalue().encode()


def audit_head(log: Path) -> str:
    """Return the hash of the last whole line (64 zeros for an empty log)."""
    lines = _whole_lines(log)
    if not lines:
        return _GENESIS
    try:
        return str(json.loads(lines[-1])["hash"])
    except (ValueError, KeyError, TypeError):
        raise WrongUse(
            "store/audit.jsonl is damaged (market-profile audit --verify says where); bring it back from a copy"
        ) from None


def verify_audit(log: Path, expected_head: str | None = None) -> AuditReport:
    """Check every link of the chain, and that ``expected_head`` (from a manifest) stands in it."""
    previous = _GENESIS
    heads = {_GENESIS}
    lines = log.read_bytes().splitlines() if log.is_file() else []
    for number, line in enumerate(lines, start=1):
        fault = _fault_of(line, previous)
        if fault:
            return AuditReport(number, previous, f"line {number}: {fault}")
        previous = str(json.loads(line)["hash"])
        heads.add(previous)
    if expected_head is not None and expected_head not in heads:
        return AuditReport(
            len(lines), previous, "the head named in the manifest is not in the log; its tail is missing"
        )
    return AuditReport(len(lines), previous, "")


def _fault_of(line: bytes, previous: str) -> str:
    try:
        entry = json.loads(line)
        stated = entry.pop("hash")
    except (ValueError, KeyError, AttributeError):
        return "not a whole audit entry"
    if entry.get("previous") != previous:
        return "does not follow the line before it"
    if line != json.dumps({**entry, "hash": stated}, sort_keys=True).encode():
        return "was rewritten"
    if hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest() != stated:
        return "its content does not match its hash"
    return ""


def _whole_lines(log: Path) -> list[bytes]:
    if not log.is_file():
        return []
    return [line for line in log.read_bytes().split(b"\n")[:-1] if line]


def _repair_torn_tail(log: Path) -> None:
    if not log.is_file():
        return
    content = log.read_bytes()
    if not content or content.endswith(b"\n"):
        return
    keep = content.rfind(b"\n") + 1
    try:
        os.truncate(log, keep)
    except OSError as error:
        raise MarketProfileError(f"the audit log cannot be repaired: {error.strerror}") from None
