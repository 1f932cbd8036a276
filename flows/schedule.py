"""Serve the monthly deployment of one or more workspaces: 06:00 on the 3rd of each month, Europe/London."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.environment import use_home_of

CRON = "0 6 3 * *"
TIMEZONE = "Europe/London"


def serve_workspaces(workspaces: list[str]) -> None:
    """Serve until stopped; Prefect pauses the schedules on stop."""
    use_home_of(Path(workspaces[0]))
    from prefect import serve
    from prefect.schedules import Cron

    from flows.monthly_refresh import monthly_refresh

    deployments = [
        monthly_refresh.to_deployment(
            name=f"area-{number}",
            parameters={"workspace": folder},
            schedule=Cron(CRON, timezone=TIMEZONE),
            concurrency_limit=1,
        )
        for number, folder in enumerate(workspaces, start=1)
    ]
    serve(*deployments)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve_workspaces(sys.argv[1:])
