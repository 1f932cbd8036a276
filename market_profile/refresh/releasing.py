"""Release of a month's partner edition: gate, two signatures, ledger, atomic publish."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from market_profile.editions.disclosure import Policy
from market_profile.editions.gate import check_can_release
from market_profile.editions.keys import open_key, sign
from market_profile.editions.make import Made
from market_profile.editions.release import Manifest, ReleaseState, check_people, check_signatures, moved
from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.refresh.plan import Plan, Workspace, make_plan, open_workspace
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.run import analyse_for, load_records, make_manifest, partner_edition
from market_profile.refresh.shelf import write_shelf
from market_profile.refresh.timing import Stopwatch
from market_profile.render import render_edition
from market_profile.store import MonthStore, append_event, audit_head, publish_folder, workspace_lock
from market_profile.store.audit import AuditCategory
from market_profile.store.publish import write_file
from market_profile.terms import Audience


@dataclass(frozen=True)
class Signer:
    """A person who signs; ``passphrase`` is asked for only when the key is opened."""

    name: str
    passphrase: Callable[[], str]


@dataclass(frozen=True)
class ReleasedEdition:
    """Where the released page and its manifest are."""

    page: Path
    manifest: Path


def key_folder() -> Path:
    """Return where private keys are kept: MARKET_PROFILE_KEYS, else ~/.config/market-profile/keys."""
    given = os.environ.get("MARKET_PROFILE_KEYS")
    return Path(given) if given else Path.home() / ".config" / "market-profile" / "keys"


def registered_keys(workspace: Path) -> dict[str, str]:
    """Return the public keys of ``decisions/keys.toml`` by name."""
    path = workspace / "decisions" / "keys.toml"
    if not path.is_file():
        return {}
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise WrongUse("decisions/keys.toml is not valid TOML; mend it or register the keys again") from None
    return {str(name): str(public) for name, public in listed.items()}


def register_key(workspace: Path, name: str, public: str) -> None:
    """Add a public key to ``decisions/keys.toml``; a registered name cannot be replaced."""
    known = registered_keys(workspace)
    if name in known:
        raise WrongUse(f"{name} is registered already; remove the line in decisions/keys.toml first")
    lines = ["[keys]", *(f'"{who}" = "{key}"' for who, key in sorted({**known, name: public}.items()))]
    write_file(workspace / "decisions" / "keys.toml", ("\n".join(lines) + "\n").encode())


def ledger_fault(workspace: Path) -> str:
    """Return what is wrong with the release ledger, '' where it is whole."""
    return ReleaseStore(workspace / "store").fault()


def release_partner(
    folder: Path, month: str, signers: tuple[Signer, Signer], say: Callable[[str], None]
) -> ReleasedEdition:
    """Release the partner edition of a refreshed month; raise ``DisclosureRefused`` (exit 4) where the gate refuses.

    The partner analysis is run again, so consent, grants and phases are checked at the moment of release.
    """
    author, approver = signers
    registered = registered_keys(folder)
    check_people(author.name, approver.name, registered)
    with workspace_lock(folder / "store"):
        workspace = open_workspace(folder)
        plan = _plan_of(workspace, month)
        watch = Stopwatch(say)
        loaded = load_records(plan)
        made = partner_edition(plan, analyse_for(plan, loaded, Audience.PARTNER, watch), is_draft=False)
        past = ReleaseStore(workspace.store)
        _gate(made, past, Policy.from_settings(workspace.settings.disclosure), say)
        files = render_edition(made.edition, pdf=workspace.settings.report.pdf)
        draft = make_manifest(plan, made.edition, files)
        ledger, audit = past.head_with(made.entries), audit_head(workspace.audit_log)
        manifest = _signed(replace(draft, ledger_head=ledger, audit_head=audit), signers)
        check_signatures(manifest, registered)
        complete = {**files, "manifest.json": manifest.to_json()}
        past.add(plan.month.text, made.entries, complete)
        target = folder / "editions" / plan.month.text / "partner"
        publish_folder(target, complete)
        write_shelf(workspace)
        append_event(
            workspace.audit_log, AuditCategory.DISCLOSURE, {"month": plan.month.text, "run_id": manifest.run_id}
        )
    return ReleasedEdition(target / "profile.html", target / "manifest.json")


def _plan_of(workspace: Workspace, month: str) -> Plan:
    record = MonthStore(workspace.store).record(Month(month))
    if record is None:
        raise WrongUse(f"{month} was never refreshed; run market-profile refresh --month {month} first")
    return replace(make_plan(workspace, record.batch, month, ()), batch=record.batch, parent=record.parent)


def _gate(made: Made, past: ReleaseStore, policy: Policy, say: Callable[[str], None]) -> None:
    earlier = [entry for release in past.releases() for entry in release.entries]
    hidden = sum(entry.value is None for entry in made.entries)
    say(f"disclosure: {len(made.entries)} released cells, {hidden} of them hidden, {len(earlier)} in the ledger")
    check_can_release([*earlier, *made.entries], policy)
    say("disclosure: the attacker could work out none of the hidden counts")


def _signed(manifest: Manifest, signers: tuple[Signer, Signer]) -> Manifest:
    author, approver = signers
    for state in (ReleaseState.CHECKED, ReleaseState.APPROVED, ReleaseState.RELEASED):
        manifest = moved(manifest, state)
    manifest = replace(manifest, author=author.name, approver=approver.name)
    signatures = []
    for signer in signers:
        path = key_folder() / f"{signer.name}.pem"
        if not path.is_file():
            raise WrongUse(f"the private key of {signer.name} is not on this machine ({path})")
        key = open_key(path.read_bytes(), signer.passphrase())
        signatures.append((signer.name, sign(key, manifest.signed_content())))
        del key
    return replace(manifest, signatures=tuple(signatures))
