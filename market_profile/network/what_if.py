"""What would follow if some nominals were removed: fragmentation, reach, users left, against two baselines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.errors import WrongUse
from market_profile.network.key_players import fragmentation
from market_profile.network.model import Network
from market_profile.network.recovery import Recovery, Stability, recover, stability, without
from market_profile.network.structure import Web, components, efficiency, web_of
from market_profile.network.supply import SELLING
from market_profile.terms import Role

DRAWS = 50
SEED = 11

EXPLOITED_SHARE = 0.15
"""From this share of evidence of exploitation on, a person is to be protected (as on the board)."""


@dataclass(frozen=True)
class Shape:
    """The shape of a network: Borgatti's F, global efficiency, number of components, people."""

    fragmentation: float
    efficiency: float
    components: int
    people: int


@dataclass(frozen=True)
class WhatIf:
    """Before and after removing ``nominals``; counts of users; F under random and most-reported removals of as many.

    ``roles_left`` are the parts that they play; ``roles_unfilled`` those that nobody left in their community plays.
    ``single_source`` lists those of ``nominals`` without any corroborated tie: their effect rests on one source.
    ``evidence``: nominal_id, best_grade, records, independent_sources behind their ties. ``safeguarded`` are to be
    protected, not removed. ``recovery`` has one entry a mechanism; ``is_strengthening`` warns that by most of them the
    network ends more efficient than before. ``stability``: what 15 % of hidden ties leave of the choice.
    """

    nominals: tuple[str, ...]
    before: Shape
    after: Shape
    users_without: int
    users_with_alternative: int
    roles_left: tuple[str, ...]
    roles_unfilled: tuple[str, ...]
    likely_replacements: tuple[str, ...]
    random_low: float
    random_high: float
    most_reported: float
    single_source: tuple[str, ...]
    evidence: pd.DataFrame
    safeguarded: tuple[str, ...]
    recovery: tuple[Recovery, ...]
    is_strengthening: bool
    stability: Stability


def remove_nominals(network: Network, nominals: tuple[str, ...]) -> WhatIf:
    """Return what removing ``nominals`` would do; WrongUse where one is not in the network.

    E-graded ties are left out. Users are counted by supply ties: *without* means that every known supplier is removed.
    """
    unknown = [n for n in nominals if n not in set(network.nodes["nominal_id"])]
    if unknown:
        raise WrongUse(f"{len(unknown)} of the nominals to remove are not in the network; see network_nodes.csv")
    edges = network.edges[~network.edges["is_suspected_false"] & ~network.edges["is_contradicted"]]
    tied = sorted(set(edges["source_nominal_id"]) | set(edges["target_nominal_id"]))
    web = web_of(edges, tied)
    place = {name: i for i, name in enumerate(web.nodes)}
    removed = [place[n] for n in nominals if n in place]
    without, alternative = _users(edges, network.nodes, set(nominals))
    low, high = _random(web, len(removed))
    mended = recover(web, removed)
    firm = edges[~edges["is_single_source"]]
    backed = set(firm["source_nominal_id"]) | set(firm["target_nominal_id"])
    roles = network.nodes.set_index("nominal_id").loc[list(nominals), "role"]
    return WhatIf(
        nominals=nominals,
        before=shape(web, []),
        after=shape(web, removed),
        users_without=without,
        users_with_alternative=alternative,
        roles_left=tuple(roles.astype(str)),
        roles_unfilled=_unfilled(network, nominals),
        likely_replacements=_replacements(network, set(nominals)),
        random_low=low,
        random_high=high,
        most_reported=fragmentation(web, _most_reported(network, web, len(removed))),
        single_source=tuple(n for n in nominals if n not in backed),
        evidence=_evidence(network, nominals),
        safeguarded=safeguarded(network, nominals),
        recovery=mended,
        is_strengthening=sum(way.is_strengthening for way in mended) * 2 > len(mended),
        stability=stability(web, removed),
    )


def shape(web: Web, removed: list[int]) -> Shape:
    """Return the shape of ``web`` among those who remain after ``removed`` (indices)."""
    rest = without(web, removed)
    label = components(rest)
    return Shape(fragmentation(rest), efficiency(rest), int(label.max()) if len(label) else 0, rest.size)


def safeguarded(network: Network, nominals: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``nominals`` who are to be protected: cuckooed, exploited, victims, or users of drugs alone."""
    nodes = network.nodes.set_index("nominal_id").loc[list(nominals)]
    harmed = nodes["role"].isin([Role.CUCKOOED.value, Role.VICTIM.value]) | (
        nodes["exploited_share"] >= EXPLOITED_SHARE
    )
    return tuple(str(name) for name in nodes.index[harmed | (nodes["role"] == Role.USER.value)])


def _unfilled(network: Network, nominals: tuple[str, ...]) -> tuple[str, ...]:
    nodes = network.nodes[["nominal_id", "role", "community"]]
    gone = nodes["nominal_id"].isin(nominals)
    key = ["community", "role"]
    left = pd.MultiIndex.from_frame(nodes.loc[~gone, key].drop_duplicates())
    lost = nodes[gone & nodes["role"].isin(SELLING)].drop_duplicates(key)
    is_open = ~pd.MultiIndex.from_frame(lost[key]).isin(left)
    return tuple(lost.loc[is_open, "role"].sort_values(kind="stable").astype(str))


def _evidence(network: Network, nominals: tuple[str, ...]) -> pd.DataFrame:
    """Return what each nominal's place in the network rests on; an empty grade where no sound tie stands."""
    told = network.statements[~network.statements["is_suspected_false"] & network.statements["is_stated"]]
    ends = [told.rename(columns={end: "nominal_id"}) for end in ("source_id", "target_id")]
    columns = ["nominal_id", "grade", "weight", "record_ref", "source_key"]
    rows = pd.concat([frame[columns] for frame in ends], ignore_index=True)
    rows = rows[rows["nominal_id"].isin(nominals)]
    rows = rows.sort_values(["weight", "grade", "record_ref"], ascending=[False, True, True], kind="stable")
    grouped = rows.groupby("nominal_id", sort=True)
    frame = grouped.agg(
        best_grade=("grade", "first"), records=("record_ref", "nunique"), independent_sources=("source_key", "nunique")
    ).reindex(list(nominals))
    frame["best_grade"] = frame["best_grade"].astype("object").fillna("").astype("str")
    counts = ["records", "independent_sources"]
    frame[counts] = frame[counts].fillna(0).astype("int64")
    return frame.rename_axis("nominal_id").reset_index()


def _users(edges: pd.DataFrame, nodes: pd.DataFrame, removed: set[str]) -> tuple[int, int]:
    supply = edges[edges["relation"] == "supplies"]
    selling = set(nodes.loc[nodes["role"].isin(SELLING), "nominal_id"]) | removed
    supply = supply[~supply["target_nominal_id"].isin(selling)]
    theirs = set(supply.loc[supply["source_nominal_id"].isin(removed), "target_nominal_id"])
    others = set(supply.loc[~supply["source_nominal_id"].isin(removed), "target_nominal_id"])
    return len(theirs - others), len(theirs & others)


def _random(web: Web, k: int) -> tuple[float, float]:
    chance = np.random.default_rng(SEED)
    draws = [fragmentation(web, list(chance.choice(web.size, size=k, replace=False))) for _ in range(DRAWS)]
    return float(np.quantile(draws, 0.05)), float(np.quantile(draws, 0.95))


def _most_reported(network: Network, web: Web, k: int) -> list[int]:
    sound = network.supply[~network.supply["is_suspected_false"]]
    count = sound.groupby("nominal_id")["record_ref"].nunique().reindex(list(web.nodes)).fillna(0).to_numpy()
    return [int(i) for i in np.lexsort((np.arange(web.size), -count))[:k]]


def _replacements(network: Network, removed: set[str]) -> tuple[str, ...]:
    """Sellers outside the set who share most users with it, or are tied to it most strongly."""
    shared = network.projection
    left = shared[shared["left_id"].isin(removed) & ~shared["right_id"].isin(removed)]
    right = shared[shared["right_id"].isin(removed) & ~shared["left_id"].isin(removed)]
    users = pd.concat([left.set_index("right_id")["shared_users"], right.set_index("left_id")["shared_users"]])
    edges = network.edges[~network.edges["is_suspected_false"]]
    out = edges[edges["source_nominal_id"].isin(removed)].set_index("target_nominal_id")["weight"]
    into = edges[edges["target_nominal_id"].isin(removed)].set_index("source_nominal_id")["weight"]
    score = pd.concat([users.astype(float), out, into])
    score = score.groupby(level=0).sum()
    nodes = network.nodes
    free = nodes["role"].isin(SELLING) & (nodes["exploited_share"] < EXPLOITED_SHARE)
    sellers = set(nodes.loc[free, "nominal_id"]) - removed
    score = score[score.index.isin(sellers)].round(9)
    ranked = score.sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    return tuple(str(name) for name in ranked.index[:3])
