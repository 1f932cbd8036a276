"""The whole page in reading order, for both audiences at once; ``editions`` keeps the sections of one."""

from __future__ import annotations

from market_profile.contracts.tables import Areas
from market_profile.document import Document, Section
from market_profile.profile import (
    actions,
    board,
    closing,
    commodity,
    demand,
    effect,
    forum,
    front,
    harm,
    judgements,
    nominals,
    outcomes,
    partners,
    place,
    quality,
    response,
    supply,
)
from market_profile.profile.exports import map_layers, network_exports, next_state, planner_tables
from market_profile.profile.findings import Findings, Profile
from market_profile.profile.target_cards import target_cards
from market_profile.profile.text import PARTNER, PLANNER
from market_profile.settings import Settings
from market_profile.values import Measure

TITLE = "Drugs market profile"


def build_profile(findings: Findings, areas: Areas, settings: Settings) -> Profile:
    """Return the page as measures with the planner's tables, layers, network exports and next month's state.

    The same function builds both editions' profiles: over everything, and over shareable records alone. ``areas``
    are in the analysis CRS; ``settings`` gives the size of the cells.
    """
    nodes, links = network_exports(findings)
    document = Document(
        area_name=findings.area_name,
        month=findings.month.text,
        cutoff=findings.month.last_day,
        title=TITLE,
        sections=sections(findings, areas, settings),
    )
    return Profile(
        document, planner_tables(findings), map_layers(findings, areas), nodes, links, next_state(findings),
        target_cards(findings),
    )  # fmt: skip


def sections(findings: Findings, areas: Areas, settings: Settings) -> tuple[Section[Measure], ...]:
    """Return the sections in the order of DOMAIN.md's two editions."""
    return (
        front.terms_section(findings),
        front.use_section(findings),
        front.summary_section(findings),
        front.headlines_section(findings),
        judgements.judgements_section(findings),
        judgements.judgements_brief(findings),
        outcomes.scorecard_section(findings),
        supply.supply_section(findings),
        supply.market_section(findings),
        commodity.commodity_section(findings),
        commodity.commodity_brief(findings),
        demand.demand_section(findings),
        demand.demand_brief(findings),
        demand.consent_section(findings),
        harm.harm_brief(findings),
        place.places_section(findings, areas, settings),
        place.areas_section(findings, areas, settings.theme.attribution),
        harm.harm_section(findings),
        board.board_section(findings),
        forum.forum_section(findings),
        response.response_section(findings),
        effect.effect_section(findings),
        effect.effect_brief(findings),
        outcomes.survey_section(findings),
        closing.gaps_section(findings),
        actions.actions_section(findings),
        closing.unknowns_section(findings),
        partners.partners_section(findings),
        partners.partners_brief(findings),
        quality.quality_section(findings),
        closing.method_section(findings, PLANNER),
        closing.method_section(findings, PARTNER),
        nominals.identity_section(findings),
        nominals.nominals_section(findings),
        closing.glossary_section(),
        closing.glossary_brief(),
    )
