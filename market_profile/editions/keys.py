"""Own signing keys: passphrase-protected Ed25519, kept outside the workspace; public halves are registered in it."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from market_profile.errors import WrongUse

_SHORTEST_PASSPHRASE = 12


def new_key(passphrase: str) -> tuple[bytes, str]:
    """Return an encrypted private key (PEM) and its public half (base64); refuse a short passphrase."""
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        raise WrongUse(f"a passphrase has at least {_SHORTEST_PASSPHRASE} characters")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    return pem, public_half(key)


def open_key(pem: bytes, passphrase: str) -> Ed25519PrivateKey:
    """Return the private key; raise ``WrongUse`` where the passphrase does not open it."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError):
        raise WrongUse("the passphrase does not open this key, or the file is not a key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongUse("the key file is not an Ed25519 key; make one with market-profile keys")
    return key


def public_half(key: Ed25519PrivateKey) -> str:
    """Return the public key as base64."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def fingerprint(public: str) -> str:
    """Return the fingerprint that partners are told by another way: 32 hex digits of SHA-256 in groups of four.

    Example:
        >>> len(fingerprint("AAAA").replace(" ", ""))
        32
    """
    digest = hashlib.sha256(base64.b64decode(public)).hexdigest()[:32]
    return " ".join(digest[place : place + 4] for place in range(0, 32, 4))


def sign(key: Ed25519PrivateKey, content: bytes) -> str:
    """Return the signature of ``content`` as base64."""
    return base64.b64encode(key.sign(content)).decode()


def is_signed(public: str, signature: str, content: bytes) -> bool:
    """Tell whether ``signature`` is that of ``content`` under the public key."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(base64.b64decode(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
