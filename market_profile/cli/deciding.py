"""``market-profile decide``: accept, reject or defer a target of the board, by name and with a reason."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from rich.console import Console

from market_profile.cli.showing import _edition_folder, _planner_table
from market_profile.cli.words import escape
from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.sources.decision_forms import FORMS
from market_profile.store.publish import write_file
from market_profile.visible import has_marks

DECISIONS = ("accept", "reject", "defer")


@dataclass(frozen=True)
class Decided:
    """What a planner says of one target; the authority is needed to accept."""

    target: str
    decision: str
    by: str
    reason: str
    authority_ref: str = ""
    authority_expires_on: str = ""


def decide(workspace: Path, month: str | None, said: Decided, console: Console) -> None:
    """Append the decision to decisions/board_decisions.csv; the next refresh prints the card of an accepted target.

    Raises WrongUse where the target does not stand on the board of the month, where who or why is missing, or where a
    target is to be accepted without an authority that runs beyond the data cut-off.
    """
    chosen = _edition_folder(workspace, month).name
    _check(said, Month(chosen))
    targets = _planner_table(workspace, chosen, "targets")
    row = targets[targets["target_id"].astype(str) == said.target]
    if row.empty:
        raise WrongUse(f"{said.target} is not among the candidates of {chosen}; see market-profile targets")
    why_not = str(row["excluded_reason"].fillna("").iloc[0])
    if said.decision == "accept" and why_not:
        raise WrongUse(f"{said.target} may not be accepted: {why_not}")
    path = workspace / "decisions" / "board_decisions.csv"
    write_file(path, _with_line(path, said, chosen).encode("utf-8"))
    console.print(f"{escape(said.target)}: {said.decision}, kept in decisions/board_decisions.csv")
    if said.decision == "accept":
        console.print("Run market-profile refresh to print its card.")


def _check(said: Decided, month: Month) -> None:
    if said.decision not in DECISIONS:
        raise WrongUse(f"the decision is one of {', '.join(DECISIONS)}")
    if any(has_marks(text) for text in (said.by, said.reason, said.authority_ref, said.authority_expires_on)):
        raise WrongUse("who, why and the authority may hold no control characters or marks of direction; retype them")
    if not said.by.strip() or not said.reason.strip():
        raise WrongUse("say who decides and why: --by NAME --reason TEXT")
    if said.decision != "accept":
        return
    if not said.authority_ref.strip() or not said.authority_expires_on.strip():
        raise WrongUse("an accepted target needs an authority: --authority REFERENCE --expires YYYY-MM-DD")
    try:
        expires = date.fromisoformat(said.authority_expires_on)
    except ValueError:
        raise WrongUse("--expires must be a day written YYYY-MM-DD") from None
    if pd.Timestamp(expires) < month.end:
        raise WrongUse("the authority has run out before the plan begins; obtain a current one first")


def _with_line(path: Path, said: Decided, month: str) -> str:
    """Return the file's text with the new line; older files gain the columns that they lack."""
    columns = list(FORMS["board_decisions"])
    rows: list[dict[str, str]] = []
    if path.is_file():
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    rows.append(
        {
            "target_id": said.target,
            "decision": said.decision,
            "by": said.by.strip(),
            "on": datetime.now(UTC).date().isoformat(),
            "reason": said.reason.strip(),
            "month": month,
            "authority_ref": said.authority_ref.strip(),
            "authority_expires_on": said.authority_expires_on.strip(),
        }
    )
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
