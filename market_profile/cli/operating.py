"""What doctor prints."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from market_profile.cli.words import escape
from market_profile.errors import InputRefused, WrongUse
from market_profile.refresh.doctor import State, examine

_COLOUR = {State.WELL: "green", State.NOTE: "yellow", State.FAULT: "red"}


def show_findings(workspace: Path, console: Console) -> None:
    """Print every finding; raise ``InputRefused`` (exit 3) where something must be mended."""
    if not workspace.is_dir():
        raise WrongUse("the workspace is not a folder; give the folder that holds area.toml and inbox/")
    findings = examine(workspace)
    table = Table("what", "state", "found")
    for finding in findings:
        state = f"[{_COLOUR[finding.state]}]{finding.state.value}[/]"
        table.add_row(escape(finding.what), state, escape(finding.words))
    console.print(table)
    faults = sum(finding.state is State.FAULT for finding in findings)
    if faults:
        raise InputRefused(f"{faults} of {len(findings)} findings must be mended; the runbook in README.md says how")
    console.print("Ready for a refresh.")
