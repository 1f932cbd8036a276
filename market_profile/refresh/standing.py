"""The edition that stands: what it was made from and the hash of each of its files.

A refresh that would make the same again, from the same, finds it here and ends at once.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from market_profile.refresh.plan import Plan
from market_profile.store.publish import write_file


def _record(plan: Plan) -> Path:
    return plan.workspace.store / "standing" / f"{plan.month.text}.json"


def keep_standing(plan: Plan, folder: Path) -> None:
    """Note what the edition in ``folder`` was made from."""
    content = {"key": plan.key, "files": _hashes(folder)}
    write_file(_record(plan), json.dumps(content, sort_keys=True, indent=1).encode())


def stands(plan: Plan, folder: Path) -> bool:
    """Tell whether the edition in ``folder`` was made from the plan's key and every file of it is as it was made."""
    path = _record(plan)
    if not path.is_file() or not folder.is_dir():
        return False
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        is_same = noted["key"] == plan.key
        files = noted["files"]
    except (ValueError, KeyError, TypeError):
        return False
    lacks_pdf = plan.workspace.settings.report.pdf and "planner/profile.pdf" not in files
    return bool(is_same and not lacks_pdf and files == _hashes(folder))


def changed_files(folder: Path, month: str) -> int | None:
    """Return how many files of the month's edition are not as published; None where nobody noted how they were.

    A partner edition that was released since is another one by right: its own files are left out.
    """
    path = folder / "store" / "standing" / f"{month}.json"
    if not path.is_file():
        return None
    noted: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["files"]
    now = _hashes(folder / "editions" / month) if (folder / "editions" / month).is_dir() else {}
    names = {name for name in {*noted, *now} if not name.startswith("partner/")}
    return sum(noted.get(name) != now.get(name) for name in names)


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as handle:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(handle, "sha256").hexdigest()
    return found
