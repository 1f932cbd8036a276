"""Environment of Prefect: set before it is imported, since it reads its settings once."""

from __future__ import annotations

import os
from pathlib import Path

_DEFAULTS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_API_HOST": "127.0.0.1",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_COLORS": "false",
}


def set_defaults() -> None:
    """Set what is not set: no telemetry, no stored results, loopback only, a patient start-up."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.umask(0o077)


def use_home_of(workspace: Path) -> None:
    """Keep Prefect's database and storage inside the workspace's store, unless PREFECT_HOME says otherwise."""
    home = workspace.resolve() / "store" / "prefect"
    if "PREFECT_HOME" not in os.environ:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ["PREFECT_HOME"] = str(home)
