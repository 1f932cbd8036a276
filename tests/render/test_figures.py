"""Pictures: drawn from shown numbers, labels inside and apart, colours readable, words true."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
import render_pages
import shapely
from hypothesis import given
from hypothesis import strategies as st
from render_pages import (
    Maker,
    area_map,
    bars,
    calibration,
    dumbbells,
    heat,
    lorenz,
    months,
    network,
    panels,
    survival,
    trend,
    waterfall,
)  # fmt: skip

from market_profile import document as doc
from market_profile.editions.model import Shown
from market_profile.errors import WrongUse
from market_profile.render import figures, grids
from market_profile.render.gate import Gate
from market_profile.render.network_layout import clusters_of, pack
from market_profile.render.scales import classes_of, figure_text, linear_scale, month_ticks
from market_profile.render.svg import text_width, wrap
from market_profile.render.svg_map import area_shapes
from market_profile.render.svg_survival import median_days
from market_profile.render.svg_yardstick import band_of
from market_profile.render.theme import DARK, LIGHT, SERIES, contrast
from market_profile.terms import Audience

MAKE = Maker(Audience.PLANNER)
GATE = Gate(Audience.PLANNER)
LONG = "A category with a name so long that it cannot stand on one line of any picture, nor on two of them"
DRAWINGS = {
    "trend": trend(MAKE),
    "trend-many": trend(MAKE, 6, 40, True),
    "trend-short": trend(MAKE, 2, 3),
    "trend-long": trend(MAKE, 1, 130),
    "trend-one": trend(MAKE, 1, 1),
    "trend-hidden": doc.Trend(("2019-01", "2019-02"), (("a", (MAKE.hidden(), MAKE.hidden())),), "n"),
    "trend-names": replace(trend(MAKE, 2), series=tuple((LONG, values) for _, values in trend(MAKE, 2).series)),
    "bars": bars(MAKE),
    "bars-long": doc.Bars(((LONG, MAKE.number(5)), (LONG, MAKE.hidden())), LONG),
    "bars-negative": doc.Bars((("a", MAKE.number(-40)), ("b", MAKE.number(25, 50))), "n"),
    "bars-none": doc.Bars((), "n"),
    "heat": heat(MAKE),
    "map": area_map(MAKE, 6, 12),
    "map-none": doc.AreaMap((), (), "n", "a"),
    "network": network(160),
    "network-large": network(420),
    "network-one": doc.NetworkPicture((doc.NetworkNode("a", LONG, "dealer", LONG, 1.0),), ()),
    "survival": survival(MAKE),
    "lorenz": lorenz(MAKE),
    "lorenz-none": doc.Lorenz((MAKE.number(0), MAKE.number(0)), "users", "spend", MAKE.number(0)),
    "dumbbells": dumbbells(MAKE),
    "dumbbells-long": doc.Dumbbells(((LONG, MAKE.number(5), MAKE.hidden()),), LONG, LONG, LONG),
    "dumbbells-none": doc.Dumbbells((), "n"),
    "panels": panels(MAKE),
    "panels-two": panels(MAKE, 2),
    "panels-rows": panels(MAKE, 3, False),
    "panels-long": replace(
        panels(MAKE, 2, False), panels=tuple(doc.Panel(LONG, panel.values, LONG) for panel in panels(MAKE, 2).panels)
    ),
    "panels-none": doc.Panels((), ()),
    "calibration": calibration(MAKE),
    "calibration-none": doc.Calibration((), LONG, LONG),
    "waterfall": waterfall(MAKE),
    "waterfall-long": doc.Waterfall(((LONG, MAKE.number(-5)),), (LONG, MAKE.number(-5)), LONG),
    "survival-none": doc.Survival((), (), (), (), MAKE.number(0)),
}

KINDS = ("trend", "bars", "heat", "survival", "lorenz", "dumbbells", "panels", "calibration", "waterfall")
NESTED = (doc.Trend, doc.Bars, doc.HeatStrip, doc.AreaMap, doc.MapArea, doc.Dumbbells, doc.Panels, doc.Panel)


def pictures(name: str) -> list[ElementTree.Element]:
    drawing = DRAWINGS[name]
    figure = doc.Figure("f", MAKE.say("Headline"), "s", drawing, "src")
    return [ElementTree.fromstring(part.html) for part in figures.draw(figure, "f", "Headline", GATE, {})]


@pytest.mark.parametrize("name", DRAWINGS)
def test_labels_stay_inside_the_picture(name: str) -> None:
    for svg in pictures(name):
        width, height = float(svg.get("width", 0)), float(svg.get("height", 0))
        for text in svg.iter("text"):
            if not text.text:
                continue
            wide = text_width(text.text, float(text.get("font-size", 13)), text.get("font-weight") == "700")
            x = float(text.get("x", 0)) - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor", ""), 0.0)
            assert x >= -4 and x + wide <= width + 4, (text.text, x, wide, width)
            assert 8 <= float(text.get("y", 0)) <= height + 1, text.text


@pytest.mark.parametrize(
    "name",
    [
        "trend",
        "trend-many",
        "trend-short",
        "bars",
        "heat",
        "survival",
        "trend-names",
        "lorenz",
        "dumbbells",
        "panels",
        "panels-rows",
        "calibration",
        "waterfall",
    ],
)
def test_labels_do_not_overlap(name: str) -> None:
    for svg in pictures(name):
        boxes = []
        for text in svg.iter("text"):
            size = float(text.get("font-size", 13))
            wide = 0.92 * text_width(text.text or "", size)
            x = float(text.get("x", 0)) - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor", ""), 0.0)
            boxes.append(
                (shapely.box(x, float(text.get("y", 0)) - 0.7 * size, x + wide, float(text.get("y", 0))), text.text)
            )
        for (one, first), (other, second) in combinations(boxes, 2):
            assert one.intersection(other).area < 1.0, (first, second)


@pytest.mark.parametrize("name", DRAWINGS)
def test_pictures_have_title_description_and_painted_classes(name: str) -> None:
    for svg in pictures(name):
        if svg.get("aria-hidden") != "true":
            assert svg.get("role") == "img"
            labels = {node.get("id") for node in [*svg.findall("title"), *svg.findall("desc")] if node.text}
            assert labels == set((svg.get("aria-labelledby") or "").split())
        for node in svg.iter():
            assert "style" not in node.attrib
            for mark in (node.get("class") or "").split():
                if mark[0] in "fk" and mark[1:] in LIGHT:
                    assert node.get("fill" if mark[0] == "f" else "stroke") == LIGHT[mark[1:]]


def test_colours_can_be_read_in_light_and_dark() -> None:
    for theme in (LIGHT, DARK):
        for text in ("ink", "muted", "link"):
            assert contrast(theme[text], theme["bg"]) >= 4.5
            assert contrast(theme[text], theme["soft"]) >= 4.5
        for mark in (*SERIES, "axis"):
            assert contrast(theme[mark], theme["bg"]) >= 3.0
        assert contrast(theme["bg"], theme["ink"]) >= 4.5  # rank labels on the map
        for square in ("s1", "s3", "s5"):
            assert contrast(theme["bg"], theme[square]) >= 4.5  # numbers in the network's squares
        shades = [contrast(theme[f"q{n}"], theme["bg"]) for n in range(1, 6)]
        assert shades == sorted(shades)
    assert set(LIGHT) == set(DARK)


@pytest.mark.parametrize(
    "name",
    [
        "trend",
        "bars",
        "heat",
        "map",
        "network",
        "survival",
        "lorenz",
        "dumbbells",
        "panels",
        "panels-rows",
        "calibration",
        "waterfall",
    ],
)
def test_no_picture_is_one_colour(name: str) -> None:
    for svg in pictures(name):
        used = {node.get(kind) for node in svg.iter() for kind in ("fill", "stroke")} - {None, "none", LIGHT["bg"]}
        assert len(used) >= 3


def test_hidden_months_are_gaps_marked_c() -> None:
    svg = pictures("trend-hidden")[0]
    assert [text.text for text in svg.iter("text") if text.text == "[c]"] == ["[c]", "[c]"]
    assert not [path for path in svg.iter("path") if "ks1" in (path.get("class") or "")]
    assert "2 of 2 months hidden" in figures.describe(DRAWINGS["trend-hidden"], GATE)


def test_hidden_numbers_never_move_a_mark() -> None:
    """A number left beside a hidden text by mistake must not show: same picture with and without it."""
    for name in ("trend-many", "bars", "heat", "map", "dumbbells", "panels", "panels-rows"):
        drawing = DRAWINGS[name]
        leaky = _with_numbers(drawing)
        figure = doc.Figure("f", MAKE.say("H"), "s", drawing, "src")
        one = figures.draw(figure, "f", "H", GATE, {})
        other = figures.draw(replace(figure, drawing=leaky), "f", "H", GATE, {})
        assert [part.html for part in one] == [part.html for part in other], name


def _with_numbers(value: object) -> object:
    if isinstance(value, Shown):
        return replace(value, number=3.0, low=1.0, high=6.0) if value.is_hidden else value
    if isinstance(value, tuple):
        return tuple(_with_numbers(part) for part in value)
    if isinstance(
        value, doc.Trend | doc.Bars | doc.HeatStrip | doc.AreaMap | doc.MapArea | doc.Dumbbells | doc.Panels | doc.Panel
    ):
        return replace(value, **{name: _with_numbers(part) for name, part in vars(value).items()})
    return value


def test_descriptions_say_what_is_shown() -> None:
    words = figures.describe(DRAWINGS["bars"], GATE)
    assert "Heroin £125 (95 to 155)" in words and "Ketamine [c]" in words
    line = doc.Trend(("2019-01", "2019-02"), (("Heroin", (MAKE.number(40), MAKE.number(25))),), "seizures")
    assert figures.describe(line, GATE) == (
        "Monthly values, January 2019 to February 2019, in seizures. "
        "Heroin: 25 in February 2019, highest 40 in January 2019."
    )
    assert figures.describe(DRAWINGS["survival"], GATE).startswith(
        "Share still without a replacement, from 46 at the start."
    )


def test_months_outside_the_normal_range_are_ringed_and_named() -> None:
    values = tuple(MAKE.number(n) for n in (40, 60, 90, 45))
    line = doc.Trend(months(4), (("Heroin", values),), "seizures", (MAKE.number(44), MAKE.number(80)))
    words = figures.describe(line, GATE)
    assert "Outside it: November 2018, January 2019." in words  # 40 below 44, 90 above 80
    svg = ElementTree.fromstring(
        figures.draw(doc.Figure("f", MAKE.say("H"), "s", line, "src"), "f", "H", GATE, {})[0].html
    )
    rings = [path.get("d", "") for path in svg.iter("path") if path.get("class") == "ks3"]
    assert sorted(ring.count("M") for ring in rings) == [1, 2]  # the key, and two months
    inside = replace(line, normal=(MAKE.number(30), MAKE.number(95)))
    assert "No month lies outside it." in figures.describe(inside, GATE)


def test_median_of_a_curve() -> None:
    # shares .93 .865 .748 .696 .602 .520 .419: half or less first on day 21
    assert median_days(survival(MAKE)) == 21.0
    assert median_days(doc.Survival((3.0,), (0.9,), (0.8,), (1.0,), MAKE.number(4))) is None


def test_tables_hold_every_value_of_the_picture() -> None:
    grid = grids.grid_of(DRAWINGS["trend-many"])
    assert (len(grid.rows), len(grid.headings)) == (40, 7)
    heat_grid = grids.grid_of(DRAWINGS["heat"])
    assert (len(heat_grid.rows), len(heat_grid.headings)) == (24, 8)
    order = [cell for _, cell in grids.grid_of(DRAWINGS["map"]).rows if isinstance(cell, Shown)]
    numbers = [cell.number for cell in order if not cell.is_hidden]
    assert numbers == sorted(numbers, reverse=True)
    assert all(cell.is_hidden for cell in order[len(numbers):])  # fmt: skip


def test_map_keeps_shared_borders_shut() -> None:
    shapes = area_shapes(area_map(MAKE, 12))
    simple = shapely.coverage_simplify(shapes, tolerance=40.0)
    whole = shapely.union_all(simple)
    assert np.isclose(shapely.area(simple).sum(), whole.area)
    assert len(shapely.get_rings(whole)) == 1  # no hole was torn


def test_network_does_not_depend_on_names_and_does_not_overlap() -> None:
    plain = network(160)
    renamed = replace(plain, nodes=tuple(replace(n, label=f"zz{hash(n.key) % 97}") for n in plain.nodes))
    seats = [(c.group, c.seats, [n.key for n in c.nodes]) for c in clusters_of(plain)]
    assert seats == [(c.group, c.seats, [n.key for n in c.nodes]) for c in clusters_of(renamed)]
    placed, _ = pack(clusters_of(plain), 720.0)
    people = [(p.x + x, p.y + y) for p in placed for x, y in p.cluster.seats]
    gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(people, 2)]
    assert len(people) == 160 and min(gaps) >= 16


def test_large_networks_are_drawn_as_groups() -> None:
    svg = pictures("network-large")[0]
    assert len(list(svg.iter("circle"))) == len({node.group for node in network(420).nodes})


@pytest.mark.parametrize("word", ["probable", "", "50%"])
def test_only_yardstick_words(word: str) -> None:
    with pytest.raises(WrongUse):
        band_of(word)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_scales_hold_their_numbers_with_few_round_ticks(numbers: list[float]) -> None:
    scale = linear_scale(numbers, 0.0, 100.0)
    slack = 1e-6 * (scale.high - scale.low)
    assert scale.low - slack <= min(numbers) and max(numbers) <= scale.high + slack
    assert 2 <= len(scale.ticks) <= 9 and 0.0 in scale.ticks


@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=60))
def test_classes_cover_their_values(numbers: list[int | None]) -> None:
    values = [MAKE.hidden() if n is None else MAKE.number(float(n)) for n in numbers]
    classes = classes_of(values)
    for number, index in zip(numbers, classes.of, strict=True):
        if number is None:
            assert index == -1
            continue
        ends = [float(part) for part in classes.words[index].split(" to ")]
        assert ends[0] <= number <= ends[-1]


@given(st.text(max_size=200), st.floats(20, 300))
def test_wrapped_words_fit(words: str, room: float) -> None:
    for row in wrap(words, room, 13, 2):
        assert text_width(row) <= room or len(row) <= 1


def test_month_axis_always_has_years() -> None:
    for count in (1, 2, 5, 13, 26, 60, 130):
        ticks = month_ticks(render_pages.months(count), 600.0)
        assert ticks and ticks[0][2] and sum(bool(year) for _, _, year in ticks) >= 1
        places = [at * 600.0 / max(count - 1, 1) for at, _, _ in ticks]
        assert all(b - a >= 25 for a, b in pairwise(places))


def test_numbers_in_words() -> None:
    assert [figure_text(v) for v in (0.0, -0.0, 1234567.0, 2.5, -3.0)] == ["0", "0", "1,234,567", "2.5", "−3"]


def test_crowded_cells_get_an_inset_with_their_numbers_apart() -> None:
    from itertools import combinations as pairs

    from market_profile.render.svg_map import crowded_window

    base = area_map(MAKE, 6)
    crowd = tuple(
        doc.MapCell("c", 532_000 + 200.0 * (at % 3), 106_000 + 200.0 * (at // 3), 200.0, at + 1) for at in range(6)
    )
    far = (doc.MapCell("c", 534_800, 108_800, 200.0, 7),)
    window = crowded_window((*crowd, *far), 5_400.0)
    assert window is not None and window[0] < 532_000 < window[2] and window[2] < 534_800
    assert crowded_window((*crowd[:3], *far), 5_400.0) is None
    figure = doc.Figure("f", MAKE.say("H"), "s", replace(base, cells=(*crowd, *far)), "src")
    drawn = figures.draw(figure, "f", "H", GATE, {})
    assert len(drawn) == 4 and len(figures.draw(replace(figure, drawing=base), "f", "H", GATE, {})) == 3
    inset = ElementTree.fromstring(drawn[1].html)
    assert inset.get("class") == "map inset" and "6 flagged cells" in (inset.findtext("desc") or "")
    places = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in inset.iter("circle")]
    assert len(places) == 6
    assert all((a - c) ** 2 + (b - d) ** 2 >= 20**2 for (a, b), (c, d) in pairs(places, 2))
    ids = [node.get("id") for part in drawn for node in ElementTree.fromstring(part.html).iter() if node.get("id")]
    assert len(ids) == len(set(ids))
