"""Hand-built editions with every block, for both audiences; ``payload`` is put into every text field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from market_profile import document as doc
from market_profile.editions.model import Edition, Shown
from market_profile.room_settings import ThemeSettings
from market_profile.terms import Audience, Marking, Sensitivity
from market_profile.values import Fixed, Internal, Released

KEY = object()
"""Stands for the key of ``editions``; ``released`` below puts it in place while it makes a value."""


def released(text: str) -> Released[str]:
    """Return ``text`` as released, as ``editions`` would."""
    before = Released._key
    Released._key = KEY
    try:
        return Released(text, KEY)
    finally:
        Released._key = before


class Maker:
    """Makes values and words for one audience."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience

    def text(self, words: str) -> str:
        return Fixed(words) if self.audience is Audience.PARTNER else words

    def shown(
        self, text: str, number: float | None = None, low: float | None = None, high: float | None = None
    ) -> Shown:
        wrapped = released(text) if self.audience is Audience.PARTNER else Internal(text)
        return Shown(wrapped, number, low, high)

    def number(self, value: float, spread: float | None = None, unit: str = "") -> Shown:
        if spread is None:
            return self.shown(f"{unit}{value:,.0f}", value)
        low, high = value - spread, value + spread
        return self.shown(f"{unit}{value:,.0f} ({low:,.0f} to {high:,.0f})", value, low, high)

    def hidden(self) -> Shown:
        return replace(self.shown("[c]"), is_hidden=True)

    def say(self, template: str, **values: Shown) -> doc.Sentence[Shown]:
        return doc.Sentence(self.text(template), values)


def months(count: int = 26) -> tuple[str, ...]:
    return tuple(str(period) for period in pd.period_range(end="2019-02", periods=count, freq="M"))


def trend(make: Maker, series: int = 1, count: int = 26, hide: bool = False) -> doc.Trend[Shown]:
    names = ("Heroin", "Crack cocaine", "Cannabis (herbal and resin)", "MDMA", "Ketamine", "Amphetamine")
    lines = []
    for index in range(series):
        values = []
        for at in range(count):
            level = 60 + 14 * index + 18 * np.sin(at / 3 + index) + at * (0.9 - 0.4 * index)
            number = float(5 * round(level / 5))
            is_hidden = hide and (at in (4, 5, 11) or (index == 1 and at == count - 1))
            values.append(make.hidden() if is_hidden else make.number(number, 12 if series == 1 else None))
        lines.append((make.text(names[index]), tuple(values)))
    normal = (make.number(45), make.number(80)) if series == 1 else None
    return doc.Trend(
        tuple(make.text(period) for period in months(count)), tuple(lines), make.text("seizures a month"), normal
    )


def bars(make: Maker) -> doc.Bars[Shown]:
    items = (
        (make.text("Heroin"), make.number(125, 30, "£")),
        (make.text("Crack cocaine"), make.number(98, 12, "£")),
        (make.text("Cannabis (herbal), sold with or without a named strain"), make.number(42, 4, "£")),
        (make.text("Ketamine"), make.hidden()),
    )
    return doc.Bars(items, make.text("£ per pure gram"))


def heat(make: Maker) -> doc.HeatStrip[Shown]:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    cells = tuple(
        tuple(
            make.hidden()
            if (hour < 6 and day < 4)
            else make.number(float(5 * round(6 + 5 * np.sin((hour - 10) / 4) + day)))
            for hour in range(24)
        )
        for day in range(7)
    )
    return doc.HeatStrip(
        tuple(make.text(d) for d in days),
        tuple(make.text(f"{h:02d}") for h in range(24)),
        cells,
        make.text("attempts and reports"),
    )


def area_map(make: Maker, side: int = 7, cells: int = 0) -> doc.AreaMap[Shown]:
    """A grid of wobbly areas that share their borders exactly."""
    step, detail = 900.0, 8
    rng = np.random.default_rng(4)
    corners = rng.normal(0, 120, (side + 1, side + 1, 2)).round()

    def corner(i: int, j: int) -> tuple[float, float]:
        return 530_000 + i * step + corners[i, j, 0], 104_000 + j * step + corners[i, j, 1]

    def edge(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[float, float]]:
        one, other = sorted((a, b))
        (x1, y1), (x2, y2) = corner(*one), corner(*other)
        wobble = np.random.default_rng(one[0] * 97 + one[1] * 13 + other[0]).normal(0, 30, (detail, 2))
        points = [(x1, y1)]
        for at in range(1, detail):
            share = at / detail
            points.append(
                (round(x1 + (x2 - x1) * share + wobble[at, 0]), round(y1 + (y2 - y1) * share + wobble[at, 1]))
            )
        points.append((x2, y2))
        return points if (a, b) == (one, other) else points[::-1]

    areas = []
    for i in range(side):
        for j in range(side):
            walk = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
            ring = tuple(point for a, b in pairwise(walk) for point in edge(a, b)[:-1])
            count = float(5 * round(rng.gamma(1.4, 14) / 5))
            value = make.hidden() if count < 10 else make.number(count)
            areas.append(
                doc.MapArea(
                    make.text(f"E0101{i:02d}{j:02d}"),
                    make.text(f"Saltmere {i + 1:03d}{chr(65 + j % 26)}"),
                    (ring,),
                    value,
                )
            )
    flagged = tuple(
        doc.MapCell(
            make.text(f"Cell {rank}"),
            530_000 + 200.0 * int(rng.integers(1, 4 * side)),
            104_000 + 200.0 * int(rng.integers(1, 4 * side)),
            200.0,
            rank,
        )
        for rank in range(1, cells + 1)
    )
    unit = make.text("supply events in twelve months")
    return doc.AreaMap(
        tuple(areas), flagged, unit, make.text("Boundaries: fictional town. Contains no Ordnance Survey data.")
    )


def network(people: int = 160) -> doc.NetworkPicture:
    rng = np.random.default_rng(7)
    nodes, links = [], []
    for index in range(people):
        group = f"Line {'ABCDEFGH'[int(min(7, index % 13 // 1.7))]}"
        role = "supplier" if index < 14 else ("dealer" if index < 30 else ("runner" if index < 44 else "user"))
        role = "cuckooed" if index in (60, 61) else role
        emphasis = float(rng.random()) if index < 30 else 0.0
        nodes.append(doc.NetworkNode(f"N{index:04d}", f"NOM-{index:04d}", role, group, emphasis))
    by_group: dict[str, list[doc.NetworkNode]] = {}
    for node in nodes:
        by_group.setdefault(node.group, []).append(node)
    for members in by_group.values():
        hubs = [node for node in members if node.role in {"supplier", "dealer"}]
        links += [
            (hubs[int(rng.integers(0, len(hubs)))].key, node.key, float(rng.random()), "supplies")
            for node in members
            if node.role not in {"supplier", "dealer"}
        ]
        links += [(a.key, b.key, 0.8, "supplies") for a, b in pairwise(hubs)]
    links += [
        (nodes[0].key, nodes[3].key, 0.9, "supplies"),
        (nodes[2].key, nodes[9].key, 0.7, "associates"),
        (nodes[5].key, nodes[8].key, 0.7, "supplies"),
    ]
    return doc.NetworkPicture(tuple(nodes), tuple(links))


def survival(make: Maker) -> doc.Survival[Shown]:
    days = tuple(float(day) for day in (3, 6, 9, 11, 14, 17, 21, 26, 33, 41, 56, 70))
    share = tuple(round(0.93**at, 3) for at in (1, 2, 4, 5, 7, 9, 12, 15, 18, 20, 23, 24))
    return doc.Survival(
        days, share, tuple(max(0.0, s - 0.12) for s in share), tuple(min(1.0, s + 0.11) for s in share), make.number(46)
    )


def lorenz(make: Maker) -> doc.Lorenz[Shown]:
    shares = tuple(make.shown(f"{part}%", float(part)) for part in (1, 1, 2, 3, 4, 6, 8, 12, 20, 43))
    return doc.Lorenz(shares, make.text("users"), make.text("drug spend"), make.number(240))


def dumbbells(make: Maker) -> doc.Dumbbells[Shown]:
    items = (
        (make.text("Open"), make.number(45), make.number(60)),
        (make.text("Semi-open"), make.number(80), make.number(65)),
        (make.text("Closed, by introduction only and after a wait"), make.number(30), make.hidden()),
        (make.text("Not known"), make.number(20), make.number(20)),
    )
    return doc.Dumbbells(items, make.text("attempts"), make.text("January 2019"), make.text("February 2019"))


def panels(make: Maker, count: int = 6, is_shared: bool = True) -> doc.Panels[Shown]:
    names = ("Heroin", "Crack cocaine", "Cannabis (herbal and resin)", "MDMA", "Ketamine", "Amphetamine")
    drawn = []
    for index, name in enumerate(names[:count]):
        values = tuple(
            make.hidden()
            if index == 2 and at in (3, 13)
            else make.number(float(5 * round((60 + 20 * np.sin(at / 3 + index)) / (5 * (index + 1)))), 6)
            for at in range(14)
        )
        normal = (make.number(10), make.number(60)) if index == 0 else None
        drawn.append(doc.Panel(make.text(name), values, make.text("seizures a month"), normal))
    return doc.Panels(tuple(make.text(period) for period in months(14)), tuple(drawn), is_shared)


def calibration(make: Maker) -> doc.Calibration[Shown]:
    points = tuple(
        (make.shown(f"{at}%", float(at)), make.shown(f"{y}% ({y - 8}% to {y + 9}%)", float(y), y - 8.0, y + 9.0))
        for at, y in ((10, 14), (30, 26), (50, 55), (70, 66), (90, 88))
    )
    return doc.Calibration(points, make.text("Share forecast"), make.text("Share that came true"))


def waterfall(make: Maker) -> doc.Waterfall[Shown]:
    steps = (
        (make.text("Publicly reported supply"), make.number(40)),
        (make.text("Refusals in the last three attempts, and time to deal"), make.number(-15)),
        (make.text("Never visited"), make.number(10)),
    )
    return doc.Waterfall(
        steps, (make.text("Score"), make.number(55)), make.text("points"), (make.text("Last month"), make.number(20))
    )


def figure(make: Maker, ident: str, headline: doc.Sentence[Shown], drawing: Any) -> doc.Figure[Shown]:
    return doc.Figure(
        make.text(ident),
        headline,
        make.text("Monthly number, Saltmere, January 2017 to February 2019"),
        drawing,
        make.text("seizure records and test purchases, as at 28 February 2019"),
        make.text("Seizures follow police activity and do not measure how much drug there is."),
        make.text("price_per_pure_gram"),
    )


def table(make: Maker, ident: str = "areas", rows: int = 10, annex: bool = False) -> doc.Table[Shown]:
    columns = (
        doc.Column(make.text("area"), make.text("Area")),
        doc.Column(make.text("events"), make.text("Supply events"), True),
        doc.Column(make.text("change"), make.text("Against the normal range")),
    )
    body = tuple(
        (
            make.shown(f"Saltmere {at:03d}A"),
            make.hidden() if at % 4 == 3 else make.number(5.0 * at),
            make.shown("within the normal range"),
        )
        for at in range(1, rows + 1)
    )
    return doc.Table(
        make.text(ident),
        make.text("Places that need a partnership response"),
        columns,
        body,
        make.text("Counts of 7 or fewer are hidden."),
        annex,
    )


def headlines(make: Maker) -> doc.Section[Shown]:
    """Return a section with tiles, a paragraph, a judgement and bullets."""
    plain = doc.Paragraph(
        (
            make.say(
                "In the twelve months to February 2019 the police recorded {n} seizures, {c}.",
                n=make.number(1235),
                c=make.shown("up from 1,100 the year before"),
            ),
            make.say("This lies within the range that past months make normal."),
        )
    )
    tiles = doc.Tiles(
        tuple(
            doc.Tile(make.text(label), value, make.say("{x}", x=make.shown(note)), make.text("price_per_pure_gram"))
            for label, value, note in (
                ("Seizures", make.number(1235), "up from 1,100; within the normal range"),
                ("Price per pure gram of heroin", make.shown("£125"), "£98 to £160"),
                ("Dealers replaced within 21 days", make.shown("54%"), "of 46 arrests"),
                ("Overdoses treated", make.hidden(), "hidden to protect confidentiality"),
            )
        )
    )
    judgement = doc.KeyJudgement(
        make.say("It is {w} that the two strongest supply lines are held by one group.", w=make.shown("likely")),
        "likely",
        "Moderate",
        make.text("three independent sources agree; none is direct"),
        True,
    )
    return doc.Section(
        make.text("headlines"),
        make.text("Headlines"),
        (
            tiles,
            plain,
            judgement,
            doc.Bullets((make.say("First thing."), make.say("Second: {n}.", n=make.number(15)))),
        ),
    )


def card(make: Maker) -> doc.DefinitionCard:
    """Return a definition card."""
    return doc.DefinitionCard(
        *(
            make.text(words)
            for words in (
                "price_per_pure_gram",
                "Price per pure gram",
                "price paid in pounds",
                "net weight times purity",
                "street purchases with a laboratory result",
                "twelve months",
                "28 February 2019",
                "test purchases",
                "not graded",
            )
        )
    )


def supply(make: Maker) -> tuple[Any, ...]:
    """Return one figure of each statistical sort, and the network for planners."""
    figures: list[Any] = [
        figure(make, "seizures", make.say("Seizures rose to {n} in February", n=make.number(85)), trend(make, 1)),
        figure(make, "drugs", make.say("Heroin and crack move together"), trend(make, 3, 26, True)),
        figure(make, "prices", make.say("Heroin costs most per pure gram"), bars(make)),
        figure(
            make, "replacement", make.say("Half of arrested dealers are replaced within three weeks"), survival(make)
        ),
    ]
    if make.audience is Audience.PLANNER:
        figures.append(figure(make, "network", make.say("Eight lines, three of them linked"), network()))
    return tuple(figures)


def sections(make: Maker) -> tuple[doc.Section[Shown], ...]:
    cells = 14 if make.audience is Audience.PLANNER else 0
    return (
        headlines(make),
        doc.Section(make.text("supply"), make.text("Supply"), supply(make)),
        doc.Section(
            make.text("places"),
            make.text("Places and times"),
            (
                figure(make, "map", make.say("Supply gathers in the centre and the harbour"), area_map(make, 7, cells)),
                figure(make, "hours", make.say("Friday and Saturday evenings are busiest"), heat(make)),
                table(make),
                table(make, "long", 30, True),
            ),
        ),
        doc.Section(
            make.text("gaps"),
            make.text("What we do not know"),
            tuple(
                doc.Paragraph((make.say(f"A {tone} paragraph on what is missing."),), tone)
                for tone in ("note", "warning", "gap")  # type: ignore[arg-type]
            ),
        ),
        doc.Section(
            make.text("method"),
            make.text("Method and definitions"),
            (
                doc.Cards((card(make),)),
                doc.Glossary(((make.text("Nominal"), make.text("a person as the police records know them")),)),
            ),
        ),
    )


def edition(audience: Audience, **changes: Any) -> Edition:
    """Return a whole edition for ``audience``."""
    make = Maker(audience)
    is_planner = audience is Audience.PLANNER
    page = doc.Document(
        make.text("Saltmere"),
        make.text("2019-02"),
        make.text("2019-02-28"),
        make.text("Drugs market profile"),
        sections(make),
    )
    tables = {
        "indicators": pd.DataFrame(
            {"indicator": ["price", "=cmd()"], "drug": ["heroin", "crack"], "value": [1.5, -2.0], "n": [12, 30]}
        )
    }
    base = Edition(
        audience,
        Marking.OFFICIAL_SENSITIVE if is_planner else Marking.OFFICIAL,
        page,
        "run-0123456789ab",
        ThemeSettings(partnership="Saltmere Combating Drugs Partnership"),
        tables,
        downloads=(("profile.pdf", "this page as PDF"), ("tables/indicators.csv", "indicators by month and drug")),
    )
    if is_planner:
        square = gpd.GeoDataFrame(
            {"cell_id": ["c1", "c2"], "rank": [1, 2], "score": [0.5, 0.25]},
            geometry=[shapely.box(530_000, 104_000, 530_200, 104_200), shapely.box(530_400, 104_000, 530_600, 104_200)],
            crs="EPSG:27700",
        )
        nodes = pd.DataFrame(
            {"nominal_id": ["n1", "n2", "n3"], "role": ["dealer", "user", "user"], "betweenness": [0.5, 0.0, np.nan]}
        )
        links = pd.DataFrame(
            {"source_nominal_id": ["n1"], "target_nominal_id": ["n2"], "relation": ["supplies"], "weight": [0.7]}
        )
        base = replace(base, layers={"hotspots": square}, nodes=nodes, links=links)
    return replace(base, **changes)


def poison(value: Any, change: Callable[[str], str], keep: frozenset[str]) -> Any:
    """Return ``value`` with every text field changed, but those named in ``keep``."""
    if isinstance(value, Fixed):
        return Fixed(change(value))
    if isinstance(value, Released):
        return released(change(value.value))
    if isinstance(value, Internal):
        return Internal(change(value.value))
    if isinstance(value, (Audience, Marking, Sensitivity)) or (
        not isinstance(value, (str, tuple, dict)) and not is_dataclass(value)
    ):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(poison(part, change, keep) for part in value)
    if isinstance(value, dict):
        return {name: poison(part, change, keep) for name, part in value.items()}
    made = {f.name: getattr(value, f.name) for f in fields(value)}
    return type(value)(**{name: part if name in keep else poison(part, change, keep) for name, part in made.items()})
