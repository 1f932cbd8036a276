"""What refresh, check, targets, explain and schedule print: progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from market_profile.cli.words import escape
from market_profile.errors import InputRefused, WrongUse
from market_profile.refresh.beside import SecondProcess
from market_profile.refresh.explain import Explanation, explain_figure
from market_profile.refresh.plan import keep_check_report, open_workspace, read_new_files
from market_profile.refresh.report import reconciliation
from market_profile.refresh.run import RefreshResult, refresh
from market_profile.refresh.scheduling import schedule_script
from market_profile.sources import read_decisions


@contextmanager
def _stages(console: Console) -> Iterator[Callable[[str], None]]:
    if console.is_terminal:
        with console.status("starting") as status:
            yield lambda name: status.update(f"{escape(name)} ...")
    else:
        yield lambda name: console.print(f"  {escape(name)}")


def run_refresh(
    workspace: Path, month: str | None, console: Console, afresh: bool = False, second: SecondProcess | None = None
) -> None:
    """Refresh and say what was read and where the editions are; ``second`` is the second process, if it is there."""
    with _stages(console) as on_stage:
        result = refresh(workspace, month, on_stage, afresh, second)
    print_result(result, console)


def print_result(result: RefreshResult, console: Console) -> None:
    """Print the accounting in one line, warnings, and the two pages."""
    console.print(
        f"[bold]{result.month}[/bold]: {result.read:,} rows read = {result.accepted:,} accepted "
        f"+ {result.quarantined:,} quarantined + {result.duplicate:,} duplicate"
    )
    for warning in result.warnings:
        console.print(f"[yellow]Note:[/yellow] {escape(warning)}")
    console.print(f"Planner edition: {result.planner_page}")
    console.print(f"Partner edition: {result.partner_page} (draft until market-profile release)")


def run_check(workspace: Path, console: Console) -> None:
    """Validate settings and inbox, write ``quarantine.csv`` beside the store, change nothing else."""
    opened = open_workspace(workspace)
    intake = read_new_files(opened)
    files = intake.files()
    if files.empty and not intake.refused and not intake.warnings:
        console.print("No new files in inbox/; everything there was taken in before.")
        return
    table = Table("record kind", "files", "read", "accepted", "quarantined", "duplicate", "amended")
    totals = reconciliation(files)
    names = ("files", "read", "accepted", "quarantined", "duplicate", "amended")
    for row in totals.to_dict("records"):
        table.add_row(str(row["kind"]), *(f"{int(row[name]):,}" for name in names))
    console.print(table)
    for warning in intake.warnings:
        console.print(f"[yellow]Note:[/yellow] {escape(warning)}")
    report = keep_check_report(opened, intake)
    console.print(f"{len(intake.quarantine):,} rows would be quarantined; each with its reason in {report}")
    intake.check_none_refused()


def show_targets(workspace: Path, month: str | None, top: int, console: Console) -> None:
    """Show the board of a month, a line a target with its decision, and the reasons under it."""
    targets = _planner_table(workspace, month, "targets")
    listed = targets[targets["excluded_reason"].fillna("") == ""].head(top)
    if listed.empty:
        console.print("Nobody and no place passes the rules this month; excluded candidates stand in the edition.")
        return
    console.print("[bold]OFFICIAL-SENSITIVE[/bold]  An indicator for initial selection: people decide.")
    decided = _decisions(workspace, _edition_folder(workspace, month).name)
    for row in listed.to_dict("records"):
        console.print(_target_line({str(name): value for name, value in row.items()}, decided))
        console.print(f"   {escape(str(row['reasons']))}")


def _target_line(row: dict[str, Any], decided: dict[str, str]) -> str:
    target = str(row["target_id"])
    chance = f"chance {100 * row['success_probability']:.0f} %"
    points = f"score {row['score']:.0f} ({row['score_low']:.0f}-{row['score_high']:.0f})"
    when = f"{row['suggested_from']} to {row['suggested_to']}"
    hours = f", {row['suggested_hours']} h" if _cell(row["suggested_hours"]) else ""
    weeks = _cell(row["planned_weeks"]).replace("|", ", ")
    planned = f", planned in week {weeks}" if weeks else ""
    head = f"[bold]{_cell(row['rank'])}. {escape(target)}[/bold] ({row['target_kind']}, {row['reach']})"
    decision = escape(decided.get(target, "waiting for a decision"))
    return f"{head}: {points}, {chance}, {when}{hours}{planned}; {decision}"


def _decisions(workspace: Path, month: str) -> dict[str, str]:
    """Return the latest decision on each target that holds for the month, with who made it."""
    rows = read_decisions(workspace).board_decisions
    rows = rows[rows["month"].isin(["", month])].sort_values("on", kind="stable")
    rows = rows.drop_duplicates("target_id", keep="last")
    return dict(zip(rows["target_id"], rows["decision"] + " by " + rows["by"], strict=True))


def show_explanation(workspace: Path, figure: str, month: str | None, console: Console) -> None:
    """List the records behind a figure or an id of the page."""
    explanation: Explanation = explain_figure(workspace, _edition_folder(workspace, month), figure)
    console.print(f"[bold]{escape(explanation.title)}[/bold]")
    console.print(escape(explanation.how))
    table = Table(*(str(name).replace("_", " ") for name in explanation.records.columns))
    for row in explanation.records.head(200).itertuples(index=False):
        table.add_row(*(escape(_cell(value)) for value in row))
    console.print(table)
    if len(explanation.records) > 200:
        console.print(f"... and {len(explanation.records) - 200:,} more")


def serve_schedule(workspaces: list[Path], console: Console) -> None:
    """Become the process that serves the Prefect deployment of the checkout or image, so that signals reach it."""
    script = schedule_script()
    if script is None:
        raise WrongUse("flows/ is not part of the installed wheel; run schedule from the checkout or the image")
    for workspace in workspaces:
        open_workspace(workspace)
    console.print("Serving the monthly refresh (3rd of each month, 06:00 Europe/London); stop with Ctrl-C")
    command = [sys.executable, str(script), *(str(workspace.resolve()) for workspace in workspaces)]
    environment = {**os.environ, "PYTHONPATH": str(script.parents[1])}
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)


def _edition_folder(workspace: Path, month: str | None) -> Path:
    editions = workspace / "editions"
    months = sorted(path.name for path in editions.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]")) if editions.is_dir() else []
    if not months:
        raise InputRefused("no edition stands here yet; run market-profile refresh first")
    chosen = month or months[-1]
    if chosen not in months:
        raise WrongUse(f"there is no edition for {chosen}; there are {', '.join(months)}")
    return editions / chosen


def _planner_table(workspace: Path, month: str | None, name: str) -> pd.DataFrame:
    path = _edition_folder(workspace, month) / "planner" / "tables" / f"{name}.csv"
    if not path.is_file():
        raise InputRefused(f"the edition has no {name}.csv; run market-profile refresh again")
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.2f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)
