"""Response, effect, actions, forum and judgements on the page: words, gaps, and what partners may see."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pandas as pd
import pytest

from market_profile.document import Paragraph, Table
from market_profile.editions.convert import convert_document
from market_profile.editions.converter import Converter
from market_profile.editions.disclosure import Policy
from market_profile.periods import Month
from market_profile.profile.actions import actions_section, communication_blocks, with_overdue
from market_profile.profile.effect import effect_brief, effect_section
from market_profile.profile.effect_tests import claim_blocks
from market_profile.profile.exports import next_state, planner_tables
from market_profile.profile.forum import forum_section
from market_profile.profile.judgements import (
    faults_of,
    independent_sources,
    judgements_brief,
    judgements_section,
)
from market_profile.profile.outcomes import corrections_log, scorecard_section, survey_section, wave_words
from market_profile.profile.response import response_section
from market_profile.terms import Audience
from market_profile.values import Label, Private


def told(section) -> str:
    """Return the words of a section's paragraphs with their values as planners read them."""
    parts = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            for sentence in block.sentences:
                values = {name: _plain(value) for name, value in sentence.values.items()}
                parts.append(sentence.template.format(**values))
    return " ".join(parts)


def _plain(value: object) -> str:
    if isinstance(value, Private):
        return value.text.reveal()
    return value.text if isinstance(value, Label) else str(getattr(value, "n", getattr(value, "value", "")))


def tables_of(section) -> dict[str, Table]:
    return {block.id: block for block in section.blocks if isinstance(block, Table)}


def with_decisions(findings, **frames):
    names = ("recommendations", "board_decisions", "claims", "partners", "key_judgements")
    own = {name: frames.get(name, getattr(findings.decisions, name)) for name in names}
    return dataclasses.replace(findings, decisions=SimpleNamespace(**own))


ACTIONS = pd.DataFrame({
    "id": ["R1", "R2", "R3"], "text": ["a", "b", "c"], "owner": ["X", "Y", "Z"], "measure": ["m", "", "m"],
    "due_on": pd.to_datetime(["2018-06-30", "2018-01-31", "2018-01-31"]), "status": ["agreed", "in progress", "done"],
})  # fmt: skip


def test_overdue_actions_come_first_and_last_month_is_carried(town):
    findings = dataclasses.replace(
        with_decisions(town.planner, recommendations=ACTIONS),
        previous={"recommendations": pd.DataFrame({"id": ["R2", "R9"], "status": ["agreed", "done"]})},
    )
    assert with_overdue(ACTIONS, findings).tolist() == ["agreed", "overdue", "done"]
    table = tables_of(actions_section(findings))["action_list"]
    rows = [[value.text for value in row] for row in table.rows]
    assert [row[0] for row in rows] == ["b", "a", "c"]
    assert rows[0][-2:] == ["Overdue, in progress", "Agreed"] and rows[1][-1] == "New"
    assert rows[0][3] == "no measure set"
    assert "R9" in table.note


def test_the_communication_grid_is_the_guide_s(town):
    partners = pd.DataFrame({
        "partner": ["d", "c", "b", "a"], "influence": ["low", "high", "low", "high"],
        "interest": ["low", "low", "high", "high"], "channel": "", "owner": "",
        "next_contact_on": pd.to_datetime([None, "2018-01-01", None, None]),
    })  # fmt: skip
    (table,) = communication_blocks(with_decisions(town.planner, partners=partners))
    rows = [[value.text for value in row] for row in table.rows]
    assert [(row[0], row[3]) for row in rows] == [("a", "Involve"), ("b", "Consult"), ("c", "Inform"), ("d", "Watch")]
    assert rows[2][-1] == "1 January 2018 (overdue)"
    assert table.annex
    (gap,) = communication_blocks(with_decisions(town.planner, partners=partners.head(0)))
    assert gap.tone == "gap"


def test_a_rise_in_clear_or_hold_is_never_called_a_failure(town):
    words = told(response_section(town.planner))
    assert "Operation Causeway" in words and "phase" in words
    assert "fail" not in words.replace("it is not read as failure", "")
    assert "dealers are replaced" in words


def test_the_forum_pack_of_the_town(town):
    section = forum_section(town.planner)
    assert "Enforcement:" in told(section) and "Eligible not included:" in told(section)
    matrix = tables_of(section)["case_forum"]
    assert any(column.heading == "Meets threshold" for column in matrix.columns)
    ranged = [row for row in matrix.rows if row[2].low is not None]
    assert ranged and all(row[2].low <= row[2].value <= row[2].high for row in ranged)
    assert section.audiences == frozenset({Audience.PLANNER})


def test_claims_stand_with_their_status_and_choices(town):
    claims = tables_of(SimpleNamespace(blocks=claim_blocks(town.planner)))["claims"]
    rows = [[getattr(value, "text", None) for value in row] for row in claims.rows]
    own = rows[0]
    assert own[0].startswith("Robbery and vehicle crime fell")
    assert own[6] in ("reproduced", "not reproduced (declared reproduced)")
    assert {"unclear", "reproduced"} <= {row[6] for row in rows}
    assert all(all(row[at] for at in range(5)) for row in rows)


def test_effect_says_no_benefit_without_an_effect(town):
    section = effect_section(town.planner)
    assert "No benefit may be claimed" in told(section)
    costs = tables_of(section)["cost_tables"]
    assert [row[0].text.split()[0] for row in costs.rows] == ["Operation", "Home", "The"]
    assert all(row[-1].text == "no claim" for row in costs.rows)
    assert {"stepped", "displacement", "record_groups", "claims"} & set(tables_of(section))


@pytest.mark.parametrize(
    "make",
    [response_section, effect_section, forum_section, scorecard_section, survey_section, judgements_section,
     actions_section, effect_brief, judgements_brief],
)  # fmt: skip
def test_a_missing_kind_leaves_a_clear_sentence(bare, make):
    section = make(bare.planner)
    gaps = [block for block in section.blocks if isinstance(block, Paragraph) and block.tone == "gap"]
    assert gaps and all(sentence.template.endswith(".") for block in gaps for sentence in block.sentences)


def test_partners_cannot_tell_no_arrests_from_few(town):
    for audience_section in (effect_brief(town.partner), scorecard_section(town.partner)):
        converter = Converter(Audience.PARTNER, Policy(), [])
        document = SimpleNamespace(
            area_name="T", month="2018-04", cutoff="2018-04-30", title="t", sections=(audience_section,)
        )
        for section in convert_document(document, converter).sections:
            for table in (block for block in section.blocks if isinstance(block, Table)):
                texts = [str(shown.text.value) for row in table.rows for shown in row]
                assert "not known" not in texts and "0" not in texts


def test_figures_that_moved_are_logged_month_after_month(town):
    state = next_state(town.planner)
    assert {"scorecard", "corrections", "key_judgements", "recommendations"} <= set(state)
    assert state["corrections"].empty
    last = town.planner.month.previous().text
    card = town.planner.impact.scorecard
    wrong = pd.DataFrame({"month": last, "measure": card["measure"], "value": card["last_now"] + (card.index == 0)})
    kept = pd.DataFrame([["2018-02", "2018-01", "deaths", 1.0, 2.0]], columns=["edition", "month", "measure",
                        "published", "corrected"])  # fmt: skip
    findings = dataclasses.replace(town.planner, previous={"scorecard": wrong, "corrections": kept})
    log = corrections_log(findings)
    assert log["measure"].tolist() == ["deaths", card["measure"].iloc[0]]
    assert "corrected as records arrived" in told(effect_section(findings))
    assert set(planner_tables(findings)) >= {"corrections", "benefits", "cost_tables", "case_forum", "own_claims"}


def cited(sources: str) -> dict[str, str]:
    return {"id": "J", "sentence": "It is likely that supply returns", "likelihood": "likely", "confidence": "High",
            "because": "b", "sources": sources}  # fmt: skip


def test_sources_are_independent_by_who_said_it(town):
    logs = town.planner.tables.get("intelligence_logs")
    by_source = logs[logs["source_ref"] != ""].groupby("source_ref")["urn"].apply(list)
    same = next(refs for refs in by_source if len(refs) > 1)
    one, other = same[0], next(refs[0] for refs in by_source if same[0] not in refs)
    tables = town.planner.tables
    assert independent_sources(cited(f"intelligence_logs:{same[0]}|intelligence_logs:{same[1]}"), tables) == 1
    assert independent_sources(cited(f"intelligence_logs:{one}|intelligence_logs:{other}"), tables) == 2
    assert independent_sources(cited(f"intelligence_logs:{one}|arrests"), tables) == 2
    assert independent_sources(cited("intelligence_logs:none|arrests"), tables) == 1
    faults = faults_of(cited("intelligence_logs:none|arrests"), tables)
    assert any("not on file" in fault for fault in faults) and any("single source" in fault for fault in faults)


def test_a_judgement_on_unshareable_logs_stays_with_planners_and_urns_are_never_shown(town):
    shared = set(town.partner.tables.get("intelligence_logs")["urn"])
    every = town.planner.tables.get("intelligence_logs")
    hidden = every[~every["urn"].isin(shared)].drop_duplicates("source_ref").head(3)["urn"]
    rows = pd.DataFrame([cited("|".join(f"intelligence_logs:{urn}" for urn in hidden))])
    planner = judgements_section(with_decisions(town.planner, key_judgements=rows))
    partner = judgements_brief(with_decisions(town.partner, key_judgements=rows))
    assert planner.blocks[0].sources == "intelligence logs"
    assert [block.tone for block in partner.blocks] == ["gap"]


def test_grades_behind_a_judgement_and_last_month_s_word(town):
    logs = town.planner.tables.get("intelligence_logs")
    refs = logs["urn"].head(4).tolist()
    rows = pd.DataFrame([cited("|".join(f"intelligence_logs:{urn}" for urn in refs)), cited("arrests|seizures")])
    rows.loc[1, ["id", "sentence"]] = ["K", "It is likely that B"]
    before = pd.DataFrame({"id": ["J"], "sentence": ["another wording"], "likelihood": ["unlikely"]})
    findings = dataclasses.replace(
        with_decisions(town.planner, key_judgements=rows), previous={"key_judgements": before}
    )
    section = judgements_section(findings)
    firm = logs.head(4)["source_evaluation"].isin(["1", "A"]) & logs.head(4)["intelligence_assessment"].isin(
        ["A", "B", "1", "2"]
    )
    ratios = [
        sentence.values["firm"]
        for block in section.blocks if isinstance(block, Paragraph)
        for sentence in block.sentences if "firm" in sentence.values
    ]  # fmt: skip
    assert [(ratio.numerator.n, ratio.denominator.n) for ratio in ratios] == [(int(firm.sum()), 4)]
    assert "Judgement 1 said unlikely last month." in told(section)
    assert "Judgement 2 is new this month." in told(section)


def test_months_are_read_by_the_injected_clock(town):
    later = dataclasses.replace(with_decisions(town.planner, recommendations=ACTIONS), month=Month("2018-07"))
    assert with_overdue(ACTIONS, later).tolist() == ["overdue", "overdue", "done"]


@pytest.mark.parametrize(
    ("wave", "named"),
    [
        ("2018-12", ", 2018-12"), ("Wave 3", ", Wave 3"), ("Q1 2019", ", Q1 2019"), ("Autumn 2018", ", Autumn 2018"),
        ("Mr Smith's walk", ""), ("2018 May Brown", ""), ("07700900123", ""), ("<b>2018</b>", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_wave_is_named_by_known_words_alone(wave, named):
    assert wave_words(wave) == named
