"""Release of a partner edition: states, who may do what, and the signed manifest.

Author and approver are two people with a key each. Guards come in pairs: ``check_...`` raises the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from market_profile.editions.keys import is_signed
from market_profile.errors import WrongUse
from market_profile.terms import Described


class ReleaseState(Described):
    """Where a partner edition stands."""

    DRAFT = "draft", "made by a refresh; not for partners"
    CHECKED = "checked", "the disclosure gate passed"
    APPROVED = "approved", "author and approver signed"
    RELEASED = "released", "published to partners"
    WITHDRAWN = "withdrawn", "taken back; do not use"
    CORRECTED = "corrected", "replaced by a corrected edition"


TRANSITIONS: Mapping[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.DRAFT: frozenset({ReleaseState.CHECKED}),
    ReleaseState.CHECKED: frozenset({ReleaseState.APPROVED, ReleaseState.DRAFT}),
    ReleaseState.APPROVED: frozenset({ReleaseState.RELEASED, ReleaseState.DRAFT}),
    ReleaseState.RELEASED: frozenset({ReleaseState.WITHDRAWN, ReleaseState.CORRECTED}),
    ReleaseState.WITHDRAWN: frozenset(),
    ReleaseState.CORRECTED: frozenset(),
}
"""The one table of states; the diagram in the README is read off it."""


@dataclass(frozen=True)
class Manifest:
    """What stands in ``manifest.json``: the files by hash, what they were made from and who signed."""

    area: str
    month: str
    run_id: str
    settings_sha256: str
    files: Mapping[str, str]
    ledger_head: str
    audit_head: str
    state: str = ReleaseState.DRAFT.value
    author: str = ""
    approver: str = ""
    public_keys: Mapping[str, str] = field(default_factory=dict)
    signatures: tuple[tuple[str, str], ...] = ()

    def signed_content(self) -> bytes:
        """Return the bytes that are signed: everything but the signatures."""
        body: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "signatures"}
        body["files"], body["public_keys"] = dict(self.files), dict(self.public_keys)
        return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        body = json.loads(self.signed_content())
        body["signatures"] = dict(self.signatures)
        return json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def file_hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of every file by its path."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}


def check_move(state: str, wanted: ReleaseState) -> None:
    """Raise ``WrongUse`` where the table of states does not allow the step."""
    if wanted not in TRANSITIONS[ReleaseState(state)]:
        raise WrongUse(f"an edition that is {state} cannot become {wanted.value}")


def moved(manifest: Manifest, state: ReleaseState) -> Manifest:
    """Return the manifest in a new state; raise ``WrongUse`` where the table does not allow the step."""
    check_move(manifest.state, state)
    return replace(manifest, state=state.value)


@dataclass(frozen=True)
class Notice:
    """Why a released edition was taken back or corrected; typed by a person, shown to partners in the next edition."""

    month: str
    state: str
    reason: str
    by: str


def check_reason(reason: str) -> str:
    """Return the reason without surrounding blanks; raise where it says too little or too much for a page."""
    words = " ".join(reason.split())
    if not 10 <= len(words) <= 300:
        raise WrongUse("say in 10 to 300 characters what was wrong and what changed; partners will read it")
    return words


def check_people(author: str, approver: str, registered: Mapping[str, str]) -> None:
    """Raise unless author and approver are two registered people with two different keys."""
    for name, part in ((author, "author"), (approver, "approver")):
        if name not in registered:
            raise WrongUse(f"the {part} has no public key in decisions/keys.toml; run market-profile keys first")
    if author == approver or registered[author] == registered[approver]:
        raise WrongUse("author and approver must be two people, each with an own key")


def check_signatures(manifest: Manifest, registered: Mapping[str, str]) -> None:
    """Raise unless both signatures are those of the author and the approver over this manifest."""
    check_people(manifest.author, manifest.approver, registered)
    given = dict(manifest.signatures)
    for name in (manifest.author, manifest.approver):
        if name not in given or not is_signed(registered[name], given[name], manifest.signed_content()):
            raise WrongUse("the manifest is not signed by its author and its approver, or it was changed since")
