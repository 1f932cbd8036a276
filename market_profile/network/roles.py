"""What part a person plays: Bayes' rule over graded evidence, each source once, each piece fading with age.

A piece of evidence of reliability w multiplies the odds of each part by ``(1 - w) + w x ratio``; the ratios are a
frozen table (``role_ratios``). What is given is the posterior share of the likeliest part. Nobody gets a part from base
rates alone: some sound record must speak for it, else the part is "unknown".
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from market_profile.network.edges import EDGE_KEY, age_days
from market_profile.network.role_ratios import (
    NAMES_FROM,
    PARTS,
    PRIOR,
    RATIOS,
    RULES,
    STATED_RELIABILITY,
    ratio_table,
)
from market_profile.network.supply import SELLING
from market_profile.periods import Month
from market_profile.terms import Relation, Role

HALF_LIFE_DAYS = 720.0
"""Parts change slowly: what was said two years ago speaks half as loudly."""

MOST_PIECES = 3.0
"""Pieces of one rule count in full up to here, together never more: many customers are still one part."""

LEAST_SHARE = 0.2
"""A part that holds less than this share is not stated."""

TEMPER = 1.0
"""What a piece's weight of evidence counts for; below 1 where pieces hang together (calibrated on fictional towns)."""

SELLER_SHARE = 0.4
"""Below this share of a selling part, one source does not make a supplier of somebody."""

SURE_MATCH = 0.45
"""A tie of one source stands only where its record is about these two people with at least this probability."""

EXPLOITED_PRIOR = 0.15
"""Points of evidence that stand against exploitation before anything is said of a person."""

UNSURE_POINTS = 0.3
"""Being controlled by another speaks so much for exploitation, against a record that states it."""


def assign_roles(evidence: pd.DataFrame, edges: pd.DataFrame, beside: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return nominal_id, role, role_probability, role_reasons, second_role, exploited_share; one row a person.

    ``evidence``: rows of ``role_evidence`` in the window; ``edges``: ties that fade as slowly as parts do; ``beside``:
    who is named beside whom. E-graded rows are not used. Ties are read twice: first stated parts alone say who sells,
    then supply to a seller speaks for a tier above.
    ``role_reasons`` gives each rule's weight of evidence (nats) for the likeliest part over the next; with the base
    rate they add up to the log of the odds between the two.
    """
    sound = evidence[~evidence["is_suspected_false"]]
    told = _told_pieces(sound, month)
    firm = edges[~edges["is_suspected_false"] & edges["is_stated"]]
    first = _shares(_weights(told))
    ties = _tie_pieces(firm, _those(first, SELLING), _those(first, (Role.SUPPLIER.value,)))
    pieces = pd.concat([told, ties, _beside_pieces(beside, first, month)])
    weights = _weights(pieces)
    found = _stated(_shares(weights), pieces, weights)
    people = sorted(set(edges[EDGE_KEY[0]]) | set(edges[EDGE_KEY[1]]) | set(evidence["nominal_id"]))
    frame = pd.DataFrame({"nominal_id": pd.Series(people, dtype="str")}).merge(found, on="nominal_id", how="left")
    frame["role"] = frame["role"].astype("object").fillna(Role.UNKNOWN.value).astype("str")
    frame["role_probability"] = frame["role_probability"].fillna(1.0).round(4)
    frame["role_reasons"] = frame["role_reasons"].astype("object").fillna("no graded evidence on the part played")
    frame["exploited_share"] = frame["nominal_id"].map(_exploited(pieces)).astype("float64").fillna(0.0).round(4)
    frame["second_role"] = frame["second_role"].astype("object").fillna("")
    return frame.astype({"role_reasons": "str", "second_role": "str"})


def contradicted(edges: pd.DataFrame, roles: pd.DataFrame) -> pd.Series:
    """Return which supply ties rest on one source and fit badly with all else that is known.

    They name as supplier someone who is on balance no seller, run between two dealers or upwards, or rest on an unsure
    match. The usual cause is a log about the wrong person, or with buyer and seller exchanged.
    """
    people = roles.set_index("nominal_id")
    seller = edges["source_nominal_id"].map(people["role"])
    buyer = edges["target_nominal_id"].map(people["role"])
    share = edges["source_nominal_id"].map(people["role_probability"])
    is_seller = seller.isin(SELLING) & (share >= SELLER_SHARE)
    dealer, supplier = Role.DEALER.value, Role.SUPPLIER.value
    is_level = (seller == dealer) & buyer.isin([dealer, supplier])
    is_supply = edges["relation"] == Relation.SUPPLIES.value
    is_unsure = edges["match_probability"] < SURE_MATCH
    result: pd.Series = is_supply & edges["is_single_source"] & (~is_seller | is_level | is_unsure)
    return result


def _told_pieces(sound: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return nominal_id, rule, weight, fade, one row a source and rule (its strongest record)."""
    fade = np.power(0.5, age_days(sound["observed_at"], month) / HALF_LIFE_DAYS)
    base, worth = STATED_RELIABILITY
    is_stated = sound["rule"] == "stated"
    weight = sound["weight"].where(~is_stated, base + worth * sound["weight"])
    rule = sound["rule"].where(~is_stated, "stated " + sound["role"])
    rule = rule.where(
        rule != "exhibit", np.where(sound["role"] == Role.USER.value, "exhibit of use", "exhibit of supply")
    )
    frame = sound[["nominal_id", "source_key", "record_ref"]].assign(rule=rule, weight=weight, fade=fade)
    frame = frame[frame["rule"].isin(RULES)].assign(loud=(weight * fade).round(12))
    frame = frame.sort_values(
        ["nominal_id", "rule", "loud", "record_ref"], ascending=[True, True, False, True], kind="stable"
    )
    return frame.drop_duplicates(["nominal_id", "rule", "source_key"])[["nominal_id", "rule", "weight", "fade"]]


def _tie_pieces(edges: pd.DataFrame, sellers: set[str], suppliers: set[str]) -> pd.DataFrame:
    source, target, relation = (edges[c] for c in EDGE_KEY)
    is_supply = relation == Relation.SUPPLIES.value
    to_seller, from_supplier = target.isin(sellers), source.isin(suppliers)
    runs, controls, associates = (
        relation == r.value for r in (Relation.RUNS_FOR, Relation.CONTROLS, Relation.ASSOCIATES)
    )
    cases = (
        ("supplies, source to user", is_supply & ~to_seller, source),
        ("supplies, source to seller", is_supply & to_seller, source),
        ("supplies, target user", is_supply & ~from_supplier, target),
        ("supplies, target seller", is_supply & from_supplier, target),
        ("runs_for, source", runs, source),
        ("runs_for, target", runs, target),
        ("controls, source", controls, source),
        ("controls, target", controls, target),
        ("associates, either", associates, source),
        ("associates, either", associates, target),
    )
    parts = [
        pd.DataFrame({"nominal_id": who[mask], "rule": rule, "weight": edges.loc[mask, "weight"], "fade": 1.0})
        for rule, mask, who in cases
    ]
    return pd.concat(parts, ignore_index=True)


def _beside_pieces(beside: pd.DataFrame, first: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return what being named before or after somebody of a known part says: one piece a source and rule.

    A report counts for the grade behind it and for how sure the other's part is.
    """
    columns = ["nominal_id", "rule", "weight", "fade"]
    sound = beside[~beside["is_suspected_false"] & beside["other_id"].isin(first.index)]
    if sound.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c in columns[:2] else "float64") for c in columns})
    known = pd.DataFrame({"part": first.idxmax(axis=1), "share": first.max(axis=1)}).loc[sound["other_id"]]
    place = np.where(sound["is_after"], "after a ", "before a ")
    rule = pd.Series(place + known["part"].str.replace("_", " ").to_numpy(object), index=sound.index)
    fade = np.power(0.5, age_days(sound["observed_at"], month) / HALF_LIFE_DAYS)
    rows = sound.assign(rule=rule, weight=sound["weight"] * known["share"].to_numpy(), fade=fade)
    rows = rows[rows["rule"].isin(RULES)].assign(loud=lambda f: (f["weight"] * f["fade"]).round(12))
    by = ["nominal_id", "rule", "loud", "record_ref"]
    rows = rows.sort_values(by, ascending=[True, True, False, True], kind="stable")
    return rows.drop_duplicates(["nominal_id", "rule", "source_key"])[columns]


def _weights(pieces: pd.DataFrame) -> pd.DataFrame:
    """Return weight of evidence by person and rule: columns nominal_id, rule, n and one a part; sums are capped."""
    place = pd.Index(RULES).get_indexer(pd.Index(pieces["rule"]))
    weight = pieces["weight"].to_numpy(float)[:, None]
    told = np.log((1 - weight) + weight * ratio_table()[place]) * pieces["fade"].to_numpy(float)[:, None]
    frame = pd.DataFrame(told.round(12), columns=list(PARTS)).assign(
        nominal_id=pieces["nominal_id"].to_numpy(), rule=pieces["rule"].to_numpy(), n=1
    )
    frame = frame.sort_values(["nominal_id", "rule", *PARTS], kind="stable")
    grouped = frame.groupby(["nominal_id", "rule"], sort=True).sum().reset_index()
    share = TEMPER * np.minimum(1.0, MOST_PIECES / grouped["n"].to_numpy(float))
    grouped[list(PARTS)] = grouped[list(PARTS)].to_numpy() * share[:, None]
    return grouped


def _shares(weights: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each part (columns PARTS) by nominal_id, from ``_weights``."""
    total = weights.groupby("nominal_id", sort=True)[list(PARTS)].sum()
    score = total.to_numpy() + np.log(np.array(list(PRIOR.values())))
    odds = np.exp(score - score.max(axis=1, keepdims=True)) if len(score) else score
    return pd.DataFrame(odds / odds.sum(axis=1, keepdims=True), index=total.index, columns=list(PARTS))


def _those(shares: pd.DataFrame, parts: tuple[str, ...]) -> set[str]:
    top = shares.idxmax(axis=1) if len(shares) else pd.Series(dtype="str")
    return set(top.index[top.isin(parts)])


def _stated(shares: pd.DataFrame, pieces: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Return the part stated of each person: the likeliest of those for which some record speaks."""
    values = shares.to_numpy().round(9)
    told = np.where(_spoken_for(pieces, shares.index), values, 0.0)
    told[:, PARTS.index(Role.UNKNOWN.value)] = 0.0
    rows = np.arange(len(values))
    order = np.argsort(-told, axis=1, kind="stable")
    top, second = order[:, 0], order[:, 1]
    share = values[rows, top]
    is_weak = (told[rows, top] < LEAST_SHARE) | (values[:, PARTS.index(Role.UNKNOWN.value)] > share)
    others = values.copy()
    others[rows, top] = -1.0
    parts = np.array(PARTS, dtype=object)
    return pd.DataFrame(
        {
            "nominal_id": shares.index.astype("str"),
            "role": np.where(is_weak, Role.UNKNOWN.value, parts[top]),
            "role_probability": np.where(is_weak, 1 - share, share),
            "second_role": np.where(told[rows, second] > 0, parts[second], ""),
            "role_reasons": _reasons(weights, shares.index, top, np.argmax(others, axis=1)),
        }
    )


def _spoken_for(pieces: pd.DataFrame, people: pd.Index) -> np.ndarray:
    """Return (people, parts): whether some piece of evidence speaks for the part."""
    names = ratio_table() >= NAMES_FROM
    place = pd.Index(RULES).get_indexer(pd.Index(pieces["rule"]))
    result = np.zeros((len(people), len(PARTS)), dtype=bool)
    np.logical_or.at(result, people.get_indexer(pd.Index(pieces["nominal_id"])), names[place])
    return result


def _reasons(weights: pd.DataFrame, people: pd.Index, top: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Say each rule's weight of evidence for part ``top`` over ``other``, strongest first, the base rate last."""
    row = people.get_indexer(pd.Index(weights["nominal_id"]))
    told = weights[list(PARTS)].to_numpy()
    here = np.arange(len(weights))
    gain = told[here, top[row]] - told[here, other[row]]
    text = weights["rule"].map(_SPOKEN) + " x" + weights["n"].astype("str")
    words, known = pd.factorize(text, sort=True)
    order = np.lexsort((words, -np.abs(gain).round(9), row))
    base = np.log(np.array(list(PRIOR.values())))
    said = _joined(np.asarray(known, dtype=object)[words[order]], gain[order], row[order], len(people))
    last = _joined(_BASE_RATES[top, other], base[top] - base[other], np.arange(len(people)), len(people))
    found: np.ndarray = said + np.where(said == "", "", "; ") + last
    return found


def _joined(text: np.ndarray, gain: np.ndarray, row: np.ndarray, count: int) -> np.ndarray:
    """Return, for each of ``count`` rows, its texts with their gains, "; " between them; ``row`` is in order."""
    words = [f"{text} ({gain:.2f})" for text, gain in zip(text.tolist(), gain.tolist(), strict=True)]
    ends = np.searchsorted(row, np.arange(count + 1)).tolist()
    found = np.empty(count, dtype=object)
    found[:] = ["; ".join(words[first:last]) for first, last in pairwise(ends)]
    return found


_BASE_RATES = np.array([[f"base rate of {one} over {other}" for other in PARTS] for one in PARTS], dtype=object)


def _spoken(rule: str) -> str:
    """Return a rule as "part: rule": the part that it speaks for most, and the words shared by stated and exhibits."""
    part = max(PARTS, key=lambda name: RATIOS[rule][name])
    word = "stated" if rule.startswith("stated ") else "exhibit" if rule.startswith("exhibit") else rule
    return f"{part}: {word}"


_SPOKEN = {rule: _spoken(rule) for rule in RULES}


def _exploited(pieces: pd.DataFrame) -> pd.Series:
    """Return the share of a person's evidence that speaks of cuckooing or exploitation; no base rate enters."""
    loud = pieces["weight"] * pieces["fade"]
    harmed = pieces["rule"].isin(["stated cuckooed", "stated victim"]) * 1.0
    harmed = harmed.where(pieces["rule"] != "controls, target", UNSURE_POINTS)
    total = loud.groupby(pieces["nominal_id"]).sum() + EXPLOITED_PRIOR
    share: pd.Series = (loud * harmed).groupby(pieces["nominal_id"]).sum() / total
    return share
