"""What removing each of many candidates, one at a time, would do: the what-if of a whole board in a second or two.

Fragmentation after each removal comes from one depth-first pass over the network (``pairs_left``), users from one count
of suppliers a user, efficiency before and after mending from 64 sources in one machine word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from market_profile.network.distances import NO_TIES, Distances, Search, sampled
from market_profile.network.mending import MECHANISMS, SEED, Torn, Yardstick, new_ties, tear
from market_profile.network.reach import pairs_left
from market_profile.network.structure import Web, components, shared_users
from market_profile.network.supply import SELLING
from market_profile.network.what_if import (
    Shape,
    Ties,
    free_sellers,
    safeguarded,
    sound_ties,
    tied_web,
)

DRAWS = 6
"""Draws of each mechanism for each candidate; the what-if of one set draws more."""

SOURCES = 128
"""Sources of efficiency: the same for all candidates."""


@dataclass(frozen=True)
class RemovalEffects:
    """The network ``before``, and one row a candidate (index nominal_id, in the order asked) of what removal would do.

    ``table``: is_tied; fragmentation (F after) and fragmentation_gain; efficiency (after), efficiency_recovered with
    _low and _high over the draws of all mechanisms, efficiency_change_pct (recovered against before),
    share_strengthened, is_strengthening; users_without and users_with_alternative; likely_replacement and
    role_unfilled ("" where none); best_grade, independent_sources; is_safeguarded. People without a
    corroborated tie change no shape: is_tied is False.
    """

    before: Shape
    table: pd.DataFrame


def removal_effects(network: Ties, candidates: Sequence[str]) -> RemovalEffects:
    """Return what removing each of ``candidates`` alone would do, with recovery; unknown ids count as not tied.

    Deterministic and independent of the other candidates asked about, but for ids: each has its own fixed draws.
    """
    edges = sound_ties(network)
    web = tied_web(edges[~edges["is_single_source"]])
    names = pd.Index(web.nodes)
    table = pd.DataFrame(index=pd.Index(list(candidates), dtype="str", name="nominal_id"))
    place = names.get_indexer(table.index)
    before, shaped = _shaped(web, place)
    table["is_tied"] = place >= 0
    table = table.join(shaped.set_index(table.index)).join(_users(edges, network.nodes, table.index))
    return RemovalEffects(before, table.join(_standing(network, edges, table.index)))


def _shaped(web: Web, place: np.ndarray) -> tuple[Shape, pd.DataFrame]:
    """Return the shape before, and the columns of fragmentation and efficiency for the people at ``place`` (-1: none).

    Sources of distances are drawn from everybody and, where one is removed, from everybody else.
    """
    matrix = web.matrix()
    neighbours = [near.tolist() for near in np.split(matrix.indices, matrix.indptr[1:-1])] if web.size else []
    label = components(web)
    sizes = np.bincount(label) if len(label) else np.zeros(1, dtype=np.int64)
    pairs = float((sizes * (sizes - 1)).sum()) / 2
    of_all = max(web.size * (web.size - 1) / 2, 1.0)
    start = 1 - pairs / of_all
    left = pairs_left(neighbours, set()) if web.size else np.zeros(1)
    efficiency, rows = _efficiencies(web, matrix, place)
    frame = pd.DataFrame(rows, columns=list(_EFFICIENCY))
    after = 1 - np.where(place >= 0, left[np.maximum(place, 0)], 0.0) / max((web.size - 1) * (web.size - 2) / 2, 1.0)
    after = np.where(place >= 0, after, start)
    frame.insert(0, "fragmentation", after.round(6))
    frame.insert(1, "fragmentation_gain", (after - start).round(6))
    return Shape(start, efficiency, int((sizes > 0).sum()), web.size), frame


_EFFICIENCY = (
    "efficiency",
    "efficiency_recovered",
    "efficiency_recovered_low",
    "efficiency_recovered_high",
    "efficiency_change_pct",
    "share_strengthened",
    "is_strengthening",
)


def _nothing() -> tuple[float, ...]:
    return (np.nan, np.nan, np.nan, np.nan, 0.0, 0.0, False)


def _efficiencies(web: Web, matrix: sparse.csr_matrix, place: np.ndarray) -> tuple[float, list[tuple[float, ...]]]:
    """Return efficiency as it stands, and the columns _EFFICIENCY for the people at ``place`` (-1: none)."""
    network = Distances(matrix)
    sources = sampled(np.arange(web.size), SOURCES, SEED)
    tied = np.unique(place[place >= 0])
    drawn = tied[np.isin(tied, sources)]
    of_others = [Search(sources), *(Search(sources[sources != person]) for person in drawn)]
    found = network.inverse([*of_others, *(Search(np.array([person])) for person in tied)])
    others = dict.fromkeys(tied.tolist(), found[0]) | dict(zip(drawn.tolist(), found[1:], strict=False))
    alone = dict(zip(tied.tolist(), found[1 + len(drawn) :], strict=True))
    rows = []
    for person in place.tolist():
        if person < 0:
            rows.append(_nothing())
            continue
        measure = Yardstick(sources[sources != person], np.array([person]), web.size)
        before = measure.before(float(alone[person]), float(others[person]))
        rows.append(_mended(network, tear(matrix, [person]), measure, before))
    whole = Yardstick(sources, np.empty(0, dtype=np.int64), web.size)
    return whole.before(0.0, float(found[0])), rows


def _mended(network: Distances, torn: Torn, measure: Yardstick, before: float) -> tuple[float, ...]:
    draws = [
        new_ties(torn, mechanism, np.random.default_rng([SEED, number, draw]))
        for number, mechanism in enumerate(MECHANISMS)
        for draw in range(DRAWS)
    ]
    after, *found = measure.after(network, torn, [NO_TIES, *draws])
    mended = np.array(found)
    middle, low, high = np.quantile(mended, [0.5, 0.05, 0.95])
    share = float((mended > before + 1e-12).mean())
    change = 100 * (middle / before - 1) if before else 0.0
    return (*np.round([after, middle, low, high], 6), round(change, 3), round(share, 4), share > 0.5)


def _users(edges: pd.DataFrame, nodes: pd.DataFrame, candidates: pd.Index) -> pd.DataFrame:
    """Count, for each candidate, the users whose only known supplier they are and those who have another."""
    supply = edges.loc[edges["relation"] == "supplies", ["source_nominal_id", "target_nominal_id"]].drop_duplicates()
    selling = nodes.loc[nodes["role"].isin(SELLING), "nominal_id"]
    supply = supply[~supply["target_nominal_id"].isin(selling)]
    many = supply.groupby("target_nominal_id")["source_nominal_id"].transform("size") > 1
    counts = pd.DataFrame({"users_without": ~many, "users_with_alternative": many})
    grouped = counts.groupby(supply["source_nominal_id"]).sum()
    return grouped.reindex(candidates).fillna(0).astype("int64").set_axis(candidates)


def _standing(network: Ties, edges: pd.DataFrame, candidates: pd.Index) -> pd.DataFrame:
    """Return who would likely replace each candidate, what part they leave open, and what all of it rests on."""
    nodes = network.nodes.set_index("nominal_id")
    known = [name for name in candidates if name in nodes.index]
    frame = pd.DataFrame(index=candidates)
    frame["likely_replacement"] = _likeliest(network, edges, candidates)
    frame["role_unfilled"] = _left_open(network, candidates)
    frame["best_grade"] = nodes["best_grade"].reindex(candidates).fillna("").to_numpy()
    frame["independent_sources"] = nodes["independent_sources"].reindex(candidates).fillna(0).astype("int64").to_numpy()
    frame["is_safeguarded"] = candidates.isin(safeguarded(network, tuple(known)))
    return frame


def _left_open(network: Ties, candidates: pd.Index) -> list[str]:
    """Return the selling part that nobody else in each candidate's community plays ("" where somebody does)."""
    nodes = network.nodes[["nominal_id", "role", "community"]]
    nodes = nodes[nodes["role"].isin(SELLING)]
    is_only = nodes.groupby(["community", "role"])["nominal_id"].transform("size") == 1
    only = dict(zip(nodes.loc[is_only, "nominal_id"], nodes.loc[is_only, "role"].astype(str), strict=True))
    return [only.get(name, "") for name in candidates]


def _likeliest(network: Ties, edges: pd.DataFrame, candidates: pd.Index) -> list[str]:
    """Return the free seller who shares most users with each candidate or is tied to them, as in the what-if."""
    shared = shared_users(edges)
    one = pd.DataFrame({"of": shared["left_id"], "by": shared["right_id"], "score": shared["shared_users"]})
    two = pd.DataFrame({"of": shared["right_id"], "by": shared["left_id"], "score": shared["shared_users"]})
    ends = ["source_nominal_id", "target_nominal_id", "weight"]
    ties = [edges[list(order)].set_axis(["of", "by", "score"], axis=1) for order in (ends, [*ends[1::-1], ends[2]])]
    rows = pd.concat([one, two, *ties], ignore_index=True)
    rows = rows[rows["of"].isin(candidates) & rows["by"].isin(free_sellers(network)) & (rows["of"] != rows["by"])]
    score = rows.groupby(["of", "by"], sort=True)["score"].sum().round(9).reset_index()
    score = score.sort_values(["of", "score", "by"], ascending=[True, False, True], kind="stable")
    best = score.drop_duplicates("of").set_index("of")["by"]
    return [str(best.get(name, "")) for name in candidates]
