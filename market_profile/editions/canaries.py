"""The leak scanner: does any sensitive value of the records stand in any byte of an edition?

It is the second line (the first is that partners' analysis never sees the records): it locates leaks, and covers logs
and databases. Every file is opened as deep as it goes (archives, PDF streams, encoded text), folded to plain words,
and its runs of words are looked up among those of the sensitive values.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_DEEPEST = 5
_LARGEST_PART = 50_000_000
_PHONE_DIGITS = 10
_SHINGLE = 6
"""A narrative is known by any six words in a row."""

_NAMESPACE = "/1999/02/22-rdf-syntax-ns"
"""The address of RDF's own words, in every workbook and in the properties of a PDF: nobody's date of birth."""

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")
_PDF_HEX = re.compile(rb"<([0-9A-Fa-f\s]{16,})>")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4})\}?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_UNPRINTABLE = bytes(code for code in range(256) if not (32 <= code < 127 or code in {0, 9, 10, 13}))
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True)
class Hit:
    """A sensitive value of a kind that stands in a file; the value itself is never kept."""

    kind: str
    file: str


@dataclass
class Scanner:
    """Sensitive values by the runs of words they consist of; ``add`` them, then ``scan`` files."""

    runs: dict[int, dict[str, str]] = field(default_factory=dict)

    def add(self, kind: str, values: Iterable[str]) -> None:
        """Know ``values`` as they stand; each must be at least five characters long once folded."""
        for value in values:
            words = words_of(value)
            if len("".join(words)) >= 5:
                self.runs.setdefault(len(words), {}).setdefault(" ".join(words), kind)
                for form in _other_forms(words):
                    self.runs.setdefault(len(form), {}).setdefault(" ".join(form), kind)

    def add_texts(self, kind: str, texts: Iterable[str]) -> None:
        """Know narratives by every six words in a row."""
        known = self.runs.setdefault(_SHINGLE, {})
        for text in texts:
            words = words_of(text)
            for start in range(len(words) - _SHINGLE + 1):
                known.setdefault(" ".join(words[start : start + _SHINGLE]), kind)

    def scan(self, files: Mapping[str, bytes]) -> tuple[Hit, ...]:
        """Return which kinds of value stand in which file, its name included."""
        found: set[Hit] = set()
        starts = self._starts()
        for name in sorted(files):
            for view in {name, *_views(files[name], 0)}:
                found.update(Hit(kind, name) for kind in self._kinds(words_of(view), starts))
        return tuple(sorted(found, key=lambda hit: (hit.file, hit.kind)))

    def scan_text(self, files: Mapping[str, bytes]) -> tuple[Hit, ...]:
        """Return which kinds of value stand in which file as plain text (logs, databases); nothing is unpacked."""
        starts = self._starts()
        return tuple(
            Hit(kind, name)
            for name in sorted(files)
            for kind in sorted(self._kinds(words_of(files[name].decode("utf-8", errors="ignore")), starts))
        )

    def _kinds(self, words: list[str], starts: Mapping[str, frozenset[int]]) -> set[str]:
        """Look only at runs that begin with a word with which some value begins."""
        kinds: set[str] = set()
        for place, word in enumerate(words):
            for length in starts.get(word, ()):
                run = word if length == 1 else " ".join(words[place : place + length])
                kind = self.runs[length].get(run)
                if kind is not None:
                    kinds.add(kind)
        return kinds

    def _starts(self) -> dict[str, frozenset[int]]:
        lengths: dict[str, set[int]] = {}
        for length, known in self.runs.items():
            for run in known:
                lengths.setdefault(run.partition(" ")[0], set()).add(length)
        return {word: frozenset(found) for word, found in lengths.items()}


def _other_forms(words: list[str]) -> Iterator[list[str]]:
    """Yield other ways to write a reference or a telephone number: joined, or in the usual groups."""
    joined = "".join(words)
    if joined.isdigit() and len(joined) >= _PHONE_DIGITS:
        yield [joined]
        for cuts in ((5,), (5, 8), (4, 7), (2,)):
            yield [joined[start:end] for start, end in zip((0, *cuts), (*cuts, len(joined)), strict=True)]
    elif len(words) > 1 and not joined.isdigit() and any(letter.isdigit() for letter in joined):
        yield [joined]


def words_of(text: str) -> list[str]:
    """Return the words of ``text``, folded: without case, accents, unseen characters and punctuation.

    Example:
        >>> words_of("O'Néill, SM18-000020")
        ['o', 'neill', 'sm18', '000020']
    """
    if text.isascii():
        return _WORD.findall(text.casefold())
    plain = unicodedata.normalize("NFKD", text.translate(_UNSEEN))
    folded = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return _WORD.findall(folded)


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
