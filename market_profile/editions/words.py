"""Numbers in words and signs, the same for both audiences: separators, units, ranges, direction of a change."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

_SUFFIXES = frozenset({"g", "kg", "mg", "days", "minutes", "months", "weeks", "hours", "years", "m", "km"})
_LEAST_HISTORY = 6
"""A normal range needs at least this many past values."""


def number_words(value: float, decimals: int | None, unit: str) -> str:
    """Return the number with thousands separators and its unit; ``decimals`` of None: as many as the number has.

    Example:
        >>> number_words(1234.5, 0, "£"), number_words(40, 0, "%"), number_words(0.45, None, "g")
        ('£1,234', '40%', '0.45 g')
    """
    figure = f"{abs(value):,.{_own_decimals(value) if decimals is None else decimals}f}"
    sign = "−" if value < 0 and float(figure.replace(",", "")) != 0 else ""
    if unit.startswith("£"):
        return f"{sign}£{figure}"
    if unit in {"%", "per cent"}:
        return f"{sign}{figure}%"
    return f"{sign}{figure} {unit}" if unit in _SUFFIXES else f"{sign}{figure}"


def _own_decimals(value: float) -> int:
    return len(f"{value:.10f}".rstrip("0").partition(".")[2])


def range_words(value: float, bounds: tuple[float | None, float | None], decimals: int | None, unit: str) -> str:
    """Return the number with its interval in brackets where both bounds are known."""
    spread = spread_words(bounds, decimals, unit)
    centre = number_words(value, decimals, unit)
    return f"{centre} {spread}" if spread else centre


def spread_words(bounds: tuple[float | None, float | None], decimals: int | None, unit: str) -> str:
    """Return the interval in brackets, "" where a bound is not known."""
    low, high = bounds
    if low is None or high is None:
        return ""
    plain = "" if unit in _SUFFIXES else unit
    return f"({number_words(low, decimals, plain)} to {number_words(high, decimals, plain)})"


def normal_range(history: Sequence[float | None]) -> tuple[float, float] | None:
    """Return mean +/- 2 standard deviations of the shown past values, None with fewer than six of them."""
    known = [value for value in history if value is not None]
    if len(known) < _LEAST_HISTORY or len(known) < len(history):
        return None
    centre, spread = statistics.fmean(known), statistics.stdev(known)
    return max(0.0, centre - 2 * spread), centre + 2 * spread


def change_words(now: float | None, before: float | None, before_words: str) -> str:
    """Return the direction of a change between two shown numbers; arrows are never used alone."""
    if now is None or before is None:
        return f"cannot be compared with {before_words}"
    if now == before:
        return f"the same as {before_words}"
    direction = "up" if now > before else "down"
    return f"{direction} from {number_words(before, 0, '')} {before_words}"


def against_normal(now: float | None, bounds: tuple[float, float] | None) -> str:
    """Return whether a shown number lies in its normal range."""
    if now is None or bounds is None:
        return ""
    low, high = bounds
    spoken = f"{number_words(low, 0, '')} to {number_words(high, 0, '')}"
    if now < low:
        return f"below its normal range ({spoken})"
    if now > high:
        return f"above its normal range ({spoken})"
    return f"within its normal range ({spoken})"
