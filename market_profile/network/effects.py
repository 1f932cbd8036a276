"""Whose removal the network may come out of stronger, and whom it would leave without a dealer: one by one for a board.

Efficiency before and after mending is taken from the same sources, 64 in one machine word. Whether most ways of mending
strengthen the network is often clear before all are drawn; the others are then not drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from market_profile.network.codes import among, ordered, places
from market_profile.network.distances import Distances, sampled
from market_profile.network.fields import Ints, Search
from market_profile.network.mending import MECHANISMS, SEED, Torn, Yardstick, new_ties, tear
from market_profile.network.structure import Web
from market_profile.network.supply import SELLING
from market_profile.network.what_if import Ties, sound_ties, tied_web

DRAWS = 6
"""Draws of each mechanism for each candidate; the what-if of one set draws more."""

SOURCES = 128
"""Sources of efficiency: the same for all candidates."""


def removal_effects(network: Ties, candidates: Sequence[str]) -> pd.DataFrame:
    """Return what removing each of ``candidates`` alone would do (index nominal_id, in the order asked).

    Columns is_tied (by a corroborated or direct tie), is_strengthening (by most draws of all mechanisms the network
    ends more efficient than before), users_without (users whose only known supplier this is), users_with_alternative.
    Unknown ids count as not tied. Deterministic and independent of the other candidates asked about, but for ids: each
    has its own fixed draws.
    """
    edges = sound_ties(network)
    web = tied_web(edges[~edges["is_single_source"]])
    table = pd.DataFrame(index=pd.Index(list(candidates), dtype="str", name="nominal_id"))
    place = places(table.index, web.nodes)
    table["is_tied"] = place >= 0
    table["is_strengthening"] = np.isin(place, _strengthening(web, np.unique(place[place >= 0])))
    return table.join(_users(edges, network.nodes, table.index))


def _strengthening(web: Web, people: Ints) -> list[int]:
    """Return those of ``people`` (indices) whose removal by most draws leaves the network more efficient.

    Sources of distances are drawn from everybody and, where one is removed, from everybody else.
    """
    matrix = web.matrix()
    network = Distances(matrix)
    sources = sampled(np.arange(web.size), SOURCES, SEED)
    drawn = people[np.isin(people, sources)]
    of_others = [Search(sources), *(Search(sources[sources != person]) for person in drawn)]
    found = network.inverse([*of_others, *(Search(np.array([person])) for person in people)])
    others = dict.fromkeys(people.tolist(), found[0]) | dict(zip(drawn.tolist(), found[1:], strict=False))
    alone = dict(zip(people.tolist(), found[1 + len(drawn) :], strict=True))
    known = network.known_from(sources)
    strong = []
    for person in people.tolist():
        measure = Yardstick(sources[sources != person], np.array([person]), web.size)
        before = measure.before(float(alone[person]), float(others[person]))
        torn = tear(matrix, [person])
        if _is_most(measure.after(network, torn, draws, known) > before + 1e-12 for draws in _drawn(torn)):
            strong.append(person)
    return strong


def _drawn(torn: Torn) -> Iterator[list[Ints]]:
    """Yield the ties of the draws of all mechanisms: half of the draws, then the others some at a time."""
    for first, last in ((0, DRAWS // 2), *((draw, draw + 1) for draw in range(DRAWS // 2, DRAWS))):
        yield [
            new_ties(torn, mechanism, np.random.default_rng([SEED, number, draw]))
            for number, mechanism in enumerate(MECHANISMS)
            for draw in range(first, last)
        ]


def _is_most(answers: Iterator[np.ndarray]) -> bool:
    """Return whether more than half of all draws say yes; ask no further than that needs."""
    total, yes, no = DRAWS * len(MECHANISMS), 0, 0
    for answer in answers:
        yes, no = yes + int(answer.sum()), no + int((~answer).sum())
        if 2 * yes > total or 2 * no >= total:
            break
    return 2 * yes > total


def _users(edges: pd.DataFrame, nodes: pd.DataFrame, candidates: pd.Index) -> pd.DataFrame:
    """Count, for each candidate, the users whose only known supplier they are and those who have another."""
    supply = edges.loc[edges["relation"] == "supplies", ["source_nominal_id", "target_nominal_id"]].drop_duplicates()
    selling = nodes.loc[nodes["role"].isin(SELLING), "nominal_id"]
    supply = supply[~among(supply["target_nominal_id"], selling)]
    _, user = ordered(supply["target_nominal_id"])
    of = places(supply["source_nominal_id"], candidates)
    many = np.bincount(user)[user] > 1
    counts = [np.bincount(of[(of >= 0) & which], minlength=len(candidates)) for which in (~many, many)]
    return pd.DataFrame(dict(zip(("users_without", "users_with_alternative"), counts, strict=True)), index=candidates)
