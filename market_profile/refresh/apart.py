"""The first intake of a large inbox in two processes: logs with their people here, all other kinds beside.

Each kind is read by one process alone, and what they give is put together in the order of kinds: the same rows, the
same accounting, the same quarantine. Where the child fails, its kinds are read here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from market_profile.refresh.handing import GaveNoSign, as_child, end_child, hand_over, handed, start_child, unnamed
from market_profile.settings import RunSettings
from market_profile.sources import APART, Known, Taken, take_kinds
from market_profile.sources.files import INBOX, find_files

BYTES_A_ROW = 600
"""An inbox of fewer bytes than so many times ``[run] rows_for_second_process`` is read sooner than a child starts."""

Reader = Callable[[], Mapping[str, Taken] | None]


@contextmanager
def reading_apart(workspace: Path, is_first: bool, run: RunSettings) -> Iterator[Reader | None]:
    """Have a child read the kinds ``APART`` meanwhile, where that saves time; gives None where it would not."""
    if not is_first or _bytes_of(workspace / INBOX) <= BYTES_A_ROW * run.rows_for_second_process:
        yield None
        return
    ours, theirs = socket.socketpair()
    with ours, unnamed(workspace / "store") as file:
        child = start_child("market_profile.refresh.apart", workspace, theirs, {"taken": file})

        def taken() -> Mapping[str, Taken] | None:
            """Return what the child took, None where it failed or gives no sign any more."""
            try:
                rows: Mapping[str, Taken] | None = handed(ours, file, run.patience_minutes * 60)
            except GaveNoSign:
                end_child(child)
                return None
            return rows

        try:
            yield taken
        finally:
            end_child(child)


def _bytes_of(inbox: Path) -> int:
    paths = [path for path in inbox.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in paths)


def main(folder: Path, given: dict[str, Any]) -> int:
    """Read the kinds of a first intake, of which the store knows nothing yet, and hand over what they gave."""
    from market_profile.refresh.plan import open_workspace

    as_child(int(given["parent"]))
    workspace = open_workspace(folder)
    found = find_files(folder, workspace.settings)
    taken = take_kinds(APART, found, workspace.settings, workspace.areas, Known())
    with socket.socket(fileno=given["ends"]["line"]) as line, os.fdopen(given["ends"]["taken"], "wb") as file:
        hand_over(line, file, taken)
    return 0
