"""The page in Chromium: silent, self-contained, accessible, whole at 320 px, the same without JavaScript."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from render_pages import edition

from market_profile.render import render_edition
from market_profile.terms import Audience

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the browser tests did not run"),
]
CASES = [(a, s, w) for a in Audience for s in ("light", "dark") for w in (320, 1100)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Audience, str]:
    made = {}
    for audience in Audience:
        path: Path = tmp_path_factory.mktemp("page") / f"{audience}.html"
        path.write_bytes(render_edition(edition(audience), pdf=False)["profile.html"])
        made[audience] = path.as_uri()
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


class Opened:
    """A page with everything that it said or asked for."""

    def __init__(self, browser: Any, url: str, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(url)
        self.asked.remove(url)


@pytest.mark.parametrize(("audience", "scheme", "width"), CASES)
def test_silent_accessible_and_whole(browser: Any, pages: dict, audience: Audience, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened = Opened(browser, pages[audience], viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert (opened.said, opened.asked) == ([], [])
    opened.context.close()


@pytest.mark.parametrize("audience", list(Audience))
def test_words_are_the_same_without_javascript(browser: Any, pages: dict, audience: Audience) -> None:
    texts = []
    for has_script in (True, False):
        opened = Opened(browser, pages[audience], java_script_enabled=has_script)
        texts.append(opened.page.locator("main").text_content())
        opened.context.close()
    assert texts[0] == texts[1]


def test_sort_and_filter(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PARTNER])
    table = opened.page.locator("#areas")
    values = table.locator("tbody td.n")
    head = table.locator("th button").nth(1)
    head.click()
    head.click()
    assert values.all_text_contents()[:7] == ["[c]", "[c]", "50", "45", "40", "30", "25"]
    head.click()
    assert values.all_text_contents()[:3] == ["5", "10", "20"]
    table.locator("input").fill("004a")
    assert table.locator("tbody tr:visible").count() == 1
    opened.context.close()


def test_every_control_is_reached_by_keyboard_and_shows_focus(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PARTNER], viewport={"width": 1100, "height": 900})
    page = opened.page
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href],button,input,summary,[tabindex=\"0\"]')]"
        ".filter((one) => one.checkVisibility()).length"
    )
    reached = 0
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        state = page.evaluate(
            "(() => { const one = document.activeElement; if (one === document.body) return null;"
            " const style = getComputedStyle(one); const seen = one.dataset.seen; one.dataset.seen = 1;"
            " return [Boolean(seen), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]; })()"
        )
        if state is None or state[0]:
            break
        reached += 1
        assert state[1], "focus is not visible"
    assert reached == wanted
    opened.context.close()


def test_a_thing_is_highlighted_in_every_figure_and_stays_so_after_a_click(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PARTNER], viewport={"width": 1100, "height": 900})
    page = opened.page
    part = page.locator("#drugs g[data-k]:visible").first
    key = part.get_attribute("data-k")
    same = page.locator(f"[data-k='{key}']")
    assert same.count() >= 2
    part.locator("circle").last.hover(force=True)
    assert page.locator(f"[data-k='{key}'].hi").count() == same.count()
    page.mouse.move(5, 5)
    assert page.locator(".hi").count() == 0
    part.locator("circle").last.click(force=True)
    page.mouse.move(5, 5)
    assert page.locator(f"[data-k='{key}'].hi").count() == same.count()
    opened.context.close()


def test_a_thing_is_highlighted_from_the_keyboard_and_stays_so_after_enter(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PARTNER], viewport={"width": 1100, "height": 900})
    page = opened.page
    picture = page.locator("#drugs svg:visible").first
    keys = list(dict.fromkeys(part.get_attribute("data-k") for part in picture.locator("[data-k]").all()))
    assert len(keys) >= 2

    def marked() -> set[str]:
        return {part.get_attribute("data-k") for part in page.locator(".hi").all()}

    picture.focus()
    assert page.locator("output").text_content() == "Arrow keys mark, Enter keeps" and marked() == set()
    page.keyboard.press("ArrowRight")
    assert marked() == {keys[0]}
    assert page.locator(f"[data-k='{keys[0]}'].hi").count() == page.locator(f"[data-k='{keys[0]}']").count()
    assert page.locator("output").text_content() == page.locator(f"tr[data-k='{keys[0]}'] th").first.text_content()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert marked() == {keys[0], keys[1]}
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert marked() == {keys[0], keys[-1]}
    page.keyboard.press("Tab")
    assert marked() == {keys[0]} and page.locator("output").count() == 0
    assert (opened.said, opened.asked) == ([], [])
    opened.context.close()


@pytest.mark.parametrize("audience", list(Audience))
def test_wide_screens_and_forced_colours_lose_nothing(browser: Any, pages: dict, audience: Audience) -> None:
    """A3 at 150 pixels an inch is 2,480 wide; with forced colours every word keeps 4.5:1."""
    opened = Opened(browser, pages[audience], viewport={"width": 2480, "height": 1754}, forced_colors="active")
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 2480
    assert page.evaluate("document.querySelector('main').getBoundingClientRect().width") > 800
    faults = [fault for fault in page.evaluate(COLOURS_JS) if fault[0] == "text"]
    assert faults == []
    opened.context.close()


def test_text_at_twice_the_size_loses_nothing(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PARTNER], viewport={"width": 1100, "height": 900})
    opened.page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 1100
    opened.context.close()


def test_forced_colours_keep_every_figure(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PLANNER], forced_colors="active")
    shot = opened.page.locator("figure").first.screenshot()
    assert len(shot) > 3_000
    opened.context.close()


def test_payloads_do_not_run(browser: Any, tmp_path: Path) -> None:
    from render_pages import poison
    from test_page import KEPT, PAYLOADS

    for turn in range(3):
        step = iter(range(10**6))

        def change(words: str, step: Any = step, turn: int = turn) -> str:
            tail = PAYLOADS[(next(step) + 23 * turn) % len(PAYLOADS)].replace("{", "(").replace("}", ")")
            return words + tail if words else words

        base = edition(Audience.PLANNER)
        path = tmp_path / "poisoned.html"
        path.write_bytes(
            render_edition(replace(base, document=poison(base.document, change, KEPT)), pdf=False)["profile.html"]
        )
        opened = Opened(browser, path.as_uri())
        opened.page.wait_for_timeout(200)
        assert (opened.said, opened.asked) == ([], [])
        opened.context.close()


COLOURS_JS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).slice(0, 3).map(Number);
  const light = (rgb) => { const [r, g, b] = rgb.map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const back = parse(getComputedStyle(document.documentElement).backgroundColor), faults = [];
  document.querySelectorAll('svg text').forEach((one) => {
    if (one.classList.contains('fbg')) return;  // rank numbers and names stand on marks; the palette test has them
    const found = ratio(parse(getComputedStyle(one).fill), back);
    if (found < 4.5) faults.push(['text', one.textContent, found]);
  });
  document.querySelectorAll('svg path, svg circle, svg rect').forEach((one) => {
    if (one.closest('pattern, defs') || one.hasAttribute('opacity')) return;
    const style = getComputedStyle(one), names = one.getAttribute('class') || '';
    if (/k(s\\d|axis|ink)/.test(names) && ratio(parse(style.stroke), back) < 3) faults.push(['stroke', names]);
    if (/f(s\\d|ink)/.test(names) && ratio(parse(style.fill), back) < 3) faults.push(['fill', names]);
  });
  return faults;
}"""


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_figure_is_one_colour_and_every_mark_can_be_seen(
    browser: Any, pages: dict, audience: Audience, scheme: str
) -> None:
    from io import BytesIO

    from PIL import Image

    opened = Opened(browser, pages[audience], color_scheme=scheme, viewport={"width": 1100, "height": 900})
    assert opened.page.evaluate(COLOURS_JS) == []
    pictures = opened.page.locator("figure svg:visible")
    count = pictures.count()
    assert count >= 5
    for at in range(count):
        shot = Image.open(BytesIO(pictures.nth(at).screenshot())).convert("RGB")
        colours = shot.getcolors(maxcolors=shot.width * shot.height) or []
        common = max(share for share, _ in colours) / (shot.width * shot.height)
        assert len(colours) > 8 and common < 0.995, at
        ground = max(colours)[1]
        assert (sum(ground) > 600) == (scheme == "light") or common < 0.5, (at, ground)
    opened.context.close()


def test_a_figure_gives_its_numbers_as_a_file_and_to_the_clipboard(browser: Any, pages: dict) -> None:
    opened = Opened(browser, pages[Audience.PARTNER])
    figure = opened.page.locator("#prices")
    figure.locator("summary").click()
    with opened.page.expect_download() as waiting:
        figure.locator("a[download]").click()
    assert waiting.value.suggested_filename == "prices.csv"
    lines = Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["row,column,value,low,high,shown", "Heroin,£ per pure gram,125,95,155,£125 (95 to 155)"]
    assert lines[-1] == "Ketamine,£ per pure gram,,,,[c]"
    button = figure.locator(".tools button")
    button.click()
    opened.page.wait_for_timeout(200)
    assert button.text_content() != "Copy table"
    assert (opened.said, [url for url in opened.asked if not url.startswith("data:text/csv")]) == ([], [])
    opened.context.close()


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    from test_shelf import shelf

    from market_profile.render.months import shelf_pages

    folder = tmp_path_factory.mktemp("shelf")
    for name, content in shelf_pages(shelf(4)).items():
        (folder / name).write_bytes(content)
    return {name: (folder / name).as_uri() for name in ("index.html", "compare.html")}


@pytest.mark.parametrize("name", ["index.html", "compare.html"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_pages_over_the_months(browser: Any, shelves: dict, name: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened = Opened(browser, shelves[name], viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(opened.page, options={"rules": {"target-size": {"enabled": True}}})
    assert found.violations_count == 0, found.generate_report()
    assert (opened.said, opened.asked) == ([], [])
    opened.context.close()


def test_the_script_compares_any_two_months_in_the_words_of_the_server(browser: Any, shelves: dict) -> None:
    from test_shelf import shelf

    from market_profile.render.months import difference_words, ranges_words

    opened = Opened(browser, shelves["compare.html"])
    rows = opened.page.locator("#pair tbody tr")
    with_script = opened.page.locator("#pair").text_content()
    bare = Opened(browser, shelves["compare.html"], java_script_enabled=False)
    assert bare.page.locator("#pair").text_content() == with_script
    months = shelf(4).months
    for first in range(4):
        for second in range(4):
            opened.page.select_option("#first", index=first)
            opened.page.select_option("#second", index=second)
            for at, reading in enumerate(("Price of a pure gram, heroin", "Purity, heroin")):
                pair = [next((r for r in months[m].readings if r.name == reading), None) for m in (first, second)]
                values = [None if one is None else one.value for one in pair]
                wanted = [difference_words(*values), ranges_words(*pair)]
                assert rows.nth(at).locator("td").nth(2).text_content() == "; ".join(part for part in wanted if part)
    opened.context.close()
    bare.context.close()
