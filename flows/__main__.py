"""``python -m flows refresh WORKSPACE [MONTH]`` and ``python -m flows areas [--dask ADDRESS] WORKSPACE...``."""

from __future__ import annotations

import argparse
from pathlib import Path

from flows.environment import use_home_of


def main() -> None:
    """Run a flow once, with Prefect's home inside the (first) workspace."""
    parser = argparse.ArgumentParser(prog="python -m flows")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("refresh", help="the monthly refresh of one workspace")
    one.add_argument("workspace")
    one.add_argument("month", nargs="?")
    many = commands.add_parser("areas", help="the monthly refresh of many workspaces")
    many.add_argument("workspaces", nargs="+")
    many.add_argument("--month")
    many.add_argument("--dask", help="address of a Dask scheduler, such as tcp://127.0.0.1:8786")
    given = parser.parse_args()
    if given.command == "refresh":
        use_home_of(Path(given.workspace))
        from flows.monthly_refresh import monthly_refresh

        folders = [monthly_refresh(given.workspace, given.month)]
    else:
        use_home_of(Path(given.workspaces[0]))
        from flows.refresh_areas import run_areas

        folders = run_areas(given.workspaces, given.month, given.dask)
    for folder in folders:
        print(f"Planner edition: {folder}/planner/profile.html")  # noqa: T201
        print(f"Partner edition: {folder}/partner/profile.html")  # noqa: T201


if __name__ == "__main__":
    main()
