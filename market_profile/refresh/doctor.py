"""A look at everything a refresh rests on, without changing anything: what is well, what to note, what to mend.

It reads the environment, the disk, permissions, settings, the store (every table, batch, month, edition and chain), the
schedule and the fonts. No finding holds a person's data or the name of an extract.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from market_profile import __version__
from market_profile.errors import Locked, MarketProfileError
from market_profile.refresh.fingerprint import LIBRARIES
from market_profile.refresh.scheduling import schedule_script
from market_profile.store import MonthStore, Warehouse, verify_audit, workspace_lock
from market_profile.store.erasures import begun_erasure
from market_profile.store.format import LAYOUT, layout_of

LEAST_FREE_BYTES = 1024**3
"""Room for an edition, its staging copy and a batch of a large force."""
OVERDUE_DAYS = 40
"""The schedule is monthly: a longer silence means that nobody refreshes."""
_OTHERS_CAN = 0o077


class State(StrEnum):
    """How a finding stands."""

    WELL = "well"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, how it stands, and in words what was found and what to do."""

    what: str
    state: State
    words: str


def examine(folder: Path) -> tuple[Finding, ...]:
    """Return all findings on the workspace ``folder``, in the order they were looked at; change nothing."""
    parts: tuple[tuple[str, Callable[[Path], Iterator[Finding]]], ...] = (
        ("environment", _environment), ("disk", _disk), ("permissions", _permissions), ("settings", _settings),
        ("store", _store), ("months", _months), ("audit", _chains), ("runs", _runs), ("schedule", _schedule),
        ("PDF", _pdf),
    )  # fmt: skip
    found: list[Finding] = []
    for what, look in parts:
        try:
            found += look(folder)
        except MarketProfileError as error:
            found.append(Finding(what, State.FAULT, str(error)))
        except Exception as error:
            found.append(Finding(what, State.FAULT, f"cannot be read ({type(error).__name__}); see the runbook"))
    return tuple(found)


def _environment(folder: Path) -> Iterator[Finding]:
    is_known = sys.version_info[:2] in ((3, 11), (3, 12))
    words = f"market-profile {__version__} on Python {sys.version_info.major}.{sys.version_info.minor}"
    yield Finding("environment", State.WELL if is_known else State.FAULT, words)
    missing = []
    for name in (*LIBRARIES, "prefect"):
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    state = State.FAULT if missing else State.WELL
    yield Finding("libraries", state, f"missing: {', '.join(missing)}; run make setup" if missing else "all there")


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    parts = (folder / name for name in ("store", "editions"))
    used = sum(path.stat().st_size for root in parts if root.is_dir() for path in root.rglob("*") if path.is_file())
    need = max(LEAST_FREE_BYTES, used // 2)
    words = f"{free / 1e9:.1f} GB free; store and editions hold {used / 1e9:.2f} GB"
    enough = free >= need
    yield Finding("disk", State.WELL if enough else State.FAULT,
                  words if enough else f"{words}; make {need / 1e9:.1f} GB free before the next refresh")  # fmt: skip


def _permissions(folder: Path) -> Iterator[Finding]:
    for name in ("inbox", "boundaries"):
        if not os.access(folder / name, os.R_OK | os.X_OK):
            yield Finding("permissions", State.FAULT, f"{name}/ cannot be read by this user")
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("permissions", State.FAULT, "the workspace cannot be written by this user")
    open_paths = [
        path for name in ("store", "editions") if (folder / name).is_dir()
        for path in (folder / name, *(folder / name).rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & _OTHERS_CAN
    ]  # fmt: skip
    state = State.FAULT if open_paths else State.WELL
    words = f"{len(open_paths)} files or folders of store/ and editions/ are open to other users: chmod -R go= them"
    yield Finding("permissions", state, words if open_paths else "store/ and editions/ are closed to other users")


def _settings(folder: Path) -> Iterator[Finding]:
    from market_profile.refresh.plan import open_workspace

    workspace = open_workspace(folder)
    areas = len(workspace.areas.frame)
    yield Finding("settings", State.WELL, f"area.toml, decisions/ and {areas} partner areas are read")


def _store(folder: Path) -> Iterator[Finding]:
    store = folder / "store"
    layout = layout_of(store)
    if not layout:
        yield Finding("store", State.NOTE, "nothing was taken in yet")
        return
    if layout > LAYOUT:
        yield Finding(
            "store", State.FAULT, f"layout {layout} is later than this version's {LAYOUT}; use a later version"
        )
        return
    if begun_erasure(store):
        words = "an erasure was broken off; run market-profile retain again with the same day and --erase"
        yield Finding("store", State.FAULT, words)
        return
    warehouse = Warehouse(store)
    faults = warehouse.faults()
    for words in faults:
        yield Finding("store", State.FAULT, f"{words}; bring store/ back from a copy")
    if not faults:
        yield Finding("store", State.WELL, f"{warehouse.last_batch()} batches; every table holds the rows they brought")
    left = sorted(path.name for root in (store, folder / "editions", store / "months") if root.is_dir()
                  for path in root.iterdir() if path.name.startswith((".staging-", ".aside-")))  # fmt: skip
    left += ["work"] if (store / "work").is_dir() else []
    if left:
        yield Finding(
            "store", State.NOTE, f"{len(left)} leftovers of a run that was stopped; the next refresh clears them"
        )
    try:
        with workspace_lock(store):
            pass
    except Locked:
        yield Finding("lock", State.NOTE, "a refresh is running now")


def _months(folder: Path) -> Iterator[Finding]:
    from market_profile.periods import Month
    from market_profile.refresh.standing import changed_files

    months = MonthStore(folder / "store")
    for name in months.months():
        months.record(Month(name))
        changed = changed_files(folder, name)
        if changed is None:
            yield Finding("edition", State.NOTE, f"{name}: no note of what was published; refresh it to have one")
        elif changed:
            words = f"{name}: {changed} files differ from what was published; refresh --month {name} makes them again"
            yield Finding("edition", State.FAULT, words)
        else:
            yield Finding("edition", State.WELL, f"{name}: every file is as it was published")


def _chains(folder: Path) -> Iterator[Finding]:
    from market_profile.refresh.released import ReleaseStore

    log = folder / "store" / "audit.jsonl"
    report = verify_audit(log)
    words = report.fault or f"{report.lines} lines, each following the one before"
    yield Finding("audit", State.FAULT if report.fault else State.WELL, words)
    fault = ReleaseStore(folder / "store").fault()
    yield Finding("ledger", State.FAULT if fault else State.WELL, fault or "the chain of releases is whole")


def _runs(folder: Path) -> Iterator[Finding]:
    journal = folder / "store" / "logs" / "refresh.jsonl"
    if not journal.is_file():
        yield Finding("runs", State.NOTE, "no run is in the journal yet")
        return
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    ends = [line for line in lines if line.get("event") in ("ended", "failed")]
    if lines and (not ends or ends[-1]["run"] != lines[-1]["run"]):
        yield Finding("runs", State.NOTE, "the last run did not end (killed, or running now); refresh again")
    if ends and ends[-1]["event"] == "failed":
        words = f"the last run stopped with {ends[-1]['error']} (exit {ends[-1]['exit_code']})"
        yield Finding("runs", State.FAULT, words)
    done = [line for line in ends if line["event"] == "ended"]
    if done:
        days = (datetime.now(UTC) - datetime.fromisoformat(done[-1]["at"])).days
        state = State.NOTE if days > OVERDUE_DAYS else State.WELL
        yield Finding("runs", state, f"the last good run ended {days} days ago")


def _schedule(folder: Path) -> Iterator[Finding]:
    if schedule_script() is None:
        words = "flows/ is not to be found: schedule works from the checkout or the image only"
        yield Finding("schedule", State.NOTE, words)
        return
    home = os.environ.get("PREFECT_HOME", "")
    if home and not Path(home).resolve().is_relative_to((folder / "store").resolve()):
        yield Finding("schedule", State.NOTE, "PREFECT_HOME lies outside the store; keep it on an encrypted disk, 0700")
    address = os.environ.get("PREFECT_SERVER_API_HOST", "127.0.0.1")
    if address not in ("127.0.0.1", "localhost", "::1"):
        yield Finding("schedule", State.FAULT, "Prefect's server listens beyond the loopback address")
    yield Finding("schedule", State.WELL, "market-profile schedule serves 06:00 on the 3rd, Europe/London")


def _pdf(folder: Path) -> Iterator[Finding]:
    from market_profile.render import pdf_fault

    fault = pdf_fault()
    yield Finding("PDF", State.NOTE if fault else State.WELL, fault or "the PDF library and its fonts are there")
