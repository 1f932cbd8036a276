"""Which encoding a text file has: declared, byte-order mark, strict UTF-8, strict cp1252, else the file is refused.

``latin-1`` is never a fallback: it turns curly quotes into control characters (TRUST.md 6).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from market_profile.sources.opening import content_chunks
from market_profile.sources.refusal import BAD_ENCODING, EMPTY, FileRefused

CONTROL = r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f" + "\ufffe\uffff]"
"""Characters that no text holds, and two that no XML does; tab, line ends and form feed may stand in a narrative."""
_CONTROL = re.compile(CONTROL)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MIXED = re.compile(rb"[\xc3-\xc5][\x80-\xbf]|\xe2\x80[\x93-\x9d]")
_CUT_SHORT = "ends in the middle of a character: it was cut short; copy or export it again"
_UNREAD = "is neither UTF-8 nor Windows-1252 text; save it as UTF-8, or declare `encoding` in area.toml"


@dataclass(frozen=True)
class Encoding:
    """How a file is decoded, whether any row may hold control characters, and what the analyst should know."""

    name: str
    has_controls: bool
    warning: str = ""


def detect_encoding(path: Path, declared: str | None) -> Encoding:
    """Return the encoding of the text file ``path``; refuse an empty file and bytes that no encoding reads.

    One pass in pieces of 1 MiB; every candidate decodes strictly from the first byte to the last.
    """
    head = next(content_chunks(path), b"")
    if not head:
        raise FileRefused(EMPTY, "holds no bytes; export it again (a file with a header and no rows is fine)")
    for name in _candidates(head, declared):
        has_controls = _reads(path, name)
        if has_controls is not None:
            warning = _mixture(path) if name == "cp1252" and declared is None else ""
            return Encoding(name, has_controls, warning)
    if declared is not None:
        raise FileRefused(BAD_ENCODING, "cannot be read in the `encoding` that area.toml declares for it")
    raise FileRefused(BAD_ENCODING, _UNREAD)


def _candidates(head: bytes, declared: str | None) -> tuple[str, ...]:
    if declared is not None:
        return (_declared(head, declared),)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return (name,)
    if head[:512].count(b"\x00") * 4 > len(head[:512]):
        raise FileRefused(BAD_ENCODING, "looks like UTF-16 without its mark; declare `encoding` in area.toml")
    return ("utf-8", "cp1252")


def _declared(head: bytes, declared: str) -> str:
    try:
        found = codecs.lookup(declared)
    except (LookupError, ValueError):
        found = None
    if found is None or not getattr(found, "_is_text_encoding", True):
        raise FileRefused(BAD_ENCODING, "area.toml declares an `encoding` that does not exist or is not one of text")
    name = found.name
    return "utf-8-sig" if name == "utf-8" and head.startswith(codecs.BOM_UTF8) else name


def _reads(path: Path, name: str) -> bool | None:
    """Tell whether the text holds control characters; None where it is not text in this encoding."""
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    has_controls = False
    try:
        for chunk in content_chunks(path):
            has_controls = bool(_CONTROL.search(decoder.decode(chunk))) or has_controls
    except UnicodeError:
        return None
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        raise FileRefused(BAD_ENCODING, _CUT_SHORT) from None
    return has_controls


def _mixture(path: Path) -> str:
    mixed = sum(len(_MIXED.findall(chunk)) for chunk in content_chunks(path))
    if not mixed:
        return ""
    return f"read as Windows-1252, but {mixed} characters look like UTF-8: two exports may have been joined; check them"
