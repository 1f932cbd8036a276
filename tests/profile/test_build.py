"""A profile built for one audience says what the profile built for both says to it, and makes nothing besides."""

from __future__ import annotations

import pytest

from market_profile.profile.build import SECTIONS, build_profile
from market_profile.terms import Audience


@pytest.mark.parametrize("audience", list(Audience))
def test_the_sections_of_one_audience_are_those_of_the_whole(town, audience: Audience) -> None:
    findings = town.planner if audience is Audience.PLANNER else town.partner
    whole = build_profile(findings, town.areas, town.settings)
    alone = build_profile(findings, town.areas, town.settings, audience)
    kept = [section for section in whole.document.sections if audience in section.audiences]
    assert repr(list(alone.document.sections)) == repr(kept)
    assert len(kept) < len(whole.document.sections)
    assert {name: frame.to_csv() for name, frame in alone.state.items()} == {
        name: frame.to_csv() for name, frame in whole.state.items()
    }
    assert list(alone.tables) == (list(whole.tables) if audience is Audience.PLANNER else [])


def test_partners_get_no_layer_no_network_and_no_card(town) -> None:
    profile = build_profile(town.partner, town.areas, town.settings, Audience.PARTNER)
    assert (profile.tables, profile.layers, profile.nodes, profile.links, profile.cards) == ({}, {}, None, None, ())


def test_each_section_is_listed_with_the_audiences_that_it_names(town) -> None:
    for audiences, build in SECTIONS:
        assert build(town.planner, town.areas, town.settings).audiences == audiences
