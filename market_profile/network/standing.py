"""What each person's place in the network rests on: records, independent sources and the best grade behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.codes import Ints, codes_of, distinct

STANDING = ("records", "independent_sources", "best_grade", "supply_records")


def standing(statements: pd.DataFrame, supply: pd.DataFrame, people: Ints) -> pd.DataFrame:
    """Return one row a person of ``people`` (places among all nominals, in that order) with the columns STANDING.

    ``statements`` as from ``tie_statements``: E-graded ones and co-mentions are left out. ``best_grade`` is "" where no
    sound tie is stated; ``supply_records`` counts sound records of supply by the person (``supply_evidence``).
    """
    told = statements[~statements["is_suspected_false"] & statements["is_stated"]]
    count = len(told["source_id"].cat.categories)
    person = np.concatenate([codes_of(told[end]) for end in ("source_id", "target_id")])
    record, source, grade = (np.tile(codes_of(told[name]), 2) for name in ("record_ref", "source_key", "grade"))
    order = np.lexsort((record, grade, -np.tile(told["weight"].to_numpy(), 2), person))
    best = np.full(count, -1, dtype=np.int64)
    first = order[np.flatnonzero(np.diff(person[order], prepend=-1))]
    best[person[first]] = grade[first]
    names = np.append(told["grade"].cat.categories.to_numpy(dtype=object), "")
    sold = codes_of(supply.loc[~supply["is_suspected_false"], "nominal_id"])
    return pd.DataFrame(
        {
            "records": _different(person, record, count)[people],
            "independent_sources": _different(person, source, count)[people],
            "best_grade": pd.Series(names[best[people]], dtype="str"),
            "supply_records": np.bincount(sold, minlength=count)[people],
        }
    )


def _different(person: Ints, thing: Ints, count: int) -> Ints:
    """Return the number of different things beside each of ``count`` people."""
    most = int(thing.max(initial=0)) + 1
    return np.bincount(distinct(person * most + thing) // most, minlength=count)
