"""What was done and what is proposed: operations and their cadence, who is told what."""

from __future__ import annotations

from market_profile.document import Section, Sentence
from market_profile.impact.phases import Reading
from market_profile.impact.response import REPLACEMENT_DAYS, cadence, days_since_operation
from market_profile.profile.actions import communication_blocks
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words
from market_profile.profile.text import (
    PLANNER,
    Blocks,
    col,
    counted,
    gap,
    label,
    para,
    say,
    score,
    secret,
    section,
    table,
    words_of,
)
from market_profile.terms import Sensitivity
from market_profile.values import Measure

COVERT = Sensitivity.COVERT
LEAST_CLOCKS = 10
"""Arrests of street sellers from which the area's own replacement time is used in place of the guide's."""


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
        for row in timeline.iloc[::-1].to_dict("records")
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
    source = "estimated here" if is_measured else "the guide says"
    values: dict[str, Measure] = {
        "operations": counted(found["operations"]), "open": counted(timeline["is_open"].sum()), "limit": limit,
        "source": label(source), "long": counted(found["long_gaps"]), "gaps": counted(found["gaps"]),
    }  # fmt: skip
    counts = "{operations} operations are on record, {open} of their phases still open."
    gaps = "They left no gap, where dealers are replaced in {limit} ({source})."
    if found["gaps"]:
        gaps = "{long} of {gaps} gaps were longer than the {limit} in which dealers are replaced ({source})."
    wanted = {name: value for name, value in values.items() if f"{{{name}}}" in counts + gaps}
    said = [say(f"{counts} {gaps}", **wanted)]
    if quiet > 0:
        said.append(say("{quiet} have passed since the last one.", quiet=score(quiet, 0, "days")))
    return said


def _phases(findings: Findings) -> Blocks:
    """Return Clear, Hold, Build in words that do not read a rise in reports as failure."""
    phases = findings.impact.phases
    if phases.empty:
        return ()
    said = [
        say(
            "{operation}, {phase} phase since {since}: {after} reports by residents in {days}, {before} before. "
            "{reading}",
            operation=secret(row["operation"]), phase=label(row["phase"]), since=label(date_words(row["phase_since"])),
            after=counted(row["reports_after"]), days=score(row["days"], 0, "days"),
            before=counted(row["reports_before"]), reading=label(Reading(row["reading"]).meaning),
        )
        for row in phases.to_dict("records")
    ]  # fmt: skip
    return (para(*said),)
