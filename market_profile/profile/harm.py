"""Harm: deaths, overdoses, ambulance calls, naloxone and calls; suspected and confirmed are kept apart."""

from __future__ import annotations

from market_profile.document import Section
from market_profile.profile.counts import Events, events
from market_profile.profile.findings import Findings
from market_profile.profile.names import first_upper
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
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
from market_profile.terms import Harm
from market_profile.values import Measure

SUSPECTED = ("death", "overdose")
"""Harm whose status matters most: a suspected death is not a confirmed one."""


NAMES = {
    "ambulance": "ambulance call",
    "naloxone": "naloxone given",
    "hospital": "hospital admission",
    "asb_report": "anti-social behaviour report",
    "community_call": "call from the community",
}


def harm_section(findings: Findings) -> Section[Measure]:
    """Return harm this month against its normal range (planners)."""
    if not findings.has("harm_events"):
        return section("harm", "Harm and safeguarding", (gap("harm_events"),), PLANNER)
    rows = [
        (label(first_upper(name)), found.monthly_change(findings.month)) for name, found in _kinds(findings).items()
    ]
    blocks: Blocks = (
        table("harm_month", "Harm this month", (col("Harm"), col("This month")), rows, keep=10),
        *_safeguarding(findings),
        para("A rise above the normal range is a prompt to ask, not an alert: nothing is broadcast by itself."),
    )
    return section("harm", "Harm and safeguarding", blocks, PLANNER)


def _safeguarding(findings: Findings) -> Blocks:
    """Return who is to be protected and not targeted, counted from the board and the network."""
    exploited = int(findings.network.nodes["role"].isin(["cuckooed", "victim"]).sum())
    return (
        para(
            say(
                "{exploited} people are judged cuckooed or exploited, and {diverted} of those considered for the "
                "test-purchase board were put on its diversion list to be safeguarded or supported.",
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
    blocks: Blocks = (
        table("harm_year", "Harm over twelve months", (col("Harm"), col("Events")), rows, keep=10),
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
