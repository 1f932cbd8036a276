"""The case-forum pack: record groups, carrot-and-stick conflicts, the risk matrix with ranges and drift (planners)."""

from __future__ import annotations

from market_profile.document import Section, Sentence
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, first_upper
from market_profile.profile.text import (
    PLANNER,
    Blocks,
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

PERSONAL = Sensitivity.PERSONAL
MATRIX_ROWS = 50


def forum_section(findings: Findings) -> Section[Measure]:
    """Return the case-forum pack (planners)."""
    blocks: Blocks = (*_groups(findings), *_conflicts(findings), *_matrix(findings))
    return section("forum", "Case-forum pack", blocks, PLANNER)


def _groups(findings: Findings) -> Blocks:
    """Return the guide's three record groups in one short sentence each; all of it stands in tables/register.csv."""
    if not findings.has("cohort_register"):
        return (gap("cohort_register"),)
    said = [
        say(
            "{group}: {still} of {people} still on, {arrested} arrested since.",
            group=label(first_upper(words_of(row["record_group"]))), people=counted(row["people"]),
            still=counted(row["still_on"]), arrested=counted(row["arrested_since"]),
        )
        for row in findings.impact.register.to_dict("records")
    ]  # fmt: skip
    return (para(*said),)


def _conflicts(findings: Findings) -> Blocks:
    conflicts = findings.impact.forum.conflicts
    if conflicts.empty:
        words = "Nobody is both to be enforced against and recorded as progressing."
        return (para(words, tone="note"),) if findings.has("case_forum") or findings.has("cohort_register") else ()
    nominals = findings.resolution.nominals
    met = nominals[nominals["nominal_id"].isin(conflicts["person"].unique())]
    names = dict(zip(met["nominal_id"].tolist(), met["preferred_name"].tolist(), strict=True))
    rows = [
        (
            secret(row["person"]), secret(names.get(row["person"], "")), secret(first_upper(row["conflict"])),
            label(date_words(row["since"]) or "not known"),
        )
        for row in conflicts.to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Nominal", sensitivity=PERSONAL), col("Name", sensitivity=PERSONAL), col("Conflict", sensitivity=PERSONAL),
        col("Since"),
    )  # fmt: skip
    note = "Carrot and stick are out at once: for the forum to settle case by case. No treatment data are used."
    return (table("conflicts", "Carrot-and-stick conflicts", columns, rows, note=note, keep=3),)


def _matrix(findings: Findings) -> Blocks:
    if not findings.has("case_forum"):
        return (gap("case_forum"),)
    latest = findings.impact.forum.latest
    if latest.empty:
        return (para("The case forum's records hold no criterion with a number.", tone="gap"),)
    has_threshold = bool((latest["meets_threshold"] != "").any())
    rows = [
        (
            secret(row["nominal_ref"]), label(date_words(row["assessed_on"])),
            Estimate(number(row["total"]), *_range(row), int(row["not_known"]), "", 0), score(row["drift"], 0),
            *((label(row["meets_threshold"]),) if has_threshold else ()),
            secret(row["override"] or "none"), secret(row["decision"] or "none"),
            label(date_words(row["next_review"]) or "not set"),
        )
        for row in latest.head(MATRIX_ROWS).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Nominal ref", sensitivity=PERSONAL), col("Assessed"), col("Score", True), col("Since last", True),
        *((col("Meets threshold"),) if has_threshold else ()),
        col("Override", sensitivity=PERSONAL), col("Decision", sensitivity=PERSONAL), col("Next review"),
    )  # fmt: skip
    note = "Criteria, weights and range of marks: area.toml. A range stands where a criterion is not known."
    block = table("case_forum", "Risk matrix, by the highest score possible", columns, rows, note=note, keep=3)
    return (para(*_carried(findings)), block)


def _range(row: object) -> tuple[float | None, float | None]:
    """Return the score's range where a criterion is not known."""
    low, high, missing = row["low"], row["high"], row["not_known"]  # type: ignore[index]
    return (number(low), number(high)) if missing else (None, None)


def _carried(findings: Findings) -> list[Sentence[Measure]]:
    forum = findings.impact.forum
    latest = forum.latest
    rising = int((latest["drift"] > 0).sum())
    falling = int((latest["drift"] < 0).sum())
    return [
        say(
            "{up} of {people} people score higher than last time, {down} lower; {carried} decisions stand from earlier "
            "months, {late} reviews are overdue.",
            up=counted(rising), people=counted(len(latest)), down=counted(falling), carried=counted(forum.carried),
            late=counted(latest["is_review_overdue"].sum()),
        )
    ]  # fmt: skip
