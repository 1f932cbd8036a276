"""Ids that stay: a nominal keeps its id from month to month, and every change is a line in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.periods import Month
from market_profile.resolve.cluster import Labels
from market_profile.resolve.lists import Numbers, distinct, packed, ranked, unpacked
from market_profile.resolve.mentions import MENTION_KEY, age_order

EVENT_COLUMNS = ("month", "event", "from_id", "to_id", "records", "reason")


NEW_RECORDS = "new records"
"""Why a record moves where nobody called its nominal in question."""


def empty_events() -> pd.DataFrame:
    """Return a ledger without lines: month, event (merge|split), from_id, to_id, records (moved), reason."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in EVENT_COLUMNS})
    return frame.astype({"records": "int64"})


def id_texts(numbers: Numbers) -> pd.api.extensions.ExtensionArray:
    """Return the ids of nominals by their numbers.

    Example:
        >>> list(id_texts(np.array([7, 12])))
        ['N000007', 'N000012']
    """
    known, place = ranked(numbers)
    return ("N" + pd.Series(known).astype("str").str.zfill(6)).array.take(place)


def id_numbers(texts: pd.Series[str]) -> Numbers:
    """Return the numbers of nominals by their ids."""
    return np.asarray(texts.str.slice(1).astype("int64"), dtype=np.int64)


@dataclass(frozen=True)
class Held:
    """What last month's state holds of each mention: number of its ``nominal`` (0: new), ``chance``, ``content``."""

    nominal: Numbers
    chance: npt.NDArray[np.float64]
    content: Numbers


def held_before(mentions: pd.DataFrame, previous: Mapping[str, pd.DataFrame]) -> Held:
    """Return what last month's state holds of each mention, in their order."""
    count = len(mentions)
    if "mentions" not in previous:
        return Held(np.zeros(count, dtype=np.int64), np.ones(count), np.zeros(count, dtype=np.int64))
    before = previous["mentions"]
    code = np.zeros(len(before) + count, dtype=np.int64)
    for part in MENTION_KEY:
        number, names = pd.factorize(pd.concat([before[part], mentions[part]], ignore_index=True))
        code = code * len(names) + number
    place = pd.Index(code[: len(before)]).get_indexer(pd.Index(code[len(before) :]))
    nominal = np.append(id_numbers(before["nominal_id"]), 0)[place]  # the last one stands for new mentions (-1)
    chance = np.append(before["match_probability"].to_numpy(np.float64), 1.0)[place]
    return Held(nominal, chance, np.append(before["content"].to_numpy(np.int64), 0)[place])


def carry_ids(mentions: pd.DataFrame, clusters: Labels, old: Numbers, issued: int) -> tuple[Numbers, int]:
    """Return the number of each mention's nominal, and how many numbers have been issued by now.

    An old number goes to the cluster that holds most of its mentions, and a cluster takes the old number that brings
    most; ties go to the lower number. What is left is numbered on, in the order of each cluster's earliest mention.

    Args:
        mentions: sorted mentions.
        clusters: cluster of each mention.
        old: last month's number of each mention, 0 where new (``Held.nominal``).
        issued: numbers issued so far; none is ever used twice.
    """
    number = _kept_whole(clusters, old)
    rest = np.flatnonzero(number[clusters] == 0)
    if not len(rest):
        return number[clusters], issued
    age = np.full(len(number), len(rest), dtype=np.int64)
    np.minimum.at(age, clusters[rest[age_order(mentions.iloc[rest])]], np.arange(len(rest)))
    table = _matched(old[rest], clusters[rest], age)
    number[table["cluster"]] = table["old"]
    new = distinct(clusters[rest])
    new = new[number[new] == 0]
    number[new[np.argsort(age[new], kind="stable")]] = np.arange(issued + 1, issued + 1 + len(new))
    return number[clusters], issued + len(new)


def _kept_whole(clusters: Labels, old: Numbers) -> Numbers:
    """Return, by cluster, its old number where both have the same old mentions, else 0: most are as they were."""
    at = np.flatnonzero(old)
    number = np.zeros(int(clusters.max(initial=-1)) + 1, dtype=np.int64)
    number[clusters[at]] = old[at]
    cluster = np.zeros(int(old.max(initial=0)) + 1, dtype=np.int64)
    cluster[old[at]] = clusters[at]
    apart = at[(number[clusters[at]] != old[at]) | (cluster[old[at]] != clusters[at])]
    number[clusters[apart]] = 0
    number[np.isin(number, old[apart])] = 0
    return number


def _matched(old: Numbers, clusters: Labels, age: Numbers) -> pd.DataFrame:
    """Return which old number goes to which cluster (columns ``old``, ``cluster``)."""
    known = old > 0
    pair, records = np.unique(packed(old[known], clusters[known]), return_counts=True)
    number, cluster = unpacked(pair)
    order = np.lexsort((age[cluster], number, -records))
    table = pd.DataFrame({"old": number[order], "cluster": cluster[order]})
    kept = [table.head(0)]
    while len(table):
        won = table[~table["old"].duplicated() & ~table["cluster"].duplicated()]
        kept.append(won)
        table = table[~table["old"].isin(won["old"]) & ~table["cluster"].isin(won["cluster"])]
    return pd.concat(kept)


def ledger(ids: Numbers, old: Numbers, month: Month, reasons: Mapping[str, str]) -> pd.DataFrame:
    """Return what changed for mentions already held: one line per pair of ids (``EVENT_COLUMNS``).

    A *merge* ends ``from_id``; a *split* takes records out of a nominal that stays.

    Args:
        ids: number of each mention's nominal now.
        old: last month's number of each mention, 0 where new.
        month: the month refreshed.
        reasons: why a nominal of last month was called in question, by its id; others moved by new records.
    """
    moved = (old > 0) & (old != ids)
    if not moved.any():
        return empty_events()
    pair, records = np.unique(packed(old[moved], ids[moved]), return_counts=True)
    left, right = unpacked(pair)
    lines = pd.DataFrame({"from_id": id_texts(left), "to_id": id_texts(right), "records": records})
    lines["event"] = np.where(np.isin(left, ids), "split", "merge")
    lines["month"] = month.text
    lines["reason"] = lines["from_id"].map(reasons).fillna(lines["to_id"].map(reasons)).fillna(NEW_RECORDS)
    return lines[list(EVENT_COLUMNS)]
