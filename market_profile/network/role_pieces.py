"""What each record says of the part somebody plays, as pieces: person and rule as numbers, weight, and what age left.

People are numbered by the order of their ids, rules by that of their names (``NAMES``); one source speaks once for a
rule, with its strongest record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.network.codes import Ints
from market_profile.network.edges import age_days
from market_profile.network.role_ratios import PARTS, RULES, STATED_RELIABILITY, ratio_table
from market_profile.network.structure import Floats
from market_profile.network.supply import ROLE, RULE
from market_profile.periods import Month
from market_profile.terms import Relation, Role

HALF_LIFE_DAYS = 720.0
"""Parts change slowly: what was said two years ago speaks half as loudly."""

MOST_PIECES = 3.0
"""Pieces of one rule count in full up to here, together never more: many customers are still one part."""

TEMPER = 1.0
"""What a piece's weight of evidence counts for; below 1 where pieces hang together (calibrated on fictional towns)."""

NAMES = tuple(sorted(RULES))
"""The rules in order of their names: what a rule's number stands for."""

RATIOS: Floats = ratio_table()[[RULES.index(name) for name in NAMES]]
"""(rules, parts) in the order of NAMES."""

_STATED_ANY, _EXHIBIT_ANY = -2, -3
"""Rules of evidence that the part stated beside them tells apart."""

_OF_RULE = np.array(
    [{"stated": _STATED_ANY, "exhibit": _EXHIBIT_ANY}.get(r, NAMES.index(r) if r in NAMES else -1)
     for r in RULE.categories]
)  # fmt: skip
_OF_ROLE = np.array([PARTS.index(role) for role in ROLE.categories])
_STATED = np.array([NAMES.index(f"stated {part}") if f"stated {part}" in NAMES else -1 for part in PARTS])
_EXHIBIT = np.array([NAMES.index(f"exhibit of {'use' if part == Role.USER.value else 'supply'}") for part in PARTS])
_BESIDE = np.array(
    [
        [NAMES.index(rule) if (rule := f"{place} a {part.replace('_', ' ')}") in NAMES else -1 for part in PARTS]
        for place in ("before", "after")
    ]
)


@dataclass(frozen=True)
class Pieces:
    """Pieces of evidence: number of the person, number of the rule, weight and what age leaves of it."""

    person: Ints
    rule: Ints
    weight: Floats
    fade: Floats

    def some(self, rows: Ints) -> Pieces:
        """Return the pieces at ``rows``, in their order."""
        return Pieces(self.person[rows], self.rule[rows], self.weight[rows], self.fade[rows])


@dataclass(frozen=True)
class Weights:
    """Weight of evidence (nats; a column a part) by person and rule, from ``n`` pieces, in that order; sums capped."""

    person: Ints
    rule: Ints
    n: Ints
    told: Floats


def told_pieces(sound: pd.DataFrame, month: Month) -> Pieces:
    """Return what the sound rows of ``role_evidence`` say of their people, one piece a source and rule."""
    fade = np.power(0.5, (age_days(sound["observed_at"], month) / HALF_LIFE_DAYS).to_numpy(float))
    base, worth = STATED_RELIABILITY
    rule, part = _OF_RULE[sound["rule"].cat.codes], _OF_ROLE[sound["role"].cat.codes]
    stated, exhibit = (rule == kind for kind in (_STATED_ANY, _EXHIBIT_ANY))
    weight = np.where(stated, base + worth * sound["weight"].to_numpy(float), sound["weight"].to_numpy(float))
    rule = np.where(stated, _STATED[part], np.where(exhibit, _EXHIBIT[part], rule))
    return _loudest(Pieces(sound["person"].to_numpy(), rule, weight, fade), sound)


def tie_pieces(edges: pd.DataFrame, ends: tuple[Ints, Ints], sellers: NDArray[np.bool_],
               suppliers: NDArray[np.bool_]) -> Pieces:  # fmt: skip
    """Return what ties say of their ``ends`` (numbers of source and target): who supplies a seller stands above."""
    source, target = ends
    relation, weight = edges["relation"], edges["weight"].to_numpy(float)
    supplies, runs, controls, associates = (
        (relation == one.value).to_numpy()
        for one in (Relation.SUPPLIES, Relation.RUNS_FOR, Relation.CONTROLS, Relation.ASSOCIATES)
    )
    to_seller, from_supplier = sellers[target], suppliers[source]
    cases = (
        ("supplies, source to user", supplies & ~to_seller, source),
        ("supplies, source to seller", supplies & to_seller, source),
        ("supplies, target user", supplies & ~from_supplier, target),
        ("supplies, target seller", supplies & from_supplier, target),
        ("runs_for, source", runs, source),
        ("runs_for, target", runs, target),
        ("controls, source", controls, source),
        ("controls, target", controls, target),
        ("associates, either", associates, source),
        ("associates, either", associates, target),
    )
    return joined(
        [
            Pieces(who[mask], np.full(mask.sum(), NAMES.index(rule)), weight[mask], np.ones(mask.sum()))
            for rule, mask, who in cases
        ]
    )


def beside_pieces(beside: pd.DataFrame, shares: Floats, month: Month) -> Pieces:
    """Return what being named before or after somebody of a known part says: one piece a source and rule.

    ``shares``: (people, parts), NaN for those of whom no part is known. A report counts for the grade behind it and for
    how sure the other's part is.
    """
    beside = beside[~beside["is_suspected_false"] & ~np.isnan(shares[beside["other"].to_numpy(), 0])]
    person, other = beside["person"].to_numpy(), beside["other"].to_numpy()
    part = np.nanargmax(shares[other], axis=1) if len(other) else other
    rule = _BESIDE[beside["is_after"].to_numpy(bool).astype(np.int64), part]
    fade = np.power(0.5, (age_days(beside["observed_at"], month) / HALF_LIFE_DAYS).to_numpy(float))
    weight = beside["weight"].to_numpy(float) * shares[other, part]
    return _loudest(Pieces(person, rule, weight, fade), beside)


def joined(parts: Sequence[Pieces]) -> Pieces:
    """Return the pieces of all ``parts``, one after another."""
    return Pieces(
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.rule for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.fade for part in parts]),
    )


def _loudest(pieces: Pieces, rows: pd.DataFrame) -> Pieces:
    """Return of each person, rule and source the loudest piece, the first record of equals; rules known alone.

    ``rows``: source and record of the pieces, by number. Sorted by person, rule and how loud they are.
    """
    known = np.flatnonzero(pieces.rule >= 0)
    source, record = (rows[name].to_numpy()[known] for name in ("source", "record"))
    pieces = pieces.some(known)
    loud = -(pieces.weight * pieces.fade).round(12)
    key = pieces.person * len(NAMES) + pieces.rule
    speaker = key * (int(source.max(initial=0)) + 1) + source
    order = np.lexsort((record, loud, speaker))
    is_first = np.diff(speaker[order], prepend=-1) != 0
    first = order[is_first]
    first = first[np.lexsort((record[first], loud[first], key[first]))]
    return pieces.some(first)


def weights_of(pieces: Pieces) -> Weights:
    """Return the weight of evidence by person and rule; the pieces of one are added in order of what they say."""
    weight = pieces.weight[:, None]
    told = (np.log((1 - weight) + weight * RATIOS[pieces.rule]) * pieces.fade[:, None]).round(12)
    key = pieces.person * len(NAMES) + pieces.rule
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.diff(key[order], prepend=-1))
    size = np.diff(np.append(start, len(key)))
    many = np.flatnonzero(np.repeat(size > 2, size))
    crowded = order[many]
    order[many] = crowded[np.lexsort((*told[crowded].T[::-1], key[crowded]))]
    sums = 0.0 + told[order[start]]
    sums[size == 2] += told[order[start[size == 2] + 1]]
    more = pd.DataFrame(told[order[many]]).groupby(np.repeat(np.flatnonzero(size > 2), size[size > 2]), sort=True)
    sums[size > 2] = more.sum().to_numpy()
    found = key[order[start]]
    share = TEMPER * np.minimum(1.0, MOST_PIECES / size)
    return Weights(found // len(NAMES), found % len(NAMES), size, sums * share[:, None])
