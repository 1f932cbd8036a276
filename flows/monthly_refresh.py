"""The monthly refresh as a Prefect flow: about ten coarse tasks over the functions of ``market_profile.refresh``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.context import TaskRunContext
from prefect.utilities.annotations import quote

from flows.guard import guarded, is_passing_fault
from market_profile.refresh import steps
from market_profile.refresh.journal import Journal
from market_profile.refresh.run import RefreshResult
from market_profile.store import workspace_lock

_RETRY: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": 5,
    "retry_condition_fn": is_passing_fault,
    "persist_result": False,
}


def _inbox_key(context: TaskRunContext, parameters: dict[str, Any]) -> str:
    return steps.inbox_fingerprint(Path(parameters["workspace"]))


take_in: Any = task(name="take in new files", **{**_RETRY, "persist_result": True}, cache_key_fn=_inbox_key)(
    guarded(steps.take_in_files)
)
plan: Any = task(name="plan the month", **_RETRY)(guarded(steps.plan_month))
find_standing: Any = task(name="look for the edition", **_RETRY)(guarded(steps.find_standing))
load: Any = task(name="load records", **_RETRY)(guarded(steps.load))
analyse_all: Any = task(name="analyse for planners", **_RETRY)(guarded(steps.analyse_planner))
analyse_shareable: Any = task(name="analyse shareable records", **_RETRY)(guarded(steps.analyse_partner))
render_internal: Any = task(name="render planner edition", **_RETRY)(guarded(steps.render_planner_files))
render_shared: Any = task(name="render partner edition", **_RETRY)(guarded(steps.render_partner_files))
publish: Any = task(name="publish", **_RETRY)(guarded(steps.publish_month))


@task(name="artifacts", **_RETRY)
def artifacts(result: RefreshResult, rows: list[dict[str, Any]]) -> None:
    """Leave the reconciliation table and links to the editions in Prefect."""
    create_table_artifact(key="reconciliation", table=rows, description=f"Rows read in {result.month}")
    create_link_artifact(key="planner-edition", link=result.planner_page.as_uri(), link_text=result.month)
    create_link_artifact(key="partner-edition", link=result.partner_page.as_uri(), link_text=result.month)


@flow(name="monthly_refresh", flow_run_name="monthly_refresh", persist_result=False)
def monthly_refresh(workspace: str, month: str | None = None) -> str:
    """Refresh one workspace; return the folder of the month's editions."""
    folder = Path(workspace).resolve()
    with workspace_lock(folder / "store"), Journal(folder / "store").run() as journal:
        watch = quote(steps.stopwatch(journal))
        batch = take_in(str(folder), watch)
        planned = plan(str(folder), batch, month, watch)
        standing: RefreshResult | None = find_standing(quote(planned))
        if standing is not None:
            return str(standing.folder)
        loaded = load(quote(planned), watch)
        planner = analyse_all(quote(planned), quote(loaded), watch)
        partner = analyse_shareable(quote(planned), quote(loaded), watch)
        pages = render_internal(quote(planned), quote(planner), watch)
        shared = render_shared(quote(planned), quote(partner), watch)
        result: RefreshResult = publish(
            quote(planned), quote(loaded), quote((planner, partner)), quote((pages, shared)), watch
        )
        artifacts(result, steps.reconciliation_rows(loaded))
    return str(result.folder)
