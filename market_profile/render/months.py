"""The pages over the months: an index of every edition, and a page that lays two months side by side (planners)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from market_profile.editions.words import number_words, range_words
from market_profile.render import assets, view
from market_profile.render.environment import environment
from market_profile.render.gate import Drawn
from market_profile.render.logo import logo_image
from market_profile.render.scales import figure_text, month_words
from market_profile.render.theme import brand_colour
from market_profile.room_settings import ThemeSettings
from market_profile.terms import Audience, Marking
from market_profile.values import Fixed

MOST_MONTHS = 25
"""Months that the comparison holds: two years and the month that they are compared with."""

INDEX, COMPARE = "index.html", "compare.html"


@dataclass(frozen=True)
class Reading:
    """A figure as one month's planner edition published it; ``value`` is None where it was not known."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True)
class MonthOnShelf:
    """One month's editions: ``state`` of the partner edition in words, what it was made from, its figures.

    ``files`` are the relative paths below ``editions/<month>/`` that stand; ``missing`` names kinds not supplied.
    """

    month: str
    cutoff: str
    state: str
    accepted: int
    set_aside: int
    missing: tuple[str, ...]
    files: frozenset[str]
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """All months of a workspace, oldest first, with the name and the theme of the area."""

    area_name: str
    months: tuple[MonthOnShelf, ...]
    theme: ThemeSettings = field(default_factory=ThemeSettings)


def shelf_pages(shelf: Shelf) -> dict[str, bytes]:
    """Return ``index.html`` and, where there are two months or more, ``compare.html``."""
    pages = {INDEX: _index(shelf)}
    if len(shelf.months) > 1:
        pages[COMPARE] = _compare(shelf)
    return pages


def difference_words(first: float | None, second: float | None) -> str:
    """Return how ``second`` differs from ``first``, to three decimals; the page's script says the same words.

    Example:
        >>> difference_words(10.0, 12.5), difference_words(3.0, 3.0), difference_words(None, 1.0)
        ('up by 2.5', 'the same', 'cannot be compared')
    """
    if first is None or second is None:
        return "cannot be compared"
    step = round(second - first, 3)
    if step == 0:
        return "the same"
    return f"{'up' if step > 0 else 'down'} by {figure_text(abs(step))}"


def ranges_words(first: Reading | None, second: Reading | None) -> str:
    """Return whether the two intervals overlap, "" where either figure has none."""
    bounds = [(one.low, one.high) for one in (first, second) if one is not None]
    known = [(low, high) for low, high in bounds if low is not None and high is not None]
    if len(known) < 2:
        return ""
    (low, high), (low2, high2) = known
    return "ranges overlap" if low <= high2 and low2 <= high else "ranges do not overlap"


def _index(shelf: Shelf) -> bytes:
    months = tuple(_month(one) for one in reversed(shelf.months))
    compare = Fixed(COMPARE if len(shelf.months) > 1 else "")
    style = _style(shelf)
    page = view.IndexView(
        csp=Fixed(assets.policy(style, "")),
        style=Drawn(style),
        marking=Fixed(Marking.OFFICIAL_SENSITIVE.value),
        partnership=shelf.theme.partnership or "",
        logo=logo_image(shelf.theme),
        area_name=shelf.area_name,
        title=Fixed("Editions of the drugs market profile"),
        months=months,
        compare=compare,
    )
    return environment(Audience.PLANNER).get_template("index.html.j2").render(page=page).encode("utf-8")


def _month(one: MonthOnShelf) -> view.MonthView:
    def link(path: str) -> Fixed:
        """Return the address of a file of the month, "" where it is not there."""
        return Fixed(f"{one.month}/{path}" if path in one.files else "")

    return view.MonthView(
        name=Fixed(month_words(one.month)),
        planner=link("planner/profile.html"),
        planner_pdf=link("planner/profile.pdf"),
        partner=link("partner/profile.html"),
        partner_pdf=link("partner/profile.pdf"),
        state=one.state,
        cutoff=one.cutoff,
        accepted=Fixed(f"{one.accepted:,}"),
        set_aside=Fixed(f"{one.set_aside:,}"),
        missing=", ".join(one.missing) if one.missing else Fixed("none"),
    )


def _compare(shelf: Shelf) -> bytes:
    months = shelf.months[-MOST_MONTHS:]
    style, script = _style(shelf), assets.script("compare.js")
    names = list(dict.fromkeys(reading.name for month in reversed(months) for reading in month.readings))
    page = view.CompareView(
        csp=Fixed(assets.policy(style, script)),
        style=Drawn(style),
        script=Drawn(script),
        marking=Fixed(Marking.OFFICIAL_SENSITIVE.value),
        partnership=shelf.theme.partnership or "",
        logo=logo_image(shelf.theme),
        area_name=shelf.area_name,
        title=Fixed("Compare two months"),
        index=Fixed(INDEX),
        headings=tuple(Fixed(month_words(month.month)) for month in months),
        rows=tuple(_row(name, months) for name in names),
    )
    return environment(Audience.PLANNER).get_template("compare.html.j2").render(page=page).encode("utf-8")


def _row(name: str, months: Sequence[MonthOnShelf]) -> view.CompareRowView:
    readings = [next((one for one in month.readings if one.name == name), None) for month in months]
    cells = tuple(_cell(reading) for reading in readings)
    first, second = readings[-2:]
    words = difference_words(_value(first), _value(second))
    ranges = ranges_words(first, second)
    return view.CompareRowView(
        name, cells, cells[-2].text, cells[-1].text, Fixed(f"{words}; {ranges}" if ranges else words)
    )


def _value(reading: Reading | None) -> float | None:
    return None if reading is None or reading.value is None else round(reading.value, reading.decimals)


def _cell(reading: Reading | None) -> view.CompareCellView:
    value = _value(reading)
    if reading is None or value is None or not math.isfinite(value):
        return view.CompareCellView(Fixed("not known"), Fixed(""), Fixed(""), Fixed(""))
    unit, bounds = reading.unit, (reading.low, reading.high)
    words = range_words(value, bounds, reading.decimals, unit) if None not in bounds else number_words(
        value, reading.decimals, unit
    )  # fmt: skip
    low, high = ("" if bound is None else f"{bound:.6g}" for bound in bounds)
    return view.CompareCellView(Fixed(words), Fixed(f"{value:.6g}"), Fixed(low), Fixed(high))


def _style(shelf: Shelf) -> str:
    return assets.style_sheet(Marking.OFFICIAL_SENSITIVE, "Planner edition", brand_colour(shelf.theme.brand_colour))
