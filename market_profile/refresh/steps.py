"""The refresh as coarse steps with plain arguments, for an orchestrator; ``run.refresh`` is the same in one call."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from market_profile.errors import Locked, MarketProfileError
from market_profile.refresh.beside import SecondProcess
from market_profile.refresh.journal import Journal
from market_profile.refresh.making import (
    Loaded,
    analyse_for,
    load_records,
    render_partner,
    render_planner,
)
from market_profile.refresh.plan import Plan, make_plan, open_workspace, take_in
from market_profile.refresh.report import reconciliation
from market_profile.refresh.run import RefreshResult, accounted_of, publish, sharing, standing_edition
from market_profile.refresh.timing import Stopwatch
from market_profile.store import Warehouse
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.refresh.analysis import Analysed

_LOCK_WAIT_SECONDS, _LOCK_TRIES = 10, 180
"""Half an hour: the process that a lost worker left behind ends by then, and the kernel frees its lock."""
_PLANNER_LINE = "Planner edition: "


def inbox_fingerprint(workspace: Path) -> str:
    """Return a hash of settings, boundaries and every file in the inbox, and of the store's last batch."""
    digest = hashlib.sha256(f"{workspace}|{Warehouse(workspace / 'store').last_batch()}".encode())
    for part in ("area.toml", "boundaries", "inbox"):
        root = workspace / part
        paths = sorted(root.rglob("*")) if root.is_dir() else [root]
        for path in paths:
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as handle:
                    digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()


def stopwatch(journal: Journal) -> Stopwatch:
    """Return what times the steps of one run and tells ``journal`` each stage at its end."""
    return Stopwatch(on_end=journal.stage)


def take_in_files(workspace: str, watch: Stopwatch) -> int:
    """Take new files into the store and return the number of the last batch."""
    opened, second = open_workspace(Path(workspace)), SecondProcess(Path(workspace))
    try:
        with watch.stage("read inbox", None):
            return take_in(opened, sharing(opened, second))[0]
    finally:
        second.stop()


def plan_month(workspace: str, batch: int, month: str | None, watch: Stopwatch) -> Plan:
    """Return the plan of the month (default: the last with intelligence)."""
    with watch.stage("plan", None):
        return make_plan(open_workspace(Path(workspace)), batch, month, ())


def find_standing(plan: Plan) -> RefreshResult | None:
    """Return the edition of the plan where it stands, made from exactly this; None where it must be made."""
    return standing_edition(plan)


def load(plan: Plan, watch: Stopwatch) -> Loaded:
    """Return the records of the plan; ``watch`` times this stage, as it does those of the steps that follow."""
    with watch.stage("load records", None):
        return load_records(plan)


def analyse_planner(plan: Plan, loaded: Loaded, watch: Stopwatch) -> Analysed:
    """Return the analysis over everything."""
    return analyse_for(plan, loaded, Audience.PLANNER, watch)


def analyse_partner(plan: Plan, loaded: Loaded, watch: Stopwatch) -> Analysed:
    """Return the analysis over shareable records alone."""
    return analyse_for(plan, loaded, Audience.PARTNER, watch)


def render_planner_files(plan: Plan, analysed: Analysed, watch: Stopwatch) -> dict[str, bytes]:
    """Return the files of the planner edition."""
    with watch.stage("render planner edition", None):
        return render_planner(plan, analysed)


def render_partner_files(plan: Plan, analysed: Analysed, watch: Stopwatch) -> dict[str, bytes]:
    """Return the files of the partner edition (a draft)."""
    with watch.stage("render partner edition", None):
        return render_partner(plan, analysed)


def publish_month(
    plan: Plan,
    loaded: Loaded,
    analysed: tuple[Analysed, Analysed],
    files: tuple[dict[str, bytes], dict[str, bytes]],
    watch: Stopwatch,
) -> RefreshResult:
    """Publish both editions and keep the month's record, the stages of ``watch`` in run.json."""
    states = {Audience.PLANNER.value: analysed[0].state, Audience.PARTNER.value: analysed[1].state}
    return publish(plan, accounted_of(plan, loaded, watch), states, {**files[0], **files[1]}, watch)


def reconciliation_rows(loaded: Loaded) -> list[dict[str, Any]]:
    """Return the accounting by kind as plain rows."""
    return [{str(key): value for key, value in row.items()} for row in reconciliation(loaded.files).to_dict("records")]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def refresh_in_one(workspace: str, month: str | None) -> str:
    """Run the whole refresh of one area in a process of its own; return the folder of its editions.

    Threads of one process would share geometry and font libraries that are not safe between threads. Where a lost
    worker's refresh still runs on, this one waits for its lock and then finds the edition standing.
    """
    command = [sys.executable, "-m", "market_profile.cli", "refresh", workspace, *(("--month", month) if month else ())]
    done = _run(command)
    for _ in range(_LOCK_TRIES):
        if done.returncode != Locked.exit_code:
            break
        time.sleep(_LOCK_WAIT_SECONDS)
        done = _run(command)
    if done.returncode == Locked.exit_code:
        raise Locked("another refresh of this workspace is running")
    if done.returncode != 0:
        raise MarketProfileError(f"exit {done.returncode}: {done.stderr.strip()}")
    page = next(line for line in done.stdout.splitlines() if line.startswith(_PLANNER_LINE))
    return str(Path(page.removeprefix(_PLANNER_LINE)).parent.parent)
