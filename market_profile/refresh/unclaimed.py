"""Files of the inbox that no record kind claims: noted at each intake, told of in run.json and quarantine.csv.

Their names may name people: they stand in the store and the planner edition, never in a message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from market_profile.sources.refusal import UNCLAIMED, Refusal
from market_profile.store.publish import write_file

if TYPE_CHECKING:
    from market_profile.refresh.plan import Plan

NAME = "unclaimed.json"


def keep_unclaimed(store: Path, files: Sequence[Refusal]) -> None:
    """Note in the store which files of the inbox no kind claimed at this intake."""
    content = json.dumps(
        [{"name": one.name, "sha256": one.sha256, "why": one.sentence} for one in files], indent=1
    ).encode()
    path = store / NAME
    if (path.read_bytes() if path.is_file() else b"[]") != content:
        write_file(path, content)


def noted(store: Path) -> dict[str, bytes]:
    """Return the note as a file to be kept with the month; none where every file was claimed."""
    path = store / NAME
    content = path.read_bytes() if path.is_file() else b"[]"
    return {NAME: content} if content != b"[]" else {}


def unclaimed_files(plan: Plan) -> list[dict[str, str]]:
    """Return name, sha256 and why of the files that no kind claimed, as of the refresh that the plan rebuilds."""
    store = plan.workspace.store
    path = (store / "months" / plan.month.text if plan.is_replay else store) / NAME
    listed: list[dict[str, str]] = json.loads(path.read_bytes()) if path.is_file() else []
    return listed


def with_unclaimed(quarantine: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return the quarantine with a row (line 0) before it for each file that no kind claimed."""
    rows = [
        {
            "kind": "", "file": one["name"], "file_id": one["sha256"][:12], "line": 0, "record_ref": "",
            "reason_codes": UNCLAIMED, "columns": "", "explanation": f"The whole file {one['why']}.", "raw": "",
        }
        for one in unclaimed_files(plan)
    ]  # fmt: skip
    return pd.concat([pd.DataFrame(rows), quarantine], ignore_index=True) if rows else quarantine
