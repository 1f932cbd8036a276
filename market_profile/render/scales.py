"""Scales of the pictures: round ticks, numbers and months in words, classes of a choropleth."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from market_profile.editions.model import Shown
from market_profile.render.gate import Text
from market_profile.values import Fixed

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """A straight line from values ``low``-``high`` to places ``start``-``end`` in user units, with its ticks."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()

    def __call__(self, value: float) -> float:
        """Return the place of ``value``."""
        span = self.high - self.low
        return self.start + (value - self.low) / (span or 1.0) * (self.end - self.start)


def linear_scale(numbers: Iterable[float], start: float, end: float, steps: int = 5) -> Scale:
    """Return a scale that holds ``numbers`` and zero, with round ticks (1, 2, 2.5 or 5 times a power of ten)."""
    kept = [value for value in numbers if math.isfinite(value)]
    low, high = min([0.0, *kept]), max([0.0, *kept])
    if high - low < 1e-6:
        high = low + 1.0
    step = _round_step((high - low) / steps)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(index * step, 10) for index in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= raw * 0.999)


def figure_text(value: float) -> str:
    """Return ``value`` with thousands separators and no more decimals than it needs.

    Example:
        >>> figure_text(12500.0), figure_text(-0.25)
        ('12,500', '−0.25')
    """
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text.replace("-", "−")


def month_words(period: str) -> str:
    """Return ``2019-02`` as ``February 2019``; other texts as they are."""
    year, _, month = period.partition("-")
    if year.isdigit() and month.isdigit() and 1 <= int(month) <= 12:
        return f"{MONTHS[int(month) - 1]} {year}"
    return period


def period_text(period: Text) -> Text:
    """Return the month in words as ``Fixed``; a period that is not ``YYYY-MM`` keeps its standing and its words."""
    if isinstance(period, str) and re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", period):
        return Fixed(month_words(str(period)))
    return period


def day_text(day: Text) -> Text:
    """Return ``2019-02-28`` as ``28 February 2019``, ``Fixed``; other texts keep their standing and their words."""
    if isinstance(day, str) and re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}", day):
        return Fixed(f"{int(day[8:])} {month_words(str(day[:7]))}")
    return day


def month_ticks(periods: Sequence[str], room: float, spacing: float = 34.0) -> list[tuple[int, str, str]]:
    """Return (index, month, year or blank) of the months to label: every 1st, 2nd, 3rd, 6th or 12th of a year.

    The year stands under the first label and under each January, so that no axis is without years.
    """
    gap = room / max(len(periods) - 1, 1)
    every = next((step for step in (1, 2, 3, 6, 12) if gap * step >= spacing), 12)
    years = max(1, math.ceil(spacing / max(gap * 12, 1e-9)))
    ticks: list[tuple[int, str, str]] = []
    for index, period in enumerate(periods):
        year, _, month = period.partition("-")
        if not month.isdigit() or (int(month) - 1) % every or (every == 12 and int(year) % years):
            continue
        is_first = not ticks
        ticks.append((index, MONTHS[int(month) - 1][:3], year if is_first or month == "01" else ""))
    return ticks or [(0, month_words(periods[0])[:3], periods[0][:4])] if periods else []


@dataclass(frozen=True)
class Classes:
    """Shades of shown numbers: ``of`` gives the class 0-4 of each value (-1 hidden, -2 without a value)."""

    of: tuple[int, ...]
    words: tuple[str, ...]
    """Range of the shown numbers in each class, low to high."""


HIDDEN, WITHOUT = -1, -2


def classes_of(values: Sequence[Shown], most: int = 5) -> Classes:
    """Return up to ``most`` classes with about equally many distinct values each, from shown numbers only."""
    numbers = [None if value.is_hidden else value.number for value in values]
    distinct = np.unique(np.array([value for value in numbers if value is not None], dtype=float))
    count = min(most, len(distinct))
    parts = [part for part in np.array_split(distinct, count) if len(part)] if count else []
    edges = np.array([part[0] for part in parts[1:]], dtype=float)
    of = tuple(
        int(np.searchsorted(edges, number, side="right"))
        if number is not None
        else HIDDEN
        if value.is_hidden
        else WITHOUT
        for number, value in zip(numbers, values, strict=True)
    )
    words = tuple(
        figure_text(part[0]) if part[0] == part[-1] else f"{figure_text(part[0])} to {figure_text(part[-1])}"
        for part in parts
    )
    return Classes(of, words)


def shade(index: int, count: int) -> int:
    """Return which of the five shades class ``index`` of ``count`` takes, so that few classes still differ well."""
    return 3 if count <= 1 else round(index * 4 / (count - 1))
