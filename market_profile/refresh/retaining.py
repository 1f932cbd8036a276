"""The retention run: says what is overdue and, where told to, erases it and leaves a record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from market_profile.errors import WrongUse
from market_profile.refresh.plan import Workspace, open_workspace
from market_profile.store import append_event, workspace_lock
from market_profile.store.audit import AuditCategory
from market_profile.store.erasures import Erasure, begun_erasure
from market_profile.store.retention import begin_erasure, finish_erasure, overdue_logs


@dataclass(frozen=True)
class Retained:
    """How many logs are overdue, what was erased, and the months whose editions should be made again."""

    overdue: int
    erased: tuple[Erasure, ...]
    months: tuple[str, ...]


def retain(folder: Path, before: str, erase: bool) -> Retained:
    """Return what is past review before the day (``YYYY-MM-DD``); with ``erase`` remove it from the store.

    An erasure that was broken off is completed first. The day is given, never read off a clock. Extracts in ``inbox/``
    and earlier editions are the force's to destroy.
    """
    try:
        day = pd.Timestamp(before)
    except ValueError:
        raise WrongUse("the day is written YYYY-MM-DD, such as 2019-03-01") from None
    with workspace_lock(folder / "store"):
        workspace = open_workspace(folder)
        broken_off = _finish(workspace)
        urns = overdue_logs(workspace.store, day)
        if erase and urns:
            begin_erasure(workspace.store, urns, f"past review before {day.date().isoformat()}")
        erased = (*broken_off, *_finish(workspace))
        editions = folder / "editions"
        months = (path.name for path in editions.iterdir() if path.is_dir()) if erased and editions.is_dir() else ()
        return Retained(len(urns), erased, tuple(sorted(months)))


def _finish(workspace: Workspace) -> tuple[Erasure, ...]:
    """Do the erasure that is noted, with a line in the audit log; none where none is."""
    begun = begun_erasure(workspace.store)
    if begun is None:
        return ()
    details: dict[str, str | int] = {"rule": begun.records[0].rule, "logs": len(begun.urns)}
    details["rows"] = sum(one.rows for one in begun.records)
    append_event(workspace.audit_log, AuditCategory.ERASURE, details)
    return finish_erasure(workspace.store)
