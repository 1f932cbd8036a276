"""Delivery to recipients: one deterministic zip, encrypted where a recipient has an age key, and who got what.

``decisions/recipients.csv`` lists who gets the partner edition: ``name``, ``organisation``, ``deliver_to`` (a folder
or any fsspec URL; empty where it is handed over by other means), ``age_key`` (optional), ``until_on`` (optional).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from market_profile.editions.package import encrypt_for, zip_files
from market_profile.editions.release import Manifest
from market_profile.errors import MarketProfileError, WrongUse
from market_profile.store import append_event
from market_profile.store.audit import AuditCategory
from market_profile.store.publish import write_file
from market_profile.terms import Marking

COLUMNS = ("name", "organisation", "deliver_to", "age_key", "until_on")
LOG_COLUMNS = ("month", "run_id", "recipient", "organisation", "way", "sha256")


@dataclass(frozen=True)
class Recipient:
    """One line of the recipients register."""

    name: str
    organisation: str
    deliver_to: str
    age_key: str
    until_on: date | None

    @property
    def opaque(self) -> str:
        """The id under which the recipient stands in the audit log."""
        return hashlib.sha256(f"{self.name}|{self.organisation}".encode()).hexdigest()[:16]


def read_recipients(workspace: Path) -> tuple[Recipient, ...]:
    """Return the register; ``WrongUse`` names the line that cannot be used."""
    path = workspace / "decisions" / "recipients.csv"
    if not path.is_file():
        return ()
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise WrongUse(f"decisions/recipients.csv, line 1: the columns must be {', '.join(COLUMNS)}")
    return tuple(_recipient(number, row) for number, row in enumerate(rows[1:], start=2) if any(row))


def _recipient(line: int, row: list[str]) -> Recipient:
    place = f"decisions/recipients.csv, line {line}"
    if len(row) != len(COLUMNS) or not row[0].strip() or not row[1].strip():
        raise WrongUse(f"{place}: name and organisation are needed, in {len(COLUMNS)} cells")
    name, organisation, deliver_to, age_key, until = (cell.strip() for cell in row)
    if age_key and not age_key.startswith("age1"):
        raise WrongUse(f"{place}: age_key must be an age public key, which starts with age1")
    try:
        until_on = date.fromisoformat(until) if until else None
    except ValueError:
        raise WrongUse(f"{place}: until_on must be a day written YYYY-MM-DD") from None
    return Recipient(name, organisation, deliver_to, age_key, until_on)


def package_name(manifest: Manifest) -> str:
    """Return the delivered file's name, which carries its marking (GSCP)."""
    return f"{Marking.OFFICIAL.value}_market-profile_{manifest.month}_{manifest.run_id}.zip"


def deliver(
    workspace: Path, files: Mapping[str, bytes], manifest: Manifest, audit_log: Path, say: Callable[[str], None]
) -> None:
    """Write the zip to ``store/release/packages/`` and to every current recipient; log each disclosure.

    A place that cannot be written is said and left out of the log; the release stands.
    """
    package, name = zip_files(files), package_name(manifest)
    kept = workspace / "store" / "release" / "packages" / name
    write_file(kept, package)
    say(f"package: {kept}")
    last_day = date.fromisoformat(f"{manifest.month}-01")
    for recipient in read_recipients(workspace):
        if recipient.until_on is not None and recipient.until_on < last_day:
            say(f"recipient of {recipient.organisation} is past the register's date; nothing was sent")
            continue
        try:
            way, digest = _hand_over(recipient, package, name)
        except (OSError, ValueError, ImportError, MarketProfileError) as error:
            say(f"delivery to {recipient.organisation} failed ({type(error).__name__}); hand the package over yourself")
            continue
        _log(workspace, manifest, recipient, way, digest)
        details = {"month": manifest.month, "run_id": manifest.run_id, "recipient": recipient.opaque, "sha256": digest}
        append_event(audit_log, AuditCategory.DISCLOSURE, details)
        say(f"delivered to {recipient.organisation}: {way}")


def _hand_over(recipient: Recipient, package: bytes, name: str) -> tuple[str, str]:
    content = encrypt_for(package, [recipient.age_key]) if recipient.age_key else package
    file = f"{name}.age" if recipient.age_key else name
    digest = hashlib.sha256(content).hexdigest()
    if not recipient.deliver_to:
        return "by hand", digest
    if "://" in recipient.deliver_to:
        import fsspec

        with fsspec.open(f"{recipient.deliver_to.rstrip('/')}/{file}", "wb") as handle:
            handle.write(content)
        return "remote folder", digest
    write_file(Path(recipient.deliver_to) / file, content)
    return "folder", digest


def _log(workspace: Path, manifest: Manifest, recipient: Recipient, way: str, digest: str) -> None:
    path = workspace / "store" / "release" / "disclosures.csv"
    before = path.read_bytes() if path.is_file() else (",".join(LOG_COLUMNS) + "\n").encode()
    buffer = io.StringIO()
    row = (manifest.month, manifest.run_id, recipient.name, recipient.organisation, way, digest)
    csv.writer(buffer, lineterminator="\n").writerow(row)
    write_file(path, before + buffer.getvalue().encode())
