"""The page as one HTML file, kept within its size: long tables are cut and point to their CSV."""

from __future__ import annotations

import re

from market_profile.document import Table
from market_profile.editions.model import Edition
from market_profile.render import assets, view
from market_profile.render.build import download_link, sections_of
from market_profile.render.desk import Cap
from market_profile.render.environment import environment
from market_profile.render.gate import Drawn
from market_profile.render.grids import Grid
from market_profile.render.logo import logo_image
from market_profile.render.scales import day_text, period_text
from market_profile.render.theme import brand_colour
from market_profile.terms import Audience
from market_profile.values import Fixed

MOST_NODES = 3_000
MOST_BYTES = 300_000
"""Gates of the page (REPORT.md): above them a locked-down laptop opens it slowly and mail systems hold it back."""

SCRIPT_NODES = 30
"""Elements that the script adds to a page of this size: a button in each heading of a long table."""

CAPS = (
    Cap(), Cap(100, 60), Cap(60, 25), Cap(40, 15), Cap(25, 10), Cap(25, 0), Cap(15, 0), Cap(12, 0), Cap(10, 0),
    Cap(8, 0), Cap(6, 0), Cap(5, 0), Cap(3, 0),
)  # fmt: skip
"""Rows that tables may show, tried in turn until the page is small enough: the annex gives way first.

At 0 a long table of the annex is named with its size and stands in its CSV file alone.
"""

MOST_LINKS = 24
"""Files that the page lists one by one; the others are said to stand beside them."""

FIRST_TABLES = frozenset({
    "nominals", "nominal_records", "network_edges", "network_nodes", "hotspots", "targets", "indicators", "quarantine",
})  # fmt: skip
"""Tables that other programs read; they are listed before all others."""

FEWEST_FOR_BYTES = 25
"""Tables are not cut below this for the sake of bytes: where maps are heavy, shorter tables would not help."""

_EDITIONS = {Audience.PLANNER: "Planner edition", Audience.PARTNER: "Partner edition"}


def page_html(edition: Edition) -> tuple[str, dict[str, Grid]]:
    """Return the page and the whole tables behind its figures and tables, by file name.

    Each of ``CAPS`` shows no more than the one before it, so the first that is small enough is found by halving; the
    last is taken where none is.
    """
    template = environment(edition.audience).get_template("profile.html.j2")
    drawn: dict[str, tuple[Drawn, ...]] = {}
    caps = [cap for cap in CAPS if cap == CAPS[-1] or fewest_cells(edition, cap) <= MOST_NODES]
    made: dict[int, tuple[str, dict[str, Grid]]] = {}
    first, last = 0, len(caps) - 1
    while first < last:
        middle = (first + last) // 2
        page, files = page_view(edition, caps[middle], drawn)
        made[middle] = template.render(page=page), files
        first, last = (first, middle) if is_small_enough(made[middle][0], caps[middle]) else (middle + 1, last)
    if first not in made:
        page, files = page_view(edition, caps[first], drawn)
        made[first] = template.render(page=page), files
    return made[first]


def is_small_enough(html: str, cap: Cap) -> bool:
    """Tell whether a page whose tables are cut to ``cap`` is within its size."""
    is_light = len(html.encode()) <= MOST_BYTES or (cap.narrative is not None and cap.narrative <= FEWEST_FOR_BYTES)
    return is_light and node_count(html) <= MOST_NODES - SCRIPT_NODES


def fewest_cells(edition: Edition, cap: Cap) -> int:
    """Return a lower bound of the cells that the tables of the page have under ``cap``, without building them."""
    tables = [block for section in edition.document.sections for block in section.blocks if isinstance(block, Table)]
    cells = 0
    for table in tables:
        limit = cap.annex if table.annex else cap.narrative
        kept = 0 if limit == 0 else table.keep
        rows = len(table.rows) if limit is None else min(len(table.rows), max(limit, kept))
        cells += rows * len(table.columns)
    return cells


def page_view(edition: Edition, cap: Cap, drawn: dict[str, tuple[Drawn, ...]]) -> tuple[view.PageView, dict[str, Grid]]:
    """Return the view model of ``edition`` with tables cut to ``cap``, and the whole tables.

    ``drawn`` keeps pictures between calls for the same edition.
    """
    document = edition.document
    name = _EDITIONS[edition.audience]
    style = assets.style_sheet(edition.marking, name, brand_colour(edition.theme.brand_colour))
    script = assets.script()
    sections, files = sections_of(edition, cap, drawn)
    files_listed = downloads_of(edition)
    unlisted = len(files_listed) - MOST_LINKS
    page = view.PageView(
        csp=Fixed(assets.policy(style, script)),
        style=Drawn(style),
        script=Drawn(script),
        marking=Fixed(edition.marking.value),
        partnership=Fixed(edition.theme.partnership or ""),
        logo=logo_image(edition.theme),
        title=document.title,
        area_name=document.area_name,
        month=period_text(document.month),
        cutoff=day_text(document.cutoff),
        edition=Fixed(name),
        is_draft=edition.is_draft,
        is_partner=edition.audience is Audience.PARTNER,
        sections=sections,
        downloads=tuple((download_link(file), Fixed(file), Fixed(words)) for file, words in files_listed[:MOST_LINKS]),
        more=Fixed(f"{unlisted:,}" if unlisted > 0 else ""),
        run_id=Fixed(edition.run_id),
    )
    return page, files


def downloads_of(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Return (file, what it holds) as the edition lists them, else the files that stand beside its page."""
    if edition.downloads:
        return edition.downloads
    files: list[tuple[str, str]] = []
    if edition.audience is Audience.PARTNER:
        files.append(("tables/profile.ods", "the tables of this page, one on each sheet"))
    files += [(f"exports/{name}.geojson", f"{name.replace('_', ' ')} for a map") for name in sorted(edition.layers)]
    if edition.layers:
        files.append(("exports/profile.gpkg", "all layers for a geographic information system"))
    if edition.nodes is not None and edition.links is not None:
        files.append(("exports/network.graphml", "the network for a graph tool"))
        files.append(("exports/link_chart.csv", "the network for a link chart"))
    tables = sorted(edition.tables, key=lambda name: name not in FIRST_TABLES)
    return (*files, *((f"tables/{name}.csv", name.replace("_", " ")) for name in tables))


def node_count(html: str) -> int:
    """Return how many elements the page has, script and style content apart."""
    bare = re.sub(r"<(script|style)>.*?</\1>", r"<\1>", html, flags=re.S)
    return len(re.findall(r"<[a-zA-Z]", bare))
