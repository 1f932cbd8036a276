"""What a grade is worth as a weight, and what it forbids (E-graded material, conditions on handling)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from market_profile.errors import MarketProfileError
from market_profile.network.codes import Ints, ordered
from market_profile.reference import reference_table
from market_profile.terms import GradeScheme, Provenance

DIRECT_WEIGHT = 0.95
"""A test purchase, a seizure or an arrest is what officers themselves did; the rest is left for mistaken identity."""

REPORTED = frozenset({Provenance.PUBLIC, Provenance.CRIMESTOPPERS, Provenance.PARTNER})
"""Provenances that reach the police without police looking (TRUST.md 15); all others are *discovered*."""

HANDLING = pd.CategoricalDtype(["C", "P"])
STREAM = pd.CategoricalDtype(["discovered", "reported"])
DIRECT = "direct"
"""The grade of what officers themselves did."""


@cache
def grade_type() -> pd.CategoricalDtype:
    """Return the type of a grade: the pairs of ``data/grade_weights.csv`` in order, DIRECT last."""
    table = reference_table("grade_weights")
    pairs = (table["source_evaluation"] + table["intelligence_assessment"]).unique()
    return pd.CategoricalDtype([*sorted(pairs.tolist()), DIRECT])


def grade(logs: pd.DataFrame) -> pd.Series:
    """Return each log's grade pair, such as "2B"."""
    (sources, source), (assessments, assessment) = (
        ordered(logs[name].astype("str")) for name in ("source_evaluation", "intelligence_assessment")
    )
    pairs = [one + other for one in sources.tolist() for other in assessments.tolist()]
    code = grade_type().categories.get_indexer(pd.Index(pairs, dtype="str"))[source * len(assessments) + assessment]
    return pd.Series(pd.Categorical.from_codes(code, dtype=grade_type()), index=logs.index)


def grade_weight(logs: pd.DataFrame) -> pd.Series:
    """Return the weight 0-1 of each log's grade pair, from ``data/grade_weights.csv``.

    Raises MarketProfileError where the table does not list a pair.

    Example:
        >>> frame = pd.DataFrame({"grade_scheme": ["3x5x2"], "source_evaluation": ["1"],
        ...                       "intelligence_assessment": ["E"]})
        >>> grade_weight(frame).tolist()
        [0.0]
    """
    table = reference_table("grade_weights").set_index(["scheme", "source_evaluation", "intelligence_assessment"])
    pairs = pd.MultiIndex.from_frame(
        logs[["grade_scheme", "source_evaluation", "intelligence_assessment"]].astype("str")
    )
    weight = pd.Series(table["weight"].astype(float).reindex(pairs).to_numpy(), index=logs.index)
    if weight.isna().any():
        raise MarketProfileError(
            f"data/grade_weights.csv has no weight for the grade of {int(weight.isna().sum())} logs; add the pair"
        )
    return weight


def is_suspected_false(logs: pd.DataFrame) -> pd.Series:
    """Return which logs are E-graded (3x5x2 assessment E, 5x5x5 intelligence 5)."""
    is_legacy = logs["grade_scheme"] == GradeScheme.FIVE.value
    assessment = logs["intelligence_assessment"]
    return (is_legacy & (assessment == "5")) | (~is_legacy & (assessment == "E"))


def handling(logs: pd.DataFrame) -> pd.Series:
    """Return "P" where lawful sharing is permitted (P; legacy 2, as data/grade_conversion.csv reads it), else "C"."""
    return _either(logs["handling_code"].isin(["P", "2"]), HANDLING)


def stream(provenance: pd.Series) -> pd.Series:
    """Return "reported" or "discovered" for each provenance (blank counts as discovered)."""
    return _either(provenance.isin([p.value for p in REPORTED]), STREAM)


def _either(is_second: pd.Series, dtype: pd.CategoricalDtype) -> pd.Series:
    """Return the second of the two values of ``dtype`` where ``is_second``, else the first."""
    found = pd.Categorical.from_codes(is_second.to_numpy(dtype=np.int8), dtype=dtype)
    return pd.Series(found, index=is_second.index)


def source_keys(logs: pd.DataFrame) -> tuple[pd.Index, Ints]:
    """Return what counts as one source, in order, and the place of each log's: its ``source_ref``, or one source per
    provenance where that is blank.

    Example:
        >>> logs = pd.DataFrame({"source_ref": ["S2", "", "S1"], "provenance": ["officer", "public", ""]})
        >>> names, place = source_keys(logs)
        >>> names.take(place).tolist()
        ['S2', 'provenance:public', 'S1']
    """
    ref = logs["source_ref"].astype("str")
    is_blank = (ref == "").to_numpy()
    given, of_given = ordered(ref[~is_blank])
    unnamed, of_unnamed = ordered("provenance:" + logs["provenance"].astype("str")[is_blank])
    names, rank = ordered(given.append(unnamed))
    place = np.empty(len(logs), dtype=np.int64)
    place[~is_blank], place[is_blank] = rank[of_given], rank[len(given) + of_unnamed]
    return names, place
