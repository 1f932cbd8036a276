"""``market-profile whatif``: what removing some nominals would do, laid out for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from market_profile.cli.showing import _edition_folder, _planner_table
from market_profile.cli.words import escape
from market_profile.errors import WrongUse
from market_profile.network import Recovery, WhatIf, remove_nominals
from market_profile.network.recovery import HIDDEN_DRAWS
from market_profile.network.what_if import safeguarded

FLAGS = ("is_single_source", "is_direct", "is_stated", "is_suspected_false", "is_contradicted")

MECHANISM_WORDS = {
    "nearest": "contacts of contacts",
    "popular": "whoever has most ties",
    "shared": "the removed person's other contacts",
}


@dataclass(frozen=True)
class EditionTies:
    """People and ties as the planner edition of a month lists them."""

    nodes: pd.DataFrame
    edges: pd.DataFrame


def edition_ties(workspace: Path, month: str | None) -> EditionTies:
    """Return the network of a finished planner edition from its tables, types restored."""
    nodes, edges = (_planner_table(workspace, month, name) for name in ("network_nodes", "network_edges"))
    edges[list(FLAGS)] = edges[list(FLAGS)].astype("str").apply(lambda column: column.str.lower() == "true")
    nodes["best_grade"] = nodes["best_grade"].astype("object").fillna("").astype("str")
    return EditionTies(nodes, edges)


def show_what_if(workspace: Path, nominals: list[str], month: str | None, protected: bool, console: Console) -> None:
    """Print what removing ``nominals`` would do; people to be safeguarded are left out unless ``protected``."""
    ties = edition_ties(workspace, month)
    names = _planner_table(workspace, month, "nominals").set_index("nominal_id")["preferred_name"]
    asked = tuple(nominals)
    known = tuple(n for n in asked if n in set(ties.nodes["nominal_id"]))
    spared = () if protected else safeguarded(ties, known)
    left = tuple(n for n in asked if n not in spared)
    if not left:
        raise WrongUse("all of these nominals are to be protected, not removed; --include-protected shows them all")
    found = remove_nominals(ties, left)
    console.print(f"[bold]OFFICIAL-SENSITIVE[/bold]  What if, {_edition_folder(workspace, month).name}")
    console.print("A model of what reports say, to weigh choices by; it decides nothing and predicts nobody.\n")
    if spared:
        console.print(f"[yellow]Left out, to be protected and not removed:[/yellow] {', '.join(spared)}\n")
    for table in (_people(found, ties, names), _shapes(found), _recovery(found)):
        console.print(table)
        console.print()
    for line in _sentences(found, names):
        console.print(line)


def _people(found: WhatIf, ties: EditionTies, names: pd.Series) -> Table:
    table = Table(title="Removed", title_justify="left")
    for heading in ("nominal", "name", "role", "best grade", "records", "sources", "among the top, hidden ties"):
        table.add_column(heading, justify="right" if heading in ("records", "sources") else "left")
    stays = _by_member(found, ties)
    evidence = {row["nominal_id"]: row for row in found.evidence.to_dict("records")}
    for nominal, role in zip(found.nominals, found.roles_left, strict=True):
        row = evidence[nominal]
        table.add_row(
            nominal,
            escape(str(names.get(nominal, ""))),
            role.replace("_", " "),
            str(row["best_grade"]) or "none",
            f"{int(row['records']):,}",
            f"{int(row['independent_sources']):,}",
            stays.get(nominal, "no corroborated tie"),
        )
    return table


def _by_member(found: WhatIf, ties: EditionTies) -> dict[str, str]:
    tied = [n for n in found.nominals if n not in found.single_source]
    shares = found.stability.share_among_top
    return {n: f"top {found.stability.top} in {share:.0%} of draws" for n, share in zip(tied, shares, strict=True)}


def _shapes(found: WhatIf) -> Table:
    table = Table(title="The network before and after", title_justify="left")
    table.add_column("measure")
    for heading in ("before", "after", "before, single sources in", "after, single sources in"):
        table.add_column(heading, justify="right")
    shapes = (found.before, found.after, found.before_all, found.after_all)
    table.add_row("fragmentation (0 all in reach, 1 nobody)", *(f"{s.fragmentation:.3f}" for s in shapes))
    table.add_row("efficiency (1 all tied directly)", *(f"{s.efficiency:.4f}" for s in shapes))
    table.add_row("components", *(f"{s.components:,}" for s in shapes))
    table.add_row("people with ties", *(f"{s.people:,}" for s in shapes))
    return table


def _recovery(found: WhatIf) -> Table:
    table = Table(title="If it mends (middle of 20 draws, 5th to 95th percentile)", title_justify="left")
    for heading in ("who lost a tie turns to", "fragmentation", "efficiency", "more efficient than before"):
        table.add_column(heading, justify="left" if heading.startswith("who") else "right")
    for way in found.recovery:
        table.add_row(*_way(way))
    return table


def _way(way: Recovery) -> Iterable[str]:
    middle, low, high = way.fragmentation
    yield MECHANISM_WORDS[way.mechanism]
    yield f"{middle:.3f} ({low:.3f}-{high:.3f})"
    middle, low, high = way.efficiency
    yield f"{middle:.4f} ({low:.4f}-{high:.4f})"
    yield f"{way.share_strengthened:.0%} of draws"


def _sentences(found: WhatIf, names: pd.Series) -> Iterable[str]:
    def people(ids: tuple[str, ...]) -> str:
        """Return the ids with their names, where they are known."""
        return ", ".join(f"{n} ({escape(str(names.get(n, '')))})" if names.get(n, "") else n for n in ids) or "none"

    if found.is_strengthening:
        yield "[bold red]Warning:[/bold red] by most ways of mending the network ends more efficient than before."
    yield (
        f"[bold]Users:[/bold] {found.users_without:,} lose every known supplier; "
        f"{found.users_with_alternative:,} keep another. Reach those without before the next seller does."
    )
    unfilled = ", ".join(role.replace("_", " ") for role in found.roles_unfilled)
    yield f"[bold]Parts left open in their group:[/bold] {unfilled or 'none: somebody else plays each of them'}"
    yield f"[bold]Likely replacements:[/bold] {people(found.likely_replacements)}"
    if found.single_source:
        yield f"[yellow]Resting on single sources alone:[/yellow] {people(found.single_source)}"
    if found.safeguarded:
        yield f"[yellow]To be protected, not removed:[/yellow] {people(found.safeguarded)}"
    yield (
        f"[bold]Compared:[/bold] fragmentation {found.after.fragmentation:.3f} by this choice, "
        f"{found.most_reported:.3f} by the {len(found.nominals)} most reported, "
        f"{found.random_low:.3f}-{found.random_high:.3f} by chance."
    )
    middle, low, high = found.stability.fragmentation
    yield (
        f"[bold]If 15 % more ties are hidden:[/bold] fragmentation {middle:.3f} ({low:.3f}-{high:.3f}); in "
        f"{found.stability.share_best:.0%} of {HIDDEN_DRAWS} draws no worse than removing those with most ties."
    )
