"""Many areas at once: one coarse task an area, in threads or on a Dask cluster by address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

from flows.guard import guarded, is_passing_fault
from market_profile.refresh import steps

refresh_area = task(
    name="refresh one area", retries=2, retry_delay_seconds=5, retry_condition_fn=is_passing_fault, persist_result=False
)(guarded(steps.refresh_in_one))


@flow(name="refresh_areas", flow_run_name="refresh_areas", persist_result=False)
def refresh_areas(workspaces: list[str], month: str | None = None) -> list[str]:
    """Refresh every workspace; return the folders of their editions in the given order."""
    running = [refresh_area.submit(str(Path(folder).resolve()), month) for folder in workspaces]
    return [future.result() for future in running]


def run_areas(workspaces: list[str], month: str | None = None, scheduler: str | None = None) -> list[str]:
    """Run ``refresh_areas`` in two threads, or on the Dask cluster whose scheduler has the given address."""
    runner: Any = ThreadPoolTaskRunner(max_workers=2)
    if scheduler is not None:
        from prefect_dask.task_runners import DaskTaskRunner

        runner = DaskTaskRunner(address=scheduler)
    return list(refresh_areas.with_options(task_runner=runner)(workspaces, month))
