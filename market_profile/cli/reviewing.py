"""``market-profile review``: the pairs waiting for a person, side by side, and the answers into decisions/."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from market_profile.cli.showing import _planner_table
from market_profile.cli.words import escape
from market_profile.errors import WrongUse
from market_profile.store.publish import write_file
from market_profile.terms import Judgement
from market_profile.visible import without_marks

_ANSWERS = {"s": Judgement.SAME, "d": Judgement.DIFFERENT, "u": Judgement.UNSURE}
_COLUMNS = (
    "left_kind", "left_ref", "left_subject", "right_kind", "right_ref", "right_subject",
    "judgement", "by", "on", "reason",
)  # fmt: skip


def run_review(workspace: Path, by: str, blind: bool, console: Console) -> None:
    """Show each waiting pair; on a terminal ask same / different / unsure / skip / quit and keep the answers.

    Pairs come most valuable first (records and ties that the answer moves, times how uncertain it is). Those answered
    since the last refresh are passed over; ``unsure`` ones come again.
    """
    waiting = _planner_table(workspace, None, "review_pairs")
    given = _judgements(workspace)
    answered = set(_latest(given).query("judgement != 'unsure'").index)
    rows = [row for row in waiting.fillna("").to_dict("records") if _key(row) not in answered]
    if not rows:
        console.print("No pair waits for a judgement.")
        return
    if console.is_terminal and not by:
        raise WrongUse("say who decides: market-profile review WORKSPACE --by NAME")
    answers: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=1):
        pair = {str(name): value for name, value in row.items()}
        console.print(_side_by_side(pair, f"Pair {number} of {len(rows)}", blind))
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


def list_judgements(workspace: Path, console: Console) -> None:
    """List the judgements that stand, with the number that ``--withdraw`` takes."""
    given = _judgements(workspace)
    standing = _latest(given)
    table = Table("number", "one", "other", "judgement", "by", "on", "reason", title="Judgements that stand")
    for row in standing.sort_values("number").to_dict("records"):
        sides = (f"{row[f'{side}_kind']} {row[f'{side}_ref']}/{row[f'{side}_subject']}" for side in ("left", "right"))
        words = (str(row["number"]), *sides, *(str(row[name]) for name in ("judgement", "by", "on", "reason")))
        table.add_row(*(escape(word) for word in words))
    console.print(table if len(standing) else "No judgement stands.")


def withdraw_judgement(workspace: Path, number: int, by: str, console: Console) -> None:
    """Take back the judgement of that number: a later ``unsure`` is added, nothing is deleted."""
    if not by:
        raise WrongUse("say who withdraws: market-profile review WORKSPACE --withdraw NUMBER --by NAME")
    standing = _latest(_judgements(workspace))
    chosen = standing[(standing["number"] == number) & (standing["judgement"] != "unsure")]
    if chosen.empty:
        raise WrongUse("no judgement that stands has this number; market-profile review WORKSPACE --list shows them")
    pair = {str(name): value for name, value in chosen.iloc[0].items()}
    row = _row(pair, Judgement.UNSURE, by, f"withdrawn: number {number}")
    row["on"] = max(row["on"], str(pair["on"]))
    _append(workspace / "decisions" / "judgements.csv", [row])
    console.print("Withdrawn; the next refresh decides by the records again, and the pair may wait again")


def show_why(workspace: Path, month: str | None, mentions: tuple[str, str], console: Console) -> None:
    """Print the evidence of a pair of mentions, each ``kind,ref,subject``; the weights add up to the total."""
    from market_profile.refresh.who import why_one_person

    keys = [tuple(part.strip() for part in mention.split(",")) for mention in mentions]
    if any(len(key) != 3 for key in keys):
        raise WrongUse("a mention is written kind,ref,subject, such as log_subjects,L0001,1 (see nominal_records.csv)")
    (kind, ref, no), (other_kind, other_ref, other_no) = keys
    parts = why_one_person(workspace, month, (kind, ref, no), (other_kind, other_ref, other_no))
    table = Table("field", "what was found", "bits", title="Evidence for (+) and against (-) one person")
    for row in parts[parts["weight"] != 0].to_dict("records"):
        table.add_row(*(escape(str(row[name])) for name in ("field", "level")), f"{row['weight']:+.2f}")
    table.add_row("all", "", f"{parts['weight'].sum():+.2f}")
    console.print(table)


def _judgements(workspace: Path) -> pd.DataFrame:
    path = workspace / "decisions" / "judgements.csv"
    if not path.is_file():
        return pd.DataFrame(columns=[*_COLUMNS, "number"])
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    return rows.assign(number=range(1, len(rows) + 1))


def _latest(given: pd.DataFrame) -> pd.DataFrame:
    """Return the last judgement of each pair, by the pair's key."""
    keyed = given.assign(key=[_key(row) for row in given.to_dict("records")])
    keyed = keyed.sort_values(["on", "number"], kind="stable").drop_duplicates("key", keep="last")
    return keyed.set_index("key")


def _key(row: Mapping[Any, Any]) -> str:
    """Return the two mentions of a pair as one text, whichever stands left."""
    parts = ("kind", "ref", "subject")
    sides = ("\x1f".join(str(row[f"{side}_{part}"]) for part in parts) for side in ("left", "right"))
    return "\x1e".join(sorted(sides))


def _side_by_side(pair: dict[str, object], title: str, blind: bool) -> Table:
    table = Table("", "left", "right", title=title)
    names = sorted({str(name).split("_", 1)[1] for name in pair if str(name).startswith(("left_", "right_"))})
    for name in names:
        left, right = pair.get(f"left_{name}", ""), pair.get(f"right_{name}", "")
        table.add_row(name.replace("_", " "), escape(str(left)), escape(str(right)))
    table.add_row("records that would move", escape(str(pair.get("mentions", ""))), "")
    if not blind:
        table.add_row("probability", escape(str(pair.get("probability", ""))), "")
        for field, bits in json.loads(str(pair.get("contributions") or "{}")).items():
            if bits:
                table.add_row(f"  {field.replace('_', ' ')}", f"{bits:+.1f} bits", "")
    return table


def _row(pair: dict[str, object], judgement: Judgement, by: str, reason: str) -> dict[str, str]:
    keys = {name: str(pair.get(name, "")) for name in _COLUMNS[:6]}
    on = datetime.now(UTC).date().isoformat()
    said = {"by": without_marks(by), "reason": without_marks(reason)}
    return {**keys, "judgement": judgement.value, "on": on, **said}


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    old = pd.read_csv(path, dtype=str, keep_default_na=False) if path.is_file() else pd.DataFrame(columns=_COLUMNS)
    buffer = io.StringIO()
    pd.concat([old, pd.DataFrame(rows)], ignore_index=True).to_csv(
        buffer, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL
    )
    write_file(path, buffer.getvalue().encode())
