"""Many areas at once: one coarse task an area, in threads or on a Dask cluster by address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prefect import flow, task
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner

from flows.guard import guarded, is_passing_fault
from market_profile.errors import WrongUse
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
    """Run ``refresh_areas`` in two threads, or on the Dask cluster whose scheduler has the given address.

    Workers report to one server: the one that PREFECT_API_URL names, else one of this run on the loopback address.
    Raises ``WrongUse`` where workers stand on other machines and no server is named.
    """
    runner: Any = ThreadPoolTaskRunner(max_workers=2)
    if scheduler is None:
        return list(refresh_areas.with_options(task_runner=runner)(workspaces, month))
    from prefect_dask.task_runners import DaskTaskRunner

    runner = DaskTaskRunner(address=scheduler)
    with _one_server(scheduler):
        return list(refresh_areas.with_options(task_runner=runner)(workspaces, month))


@contextmanager
def _one_server(scheduler: str) -> Iterator[None]:
    """Give every worker the server of this run: a worker that is lost then leaves none of its own behind."""
    if get_current_settings().api.url:
        yield
        return
    host = urlsplit(scheduler).hostname or ""
    if host != "localhost" and not host.startswith("127."):
        raise WrongUse("workers on other machines report to a Prefect server: name it in PREFECT_API_URL")
    from prefect.server.api.server import SubprocessASGIServer

    with SubprocessASGIServer() as server, temporary_settings({PREFECT_API_URL: server.api_url}):
        yield
