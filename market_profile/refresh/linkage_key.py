"""The partnership's linkage key: read from its file for one run, made for a new one; never written elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from market_profile.contracts.linkage_key import KEY_BYTES, key_from_text
from market_profile.errors import WrongUse
from market_profile.room_settings import LinkageSettings
from market_profile.sources.opening import open_regular
from market_profile.sources.refusal import FileRefused
from market_profile.terms import Audience
from market_profile.values import Sensitive

_OURS = ("inbox", "decisions", "store", "editions", "boundaries")
"""Folders of a workspace that are copied, versioned or given away: a key has no place there."""

_LARGEST = 65_536
"""Bytes of a file that may be a key: no device or extract is read to its end."""

_OTHERS_CAN = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class KeyRead:
    """The key, or why there is none; ``fingerprint`` tells one key from another and gives nothing of it away."""

    key: Sensitive[bytes] | None
    warning: str = ""
    fingerprint: str = ""


def read_workspace_key(workspace: Path, settings: LinkageSettings) -> KeyRead:
    """Return the key that ``[linkage] key_file`` names; a key that cannot be used leaves a warning, not a stop.

    Raises ``WrongUse`` where the file stands in a folder that is copied or given away.
    """
    if settings.key_file is None:
        return KeyRead(None)
    path = (workspace / settings.key_file).resolve()
    if any(path.is_relative_to((workspace / name).resolve()) for name in _OURS):
        raise WrongUse("[linkage] key_file stands in a folder of the workspace that is kept or given away; move it out")
    try:
        key = read_key(path)
    except WrongUse as error:
        return KeyRead(None, f"treatment was not linked with police records: {error}")
    return KeyRead(key, "", hmac.new(key.reveal(), b"fingerprint", hashlib.sha256).hexdigest()[:16])


def read_key(path: Path) -> Sensitive[bytes]:
    """Return the key in a file that its owner alone can read; raise ``WrongUse`` with what to mend."""
    try:
        with open_regular(path.resolve()) as file:
            content, mode = file.read(_LARGEST + 1), os.fstat(file.fileno()).st_mode
    except (FileRefused, OSError, RuntimeError):
        raise WrongUse("the linkage key file cannot be read; check [linkage] key_file or --key") from None
    if os.name == "posix" and mode & _OTHERS_CAN:
        raise WrongUse("others can read the linkage key file; run chmod 600 on it")
    if len(content) > _LARGEST:
        raise WrongUse(f"the linkage key file has more than {_LARGEST:,} bytes; it is no key")
    return Sensitive(key_from_text(content))


def make_key(path: Path) -> None:
    """Write a new random key, readable by its owner alone; raise ``WrongUse`` where a file stands there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise WrongUse("no key was made: a file stands there, or the folder cannot be written") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


def key_for(workspace: Path, settings: LinkageSettings, audience: Audience) -> KeyRead:
    """Return the key for an audience's analysis; for partners only where the settings say so."""
    if audience is Audience.PARTNER and not settings.in_partner_edition:
        return KeyRead(None)
    return read_workspace_key(workspace, settings)
