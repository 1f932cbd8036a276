"""Commodity: price per pure gram, deal weight, purity, price per deal, availability and minutes to deal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.indicators.estimates import counts, medians, shares
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.pooling import pooled_levels
from market_profile.indicators.windows import by_period, in_year
from market_profile.periods import Month
from market_profile.terms import LabStatus, Outcome


def price_per_pure_gram(price_gbp: pd.Series, net_g: pd.Series, purity_pct: pd.Series) -> pd.Series:
    """Return pounds per pure gram: price over net grams times purity; NaN where any is missing or not positive.

    Example:
        >>> one = pd.Series([1.0])
        >>> float(price_per_pure_gram(10 * one, 0.2 * one, 40 * one).iloc[0])
        125.0
    """
    pure_g = net_g.where(net_g > 0) * purity_pct.where(purity_pct > 0) / 100
    return price_gbp.where(price_gbp > 0) / pure_g


def attempts_of(test_purchases: pd.DataFrame) -> pd.DataFrame:
    """Return test purchases with the derived columns of this room.

    Added: drug (supplied, else asked; ``unknown`` where neither), is_purchase, is_refused, is_aborted, is_pending,
    deal_weight_g, price_per_deal_gbp (where absent) and price_per_pure_gram_gbp; rows sorted by record_ref.
    """
    frame = test_purchases.sort_values("record_ref", kind="stable").reset_index(drop=True)
    drug = frame["drug_supplied"].where(frame["drug_supplied"] != "", frame["drug_asked"])
    deals = frame["deals"].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    bought = frame["outcome"] == Outcome.PURCHASE
    deals_made = pd.Series(np.where(deals > 0, deals, np.nan), index=frame.index)
    weight = frame["net_g"].where(frame["net_g"] > 0) / deals_made
    price = price_per_pure_gram(frame["price_gbp"], frame["net_g"], frame["purity_pct"])
    return frame.assign(
        drug=drug.where(drug != "", "unknown"),
        is_purchase=bought,
        is_refused=frame["outcome"] == Outcome.REFUSED,
        is_aborted=frame["outcome"] == Outcome.ABORTED,
        is_pending=bought & (frame["lab_status"] == LabStatus.PENDING),
        deal_weight_g=weight.where(bought),
        price_per_deal_gbp=(frame["price_gbp"].where(frame["price_gbp"] > 0) / deals_made).where(bought),
        price_per_pure_gram_gbp=price.where(bought & (frame["lab_status"] != LabStatus.PENDING)),
    )


_COUNTED = (
    "attempted_at", "drug", "operation", "is_purchase", "is_refused", "is_aborted", "is_pending", "purity_pct",
    "minutes_to_deal", "deal_weight_g", "price_per_deal_gbp", "price_per_pure_gram_gbp",
)  # fmt: skip
"""What the figures of ``attempts_of`` rows rest on."""


def commodity_figures(attempts: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return the figures of price, purity, weight, availability and time from ``attempts_of`` rows."""
    periods = by_period(attempts[list(_COUNTED)], "attempted_at", month)
    bought = periods[periods["is_purchase"]]
    reported = bought[~bought["is_pending"]]
    overall = _with_all(periods)
    parts = [
        medians(_value(reported, "price_per_pure_gram_gbp"), "price_per_pure_gram", "gbp_per_pure_g"),
        medians(_value(bought, "deal_weight_g"), "deal_weight", "g"),
        medians(_value(reported, "purity_pct"), "purity", "pct"),
        medians(_value(bought, "price_per_deal_gbp"), "price_per_deal", "gbp"),
        medians(_value(_with_all(bought), "minutes_to_deal"), "minutes_to_deal", "min"),
        shares(_value(overall, "is_purchase"), "availability"),
        shares(_value(overall[~overall["is_aborted"]], "is_purchase"), "availability_without_aborted"),
        shares(_value(overall, "is_refused"), "refusals"),
        counts(overall.groupby(["drug", "period"]).size().rename("n").reset_index(), "attempts"),
    ]
    monthly = reported[reported["period"].str.len() == len(month.text)]
    pooled = pooled_levels(_value(monthly, "price_per_pure_gram_gbp"), "price_per_pure_gram_pooled", "gbp_per_pure_g")
    purity = pooled_levels(_value(monthly, "purity_pct"), "purity_pooled", "pct")
    return [*parts, pooled, purity, *_expected_purity_figures(attempts, month)]


def price_basis(attempts: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return by drug, over the rolling year, how many purchases were priced and why others were not."""
    year = in_year(attempts, "attempted_at", month)
    bought = year[year["is_purchase"]]
    flags = pd.DataFrame(
        {
            "drug": bought["drug"],
            "purchases": True,
            "priced": bought["price_per_pure_gram_gbp"].notna(),
            "pending": bought["is_pending"],
            "no_weight": ~bought["is_pending"] & ~(bought["net_g"] > 0),
            "no_purity": ~bought["is_pending"] & (bought["net_g"] > 0) & ~(bought["purity_pct"] > 0),
        }
    )
    return flags.groupby("drug", sort=True).sum().astype("int64").reset_index()


def _expected_purity_figures(attempts: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Buyers pay for the purity that they expect (Caulkins 2007): each purchase gets its drug's median of the year.

    So purchases with pending labs and rip-offs without any drug count too.
    """
    bought = attempts[attempts["is_purchase"]]
    year = in_year(bought[~bought["is_pending"]], "attempted_at", month)
    expected = year.groupby("drug", sort=True)["purity_pct"].median()
    price = price_per_pure_gram(bought["price_gbp"], bought["net_g"], bought["drug"].map(expected).astype("float64"))
    priced = bought[["attempted_at", "drug", "operation"]].assign(expected_gbp=price)
    periods = by_period(priced, "attempted_at", month)
    return [medians(_value(periods, "expected_gbp"), "price_per_expected_pure_gram", "gbp_per_pure_g")]


def _value(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[["drug", "period", "operation"]].assign(value=frame[column])


def _with_all(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, frame.assign(drug=ALL_DRUGS)], ignore_index=True)
