"""Opening a file of the inbox safely: never a link, a device or a bomb.

Sizes are bounded while streaming, so a compressed bomb costs neither time nor memory (TRUST.md 8).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from market_profile.sources.refusal import TOO_LARGE, UNREADABLE, UNSAFE, FileRefused

MAX_FILE_BYTES = 2 * 1024**3
"""Largest file on disk and largest unpacked text: about ten million logs, far beyond a force's yearly extract."""
MAX_RATIO = 100
"""Extracts in text compress 5 to 25 times; the bombs measured compressed 850 to 1,030 times."""
RATIO_FREE_BYTES = 16 * 1024**2
"""Small files may compress as they like."""
CHUNK = 1024**2


def open_regular(path: Path) -> BinaryIO:
    """Return ``path`` opened for reading in binary; refuse links, devices, pipes, folders and what is too large."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError:
        raise FileRefused(UNSAFE, "cannot be opened as an ordinary file; copy the file itself, not a link") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise FileRefused(UNSAFE, "is not an ordinary file; remove it from the inbox")
    if status.st_size > MAX_FILE_BYTES:
        os.close(handle)
        raise FileRefused(TOO_LARGE, f"is larger than {MAX_FILE_BYTES} bytes; split it by month")
    return os.fdopen(handle, "rb")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file's bytes as they lie on disk."""
    digest = hashlib.sha256()
    with open_regular(path) as stream:
        for chunk in _chunks(stream):
            digest.update(chunk)
    return digest.hexdigest()


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return the size and the time of the last change, None where the file is gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


class BoundedGzip(io.RawIOBase):
    """A gzip stream that refuses to unpack beyond ``MAX_FILE_BYTES`` or ``MAX_RATIO`` times what was read."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._packed = stream
        self._unpacked = gzip.GzipFile(fileobj=stream, mode="rb")
        self._size = os.fstat(stream.fileno()).st_size
        self._total = 0

    def readable(self) -> bool:
        """Return True: this stream is read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` and return the number of bytes; refuse a bomb or a broken stream."""
        try:
            chunk = self._unpacked.read(len(buffer))
        except (OSError, EOFError, zlib.error):
            raise FileRefused(UNREADABLE, "is not a whole gzip file; export or copy it again") from None
        self._total += len(chunk)
        limit = min(MAX_FILE_BYTES, max(RATIO_FREE_BYTES, self._size * MAX_RATIO))
        if self._total > limit:
            raise FileRefused(TOO_LARGE, f"unpacks to more than {limit} bytes; split it by month")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close both the unpacked and the packed stream."""
        if not self.closed:
            self._unpacked.close()
            self._packed.close()
        super().close()


def open_content(path: Path) -> BinaryIO:
    """Return the file's content in binary, unpacked where its name ends in ``.gz``."""
    stream = open_regular(path)
    if path.name.lower().endswith(".gz"):
        return io.BufferedReader(BoundedGzip(stream), buffer_size=CHUNK)
    return stream


def content_chunks(path: Path) -> Iterator[bytes]:
    """Yield the unpacked content of ``path`` in pieces of at most 1 MiB."""
    with open_content(path) as stream:
        yield from _chunks(stream)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk
