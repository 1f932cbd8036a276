"""What part a person plays: Bayes' rule over graded evidence, each source once, each piece fading with age.

A piece of evidence of reliability w multiplies the odds of each part by ``(1 - w) + w x ratio``; the ratios are a
frozen table (``role_ratios``). What is given is the posterior share of the likeliest part. Nobody gets a part from base
rates alone: some sound record must speak for it, else the part is "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.network.codes import Ints, places
from market_profile.network.role_pieces import (
    NAMES,
    RATIOS,
    Pieces,
    Weights,
    beside_pieces,
    joined,
    tie_pieces,
    told_pieces,
    weights_of,
)
from market_profile.network.role_ratios import NAMES_FROM, PARTS, PRIOR
from market_profile.network.structure import Floats
from market_profile.network.supply import SELLING
from market_profile.periods import Month
from market_profile.terms import Relation, Role

LEAST_SHARE = 0.2
"""A part that holds less than this share is not stated."""

SELLER_SHARE = 0.4
"""Below this share of a selling part, one source does not make a supplier of somebody."""

SURE_MATCH = 0.45
"""A tie of one source stands only where its record is about these two people with at least this probability."""

EXPLOITED_PRIOR = 0.15
"""Points of evidence that stand against exploitation before anything is said of a person."""

UNSURE_POINTS = 0.3
"""Being controlled by another speaks so much for exploitation, against a record that states it."""

NOTHING_TOLD = "no graded evidence on the part played"


@dataclass(frozen=True)
class Said:
    """What roles rest on, people by their place in ``names``: rows of ``role_evidence`` in the window, ties that fade
    as slowly as parts do with their two ends, and who is named beside whom."""

    names: pd.Index
    parts: pd.DataFrame
    edges: pd.DataFrame
    ends: tuple[Ints, Ints]
    beside: pd.DataFrame


@dataclass(frozen=True)
class PartsTold:
    """What records tell of parts that no tie enters (stated parts, sales to officers, custody): the pieces, and the
    share of each part (columns PARTS) by person; NaN for those of whom nothing is told."""

    pieces: Pieces
    shares: Floats


def told_parts(said: Said, month: Month) -> PartsTold:
    """Return what records tell of people's parts before any tie is read; E-graded rows are not used."""
    pieces = told_pieces(said.parts[~said.parts["is_suspected_false"]], month)
    return PartsTold(pieces, _shares(weights_of(pieces), len(said.names)))


def assign_roles(said: Said, told: PartsTold, month: Month) -> pd.DataFrame:
    """Return nominal_id, role, role_probability, role_reasons, second_role, exploited_share; one row a person in order.

    E-graded rows are not used. Ties are read twice: first stated parts alone say who sells, then supply to a seller
    speaks for a tier above.
    ``role_reasons`` gives each rule's weight of evidence (nats) for the likeliest part over the next; with the base
    rate they add up to the log of the odds between the two.
    """
    edges, people = said.edges, len(said.names)
    firm = (~edges["is_suspected_false"] & edges["is_stated"]).to_numpy(bool)
    first = told.shares
    ends = (said.ends[0][firm], said.ends[1][firm])
    ties = tie_pieces(edges[firm], ends, _those(first, SELLING), _those(first, (Role.SUPPLIER.value,)))
    pieces = joined([told.pieces, ties, beside_pieces(said.beside, first, month)])
    is_named = np.zeros(people, dtype=bool)
    for named in (said.parts["person"].to_numpy(), *said.ends):
        is_named[named] = True
    return _stated(pieces, np.flatnonzero(is_named), said.names)


def contradicted(edges: pd.DataFrame, roles: pd.DataFrame) -> pd.Series:
    """Return which supply ties rest on one source and fit badly with all else that is known.

    They name as supplier someone who is on balance no seller, run between two dealers or upwards, or rest on an unsure
    match. The usual cause is a log about the wrong person, or with buyer and seller exchanged.
    """
    source, target = (places(edges[end], roles["nominal_id"]) for end in ("source_nominal_id", "target_nominal_id"))
    dealer, supplier = Role.DEALER.value, Role.SUPPLIER.value
    sells = np.append((roles["role"].isin(SELLING) & (roles["role_probability"] >= SELLER_SHARE)).to_numpy(), False)
    deals = np.append((roles["role"] == dealer).to_numpy(), False)
    upper = np.append(roles["role"].isin([dealer, supplier]).to_numpy(), False)
    is_level, is_seller = deals[source] & upper[target], sells[source]
    is_supply = edges["relation"] == Relation.SUPPLIES.value
    is_unsure = edges["match_probability"] < SURE_MATCH
    result: pd.Series = is_supply & edges["is_single_source"] & (~is_seller | is_level | is_unsure)
    return result


def _shares(weights: Weights, people: int) -> Floats:
    """Return the share of each part (columns PARTS) by person; NaN for those of whom nothing is said."""
    total = pd.DataFrame(weights.told).groupby(weights.person, sort=True).sum()
    score = total.to_numpy() + np.log(np.array(list(PRIOR.values())))
    odds = np.exp(score - score.max(axis=1, keepdims=True)) if len(score) else score
    shares = np.full((people, len(PARTS)), np.nan)
    shares[total.index.to_numpy(dtype=np.int64)] = odds / odds.sum(axis=1, keepdims=True)
    return shares


def _those(shares: Floats, parts: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return whose likeliest part is one of ``parts``."""
    known = ~np.isnan(shares[:, 0])
    found = np.zeros(len(shares), dtype=bool)
    found[known] = np.isin(np.argmax(shares[known], axis=1), [PARTS.index(part) for part in parts])
    return found


def _stated(pieces: Pieces, people: Ints, names: pd.Index) -> pd.DataFrame:
    """Return what is stated of ``people`` (numbers in ``names``): the likeliest part for which some record speaks."""
    weights = weights_of(pieces)
    shares = _shares(weights, len(names))
    known = np.flatnonzero(~np.isnan(shares[:, 0]))
    values = shares[known].round(9)
    told = np.where(_spoken_for(pieces, len(names))[known], values, 0.0)
    told[:, PARTS.index(Role.UNKNOWN.value)] = 0.0
    rows = np.arange(len(values))
    order = np.argsort(-told, axis=1, kind="stable")
    top, second = order[:, 0], order[:, 1]
    share = values[rows, top]
    is_weak = (told[rows, top] < LEAST_SHARE) | (values[:, PARTS.index(Role.UNKNOWN.value)] > share)
    others = values.copy()
    others[rows, top] = -1.0
    parts = np.array(PARTS, dtype=object)
    row = np.full(len(names), -1, dtype=np.int64)
    row[known] = rows
    here = row[people]
    frame = pd.DataFrame({"nominal_id": pd.Series(names[people], dtype="str")})
    columns = {
        "role": np.append(np.where(is_weak, Role.UNKNOWN.value, parts[top]), Role.UNKNOWN.value),
        "role_probability": np.append(np.where(is_weak, 1 - share, share), 1.0).round(4),
        "second_role": np.append(np.where(told[rows, second] > 0, parts[second], ""), ""),
        "role_reasons": np.append(_reasons(weights, row, top, np.argmax(others, axis=1)), NOTHING_TOLD),
    }
    for name, of_row in columns.items():
        frame[name] = pd.Series(of_row[here], dtype="float64" if name == "role_probability" else "str")
    return frame.assign(exploited_share=_exploited(pieces, len(names))[people].round(4))


def _spoken_for(pieces: Pieces, people: int) -> NDArray[np.bool_]:
    """Return (people, parts): whether some piece of evidence speaks for the part."""
    spoken = np.zeros((people, len(NAMES)), dtype=bool)
    spoken[pieces.person, pieces.rule] = True
    found: NDArray[np.bool_] = spoken @ (RATIOS >= NAMES_FROM)
    return found


def _reasons(weights: Weights, row: Ints, top: Ints, other: Ints) -> NDArray[np.object_]:
    """Say each rule's weight of evidence for part ``top`` over ``other``, strongest first, the base rate last."""
    of = row[weights.person]
    here = np.arange(len(of))
    gain = weights.told[here, top[of]] - weights.told[here, other[of]]
    most = int(weights.n.max(initial=0)) + 1
    kinds, kind = np.unique(weights.rule * most + weights.n, return_inverse=True)
    spoken = [f"{_SPOKEN[number // most]} x{number % most}" for number in kinds.tolist()]
    known, words = np.unique(np.array(spoken, dtype=object), return_inverse=True)
    order = np.lexsort((words[kind], -np.abs(gain).round(9), of))
    base = np.log(np.array(list(PRIOR.values())))
    said = _joined(known[words[kind][order]], gain[order], of[order], len(top))
    last = _joined(_BASE_RATES[top, other], base[top] - base[other], np.arange(len(top)), len(top))
    found: NDArray[np.object_] = said + np.where(said == "", "", "; ") + last
    return found


def _joined(text: NDArray[np.object_], gain: Floats, row: Ints, count: int) -> NDArray[np.object_]:
    """Return, for each of ``count`` rows, its texts with their gains, "; " between them; ``row`` is in order."""
    words = [f"{text} ({gain:.2f})" for text, gain in zip(text.tolist(), gain.tolist(), strict=True)]
    ends = np.searchsorted(row, np.arange(count + 1)).tolist()
    found = np.empty(count, dtype=object)
    found[:] = ["; ".join(words[first:last]) for first, last in pairwise(ends)]
    return found


_BASE_RATES = np.array([[f"base rate of {one} over {other}" for other in PARTS] for one in PARTS], dtype=object)


def _spoken(rule: int) -> str:
    """Return a rule as "part: rule": the part that it speaks for most, and the words shared by stated and exhibits."""
    name, part = NAMES[rule], PARTS[int(np.argmax(RATIOS[rule]))]
    word = "stated" if name.startswith("stated ") else "exhibit" if name.startswith("exhibit") else name
    return f"{part}: {word}"


_SPOKEN = [_spoken(rule) for rule in range(len(NAMES))]

_HARMED = np.array(
    [
        1.0 if name in ("stated cuckooed", "stated victim") else UNSURE_POINTS if name == "controls, target" else 0.0
        for name in NAMES
    ]
)
"""What a piece of each rule speaks for exploitation."""


def _exploited(pieces: Pieces, people: int) -> Floats:
    """Return the share of a person's evidence that speaks of cuckooing or exploitation; no base rate enters."""
    loud = pieces.weight * pieces.fade
    harmed, total = (np.bincount(pieces.person, told, people) for told in (loud * _HARMED[pieces.rule], loud))
    found: Floats = harmed / (total + EXPLOITED_PRIOR)
    return found
