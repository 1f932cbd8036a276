"""The end of the page: gaps, actions, data quality, method, cards, glossary and the nominal annex."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Cards, DefinitionCard, Glossary, Section
from market_profile.profile.findings import Findings
from market_profile.profile.glossary import ENTRIES
from market_profile.profile.text import (
    EVERYONE,
    MISSING_WORDS,
    PARTNER,
    PLANNER,
    Blocks,
    Row,
    bullets,
    col,
    counted,
    gap,
    label,
    para,
    say,
    secret,
    section,
    table,
    words_of,
)
from market_profile.terms import Reason, Sensitivity
from market_profile.values import Measure

ANNEX_NOMINALS = 50
PERSONAL = Sensitivity.PERSONAL

OWN_CARDS = (
    DefinitionCard(
        "area_events",
        "Evidence of supply by area",
        "intelligence logs, seizures and test purchases placed in the area",
        "", "records with a known place; published open data apart", "rolling twelve months",
        "the data cut-off of the edition", "intelligence_logs; seizures; test_purchases",
        "source 3 and assessment E left out",
    ),
)  # fmt: skip


def gaps_section(findings: Findings) -> Section[Measure]:
    """Return intelligence gaps (planners): what is missing, single-source, unreviewed."""
    edges, review = findings.network.edges, findings.resolution.review
    types = findings.indicators.market_types
    unclear = int((types["type"] == "insufficient").sum()) if len(types) else 0
    blocks: Blocks = (
        bullets(
            say("{n} ties rest on a single source: task for a second.", n=counted(edges["is_single_source"].sum())),
            say("{n} markets have too few attempts to say how they sell.", n=counted(unclear)),
            say("{n} pairs of nominals wait for a person's judgement.", n=counted(len(review))),
            say("{n} logs are past review and were left out until someone reviews them.", n=counted(findings.overdue)),
        ),
        *(gap(kind) for kind in findings.not_supplied if kind in MISSING_WORDS),
    )
    return section("gaps", "Intelligence gaps", blocks, PLANNER)


def unknowns_section(findings: Findings) -> Section[Measure]:
    """Return what is not known and what partners are asked to add (partners)."""
    asks = {
        "harm_events": "Ambulance and hospital: monthly counts of overdoses by area.",
        "treatment": "Treatment providers: consented, pseudonymous referrals and spend.",
        "community_survey": "Housing and community safety: what residents say, with the same questions each time.",
        "population": "Public health: residents by area, so that rates can be shown.",
        "court_orders": "Probation: results of drug tests under court orders.",
    }
    missing = [words for kind, words in asks.items() if not findings.has(kind)]
    words = missing or ["Tell us where the profile does not match what you see, and what you could add to it."]
    blocks: Blocks = (
        para("Markets that nobody reports, buyers who never meet a service and sales online are largely unseen here."),
        bullets(*words),
    )
    return section("unknowns", "What we do not know and what we ask", blocks, PARTNER)


def actions_section(findings: Findings) -> Section[Measure]:
    """Return recommendations with owner, date, measure and last month's status (both audiences)."""
    rows = findings.decisions.recommendations
    if rows.empty:
        words = "No recommendations were entered. Each needs an owner, a date and a measure of success."
        return section("actions", "Recommendations and actions", (para(words, tone="gap"),), EVERYONE)
    before = findings.previous.get("recommendations", pd.DataFrame({"id": [], "status": []}, dtype="str"))
    status = dict(zip(before["id"], before["status"], strict=True))
    listed = [
        (
            label(row["text"]), label(row["owner"]), label(row["due_on"].strftime("%Y-%m-%d")), label(row["measure"]),
            label(row["status"]), label(status.get(row["id"], "new")),
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip
    columns = (col("Action"), col("Owner"), col("Due"), col("Measure"), col("Status"), col("Last month"))
    block = table("action_list", "Actions and their status", columns, listed)
    return section("actions", "Recommendations and actions", (block,), EVERYONE)


def quality_section(findings: Findings) -> Section[Measure]:
    """Return reconciliation of every row read, quarantine by reason and identity (planners)."""
    numbers = ("files", "read", "accepted", "quarantined", "duplicate", "amended")
    rows: list[Row] = [
        (label(words_of(row["kind"])), *(counted(row[name]) for name in numbers))
        for row in findings.reconciliation.to_dict("records")
    ]
    columns = (col("Record kind"), *(col(name.capitalize(), True) for name in numbers))
    blocks: Blocks = (
        table(
            "reconciliation",
            "Rows read and where they went",
            columns,
            rows,
            note="Read = accepted + quarantined + duplicate.",
        ),
        *_reasons(findings),
        para(
            say(
                "{records} mentions of people were resolved to {nominals} nominals; {review} pairs wait for review.",
                records=counted(len(findings.resolution.records)),
                nominals=counted(len(findings.resolution.nominals)),
                review=counted(len(findings.resolution.review)),
            )
        ),
    )
    return section("quality", "Data quality and reconciliation", blocks, PLANNER)


def _reasons(findings: Findings) -> Blocks:
    quarantine = findings.quarantine
    if quarantine.empty:
        return (para("No row was quarantined.", tone="note"),)
    codes = quarantine["reason_codes"].str.split("|").explode()
    meanings = {str(reason): reason.meaning for reason in Reason}
    found = codes.value_counts().sort_index()
    rows = [(label(words_of(code)), label(meanings.get(str(code), "")), counted(n)) for code, n in found.items()]
    columns = (col("Reason"), col("Meaning"), col("Rows", True))
    return (table("quarantine_reasons", "Why rows were set aside", columns, rows, annex=True),)


def method_section(findings: Findings) -> Section[Measure]:
    """Return method, suppression and corrections, and a definition card for each figure (both audiences)."""
    blocks: Blocks = (
        para(
            "Prices are medians of test purchases; shares have Wilson intervals, counts exact Poisson ones. Small "
            "months are steadied by their drug's other months and marked so.",
            "Hotspots are cells with more events than an exact test allows, after correction for many tests.",
        ),
        para(
            "For partners the whole analysis runs again over records that may be shared. Counts up to seven are "
            "hidden, others rounded to 5; figures need ten records, no operation above half of them. Corrections are "
            "issued in the next edition and named there.",
        ),
        Cards(definition_cards(findings)),
    )
    return section("method", "Method, suppression and corrections", blocks, EVERYONE)


def definition_cards(findings: Findings) -> tuple[DefinitionCard, ...]:
    """Return every definition card once, in order of rooms."""
    cards = (*OWN_CARDS, *findings.indicators.definitions, *findings.impact.definitions, *findings.board.definitions)
    return tuple({card.id: card for card in cards}.values())


def glossary_section() -> Section[Measure]:
    """Return the glossary (both audiences)."""
    return section("glossary", "Glossary", (Glossary(ENTRIES),), EVERYONE)


def nominals_section(findings: Findings) -> Section[Measure]:
    """Return the nominals with most records (planners)."""
    nominals = findings.resolution.nominals
    if nominals.empty:
        return section("nominals", "Nominal annex", (para("No person is named in the records.", tone="note"),), PLANNER)
    most = nominals.sort_values(["records", "nominal_id"], ascending=[False, True], kind="stable").head(ANNEX_NOMINALS)
    rows = [
        (
            secret(row["nominal_id"]), secret(row["preferred_name"]), secret(row["date_of_birth"] or "not known"),
            secret(words_of(str(row["roles"]).replace("|", ", ")) or "unknown"), counted(row["records"]),
            secret(row["last_seen"]), secret("yes" if row["review_needed"] else "no"),
        )
        for row in most.to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Nominal", sensitivity=PERSONAL), col("Name", sensitivity=PERSONAL),
        col("Date of birth", sensitivity=PERSONAL), col("Roles", sensitivity=PERSONAL), col("Records", True),
        col("Last seen", sensitivity=PERSONAL), col("Review needed", sensitivity=PERSONAL),
    )  # fmt: skip
    note = "The fifty with most records; all are in tables/nominals.csv."
    block = table("nominal_annex", "Nominals", columns, rows, note=note, annex=True)
    return section("nominals", "Nominal annex", (block,), PLANNER)
