"""Commodity, demand and harm on the page: gaps in words for each kind, cards for each figure, partners' view."""

from __future__ import annotations

import dataclasses

import pytest

from market_profile.contracts.tables import Tables
from market_profile.document import Bullets, Paragraph, Table
from market_profile.editions.convert import Converter, convert_document
from market_profile.editions.disclosure import Policy
from market_profile.impact import assess_impact
from market_profile.indicators import measure_indicators, police_side
from market_profile.profile import build_profile
from market_profile.profile.closing import definition_cards
from market_profile.profile.demand import demand_brief, demand_section
from market_profile.profile.harm import prompts
from market_profile.profile.linkage import matrix_blocks
from market_profile.profile.text import MISSING_WORDS
from market_profile.terms import Audience
from market_profile.values import Change, Count


def words(sentence) -> str:
    return sentence.template.format(**{name: str(value.text.value) for name, value in sentence.values.items()})


def prose(document, audience) -> list[str]:
    """Return every sentence of paragraphs and lists as an audience reads it."""
    shown = convert_document(document, Converter(audience, Policy(), []))
    blocks = [block for section in shown.sections for block in section.blocks]
    found = [words(one) for block in blocks if isinstance(block, Paragraph) for one in block.sentences]
    return found + [words(one) for block in blocks if isinstance(block, Bullets) for one in block.items]


def without(world, kind):
    """Return the planner's findings as if ``kind`` had not been supplied; who is who and where stay as they were."""
    findings = world.planner
    tables = Tables({name: frame for name, frame in findings.tables.frames.items() if name != kind})
    records = findings.resolution.records[findings.resolution.records["kind"] != kind]
    police = police_side(tables, records, findings.month)
    return dataclasses.replace(
        findings,
        tables=tables,
        indicators=measure_indicators(
            tables, findings.geography.record_markets, findings.month, world.settings, police
        ),
        impact=assess_impact(tables, records, findings.month, world.settings),
        not_supplied=(*findings.not_supplied, kind),
    )


OURS = ("test_purchases", "seizures", "treatment", "harm_events", "assets", "court_orders", "disruptions")
"""Kinds of these sections, in make test; the others in make verify."""


@pytest.mark.parametrize(
    "kind", [*OURS, *(pytest.param(kind, marks=pytest.mark.slow) for kind in MISSING_WORDS if kind not in OURS)]
)
def test_a_kind_that_is_missing_leaves_its_sentence_and_the_page_stands(town, kind):
    document = build_profile(without(town, kind), town.areas, town.settings).document
    told = prose(document, Audience.PLANNER)
    assert any(MISSING_WORDS[kind] in one or kind.replace("_", " ") in one.casefold() for one in told), kind
    assert len([section for section in document.sections if Audience.PLANNER in section.audiences]) >= 20


def test_every_figure_of_indicators_csv_has_its_card_and_every_number_a_definition(town):
    for findings in (town.planner, town.partner):
        cards = {card.id for card in definition_cards(findings)}
        tables = build_profile(findings, town.areas, town.settings).tables
        for name in ("indicators", "figure_changes"):
            named = set(tables[name]["definition_id"])
            assert named and named <= cards, named - cards
    frame = town.planner.indicators.frame
    assert {"hidden_population", "treatment_known_as_user", "purity_pooled"} <= set(frame["definition_id"]), "all shown"


def test_what_explain_knows_are_cards(town):
    cards = {card.id for card in definition_cards(town.planner)}
    records = build_profile(town.planner, town.areas, town.settings).tables["figure_records"]
    assert set(records["definition_id"]) <= cards
    assert "treatment" not in set(records["kind"]), "treatment records are never listed singly"


def test_partners_see_the_matrix_only_as_hidden_or_rounded_counts(town):
    document = build_profile(town.planner, town.areas, town.settings).document
    section = dataclasses.replace(
        demand_section(town.planner), blocks=matrix_blocks(town.planner), audiences=frozenset(Audience)
    )
    shown = convert_document(
        dataclasses.replace(document, sections=(section,)), Converter(Audience.PARTNER, Policy(), [])
    )
    table = next(block for block in shown.sections[0].blocks if isinstance(block, Table))
    for row in table.rows:
        for cell in row[1:4]:
            text = str(cell.text.value)
            assert text in {"[c]", "not known", "not applicable"} or int(text.replace(",", "")) % 5 == 0


def test_partners_have_no_matrix_by_default_and_no_clients_figure_of_few(town):
    ids = [block.id for block in demand_brief(town.planner).blocks if isinstance(block, Table)]
    assert "police_by_treatment" in ids, "the town's planner findings are linked"
    unlinked = dataclasses.replace(town.partner, indicators=without(town, "log_links").indicators)
    ids = [block.id for block in demand_brief(unlinked).blocks if isinstance(block, Table)]
    assert "police_by_treatment" not in ids


def test_no_pseudonym_or_client_key_stands_in_any_table_or_section(town):
    profile = build_profile(town.planner, town.areas, town.settings)
    treatment = town.planner.tables.get("treatment")
    secrets = {key for name in ("client_key", "linkage_key") for key in treatment[name] if key}
    text = repr(convert_document(profile.document, Converter(Audience.PLANNER, Policy(), [])))
    text += "".join(frame.to_csv() for frame in profile.tables.values())
    assert secrets and not [one for one in secrets if one in text]


def changed(now, past):
    return Change(Count(now), Count(past[-1]), tuple(map(Count, past)))


def test_harm_above_expectation_is_a_prompt_and_says_that_nothing_is_sent():
    kinds = {"overdose, suspected": changed(20, [4, 6, 5, 3, 7, 5]), "naloxone given": changed(6, [4, 6, 5, 3, 7, 5])}
    (found,) = prompts(kinds)
    assert [value.text for one in found.sentences for value in one.values.values()] == ["overdose, suspected"]
    assert found.sentences[-1].template.endswith("nothing is broadcast by itself.")
    (none,) = prompts({"overdose, suspected": changed(6, [4, 6, 5, 3, 7, 5])})
    assert none.sentences[0].template.startswith("No harm is above")


def test_no_verdict_on_harm_without_a_history():
    (found,) = prompts({"overdose, suspected": changed(20, [1, 2])})
    assert found.tone == "gap"
