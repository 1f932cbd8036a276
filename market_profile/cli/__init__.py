"""The command line: the names and exit codes of the contract."""

from market_profile.cli.app import app, main
from market_profile.refresh.process import end_at_once

__all__ = ["app", "main", "run"]


def run() -> None:
    """Run this process's own command line, with which it ends."""
    try:
        main()
    except SystemExit as ending:
        if isinstance(ending.code, int):
            end_at_once(ending.code)
        raise
