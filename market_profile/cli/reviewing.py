"""``market-profile review``: the pairs waiting for a person, side by side, and the answers into decisions/."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from market_profile.cli.showing import _planner_table
from market_profile.errors import WrongUse
from market_profile.store.publish import write_file
from market_profile.terms import Judgement

_ANSWERS = {"s": Judgement.SAME, "d": Judgement.DIFFERENT, "u": Judgement.UNSURE}
_COLUMNS = (
    "left_kind", "left_ref", "left_subject", "right_kind", "right_ref", "right_subject",
    "judgement", "by", "on", "reason",
)  # fmt: skip


def run_review(workspace: Path, by: str, blind: bool, console: Console) -> None:
    """Show each waiting pair; on a terminal ask same / different / unsure / skip / quit and keep the answers."""
    waiting = _planner_table(workspace, None, "review_pairs")
    if waiting.empty:
        console.print("No pair waits for a judgement.")
        return
    if console.is_terminal and not by:
        raise WrongUse("say who decides: market-profile review WORKSPACE --by NAME")
    answers: list[dict[str, str]] = []
    rows = waiting.fillna("").to_dict("records")
    for number, row in enumerate(rows, start=1):
        pair = {str(name): value for name, value in row.items()}
        console.print(_side_by_side(pair, f"Pair {number} of {len(waiting)}", blind))
        if not console.is_terminal:
            continue
        answer = console.input("[s]ame, [d]ifferent, [u]nsure, [n]ext, [q]uit: ").strip().lower()
        if answer == "q":
            break
        if answer in _ANSWERS:
            reason = console.input("Why (no personal data): ").strip()
            answers.append(_row(pair, _ANSWERS[answer], by, reason))
    if answers:
        _append(workspace / "decisions" / "judgements.csv", answers)
        console.print(f"{len(answers)} judgements kept; the next refresh honours them")


def _side_by_side(pair: dict[str, object], title: str, blind: bool) -> Table:
    table = Table("", "left", "right", title=title)
    names = sorted({str(name).split("_", 1)[1] for name in pair if str(name).startswith(("left_", "right_"))})
    for name in names:
        left, right = pair.get(f"left_{name}", ""), pair.get(f"right_{name}", "")
        table.add_row(name.replace("_", " "), escape(str(left)), escape(str(right)))
    if not blind:
        table.add_row("probability", escape(str(pair.get("probability", ""))), "")
        table.add_row("evidence", escape(str(pair.get("contributions", ""))), "")
    return table


def _row(pair: dict[str, object], judgement: Judgement, by: str, reason: str) -> dict[str, str]:
    keys = {name: str(pair.get(name, "")) for name in _COLUMNS[:6]}
    on = datetime.now(UTC).date().isoformat()
    return {**keys, "judgement": judgement.value, "by": by, "on": on, "reason": reason}


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    old = pd.read_csv(path, dtype=str, keep_default_na=False) if path.is_file() else pd.DataFrame(columns=_COLUMNS)
    buffer = io.StringIO()
    pd.concat([old, pd.DataFrame(rows)], ignore_index=True).to_csv(
        buffer, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL
    )
    write_file(path, buffer.getvalue().encode())
