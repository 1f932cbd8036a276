"""The disclosure gate: an attacker with every released number must not work out a hidden count.

A released count of ``r`` says that the true one lies within half a rounding step of it; a hidden one lies in 0-7.
Cells named ``family|first..last`` are sums of months, so overlapping windows of several editions bound each other.
The attacker bounds every hidden cell by two linear programmes (scipy HiGHS) and wins where only one whole number is
left. The gate names those cells and refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from market_profile.editions.disclosure import Policy, is_small_difference
from market_profile.editions.show import Entry
from market_profile.errors import DisclosureRefused
from market_profile.periods import Month

_WINDOW = re.compile(r"^(?P<family>.+)\|(?P<first>\d{4}-\d{2})\.\.(?P<last>\d{4}-\d{2})$")
_MONTH = re.compile(r"^(?P<family>.+)\|(?P<first>\d{4}-\d{2})$")


@dataclass(frozen=True)
class Finding:
    """A cell that the attacker could infer, the rule it breaks and what to change."""

    cell: str
    rule: str
    action: str


@dataclass(frozen=True)
class _Span:
    cell: str
    months: tuple[str, ...]
    low: float
    high: float
    is_hidden: bool


def check_can_release(entries: Iterable[Entry], policy: Policy) -> None:
    """Raise ``DisclosureRefused`` (exit 4) naming the cells that could be inferred from all released numbers."""
    findings = attack(entries, policy)
    if findings:
        listed = "; ".join(f"{finding.cell}: {finding.rule}; {finding.action}" for finding in findings[:20])
        raise DisclosureRefused(f"{len(findings)} hidden counts could be worked out. {listed}")


def check_nested_pairs(pairs: Mapping[str, tuple[int, int]], policy: Policy) -> tuple[Finding, ...]:
    """Return the pairs (whole, part) that leave a small number by subtraction, such as 334 - 329 = 5."""
    return tuple(
        Finding(name, "whole minus part is a small number", "show only one of the two")
        for name, (whole, part) in sorted(pairs.items())
        if is_small_difference(whole, part, policy)
    )


def attack(entries: Iterable[Entry], policy: Policy) -> tuple[Finding, ...]:
    """Return every hidden cell that the released sums pin down to one value.

    The same cell released twice with different numbers is a finding too: their difference says what changed.
    """
    findings: list[Finding] = []
    families: dict[str, dict[str, _Span]] = {}
    for entry in entries:
        family, span = _span(entry, policy)
        known = families.setdefault(family, {}).get(span.cell)
        if known is not None and (known.low, known.high) != (span.low, span.high):
            findings.append(Finding(span.cell, "released twice with different numbers", "issue it as a correction"))
        families[family][span.cell] = span
    for family in sorted(families):
        findings.extend(_attack_family(list(families[family].values())))
    return tuple(findings)


def _span(entry: Entry, policy: Policy) -> tuple[str, _Span]:
    match = _WINDOW.match(entry.cell) or _MONTH.match(entry.cell)
    months: tuple[str, ...] = ("",)
    if match is None:
        family = entry.cell
    else:
        family = match["family"]
        months = _months(match["first"], match.groupdict().get("last") or match["first"])
    if entry.value is None:
        return family, _Span(entry.cell, months, 0.0, float(policy.hidden_up_to), True)
    half = policy.round_to / 2
    low = max(policy.hidden_up_to + 1.0, float(np.ceil(entry.value - half)))
    return family, _Span(entry.cell, months, low, float(np.ceil(entry.value + half) - 1), False)


def _months(first: str, last: str) -> tuple[str, ...]:
    month, names = Month(first), [first]
    while names[-1] < last:
        month = month.plus(1)
        names.append(month.text)
    return tuple(names)


def _attack_family(spans: list[_Span]) -> list[Finding]:
    hidden = [span for span in spans if span.is_hidden]
    if not hidden or len(spans) == 1:
        return []
    names = sorted({month for span in spans for month in span.months})
    places = {name: place for place, name in enumerate(names)}
    matrix = np.zeros((len(spans), len(names)))
    for row, span in enumerate(spans):
        matrix[row, [places[month] for month in span.months]] = 1
    bounds = (np.array([span.low for span in spans]), np.array([span.high for span in spans]))
    findings = []
    for row, span in enumerate(spans):
        if span.is_hidden and _is_pinned(matrix, bounds, matrix[row]):
            findings.append(
                Finding(span.cell, "the other released sums leave one value", "merge the cell or widen its window")
            )
    return findings


def _is_pinned(matrix: np.ndarray, bounds: tuple[np.ndarray, np.ndarray], target: np.ndarray) -> bool:
    from scipy.optimize import linprog

    rows, limits = np.vstack([matrix, -matrix]), np.concatenate([bounds[1], -bounds[0]])
    least = linprog(target, A_ub=rows, b_ub=limits, bounds=(0, None), method="highs")
    most = linprog(-target, A_ub=rows, b_ub=limits, bounds=(0, None), method="highs")
    if least.status != 0 or most.status != 0:
        return True
    low, high = np.ceil(least.fun - 1e-6), np.floor(-most.fun + 1e-6)
    return bool(low >= high and high >= 1)
