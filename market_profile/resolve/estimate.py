"""Make another frozen model from a force's own records, without labels.

m is measured on the pairs within the clusters that the present model makes, u on random pairs; repeated until it
settles. Counts are smoothed towards the present model, so that few records change little.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.keys import blocking_keys
from market_profile.resolve.link import Evidence, Linked, Way, link
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import LinkModel
from market_profile.resolve.score import SplinkScorer, score_pairs
from market_profile.resolve.units import make_units

_HELD = ("relatives", "same_log", "spoken_of", "alias", "associates", "place")
"""Fields that state rules or need street-name mentions to be measured: they stay as shipped."""
_SEED = 20
_RANDOM_PAIRS = 200_000
_PSEUDO_PAIRS = 50.0
"""Weight of the present model in pairs."""


def reestimate(
    units: pd.DataFrame,
    keys: pd.DataFrame,
    model: LinkModel,
    evidence: Evidence,
    rounds: int = 3,
    largest_cluster: float = 400.0,
) -> tuple[LinkModel, Linked]:
    """Return a model with m and u measured on ``units``, and the last link under it (arguments as in ``link``)."""
    u_counts = _level_counts(units, _random_pairs(len(units)), model, evidence)
    linked = _linked(units, keys, model, evidence, largest_cluster)
    for _ in range(rounds):
        same = _pairs_within(linked.clusters)
        m_counts = _level_counts(units, same, model, evidence)
        model = model.with_parameters(_parameters(model, m_counts, u_counts), f"{model.version}+own")
        linked = _linked(units, keys, model, evidence, largest_cluster)
    return model, linked


def _linked(
    units: pd.DataFrame, keys: pd.DataFrame, model: LinkModel, evidence: Evidence, largest_cluster: float
) -> Linked:
    records = units["records"] if "records" in units else pd.Series(1, index=units.index)
    scorer = SplinkScorer(units, model, evidence.frequencies, evidence.persons)
    return link(records.to_numpy().astype(np.int64), keys, scorer, model, way=Way(largest_cluster))


def estimate_from(tables: Tables, month: Month, model: LinkModel) -> LinkModel:
    """Return ``model`` with m and u measured on the records up to the end of ``month``, without labels.

    Fields of rules and of company (``_HELD``) keep their weights. The version says month and records, so that a
    refresh under it links everything afresh once.
    """
    mentions = collect_mentions(tables, month)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    found, _ = reestimate(units.frame, blocking_keys(units.coded), model, units.evidence, rounds=2)
    measured = {
        (field.name, level.label): (level.m, level.u)
        for field in found.fields
        if field.name not in _HELD
        for level in field.levels
        if level.m is not None and level.u is not None
    }
    return model.with_parameters(measured, f"{model.version}+own {month.text} {len(mentions)}")


def _random_pairs(units: int) -> pd.DataFrame:
    random = np.random.default_rng(_SEED)
    left, right = random.integers(0, units, (2, _RANDOM_PAIRS))
    low, high = np.minimum(left, right), np.maximum(left, right)
    pairs: pd.DataFrame = pd.DataFrame({"left": low, "right": high})[low < high].drop_duplicates()
    return pairs


def _pairs_within(clusters: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame({"cluster": clusters, "unit": np.arange(len(clusters))})
    both = frame.merge(frame, on="cluster", suffixes=("_left", "_right"))
    both = both[both["unit_left"] < both["unit_right"]]
    return both.rename(columns={"unit_left": "left", "unit_right": "right"})[["left", "right"]]


def _level_counts(
    units: pd.DataFrame, pairs: pd.DataFrame, model: LinkModel, evidence: Evidence
) -> dict[tuple[str, str], float]:
    scored = score_pairs(units, pairs, model, evidence.frequencies, evidence.persons, with_parts=True)
    counts = {}
    for field in model.fields:
        tally = scored[f"gamma_{field.name}"].value_counts()
        told = [level for level in field.levels if not level.is_unknown]
        for place, level in enumerate(told):
            counts[field.name, level.label] = float(tally.get(len(told) - 1 - place, 0))
    return counts


def _parameters(
    model: LinkModel, m_counts: dict[tuple[str, str], float], u_counts: dict[tuple[str, str], float]
) -> dict[tuple[str, str], tuple[float, float]]:
    values = {}
    for field in model.fields:
        judged = [level for level in field.levels if level.m is not None and level.u is not None]
        names = [(field.name, level.label) for level in judged]
        m_all, u_all = sum(m_counts[name] for name in names), sum(u_counts[name] for name in names)
        for name, level in zip(names, judged, strict=True):
            m = (m_counts[name] + _PSEUDO_PAIRS * (level.m or 0)) / (m_all + _PSEUDO_PAIRS)
            u = (u_counts[name] + _PSEUDO_PAIRS * (level.u or 0)) / (u_all + _PSEUDO_PAIRS)
            values[name] = (m, u)
    return values
