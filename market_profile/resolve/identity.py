"""Ids that stay: a nominal keeps its id from month to month, and every change is a line in the ledger."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from market_profile.periods import Month
from market_profile.resolve.lists import packed, unpacked
from market_profile.resolve.mentions import MENTION_KEY, age_order

EVENT_COLUMNS = ("month", "event", "from_id", "to_id", "records", "reason")


NEW_RECORDS = "new records"
"""Why a record moves where nobody called its nominal in question."""


def empty_events() -> pd.DataFrame:
    """Return a ledger without lines: month, event (merge|split), from_id, to_id, records (moved), reason."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in EVENT_COLUMNS})
    return frame.astype({"records": "int64"})


def carry_ids(
    mentions: pd.DataFrame, clusters: np.ndarray, old: pd.Series[str], issued: int
) -> tuple[pd.Series[str], int]:
    """Return the nominal id of each mention, and how many ids have been issued by now.

    An old id goes to the cluster that holds most of its mentions, and a cluster takes the old id that brings most;
    ties go to the lower number. What is left is numbered on, in the order of each cluster's earliest mention.

    Args:
        mentions: sorted mentions.
        clusters: cluster of each mention.
        old: last month's id of each mention, "" where new (``ids_before``).
        issued: ids issued so far; none is ever used twice.
    """
    rank = np.empty(len(mentions), dtype=np.int64)
    rank[age_order(mentions)] = np.arange(len(mentions))
    age = pd.Series(rank).groupby(clusters).min()
    kept = _matched(old, clusters, age)
    rest = age[~age.index.isin(kept.index)].sort_values(kind="stable")
    number = np.arange(issued + 1, issued + 1 + len(rest))
    fresh = pd.Series([f"N{n:06d}" for n in number], index=rest.index, dtype="str")
    ids = pd.concat([kept, fresh])
    named = ids.array.take(ids.index.get_indexer(pd.Index(clusters)))
    return pd.Series(named, index=mentions.index, dtype="str"), issued + len(rest)


def held_before(mentions: pd.DataFrame, previous: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what last month's state holds of each mention, in their order, missing where the mention is new.

    Columns: ``nominal_id``, ``match_probability``, ``content``.
    """
    columns = ["nominal_id", "match_probability", "content"]
    if "mentions" not in previous:
        return pd.DataFrame(columns=columns, index=mentions.index, dtype=object)
    before = previous["mentions"]
    code = np.zeros(len(before) + len(mentions), dtype=np.int64)
    for part in MENTION_KEY:
        number, names = pd.factorize(pd.concat([before[part], mentions[part]], ignore_index=True))
        code = code * len(names) + number
    place = pd.Index(code[: len(before)]).get_indexer(pd.Index(code[len(before) :]))
    return before[columns].reset_index(drop=True).reindex(place).set_axis(mentions.index)


def ids_before(held: pd.DataFrame) -> pd.Series[str]:
    """Return last month's nominal of each mention, "" where it is new (``held`` from ``held_before``)."""
    return held["nominal_id"].astype("str").fillna("")


def _matched(old: pd.Series[str], clusters: np.ndarray, age: pd.Series[int]) -> pd.Series[str]:
    known = old.ne("").to_numpy()
    code, names = pd.factorize(old[known], sort=True)
    pair, records = np.unique(packed(code, clusters[known]), return_counts=True)
    number, cluster = unpacked(pair)
    order = np.lexsort((age.reindex(cluster).to_numpy(), number, -records))
    table = pd.DataFrame({"old": number[order], "cluster": cluster[order]})
    kept = []
    while len(table):
        won = table[~table["old"].duplicated() & ~table["cluster"].duplicated()]
        kept.append(won)
        table = table[~table["old"].isin(won["old"]) & ~table["cluster"].isin(won["cluster"])]
    won = pd.concat(kept) if kept else table
    return pd.Series(names.take(won["old"].to_numpy()), index=won["cluster"].to_numpy(), dtype="str")


def ledger(ids: pd.Series[str], old: pd.Series[str], month: Month, reasons: Mapping[str, str]) -> pd.DataFrame:
    """Return what changed for mentions already held: one line per pair of ids (``EVENT_COLUMNS``).

    A *merge* ends ``from_id``; a *split* takes records out of a nominal that stays.

    Args:
        ids: nominal of each mention now.
        old: last month's id of each mention, "" where new.
        month: the month refreshed.
        reasons: why a nominal of last month was called in question, by its id; others moved by new records.
    """
    moved = pd.DataFrame({"from_id": old, "to_id": ids})[old.ne("") & old.ne(ids)]
    if moved.empty:
        return empty_events()
    lines = moved.groupby(["from_id", "to_id"]).size().rename("records").reset_index()
    stays = ids[ids.isin(lines["from_id"].unique().tolist())].unique().tolist()
    lines["event"] = np.where(lines["from_id"].isin(stays), "split", "merge")
    lines["month"] = month.text
    lines["reason"] = lines["from_id"].map(reasons).fillna(lines["to_id"].map(reasons)).fillna(NEW_RECORDS)
    return lines[list(EVENT_COLUMNS)].sort_values(["from_id", "to_id"], kind="stable").reset_index(drop=True)
