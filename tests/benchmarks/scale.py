"""The same job at growing size: what usual packages take, and what market-profile takes, cold and for the next month.

``python -m tests.benchmarks scale`` writes towns of ``--logs`` (10,000 and 100,000) over thirteen months and keeps the
last month's files back. The peers (``peers.py``: Splink, networkx with 500 betweenness pivots, KernelDensity, esda)
have no increment: next month costs them the whole again. Ours runs all its work but the PDF: row accounting, both
editions, every table and export. Every run is a process of its own; time is wall clock, ``cpu`` the processor seconds
of all its processes, memory the most that all its processes hold at a time, looked at five times a second; a page that
two of them share is counted once (PSS).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from tests.benchmarks.ours import ROOT

_PEERS = """
import sys
from pathlib import Path
from tests.benchmarks.peers import peers_answer
from tests.benchmarks.truth import Town
peers_answer(Town(Path(sys.argv[1])))
"""


def timed(command: list[str]) -> dict[str, float]:
    """Run a command and return its wall-clock seconds, processor seconds and largest process in MB."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    with _watched(child.pid) as held:
        said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError(f"{command[2:5]} ended with {status}: {said[-2000:].decode(errors='replace')}")
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "MB": max(held, default=0.0)}


@contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """Give a list of how much memory, in MB, a process and its children hold, added to until the block ends."""
    held: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            held.append(sum(_pss_mb(one) for one in _family(pid)))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield held
    finally:
        ended.set()
        watcher.join()


def _family(pid: int) -> list[int]:
    """Return a process and all that it started, itself or through others."""
    try:
        lists = [path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return [pid]
    return [pid, *(one for text in lists for child in text.split() for one in _family(int(child)))]


def _pss_mb(pid: int) -> float:
    """Return the memory that a process holds, its part of shared pages; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def prepare(town: Path, target: Path) -> str:
    """Copy the town without truth and PDF, the last month's files kept in ``later/``; return the month."""
    shutil.copytree(town, target, ignore=shutil.ignore_patterns("truth"))
    settings = target / "area.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[report]\npdf = false\n", encoding="utf-8")
    last = max(path.name[-11:-4] for path in (target / "inbox").glob("log_subjects_*"))
    (target / "later").mkdir()
    for path in sorted((target / "inbox").glob(f"*{last}*")):
        path.rename(target / "later" / path.name)
    return last


def release_month(target: Path) -> None:
    """Put the files that were kept back into the inbox."""
    for path in sorted((target / "later").iterdir()):
        path.rename(target / "inbox" / path.name)


def refresh(target: Path) -> tuple[dict[str, float], pd.DataFrame]:
    """Refresh the workspace; return what it took, and its stages (name, seconds, cpu_seconds, peak_mb, records).

    A stage that was come back to is one row.
    """
    took = timed([sys.executable, "-m", "market_profile.cli", "refresh", str(target)])
    newest = max(path for path in (target / "editions").iterdir() if path.is_dir())
    stages = pd.DataFrame(json.loads((newest / "run.json").read_text(encoding="utf-8"))["stages"])
    how = {"seconds": "sum", "cpu_seconds": "sum", "peak_mb": "max", "records": "max"}
    stages = stages.groupby("name", sort=False, as_index=False).agg(how)
    return took, stages


def measure(logs: int, months: int, with_peers: bool, folder: Path) -> None:
    """Write a town, run both and print the tables."""
    from market_profile.synthetic import Plan, write_town
    from tests.benchmarks.peers import PIVOTS

    town = folder / f"town-{logs}"
    write_town(town, Plan(logs, months, 1))
    rows: dict[str, dict[str, float]] = {}
    if with_peers:
        rows[f"peers ({PIVOTS} pivots), any month"] = timed([sys.executable, "-c", _PEERS, str(town)])
    ours = folder / f"ours-{logs}"
    prepare(town, ours)
    rows["ours, cold"], cold = refresh(ours)
    release_month(ours)
    rows["ours, next month"], later = refresh(ours)
    rows["ours, nothing new"] = timed([sys.executable, "-m", "market_profile.cli", "refresh", str(ours)])
    table = pd.DataFrame(rows).T
    print(f"\n{logs:,} logs over {months} months\n{table.round(1).to_string()}")
    if with_peers:
        peers = table.iloc[0]
        for name in ("ours, cold", "ours, next month"):
            print(f"{name}: the peers take {peers['seconds'] / table.loc[name, 'seconds']:.1f} times as long")
    print(f"next month / cold: {table.loc['ours, next month', 'seconds'] / table.loc['ours, cold', 'seconds']:.0%}")
    stages = cold.set_index("name")[["records", "cpu_seconds"]].rename(columns={"cpu_seconds": "cold, cpu s"})
    stages["next, cpu s"] = later.set_index("name")["cpu_seconds"]
    print(stages.to_string(), flush=True)
    shutil.rmtree(ours)
    shutil.rmtree(town)


def main(arguments: list[str]) -> None:
    """Measure each size and print one table a size."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks scale", description=__doc__)
    parser.add_argument("--logs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--ours-only", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for logs in options.logs:
            measure(logs, options.months, not options.ours_only, Path(folder))
