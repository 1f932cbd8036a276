"""Statements to ties: noisy-or over independent sources, decay to the data cut-off, and what a tie rests on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from market_profile.network.codes import Ints, codes_of
from market_profile.periods import Month

EDGE_KEY = ["source_nominal_id", "target_nominal_id", "relation"]

EDGE_COLUMNS = (
    *EDGE_KEY,
    "weight",
    "records",
    "independent_sources",
    "best_grade",
    "first_seen",
    "last_seen",
    "is_single_source",
    "is_direct",
    "is_stated",
    "is_suspected_false",
    "handling",
    "reported_sources",
    "match_probability",
)

DEFAULT_HALF_LIFE_DAYS = 180.0
HIGHEST = 0.99
"""No evidence is certain; keeps 1 - weight above zero so that order of strength survives many sources."""


def age_days(observed_at: pd.Series, month: Month) -> pd.Series:
    """Return the age in days at the month's cut-off, 0 for what is dated after it."""
    age: pd.Series = (month.end - observed_at).dt.total_seconds() / 86_400
    return age.clip(lower=0.0)


def decayed(frame: pd.DataFrame, half_life_days: Mapping[str, float], month: Month) -> pd.Series:
    """Return each statement's weight at the cut-off: halved every half-life of its ``relation``.

    ``frame`` has ``weight``, ``relation``, ``observed_at``. A statement dated after the cut-off has age 0.

    Example:
        >>> rows = pd.DataFrame({"weight": [0.8], "relation": ["supplies"],
        ...                      "observed_at": [pd.Timestamp("2019-01-22")]})
        >>> decayed(rows, {"supplies": 10.0}, Month("2019-01")).round(3).tolist()
        [0.4]
    """
    age = age_days(frame["observed_at"], month)
    half_life = frame["relation"].map(dict(half_life_days)).astype(float).fillna(DEFAULT_HALF_LIFE_DAYS)
    halved: pd.Series = frame["weight"] * np.power(0.5, age / half_life)
    return halved


def noisy_or(frame: pd.DataFrame, group: list[str], weight: str = "weight", source: str = "source_key") -> pd.Series:
    """Return ``1 - prod(1 - w)`` per ``group`` over sources, each source once at its best.

    Pearl's noisy-or: sources fail independently. Weights are capped at 0.99.

    Example:
        >>> rows = pd.DataFrame({"e": [1, 1, 1], "source_key": ["a", "a", "b"], "weight": [0.5, 0.2, 0.5]})
        >>> noisy_or(rows, ["e"]).tolist()
        [0.75]
    """
    best = frame.groupby([*group, source], sort=True)[weight].max().clip(upper=HIGHEST)
    miss = np.log1p(-best).groupby(level=list(range(len(group))), sort=True).sum()
    joined: pd.Series = -np.expm1(miss)
    return joined


_ENDS = ["source_id", "target_id", "relation"]


def build_edges(statements: pd.DataFrame, half_life_days: Mapping[str, float], month: Month) -> pd.DataFrame:
    """Return one row a (source, target, relation) with the columns of ``network_edges.csv`` and its flags.

    E-graded statements count in ``records`` and in nothing else. ``is_single_source``: fewer than two independent
    sources and no direct evidence. ``handling`` is "P" where at least one statement may be shared, else "C".
    ``reported_sources`` counts independent sources that reached the police unasked; ``match_probability`` is that of
    the surest statement: the chance that its record is about these two people.
    """
    return edges_of(numbered(statements), half_life_days, month)


def edges_of(rows: pd.DataFrame, half_life_days: Mapping[str, float], month: Month) -> pd.DataFrame:
    """Return what ``build_edges`` gives, from statements that are ``numbered``."""
    if rows.empty:
        return _empty()
    sound = rows[~rows["is_suspected_false"]]
    by_all, by_edge = rows.groupby("edge"), sound.groupby("edge")
    edges = rows.drop_duplicates("edge").set_index("edge")[_ENDS].set_axis(EDGE_KEY, axis=1).sort_index().astype("str")
    edges["records"] = by_all["record"].nunique()
    edges["weight"] = tie_weights(rows, half_life_days, month)
    edges["independent_sources"] = by_edge["source"].nunique()
    edges["reported_sources"] = sound[sound["stream"] == "reported"].groupby("edge")["source"].nunique()
    edges["match_probability"] = by_edge["match_probability"].max()
    for column in ("is_direct", "is_stated"):
        edges[column] = by_edge[column].any()
    for column, end in (("first_seen", "min"), ("last_seen", "max")):
        edges[column] = by_edge["observed_at"].agg(end).reindex(edges.index).fillna(by_all["observed_at"].agg(end))
    best = sound.sort_values(["weight", "record"], ascending=[False, True], kind="stable")
    edges["best_grade"] = best.drop_duplicates("edge").set_index("edge")["grade"]
    shared = sound.loc[sound["handling"] == "P", "edge"]
    edges["handling"] = np.where(edges.index.isin(shared), "P", "C")
    return _finish(edges)


def numbered(statements: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of ``tie_statements`` with numbers for texts: edge (ends, relation), source, record."""
    codes = {name: codes_of(statements[name]) for name in (*_ENDS, "source_key", "record_ref")}
    people, relations = (len(statements[name].cat.categories) for name in _ENDS[1:])
    tie = (codes["source_id"] * people + codes["target_id"]) * relations + codes["relation"]
    edge = np.unique(tie, return_inverse=True)[1]
    return statements.assign(edge=edge, source=codes["source_key"], record=codes["record_ref"])


def ends_of(rows: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the numbers of the two people of each tie, in order of its number; ``rows`` as from ``numbered``."""
    first = np.unique(rows["edge"], return_index=True)[1]
    source, target = (codes_of(rows[end])[first] for end in _ENDS[:2])
    return source, target


def tie_weights(rows: pd.DataFrame, half_life_days: Mapping[str, float], month: Month) -> pd.Series:
    """Return the weight of each tie by its number: noisy-or of what decay leaves of the statements ``rows``."""
    rows = rows.assign(now=decayed(rows, half_life_days, month))
    found = noisy_or(rows[~rows["is_suspected_false"]], ["edge"], "now", "source")
    return found.reindex(range(int(rows["edge"].max()) + 1)).fillna(0.0).round(6)


def _finish(edges: pd.DataFrame) -> pd.DataFrame:
    edges["is_suspected_false"] = edges["independent_sources"].isna()
    edges["best_grade"] = edges["best_grade"].astype("object").fillna("E").astype("str")
    for column in ("independent_sources", "reported_sources"):
        edges[column] = edges[column].fillna(0).astype("int64")
    for column in ("is_direct", "is_stated"):
        edges[column] = edges[column].astype("boolean").fillna(False).astype(bool)
    edges["match_probability"] = edges["match_probability"].fillna(0.0).round(4)
    edges["is_single_source"] = (edges["independent_sources"] < 2) & ~edges["is_direct"]
    return edges.reset_index(drop=True)[list(EDGE_COLUMNS)]


def _empty() -> pd.DataFrame:
    text = {*EDGE_KEY, "best_grade", "handling"}
    times = {"first_seen", "last_seen"}
    whole = {"records", "independent_sources", "reported_sources"}
    dtypes = {
        c: "str" if c in text else "datetime64[us]" if c in times else "int64" if c in whole else "bool"
        for c in EDGE_COLUMNS
    }
    dtypes["weight"] = dtypes["match_probability"] = "float64"
    return pd.DataFrame({c: pd.Series(dtype=t) for c, t in dtypes.items()})
