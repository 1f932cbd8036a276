"""What every past attempt could be told before its month: the rows from which the chance is learned and tested.

Rates, market types, hours and evidence are those of the end of the month before; nothing later is read.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.indicators.markets import PLAIN_OPEN, PLAIN_SALE
from market_profile.kept import NOTHING, Kept
from market_profile.network.ground import Ints
from market_profile.tasking import calibrate
from market_profile.tasking.features import (
    ATTEMPTS_M,
    Pairs,
    based,
    codes_of,
    joined,
    near,
    nearby_weight,
    own_totals,
    sellers_of,
)
from market_profile.tasking.pooling import Tally, pool, recency
from market_profile.tasking.said import Parts, Seen, said_before
from market_profile.terms import Outcome

FEWEST_CONTACTS = 4
"""Contacts from which a market's type is judged in looking back."""

COLUMNS = ["record_ref", "success", "market_id", "seller", "month", "is_stranger"]


def where_met(tried: pd.DataFrame) -> pd.DataFrame:
    """Return the attempts where somebody was met, whether they sold or refused."""
    return tried[_is_met(tried)]


def _is_met(tried: pd.DataFrame) -> np.ndarray:
    return (tried["outcome"].astype("str") != Outcome.NO_DEALER.value).to_numpy()


def foretold(
    tried: pd.DataFrame, seen: Seen, since: pd.Timestamp | None = None, kept: Kept = NOTHING
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every past attempt with the features that stood before its month: COLUMNS, then those of ``joined``.

    The second frame holds the attempts ``where_met``, judged by such attempts alone. ``tried`` as from ``attempts``,
    ``seen`` as from ``seen_nearby``. What an earlier month was told never changes, so ``since`` (the first day of a
    month) may leave out what is known, and what was said before each month is ``kept``.
    """
    is_asked: np.ndarray = (tried["easting_m"].notna() & tried["northing_m"].notna()).to_numpy()
    if since is not None:
        is_asked = is_asked & (tried["attempted_at"] >= since).to_numpy()
    asked = tried[is_asked]
    said, met = _said(asked, seen, kept), _is_met(asked)
    of_met = {name: values[met] for name, values in said.items()}
    return _told(asked, tried, said), _told(asked[met], where_met(tried), of_met)


def _said(asked: pd.DataFrame, seen: Seen, kept: Kept) -> Parts:
    """Return what statements from before the month of each of ``asked`` say of its place and hour."""
    clock = asked["attempted_at"].dt.hour + asked["attempted_at"].dt.minute / 60
    return said_before(asked, seen, clock.to_numpy(dtype=float), _starts(asked), kept)


def _starts(rows: pd.DataFrame) -> np.ndarray:
    """Return the first moment of the month of each attempt."""
    return rows["attempted_at"].to_numpy().astype("datetime64[M]").astype("datetime64[us]")


def _told(asked: pd.DataFrame, tried: pd.DataFrame, said: Parts) -> pd.DataFrame:
    if asked.empty:
        return pd.DataFrame(columns=[*COLUMNS, *calibrate.FEATURES])
    start = _starts(asked)
    prior, own = _by_month(asked, tried, start)
    names, met = sellers_of(tried)
    placed = np.flatnonzero(tried["easting_m"].notna() & tried["northing_m"].notna())
    at_of, tried_of, far = near(asked, tried.iloc[placed], ATTEMPTS_M)
    row = placed[tried_of]
    when = tried["attempted_at"].to_numpy()[row]
    past = when < start[at_of]
    at_of, row, far = at_of[past], row[past], far[past]
    pairs = Pairs(at_of, met[row], far)
    told = nearby_weight(pairs, codes_of(asked["seller"], names), recency(when[past], start[at_of]))
    success = tried["success"].to_numpy(dtype=float)[row]
    known = joined(based(prior, (pairs, told, success), own), said, asked.index)
    month = np.datetime_as_string(start, unit="M")
    frame = asked[["record_ref", "success", "market_id", "seller"]].assign(
        month=pd.Series(month, index=asked.index, dtype="str"),
        is_stranger=~asked["introducer_needed"].fillna(False).astype(bool),
    )
    order = np.argsort(start, kind="stable")
    return pd.concat([frame, known], axis=1).iloc[order].reset_index(drop=True)


def _by_month(asked: pd.DataFrame, tried: pd.DataFrame, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each of ``asked`` before its month, the pooled rate of its market, and what its seller sold and
    refused (2, rows)."""
    when, success = tried["attempted_at"].to_numpy(), tried["success"].to_numpy(dtype=float)
    markets = pd.Index(tried.loc[tried["market_id"] != "", "market_id"].unique())
    market, of_asked = codes_of(tried["market_id"], markets), codes_of(asked["market_id"], markets)
    names, met = sellers_of(tried)
    seller, is_met = codes_of(asked["seller"], names), _is_met(tried)
    prior, own = np.empty(len(asked)), np.empty((2, len(asked)))
    for first in np.unique(start):
        past, now = np.flatnonzero(when < first), np.flatnonzero(start == first)
        weight = recency(when[past], first)
        tally = Tally(market[past], weight * success[past], weight * (1 - success[past]))
        contacts = past[is_met[past]]
        rates = pool(tally, types_then(market[contacts], success[contacts], len(markets))).mean
        prior[now] = rates[of_asked[now]]
        own[:, now] = own_totals(met[past], weight, success[past], len(names))[:, seller[now]]
    return prior, own


def types_then(market: Ints, success: np.ndarray, count: int) -> Ints:
    """Return the type of each market as its contacts could be judged, by the plain shares of the indicators' rule.

    1 open, 2 semi-open, 3 closed; 0 where there were fewer than ``FEWEST_CONTACTS`` contacts.
    """
    some = market >= 0
    market, success = market[some], success[some]
    contacts = np.bincount(market, minlength=count)
    most = np.maximum(contacts, 1)
    stranger = np.bincount(market, success == 1.0, count) / most
    sold = np.bincount(market, success > 0, count) / most
    kinds = np.select([stranger >= PLAIN_OPEN, sold >= PLAIN_SALE], [1, 2], 3)
    found: Ints = np.where(contacts >= FEWEST_CONTACTS, kinds, 0)
    return found
