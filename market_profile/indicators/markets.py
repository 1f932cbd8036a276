"""Market type: open, semi-open or closed, judged from attempts and not only from successes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.indicators.windows import in_year
from market_profile.intervals import wilson
from market_profile.periods import Month
from market_profile.terms import MarketType

LIKELY_SHARE = 0.4
"""A way of buying is taken as usual where Wilson's lower bound reaches this share: three sales in three contacts do
(0.44), two in two do not (0.34)."""

CLOSED_SHARE = 0.5
"""A market is taken as closed where Wilson's upper bound of any sale stays under half: four refusals in four."""

PLAIN_CONTACTS = 20
"""From here on the shares themselves decide: their interval is at most 0.22 to either side."""

PLAIN_OPEN, PLAIN_SALE = 0.5, 0.45
"""Half of contacts sold to a stranger make a market open; under 45 % any sale at all makes it closed."""

COLUMNS = (
    "market_id",
    "type",
    "attempts",
    "contacts",
    "stranger_sales",
    "stranger_pct",
    "stranger_low_pct",
    "stranger_high_pct",
    "any_pct",
    "any_low_pct",
    "any_high_pct",
    "introducer_unknown",
    "minutes_median",
)


def market_types(attempts: pd.DataFrame, record_markets: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return one row a market with COLUMNS, from the attempts of the rolling year.

    ``record_markets`` (kind, record_ref, market_id) says to which market an attempt belongs. A contact is an attempt
    that met a seller (bought or refused). A sale to a stranger is one without an introducer; a sale where that was
    not recorded counts as a sale but not as one to a stranger, and is counted as unknown.
    """
    joined = _joined(in_year(attempts, "attempted_at", month), record_markets)
    contact = joined["is_purchase"] | joined["is_refused"]
    needed = joined["introducer_needed"]
    known_stranger = needed.notna() & ~needed.fillna(True).astype(bool)
    flags = joined[["market_id", "minutes_to_deal"]].assign(
        attempts=1,
        contacts=contact.astype(int),
        sales=joined["is_purchase"].astype(int),
        stranger_sales=(joined["is_purchase"] & known_stranger).astype(int),
        introducer_unknown=(joined["is_purchase"] & needed.isna()).astype(int),
    )
    grouped = flags.groupby("market_id", sort=True)
    names = ["attempts", "contacts", "sales", "stranger_sales", "introducer_unknown"]
    frame = grouped[names].sum().astype("int64").assign(minutes_median=grouped["minutes_to_deal"].median())
    return _typed(frame.reset_index())


def _joined(attempts: pd.DataFrame, record_markets: pd.DataFrame) -> pd.DataFrame:
    places = record_markets[(record_markets["kind"] == "test_purchases") & (record_markets["market_id"] != "")]
    places = places[["record_ref", "market_id"]].drop_duplicates()
    return attempts.merge(places, on="record_ref", how="inner")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    stranger = wilson(frame["stranger_sales"], frame["contacts"])
    sold = wilson(frame["sales"], frame["contacts"])
    contacts = frame["contacts"].where(frame["contacts"] > 0)
    to_strangers, to_any = frame["stranger_sales"] / contacts, frame["sales"] / contacts
    is_plain = frame["contacts"] >= PLAIN_CONTACTS
    kinds = np.select(
        [
            np.where(is_plain, to_strangers >= PLAIN_OPEN, stranger.low >= LIKELY_SHARE),
            np.where(is_plain, to_any >= PLAIN_SALE, sold.low >= LIKELY_SHARE),
            np.where(is_plain, True, sold.high <= CLOSED_SHARE),
        ],
        [str(MarketType.OPEN), str(MarketType.SEMI_OPEN), str(MarketType.CLOSED)],
        default=str(MarketType.INSUFFICIENT),
    )
    unclear = (frame["introducer_unknown"] > frame["sales"] / 2).to_numpy() & (kinds == str(MarketType.SEMI_OPEN))
    full = frame.assign(
        type=np.where(unclear, str(MarketType.INSUFFICIENT), kinds),
        stranger_pct=100 * frame["stranger_sales"] / contacts,
        stranger_low_pct=100 * stranger.low,
        stranger_high_pct=100 * stranger.high,
        any_pct=100 * frame["sales"] / contacts,
        any_low_pct=100 * sold.low,
        any_high_pct=100 * sold.high,
    )
    return full[list(COLUMNS)]
