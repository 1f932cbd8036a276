"""What was done and what is proposed: operations, the test-purchase board, diversion, the case-forum pack."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Section
from market_profile.impact.response import REPLACEMENT_DAYS, days_since_operation
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, days_words, first_upper, hours_words
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
KEPT_ROWS = 10
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
    called = _names_of_targets(findings)
    rows = [_target_row(row, decisions, called) for row in ranked.to_dict("records")]
    columns = (
        col("Target", sensitivity=PERSONAL), col("Rank", True), col("Score", True), col("Chance of a purchase", True),
        col("When to try"), col("Purpose"), col("Decision"), col("Why", sensitivity=PERSONAL),
    )  # fmt: skip
    note = (
        "Scores run to 100 and are the sum of the points under each target; the range widens with what is not known. "
        "Some places are kept for targets about which little is known, so that attention does not feed itself. All "
        "candidates stand in tables/targets.csv."
    )
    caption = "Proposed test purchases, best first"
    return (table("targets", caption, columns, rows, note=note, keep=KEPT_ROWS, detail=True),)


def _names_of_targets(findings: Findings) -> dict[str, str]:
    """Return what a target is called beside its id: a person's name, a market's area."""
    nominals, markets = findings.resolution.nominals, findings.geography.markets
    counts = findings.geography.area_counts
    areas = dict(zip(counts["area_code"], counts["area_name"], strict=True))
    people = dict(zip(nominals["nominal_id"], nominals["preferred_name"], strict=True))
    if markets.empty:
        return people
    return people | {
        market: areas.get(area, "phone line")
        for market, area in zip(markets["market_id"], markets["area_code"], strict=True)
    }


PURPOSES = {"exploit": "most likely to succeed", "explore": "to learn where little is known"}
"""Why the board proposes a target, in words."""


def _target_row(row: Record, decisions: dict[str, str], called: dict[str, str]) -> Row:
    points = Estimate(number(row["score"]), number(row["score_low"]), number(row["score_high"]), 0, "", 0)
    chance = number(row["success_probability"])
    return (
        secret(f"{row['target_id']} {called.get(row['target_id'], '')}".strip()),
        counted(row["rank"]),
        points,
        score(None if chance is None else 100 * chance, 0, "%"),
        label(_when(row)),
        label(PURPOSES.get(row["reach"], row["reach"])),
        label(decisions.get(row["target_id"], "waiting")),
        secret(first_upper(_plain_reasons(row["reasons"]))),
    )


def _plain_reasons(reasons: object) -> str:
    """Return the parts of a score with their points; what each part is stands in the definition card."""
    return str(reasons).replace("best single statement; amount earns nothing", "its best single report")


def _when(row: Record) -> str:
    days, hours = days_words(row["suggested_from"], row["suggested_to"]), hours_words(row["suggested_hours"])
    return days if hours == "not known" else f"{days}, {hours}"


def _excluded(findings: Findings) -> Blocks:
    targets = findings.board.targets
    out = targets[targets["excluded_reason"] != ""]
    if out.empty:
        return ()
    grouped = out.groupby("excluded_reason", sort=True).size()
    rows = [(label(first_upper(words_of(reason))), counted(n)) for reason, n in grouped.items()]
    return (table("excluded", "Candidates left out", (col("Reason"), col("Candidates", True)), rows, annex=True),)


def _diversions(findings: Findings) -> Blocks:
    diverted = findings.board.diversions
    if diverted.empty:
        return (
            para("Nobody on the board's candidates is under 18, exploited or progressing in treatment.", tone="note"),
        )
    names = findings.resolution.nominals.set_index("nominal_id")["preferred_name"]
    rows = [
        (secret(row["nominal_id"]), secret(names.get(row["nominal_id"], "")), secret(first_upper(row["reason"])))
        for row in diverted.to_dict("records")
    ]
    columns = (
        col("Nominal", sensitivity=PERSONAL), col("Name", sensitivity=PERSONAL), col("Reason", sensitivity=PERSONAL),
    )  # fmt: skip
    note = "People to be safeguarded or supported: never targets."
    words = say("{people} people are on the diversion list, whatever their score.", people=counted(len(rows)))
    return (para(words), table("diversions", "Diversion list", columns, rows, note=note, annex=True))


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
            secret(row["nominal_ref"]), label(date_words(row["assessed_on"])), score(row["total"], 0),
            score(row["drift"], 0), counted(row["unknown"]), secret(row["override"] or "none"),
            secret(row["decision"] or "none"), label(date_words(row["next_review"]) or "not set"),
        )
        for row in latest.head(50).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Nominal ref", sensitivity=PERSONAL), col("Assessed"), col("Total", True), col("Since last", True),
        col("Criteria not known", True), col("Override", sensitivity=PERSONAL), col("Decision", sensitivity=PERSONAL),
        col("Next review"),
    )  # fmt: skip
    note = "Total of the criteria named in area.toml; since last: change from the assessment before."
    return section(
        "forum",
        "Case-forum pack",
        (table("case_forum", "Risk matrix, highest first", columns, rows, note=note, keep=5),),
        PLANNER,
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
            secret(row["operation"]), label(words_of(row["phase"])), label(words_of(row["tactic"])),
            label(date_words(row["starts_on"])), label(date_words(row["ends_on"]) or "still open"),
            score(row["gap_days"], 0, "days"), score(row["resource_hours"], 0),
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
                "{operations} phases of operations are on record, {open} of them still open at the end of the month. "
                "Gaps between them longer than the three weeks in which dealers are replaced: {gaps}.",
                operations=counted(len(timeline)),
                open=counted(timeline["is_open"].sum()),
                gaps=counted(long_gaps),
            ),
            *([say("{quiet} have passed since the last one.", quiet=score(quiet, 0, "days"))] if quiet > 0 else []),
        ),
        table("timeline", "Operations", columns, rows, annex=True),
    )
    return section("response", "Response so far", blocks, PLANNER)
