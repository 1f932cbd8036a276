"""The end of the page: gaps, actions, method, cards, glossary and the nominal annex."""

from __future__ import annotations

from dataclasses import replace

from market_profile.document import Cards, DefinitionCard, Glossary, Section
from market_profile.profile.findings import Findings
from market_profile.profile.glossary import ENTRIES, PLANNER_ENTRIES
from market_profile.profile.names import date_words
from market_profile.profile.text import (
    MISSING_WORDS,
    PARTNER,
    PLANNER,
    Blocks,
    bullets,
    counted,
    gap,
    label,
    para,
    say,
    section,
)
from market_profile.terms import Audience, Sensitivity
from market_profile.values import Measure

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
    single = int(edges["is_single_source"].sum())
    found = (
        (single, "Ties that rest on a single source, to be tasked for a second: {n}."),
        (unclear, "Markets with too few attempts to say how they sell: {n}."),
        (len(review), "Pairs of nominals that wait for a person's judgement: {n}."),
    )
    blocks: Blocks = (
        bullets(*(say(words, n=counted(n)) for n, words in found if n)),
        *(gap(kind) for kind in findings.not_supplied if kind in MISSING_WORDS),
    )
    return section("gaps", "Intelligence gaps", blocks, PLANNER)


ASKS = (
    ("harm_events", "Ambulance trust and hospitals: overdoses and naloxone given each month, by area.", ""),
    (
        "treatment",
        "Treatment providers: consented, pseudonymous referrals and spend.",
        "Treatment providers: what clients say of new drugs, prices and sellers, and why people drop out.",
    ),
    (
        "community_survey",
        "Housing and community safety: what residents say, with the same questions each time.",
        "Housing: homes that show signs of takeover by dealers, so that support comes before eviction.",
    ),
    ("population", "Public health: residents by area, so that rates can be shown.", ""),
    ("court_orders", "Probation: results of drug tests under court orders.", ""),
)
"""Kind, what is asked where it was not supplied, what is asked of its owner beyond it where it was."""

ALWAYS_ASKED = (
    "Schools, youth services and children's social care: concerns about exploitation, as counts by area.",
    "Everyone: tell the analyst where this profile does not match what you see, and what you did about an action.",
)


PLANNER_CARDS = frozenset({
    "price_per_pure_gram_pooled", "price_per_expected_pure_gram", "availability_without_aborted", "refusals",
    "seizures_by_class", "cash_seized", "assets", "social_cost", "board_score", "board_success_probability",
    "purity_pooled", "harm_expected", "interrupted_series", "displacement", "benefit", "forum_score", "cadence",
    "clear_hold_build", "claims",
})  # fmt: skip
"""Definitions of figures that the partner page does not show."""


def unknowns_section(findings: Findings) -> Section[Measure]:
    """Return what is not known and what partners are asked to add (partners)."""
    asked = [more if findings.has(kind) else missing for kind, missing, more in ASKS]
    blocks: Blocks = (
        para(
            "We do not know how much is sold: markets that nobody reports, buyers who never meet a service and sales "
            "online are largely unseen here. We do not know how many people use drugs and are in no record. Reports "
            "follow where people feel able to report, and seizures follow where police look."
        ),
        para("To narrow this, we ask partners for:"),
        bullets(*(words for words in asked if words), *ALWAYS_ASKED),
    )
    return section("unknowns", "What we do not know and what we ask", blocks, PARTNER)


def method_section(findings: Findings, audience: frozenset[Audience]) -> Section[Measure]:
    """Return method, suppression and corrections, and a definition card for each figure of ``audience``'s page."""
    cards, rules = definition_cards(findings), findings.disclosure
    blocks: Blocks = (
        para(
            "Prices are medians of test purchases; intervals are 95% (Wilson for shares, exact Poisson for counts). "
            "Small months are steadied by their drug's other months and marked so.",
            "Hotspots are cells with more events than their surroundings explain, by an exact test corrected for the "
            "many cells tested, or where most events are expected next month.",
        ),
        para(
            say(
                "For partners the whole analysis runs again over records that may be shared. Counts up to {hidden} are "
                "hidden, others rounded to {step}; figures need {least} records, no operation above {share} of them. "
                "Corrections are issued in the next edition and named there.",
                hidden=label(rules.hidden_up_to),
                step=label(rules.round_to),
                least=label(rules.estimate_minimum_n),
                share=label(format(rules.dominance_share, ".0%")),
            ),
        ),
        Cards(tuple(card for card in cards if audience == PLANNER or card.id not in PLANNER_CARDS)),
    )
    return section("method", "Method, suppression and corrections", blocks, audience)


def definition_cards(findings: Findings) -> tuple[DefinitionCard, ...]:
    """Return every definition card once, in order of rooms."""
    cards = (*OWN_CARDS, *findings.indicators.definitions, *findings.impact.definitions, *findings.board.definitions)
    as_at = date_words(findings.month.last_day)
    unique = {card.id: card for card in cards}.values()
    return tuple(replace(card, as_at=as_at, source=card.source.replace("_", " ")) for card in unique)


def glossary_section() -> Section[Measure]:
    """Return the glossary (planners)."""
    return section("glossary", "Glossary", (Glossary(tuple(sorted((*ENTRIES, *PLANNER_ENTRIES)))),), PLANNER)


def glossary_brief() -> Section[Measure]:
    """Return the glossary without terms of the planner's own page (partners)."""
    return section("glossary", "Glossary", (Glossary(ENTRIES),), PARTNER)
