"""The whole page in reading order, for both audiences at once; ``editions`` keeps the sections of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
from market_profile.profile.text import EVERYONE, PARTNER, PLANNER
from market_profile.settings import Settings
from market_profile.terms import Audience
from market_profile.values import Measure

TITLE = "Drugs market profile"


Builder = Callable[[Findings, Areas, Settings], Section[Measure]]


def build_profile(findings: Findings, areas: Areas, settings: Settings, audience: Audience | None = None) -> Profile:
    """Return the page as measures with the planner's tables, layers, network exports and next month's state.

    The same function builds both editions' profiles: over everything, and over shareable records alone. ``areas``
    are in the analysis CRS; ``settings`` gives the size of the cells. With an ``audience``, only what its edition shows
    is built: its sections, and for partners no tables, layers or exports; without one, everything is.
    """
    document = Document(
        area_name=findings.area_name,
        month=findings.month.text,
        cutoff=findings.month.last_day,
        title=TITLE,
        sections=sections(findings, areas, settings, audience),
    )
    if audience is Audience.PARTNER:
        return Profile(document, {}, {}, None, None, next_state(findings))
    nodes, links = network_exports(findings)
    return Profile(
        document, planner_tables(findings), map_layers(findings, areas), nodes, links, next_state(findings),
        target_cards(findings),
    )  # fmt: skip


def sections(
    findings: Findings, areas: Areas, settings: Settings, audience: Audience | None = None
) -> tuple[Section[Measure], ...]:
    """Return the sections, of ``audience`` where one is given, in the order of DOMAIN.md's two editions."""
    return tuple(
        build(findings, areas, settings) for audiences, build in SECTIONS if audience is None or audience in audiences
    )


def _of(build: Callable[[Findings], Section[Measure]]) -> Builder:
    """Return the builder of a section that needs the findings alone."""
    return lambda findings, areas, settings: build(findings)


SECTIONS: tuple[tuple[frozenset[Audience], Builder], ...] = (
    (PLANNER, _of(front.terms_section)),
    (PARTNER, _of(front.use_section)),
    (PLANNER, _of(front.summary_section)),
    (PARTNER, _of(front.headlines_section)),
    (PLANNER, _of(judgements.judgements_section)),
    (PARTNER, _of(judgements.judgements_brief)),
    (EVERYONE, _of(outcomes.scorecard_section)),
    (PLANNER, _of(supply.supply_section)),
    (PARTNER, _of(supply.market_section)),
    (PLANNER, _of(commodity.commodity_section)),
    (PARTNER, _of(commodity.commodity_brief)),
    (PLANNER, _of(demand.demand_section)),
    (PARTNER, _of(demand.demand_brief)),
    (PLANNER, _of(demand.consent_section)),
    (PARTNER, _of(harm.harm_brief)),
    (PLANNER, place.places_section),
    (PARTNER, lambda findings, areas, settings: place.areas_section(findings, areas, settings.theme.attribution)),
    (PLANNER, _of(harm.harm_section)),
    (PLANNER, _of(board.board_section)),
    (PLANNER, _of(forum.forum_section)),
    (PLANNER, _of(response.response_section)),
    (PLANNER, _of(effect.effect_section)),
    (PARTNER, _of(effect.effect_brief)),
    (EVERYONE, _of(outcomes.survey_section)),
    (PLANNER, _of(closing.gaps_section)),
    (EVERYONE, _of(actions.actions_section)),
    (PARTNER, _of(closing.unknowns_section)),
    (PLANNER, _of(partners.partners_section)),
    (PARTNER, _of(partners.partners_brief)),
    (PLANNER, _of(quality.quality_section)),
    (PLANNER, _of(partial(closing.method_section, audience=PLANNER))),
    (PARTNER, _of(partial(closing.method_section, audience=PARTNER))),
    (PLANNER, _of(nominals.identity_section)),
    (PLANNER, _of(nominals.nominals_section)),
    (PLANNER, lambda findings, areas, settings: closing.glossary_section()),
    (PARTNER, lambda findings, areas, settings: closing.glossary_brief()),
)
"""The sections in reading order, each with the audiences that read it and how it is built."""
