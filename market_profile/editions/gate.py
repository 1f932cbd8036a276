"""The disclosure gate: an attacker with every released number must not work out a hidden count.

``check_can_release`` raises with the cells and what to change; ``checks`` lists the same as a disclosure checker would
(cell, rule, action), for the people who approve a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from market_profile.editions.attack import Attack, Inferred, attack_ledger
from market_profile.editions.cells import WHOLES, Structure, Sum, parse_cell
from market_profile.editions.disclosure import Policy, is_small_difference
from market_profile.editions.show import Entry
from market_profile.errors import DisclosureRefused

_REMEDY_ROUNDS = 4
"""Rounds in which a refusal looks for cells to withhold; beyond them areas want merging."""


@dataclass(frozen=True)
class Finding:
    """A cell that could be inferred, the rule it breaks and what to change."""

    cell: str
    rule: str
    action: str


@dataclass(frozen=True)
class Ledger:
    """Everything that partners hold once this edition is out.

    ``past`` are the entries of each earlier release, oldest first; ``now`` those of this one; ``counts`` the true
    numbers behind ``now`` (never kept); ``revised`` the cells that this edition names as corrected.
    """

    past: tuple[tuple[Entry, ...], ...]
    now: tuple[Entry, ...]
    counts: Mapping[str, int]
    structure: Structure
    revised: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Checked:
    """The outcome of the gate: findings that refuse the release, hidden cells attacked, proposed withholdings."""

    findings: tuple[Finding, ...]
    hidden: int
    remedy: tuple[str, ...] = ()


def check_can_release(entries: Iterable[Entry], policy: Policy, structure: Structure | None = None) -> None:
    """Raise ``DisclosureRefused`` (exit 4) naming the cells that could be inferred from all released numbers."""
    refuse(attack(entries, policy, structure))


def refuse(findings: Sequence[Finding], remedy: Sequence[str] = ()) -> None:
    """Raise ``DisclosureRefused`` where there are findings, with what to put into the settings."""
    if not findings:
        return
    listed = "; ".join(f"{finding.cell}: {finding.rule}; {finding.action}" for finding in findings[:20])
    cells = ", ".join(f'"{cell}"' for cell in remedy)
    change = f" To pass, set in area.toml: [disclosure] withhold = [{cells}]" if remedy else ""
    raise DisclosureRefused(f"{len(findings)} hidden counts could be worked out. {listed}.{change}")


def run_gate(ledger: Ledger, policy: Policy) -> Checked:
    """Return the findings over all editions, with the cells to withhold that would let the release pass."""
    every = [*(entry for entries in ledger.past for entry in entries), *ledger.now]
    result, seen = _attack_consistent(ledger, policy)
    findings = [*_changed(every, ledger.revised), *_pairs(ledger, policy), *map(_finding, result.inferred)]
    remedy = _remedy(seen, ledger, policy, result.inferred) if result.inferred else ()
    return Checked(tuple(findings), result.hidden, remedy)


def check_nested_pairs(pairs: Mapping[str, tuple[int, int]], policy: Policy) -> tuple[Finding, ...]:
    """Return the pairs (whole, part) that leave a small number by subtraction, such as 334 - 329 = 5.

    A part that is the whole (100 %) is found too: everyone in the group would be known (group disclosure).
    """
    findings = []
    for name, (whole, part) in sorted(pairs.items()):
        if is_small_difference(whole, part, policy):
            findings.append(Finding(name, "whole minus part is a small number", "show only one of the two"))
        elif whole == part and whole > policy.hidden_up_to:
            findings.append(Finding(name, "everyone in the group (100%)", "show only one of the two"))
    return tuple(findings)


def attack(entries: Iterable[Entry], policy: Policy, structure: Structure | None = None) -> tuple[Finding, ...]:
    """Return every hidden cell that the released sums pin down, and cells released twice with different numbers."""
    listed = tuple(entries)
    found = attack_ledger(listed, policy, structure or Structure())
    torn = [Finding(cell, "the releases contradict each other", "issue a correction") for cell in found.contradictory]
    return (*_changed(listed, frozenset()), *torn, *map(_finding, found.inferred))


def _finding(one: Inferred) -> Finding:
    left = str(one.low) if one.low >= one.high else f"{one.low} to {one.high}"
    return Finding(one.cell, f"the other released sums leave only {left}", "withhold a cell or merge areas")


def _changed(entries: Iterable[Entry], revised: frozenset[str]) -> list[Finding]:
    """Return cells released again with another number that no correction names: the difference says what changed."""
    first: dict[str, int | None] = {}
    found: dict[str, Finding] = {}
    for entry in entries:
        if first.setdefault(entry.cell, entry.value) != entry.value and entry.cell not in revised:
            found[entry.cell] = Finding(entry.cell, "released twice with different numbers", "issue it as a correction")
        first[entry.cell] = entry.value
    return [found[cell] for cell in sorted(found)]


def _pairs(ledger: Ledger, policy: Policy) -> tuple[Finding, ...]:
    """Return nested pairs of shown counts of this edition whose difference is small."""
    shown = {entry.cell for entry in ledger.now if entry.value is not None}
    wholes: dict[tuple[str, str], str] = {}
    parts: list[tuple[str, str, str]] = []
    for name in sorted(shown & set(ledger.counts)):
        cell = parse_cell(name)
        if ledger.structure.sum_of(cell.family) is Sum.NESTED and cell.labels:
            if cell.labels[0] == WHOLES.get(cell.family, "all"):
                wholes[(cell.family, cell.period)] = name
            else:
                parts.append((cell.family, cell.period, name))
    pairs = {
        f"{name} of {wholes[(family, period)]}": (ledger.counts[wholes[(family, period)]], ledger.counts[name])
        for family, period, name in parts
        if (family, period) in wholes
    }
    return check_nested_pairs(pairs, policy)


def _attack_consistent(ledger: Ledger, policy: Policy) -> tuple[Attack, tuple[Entry, ...]]:
    """Attack all editions; where corrections make them contradict each other, the newest that agree."""
    editions = [*ledger.past, ledger.now]
    for first in range(len(editions)):
        seen = tuple(entry for entries in editions[first:] for entry in entries)
        result = attack_ledger(seen, policy, ledger.structure)
        if not result.contradictory or first == len(editions) - 1:
            return result, seen
    return Attack((), 0), ()


def _remedy(seen: tuple[Entry, ...], ledger: Ledger, policy: Policy, inferred: Sequence[Inferred]) -> tuple[str, ...]:
    """Return the cells of this edition to withhold so that nothing is inferred, () where none are enough.

    Chosen greedily: for each finding the smallest shown number in its row or column.
    """
    current = {entry.cell for entry in ledger.now}
    withheld: set[str] = set()
    found = tuple(inferred)
    for _ in range(_REMEDY_ROUNDS):
        left = [entry for entry in seen if entry.cell not in withheld]
        shown = [entry for entry in left if entry.value is not None and entry.cell in current]
        chosen = {beside for one in found if (beside := _smallest_beside(one.cell, shown))}
        if not chosen:
            return ()
        withheld |= chosen
        left = [entry for entry in left if entry.cell not in chosen]
        found = attack_ledger(left, policy, ledger.structure).inferred
        if not found:
            return tuple(sorted(withheld))
    return ()


def _smallest_beside(name: str, shown: Sequence[Entry]) -> str:
    """Return the shown cell that differs from ``name`` in one label and has the smallest number."""
    target = parse_cell(name)
    months = set(target.months)
    beside = []
    for entry in shown:
        cell = parse_cell(entry.cell)
        if cell.family != target.family or len(cell.labels) != len(target.labels):
            continue
        other = sum(one != two for one, two in zip(cell.labels, target.labels, strict=True))
        if other == 1 and months & set(cell.months):
            beside.append((cell.period != target.period, entry.value or 0, entry.cell))
    return min(beside)[2] if beside else ""
