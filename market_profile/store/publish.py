"""Atomic publishing with the standard library only, so that every system call can be a kill point.

Files are written to a staging folder beside the target and synced; then the two folders change places in one
``renameat2(RENAME_EXCHANGE)``. Where the file system has no exchange, the old folder is set aside first and
``recover_folder`` brings it back after a crash between the two renames.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_STAGING = ".staging-"
_ASIDE = ".aside-"


def publish_folder(
    target: Path, files: Mapping[str, bytes], last: Callable[[], Mapping[str, bytes]] | None = None
) -> None:
    """Replace the folder ``target`` by ``files`` (relative path -> bytes) in one step, or leave it as it was.

    ``last`` gives files that are made when all others are written. Folders are 0700 and files 0600. Anything left by
    an earlier killed run is removed first.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    recover_folder(target)
    staging = target.parent / f"{_STAGING}{target.name}"
    staging.mkdir(mode=0o700)
    for name in sorted(files):
        _write_synced(staging / name, files[name])
    for name, content in (last() if last else {}).items():
        _write_synced(staging / name, content)
    for folder in sorted({path for path in staging.rglob("*") if path.is_dir()} | {staging}):
        _sync_folder(folder)
    _swap(staging, target)
    _sync_folder(target.parent)
    if staging.exists():
        shutil.rmtree(staging)


def recover_folder(target: Path) -> bool:
    """Undo what a killed run left beside ``target``; tell whether anything was found."""
    staging = target.parent / f"{_STAGING}{target.name}"
    aside = target.parent / f"{_ASIDE}{target.name}"
    found = False
    if aside.exists():
        found = True
        if target.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(target)
    if staging.exists():
        found = True
        shutil.rmtree(staging)
    return found


def write_file(path: Path, content: bytes) -> None:
    """Replace one file atomically: temporary name beside it, sync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f"{_STAGING}{path.name}")
    temporary.unlink(missing_ok=True)
    _write_synced(temporary, content)
    temporary.replace(path)
    _sync_folder(path.parent)


def _write_synced(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    if _exchange(staging, target):
        return
    aside = target.parent / f"{_ASIDE}{target.name}"
    target.rename(aside)
    staging.rename(target)
    shutil.rmtree(aside)


def _exchange(first: Path, second: Path) -> bool:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)
    return bool(done == 0)
