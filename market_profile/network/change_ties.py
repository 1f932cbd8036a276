"""Which ties changed since last month, and the records behind a change."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from market_profile.network.codes import Ints, codes_of, distinct, is_one_of, places, row_numbers
from market_profile.network.edges import EDGE_KEY
from market_profile.periods import Month

LIVE_WEIGHT = 0.05
"""Below this a tie has faded: on balance nothing current stands behind it."""

MOVED = 0.1
"""A change of weight smaller than this is what decay or one weak report makes of itself."""

CHANGE_COLUMNS = (
    "change",
    "source_nominal_id",
    "target_nominal_id",
    "relation",
    "before",
    "now",
    "weight_before",
    "weight_now",
    "records",
)

MOST_REFS = 20
"""Records named behind one change; the rest are found through the people's own lists."""

SEEN = ["record_ref", "observed_at", "is_suspected_false"]


def record_refs(group: Ints, rows: pd.DataFrame, month: Month) -> pd.Series:
    """Return by ``group`` (a number a row) the records behind it, | separated: this month's, or where there are none
    the latest.

    ``rows`` need record_ref (categories in order), observed_at, is_suspected_false; suspected false records are left
    out.
    """
    sound = np.flatnonzero(~rows["is_suspected_false"].to_numpy(bool))
    names, record = rows["record_ref"].cat.categories, codes_of(rows["record_ref"])[sound]
    groups, of = np.unique(group[sound], return_inverse=True)
    when = rows["observed_at"].to_numpy()[sound].astype("datetime64[us]").astype(np.int64)
    latest = np.full(len(groups), np.iinfo(np.int64).min)
    np.maximum.at(latest, of, when)
    chosen = np.flatnonzero(when >= np.minimum(latest, pd.Timestamp(month.start).value // 1000)[of])
    both = distinct(of[chosen] * max(len(names), 1) + record[chosen])
    of, record = np.divmod(both, max(len(names), 1))
    first = np.searchsorted(of, np.arange(len(groups) + 1))
    refs = names.take(record).tolist()
    joined = ["|".join(refs[start : min(end, start + MOST_REFS)]) for start, end in pairwise(first.tolist())]
    return pd.Series(joined, index=groups, dtype="str")


def tie_changes(edges: pd.DataFrame, before: pd.DataFrame, statements: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return ties that are new, lost, strengthened or weakened, with the records behind them (| separated).

    A lost tie rests on nothing new; ``before`` says when it was last seen.
    """
    now = edges.loc[edges["weight"] >= LIVE_WEIGHT, [*EDGE_KEY, "weight"]]
    was = before[before["weight"] >= LIVE_WEIGHT]
    was = was.reindex(columns=[*EDGE_KEY, "weight", "last_seen"])
    both = _beside(was, now)
    gained = both["weight_now"].fillna(0.0) - both["weight_before"].fillna(0.0)
    change = np.select(
        [both["weight_now"].isna(), both["weight_before"].isna(), gained <= -MOVED, gained >= MOVED],
        ["lost", "new", "weakened", "strengthened"],
        "",
    )
    is_changed = change != ""
    both = both[is_changed].assign(change=pd.Series(change[is_changed], index=both.index[is_changed], dtype="str"))
    tie = _tie_numbers(statements)
    asked = _tie_numbers_of(both, statements)
    rows = np.flatnonzero(is_one_of(tie, asked))
    refs = record_refs(tie[rows], statements[SEEN].take(rows), month)
    seen = pd.to_datetime(both["last_seen"]).dt.strftime("last seen %Y-%m-%d").astype("object").fillna("")
    both = both.assign(before=seen.where(both["change"].isin(["lost", "weakened"]), ""), now="")
    both["records"] = refs.reindex(asked).astype("object").fillna("").to_numpy()
    found: pd.DataFrame = both.sort_values(["change", *EDGE_KEY], kind="stable")[list(CHANGE_COLUMNS)]
    return found.reset_index(drop=True)


def _tie_numbers(statements: pd.DataFrame) -> Ints:
    """Return one number for the two people and the relation of each statement."""
    people, kinds = (len(statements[name].cat.categories) for name in ("source_id", "relation"))
    ends = codes_of(statements["source_id"]) * people + codes_of(statements["target_id"])
    return ends * kinds + codes_of(statements["relation"])


def _tie_numbers_of(ties: pd.DataFrame, statements: pd.DataFrame) -> Ints:
    """Return the number that statements have of each of ``ties``; -1 where somebody is no nominal any more."""
    names, kinds = (statements[name].cat.categories for name in ("source_id", "relation"))
    source, target = (places(ties[end], names) for end in EDGE_KEY[:2])
    number = (source * len(names) + target) * len(kinds) + places(ties["relation"], kinds)
    return np.where((source >= 0) & (target >= 0), number, -1)


def _beside(was: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return all ties of either frame in order: EDGE_KEY, weight_before, last_seen, weight_now; of last month's ties
    that are one by now the greatest weight and the latest day."""
    of_was, of_now = row_numbers(was[EDGE_KEY], now[EDGE_KEY])
    known = was[["weight", "last_seen"]].groupby(of_was, sort=True).max()
    frame = pd.concat([was[EDGE_KEY], now[EDGE_KEY]], ignore_index=True)
    frame = frame.iloc[np.unique(np.concatenate([of_was, of_now]), return_index=True)[1]].reset_index(drop=True)
    frame["weight_before"] = known["weight"].reindex(frame.index)
    frame["last_seen"] = known["last_seen"].reindex(frame.index)
    frame["weight_now"] = pd.Series(now["weight"].to_numpy(), index=of_now).reindex(frame.index)
    return frame
