"""Many areas: two Dask workers, or two threads, give the bytes of one process; a lost worker's area is made again."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from market_profile.refresh.run import refresh
from market_profile.synthetic import Plan, write_town
from tests.conftest import copy_town, edition_hashes
from tests.refresh.test_flow import run_flow, start_flow


@pytest.mark.slow
def test_dask_workers_give_the_bytes_of_one_process(tmp_path: Path) -> None:
    from distributed import LocalCluster

    areas = []
    for seed in (51, 52):
        write_town(tmp_path / f"written-{seed}", Plan(logs=600, months=2, seed=seed))
        areas.append((copy_town(tmp_path / f"written-{seed}", tmp_path / f"a{seed}"), tmp_path / f"written-{seed}"))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        done = run_flow("areas", "--dask", cluster.scheduler_address, *(area for area, _ in areas))
    assert done.returncode == 0, done.stdout + done.stderr
    for area, written in areas:
        plain = copy_town(written, tmp_path / f"plain-{area.name}")
        refresh(plain)
        assert edition_hashes(area / "editions") == edition_hashes(plain / "editions")


@pytest.mark.slow
def test_the_area_of_a_lost_worker_is_made_again(tmp_path: Path) -> None:
    from distributed import LocalCluster

    write_town(tmp_path / "written", Plan(logs=600, months=2, seed=53))
    area = copy_town(tmp_path / "written", tmp_path / "area")
    plain = copy_town(tmp_path / "written", tmp_path / "plain")
    refresh(plain)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        flow = start_flow("areas", "--dask", cluster.scheduler_address, area)
        lost = _worker_at_work(area, [worker.process.pid for worker in cluster.workers.values()])
        os.kill(lost, signal.SIGKILL)
        said, _ = flow.communicate(timeout=1800)
    assert flow.returncode == 0, said
    assert edition_hashes(area / "editions") == edition_hashes(plain / "editions")
    assert _servers_of(area) == []
    combined = (area / "store" / "audit.jsonl").read_bytes().count(b'"combination"')
    assert combined == 1


def _worker_at_work(area: Path, workers: list[int]) -> int:
    """Wait until a refresh of the area has begun and return the worker that started it."""
    while True:
        for worker in workers:
            tasks = Path(f"/proc/{worker}/task").glob("*/children")
            children = [child for path in tasks for child in path.read_text().split()]
            commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
            if any(str(area).encode() in command for command in commands):
                return worker
        time.sleep(0.2)


def _servers_of(area: Path) -> list[int]:
    """Return the processes that still serve Prefect's database of the area."""
    home = str(area / "store" / "prefect").encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"uvicorn" in (folder / "cmdline").read_bytes() and home in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def test_workers_elsewhere_need_a_server_that_they_can_reach(tmp_path: Path) -> None:
    done = run_flow("areas", "--dask", "tcp://192.0.2.1:8786", tmp_path)
    assert done.returncode != 0
    assert "PREFECT_API_URL" in done.stderr
