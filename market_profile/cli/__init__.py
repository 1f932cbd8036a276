"""The command line: the names and exit codes of the contract."""

from market_profile.cli.app import app, main

__all__ = ["app", "main"]
