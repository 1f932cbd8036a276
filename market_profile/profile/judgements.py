"""Key judgements: what people concluded, checked for the yardstick's words and for more than one source."""

from __future__ import annotations

import re
from typing import Literal

from market_profile.document import Block, KeyJudgement, Section, Sentence
from market_profile.profile.findings import Findings
from market_profile.profile.text import PARTNER, PLANNER, Record, counted, label, para, say, section
from market_profile.reference import reference_table
from market_profile.values import Measure

MOST = 5
VAGUE = re.compile(r"\b(may|might|could|possibly|perhaps|suggests?|appears?)\b", re.IGNORECASE)
"""Words without a range: a reader cannot tell what they claim (PHIA)."""

NONE_ENTERED = (
    "No key judgements were entered for this month. An analyst writes them, with a likelihood, a confidence and their "
    "sources, before the profile is used to decide."
)
NONE_SHARED = (
    "No key judgement that rests on more than one named source was entered for this month, so none is shown here."
)
SOURCE_NAMES = {
    "intelligence_logs": "intelligence logs",
    "test_purchases": "test purchases",
    "harm_events": "harm records",
    "street_crime": "recorded crime",
    "stop_and_search": "stop and search",
    "community_survey": "community survey",
}


def judgements_section(findings: Findings) -> Section[Measure]:
    """Return every key judgement with what is wrong with its wording or sources (planners)."""
    rows = findings.decisions.key_judgements
    if rows.empty:
        return section("judgements", "Key judgements", (para(NONE_ENTERED, tone="gap"),), PLANNER)
    blocks: list[Block[Measure]] = []
    for place, row in enumerate(rows.head(MOST).to_dict("records"), start=1):
        blocks.append(_judgement(row))
        faults = faults_of(row)
        if faults:
            words = f"Judgement {{place}}: {'; '.join(faults)}."
            blocks.append(para(say(words, place=counted(place)), tone="warning"))
    return section("judgements", "Key judgements", blocks, PLANNER)


def judgements_brief(findings: Findings) -> Section[Measure]:
    """Return the key judgements that rest on two named sources or more (partners)."""
    rows = findings.decisions.key_judgements
    sound = [row for row in rows.to_dict("records") if len(sources_of(row)) > 1]
    if not sound:
        words = NONE_ENTERED if rows.empty else NONE_SHARED
        return section("judgements", "Key judgements", (para(words, tone="gap"),), PARTNER)
    return section("judgements", "Key judgements", tuple(_judgement(row) for row in sound[:MOST]), PARTNER)


def sources_of(row: Record) -> list[str]:
    """Return the named sources of a judgement, each once."""
    return list(dict.fromkeys(one.strip() for one in str(row["sources"]).split("|") if one.strip()))


def faults_of(row: Record) -> list[str]:
    """Return what a planner should mend: no yardstick word, a vague word, one source, no source."""
    words, sources, faults = str(row["sentence"]), sources_of(row), []
    likelihood = str(row["likelihood"]).strip().casefold()
    found = _yardstick_words(words)
    if not found:
        faults.append("the sentence holds no word of the probability yardstick")
    elif likelihood not in found:
        faults.append("the sentence says another likelihood than the one declared")
    vague = sorted({one.casefold() for one in VAGUE.findall(words)})
    if vague:
        faults.append(f"it says {', '.join(vague)}, which has no range; use the yardstick")
    if len(sources) < 2:
        rests = "rests on a single source" if sources else "names no source"
        faults.append(f"it {rests}, so it is kept from the partner edition")
    return faults


def _yardstick_words(sentence: str) -> set[str]:
    """Return the yardstick's terms in the sentence, longest first, so that "highly likely" is not "likely"."""
    rest, found = sentence.casefold(), set()
    for term in sorted(reference_table("yardstick")["term"], key=len, reverse=True):
        changed = re.sub(rf"\b{re.escape(term)}\b", " ", rest)
        if changed != rest:
            found.add(str(term))
        rest = changed
    return found


def _judgement(row: Record) -> KeyJudgement[Measure]:
    words = str(row["sentence"]).strip()
    sources = sources_of(row)
    return KeyJudgement(
        sentence=Sentence("{judgement}", {"judgement": label(words if words.endswith(".") else f"{words}.")}),
        likelihood=str(row["likelihood"]),
        confidence=_confidence(str(row["confidence"])),
        because=str(row["because"]),
        is_single_source=len(sources) == 1,
        sources=", ".join(SOURCE_NAMES.get(one, one.replace("_", " ")) for one in sources),
    )


def _confidence(word: str) -> Literal["High", "Moderate", "Low"]:
    if word.casefold() == "high":
        return "High"
    return "Moderate" if word.casefold() == "moderate" else "Low"
