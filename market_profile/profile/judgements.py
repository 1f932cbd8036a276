"""Key judgements: what people concluded, checked for the yardstick's words, sources and the grades behind them."""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.document import Block, KeyJudgement, Section, Sentence
from market_profile.profile.findings import Findings
from market_profile.profile.text import PARTNER, PLANNER, Record, counted, label, para, say, section
from market_profile.reference import reference_table
from market_profile.values import Measure, Ratio

MOST = 5
LOGS = "intelligence_logs"
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
    """Return every key judgement with its grades, last month's word and what is wrong with it (planners)."""
    rows = findings.decisions.key_judgements
    if rows.empty:
        return section("judgements", "Key judgements", (para(NONE_ENTERED, tone="gap"),), PLANNER)
    blocks: list[Block[Measure]] = []
    for place, row in enumerate(rows.head(MOST).to_dict("records"), start=1):
        blocks.append(_judgement(row, findings.tables))
        told = [*_standing(row, place, findings), *_cited(row, place, findings)]
        if told:
            blocks.append(para(*told, tone="note"))
        faults = faults_of(row, findings.tables)
        if faults:
            words = f"Judgement {{place}}: {'; '.join(faults)}."
            blocks.append(para(say(words, place=counted(place)), tone="warning"))
    blocks.extend(_whole_kind(rows.head(MOST), findings))
    if len(rows) > MOST:
        words = "{more} more were entered and are not shown: a reader takes in five."
        blocks.append(para(say(words, more=counted(len(rows) - MOST)), tone="warning"))
    return section("judgements", "Key judgements", blocks, PLANNER)


def judgements_brief(findings: Findings) -> Section[Measure]:
    """Return the key judgements that rest on two sources or more among what may be shared (partners)."""
    rows = findings.decisions.key_judgements
    sound = [row for row in rows.to_dict("records") if independent_sources(row, findings.tables) > 1]
    if not sound:
        words = NONE_ENTERED if rows.empty else NONE_SHARED
        return section("judgements", "Key judgements", (para(words, tone="gap"),), PARTNER)
    shown = tuple(_judgement(row, findings.tables) for row in sound[:MOST])
    return section("judgements", "Key judgements", shown, PARTNER)


def sources_of(row: Record) -> list[str]:
    """Return the named sources of a judgement, each once: a kind or words, or ``kind:reference``."""
    return list(dict.fromkeys(one.strip() for one in str(row["sources"]).split("|") if one.strip()))


def faults_of(row: Record, tables: Tables | None = None) -> list[str]:
    """Return what a planner should mend: no yardstick word, a vague word, one source, no source, unknown records."""
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
    if str(row["confidence"]).casefold() not in ("high", "moderate", "low"):
        faults.append("its confidence is not High, Moderate or Low, so it is shown as Low")
    if tables is not None and _is_unknown(sources, tables):
        faults.append("it cites a record that is not on file")
    if independent_sources(row, tables) < 2:
        rests = "rests on a single source" if sources else "names no source"
        faults.append(f"it {rests}, so it is kept from the partner edition")
    return faults


def independent_sources(row: Record, tables: Tables | None) -> int:
    """Return how many independent sources a judgement rests on.

    A record kind or a named document is one. Logs cited by reference count by who said them (source_ref, else their
    provenance); a cited record that is not on file counts for nothing.
    """
    sources = sources_of(row)
    whole = {one for one in sources if _reference(one) is None}
    kinds = {kind for kind, _ in references(sources) if kind != LOGS}
    found = {kind for kind in kinds if tables is not None and _has_any(kind, sources, tables)}
    return len(whole | found) + (0 if LOGS in whole else _sayers(cited_logs(sources, tables)))


def cited_logs(sources: list[str], tables: Tables | None) -> pd.DataFrame:
    """Return the logs that a judgement cites by reference, those on file."""
    refs = [ref for kind, ref in references(sources) if kind == LOGS]
    logs = (Tables({}) if tables is None else tables).get(LOGS)
    return logs[logs["record_ref"].isin(refs)]


def references(sources: list[str]) -> list[tuple[str, str]]:
    """Return (kind, reference) of each source that names one record."""
    return [pair for pair in map(_reference, sources) if pair is not None]


def _reference(source: str) -> tuple[str, str] | None:
    kind, _, ref = source.partition(":")
    return (kind, ref.strip()) if kind in KINDS and ref.strip() else None


def _has_any(kind: str, sources: list[str], tables: Tables) -> bool:
    refs = [ref for own, ref in references(sources) if own == kind]
    return bool(tables.get(kind)["record_ref"].isin(refs).any())


def _is_unknown(sources: list[str], tables: Tables) -> bool:
    return any(not tables.get(kind)["record_ref"].eq(ref).any() for kind, ref in references(sources))


def _sayers(logs: pd.DataFrame) -> int:
    said_by = logs["source_ref"].where(logs["source_ref"] != "", "by " + logs["provenance"])
    return int(said_by.nunique())


def _cited(row: Record, place: int, findings: Findings) -> list[Sentence[Measure]]:
    """Return the grade mix of the logs that a judgement cites by reference."""
    logs = cited_logs(sources_of(row), findings.tables)
    if logs.empty:
        return []
    return [say("Of the logs that judgement {place} cites, {firm} are firm, {weak} weak; {who} sources.",
                place=counted(place), **_grades(logs))]  # fmt: skip


def _whole_kind(rows: pd.DataFrame, findings: Findings) -> list[Block[Measure]]:
    """Return the grade mix of a year's logs, once for all judgements that rest on them as a whole."""
    logs = findings.tables.get(LOGS)
    logs = logs.loc[logs["submitted_at"] >= findings.month.plus(-11).start, _GRADED]
    if logs.empty or not any(LOGS in sources_of(row) for row in rows.to_dict("records")):
        return []
    words = (
        "Intelligence logs of twelve months: {firm} are firm (reliable and corroborated), {weak} weak; {who} sources."
    )
    return [para(say(words, **_grades(logs)), tone="note")]


_GRADED = ["source_evaluation", "intelligence_assessment", "source_ref", "provenance"]
"""What the grade mix of logs rests on."""


def _grades(logs: pd.DataFrame) -> dict[str, Measure]:
    """Return how many logs are firm and weak, and how many independent sources gave them."""
    source, said = logs["source_evaluation"], logs["intelligence_assessment"]
    is_firm = source.isin(["1", "A"]) & said.isin(["A", "B", "1", "2"])
    is_weak = source.isin(["3", "D", "E"]) | said.isin(["E", "5"])
    every = counted(len(logs))
    return {
        "firm": Ratio(counted(is_firm.sum()), every), "weak": Ratio(counted(is_weak.sum()), every),
        "who": counted(_sayers(logs)),
    }  # fmt: skip


def _standing(row: Record, place: int, findings: Findings) -> list[Sentence[Measure]]:
    """Return how the judgement stood last month, where there was one and anything changed."""
    before = findings.previous.get("key_judgements")
    if before is None or before.empty:
        return []
    is_same = (before["id"].eq(row.get("id", "")) & before["id"].ne("")) | before["sentence"].eq(row["sentence"])
    if not bool(is_same.any()):
        return [say("Judgement {place} is new this month.", place=counted(place))]
    then = str(before.loc[is_same, "likelihood"].iloc[0])
    if then == str(row["likelihood"]):
        return []
    return [say("Judgement {place} said {then} last month.", place=counted(place), then=label(then))]


def _yardstick_words(sentence: str) -> set[str]:
    """Return the yardstick's terms in the sentence, longest first, so that "highly likely" is not "likely"."""
    rest, found = sentence.casefold(), set()
    for term in sorted(reference_table("yardstick")["term"], key=len, reverse=True):
        changed = re.sub(rf"\b{re.escape(term)}\b", " ", rest)
        if changed != rest:
            found.add(str(term))
        rest = changed
    return found


def _judgement(row: Record, tables: Tables) -> KeyJudgement[Measure]:
    words = str(row["sentence"]).strip()
    named = list(dict.fromkeys((_reference(one) or (one, ""))[0] for one in sources_of(row)))
    return KeyJudgement(
        sentence=Sentence("{judgement}", {"judgement": label(words if words.endswith(".") else f"{words}.")}),
        likelihood=str(row["likelihood"]),
        confidence=_confidence(str(row["confidence"])),
        because=str(row["because"]),
        is_single_source=independent_sources(row, tables) == 1,
        sources=", ".join(SOURCE_NAMES.get(one, one.replace("_", " ")) for one in named),
    )


def _confidence(word: str) -> Literal["High", "Moderate", "Low"]:
    if word.casefold() == "high":
        return "High"
    return "Moderate" if word.casefold() == "moderate" else "Low"
