"""One refresh at a time: an advisory lock on ``store/.lock`` that the kernel frees when the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from market_profile.errors import Locked, WrongUse


@contextmanager
def workspace_lock(store: Path) -> Iterator[None]:
    """Hold the workspace's lock; raise ``Locked`` (exit 75) at once where another process holds it."""
    if not store.parent.is_dir():
        raise WrongUse("the workspace is not a folder; give the folder that holds area.toml and inbox/")
    try:
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(store / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        raise WrongUse("store/ must be a folder and store/.lock a file; move away what stands there") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Locked("another refresh of this workspace is running; wait for it to end and try again") from None
        yield
    finally:
        os.close(descriptor)
