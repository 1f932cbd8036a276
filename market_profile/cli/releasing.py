"""``market-profile keys``, ``release``, ``correct``, ``withdraw``, ``verify`` and ``audit``."""

from __future__ import annotations

import getpass
import os
import re
import sys
from pathlib import Path

from rich.console import Console

from market_profile.editions.keys import fingerprint, new_key
from market_profile.editions.package import decrypt_with, unzip_files, verify_edition
from market_profile.errors import InputRefused, WrongUse
from market_profile.refresh.releasing import (
    Signer,
    check_can_register,
    check_partner,
    key_folder,
    ledger_fault,
    register_key,
    release_partner,
    withdraw_partner,
)
from market_profile.refresh.retaining import retain
from market_profile.refresh.secrets import passphrase_from_environment, passphrase_variable
from market_profile.store import verify_audit
from market_profile.store.audit import export_csv
from market_profile.store.publish import write_file

_NAME = re.compile(r"[^\W\d_][\w .'’-]{0,79}")
"""A person's name as the name of a file: of any script, without a way into another folder."""


def _passphrase(name: str) -> str:
    if os.environ.get(passphrase_variable(name)) or not sys.stdin.isatty():
        return passphrase_from_environment(name)
    return getpass.getpass(f"Passphrase of {name}: ")


def _new_passphrase(name: str) -> str:
    """Ask for a passphrase twice on a terminal: one mistyped would make a key that nobody can open."""
    given = _passphrase(name)
    if sys.stdin.isatty() and not os.environ.get(passphrase_variable(name)) and getpass.getpass("Again: ") != given:
        raise WrongUse("the two passphrases differ; no key was made")
    return given


def make_key(name: str, workspace: Path | None, console: Console) -> None:
    """Write an encrypted private key outside the workspace and register the public half in decisions/."""
    if not _NAME.fullmatch(name):
        raise WrongUse("a name has letters, digits, spaces and . ' - _ only, begins with a letter and is no path")
    path = key_folder() / f"{name}.pem"
    if path.exists():
        raise WrongUse(f"{name} has a key already; use it, or remove the old file first")
    if workspace is not None:
        check_can_register(workspace, name)
    pem, public = new_key(_new_passphrase(name))
    write_file(path, pem)
    console.print(f"Private key: {path} (keep it to yourself)")
    if workspace is not None:
        register_key(workspace, name, public)
        console.print(f"Registered in {workspace / 'decisions' / 'keys.toml'}")
    console.print(f"Fingerprint, to be told to partners by another way: [bold]{fingerprint(public)}[/bold]")


def run_release(workspace: Path, month: str, people: tuple[str, str], console: Console, reason: str = "") -> None:
    """Run the gate, show its checks, sign as author and approver, publish and deliver."""
    author, approver = people
    if author == approver:
        raise WrongUse("author and approver must be two people, each with an own key")
    signers = (Signer(author, lambda: _passphrase(author)), Signer(approver, lambda: _passphrase(approver)))
    released = release_partner(workspace, month, signers, lambda line: console.print(f"  {line}"), reason)
    console.print(f"Released: {released.page}")
    console.print(f"Manifest: {released.manifest} (signed by {author} and {approver})")


def run_partner_areas(workspace: Path, console: Console) -> None:
    """Choose the areas that partners see and write them down."""
    from market_profile.refresh.partner_areas import FILE, choose_partner_areas

    chosen = choose_partner_areas(workspace)
    console.print(f"{len(chosen.table)} areas make {chosen.areas} partner areas: {workspace / FILE}")
    console.print(f"With them {chosen.shown_pct:.0f} % of published street crime cells show a number")
    if not chosen.is_enough:
        console.print("That is less than least_shown_pct; no coarser merging would help")
    console.print(f'Look at them on a map, then add to area.toml: [disclosure] merge_partner_areas = "{FILE}"')
    console.print("Keep them for every edition: partners could subtract editions with different areas.")


def run_checks(workspace: Path, month: str, console: Console) -> None:
    """Run the disclosure checks without releasing anything."""
    prepared = check_partner(workspace, month, lambda line: console.print(f"  {line}"))
    console.print(f"The checks pass; the report of every cell is {prepared.report}")


def run_withdraw(workspace: Path, month: str, by: str, reason: str, console: Console) -> None:
    """Take a released edition back."""
    withdraw_partner(workspace, month, Signer(by, lambda: _passphrase(by)), reason)
    console.print(f"Withdrawn: {month}. Tell the recipients; the next edition says why.")


def run_verify(received: Path, fingerprints: list[str], identity: Path | None, console: Console) -> None:
    """Check what a partner received: a zip, a folder or an .age file."""
    manifest = verify_edition(_received(received, identity), fingerprints)
    console.print(f"Genuine: the partner edition of {manifest.area} for {manifest.month}, as it was released")
    console.print(f"Signed by {manifest.author} (author) and {manifest.approver} (approver), run {manifest.run_id}")
    console.print(f"All {len(manifest.files)} files are unchanged")


def _received(path: Path, identity: Path | None) -> dict[str, bytes]:
    if path.is_dir():
        found = [one for one in sorted(path.rglob("*")) if one.is_file()]
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    if not path.is_file():
        raise WrongUse("there is no such file or folder; give the zip, the folder or the .age file that you received")
    content = path.read_bytes()
    if content.startswith(b"age-encryption.org/"):
        if identity is None:
            raise WrongUse("the file is encrypted; give --identity with the file of your age identity")
        lines = identity.read_text(encoding="utf-8").splitlines()
        content = decrypt_with(content, next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), ""))
    return unzip_files(content)


def run_retain(workspace: Path, before: str, erase: bool, console: Console) -> None:
    """Say what is past review, and erase it where told to."""
    done = retain(workspace, before, erase)
    console.print(f"{done.overdue:,} intelligence logs are past review before {before}")
    if not done.erased:
        console.print("Nothing was erased" + ("" if erase else "; give --erase to remove them for good"))
        return
    rows = sum(one.rows for one in done.erased)
    console.print(f"Erased {rows:,} rows (with subjects and links); recorded in store/erasures.csv and the audit log")
    console.print(f"Make again with market-profile refresh --month: {', '.join(done.months)}")
    console.print("Extracts in inbox/ and copies of earlier editions are yours to destroy.")


def show_audit(workspace: Path, verify: bool, export: Path | None, console: Console) -> None:
    """Print the length and head of the audit log; with ``verify`` check the chain, the ledger and every manifest."""
    log = workspace / "store" / "audit.jsonl"
    report = verify_audit(log)
    console.print(f"Audit log: {report.lines} lines, head {report.head[:16]}")
    if export is not None:
        write_file(export, export_csv(log))
        console.print(f"Exported for inspection: {export}")
    if not verify:
        return
    fault = report.fault or ledger_fault(workspace)
    if fault:
        raise InputRefused(f"the audit trail is not whole: {fault}")
    console.print("Chain and ledger are whole.")
