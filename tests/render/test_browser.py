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
