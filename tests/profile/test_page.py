"""The page as data: order, audiences, words, and that every number is a measure."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from market_profile.document import (
    Bullets,
    Cards,
    Document,
    Figure,
    KeyJudgement,
    Paragraph,
    Sentence,
    Table,
    Tiles,
)
from market_profile.editions.convert import convert_document
from market_profile.editions.converter import Converter
from market_profile.editions.disclosure import Policy
from market_profile.editions.gate import attack
from market_profile.profile import build_profile
from market_profile.terms import Audience
from market_profile.values import Count, Leader, Measure, Private, Ratio, Score


@pytest.fixture(scope="module")
def documents(town):
    return {
        Audience.PLANNER: build_profile(town.planner, town.areas, town.settings).document,
        Audience.PARTNER: build_profile(town.partner, town.areas, town.settings).document,
    }


def sections_for(document: Document, audience: Audience):
    return [section for section in document.sections if audience in section.audiences]


def blocks_for(document: Document, audience: Audience):
    return [block for section in sections_for(document, audience) for block in section.blocks]


def shown(document: Document, audience: Audience):
    return convert_document(document, Converter(audience, Policy(), []))


def sentences(block):
    if isinstance(block, Paragraph):
        return block.sentences
    if isinstance(block, Bullets):
        return block.items
    if isinstance(block, Tiles):
        return tuple(tile.note for tile in block.tiles)
    if isinstance(block, Figure | KeyJudgement):
        return (block.headline if isinstance(block, Figure) else block.sentence,)
    return ()


def measures(block):
    found = [value for sentence in sentences(block) for value in sentence.values.values()]
    if isinstance(block, Tiles):
        found += [tile.value for tile in block.tiles]
    if isinstance(block, Table):
        found += [value for row in block.rows for value in row]
    if isinstance(block, Figure):
        found += measures_in(block.drawing)
    return found


def measures_in(value):
    """Return every measure inside a drawing, whatever its kind."""
    if isinstance(value, Measure):
        return [value]
    if isinstance(value, tuple):
        return [found for part in value for found in measures_in(part)]
    if dataclasses.is_dataclass(value):
        return [found for field in dataclasses.fields(value) for found in measures_in(getattr(value, field.name))]
    return []


def words(sentence: Sentence) -> str:
    return sentence.template.format(**{name: str(value.text.value) for name, value in sentence.values.items()})


def test_planner_sections_stand_in_the_order_of_the_guide(documents):
    ids = [section.id for section in sections_for(documents[Audience.PLANNER], Audience.PLANNER)]
    assert ids == [
        "terms", "changes", "judgements", "scorecard", "supply", "commodity", "demand", "consent", "places", "harm",
        "board", "forum", "response", "effect", "voice", "gaps", "actions", "partners", "quality", "method", "identity",
        "nominals", "glossary",
    ]  # fmt: skip


def test_partner_sections_stand_in_the_order_of_the_guide(documents):
    ids = [section.id for section in sections_for(documents[Audience.PARTNER], Audience.PARTNER)]
    assert ids == [
        "use", "headlines", "judgements", "scorecard", "market", "commodity-brief", "demand", "harm-brief", "areas",
        "effect-brief", "voice", "actions", "unknowns", "partners", "method", "glossary",
    ]  # fmt: skip


@pytest.mark.parametrize("audience", list(Audience))
def test_ids_of_blocks_are_unique(documents, audience):
    blocks = blocks_for(documents[audience], audience)
    ids = [block.id for block in blocks if isinstance(block, Table | Figure)]
    ids += [section.id for section in sections_for(documents[audience], audience)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("audience", list(Audience))
def test_headlines_have_at_most_ten_words(documents, audience):
    for block in (b for s in shown(documents[audience], audience).sections for b in s.blocks):
        if isinstance(block, Figure):
            assert len(words(block.headline).split()) <= 10, words(block.headline)


@pytest.mark.parametrize(("audience", "most"), [(Audience.PARTNER, 900), (Audience.PLANNER, 1_200)])
def test_the_narrative_is_short_and_tiles_are_four(documents, audience, most):
    """Partners read for four minutes: 900 words. Planners look things up in nine further sections of their own."""
    document = shown(documents[audience], audience)
    blocks = [block for section in document.sections if section.id != "method" for block in section.blocks]
    count = sum(len(words(one).split()) for block in blocks for one in sentences(block))
    assert count < most
    assert all(len(block.tiles) <= 4 for block in blocks if isinstance(block, Tiles))


FIXED_NUMBERS = {"5", "15", "21", "18", "95"}
"""Policy in words of the program: rounding, ties hidden in the what-if, outreach window, adults, level of intervals."""


@pytest.mark.parametrize("audience", list(Audience))
def test_no_number_stands_in_the_words(documents, audience):
    for block in blocks_for(documents[audience], audience):
        for sentence in sentences(block):
            if isinstance(block, KeyJudgement):
                continue
            assert set(re.findall(r"\d+", sentence.template)) <= FIXED_NUMBERS, sentence.template


def test_partner_values_are_aggregates_with_a_cell(documents):
    for block in blocks_for(documents[Audience.PARTNER], Audience.PARTNER):
        for value in measures(block):
            assert not isinstance(value, Private | Score)
            if isinstance(value, Count):
                assert value.cell, "a partner count needs its cell in the ledger"
            if isinstance(value, Ratio):
                assert value.numerator.cell and value.denominator.cell
            if isinstance(value, Leader):
                assert all(count.cell for _, count in value.items)


def test_every_partner_cell_has_one_number(documents):
    converter = Converter(Audience.PARTNER, Policy(), [])
    convert_document(documents[Audience.PARTNER], converter)
    found: dict[str, set] = {}
    for entry in converter.entries:
        found.setdefault(entry.cell, set()).add(entry.value)
    assert {cell for cell, numbers in found.items() if len(numbers) > 1} == set()


def test_partners_read_no_name_reference_or_row_count(town, documents):
    text = repr(shown(documents[Audience.PARTNER], Audience.PARTNER))
    names = set(town.partner.resolution.nominals["preferred_name"]) | set(
        town.planner.tables.get("operations")["operation"]
    )
    urns = set(town.planner.tables.get("intelligence_logs")["urn"].head(200))
    assert not [name for name in names | urns if len(name) > 4 and name in text]
    assert "quarantine" not in text.casefold()


def test_renaming_every_nominal_leaves_the_partner_page_alone(town, documents):
    findings = town.partner
    nominals = findings.resolution.nominals
    renamed = nominals.assign(preferred_name=[f"Zed {i}" for i in range(len(nominals))][::-1])
    other = dataclasses.replace(findings, resolution=dataclasses.replace(findings.resolution, nominals=renamed))
    again = build_profile(other, town.areas, town.settings).document
    assert repr(shown(again, Audience.PARTNER)) == repr(shown(documents[Audience.PARTNER], Audience.PARTNER))


@pytest.mark.parametrize("audience", list(Audience))
def test_row_order_does_not_matter(town, documents, audience):
    findings = town.planner if audience is Audience.PLANNER else town.partner
    frames = {kind: frame.sample(frac=1, random_state=4) for kind, frame in findings.tables.frames.items()}
    other = dataclasses.replace(findings, tables=dataclasses.replace(findings.tables, frames=frames))
    again = build_profile(other, town.areas, town.settings)
    assert repr(shown(again.document, audience)) == repr(shown(documents[audience], audience))


def test_how_many_records_stand_behind_a_price_stands_beside_it(town, documents):
    figures = town.planner.indicators.frame
    year = figures[figures["period"] == "2017-05..2018-04"].set_index(["indicator", "drug"])["n"]
    table = next(block for block in blocks_for(documents[Audience.PLANNER], Audience.PLANNER)
                 if isinstance(block, Table) and block.id == "commodity_year")  # fmt: skip
    assert [column.heading for column in table.columns[-2:]] == ["Priced", "Tried"]
    behind = {row[0].text: (row[-2].n, row[-1].n) for row in table.rows}
    assert behind["Heroin"] == (year["price_per_pure_gram", "heroin"], year["availability", "heroin"])


@pytest.mark.parametrize("audience", list(Audience))
def test_a_year_that_is_not_full_says_since_when_logs_are_on_record(documents, audience):
    first = blocks_for(documents[audience], audience)[0]
    told = [sentence.values["first"].text for sentence in first.sentences if "first" in sentence.values]
    assert told == ["January 2018"]


def test_every_definition_that_is_named_has_its_card(documents):
    for audience, document in documents.items():
        blocks = blocks_for(document, audience)
        cards = {card.id for block in blocks if isinstance(block, Cards) for card in block.cards}
        named = {block.definition_id for block in blocks if isinstance(block, Figure)}
        named |= {tile.definition_id for block in blocks if isinstance(block, Tiles) for tile in block.tiles}
        assert named - {""} <= cards


def test_tables_hold_the_columns_that_other_tools_read(town):
    tables = build_profile(town.planner, town.areas, town.settings).tables
    contract = {
        "nominals": "nominal_id preferred_name date_of_birth roles records first_seen last_seen review_needed",
        "nominal_records": "kind record_ref subject_no nominal_id match_probability",
        "network_edges": "source_nominal_id target_nominal_id relation weight records independent_sources best_grade "
        "first_seen last_seen",
        "network_nodes": "nominal_id role role_probability community betweenness k_core cut_point key_player_rank",
        "hotspots": "cell_id rank score events expected p_adjusted market_id persistence market_type peak_hours",
        "targets": "rank target_kind target_id score score_low score_high success_probability reasons suggested_from "
        "suggested_to suggested_hours reach excluded_reason",
        "indicators": "indicator drug period value low high n unit definition_id",
    }
    for name, columns in contract.items():
        assert set(columns.split()) <= set(tables[name].columns), name
    hotspots = tables["hotspots"]
    assert set(hotspots["market_type"]) <= {"open", "semi-open", "closed", "insufficient"}
    known = tables["market_types"].set_index("market_id")["type"]
    joined = hotspots["market_id"].map(known).fillna("insufficient")
    assert (hotspots["market_type"] == joined).all()


def test_a_missing_kind_leaves_its_sentence_and_the_page_still_stands(bare):
    profile = build_profile(bare.planner, bare.areas, bare.settings)
    for audience in Audience:
        document = shown(profile.document, audience)
        gaps = [
            words(sentence)
            for section in document.sections
            for block in section.blocks
            if isinstance(block, Paragraph) and block.tone == "gap"
            for sentence in block.sentences
        ]
        assert len(gaps) >= 6
        assert any("test purchases" in one for one in gaps)
        assert any("harm records" in one for one in gaps)
        assert any("key judgements" in one for one in gaps)


def test_what_was_revised_since_last_month_is_named(town):
    last = town.planner.month.previous().text
    figures = pd.DataFrame({"month": [last], "figure": ["seizures"], "value": [10_000]})
    findings = dataclasses.replace(town.planner, previous={"figures": figures})
    document = shown(build_profile(findings, town.areas, town.settings).document, Audience.PLANNER)
    changes = next(section for section in document.sections if section.id == "changes")
    listed = [words(one) for block in changes.blocks if isinstance(block, Bullets) for one in block.items]
    assert len(listed) == 1 and listed[0].startswith("seizures: published 10,000, now ")


def test_the_disclosure_gate_finds_nothing_to_infer(documents):
    converter = Converter(Audience.PARTNER, Policy(), [])
    convert_document(documents[Audience.PARTNER], converter)
    assert attack(converter.entries, Policy()) == ()


def test_partner_counts_reach_back_a_year_or_say_as_at(documents):
    converter = Converter(Audience.PARTNER, Policy(), [])
    convert_document(documents[Audience.PARTNER], converter)
    plain = [entry.cell for entry in converter.entries if re.search(r"\|\d{4}-\d{2}$", entry.cell)]
    assert all(cell.startswith("street crime|") for cell in plain), "only published open data is shown by month"
