"""``market-profile keys``, ``release`` and ``audit``."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from rich.console import Console

from market_profile.editions.keys import fingerprint, new_key
from market_profile.errors import MarketProfileError, WrongUse
from market_profile.refresh.releasing import Signer, key_folder, ledger_fault, register_key, release_partner
from market_profile.refresh.secrets import passphrase_from_environment, passphrase_variable
from market_profile.store import verify_audit
from market_profile.store.publish import write_file


def _passphrase(name: str) -> str:
    if os.environ.get(passphrase_variable(name)) or not sys.stdin.isatty():
        return passphrase_from_environment(name)
    return getpass.getpass(f"Passphrase of {name}: ")


def make_key(name: str, workspace: Path | None, console: Console) -> None:
    """Write an encrypted private key outside the workspace and register the public half in decisions/."""
    path = key_folder() / f"{name}.pem"
    if path.exists():
        raise WrongUse(f"{name} has a key already; use it, or remove the old file first")
    pem, public = new_key(_passphrase(name))
    write_file(path, pem)
    console.print(f"Private key: {path} (keep it to yourself)")
    if workspace is not None:
        register_key(workspace, name, public)
        console.print(f"Registered in {workspace / 'decisions' / 'keys.toml'}")
    console.print(f"Fingerprint, to be told to partners by another way: [bold]{fingerprint(public)}[/bold]")


def run_release(workspace: Path, month: str, people: tuple[str, str], console: Console) -> None:
    """Run the gate, show its checks, sign as author and approver, publish."""
    author, approver = people
    if author == approver:
        raise WrongUse("author and approver must be two people, each with an own key")
    signers = (Signer(author, lambda: _passphrase(author)), Signer(approver, lambda: _passphrase(approver)))
    released = release_partner(workspace, month, signers, lambda line: console.print(f"  {line}"))
    console.print(f"Released: {released.page}")
    console.print(f"Manifest: {released.manifest} (signed by {author} and {approver})")


def show_audit(workspace: Path, verify: bool, console: Console) -> None:
    """Print the length and head of the audit log; with ``verify`` check the chain and the ledger."""
    report = verify_audit(workspace / "store" / "audit.jsonl")
    console.print(f"Audit log: {report.lines} lines, head {report.head[:16]}")
    if not verify:
        return
    fault = report.fault or ledger_fault(workspace)
    if fault:
        raise MarketProfileError(f"the audit trail is not whole: {fault}")
    console.print("Chain and ledger are whole.")
