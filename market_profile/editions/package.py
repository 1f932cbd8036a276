"""Delivery: an edition as one zip whose bytes depend on its files alone, and the check of what was received.

``verify`` needs no workspace: the manifest carries the public keys, and their fingerprints come by another way.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from market_profile.editions.keys import fingerprint
from market_profile.editions.release import Manifest, ReleaseState, check_signatures, file_hashes
from market_profile.errors import MarketProfileError

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LARGEST_BYTES = 200_000_000
_MOST_FILES = 2_000


class NotVerified(MarketProfileError):
    """What was received is not what two people released."""

    exit_code = 3


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip: sorted, stored without compression, one date, so that equal files make equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def unzip_files(content: bytes) -> dict[str, bytes]:
    """Return the files of a zip made by ``zip_files``; raise ``NotVerified`` where any byte of it differs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _LARGEST_BYTES:
                raise NotVerified("the zip holds more than an edition does; ask the sender for it again")
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError, KeyError):
        raise NotVerified("the file is not a whole zip; ask the sender for it again") from None
    if zip_files(files) != content:
        raise NotVerified("the zip was changed since it was made; ask the sender for it again")
    return files


def verify_edition(files: Mapping[str, bytes], fingerprints: Iterable[str]) -> Manifest:
    """Return the manifest of a received edition; raise ``NotVerified`` with the first thing that is wrong.

    ``fingerprints`` are those of the author's and the approver's keys, told by another way than the edition.
    """
    manifest = read_manifest(files.get(MANIFEST))
    told = {"".join(one.split()).lower() for one in fingerprints}
    if len(told) < 2:
        raise NotVerified("give two fingerprints, the author's and the approver's, as they were told to you")
    try:
        check_signatures(manifest, dict(manifest.public_keys))
    except (MarketProfileError, ValueError):
        raise NotVerified("the manifest is not signed by its author and approver, or it was changed since") from None
    for name in (manifest.author, manifest.approver):
        if "".join(fingerprint(dict(manifest.public_keys)[name]).split()) not in told:
            raise NotVerified(
                "it is signed with a key whose fingerprint was not told to you; do not use it, ask the sender"
            )
    if manifest.state != ReleaseState.RELEASED.value:
        raise NotVerified(f"the edition is {manifest.state}, not released")
    found = file_hashes({name: content for name, content in files.items() if name != MANIFEST})
    for name in sorted(set(found) ^ set(manifest.files)):
        raise NotVerified(f"{name} is {'missing' if name in manifest.files else 'not part of the edition'}")
    for name in sorted(found):
        if found[name] != manifest.files[name]:
            raise NotVerified(
                f"{name} was changed since the release; do not use it, ask the sender for the edition again"
            )
    return manifest


def read_manifest(content: bytes | None) -> Manifest:
    """Return the manifest in ``content``; raise ``NotVerified`` where it is not exactly as it was written."""
    if content is None:
        raise NotVerified("there is no manifest.json; this is not a released edition")
    try:
        body: dict[str, Any] = json.loads(content)
        signatures = tuple(sorted((str(name), str(text)) for name, text in body.pop("signatures").items()))
        manifest = Manifest(**body, signatures=signatures)
        is_same = manifest.to_json() == content
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotVerified("manifest.json is not a manifest") from None
    if not is_same:
        raise NotVerified("manifest.json was changed since the release")
    return manifest


def encrypt_for(content: bytes, age_keys: Iterable[str]) -> bytes:
    """Return ``content`` encrypted to the recipients' age public keys (``age1...``)."""
    import pyrage

    try:
        recipients = [pyrage.x25519.Recipient.from_str(key) for key in age_keys]
    except pyrage.RecipientError:
        raise MarketProfileError("a recipient's age key cannot be read; it starts with age1") from None
    encrypted: bytes = pyrage.encrypt(content, recipients)
    return encrypted


def decrypt_with(content: bytes, identity: str) -> bytes:
    """Return what was encrypted to the age identity (``AGE-SECRET-KEY-1...``)."""
    import pyrage

    try:
        decrypted: bytes = pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(identity.strip())])
    except (pyrage.IdentityError, pyrage.DecryptError):
        raise NotVerified("the file was not encrypted to this identity, or it was changed") from None
    return decrypted
