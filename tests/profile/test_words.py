"""Words of the page: plain enough for a council reader, true of the numbers beside them, shaming no street."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.document import Bars, Bullets, Figure, HeatStrip, Lorenz, Paragraph, Survival, Table, Tiles, Trend
from market_profile.editions.convert import convert_document
from market_profile.editions.converter import Converter
from market_profile.editions.disclosure import Policy
from market_profile.editions.show import show_internal, show_released
from market_profile.profile import build_profile
from market_profile.profile.closing import method_section
from market_profile.profile.front import use_section
from market_profile.profile.glossary import ENTRIES, PLANNER_ENTRIES
from market_profile.room_settings import DisclosureSettings
from market_profile.terms import Audience
from market_profile.values import Change, Count, Label, Leader

OLDEST_GRADE = 9.0
"""Grade 9: a reader of fourteen, as plain as general newspapers (Flesch-Kincaid, Kincaid et al. 1975)."""

JARGON = (
    "nominal", "cuckooed", "LSOA", "county line", "test purchase", "hotspot", "pure gram", "confidence interval",
    "median",
)  # fmt: skip

_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?<=[^aeiouy])(?:es|ed)$|(?<=[^aeiouyl])e$")


def syllables(word: str) -> int:
    """Return the syllables of a word of lower-case letters: runs of vowels, silent endings apart, at least one.

    Example:
        >>> [syllables(word) for word in ("price", "police", "seizure", "table", "reported", "supplied")]
        [1, 2, 2, 2, 3, 2]
    """
    bare = (
        word
        if word.endswith(("ted", "ded", "ses", "ces", "ges", "zes", "xes", "ches", "shes"))
        else _SILENT.sub("", word)
    )
    return max(1, len(_VOWELS.findall(bare)))


def grade(text: str) -> float:
    """Return the school grade that ``text`` needs; a United States grade, five years below the age of its readers."""
    sentences = [part for part in re.split(r"(?<=[.!?:])\s+", text) if re.search(r"[A-Za-z]", part)]
    words = re.findall(r"[a-z]+(?:'[a-z]+)?|\d[\d,.%]*", text.lower())
    spoken = sum(syllables(word) if word[0].isalpha() else 1 for word in words)
    return 0.39 * len(words) / max(len(sentences), 1) + 11.8 * spoken / max(len(words), 1) - 15.59


@pytest.fixture(scope="module")
def shown(town):
    made = {}
    for audience, findings in ((Audience.PLANNER, town.planner), (Audience.PARTNER, town.partner)):
        document = build_profile(findings, town.areas, town.settings).document
        made[audience] = convert_document(document, Converter(audience, Policy(), []))
    return made


def said(sentence) -> str:
    return sentence.template.format(**{name: str(value.text.value) for name, value in sentence.values.items()})


def prose(document, leave_out: tuple[str, ...] = ("method", "glossary")) -> list[str]:
    found = []
    for section in document.sections:
        for block in section.blocks if section.id not in leave_out else ():
            if isinstance(block, Paragraph):
                found.append(" ".join(said(one) for one in block.sentences))
            elif isinstance(block, Bullets):
                found += [said(one) for one in block.items]
    return found


def test_grade_of_known_texts():
    # "The cat sat on the mat." 6 words, 6 syllables: 0.39*6 + 11.8*1 - 15.59 = -1.45
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 5 words, 15 syllables: in-tel-li-gence or-gan-i-sa-tion in-ves-ti-gates crim-i-nal ac-tiv-i-ty
    assert syllables("intelligence") == 4 and syllables("criminal") == 3
    hard = "Intelligence organisation investigates criminal activity."
    assert grade(hard) > 15


def test_partners_can_read_it(shown):
    text = " ".join(prose(shown[Audience.PARTNER]))
    assert len(text.split()) < 900
    assert grade(text) <= OLDEST_GRADE, f"grade {grade(text):.1f}"


def test_no_paragraph_for_partners_is_hard(shown):
    hard = {text: round(grade(text), 1) for text in prose(shown[Audience.PARTNER]) if grade(text) > 14}
    assert not {text: found for text, found in hard.items() if len(text.split()) > 12}


@pytest.mark.parametrize("audience", list(Audience))
def test_summary_is_short(shown, audience):
    ids = {"headlines", "changes"}
    section = next(section for section in shown[audience].sections if section.id in ids)
    tiles = next(block for block in section.blocks if isinstance(block, Tiles))
    words = " ".join(f"{tile.label} {tile.value.text.value} {said(tile.note)}" for tile in tiles.tiles)
    assert len(tiles.tiles) <= 4 and len(words.split()) < 120


def test_jargon_stands_in_the_glossary(shown):
    known = {term.casefold() for term, _ in (*ENTRIES, *PLANNER_ENTRIES)}
    for audience, document in shown.items():
        text = " ".join(prose(document)).casefold()
        for word in JARGON:
            if re.search(rf"(?<!\w){word.casefold()}s?(?!\w)", text):
                assert word.casefold() in known, (audience, word)


def test_no_street_is_shamed(shown):
    """Partners read of whole areas: no street, no ranking words, no blame."""
    text = " ".join(prose(shown[Audience.PARTNER]))
    for word in ("worst", "notorious", "infested", "no-go", "drug den", "ghetto", "problem estate", "junkie", "addict"):
        assert word not in text.lower()
    assert not re.search(r"\b[A-Z][a-z]+ (Street|Road|Avenue|Lane|Close|Terrace|Gardens)\b", text)


COUNTS = st.integers(0, 400)


@given(COUNTS, COUNTS, st.lists(COUNTS, min_size=0, max_size=14))
def test_every_change_sentence_is_true_of_what_is_shown(now, before, history):
    """The words of a change agree with the numbers that the same reader sees, rounded and hidden ones too."""
    measure = Change(Count(now), Count(before), tuple(Count(n) for n in history))
    policy = Policy()
    for show in (show_internal, lambda one: show_released(one, policy)):
        value = show(measure)
        words = str(value.text.value)
        moved = re.search(r"(up|down) from ([\d,]+)", words)
        if moved:
            earlier = float(moved[2].replace(",", ""))
            assert value.number is not None
            assert (moved[1] == "up") == (value.number > earlier) and value.number != earlier
        if "the same as" in words:
            assert float(words.split(",")[0].replace(",", "")) == value.number
        bounds = re.search(r"(below|above|within) its normal range \(([\d,]+) to ([\d,]+)\)", words)
        if bounds:
            low, high = (float(part.replace(",", "")) for part in (bounds[2], bounds[3]))
            verdict = bounds[1]
            assert value.number is not None
            least, most = {"below": (-1e9, low), "above": (high, 1e9), "within": (low, high)}[verdict]
            assert least - 0.5 <= value.number <= most + 0.5
        if value.is_hidden:
            assert not moved and not bounds


@given(
    st.lists(
        st.tuples(st.sampled_from(("Heroin", "Crack", "MDMA", "Ketamine", "Cannabis")), COUNTS),
        min_size=1,
        max_size=5,
        unique_by=lambda item: item[0],
    )
)
def test_a_leader_has_the_highest_shown_count(items):
    measure = Leader(tuple((name, Count(n)) for name, n in items))
    policy = Policy()
    exact = str(show_internal(measure).text.value)
    top = max(n for _, n in items)
    if top:
        assert all((name in exact.split(" (")[0]) == (n == top) for name, n in items)
    words = str(show_released(measure, policy).text.value).split(" (")[0]
    if words != measure.nothing:
        numbers = {name: show_released(Count(n), policy).number for name, n in items}
        best = max(number for number in numbers.values() if number is not None)
        assert all((name in words) == (numbers[name] == best) for name, _ in items)


def numbers_of(drawing) -> set[float]:
    values = []
    if isinstance(drawing, Trend):
        values = [value for _, line in drawing.series for value in line]
    elif isinstance(drawing, Bars):
        values = [value for _, value in drawing.items]
    elif isinstance(drawing, HeatStrip):
        values = [value for row in drawing.cells for value in row]
    elif isinstance(drawing, Lorenz):
        values = list(drawing.shares)
    return {value.number for value in values if value.number is not None and not value.is_hidden}


@pytest.mark.parametrize("seed", range(2))
def test_headlines_are_true_under_shuffled_data(town, seed):
    """Shuffle hours, drugs and places of the records: each headline must still say what its own figure shows."""
    import dataclasses

    from market_profile.geography import find_hotspots
    from market_profile.indicators import measure_indicators

    findings = town.planner
    tables = dict(findings.tables.frames)
    for kind in ("test_purchases", "seizures"):
        frame = tables[kind]
        column = "drug_supplied" if kind == "test_purchases" else "drug"
        turned = frame[column].sample(frac=1.0, random_state=seed).to_numpy()
        tables[kind] = frame.assign(**{column: turned})
    shuffled = dataclasses.replace(findings.tables, frames=tables)
    geography = find_hotspots(shuffled, town.areas, findings.month, town.settings.geography, {})
    indicators = measure_indicators(shuffled, geography.record_markets, findings.month, town.settings)
    changed = dataclasses.replace(findings, tables=shuffled, geography=geography, indicators=indicators)
    document = build_profile(changed, town.areas, town.settings).document
    page = convert_document(document, Converter(Audience.PLANNER, Policy(), []))
    figures = [block for section in page.sections for block in section.blocks if isinstance(block, Figure)]
    assert figures
    for figure in figures:
        check_headline(figure)


def check_headline(figure: Figure) -> None:
    words, drawing = said(figure.headline), figure.drawing
    if figure.id == "hours":
        best = max(numbers_of(drawing), default=0.0)
        for row, cells in zip(drawing.row_labels, drawing.cells, strict=True):
            for column, value in zip(drawing.column_labels, cells, strict=True):
                if f"{row} {column}" in words:
                    assert value.number == best, words
    elif isinstance(drawing, Survival):
        median = next((day for day, share in zip(drawing.days, drawing.share, strict=True) if share <= 0.5), None)
        assert (median is None) == ("Fewer than half" in words), words
        if median is not None:
            assert f"within {median:.0f} day" in words, words
    elif figure.id == "drug_offences":
        assert float(words.split()[0].replace(",", "")) in numbers_of(drawing), words
    elif figure.id == "area_map":
        few = int(words.split(" of ")[0].replace(",", ""))
        counts = sorted((area.value.number or 0.0 for area in drawing.areas), reverse=True)
        assert sum(counts[:few]) >= sum(counts) / 2 > sum(counts[: few - 1]), words


def test_tables_that_hold_changes_say_the_number_first(shown):
    for document in shown.values():
        for section in document.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    for row in block.rows:
                        for value in row:
                            if re.search(r"\b(up|down) from \d", str(value.text.value)):
                                assert re.match(r"\[c\]|[\d,£]+", str(value.text.value))


def test_partners_are_told_the_rules_that_their_numbers_were_made_by(town):
    rules = DisclosureSettings(hidden_up_to=9, round_to=20, estimate_minimum_n=15, dominance_share=0.4)
    findings = replace(town.partner, disclosure=rules)
    use, method = use_section(findings), method_section(findings, frozenset({Audience.PARTNER}))
    (told,) = [sentence for sentence in use.blocks[1].items if "hidden" in sentence.values]
    assert (told.values["hidden"], told.values["step"]) == (Label("9"), Label("20"))
    (told,) = [sentence for sentence in method.blocks[1].sentences if "hidden" in sentence.values]
    assert list(told.values.values()) == [Label("9"), Label("20"), Label("15"), Label("40%")]
