"""Harm: deaths, overdoses, ambulance calls, naloxone and calls; suspected and confirmed are kept apart."""

from __future__ import annotations

from market_profile.document import Section
from market_profile.indicators.expected import LEAST_MONTHS, expected_count
from market_profile.profile.counts import Events, events
from market_profile.profile.findings import Findings
from market_profile.profile.names import first_upper
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    change_col,
    col,
    counted,
    gap,
    label,
    para,
    say,
    section,
    table,
    words_of,
)
from market_profile.terms import DisruptionLevel, Harm
from market_profile.values import Change, Estimate, Measure

SUSPECTED = ("death", "overdose")
"""Harm whose status matters most: a suspected death is not a confirmed one."""


MOST_AREAS = 5

NAMES = {
    "ambulance": "ambulance call",
    "naloxone": "naloxone given",
    "hospital": "hospital admission",
    "asb_report": "anti-social behaviour report",
    "community_call": "call from the community",
}


def harm_section(findings: Findings) -> Section[Measure]:
    """Return harm this month against what was expected, by place, and disruptions by level (planners)."""
    tail = (*_safeguarding(findings), *_disruptions(findings))
    if not findings.has("harm_events"):
        return section("harm", "Harm and safeguarding", (gap("harm_events"), *tail), PLANNER)
    kinds = {name: found.monthly_change(findings.month) for name, found in _kinds(findings).items()}
    rows = [
        (label(first_upper(name)), Change(change.now, change.before), _expected(change))
        for name, change in kinds.items()
    ]
    columns = (col("Harm"), col("This month"), col("Expected", True))
    note = "Expected: mean of up to twelve earlier months, with the bounds between which nineteen months in twenty lie."
    blocks: Blocks = (
        table("harm_month", "Harm this month", columns, rows, note=note, keep=10),
        *prompts(kinds),
        *_places(findings),
        *tail,
    )
    return section("harm", "Harm and safeguarding", blocks, PLANNER)


def _expected(change: Change) -> Estimate:
    past = [count.n for count in change.history]
    if len(past) < LEAST_MONTHS:
        return Estimate(None, None, None, 0)
    found = expected_count(past)
    return Estimate(found.mean, found.low, found.high, len(past), "", 1)


def prompts(kinds: dict[str, Change]) -> Blocks:
    """Return which harms lie above what was expected: a prompt to a person, sent to nobody."""
    if all(len(change.history) < LEAST_MONTHS for change in kinds.values()):
        return (para("With fewer than six earlier months nothing can be expected of this one.", tone="gap"),)
    above = [name for name, change in kinds.items() if (_expected(change).high or float("inf")) < change.now.n]
    if not above:
        return (para("No harm is above what earlier months lead one to expect."),)
    words = "A prompt to a person: nothing is broadcast by itself."
    return (para(say("Above what was expected: {names}.", names=label(", ".join(above))), words, tone="warning"),)


def _places(findings: Findings) -> Blocks:
    """Return the areas with most harm over twelve months; all months, areas and kinds stand in a table file."""
    places = findings.indicators.harm_places
    known = places[places["area_code"] != ""]
    if known.empty:
        return (para("No harm record names an area.", tone="gap"),)
    totals = known.groupby("area_code", sort=True)["events"].sum()
    now = known[known["period"] == findings.month.text].groupby("area_code", sort=True)["events"].sum()
    areas = findings.geography.area_counts.drop_duplicates("area_code").set_index("area_code")["area_name"]
    top = totals.sort_values(ascending=False, kind="stable").head(MOST_AREAS)
    rows = [(label(areas.get(code, code)), counted(n), counted(now.get(code, 0))) for code, n in top.items()]
    columns = (col("Area"), col("Twelve months", True), col("This month", True))
    note = "All areas by month, kind and status: tables/harm_by_place.csv. More people living there means more harm."
    return (table("harm_places", "Where harm was recorded", columns, rows, note=note, keep=MOST_AREAS),)


def _disruptions(findings: Findings) -> Blocks:
    """Return disruptions of supply by level: twelve months, and this month against the last."""
    if not findings.has("disruptions"):
        return (gap("disruptions"),)
    frame = findings.tables.get("disruptions")
    rows = []
    for level in DisruptionLevel.values():
        found = events(frame[frame["level"] == level], "on", f"disruptions|{level}")
        rows.append((label(first_upper(level)), found.in_year(findings.month), found.monthly_change(findings.month)))
    columns = (col("Disruption"), col("Twelve months", True), col("This month"))
    return (table("disruption_levels", "Disruptions by level", columns, rows, keep=3),)


def _safeguarding(findings: Findings) -> Blocks:
    """Return who is to be protected and not targeted, counted from the board and the network."""
    exploited = int(findings.network.nodes["role"].isin(["cuckooed", "victim"]).sum())
    return (
        para(
            say(
                "People judged cuckooed or exploited: {exploited}; diverted from the test-purchase board to be "
                "safeguarded or supported: {diverted}.",
                exploited=counted(exploited),
                diverted=counted(len(findings.board.diversions)),
            )
        ),
    )


def harm_brief(findings: Findings) -> Section[Measure]:
    """Return harm over rolling twelve months (partners)."""
    if not findings.has("harm_events"):
        return section("harm-brief", "Harm", (gap("harm_events"),), PARTNER)
    rows = [(label(first_upper(name)), found.yearly_change(findings.month)) for name, found in _kinds(findings).items()]
    columns = (col("Harm"), change_col("Events", [row[1] for row in rows]))
    blocks: Blocks = (
        table("harm_year", "Harm over twelve months", columns, rows, keep=10),
        para("Suspected and confirmed deaths are kept apart until a coroner decides."),
    )
    return section("harm-brief", "Harm", blocks, PARTNER)


def _kinds(findings: Findings) -> dict[str, Events]:
    rows = findings.tables.get("harm_events")
    found: dict[str, Events] = {}
    for harm in Harm.values():
        chosen = rows[rows["harm"] == harm]
        if harm in SUSPECTED:
            confirmed = chosen["status"] == "confirmed"
            found[f"{harm}, confirmed"] = events(chosen[confirmed], "occurred_at", f"harm|{harm}|confirmed")
            found[f"{harm}, suspected"] = events(chosen[~confirmed], "occurred_at", f"harm|{harm}|suspected")
        else:
            found[NAMES.get(harm, words_of(harm))] = events(chosen, "occurred_at", f"harm|{harm}")
    return found
