"""The command line: thin commands over ``refresh``, exit codes of the contract, no traceback unless ``--debug``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from market_profile import __version__
from market_profile.cli.faults import ending_when_told, fault_words
from market_profile.errors import MarketProfileError
from market_profile.refresh.process import be_frugal

app = typer.Typer(
    help="A monthly drugs market profile from police extracts, in two editions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
WorkspaceArgument = Annotated[Path, typer.Argument(help="Folder with area.toml and inbox/.", show_default=False)]
MonthOption = Annotated[str | None, typer.Option(help="YYYY-MM; default: the last month with intelligence.")]
ThisMonth = Annotated[str, typer.Option(help="YYYY-MM")]
Author = Annotated[str, typer.Option(help="Who made the edition.")]
Approver = Annotated[str, typer.Option(help="Who approves it; another person.")]


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the fictional town.")] = Path("town"),
    logs: Annotated[int, typer.Option(help="Intelligence logs in all.")] = 10_000,
    months: Annotated[int, typer.Option(help="Months of records.")] = 12,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
) -> None:
    """Write a fictional town, run the whole refresh on it and print where to look."""
    from market_profile.cli.showing import run_refresh
    from market_profile.synthetic import Plan, write_town

    console = _console()
    if (folder / "area.toml").exists():
        console.print(f"Using the town that stands in {folder}")
    else:
        console.print(f"Writing a fictional town into {folder} ...")
        write_town(folder, Plan(logs=logs, months=months, seed=seed))
    run_refresh(folder, None, console)


@app.command()
def synth(
    folder: Annotated[Path, typer.Argument(help="Where to write the area.", show_default=False)],
    logs: Annotated[int, typer.Option(help="Intelligence logs in all.")] = 10_000,
    months: Annotated[int, typer.Option(help="Months of records.")] = 12,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
    boundary: Annotated[Path | None, typer.Option(help="LSOA polygons to plant the area over.")] = None,
) -> None:
    """Write a synthetic area with its planted truth in truth/."""
    from market_profile.synthetic import Plan, write_town

    write_town(folder, Plan(logs=logs, months=months, seed=seed, boundary=boundary))
    _console().print(f"Wrote {logs:,} intelligence logs over {months} months into {folder}; the truth is in truth/")


@app.command()
def check(workspace: WorkspaceArgument) -> None:
    """Validate area.toml and inbox/, write the quarantine report, change nothing else."""
    from market_profile.cli.showing import run_check

    run_check(workspace, _console())


@app.command()
def refresh(
    workspace: WorkspaceArgument,
    month: MonthOption = None,
    afresh: Annotated[bool, typer.Option("--afresh", help="Make the edition again even where it stands.")] = False,
) -> None:
    """Refresh the profile of the workspace: both editions, tables and run.json."""
    from market_profile.refresh.beside import SecondProcess

    second = SecondProcess(workspace)
    try:
        second.expect()  # before the libraries are read, which takes a second
        from market_profile.cli.showing import run_refresh

        run_refresh(workspace, month, _console(), afresh, second)
    finally:
        second.stop()


@app.command()
def targets(
    workspace: WorkspaceArgument,
    month: MonthOption = None,
    top: Annotated[int, typer.Option(min=1, help="Rows shown.")] = 10,
) -> None:
    """Show the test-purchase board of a refreshed month in the terminal."""
    from market_profile.cli.showing import show_targets

    show_targets(workspace, month, top, _console())


@app.command()
def whatif(
    workspace: WorkspaceArgument,
    nominals: Annotated[list[str], typer.Argument(help="Nominal ids to remove.", show_default=False)],
    month: MonthOption = None,
    include_protected: Annotated[
        bool, typer.Option("--include-protected", help="Also remove people who are to be safeguarded.")
    ] = False,
) -> None:
    """Show what removing nominals from the network of a refreshed month would do."""
    from market_profile.cli.asking import show_what_if

    show_what_if(workspace, nominals, month, include_protected, _console())


@app.command()
def decide(
    workspace: WorkspaceArgument,
    target: Annotated[str, typer.Argument(help="The target's id, as on the board.", show_default=False)],
    decision: Annotated[str, typer.Argument(help="accept, reject or defer.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who decides.")] = "",
    reason: Annotated[str, typer.Option(help="Why; no personal data.")] = "",
    authority: Annotated[str, typer.Option(help="Reference of the authority; needed to accept.")] = "",
    expires: Annotated[str, typer.Option(help="Last day of the authority, YYYY-MM-DD.")] = "",
) -> None:
    """Accept, reject or defer a target of the latest board; accepted ones get a printable card at the next refresh."""
    from market_profile.cli.deciding import Decided, decide

    decide(workspace, None, Decided(target, decision, by, reason, authority, expires), _console())


@app.command()
def review(
    workspace: WorkspaceArgument,
    by: Annotated[str, typer.Option(help="Who decides; stands beside each judgement.")] = "",
    blind: Annotated[bool, typer.Option(help="Hide the score.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the judgements that stand.")] = False,
    withdraw: Annotated[int | None, typer.Option(help="Take back the judgement of this number.")] = None,
) -> None:
    """Show identity pairs that wait for a person, most valuable first, and take the answers."""
    from market_profile.cli.reviewing import list_judgements, run_review, withdraw_judgement

    if listed:
        list_judgements(workspace, _console())
    elif withdraw is not None:
        withdraw_judgement(workspace, withdraw, by, _console())
    else:
        run_review(workspace, by, blind, _console())


@app.command()
def why(
    workspace: WorkspaceArgument,
    left: Annotated[str, typer.Argument(help="One mention: KIND REF SUBJECT joined by commas.", show_default=False)],
    right: Annotated[str, typer.Argument(help="The other mention, written so too.", show_default=False)],
    month: MonthOption = None,
) -> None:
    """Say why two mentions are, or are not, taken for one person: weights per field that add up (internal)."""
    from market_profile.cli.reviewing import show_why

    show_why(workspace, month, (left, right), _console())


@app.command()
def estimate(workspace: WorkspaceArgument, month: MonthOption = None) -> None:
    """Measure the linkage model on the area's own records, without labels, into decisions/model.json."""
    from market_profile.refresh.who import write_model

    path, version = write_model(workspace, month)
    _console().print(f"Wrote {path} (version {version}).")
    _console().print('It is used once area.toml says so: [resolve] model = "decisions/model.json"')


@app.command()
def explain(
    workspace: WorkspaceArgument,
    figure: Annotated[str, typer.Argument(help="A nominal, market, cell, target or definition id from the page.")],
    month: MonthOption = None,
) -> None:
    """Go from a figure on the page back to the records behind it (internal)."""
    from market_profile.cli.showing import show_explanation

    show_explanation(workspace, figure, month, _console())


@app.command()
def keys(
    name: Annotated[str, typer.Argument(help="Whose key it is, as it will stand in the manifest.")],
    workspace: Annotated[Path | None, typer.Option(help="Workspace to register the public key in.")] = None,
) -> None:
    """Make an own signing key outside the workspace and register its public half."""
    from market_profile.cli.releasing import make_key

    make_key(name, workspace, _console())


@app.command()
def release(
    workspace: WorkspaceArgument,
    month: ThisMonth,
    author: Author,
    approver: Approver,
) -> None:
    """Pass the disclosure gate, sign twice and publish the partner edition."""
    from market_profile.cli.releasing import run_release

    run_release(workspace, month, (author, approver), _console())


@app.command(name="partner-areas")
def partner_areas(workspace: WorkspaceArgument) -> None:
    """Merge small areas for partners, once, until most published numbers would show."""
    from market_profile.cli.releasing import run_partner_areas

    run_partner_areas(workspace, _console())


@app.command()
def checks(workspace: WorkspaceArgument, month: ThisMonth) -> None:
    """Run the disclosure checks of a month and write their report; release nothing."""
    from market_profile.cli.releasing import run_checks

    run_checks(workspace, month, _console())


@app.command()
def correct(
    workspace: WorkspaceArgument,
    month: ThisMonth,
    author: Author,
    approver: Approver,
    reason: Annotated[str, typer.Option(help="What was wrong and what changed; partners read it.")],
) -> None:
    """Replace a released edition by a corrected one that says what changed."""
    from market_profile.cli.releasing import run_release

    run_release(workspace, month, (author, approver), _console(), reason)


@app.command()
def withdraw(
    workspace: WorkspaceArgument,
    month: ThisMonth,
    by: Annotated[str, typer.Option(help="Who withdraws it; a registered person.")],
    reason: Annotated[str, typer.Option(help="Why; partners read it in the next edition.")],
) -> None:
    """Take a released edition back."""
    from market_profile.cli.releasing import run_withdraw

    run_withdraw(workspace, month, by, reason, _console())


@app.command()
def retain(
    workspace: WorkspaceArgument,
    before: Annotated[str, typer.Option(help="YYYY-MM-DD: logs whose review date lies before it.")],
    erase: Annotated[bool, typer.Option("--erase", help="Erase them from the store for good.")] = False,
) -> None:
    """Say which logs are past review and, with --erase, remove them from the store with a record."""
    from market_profile.cli.releasing import run_retain

    run_retain(workspace, before, erase, _console())


@app.command()
def verify(
    received: Annotated[Path, typer.Argument(help="The zip, folder or .age file received.", show_default=False)],
    fingerprint: Annotated[list[str], typer.Option(help="Author's and approver's, as told by another way.")],
    identity: Annotated[Path | None, typer.Option(help="File with your age identity, for .age files.")] = None,
) -> None:
    """Check a received partner edition: signatures, fingerprints and every byte; needs no workspace."""
    from market_profile.cli.releasing import run_verify

    run_verify(received, fingerprint, identity, _console())


@app.command(name="linkage-keys")
def linkage_keys(
    key: Annotated[Path, typer.Option(help="The partnership's key file.")],
    names: Annotated[Path | None, typer.Argument(help="File with surname, forenames, date_of_birth.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the pseudonyms go; default: beside the file.")] = None,
    date_format: Annotated[str | None, typer.Option(help="Of dates of birth; default: YYYY-MM-DD.")] = None,
) -> None:
    """Replace names by keyed pseudonyms on the treatment provider's side; without a file make a new key."""
    from market_profile.cli.linking import run_linkage_keys

    run_linkage_keys(names, key, out, date_format, _console())


@app.command()
def digest(
    workspace: WorkspaceArgument,
    days: Annotated[int, typer.Option(min=1, max=36_600, help="Days before the newest log.")] = 1,
    since: Annotated[str | None, typer.Option(help="YYYY-MM-DD in place of --days.")] = None,
) -> None:
    """Show planners the new intelligence and the nominals of interest named in it."""
    from market_profile.cli.digesting import run_digest

    run_digest(workspace, days, since, _console())


@app.command()
def schedule(
    workspaces: Annotated[list[Path], typer.Argument(help="Workspaces to refresh each month.", show_default=False)],
) -> None:
    """Serve the monthly Prefect deployment (3rd of each month, 06:00 Europe/London)."""
    from market_profile.cli.showing import serve_schedule

    serve_schedule(workspaces, _console())


@app.command()
def audit(
    workspace: WorkspaceArgument,
    verify: Annotated[bool, typer.Option("--verify", help="Check the chain and the ledger.")] = False,
    export: Annotated[Path | None, typer.Option(help="Write the log as CSV for an inspector.")] = None,
) -> None:
    """Show the audit log's length and head; with --verify check the whole chain."""
    from market_profile.cli.releasing import show_audit

    show_audit(workspace, verify, export, _console())


@app.command()
def doctor(workspace: WorkspaceArgument) -> None:
    """Look at everything a refresh rests on, change nothing, and say what to mend (exit 3 where something must be)."""
    from market_profile.cli.operating import show_findings

    show_findings(workspace, _console())


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"market-profile {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option(help="Show the traceback of a fault in the program.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options of every command."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every way out has an exit code of the contract and no personal data."""
    os.umask(0o077)
    be_frugal()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with ending_when_told():
            app(args=given, prog_name="market-profile")
    except MarketProfileError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]Stopped:[/red] {_plain(str(error))}")
        raise SystemExit(error.exit_code) from None
    except Exception as error:
        if "--debug" in given:
            raise
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]Stopped:[/red] {_plain(fault_words(error))}")
        raise SystemExit(1) from None


def _plain(text: str) -> str:
    from market_profile.cli.words import escape

    return escape(text)
