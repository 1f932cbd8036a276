"""Many areas: two Dask workers, or two threads, give the bytes of one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from market_profile.refresh.run import refresh
from market_profile.synthetic import Plan, write_town
from tests.conftest import copy_town, edition_hashes
from tests.refresh.test_flow import run_flow


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
