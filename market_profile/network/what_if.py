"""What would follow if some nominals were removed: fragmentation, reach, users left, against two baselines.

All of it is worked out from two frames, those of ``network_nodes.csv`` and ``network_edges.csv``: the question can be
asked of a finished edition, without the records behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from market_profile.errors import WrongUse
from market_profile.network.codes import among, ordered, places
from market_profile.network.fields import NO_TIES
from market_profile.network.mending import Removal, removal
from market_profile.network.pieces import fragmentation
from market_profile.network.recovery import PIVOTS, Recovery, Stability, recover, stability
from market_profile.network.structure import Web, components, shared_users, web_of
from market_profile.network.supply import SELLING
from market_profile.terms import Role

DRAWS = 50
SEED = 11

EXPLOITED_SHARE = 0.15
"""From this share of evidence of exploitation on, a person is to be protected (as on the board)."""


class Ties(Protocol):
    """The part of a ``Network``, or of an edition's tables, that a what-if reads."""

    @property
    def nodes(self) -> pd.DataFrame:
        """People, columns of network_nodes.csv."""
        ...

    @property
    def edges(self) -> pd.DataFrame:
        """Ties, columns of network_edges.csv."""
        ...


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

    ``before``, ``after``, baselines, recovery and stability are measured over corroborated or direct ties, so that one
    source makes no hub; ``before_all`` and ``after_all`` take single-source ties in.
    ``roles_left`` are the parts that they play; ``roles_unfilled`` those that nobody left in their community plays.
    ``single_source`` lists those of ``nominals`` without any corroborated tie: their effect rests on one source.
    ``evidence``: nominal_id, best_grade, records, independent_sources behind their ties. ``safeguarded`` are to be
    protected, not removed. ``recovery`` has one entry a mechanism; ``is_strengthening`` warns that by most of them the
    network ends more efficient than before. ``stability``: what 15 % of hidden ties leave of the choice.
    """

    nominals: tuple[str, ...]
    before: Shape
    after: Shape
    before_all: Shape
    after_all: Shape
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


def remove_nominals(network: Ties, nominals: tuple[str, ...]) -> WhatIf:
    """Return what removing ``nominals`` would do; WrongUse where one is not in the network or stands there twice.

    E-graded and contradicted ties are left out. Users are counted by supply ties: *without* means that every known
    supplier is removed.
    """
    unknown = int((places(pd.Index(nominals, dtype="str"), network.nodes["nominal_id"]) < 0).sum())
    if unknown:
        raise WrongUse(f"{unknown} of the nominals to remove are not in the network; see network_nodes.csv")
    if len(set(nominals)) < len(nominals):
        raise WrongUse("a nominal to remove is named twice")
    edges = sound_ties(network)
    firm = edges[~edges["is_single_source"]]
    web = tied_web(firm)
    removed = _places(web, nominals)
    everybody = tied_web(edges)
    without, alternative = users_left(edges, network.nodes, set(nominals))
    cut = removal(web, removed, PIVOTS)
    before, after = shapes(cut)
    before_all, after_all = shapes(removal(everybody, _places(everybody, nominals), PIVOTS))
    low, high = _random(web, len(removed))
    mended = recover(cut)
    backed = set(web.nodes)
    roles = network.nodes.set_index("nominal_id").loc[list(nominals), "role"]
    return WhatIf(
        nominals=nominals,
        before=before,
        after=after,
        before_all=before_all,
        after_all=after_all,
        users_without=without,
        users_with_alternative=alternative,
        roles_left=tuple(roles.astype(str)),
        roles_unfilled=unfilled(network, nominals),
        likely_replacements=replacements(network, edges, set(nominals)),
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


def _places(web: Web, nominals: tuple[str, ...]) -> list[int]:
    place = {name: i for i, name in enumerate(web.nodes)}
    return [place[name] for name in nominals if name in place]


def sound_ties(network: Ties) -> pd.DataFrame:
    """Return the ties that are neither suspected false nor contradicted."""
    return network.edges[~network.edges["is_suspected_false"] & ~network.edges["is_contradicted"]]


def doubted_ties(network: Ties) -> pd.DataFrame:
    """Return the ties that are suspected false or contradicted: kept, flagged and listed apart."""
    return network.edges[network.edges["is_suspected_false"] | network.edges["is_contradicted"]]


def tied_web(edges: pd.DataFrame) -> Web:
    """Return the undirected network of ``edges`` among the people whom they tie."""
    names, _ = ordered(pd.concat([edges["source_nominal_id"], edges["target_nominal_id"]]))
    return web_of(edges, names)


def shapes(cut: Removal) -> tuple[Shape, Shape]:
    """Return the shape of a network before and after a removal, distances from the same people."""
    web, removed = cut.web, cut.removed
    before = components(web)
    rest = np.delete(components(Web(web.nodes, web.pairs[_among(web, removed)], np.ones(0))), cut.torn.gone)
    left = float(cut.efficiency([NO_TIES])[0])
    return (
        Shape(fragmentation(web), cut.before, len(np.unique(before)), web.size),
        Shape(fragmentation(web, removed), left, len(np.unique(rest)), cut.torn.remaining),
    )


def _among(web: Web, removed: list[int]) -> np.ndarray:
    keep = np.ones(web.size, dtype=bool)
    keep[removed] = False
    return np.asarray(keep[web.pairs].all(axis=1))


def safeguarded(network: Ties, nominals: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``nominals`` who are to be protected: cuckooed, exploited, victims, or users of drugs alone."""
    nodes = network.nodes.set_index("nominal_id").loc[list(nominals)]
    harmed = nodes["role"].isin([Role.CUCKOOED.value, Role.VICTIM.value]) | (
        nodes["exploited_share"] >= EXPLOITED_SHARE
    )
    return tuple(str(name) for name in nodes.index[harmed | (nodes["role"] == Role.USER.value)])


def unfilled(network: Ties, nominals: tuple[str, ...]) -> tuple[str, ...]:
    """Return the selling parts of ``nominals`` that nobody left in their community plays."""
    nodes = network.nodes[["nominal_id", "role", "community"]]
    gone = nodes["nominal_id"].isin(nominals)
    key = ["community", "role"]
    left = pd.MultiIndex.from_frame(nodes.loc[~gone, key].drop_duplicates())
    lost = nodes[gone & nodes["role"].isin(SELLING)].drop_duplicates(key)
    is_open = ~pd.MultiIndex.from_frame(lost[key]).isin(left)
    return tuple(lost.loc[is_open, "role"].sort_values(kind="stable").astype(str))


def _evidence(network: Ties, nominals: tuple[str, ...]) -> pd.DataFrame:
    """Return what each nominal's place in the network rests on; an empty grade where no sound tie stands."""
    columns = ["best_grade", "records", "independent_sources"]
    return network.nodes.set_index("nominal_id").loc[list(nominals), columns].reset_index()


def users_left(edges: pd.DataFrame, nodes: pd.DataFrame, removed: set[str]) -> tuple[int, int]:
    """Return how many users lose every known supplier with ``removed``, and how many keep another."""
    supply = edges.loc[edges["relation"] == "supplies", ["source_nominal_id", "target_nominal_id"]]
    selling = nodes.loc[nodes["role"].isin(SELLING), "nominal_id"]
    of_removed = among(supply["source_nominal_id"], removed)
    users = ~among(supply["target_nominal_id"], selling) & ~among(supply["target_nominal_id"], removed)
    theirs = set(supply.loc[users & of_removed, "target_nominal_id"])
    kept = supply.loc[users & ~of_removed, "target_nominal_id"]
    others = set(kept[among(kept, theirs)])
    return len(theirs - others), len(others)


def _random(web: Web, k: int) -> tuple[float, float]:
    chance = np.random.default_rng(SEED)
    draws = [fragmentation(web, list(chance.choice(web.size, size=k, replace=False))) for _ in range(DRAWS)]
    return float(np.quantile(draws, 0.05)), float(np.quantile(draws, 0.95))


def _most_reported(network: Ties, web: Web, k: int) -> list[int]:
    count = network.nodes.set_index("nominal_id")["supply_records"].reindex(list(web.nodes)).fillna(0).to_numpy()
    return [int(i) for i in np.lexsort((np.arange(web.size), -count))[:k]]


def replacements(network: Ties, edges: pd.DataFrame, removed: set[str]) -> tuple[str, ...]:
    """Return the three likeliest replacements: sellers who share most users with ``removed`` or are tied to them."""
    shared = shared_users(edges)
    is_left, is_right = among(shared["left_id"], removed), among(shared["right_id"], removed)
    left, right = shared[is_left & ~is_right], shared[is_right & ~is_left]
    users = pd.concat([left.set_index("right_id")["shared_users"], right.set_index("left_id")["shared_users"]])
    out = edges[among(edges["source_nominal_id"], removed)].set_index("target_nominal_id")["weight"]
    into = edges[among(edges["target_nominal_id"], removed)].set_index("source_nominal_id")["weight"]
    score = pd.concat([users.astype(float), out, into])
    score = score.groupby(level=0).sum()
    score = score[among(score.index, free_sellers(network) - removed)].round(9)
    ranked = score.sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    return tuple(str(name) for name in ranked.index[:3])


def free_sellers(network: Ties) -> set[str]:
    """Return who sells and is not to be protected."""
    nodes = network.nodes
    return set(nodes.loc[nodes["role"].isin(SELLING) & (nodes["exploited_share"] < EXPLOITED_SHARE), "nominal_id"])
