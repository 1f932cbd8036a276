"""Recommendations with owner, date and last month's status; and who is told what (seed 002, figure 2)."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Section
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, first_upper
from market_profile.profile.text import EVERYONE, Blocks, Record, col, label, para, section, table
from market_profile.values import Measure

CLOSED = ("done", "dropped")
QUADRANTS = {
    ("high", "high"): ("involve", "take part in delivering the work"),
    ("low", "high"): ("consult", "are asked what they see and want"),
    ("high", "low"): ("inform", "are told what is done"),
    ("low", "low"): ("watch", "are watched for growing interest"),
}
"""(influence, interest) to the guide's word and what it means."""


def actions_section(findings: Findings) -> Section[Measure]:
    """Return recommendations with owner, date, measure, status now and last month, overdue ones first (both)."""
    rows = findings.decisions.recommendations
    if rows.empty:
        words = "No recommendations were entered. Each needs an owner, a date and a measure of success."
        return section("actions", "Recommendations and actions", (para(words, tone="gap"),), EVERYONE)
    before = findings.previous.get("recommendations", pd.DataFrame({"id": [], "status": []}, dtype="str"))
    last = dict(zip(before["id"], before["status"], strict=True))
    is_late = with_overdue(rows, findings) == "overdue"
    shown = rows["status"].where(~is_late, "overdue, " + rows["status"])
    ordered = rows.assign(status=shown, is_late=~is_late, at=range(len(rows)))
    ordered = ordered.sort_values(["is_late", "at"], kind="stable")
    listed = [
        (
            label(row["text"]), label(row["owner"]), label(date_words(row["due_on"]) or "no date set"),
            label(row["measure"] or "no measure set"),
            label(first_upper(row["status"])), label(first_upper(last.get(row["id"], "new"))),
        )
        for row in ordered.to_dict("records")
    ]  # fmt: skip
    columns = (col("Action"), col("Owner"), col("Due"), col("Measure"), col("Status"), col("Last month"))
    gone = sorted(set(last) - set(rows["id"]))
    note = f"No longer on the list since last month: {', '.join(gone)}." if gone else ""
    block = table("action_list", "Actions and their status", columns, listed, note=note, keep=len(listed))
    return section("actions", "Recommendations and actions", (block,), EVERYONE)


def with_overdue(rows: pd.DataFrame, findings: Findings) -> pd.Series:
    """Return the status of each recommendation: overdue where its day has passed and it is neither done nor dropped."""
    is_late = (rows["due_on"] < findings.month.end) & ~rows["status"].isin(CLOSED)
    return rows["status"].where(~is_late, "overdue")


def communication_blocks(findings: Findings) -> Blocks:
    """Return the influence x interest grid of decisions/partners.csv as an annex table (planners)."""
    partners = findings.decisions.partners
    if partners.empty:
        words = (
            "No partners were entered in decisions/partners.csv, so the communication grid (influence by interest) is "
            "empty."
        )
        return (para(words, tone="gap"),)
    order = {quadrant: at for at, quadrant in enumerate(QUADRANTS)}
    place = [order[pair] for pair in zip(partners["influence"], partners["interest"], strict=True)]
    placed = partners.assign(place=place).sort_values(["place", "partner"], kind="stable")
    rows = [_told(row, findings) for row in placed.to_dict("records")]
    columns = (
        col("Partner"),
        col("Influence"),
        col("Interest"),
        col("Approach"),
        col("How"),
        col("Owner"),
        col("Next"),
    )
    note = "; ".join(f"{word}: they {meaning}" for word, meaning in QUADRANTS.values()) + "."
    return (table("communication", "Who is told what", columns, rows, note=first_upper(note), annex=True, keep=4),)


def _told(row: Record, findings: Findings) -> tuple[Measure, ...]:
    word, _ = QUADRANTS[(row["influence"], row["interest"])]
    due = date_words(row["next_contact_on"])
    is_late = bool(due) and pd.Timestamp(row["next_contact_on"]) < findings.month.end
    when = (due or "no date set") + (" (overdue)" if is_late else "")
    return (
        label(row["partner"]), label(row["influence"]), label(row["interest"]), label(first_upper(word)),
        label(row["channel"] or "not set"), label(row["owner"] or "not set"), label(when),
    )  # fmt: skip
