"""The page as a file: size, structure, policy, payloads, words that come from one model."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import pairwise

import pytest
import render_pages
from html_check import Seen, read
from render_pages import Maker, edition

from market_profile import document as doc
from market_profile.editions.model import Edition, Shown
from market_profile.errors import DisclosureLeak, MarketProfileError, SettingsError
from market_profile.render import figures, grids
from market_profile.render.gate import Gate
from market_profile.render.page import MOST_BYTES, MOST_NODES, node_count, page_html
from market_profile.room_settings import ThemeSettings
from market_profile.settings import parse_settings
from market_profile.terms import Audience, Sensitivity

BOTH = (Audience.PLANNER, Audience.PARTNER)
PAYLOAD_TEXT = """<script>alert(1)</script>|"><script>alert(1)</script>|'><img src=x onerror=alert(1)>|
<img src=//a.test/x>|
<iframe src=javascript:alert(1)>|<svg onload=alert(1)>|<svg><script>1</script></svg>|</title><script>1</script>|
</style><style>*{display:none}</style>|</script><script>alert(1)</script>|<style>@import "//a.test"</style>|
<link rel=stylesheet href=//a.test>|<meta http-equiv=refresh content="0;url=//a.test">|<base href=//a.test>|
<form action=//a.test><input name=q></form>|<a href="javascript:alert(1)">x</a>|javascript:alert(1)|
data:text/html,<script>1</script>|" onmouseover="alert(1)|' onfocus='alert(1)' autofocus='|` onclick=`1|
<body onload=alert(1)>|<object data=//a.test>|<embed src=//a.test>|<video src=x onerror=1>|
<audio src=x onerror=1>|
<details open ontoggle=alert(1)>|<marquee onstart=1>|<math><mi xlink:href="javascript:1">|
<input autofocus onfocus=1>|<textarea>|</textarea><script>1</script>|<!--|--><script>1</script>|
<![CDATA[<script>1</script>]]>|
&lt;script&gt;1|&#60;script&#62;1|%3Cscript%3E|{{ 7*7 }}|{% raw %}|${7*7}|#{7*7}|<%= 7*7 %>|=1+1|@SUM(1)|+1|
-1+1|url(//a.test)|
expression(alert(1))|;}*{color:red}|<use href="//a.test#x">|<foreignObject><script>1</script></foreignObject>|
<animate onbegin=1>|<set attributeName=href to=javascript:1>|<image href=//a.test>|<feImage href=//a.test>|
<noscript><p title="</noscript><img src=x onerror=1>">|<template><script>1</script></template>|<select><option>|
<table><td>|</table>|</main></body></html>|<plaintext>|<xmp>|a\u202eb|\u0000|<scr\u0000ipt>1"""
PAYLOADS = tuple(PAYLOAD_TEXT.replace("\n", "").split("|"))
FORBIDDEN_TEXT = """img iframe object embed form base link video audio use image foreignobject marquee math textarea
select plaintext xmp template noscript animate set"""
FORBIDDEN = frozenset(FORBIDDEN_TEXT.split())
KEPT = frozenset({"likelihood", "confidence", "tone", "month", "cutoff", "role", "audiences", "sensitivity"})


@cache
def page(audience: Audience) -> str:
    return page_html(edition(audience))[0]


@cache
def seen(audience: Audience) -> Seen:
    return read(page(audience))


@pytest.mark.parametrize("audience", BOTH)
def test_size_gates(audience: Audience) -> None:
    html = page(audience)
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    script = re.search(r"<script>(.*?)</script>", html, re.S)
    assert style is not None and script is not None
    assert len(html.encode()) <= 300_000
    assert node_count(html) == len(seen(audience).elements) <= 3_000
    assert len(style[1].encode()) <= 12_000
    assert len(script[1].encode()) <= 4_000


@pytest.mark.parametrize("audience", BOTH)
def test_policy_names_this_style_and_script_only(audience: Audience) -> None:
    html = page(audience)
    policy = next(m["content"] for m in seen(audience).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    for kind in ("style", "script"):
        body = re.search(rf"<{kind}>(.*?)</{kind}>", html, re.S)
        assert body is not None
        digest = base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def check_clean(found: Seen, scripts: int = 1, allowed: tuple[str, ...] = ()) -> None:
    """No element or attribute that runs or loads, whatever stood in the data."""
    assert found.faults == []
    assert [len(found.all(tag)) for tag in ("style", "html", "body", "main")] == [1, 1, 1, 1]
    assert len(found.all("script")) == scripts
    for tag, attributes in found.elements:
        assert tag not in FORBIDDEN - set(allowed)
        assert not [
            name for name in attributes if name.startswith("on") or name in {"style", "src", "srcdoc", "action"}
        ]
        href = attributes.get("href", "#")
        if href.startswith("data:text/csv;charset=utf-8,") and "download" in attributes:
            assert re.fullmatch(r"[A-Za-z0-9%,;:/._~-]*", href.partition(",")[2])
            continue
        assert not re.match(r"[a-z][a-z0-9+.-]*:|//", href, re.I), href
        assert attributes.get("http-equiv", "") in {"", "Content-Security-Policy"}
        for value in attributes.values():
            assert not re.search(r"url\((?!#)", value) or tag == "meta" or "aria" in str(attributes)


@pytest.mark.parametrize("audience", BOTH)
def test_nothing_runs_and_nothing_loads(audience: Audience) -> None:
    check_clean(seen(audience))
    assert "http://" not in page(audience) and "https://" not in page(audience)


@pytest.mark.parametrize("audience", BOTH)
@pytest.mark.parametrize("turn", range(4))
def test_payloads_in_every_text_field(audience: Audience, turn: int) -> None:
    step = iter(range(10**6))

    def change(words: str) -> str:
        payload = PAYLOADS[(next(step) + turn * 17) % len(PAYLOADS)]
        payload = (
            payload.replace("{", "{{").replace("}", "}}")
            if "{" in words
            else payload.replace("{%", "").replace("${", "")
        )
        return f"{words}{payload}" if words else words

    assert len(PAYLOADS) >= 60
    base = edition(audience)
    poisoned = render_pages.poison(base.document, _safe_braces(change), KEPT)
    html, _ = page_html(replace(base, document=poisoned, theme=ThemeSettings(partnership=PAYLOADS[turn]),
                                downloads=tuple((p, p) for p in PAYLOADS[:40])))  # fmt: skip
    check_clean(read(html))


def _safe_braces(change: object) -> object:
    """Braces are for the writer of a sentence's template, so payloads reach sentences with theirs doubled."""

    def safe(words: str) -> str:
        made = change(words)  # type: ignore[operator]
        tail = made[len(words):]  # fmt: skip
        return words + tail.replace("{", "(").replace("}", ")")

    return safe


@pytest.mark.parametrize("audience", BOTH)
def test_structure(audience: Audience) -> None:
    found = seen(audience)
    ids = [a["id"] for _, a in found.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in found.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attributes.get(name, "").split()) <= set(ids)
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(found.all(landmark)) == 1
    assert found.all("html")[0]["lang"] == "en-GB"
    assert found.all("a")[0]["href"] == "#content"


@pytest.mark.parametrize("audience", BOTH)
def test_marking_top_bottom_and_in_the_title(audience: Audience) -> None:
    html, marking = page(audience), edition(audience).marking.value
    assert re.search(rf"<title>{marking}: ", html)
    assert [text for text in seen(audience).text_of("p") if text == marking] == [marking, marking]
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    assert style is not None and style[1].count(f'content:"{marking}"') == 2


def test_draft_banner_for_unreleased_partner_editions_only() -> None:
    assert "Not released" in page(Audience.PARTNER)
    assert "Not released" not in page(Audience.PLANNER)
    assert "Not released" not in page_html(edition(Audience.PARTNER, is_draft=False))[0]


@pytest.mark.parametrize("audience", BOTH)
def test_two_renders_are_equal(audience: Audience) -> None:
    assert page_html(edition(audience))[0] == page(audience)


@pytest.mark.parametrize("audience", BOTH)
def test_every_shown_value_is_on_the_page(audience: Audience) -> None:
    words = " ".join(text for _, text in seen(audience).texts)
    for section in edition(audience).document.sections:
        for block in section.blocks:
            if isinstance(block, doc.Tiles):
                assert all(str(tile.value.text.value) in words for tile in block.tiles)
            if isinstance(block, doc.Figure) and isinstance(block.drawing, doc.Bars):
                assert all(str(value.text.value) in words for _, value in block.drawing.items)


def every_text(value: object) -> Iterator[str]:
    """Yield every text of an edition: the values as shown and the words of the program."""
    if isinstance(value, Shown):
        yield from (str(part.value) for part in (value.text, value.centre, value.spread) if part is not None)
    elif isinstance(value, str):
        yield str(value)
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from every_text(part)
    elif isinstance(value, dict):
        yield from every_text(tuple(value.values()))
    elif is_dataclass(value):
        yield from every_text(tuple(getattr(value, field.name) for field in fields(value)))


@pytest.mark.parametrize("audience", BOTH)
def test_every_number_on_the_page_is_one_of_the_model(audience: Audience) -> None:
    """Numbers of prose, tiles, tables and alt text stand in the edition; only marks of axes are worked out."""
    numeral = re.compile(r"\d[\d,.]*\d|\d")
    made = edition(audience)
    known = {number for text in every_text(made.document) for number in numeral.findall(text)}
    known |= {number for text in (made.run_id, *(str(part) for part in every_text(made.downloads)))
              for number in numeral.findall(text)}  # fmt: skip
    blocks = [block for section in made.document.sections for block in section.blocks]
    numbering = max(
        sum(isinstance(block, doc.Figure) for block in blocks), sum(isinstance(b, doc.Table) for b in blocks)
    )
    known |= {str(number) for number in range(1, numbering + 1)}
    html = re.sub(r"<svg.*?</svg>", "", page(audience), flags=re.S)
    html = re.sub(r"<(style|script|title)>.*?</\1>", "", html, flags=re.S)
    # the survival table and sizes of the network stand in the drawing as plain numbers
    drawn = [b.drawing for b in blocks if isinstance(b, doc.Figure)]
    for drawing in drawn:
        if isinstance(drawing, doc.Survival):
            for curve in (drawing.share, drawing.low, drawing.high):
                known |= {str(round(100 * share)) for share in curve}
            known |= {f"{day:.0f}" for day in drawing.days}
    left_out = ("network",)
    found = {
        number
        for tag, text in read(html).texts
        if tag in {"p", "li", "td", "th", "span", "small", "caption", "figcaption", "h1", "h2", "h3", "b", "a"}
        for number in numeral.findall(text)
    }
    extra = found - known
    if audience is Audience.PLANNER and left_out:
        grid = grids.grid_of(next(one for one in drawn if isinstance(one, doc.NetworkPicture)))
        extra -= {str(cell) for row in grid.rows for cell in row[1:]}
    assert extra == set()
    for figure in (block for block in blocks if isinstance(block, doc.Figure)):
        if isinstance(figure.drawing, doc.Trend | doc.Bars):
            words = figures.describe(figure.drawing, Gate(audience))
            counts = {str(n) for n in range(1, 40)} if "hidden" in words else set()
            months = {year for period in getattr(figure.drawing, "periods", ()) for year in [str(period)[:4]]}
            assert set(numeral.findall(words)) <= known | counts | months, words


def test_arrows_stand_beside_words_that_say_the_same() -> None:
    make = Maker(Audience.PLANNER)
    words = ("12, up from 10 last month", "8, down from 10 last month", "10, the same as last month", "upbeat")
    rows = tuple((make.shown(f"Row {at}"), make.shown(text)) for at, text in enumerate(words))
    columns = (doc.Column("a", "A"), doc.Column("b", "B"))
    base = edition(Audience.PLANNER)
    section = doc.Section("s", "S", (doc.Table("t", "T", columns, rows),))
    found = read(page_html(replace(base, document=replace(base.document, sections=(section,))))[0])
    cells = [attributes.get("class", "") for attributes in found.all("td")]
    assert cells == ["up", "down", "", ""]


def test_sections_of_another_audience_are_left_out() -> None:
    base = edition(Audience.PARTNER)
    secret = replace(base.document.sections[0], title=base.document.title, audiences=frozenset({Audience.PLANNER}))
    only = replace(base.document, sections=(secret, base.document.sections[3]))
    html, files = page_html(replace(base, document=only))
    assert 'id="headlines"' not in html and 'id="gaps"' in html and files == {}


def test_a_planner_column_cannot_reach_partners() -> None:
    base = edition(Audience.PARTNER)
    make = Maker(Audience.PARTNER)
    column = doc.Column(make.text("a"), make.text("A"), sensitivity=Sensitivity.PERSONAL)
    table = doc.Table(make.text("t"), make.text("T"), (column,), ((make.number(5),),))
    section = doc.Section(make.text("s"), make.text("S"), (table,))
    with pytest.raises(DisclosureLeak):
        page_html(replace(base, document=replace(base.document, sections=(section,))))


def test_a_sentence_without_its_value_is_an_error() -> None:
    base = edition(Audience.PLANNER)
    lacking: doc.Sentence[Shown] = doc.Sentence("There were {n}.")
    section = doc.Section("s", "S", (doc.Paragraph((lacking,)),))
    with pytest.raises(MarketProfileError, match="no value"):
        page_html(replace(base, document=replace(base.document, sections=(section,))))


def large(areas: int) -> Edition:
    """An edition with a map of ``areas`` (a square number) and a table as long."""
    base, make = edition(Audience.PLANNER), Maker(Audience.PLANNER)
    side = round(areas**0.5)
    figure = render_pages.figure(make, "big-map", make.say("Supply gathers"), render_pages.area_map(make, side, 40))
    section = doc.Section("big", "Big", (figure, render_pages.table(make, "long-list", areas, True)))
    return replace(base, document=replace(base.document, sections=(*base.document.sections, section)))


def test_a_thousand_areas_stay_within_the_gates() -> None:
    big = large(1024)
    start = time.perf_counter()
    html, files = page_html(big)
    seconds = time.perf_counter() - start
    assert len(html.encode()) <= max(MOST_BYTES, 1_000_000)
    assert node_count(html) <= MOST_NODES
    assert seconds < 15, "3 s on a quiet machine"
    assert "of 1,024 rows" in html
    assert len(files["tables/figure_big-map.csv"].rows) == len(files["tables/table_long-list.csv"].rows) == 1024


@pytest.mark.parametrize("colour", ["red", "#12436D;}", "#12436", "var(--x)"])
def test_brand_colours_that_are_none_are_refused_as_a_setting(colour: str) -> None:
    said = '[area]\nname = "A"\ncode = "E1"\npartner_areas = "b.geojson"\n[theme]\nbrand_colour = '
    with pytest.raises(SettingsError, match=r"theme\.brand_colour"):
        parse_settings(f'{said}"{colour}"', ())


@pytest.mark.parametrize("colour", ["#ffdd00", "#28A197"])
def test_unreadable_brand_colours_are_refused(colour: str) -> None:
    with pytest.raises(SettingsError, match=r"theme\.brand_colour"):
        page_html(edition(Audience.PARTNER, theme=ThemeSettings(brand_colour=colour)))


@pytest.mark.parametrize("audience", BOTH)
def test_downloads_are_listed_without_being_told(audience: Audience) -> None:
    from market_profile.render import render_edition

    files = render_edition(edition(audience, downloads=()), pdf=False)
    links = [
        a["href"] for a in read(files["profile.html"].decode()).all("a") if not a["href"].startswith(("#", "data:"))
    ]
    assert set(links) <= set(files)
    wanted = "exports/profile.gpkg" if audience is Audience.PLANNER else "tables/profile.ods"
    assert wanted in links and "tables/indicators.csv" in links
