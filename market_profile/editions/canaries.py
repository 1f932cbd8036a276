"""The leak scanner: does any sensitive value of the records stand in any byte of an edition?

It is the second line (the first is that partners' analysis never sees the records): it locates leaks, and covers logs
and databases. Every file is opened as deep as it goes (archives, PDF streams, encoded text), folded to plain words,
and the sensitive values are looked up among its runs of words (``sought``).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from market_profile.editions.sought import GROUPS, Page, Values, folded, text_of

_DEEPEST = 5
_LARGEST_PART = 50_000_000
_PHONE_DIGITS = 10
_SHORTEST = 5
_SHINGLE = 6
"""A narrative is known by any six words in a row."""

_NAMESPACE = "/1999/02/22-rdf-syntax-ns"
"""The address of RDF's own words, in every workbook and in the properties of a PDF: nobody's date of birth."""

_TAG = re.compile(r"<[^>]*>")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")
_PDF_HEX = re.compile(rb"<([0-9A-Fa-f\s]{16,})>")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4})\}?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_UNPRINTABLE = bytes(code for code in range(256) if not (32 <= code < 127 or code in {0, 9, 10, 13}))


@dataclass(frozen=True)
class Hit:
    """A sensitive value of a kind that stands in a file; the value itself is never kept."""

    kind: str
    file: str


@dataclass
class Scanner:
    """Sensitive values of each kind; ``add`` them, then ``scan`` files."""

    values: list[tuple[str, pa.Array]] = field(default_factory=list)
    texts: list[tuple[str, pa.Array]] = field(default_factory=list)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of value that the scanner knows at least one of."""
        named = {kind for kind, values in self.values if len(_forms(values))}
        return frozenset(named | {kind for kind, texts in self.texts if len(texts)})

    def add(self, kind: str, values: Iterable[str]) -> None:
        """Know ``values`` as they stand; each must be at least five characters long once folded."""
        self.values.append((kind, text_of(values)))

    def add_texts(self, kind: str, texts: Iterable[str]) -> None:
        """Know narratives by every six words in a row."""
        self.texts.append((kind, text_of(texts)))

    def scan(self, files: Mapping[str, bytes], plain: Mapping[str, bytes] | None = None) -> tuple[Hit, ...]:
        """Return which kinds of value stand in which file, its name included.

        ``plain`` files are looked through as plain text (logs, databases); nothing of theirs is unpacked.
        """
        views = {name: {name, *_views(content, 0)} for name, content in files.items()}
        views |= {name: {content.decode("utf-8", errors="ignore")} for name, content in (plain or {}).items()}
        page = Page(views)
        found = {Hit(kind, name) for kind, values in _by_kind(self.values) for name in _files_with(page, values)}
        found |= {Hit(kind, name) for kind, texts in _by_kind(self.texts) for name in _files_with_part(page, texts)}
        return tuple(sorted(found, key=lambda hit: (hit.file, hit.kind)))


def _by_kind(added: Iterable[tuple[str, pa.Array]]) -> Iterator[tuple[str, pa.Array]]:
    """Yield every kind with its different values: a log's reference stands in its people and links too."""
    parts: dict[str, list[pa.Array]] = {}
    for kind, values in added:
        parts.setdefault(kind, []).append(values)
    for kind, arrays in parts.items():
        yield kind, pc.unique(pa.chunked_array(arrays, type=pa.large_string()))


def _forms(values: pa.Array) -> pa.Array:
    return Values(values, _SHORTEST, _PHONE_DIGITS).forms


def _files_with(page: Page, values: pa.Array) -> set[str]:
    near = page.glance.may_stand(values, _PHONE_DIGITS, GROUPS)
    return page.files_with(_forms(near)) if len(near) else set()


def _files_with_part(page: Page, texts: pa.Array) -> set[str]:
    near = page.glance.may_stand_in_part(texts, _SHINGLE)
    return page.files_with_part(folded(near), _SHINGLE) if len(near) else set()


def _views(content: bytes, depth: int) -> Iterator[str]:
    """Yield the content as text in every way in which it may be read."""
    if depth > _DEEPEST or not content or len(content) > _LARGEST_PART:
        return
    texts = {content.decode("utf-8", errors="ignore"), content.decode("cp1252", errors="ignore")}
    if b"\x00" in content:
        texts |= {content.decode(code, errors="ignore") for code in ("utf-16-le", "utf-16-be")}
        texts.add(content.replace(b"\x00", b"").decode("utf-8", errors="ignore"))
    for text in sorted(text.replace(_NAMESPACE, " ") for text in texts):
        yield text
        yield from _readings(text)
    for inner in _inside(content):
        yield from _views(inner, depth + 1)


def _readings(text: str) -> Iterator[str]:
    plain = html.unescape(html.unescape(text))
    unescaped = _ESCAPE.sub(_letter, urllib.parse.unquote_plus(plain))
    yield unescaped
    if "<" in unescaped:
        yield _TAG.sub("", unescaped)
        yield _TAG.sub(" ", unescaped)


def _letter(match: re.Match[str]) -> str:
    if match[3]:
        return chr(int(match[3], 8))
    return chr(int(match[1] or match[2], 16))


def _inside(content: bytes) -> Iterator[bytes]:
    """Yield what is packed into the content: archive members, compressed streams, encoded text."""
    yield from _members(content)
    if content[:2] == b"\x1f\x8b":
        yield _or_nothing(lambda: gzip.decompress(content))
    for part in content.split(b"stream")[1:] if b"%PDF" in content[:1024] else ():
        yield _or_nothing(lambda part=part: zlib.decompressobj().decompress(part.lstrip(b"\r\n")))
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return
    for match in _PDF_HEX.finditer(content):
        yield _or_nothing(lambda match=match: bytes.fromhex(match[1].decode()))
    for match in _HEX.finditer(content):
        yield _if_text(_or_nothing(lambda match=match: bytes.fromhex(match[0].decode())))
    for coded in {match[0].rstrip(b"=").translate(_URL_SAFE) for match in _BASE64.finditer(content)}:
        packed = coded + b"=" * (-len(coded) % 4)
        yield _if_text(_or_nothing(lambda packed=packed: base64.b64decode(packed)))


def _if_text(content: bytes) -> bytes:
    """Return decoded content that reads as text or as a known archive; chance strings decode to noise."""
    if content[:2] in {b"PK", b"\x1f\x8b"} or content[:4] == b"%PDF":
        return content
    printable = content.translate(None, _UNPRINTABLE)
    return content if len(printable) >= 0.9 * len(content) else b""


def _or_nothing(unpack: object) -> bytes:
    try:
        return bytes(unpack())  # type: ignore[operator]
    except (ValueError, OSError, EOFError, zlib.error, binascii.Error):
        return b""


def _members(content: bytes) -> Iterator[bytes]:
    if content[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for entry in archive.infolist():
                yield b" ".join((entry.filename.encode(), entry.comment, entry.extra))
                if entry.file_size <= _LARGEST_PART:
                    yield archive.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
        return
