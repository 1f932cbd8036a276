"""Faults that a colleague might write, planted one by one: a gate catches each."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.document import (
    AreaMap,
    Bars,
    Column,
    Document,
    Figure,
    MapArea,
    Paragraph,
    Section,
    Sentence,
    Table,
)
from market_profile.editions.make import Made, make_partner_edition
from market_profile.editions.model import Shown
from market_profile.editions.show import show_internal
from market_profile.editions.trace import check_traced, false_marks, page_numbers, untraced
from market_profile.errors import DisclosureLeak
from market_profile.render import render_edition
from market_profile.render.environment import environment
from market_profile.settings import parse_settings
from market_profile.terms import Audience
from market_profile.values import Count, Estimate, Internal, Label, Measure, Private, Released, Sensitive
from tests.conftest import ROOT

SETTINGS = parse_settings('[area]\nname="Town"\ncode="E1"\npartner_areas="b.geojson"', ())
PARTNER = frozenset({Audience.PARTNER})


class Profile:
    """A profile of one section, as ``profile`` would build it."""

    nodes = links = None

    def __init__(self, *blocks: object) -> None:
        self.tables, self.layers = {}, {}
        self.document: Document[Measure] = Document(
            "Town", "2019-02", "2019-02-28", "Drugs market profile",
            (Section("s", "A section", tuple(blocks), PARTNER),),
        )  # fmt: skip


def bars() -> Figure[Measure]:
    items = (("heroin", Count(12, "", "a|heroin|2019-02")), ("crack", Count(41, "", "a|crack|2019-02")))
    return Figure("f", Sentence("Two drugs"), "Counts", Bars(items, "seizures"), "seizures")


def edition_of(*blocks: object) -> Made:
    return make_partner_edition(Profile(*blocks), SETTINGS)


def sentence(template: str, **values: Measure) -> Paragraph[Measure]:
    return Paragraph((Sentence(template, values),))


def test_an_honest_page_passes() -> None:
    made = edition_of(bars(), sentence("{n} logs and {p}.", n=Count(1234), p=Estimate(156.2, 98.1, 160.4, 40, "£")))
    page = render_edition(made.edition, pdf=False)["profile.html"]
    assert {"10", "40", "1235", "160", "98"} <= set(page_numbers(page))
    check_traced(page, made)


@pytest.mark.parametrize("words", ["Figure 1", "CSV of Table 1", "What it means: Figure 1", "Figure 1 as a table"])
def test_the_number_of_a_figure_is_the_pages_own(words: str) -> None:
    assert page_numbers(f'<a aria-label="{words}">{words}</a>'.encode()) == []
    assert page_numbers(f"<p>{words} holds 1 area</p>".encode()) != []


@pytest.mark.parametrize("value", ["A. Nominal", Internal("A. Nominal"), Sensitive("A. Nominal"), 7, 7.0])
def test_a_template_that_prints_a_nominal(value: object) -> None:
    template = environment(Audience.PARTNER).from_string("<p>{{ value }}</p>")
    with pytest.raises(DisclosureLeak):
        template.render(value=value)
    if not isinstance(value, Sensitive):
        return
    with pytest.raises(DisclosureLeak):
        edition_of(sentence("Seen: {who}.", who=Private(value)))


def test_a_personal_column_never_reaches_partners() -> None:
    from market_profile.terms import Sensitivity

    columns = (Column("drug", "Drug"), Column("who", "Who", sensitivity=Sensitivity.PERSONAL))
    table: Table[Measure] = Table("t", "By drug", columns, ((Label("heroin"), Private(Sensitive("A. Nominal"))),))
    files = render_edition(edition_of(table).edition, pdf=False)
    assert not any(b"Nominal" in content for content in files.values())


def test_a_bar_from_an_unrounded_number() -> None:
    made = edition_of(bars())
    assert false_marks(made) == []
    figure = made.edition.document.sections[0].blocks[0]
    wrong = tuple((label, replace(shown, number=12.0)) for label, shown in figure.drawing.items)
    section = replace(
        made.edition.document.sections[0], blocks=(replace(figure, drawing=replace(figure.drawing, items=wrong)),)
    )
    planted = replace(made, edition=replace(made.edition, document=replace(made.edition.document, sections=(section,))))
    page = render_edition(planted.edition, pdf=False)["profile.html"]
    with pytest.raises(DisclosureLeak, match="mark is drawn"):
        check_traced(page, planted)


@given(*[st.floats(min_value=1e-4, max_value=1e6)] * 3)
def test_an_estimate_is_drawn_where_it_is_printed(value: float, below: float, above: float) -> None:
    made = edition_of(sentence("{p}.", p=Estimate(value, max(0.0, value - below), value + above, 40)))
    assert false_marks(made) == []


def test_an_exact_number_where_a_released_one_belongs() -> None:
    with pytest.raises(DisclosureLeak, match="only editions"):
        Released("12", object())
    made = edition_of(bars())
    shown = show_internal(Count(12))
    section = replace(made.edition.document.sections[0], blocks=(Paragraph((Sentence("{n} seizures", {"n": shown}),)),))
    planted = replace(made.edition, document=replace(made.edition.document, sections=(section,)))
    with pytest.raises(DisclosureLeak):
        render_edition(planted, pdf=False)


def test_a_number_that_the_page_makes_up_is_not_traced() -> None:
    made = edition_of(bars())
    page = render_edition(made.edition, pdf=False)["profile.html"].replace(b"</main>", b"<p>37 of them</p></main>")
    assert untraced(page, made) == ["37"]
    with pytest.raises(DisclosureLeak, match="1 numbers"):
        check_traced(page, made)


def test_the_words_of_a_map_count_its_areas_by_released_value() -> None:
    square = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0))
    counts = [20] * 17 + [1] * 53
    areas = tuple(
        MapArea(f"E{n:03d}", "Somewhere", (square,), Count(count, "", f"area|E{n:03d}|2019-02"))
        for n, count in enumerate(counts)
    )
    figure = Figure("map", Sentence("Events by area"), "Counts", AreaMap(areas, (), "events", "None"), "logs")
    made = edition_of(figure)
    page = render_edition(made.edition, pdf=False)["profile.html"]
    assert b"53 areas hidden" in page
    check_traced(page, made)
    with pytest.raises(DisclosureLeak, match=r"\(17, 54\)"):
        check_traced(page.replace(b"53 areas hidden", b"54 areas hidden", 1), made)


ALLOWED = ("area_name", "_words(", "_span(", "WAYS[", "month.text", "period", "team")
"""What words on the page may be made from: the area, dates in words, reference tables, ledger names."""

WORDS = {"say", "para", "label", "bullets", "table", "section", "gap", "Sentence", "Label", "Figure", "Tile", "col"}


def computed_sentences(source: str) -> list[str]:
    """Return the words given to the page that are computed from anything but the area, a date or a reference table."""
    found = []
    tree = ast.parse(source)
    constant = _constant_names(tree)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        given = [*call.args, *(keyword.value for keyword in call.keywords)] if name in WORDS else []
        for words in given:
            is_joined = isinstance(words, ast.BinOp) and not isinstance(words.op, ast.BitOr)
            parts = [part for part in ast.walk(words) if isinstance(part, ast.FormattedValue)]
            if isinstance(words, ast.JoinedStr) or (is_joined and parts):
                texts = [ast.unparse(part.value) for part in parts]
                found.extend(text for text in texts if text not in constant and not any(one in text for one in ALLOWED))
    return found


def _constant_names(tree: ast.AST) -> set[str]:
    """Return the names that only ever stand for words written in the program."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).append(node.value)
    return {name for name, values in given.items() if all(isinstance(value, ast.Constant) for value in values)}


PLANTED = (
    'say(f"{len(logs)} logs were read")',
    'para(f"There were {count.n} arrests.")',
    "label(f\"{frame['n'].sum()}\")",
    'Figure("f", say("x"), f"{n} seizures", drawing, "source")',
    'say("Only " + f"{few} people")',
)


@pytest.mark.parametrize("source", PLANTED)
def test_a_sentence_computed_from_an_internal_count(source: str) -> None:
    assert computed_sentences(source)


def test_no_sentence_of_the_profile_is_computed() -> None:
    for path in sorted((ROOT / "market_profile" / "profile").glob("*.py")):
        assert computed_sentences(path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.slow
def test_an_import_from_profile_in_render(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "market_profile", tmp_path / "market_profile", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    page = tmp_path / "market_profile" / "render" / "page.py"
    page.write_text(page.read_text(encoding="utf-8") + "\nfrom market_profile.profile import build_profile\n")
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "market_profile.render.page -> market_profile.profile" in done.stdout


def test_shown_values_hold_released_text_only() -> None:
    made = edition_of(bars(), sentence("{n} of them.", n=Count(3)))
    texts: list[Shown] = [value for _, value in made.edition.document.sections[0].blocks[0].drawing.items]
    assert all(isinstance(shown.text, Released) for shown in texts)
