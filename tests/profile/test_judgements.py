"""Key judgements: the yardstick's words, vague words, sources, and what partners read of them."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from market_profile.document import KeyJudgement, Paragraph
from market_profile.profile.judgements import faults_of, judgements_brief, judgements_section


def row(sentence: str, likelihood: str = "likely", sources: str = "arrests|seizures") -> dict[str, str]:
    return {
        "sentence": sentence,
        "likelihood": likelihood,
        "confidence": "Moderate",
        "because": "it was seen",
        "sources": sources,
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (row("It is likely that supply returns"), ""),
        (row("It is highly likely that supply returns"), "another likelihood"),
        (row("It is unlikely that supply returns"), "another likelihood"),
        (row("Supply returns"), "no word of the probability yardstick"),
        (row("It is likely that supply may return"), "it says may"),
        (row("It is likely that supply returns", sources="arrests"), "single source"),
        (row("It is likely that supply returns", sources="arrests|arrests"), "single source"),
        (row("It is likely that supply returns", sources=""), "names no source"),
    ],
)
def test_faults(given: dict[str, str], words: str) -> None:
    found = faults_of(given)
    assert (found == []) if not words else (len(found) == 1 and words in found[0])


def test_partners_read_only_what_rests_on_two_sources(town) -> None:
    given = [
        row("It is likely that A"),
        row("It is likely that B", sources="arrests"),
        row("It is likely that C", sources=""),
    ]

    class Decided:
        key_judgements = pd.DataFrame(given)

    findings = dataclasses.replace(town.planner, decisions=Decided())
    own = judgements_section(findings).blocks
    assert sum(isinstance(block, KeyJudgement) for block in own) == 3
    assert sum(isinstance(block, Paragraph) and block.tone == "warning" for block in own) == 2
    shared = [block for block in judgements_brief(findings).blocks if isinstance(block, KeyJudgement)]
    assert [block.sentence.values["judgement"].text for block in shared] == ["It is likely that A."]
    assert not any(block.is_single_source for block in shared)


def test_without_a_sound_judgement_partners_are_told_so(town) -> None:
    class Decided:
        key_judgements = pd.DataFrame([row("It is likely that B", sources="arrests")])

    (block,) = judgements_brief(dataclasses.replace(town.planner, decisions=Decided())).blocks
    assert isinstance(block, Paragraph) and block.tone == "gap"
