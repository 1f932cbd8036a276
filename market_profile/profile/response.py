"""What was done and what is proposed: operations, the test-purchase board, diversion, the case-forum pack."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Section
from market_profile.impact.response import REPLACEMENT_DAYS, days_since_operation
from market_profile.profile.findings import Findings
from market_profile.profile.text import (
    PLANNER,
    Blocks,
    Record,
    Row,
    col,
    counted,
    gap,
    label,
    number,
    para,
    say,
    score,
    secret,
    section,
    table,
    words_of,
)
from market_profile.terms import Sensitivity
from market_profile.values import Estimate, Measure

PERSONAL, COVERT = Sensitivity.PERSONAL, Sensitivity.COVERT
BOARD_ROWS = 20
TIMELINE_ROWS = 20


def board_section(findings: Findings) -> Section[Measure]:
    """Return the test-purchase board, what was left out and the diversion list (planners)."""
    blocks: Blocks = (
        para(
            "A score is an indicator for initial selection. Accept or reject each target, and say why, in "
            "decisions/board_decisions.csv before anything is exported.",
            tone="warning",
        ),
        *_targets(findings),
        *_excluded(findings),
        *_diversions(findings),
    )
    return section("board", "Test-purchase board", blocks, PLANNER)


def _targets(findings: Findings) -> Blocks:
    targets = findings.board.targets
    ranked = targets[targets["rank"].notna()].head(BOARD_ROWS)
    if ranked.empty:
        return (para("No candidate passes the suspicion rule this month.", tone="note"),)
    decided = findings.decisions.board_decisions
    decisions = dict(zip(decided["target_id"], decided["decision"], strict=True))
    rows = [_target_row(row, decisions) for row in ranked.to_dict("records")]
    columns = (
        col("Target", sensitivity=PERSONAL), col("Rank", True), col("Kind"), col("Score", True),
        col("Chance of a purchase", True), col("From"), col("To"), col("Hours"), col("Reach"),
        col("Why", sensitivity=PERSONAL), col("Decision"),
    )  # fmt: skip
    return (table("targets", "Proposed test purchases", columns, rows),)


def _target_row(row: Record, decisions: dict[str, str]) -> Row:
    points = Estimate(number(row["score"]), number(row["score_low"]), number(row["score_high"]), 0, "", 0)
    chance = number(row["success_probability"])
    return (
        secret(row["target_id"]),
        counted(row["rank"]),
        label(row["target_kind"]),
        points,
        score(None if chance is None else 100 * chance, 0, "%"),
        label(_day(row["suggested_from"])),
        label(_day(row["suggested_to"])),
        label(row["suggested_hours"] or "not known"),
        label(row["reach"]),
        secret(row["reasons"]),
        label(decisions.get(row["target_id"], "waiting")),
    )


def _day(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return "" if pd.isna(value) else value.strftime("%Y-%m-%d")
    return str(value)


def _excluded(findings: Findings) -> Blocks:
    targets = findings.board.targets
    out = targets[targets["excluded_reason"] != ""]
    if out.empty:
        return ()
    grouped = out.groupby("excluded_reason", sort=True).size()
    rows = [(label(words_of(reason)), counted(n)) for reason, n in grouped.items()]
    return (table("excluded", "Candidates left out", (col("Reason"), col("Candidates", True)), rows, annex=True),)


def _diversions(findings: Findings) -> Blocks:
    diverted = findings.board.diversions
    if diverted.empty:
        return (
            para("Nobody on the board's candidates is under 18, exploited or progressing in treatment.", tone="note"),
        )
    rows = [(secret(row["nominal_id"]), secret(row["reason"])) for row in diverted.to_dict("records")]
    columns = (col("Nominal", sensitivity=PERSONAL), col("Reason", sensitivity=PERSONAL))
    note = "People to be safeguarded or supported: never targets."
    return (table("diversions", "Diversion list", columns, rows, note=note),)


def forum_section(findings: Findings) -> Section[Measure]:
    """Return the case-forum pack: latest assessment of each person, criteria and drift (planners)."""
    if not findings.has("case_forum"):
        return section("forum", "Case-forum pack", (gap("case_forum"),), PLANNER)
    forum = findings.tables.get("case_forum").sort_values(["nominal_ref", "assessed_on", "record_ref"], kind="stable")
    criteria = [name for name in forum.columns if name not in _FORUM_OWN and pd.api.types.is_numeric_dtype(forum[name])]
    totals = forum[criteria].sum(axis=1, min_count=1) if criteria else pd.Series(float("nan"), index=forum.index)
    unknown = forum[criteria].isna().sum(axis=1) if criteria else pd.Series(0, index=forum.index)
    scored = forum.assign(total=totals, unknown=unknown)
    scored["drift"] = scored.groupby("nominal_ref")["total"].diff()
    latest = scored.drop_duplicates("nominal_ref", keep="last")
    latest = latest.sort_values(["total", "nominal_ref"], ascending=[False, True], kind="stable")
    rows = [
        (
            secret(row["nominal_ref"]), label(_day(row["assessed_on"])), score(row["total"], 0),
            score(row["drift"], 0), counted(row["unknown"]), secret(row["override"] or "none"),
            secret(row["decision"] or "none"), label(_day(row["next_review"]) or "not set"),
        )
        for row in latest.head(50).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Nominal ref", sensitivity=PERSONAL), col("Assessed"), col("Total", True), col("Since last", True),
        col("Criteria not known", True), col("Override", sensitivity=PERSONAL), col("Decision", sensitivity=PERSONAL),
        col("Next review"),
    )  # fmt: skip
    return section(
        "forum", "Case-forum pack", (table("case_forum", "Risk matrix, highest first", columns, rows),), PLANNER
    )


_FORUM_OWN = frozenset(
    {"nominal_ref", "assessed_on", "override", "override_reason", "decision", "next_review", "source_line", "version"}
)


def response_section(findings: Findings) -> Section[Measure]:
    """Return the timeline of operations and the gaps between them (planners)."""
    timeline = findings.impact.timeline
    if timeline.empty:
        return section("response", "Response so far", (gap("operations"),), PLANNER)
    quiet = days_since_operation(timeline, findings.month)
    long_gaps = int((timeline["gap_days"] > REPLACEMENT_DAYS).sum())
    rows = [
        (
            secret(row["operation"]), label(row["phase"]), label(row["tactic"]), label(_day(row["starts_on"])),
            label(_day(row["ends_on"]) or "open"), score(row["gap_days"], 0, "days"), score(row["resource_hours"], 0),
            score(row["cost_gbp"], 0, "£"),
        )
        for row in timeline.tail(TIMELINE_ROWS).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Operation", sensitivity=COVERT), col("Phase"), col("Tactic"), col("From"), col("To"),
        col("Gap before", True), col("Staff hours", True), col("Cost", True),
    )  # fmt: skip
    blocks: Blocks = (
        para(
            say(
                "{quiet} passed between the last operation and the end of the month; {gaps} gaps were longer than the "
                "three weeks in which dealers are replaced.",
                quiet=score(quiet, 0, "days"),
                gaps=counted(long_gaps),
            )
        ),
        table("timeline", "Operations", columns, rows, annex=True),
    )
    return section("response", "Response so far", blocks, PLANNER)
