"""Outcomes: the scorecard with its corrections, and the community's own view."""

from __future__ import annotations

import re

import pandas as pd

from market_profile.document import Section, Sentence
from market_profile.impact.scorecard import corrections
from market_profile.impact.survey import wave_numbers
from market_profile.profile.counts import year_of
from market_profile.profile.findings import Findings
from market_profile.profile.names import MONTH_NAMES, first_upper, month_words
from market_profile.profile.text import (
    EVERYONE,
    Blocks,
    Record,
    Row,
    change_col,
    col,
    gap,
    label,
    number,
    para,
    say,
    section,
    table,
    words_of,
)
from market_profile.values import Change, Count, Estimate, Measure, Ratio

ANSWERS = (
    "strongly agree", "agree", "neither", "disagree", "strongly disagree", "very", "fairly", "not very", "not at all",
    "often", "sometimes", "rarely", "never", "yes", "no", "do not know",
)  # fmt: skip
"""Order in which answers are read; others follow by name."""


_WAVE_WORDS = frozenset({
    "wave", "round", "survey", "quarter", "q", "half", "year", "spring", "summer", "autumn", "winter",
    *(name.casefold() for name in MONTH_NAMES), *(name[:3].casefold() for name in MONTH_NAMES),
})  # fmt: skip
"""What the name of a survey wave may be made of where it stands on the page: it is free text, and may name anybody."""


def scorecard_section(findings: Findings) -> Section[Measure]:
    """Return local figures for the Combating Drugs outcomes, year against year, with how late each comes (both)."""
    card = findings.impact.scorecard
    if card.empty:
        words = "No record that stands for a national outcome was supplied."
        return section("scorecard", "Outcomes scorecard", (para(words, tone="gap"),), EVERYONE)
    rows = [_scored(row, findings) for row in card.to_dict("records")]
    note = (
        "Local figures stand for national outcomes; how late each comes stands in its row. More recorded activity is "
        "not more drugs."
    )
    columns = (col("Measure"), col("Outcome"), change_col("Twelve months", [row[2] for row in rows]), col("How late"))
    block = table(
        "outcome_figures", "Local figures for the national outcomes", columns, rows, note=note, keep=len(rows)
    )
    return section("scorecard", "Outcomes scorecard", (block,), EVERYONE)


def _scored(row: Record, findings: Findings) -> Row:
    family, month = f"scorecard|{row['measure']}", findings.month
    before = number(row["before"])
    value: Measure
    if row["unit"]:
        value = Estimate(number(row["now"]), None, None, int(row["n"]), row["unit"])
    else:
        now = Count(round(row["now"]), "", f"{family}|{year_of(month)}")
        earlier = None if before is None else Count(round(before), "", f"{family}|{year_of(month.plus(-12))}")
        value = Change(now, earlier, (), "the year before")
    lag = str(row["lag"]).partition(":")[0]
    return (label(first_upper(row["measure"])), label(first_upper(row["outcome"])), value, label(first_upper(lag)))


def corrections_log(findings: Findings) -> pd.DataFrame:
    """Return every correction so far: edition, month, measure, published, corrected (planners' table)."""
    before = findings.previous.get("corrections", pd.DataFrame())
    now = corrections(published_scorecard(findings), findings.impact.scorecard, findings.month)
    return pd.concat([part for part in (before, now) if len(part)], ignore_index=True) if len(before) else now


def published_scorecard(findings: Findings) -> pd.DataFrame:
    """Return what last month's edition printed: month, measure, value."""
    empty = pd.DataFrame({"month": [], "measure": [], "value": []})
    return findings.previous.get("scorecard", empty)


def corrected_blocks(findings: Findings) -> Blocks:
    """Return which figures of last month were corrected (planners: partners could tell hidden counts apart by it)."""
    if published_scorecard(findings).empty:
        return ()
    moved = corrections(published_scorecard(findings), findings.impact.scorecard, findings.month)
    month = label(month_words(findings.month.previous()))
    if moved.empty:
        return (para(say("No scorecard figure published for {month} was corrected.", month=month), tone="note"),)
    names = label(", ".join(moved["measure"]))
    words = "Scorecard figures of {month} corrected as records arrived: {names} (tables/corrections.csv)."
    return (para(say(words, month=month, names=names), tone="note"),)


def survey_section(findings: Findings) -> Section[Measure]:
    """Return the community's own view by survey wave, wordings kept apart (both audiences)."""
    survey = findings.impact.survey
    if survey.empty:
        return section("voice", "Community voice", (gap("community_survey"),), EVERYONE)
    survey = survey.assign(number=wave_numbers(survey["wave"]))
    last = survey[survey["number"] == survey["number"].max()]
    place = {answer: at for at, answer in enumerate(ANSWERS)}
    last = last.assign(place=last["response"].map(place).fillna(len(ANSWERS)))
    last = last.sort_values(["question", "place", "response"], kind="stable")
    rows = [_answer(row, survey) for row in last.to_dict("records")]
    columns = (col("Question"), col("Answer"), col("Share of answers", True), col("Wave before", True))
    named = wave_words(str(last["wave"].iloc[0]))
    note = f"Answers of the latest wave{named}. A wave that asked in other words is not compared."
    block = table("survey", "What residents say", columns, rows, note=note, keep=8)
    return section("voice", "Community voice", (block, *_reworded(findings)), EVERYONE)


def wave_words(wave: str) -> str:
    """Return ", " and the wave's name where it is made of known words and short numbers; "" for any other free text.

    Example:
        >>> wave_words("Autumn 2018"), wave_words("2018-12"), wave_words("Mrs Smith's wave")
        (', Autumn 2018', ', 2018-12', '')
    """
    parts = re.findall(r"[^\W\d_]+|\d+", wave.casefold())
    is_known = all(part in _WAVE_WORDS or (part.isdecimal() and part.isascii() and len(part) <= 4) for part in parts)
    is_plain = re.fullmatch(r"[A-Za-z0-9 /-]{1,30}", wave) is not None
    return f", {wave}" if parts and is_known and is_plain else ""


def _answer(row: Record, survey: pd.DataFrame) -> Row:
    """Return one answer's share now and in the last earlier wave that asked in the same words."""
    same = (survey["question"] == row["question"]) & (survey["question_version"] == row["question_version"])
    earlier = survey[same & (survey["number"] < row["number"])]
    before: Measure = label("other words" if _was_asked(row, survey) else "not asked")
    if len(earlier):
        then = earlier[earlier["number"] == earlier["number"].max()]
        old = then[then["response"] == row["response"]]
        before = _share(row, then["wave"].iloc[0], int(old["n"].sum()), int(then["asked"].max()))
    return (
        label(first_upper(words_of(row["question"]))),
        label(first_upper(row["response"])),
        _share(row, row["wave"], int(row["n"]), int(row["asked"])),
        before,
    )


def _was_asked(row: Record, survey: pd.DataFrame) -> bool:
    return bool(((survey["question"] == row["question"]) & (survey["number"] < row["number"])).any())


def _share(row: Record, wave: str, n: int, asked: int) -> Ratio:
    stem = f"survey|{wave}|{row['question']}|{row['question_version']}"
    return Ratio(Count(n, "", f"{stem}|{row['response']}"), Count(asked, "", f"{stem}|all"))


def _reworded(findings: Findings) -> Blocks:
    names = findings.impact.reworded
    if not names:
        return ()
    questions = label(", ".join(words_of(name) for name in names))
    sentence: Sentence[Measure] = say("The wording changed, so no change is shown: {questions}.", questions=questions)
    return (para(sentence, tone="note"),)
