"""What a room may remember from one refresh to the next: intermediate frames, found again by what they are made from.

A key covers everything that the frames depend on, so a memory can be neither stale nor needed: a result is the same,
byte for byte, with it, without it, and with one that was emptied in between. Rooms see this protocol only; the shell
gives them ``store.kept.KeptFolder``, which lies beside the tables and goes with them when logs are erased.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

Part = str | bytes | int | float | npt.NDArray[np.generic] | pd.Series | pd.Index | pd.DataFrame
"""What a key can be made from."""


class Kept(Protocol):
    """A memory of frames by room and key."""

    def look(self, room: str, key: str) -> dict[str, pd.DataFrame] | None:
        """Return the frames kept under the key, None where there are none."""

    def keep(self, room: str, key: str, frames: Mapping[str, pd.DataFrame]) -> None:
        """Keep ``frames`` (text, number, flag and time columns, default index) under the key."""


class Memory:
    """A memory that lasts as long as the process.

    Example:
        >>> memory = Memory()
        >>> memory.keep("geography", "a", {"cells": pd.DataFrame({"events": [3]})})
        >>> memory.look("geography", "a")["cells"]["events"].tolist(), memory.look("geography", "b")
        ([3], None)
    """

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], dict[str, pd.DataFrame]] = {}

    def look(self, room: str, key: str) -> dict[str, pd.DataFrame] | None:
        """Return copies of the frames kept under the key, None where there are none."""
        held = self._held.get((room, key))
        return None if held is None else {name: frame.copy() for name, frame in held.items()}

    def keep(self, room: str, key: str, frames: Mapping[str, pd.DataFrame]) -> None:
        """Keep copies of the frames."""
        self._held[room, key] = {name: frame.copy() for name, frame in frames.items()}


class _Nothing:
    """A memory that never has anything."""

    def look(self, room: str, key: str) -> dict[str, pd.DataFrame] | None:
        """Return None: nothing was ever kept."""
        return None

    def keep(self, room: str, key: str, frames: Mapping[str, pd.DataFrame]) -> None:
        """Let the frames go."""


NOTHING: Kept = _Nothing()
"""What rooms take where no memory is given."""


def key_of(*parts: Part) -> str:
    """Return a key (32 hex digits) of the contents of ``parts``, in their order; types and lengths count too.

    Example:
        >>> key_of("a", 1) == key_of("a", 1), key_of("a", "b") == key_of("ab"), key_of(1) == key_of("1")
        (True, False, False)
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        for kind, data in _contents(part):
            digest.update(f"|{kind}|{len(data)}|".encode())
            digest.update(data)
    return digest.hexdigest()


def _contents(part: Part) -> list[tuple[str, bytes]]:
    """Return what a part consists of, each with its type."""
    if isinstance(part, pd.DataFrame):
        return [("columns", "|".join(map(str, part.columns)).encode()), *_rows(part, str(part.dtypes.to_list()))]
    if isinstance(part, pd.Series | pd.Index):
        return _rows(part, str(part.dtype))
    if isinstance(part, np.ndarray) and part.dtype != object:
        return [(f"{part.dtype}{part.shape}", part.tobytes())]
    if isinstance(part, np.ndarray):
        return _rows(pd.Series(part.ravel()), f"object{part.shape}")
    if isinstance(part, bytes):
        return [("bytes", part)]
    return [(type(part).__name__, (part if isinstance(part, str) else repr(part)).encode())]


def _rows(part: pd.DataFrame | pd.Series | pd.Index, kind: str) -> list[tuple[str, bytes]]:
    hashed = pd.util.hash_pandas_object(part, index=False, categorize=True).to_numpy()
    return [(kind, hashed.tobytes())]
