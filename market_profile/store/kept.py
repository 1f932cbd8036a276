"""The rooms' memory on disk: ``store/kept/<audience>/<room>/<key>/``, Arrow files with a check sum each.

The program's fingerprint is part of every key. An entry that a refresh of the newest month did not ask for is dropped
at its end, so that the memory holds one refresh and no more. An entry that cannot be read, or whose bytes are not those
that were written, is not there.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from market_profile.kept import key_of

_SUMS = "sums.json"


class KeptFolder:
    """The memory of one audience's analysis.

    Args:
        store: the workspace's store.
        audience: whose analysis; each has a memory of its own.
        program: hash of the program; another program finds nothing.
    """

    def __init__(self, store: Path, audience: str, program: str) -> None:
        self._root = store / "kept" / audience
        self._program = program
        self._asked: set[Path] = set()

    def look(self, room: str, key: str) -> dict[str, pd.DataFrame] | None:
        """Return the frames kept under the key, None where they are not there whole."""
        folder = self._folder(room, key)
        try:
            sums = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
            files = {name: (folder / f"{name}.arrow").read_bytes() for name in sums}
        except (OSError, ValueError):
            return None
        if {name: _sum(data) for name, data in files.items()} != sums:
            return None
        return {name: pd.read_feather(io.BytesIO(data)) for name, data in files.items()}

    def keep(self, room: str, key: str, frames: Mapping[str, pd.DataFrame]) -> None:
        """Keep the frames under the key; a memory that cannot be written (a full disk) is none, and no fault."""
        files = {name: _bytes(frame) for name, frame in frames.items()}
        sums = json.dumps({name: _sum(data) for name, data in files.items()}).encode()
        content = {_SUMS: sums, **{f"{name}.arrow": data for name, data in files.items()}}
        folder = self._folder(room, key)
        staging = folder.with_name(f".staging-{folder.name}")
        try:
            _written(staging, content)
            shutil.rmtree(folder, ignore_errors=True)
            staging.rename(folder)
        except OSError:
            shutil.rmtree(staging, ignore_errors=True)

    def drop_others(self) -> None:
        """Remove every entry that was neither looked up nor kept since this memory was opened.

        Rooms that were not asked at all are another process's to see to: theirs stay.
        """
        asked = {folder.parent for folder in self._asked}
        for folder in self._root.glob("*/*"):
            if folder.parent in asked and folder not in self._asked:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, room: str, key: str) -> Path:
        folder = self._root / room / key_of(self._program, room, key)
        self._asked.add(folder)
        return folder


def forget_kept(store: Path) -> None:
    """Remove the whole memory: what was made from erased records goes with them."""
    if (store / "kept").is_dir():
        shutil.rmtree(store / "kept")


def _written(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of an entry; nothing is synced, for the check sums tell what a crash left half written."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _bytes(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_feather(buffer, compression="uncompressed")
    return buffer.getvalue()


def _sum(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
