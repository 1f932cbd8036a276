"""Link in rounds: mentions first, then the profiles that they make, until street names find their owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.cluster import Labels
from market_profile.resolve.far import far_weights
from market_profile.resolve.link import Constraints, Evidence, Known, Linked, Way, link
from market_profile.resolve.model import LinkModel
from market_profile.resolve.profiles import make_profiles
from market_profile.resolve.score import probability

PROFILE_ROUNDS = 3
"""Rounds over profiles; on fictional towns the third still found a pair in forty, a fourth hardly any."""

Keys = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Rounds:
    """``clusters`` of units after all rounds, ``first`` (round over units), and the last round over profiles.

    ``profiles`` with ``of_unit`` (profile of each unit) and ``last`` are those of the last round; ``certainty`` is
    the probability by unit that it belongs where it was put.
    """

    clusters: Labels
    first: Linked
    profiles: pd.DataFrame
    of_unit: Labels
    last: Linked
    certainty: npt.NDArray[np.float64]


def link_in_rounds(
    units: pd.DataFrame,
    keys: Keys,
    model: LinkModel,
    evidence: Evidence,
    judged: Constraints,
    known: Known,
    largest_cluster: float,
) -> Rounds:
    """Return who is who among ``units``: one round over units, then ``PROFILE_ROUNDS`` over profiles.

    Arguments as in ``link``; ``keys`` makes the blocking keys of units or profiles.
    """
    way = Way(largest_cluster, far_weights(units, model, evidence.persons))
    first = link(units, keys(units), model, evidence, judged, known, way)
    clusters, certainty = first.clusters, _certainty(first, units["records"].to_numpy())
    lowest = min(model.edge_weight, model.profile_cut_weight)
    wider = replace(model, cut_weight=model.profile_cut_weight, edge_weight=lowest)
    for _ in range(PROFILE_ROUNDS):
        profiles, of_unit = make_profiles(units, clusters)
        limits = _moved(judged, of_unit)
        way = Way(largest_cluster, far_weights(profiles, model, evidence.persons))
        last = link(profiles, keys(profiles), wider, evidence, limits, way=way)
        certainty = certainty * _certainty(last, profiles["records"].to_numpy())[of_unit]
        lead = np.unique(clusters)
        clusters = lead[last.clusters[of_unit]]
    return Rounds(clusters, first, profiles, of_unit, last, certainty.round(4))


def _moved(judged: Constraints, of_unit: Labels) -> Constraints:
    """Return the judgements on units as judgements on the profiles that hold them."""
    both = []
    for pairs in (judged.different, judged.same):
        left, right = of_unit[pairs["left"]], of_unit[pairs["right"]]
        frame = pd.DataFrame({"left": np.minimum(left, right), "right": np.maximum(left, right)}).astype("int64")
        both.append(frame[frame["left"] != frame["right"]].drop_duplicates())
    return Constraints(both[0], both[1])


def _certainty(linked: Linked, records: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the probability that each unit belongs to its cluster, from its mean weight to the others in it.

    The unit with most records is what the others are joined to: it is certain.
    """
    pairs, clusters = linked.pairs, linked.clusters
    inside = pairs[clusters[pairs["left"]] == clusters[pairs["right"]]]
    ends = pd.concat([inside["left"], inside["right"]], ignore_index=True)
    weight = pd.concat([inside["weight"], inside["weight"]], ignore_index=True)
    mean = weight.groupby(ends).mean().reindex(range(len(clusters)))
    chance = probability(mean).fillna(1.0).to_numpy(copy=True)
    order = pd.DataFrame({"cluster": clusters, "records": -records, "unit": np.arange(len(clusters))})
    lead = order.sort_values(["cluster", "records", "unit"]).drop_duplicates("cluster")["unit"].to_numpy()
    chance[lead] = 1.0
    return np.asarray(chance, dtype=np.float64)
