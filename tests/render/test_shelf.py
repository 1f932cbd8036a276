"""The index over the months, the comparison of two of them, and the logo of the head."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from html_check import read
from hypothesis import given
from hypothesis import strategies as st
from render_pages import edition
from test_page import PAYLOADS, check_clean

from market_profile.editions.release import Notice
from market_profile.errors import SettingsError
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.shelf import mend_shelf, write_shelf
from market_profile.render.logo import MOST_LOGO_BYTES, logo_image
from market_profile.render.months import MonthOnShelf, Reading, Shelf, difference_words, ranges_words, shelf_pages
from market_profile.render.page import page_html
from market_profile.room_settings import ThemeSettings
from market_profile.terms import Audience

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def shelf(count: int = 3) -> Shelf:
    """Return a shelf of months; the price rises by five a month, the purity is known in the last two only."""
    months = []
    for at in range(count):
        name = f"2019-{at + 1:02d}"
        price = Reading("Price of a pure gram, heroin", 100.0 + 5 * at, 90.0 + 5 * at, 110.0 + 5 * at, "£")
        readings = (price, *((Reading("Purity, heroin", 40.0, unit="%"),) if at else ()))
        files = frozenset({"planner/profile.html", "planner/profile.pdf", "partner/profile.html"})
        months.append(MonthOnShelf(name, "31 January 2019", "Draft", 1200, 3, ("treatment",), files, readings))
    return Shelf("Saltmere", tuple(months))


def test_index_links_every_page_that_stands_newest_first() -> None:
    found = read(shelf_pages(shelf())["index.html"].decode())
    check_clean(found, scripts=0)
    links = [a["href"] for a in found.all("a") if a["href"][0] != "#"]
    assert links[:4] == ["compare.html", "2019-03/planner/profile.html", "2019-03/planner/profile.pdf",
                         "2019-03/partner/profile.html"]  # fmt: skip
    assert "2019-01/partner/profile.pdf" not in links
    assert [text for text in found.text_of("p") if text == "OFFICIAL-SENSITIVE"] == ["OFFICIAL-SENSITIVE"] * 2


def test_one_month_has_nothing_to_compare() -> None:
    pages = shelf_pages(shelf(1))
    assert list(pages) == ["index.html"] and b"compare.html" not in pages["index.html"]


def test_comparison_shows_the_last_two_months_and_all_of_them() -> None:
    found = read(shelf_pages(shelf())["compare.html"].decode())
    check_clean(found, allowed=("select",))
    words = [text for _, text in found.texts]
    # 110 (100 to 120) after 105 (95 to 115)
    assert "up by 5; ranges overlap" in words and "£110 (£100 to £120)" in words
    assert "not known" in words  # purity in January
    numbers = [attributes["data-v"] for _, attributes in found.elements if "data-v" in attributes]
    assert numbers == ["100", "105", "110", "40", "40"]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_difference_words_are_true(first: float, second: float) -> None:
    words = difference_words(first, second)
    step = round(second - first, 3)
    assert words.startswith("up by") == (step > 0) and words.startswith("down by") == (step < 0)
    if step:
        assert float(words.split()[-1].replace(",", "")) == pytest.approx(abs(step), abs=5e-4)


def test_ranges_that_touch_overlap() -> None:
    one = Reading("a", 5.0, 4.0, 6.0)
    assert ranges_words(one, Reading("a", 7.0, 6.0, 8.0)) == "ranges overlap"
    assert ranges_words(one, Reading("a", 7.5, 6.5, 8.0)) == "ranges do not overlap"
    assert ranges_words(one, Reading("a", 7.5)) == ""


def test_payloads_in_the_index_and_the_comparison() -> None:
    base = shelf()
    for payload in PAYLOADS:
        months = tuple(
            replace(month, state=payload, cutoff=payload, missing=(payload,),
                    readings=(Reading(payload, 1.0, unit=payload),)) for month in base.months
        )  # fmt: skip
        pages = shelf_pages(Shelf(payload, months, ThemeSettings(partnership=payload)))
        for name, content in pages.items():
            check_clean(read(content.decode()), scripts=int(name == "compare.html"), allowed=("select",))


def _edition_folder(root: Path, month: str, state: str) -> None:
    tables = root / "editions" / month / "planner" / "tables"
    tables.mkdir(parents=True)
    run = {"sources": {"seizures": {"accepted": 40, "quarantined": 2}}, "not_supplied": ["court_orders"]}
    (root / "editions" / month / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (tables / "headline_figures.csv").write_text(
        f"month,figure,value\n{month},seizures,{len(state)}\n", encoding="utf-8"
    )
    (tables / "indicators.csv").write_text(
        "indicator,drug,period,value,low,high\n"
        f"purity,heroin,2018-01..{month},41.2,30,50\npurity,heroin,{month},99,,\n", encoding="utf-8",
    )  # fmt: skip
    partner = root / "editions" / month / "partner"
    partner.mkdir()
    people = {"author": "A. Analyst", "approver": "B. Superintendent"} if state == "released" else {}
    (partner / "manifest.json").write_text(json.dumps({"state": state, **people}), encoding="utf-8")


def test_shelf_is_made_from_the_folders(tmp_path: Path) -> None:
    settings = SimpleNamespace(area=SimpleNamespace(name="Saltmere"), theme=ThemeSettings())
    workspace = SimpleNamespace(folder=tmp_path, settings=settings)
    write_shelf(workspace)  # type: ignore[arg-type]
    assert not (tmp_path / "editions").exists()
    _edition_folder(tmp_path, "2018-11", "released")
    _edition_folder(tmp_path, "2018-12", "draft")
    (tmp_path / "editions" / ".staging-2018-12").mkdir()
    mend_shelf(workspace)  # type: ignore[arg-type]
    index = (tmp_path / "editions" / "index.html").read_text(encoding="utf-8")
    assert "Released: signed by A. Analyst and B. Superintendent" in index and "court orders" in index
    compare = [text for _, text in read((tmp_path / "editions" / "compare.html").read_text(encoding="utf-8")).texts]
    at = compare.index("Seizures, this month")
    assert compare[at + 1 : at + 4] == ["8", "5", "down by 3"]
    at = compare.index("Purity, heroin, twelve months")
    assert compare[at + 1 : at + 4] == ["41% (30% to 50%)", "41% (30% to 50%)", "the same; ranges overlap"]
    page = tmp_path / "editions" / "index.html"
    os.utime(page, (1, 1))
    mend_shelf(workspace)  # type: ignore[arg-type]  # nothing changed: it is looked at once, not at every refresh
    assert page.stat().st_mtime > 1 and page.read_text(encoding="utf-8") == index


def test_a_draft_after_a_release_says_what_partners_hold(tmp_path: Path) -> None:
    settings = SimpleNamespace(area=SimpleNamespace(name="Saltmere"), theme=ThemeSettings())
    workspace = SimpleNamespace(folder=tmp_path, settings=settings)
    _edition_folder(tmp_path, "2018-11", "draft")
    releases = ReleaseStore(tmp_path / "store")
    signed = {"author": "A. Analyst", "approver": "B. Superintendent", "ledger_head": ""}
    releases.add("2018-11", (), {"manifest.json": json.dumps(signed).encode()})
    index = tmp_path / "editions" / "index.html"
    write_shelf(workspace)  # type: ignore[arg-type]
    held = "Draft, changed since: partners hold the edition signed by A. Analyst and B. Superintendent"
    assert held in index.read_text(encoding="utf-8")
    last = releases.last("2018-11")
    assert last is not None
    releases.note(last, Notice("2018-11", "withdrawn", "A count was wrong.", "A. Analyst"))
    write_shelf(workspace)  # type: ignore[arg-type]
    assert held not in index.read_text(encoding="utf-8") and "Draft" in index.read_text(encoding="utf-8")


def test_logo_stands_in_the_page_and_other_files_are_refused(tmp_path: Path) -> None:
    theme = ThemeSettings(partnership='A "good" name', logo="decisions/logo.png")
    assert logo_image(theme).html == ""
    with pytest.raises(SettingsError, match="not there"):
        theme.read_logo(tmp_path)
    (tmp_path / "decisions").mkdir()
    for content, words in ((b"<svg onload=alert(1)>", "no PNG"), (PNG + bytes(MOST_LOGO_BYTES), "smaller")):
        (tmp_path / "decisions" / "logo.png").write_bytes(content)
        theme.read_logo(tmp_path)
        with pytest.raises(SettingsError, match=words):
            logo_image(theme)
    (tmp_path / "decisions" / "logo.png").write_bytes(PNG)
    theme.read_logo(tmp_path)
    html, _ = page_html(edition(Audience.PARTNER, theme=theme))
    images = read(html).all("img")
    assert [image["alt"] for image in images] == ['A "good" name']
    assert base64.b64decode(images[0]["src"].removeprefix("data:image/png;base64,")) == PNG


@pytest.mark.parametrize("logo", ["../secret.png", "decisions/logo.svg", "/etc/logo.png", "logo.png"])
def test_logo_is_a_picture_below_decisions(logo: str) -> None:
    with pytest.raises(ValueError, match="logo"):
        ThemeSettings(logo=logo)


def test_logo_is_printed() -> None:
    pytest.importorskip("weasyprint")
    from market_profile.render.pdf import page_pdf, pdf_fault

    if pdf_fault():
        pytest.skip(pdf_fault())
    src = "data:image/png;base64," + base64.b64encode(PNG).decode()
    plain = page_pdf("<title>t</title><h1>x</h1>")
    assert len(page_pdf(f'<title>t</title><h1>x</h1><img alt="a" src="{src}">')) > len(plain)
    assert len(page_pdf('<title>t</title><img alt="a" src="https://a.test/x.png">')) > 1_000
