"""Release of a month's partner edition: gate, two signatures, ledger, atomic publish."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from market_profile.editions.cells import Structure
from market_profile.editions.disclosure import Policy
from market_profile.editions.gate import Checked, Ledger, refuse, run_gate
from market_profile.editions.keys import fingerprint, open_key, sign
from market_profile.editions.make import Made
from market_profile.editions.release import (
    Manifest,
    Notice,
    ReleaseState,
    check_move,
    check_people,
    check_reason,
    check_signatures,
    moved,
)
from market_profile.editions.report import checks_csv
from market_profile.editions.trace import check_traced, released_texts
from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.refresh.delivery import deliver
from market_profile.refresh.leaks import check_no_leak
from market_profile.refresh.making import (
    Loaded,
    analyse_for,
    load_records,
    make_manifest,
    partner_edition,
    partner_files,
)
from market_profile.refresh.plan import Plan, Workspace, make_plan, open_workspace
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.shelf import write_shelf
from market_profile.refresh.timing import Stopwatch
from market_profile.sources import area_members
from market_profile.store import (
    MonthStore,
    append_event,
    audit_head,
    publish_folder,
    verify_audit,
    workspace_lock,
)
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


def check_can_register(workspace: Path, name: str) -> None:
    """Raise ``WrongUse`` where ``workspace`` is none, or has a key under this name: a name cannot be replaced."""
    if not (workspace / "area.toml").is_file():
        raise WrongUse("the workspace to register the key in has no area.toml; no key was made")
    if name in registered_keys(workspace):
        raise WrongUse(f"{name} is registered already; remove the line in decisions/keys.toml first")


def register_key(workspace: Path, name: str, public: str) -> None:
    """Add a public key to ``decisions/keys.toml``; a registered name cannot be replaced."""
    check_can_register(workspace, name)
    known = registered_keys(workspace)
    lines = ["[keys]", *(f'"{who}" = "{key}"' for who, key in sorted({**known, name: public}.items()))]
    write_file(workspace / "decisions" / "keys.toml", ("\n".join(lines) + "\n").encode())


def ledger_fault(workspace: Path) -> str:
    """Return what is wrong with the release ledger, or with the audit head that a manifest names; '' where whole."""
    past = ReleaseStore(workspace / "store")
    log = workspace / "store" / "audit.jsonl"
    for release in past.releases():
        fault = verify_audit(log, release.audit_head).fault
        if fault:
            return f"{release.folder.name}: {fault}"
    return past.fault()


@dataclass(frozen=True)
class Prepared:
    """A partner edition that is ready to be checked and signed: its plan, what it shows, and what the gate said."""

    plan: Plan
    made: Made
    areas: Mapping[str, frozenset[str]]
    checked: Checked
    report: Path
    loaded: Loaded


def check_partner(folder: Path, month: str, say: Callable[[str], None]) -> Prepared:
    """Run the disclosure checks of a month without releasing it; the report stands in ``store/check/``.

    Raises ``DisclosureRefused`` (exit 4) where the gate refuses.
    """
    with workspace_lock(folder / "store"):
        prepared = _prepare(open_workspace(folder), month, say)
    refuse(prepared.checked.findings, prepared.checked.remedy)
    _draw_files(prepared)
    return prepared


def release_partner(
    folder: Path, month: str, signers: tuple[Signer, Signer], say: Callable[[str], None], reason: str = ""
) -> ReleasedEdition:
    """Release the partner edition of a refreshed month; raise ``DisclosureRefused`` (exit 4) where the gate refuses.

    The partner analysis is run again, so consent, grants and phases are checked at the moment of release. A month that
    is out already is corrected by giving a ``reason``, which partners read in the new edition.
    """
    author, approver = signers
    registered = registered_keys(folder)
    check_people(author.name, approver.name, registered)
    with workspace_lock(folder / "store"):
        workspace = open_workspace(folder)
        past = ReleaseStore(workspace.store)
        undo = _supersede(past, month, reason, author.name)
        try:
            prepared = _prepare(workspace, month, say)
            refuse(prepared.checked.findings, prepared.checked.remedy)
            complete, manifest = _sign_files(prepared, past, signers, registered)
        except BaseException:
            undo()
            raise
        past.add(month, prepared.made.entries, complete, prepared.areas, released_texts(prepared.made))
        target = folder / "editions" / month / "partner"
        publish_folder(target, complete)
        write_shelf(workspace)
        _log_disclosure(workspace, manifest, signers, registered)
        deliver(workspace.folder, complete, manifest, workspace.audit_log, say)
    return ReleasedEdition(target / "profile.html", target / "manifest.json")


def withdraw_partner(folder: Path, month: str, signer: Signer, reason: str) -> None:
    """Take the released edition of ``month`` back: partners read why in the next edition."""
    words = check_reason(reason)
    registered = registered_keys(folder)
    if signer.name not in registered:
        raise WrongUse(f"{signer.name} has no public key in decisions/keys.toml; only registered people can withdraw")
    _private_key(signer)
    with workspace_lock(folder / "store"):
        workspace = open_workspace(folder)
        past = ReleaseStore(workspace.store)
        last = past.last(month)
        if last is None:
            raise WrongUse(f"{month} was never released, so there is nothing to withdraw")
        check_move(last.state, ReleaseState.WITHDRAWN)
        notice = Notice(month, ReleaseState.WITHDRAWN.value, words, signer.name)
        past.note(last, notice)
        page = f"The partner edition of {month} was withdrawn. Do not use copies of it.\n{words}\n"
        publish_folder(folder / "editions" / month / "partner", {"WITHDRAWN.txt": page.encode()})
        write_shelf(workspace)
        details = {"month": month, "run_id": last.run_id, "state": ReleaseState.WITHDRAWN.value}
        append_event(workspace.audit_log, AuditCategory.DISCLOSURE, {**details, "by": key_id(registered[signer.name])})


def key_id(public: str) -> str:
    """Return the opaque id under which a person stands in the audit log: the start of the key's fingerprint."""
    return fingerprint(public).replace(" ", "")[:16]


def _supersede(past: ReleaseStore, month: str, reason: str, by: str) -> Callable[[], None]:
    """Mark the standing release of ``month`` as corrected; return what undoes it. Refuse a second release unasked."""
    last = past.last(month)
    if last is None or last.state != ReleaseState.RELEASED.value:
        if reason and last is None:
            raise WrongUse(f"{month} was never released, so there is nothing to correct; use market-profile release")
        return lambda: None
    if not reason:
        raise WrongUse(f"{month} is released already; use market-profile correct and say what changed")
    check_move(last.state, ReleaseState.CORRECTED)
    past.note(last, Notice(month, ReleaseState.CORRECTED.value, check_reason(reason), by))
    return lambda: past.unnote(last)


def _prepare(workspace: Workspace, month: str, say: Callable[[str], None]) -> Prepared:
    """Make the edition anew, run the gate over everything that is out, and write the checker's report."""
    plan = _plan_of(workspace, month)
    loaded = load_records(plan)
    made = partner_edition(plan, analyse_for(plan, loaded, Audience.PARTNER, Stopwatch(say)), is_draft=False)
    past = [one for one in ReleaseStore(workspace.store).releases() if one.state != ReleaseState.CORRECTED.value]
    areas = area_members(workspace.folder, workspace.settings, workspace.areas)
    known = {code: bases for one in past for code, bases in one.areas.items()} | dict(areas)
    ledger = Ledger(
        past=tuple(one.entries for one in past),
        now=made.entries,
        counts=made.counts,
        structure=Structure(known),
        revised=frozenset(one.cell for one in made.revised),
    )
    checked = run_gate(ledger, Policy.from_settings(workspace.settings.disclosure))
    report = workspace.store / "check" / f"disclosure-{plan.month.text}.csv"
    write_file(report, checks_csv(made, checked))
    _say_checks(made, checked, len(past), say)
    say(f"checks: {report}")
    return Prepared(plan, made, areas, checked, report, loaded)


def _say_checks(made: Made, checked: Checked, past: int, say: Callable[[str], None]) -> None:
    hidden = sum(entry.value is None for entry in made.entries)
    out = "1 earlier edition is out" if past == 1 else f"{past} earlier editions are out"
    say(f"disclosure: {len(made.entries)} released cells, {hidden} of them hidden; {out}")
    for finding in checked.findings[:20]:
        say(f"refused: {finding.cell}: {finding.rule}; {finding.action}")
    if not checked.findings:
        say(f"disclosure: the attacker could work out none of {checked.hidden} hidden counts over all editions")


def _draw_files(prepared: Prepared) -> dict[str, bytes]:
    """Draw the edition and look for anything that must not be in it."""
    plan, made, loaded = prepared.plan, prepared.made, prepared.loaded
    files = partner_files(plan, made.edition)
    check_no_leak(loaded.tables, plan.month, files, loaded.files["name"])
    check_traced(files["profile.html"], made)
    return files


def _sign_files(
    prepared: Prepared, past: ReleaseStore, signers: tuple[Signer, Signer], registered: Mapping[str, str]
) -> tuple[dict[str, bytes], Manifest]:
    """Draw the edition and sign it twice."""
    plan, made = prepared.plan, prepared.made
    files = _draw_files(prepared)
    draft = replace(
        make_manifest(plan, made.edition, files),
        ledger_head=past.head_with(made.entries),
        audit_head=audit_head(plan.workspace.audit_log),
        public_keys={signer.name: registered[signer.name] for signer in signers},
    )
    manifest = _signed(draft, signers)
    check_signatures(manifest, registered)
    return {**files, "manifest.json": manifest.to_json()}, manifest


def _log_disclosure(
    workspace: Workspace, manifest: Manifest, signers: tuple[Signer, Signer], registered: Mapping[str, str]
) -> None:
    author, approver = (key_id(registered[signer.name]) for signer in signers)
    details = {"month": manifest.month, "run_id": manifest.run_id, "state": manifest.state}
    append_event(workspace.audit_log, AuditCategory.DISCLOSURE, {**details, "author": author, "approver": approver})


def _plan_of(workspace: Workspace, month: str) -> Plan:
    record = MonthStore(workspace.store).record(Month(month))
    if record is None:
        raise WrongUse(f"{month} was never refreshed; run market-profile refresh --month {month} first")
    return replace(make_plan(workspace, record.batch, month, ()), batch=record.batch, parent=record.parent)


def _signed(manifest: Manifest, signers: tuple[Signer, Signer]) -> Manifest:
    author, approver = signers
    for state in (ReleaseState.CHECKED, ReleaseState.APPROVED, ReleaseState.RELEASED):
        manifest = moved(manifest, state)
    manifest = replace(manifest, author=author.name, approver=approver.name)
    signatures = []
    for signer in signers:
        key = _private_key(signer)
        signatures.append((signer.name, sign(key, manifest.signed_content())))
        del key
    return replace(manifest, signatures=tuple(sorted(signatures)))


def _private_key(signer: Signer) -> Ed25519PrivateKey:
    path = key_folder() / f"{signer.name}.pem"
    if not path.is_file():
        raise WrongUse(f"the private key of {signer.name} is not on this machine ({path})")
    return open_key(path.read_bytes(), signer.passphrase())
