"""Effect: crime against its limits, record groups before and after; with their tests, cost and claims (planners)."""

from __future__ import annotations

from market_profile.document import Block, Figure, Section, Sentence, Trend
from market_profile.impact.evaluation import Verdict
from market_profile.impact.series import TOTAL
from market_profile.periods import Month
from market_profile.profile.effect_tests import claim_blocks, cost_blocks, displacement_blocks, interrupted_blocks
from market_profile.profile.findings import Findings
from market_profile.profile.front import headline_events
from market_profile.profile.names import first_upper, month_words, window_words
from market_profile.profile.outcomes import corrected_blocks
from market_profile.profile.rows import months_before
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    Record,
    col,
    counted,
    gap,
    hidden_if_none,
    label,
    number,
    para,
    say,
    score,
    section,
    table,
    words_of,
)
from market_profile.values import Count, Estimate, Label, Measure, Score


def effect_section(findings: Findings) -> Section[Measure]:
    """Return crime against its limits, groups before and after with verdicts, cost and claims (planners)."""
    blocks: Blocks = (
        *corrected_blocks(findings),
        *_crime(findings, True),
        *interrupted_blocks(findings),
        *displacement_blocks(findings),
        *_groups(findings),
        *cost_blocks(findings),
        *claim_blocks(findings),
    )
    return section("effect", "Effect", blocks, PLANNER)


def effect_brief(findings: Findings) -> Section[Measure]:
    """Return what was done and its effect (partners): ended operations, crime, groups as estimates."""
    blocks: list[Block[Measure]] = []
    if findings.has("operations"):
        ended = findings.tables.get("operations")["operation"].nunique()
        done = Count(int(ended), "", f"operations|as at {findings.month.text}")
        blocks.append(para(say("Operations that have ended: {done}.", done=done), *_work_done(findings)))
    else:
        blocks.append(gap("operations"))
    blocks.extend(_crime(findings, False))
    blocks.extend(_groups_brief(findings))
    return section("effect-brief", "What we did and its effect", blocks, PARTNER)


def _work_done(findings: Findings) -> list[Sentence[Measure]]:
    """Return what the police did over the rolling year, in the counts of the headlines."""
    counts = headline_events(findings)
    wanted = ("arrests", "seizures", "test-purchase attempts", "disruptions")
    named = [(f"{words.split()[0].replace('-', '_')}", words) for words in wanted if words in counts]
    if not named:
        return []
    template = "In twelve months there were " + ", ".join(f"{{{key}}} {words}" for key, words in named) + "."
    return [say(template, **{key: counts[words].in_year(findings.month) for key, words in named})]


def _crime(findings: Findings, with_limits: bool) -> Blocks:
    series = findings.impact.crime_series
    drugs = series[(series["source"] == "street_crime") & series["offence_group"].isin([TOTAL, "Drugs"])]
    if drugs.empty:
        words = "No published street crime was supplied, so recorded crime is not shown."
        return (para(words, tone="gap"),)
    every = months_before(findings.month)
    lookup = {(row["offence_group"], row["period"]): row for row in drugs.to_dict("records")}
    first = min((at for at, period in enumerate(every) if ("Drugs", period) in lookup), default=0)
    periods = every[first:]
    values = tuple(_month_count(lookup.get(("Drugs", period)), period) for period in periods)
    newest = lookup.get(("Drugs", findings.month.text))
    normal: tuple[Score, Score] | None = None
    if with_limits and newest is not None and number(newest["low"]) is not None:
        normal = (score(newest["low"], 0), score(newest["high"], 0))
    drawing: Trend[Measure] = Trend(periods, (("Drug offences", values),), "offences a month", normal)
    figure = Figure(
        id="drug_offences",
        headline=say("{n} drug offences recorded in {month}", n=values[-1], month=label(month_words(findings.month))),
        subtitle=f"Recorded drug offences by month, {findings.area_name}, {_span(periods)}",
        drawing=drawing,
        source="data.police.uk street-level crime",
        caveat="Drug offences are found by looking: they follow patrols. Anti-social behaviour is kept apart.",
        definition_id="crime_series",
    )
    return (figure,)


def _span(periods: tuple[str, ...]) -> str:
    return window_words(Month(periods[0]), Month(periods[-1]))


def _month_count(row: Record | None, period: str) -> Measure:
    if row is None:
        return Estimate(None, None, None, 0)
    return Count(int(row["count"]), "", f"street crime|Drugs|{period}")


def _groups(findings: Findings) -> Blocks:
    cohorts = findings.impact.cohorts
    if cohorts.empty:
        return (gap("cohort_register"),)
    rows = [
        (
            _group(row),
            counted(row["people"]),
            score(row["rate_before"], 1),
            score(row["rate_after"], 1),
            _ratio(row, "ratio"),
            _ratio(row, "adjusted_ratio", "adjusted"),
            _ratio(row, "comparison_ratio", "comparison"),
            label(Verdict(row["verdict"]).meaning),
        )
        for row in cohorts.to_dict("records")
    ]
    columns = (
        col("Record group"), col("People", True), col("Arrests a year before", True), col("After", True),
        col("Ratio", True), col("Ratio to expected fall", True), col("Against not included", True),
        col("What may be said"),
    )  # fmt: skip
    note = (
        "Arrests per 365 days at risk; windows were declared before the run. People chosen at their worst improve "
        "anyway."
    )
    return (table("record_groups", "Record groups before and after", columns, rows, note=note),)


def _groups_brief(findings: Findings) -> Blocks:
    cohorts = findings.impact.cohorts
    if cohorts.empty:
        return (gap("cohort_register"),)
    rows = [
        (
            _group(row),
            _people(row, findings),
            hidden_if_none(_ratio(row, "ratio")),
        )
        for row in cohorts.to_dict("records")
    ]
    note = "A ratio below one is a fall. People chosen at their worst improve anyway: this alone is no proof of effect."
    columns = (col("Record group"), col("People", True), col("Arrests after, as a ratio to before", True))
    return (table("groups_brief", "Arrests before and after", columns, rows, note=note),)


def _people(row: Record, findings: Findings) -> Count:
    """Count the people behind a ratio; arrests are not told: with the ratio they would give hidden ones after."""
    return Count(int(row["people"]), "", f"record group|{row['record_group']}|as at {findings.month.text}")


def _group(row: Record) -> Label:
    return label(first_upper(words_of(row["record_group"])))


def _ratio(row: Record, name: str, prefix: str = "") -> Estimate:
    stem = prefix or name
    low, high = number(row[f"{stem}_low"]), number(row[f"{stem}_high"])
    return Estimate(number(row[name]), low, high, min(int(row["people"]), int(row["arrests_before"])), "", 2)
