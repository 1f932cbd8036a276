"""``market-profile digest``: new intelligence and nominals of interest, as a page in the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from market_profile.cli.words import escape
from market_profile.profile.digest import Digest
from market_profile.refresh.digest import digest_workspace

_MOST = 25
_TEXT = 160


def run_digest(workspace: Path, days: int, since: str | None, console: Console) -> None:
    """Print the digest under its marking, and where its tables stand."""
    digest, folder = digest_workspace(workspace, days, since)
    first, last = digest.since.strftime("%d/%m/%Y"), digest.until.strftime("%d/%m/%Y")
    console.print("[bold]OFFICIAL-SENSITIVE[/bold]  Daily digest for planners. Intelligence is not evidence.")
    console.print(f"{first} to {last}: {len(digest.logs):,} new logs name {len(digest.nominals):,} people")
    for row in digest.counts.to_dict("records"):
        console.print(f"  {escape(str(row['kind']).replace('_', ' '))}: {int(row['rows']):,} new")
    console.print(_people(digest))
    console.print(_logs(digest))
    console.print(f"All of it: {folder}")
    console.print("[bold]OFFICIAL-SENSITIVE[/bold]")


def _people(digest: Digest) -> Table:
    table = Table(
        "nominal", "name", "logs", "why of interest", "care", "last seen before", title="Nominals of interest"
    )
    of_interest = digest.nominals[(digest.nominals["why"] != "") | (digest.nominals["care"] != "")]
    for row in of_interest.head(_MOST).to_dict("records"):
        cells = ("nominal_id", "name", "logs", "why", "care", "last_seen")
        table.add_row(*(escape(str(row[name])) for name in cells))
    if len(of_interest) > _MOST:
        table.caption = f"{len(of_interest) - _MOST:,} more in nominals.csv"
    return table


def _logs(digest: Digest) -> Table:
    table = Table("log", "submitted", "grade", "handling", "market", "people", "report", title="New intelligence")
    for row in digest.logs.head(_MOST).to_dict("records"):
        submitted = row["submitted_at"].strftime("%d/%m %H:%M")
        text = str(row["text"])
        short = text if len(text) <= _TEXT else f"{text[:_TEXT]}..."
        cells = (row["urn"], submitted, row["grade"], row["handling_code"], row["market_id"], row["people"], short)
        table.add_row(*(escape(str(cell)) for cell in cells))
    if len(digest.logs) > _MOST:
        table.caption = f"{len(digest.logs) - _MOST:,} more in logs.csv"
    return table
