"""What was done and what is proposed: operations and their cadence, the test-purchase board, diversion."""

from __future__ import annotations

from market_profile.document import Section, Sentence
from market_profile.impact.phases import Reading
from market_profile.impact.response import REPLACEMENT_DAYS, cadence, days_since_operation
from market_profile.profile.actions import communication_blocks
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
LEAST_CLOCKS = 10
"""Arrests of street sellers from which the area's own replacement time is used in place of the guide's."""


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


def response_section(findings: Findings) -> Section[Measure]:
    """Return the timeline of operations, the gaps between them, Clear-Hold-Build and who is told what (planners)."""
    timeline = findings.impact.timeline
    if timeline.empty:
        return section("response", "Response so far", (gap("operations"), *communication_blocks(findings)), PLANNER)
    rows = [
        (
            secret(row["operation"]), label(words_of(row["phase"])), label(words_of(row["tactic"])),
            label(date_words(row["starts_on"])), label(date_words(row["ends_on"]) or "still open"),
            score(row["gap_days"], 0, "days"), score(row["resource_hours"], 0),
            score(row["cost_gbp"], 0, "£"),
        )
        for row in timeline.iloc[::-1].head(TIMELINE_ROWS).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Operation", sensitivity=COVERT), col("Phase"), col("Tactic"), col("From"), col("To"),
        col("Gap before", True), col("Staff hours", True), col("Cost", True),
    )  # fmt: skip
    blocks: Blocks = (
        para(*_cadence(findings)),
        *_phases(findings),
        table("timeline", "Operations, latest first", columns, rows, annex=True),
        *communication_blocks(findings),
    )
    return section("response", "Response so far", blocks, PLANNER)


def _cadence(findings: Findings) -> list[Sentence[Measure]]:
    """Return operations on record and the gaps between them against the time in which dealers are replaced here."""
    timeline, usual = findings.impact.timeline, findings.network.replacement.usual_days
    is_measured = usual == usual and findings.network.replacement.n >= LEAST_CLOCKS
    found = cadence(timeline, usual if is_measured else REPLACEMENT_DAYS).iloc[0]
    quiet = days_since_operation(timeline, findings.month)
    limit = score(found["replacement_days"], 0, "days")
    source = "measured here" if is_measured else "the guide's three weeks"
    said = [
        say(
            "{operations} operations with {rows} phases and tactics are on record, {open} of these still open at the "
            "end of the month. Dealers are replaced in about {limit} ({source}); gaps longer than that: {long} of "
            "{gaps}.",
            operations=counted(found["operations"]), rows=counted(len(timeline)),
            open=counted(timeline["is_open"].sum()), limit=limit, source=label(source),
            long=counted(found["long_gaps"]), gaps=counted(found["gaps"]),
        )
    ]  # fmt: skip
    if quiet > 0:
        words = "{quiet} have passed since the last one{verdict}."
        is_long = quiet > found["replacement_days"]
        verdict = label(": longer than a replacement takes, so the market has had time to return" if is_long else "")
        said.append(say(words, quiet=score(quiet, 0, "days"), verdict=verdict))
    return said


def _phases(findings: Findings) -> Blocks:
    """Return Clear, Hold, Build in words that do not read a rise in reports as failure."""
    phases = findings.impact.phases
    if phases.empty:
        return ()
    said = [
        say(
            "Clear, Hold, Build ({operation}): in the {phase} phase since {since}. Residents made {after} reports in "
            "{days} against {before} before. {reading}",
            operation=secret(row["operation"]), phase=label(row["phase"]), since=label(date_words(row["phase_since"])),
            after=counted(row["reports_after"]), days=score(row["days"], 0, "days"),
            before=counted(row["reports_before"]), reading=label(Reading(row["reading"]).meaning),
        )
        for row in phases.to_dict("records")
    ]  # fmt: skip
    return (para(*said),)
