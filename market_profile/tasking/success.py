"""The chance that a test purchase succeeds next month: partial pooling over all past attempts, failures included.

Each market's rate is a beta posterior whose prior is the rate of its type, whose prior is the rate of all markets
(empirical Bayes, beta-binomial); recent attempts weigh more. A nominal must also still be at work: the chance of that
falls with the age of the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.tasking.candidates import KEY
from market_profile.tasking.model import MARKET_COLUMNS, Inputs, frame_with
from market_profile.terms import Outcome

HALF_LIFE_DAYS = 120.0
"""Attempts weigh half after four months: markets move and close."""

PRIOR_STRENGTH = 4.0
"""A level's prior is worth so many attempts; of the order that the guide's phases made in one market."""

OVERALL_PRIOR = (2.0, 2.0)
"""Before any attempt: even odds, weakly held."""

ACTIVE_HALF_LIFE_DAYS = 60.0
"""Evidence of a person's selling is worth half after two months: dealers are arrested, replaced or move on."""


@dataclass(frozen=True)
class Rates:
    """Posterior success per market: ``market`` frame (market_id, alpha, beta, attempts) and the overall pair."""

    market: pd.DataFrame
    overall: tuple[float, float]


def attempts(inputs: Inputs, markets: pd.DataFrame) -> pd.DataFrame:
    """Return past attempts: record_ref, attempted_at, is_success, market_id ("" where none), weight; none aborted."""
    rows = inputs.tables.get("test_purchases")
    is_test = (
        rows["outcome"].astype("str").isin([Outcome.PURCHASE.value, Outcome.REFUSED.value, Outcome.NO_DEALER.value])
    )
    rows = rows[is_test & (rows["attempted_at"] < inputs.month.end)]
    own = frame_with(markets, MARKET_COLUMNS)
    own = own.loc[own["kind"] == "test_purchases", ["record_ref", "market_id"]]
    frame = rows[["record_ref", "attempted_at", "outcome"]].merge(own, on="record_ref", how="left")
    age = (inputs.month.end - frame["attempted_at"]).dt.total_seconds() / 86_400
    return frame.assign(
        is_success=frame["outcome"].astype("str") == Outcome.PURCHASE.value,
        market_id=frame["market_id"].astype("object").fillna("").astype("str"),
        weight=np.power(0.5, age / HALF_LIFE_DAYS),
    ).sort_values("record_ref", kind="stable")


def pooled_rates(tried: pd.DataFrame, types: pd.DataFrame) -> Rates:
    """Return success rates by market, shrunk to their type's rate and that to the overall rate.

    ``types``: market_id, type. Example: one market with 3 of 3, no other: overall (2+3)/(4+3) = 0.714, its type the
    same counts on that prior, (4*.714+3)/(4+3) = 0.837, the market (4*.837+3)/(4+3) = 0.907.
    """
    rows = tried.assign(won=tried["weight"] * tried["is_success"], lost=tried["weight"] * ~tried["is_success"])
    kind = frame_with(types, {"market_id": "str", "type": "str"}).drop_duplicates("market_id")
    rows = rows.merge(kind, on="market_id", how="left")
    rows["type"] = rows["type"].astype("object").fillna("").astype("str")
    overall = (OVERALL_PRIOR[0] + float(rows["won"].sum()), OVERALL_PRIOR[1] + float(rows["lost"].sum()))
    mean = overall[0] / sum(overall)
    by_type = rows.groupby("type", sort=True)[["won", "lost"]].sum()
    type_mean = (PRIOR_STRENGTH * mean + by_type["won"]) / (PRIOR_STRENGTH + by_type["won"] + by_type["lost"])
    by_market = rows[rows["market_id"] != ""].groupby(["market_id", "type"], sort=True)
    market = by_market[["won", "lost"]].sum().assign(attempts=by_market.size()).reset_index()
    prior = market["type"].map(type_mean).astype(float)
    market["alpha"] = PRIOR_STRENGTH * prior + market["won"]
    market["beta"] = PRIOR_STRENGTH * (1 - prior) + market["lost"]
    return Rates(market[["market_id", "alpha", "beta", "attempts"]], overall)


def success_chances(rows: pd.DataFrame, evidence: pd.DataFrame, rates: Rates, inputs: Inputs) -> pd.DataFrame:
    """Return, beside ``rows`` (candidates), market_rate, still_active, success_probability, its bounds and attempts."""
    from scipy.stats import beta

    mean = rates.overall[0] / sum(rates.overall)
    frame = rows[[*KEY, "market_id"]].merge(rates.market, on="market_id", how="left")
    a = frame["alpha"].fillna(PRIOR_STRENGTH * mean).clip(lower=0.05).to_numpy()
    b = frame["beta"].fillna(PRIOR_STRENGTH * (1 - mean)).clip(lower=0.05).to_numpy()
    active = still_active(frame, evidence, inputs).to_numpy()
    return pd.DataFrame(
        {
            "market_rate": a / (a + b),
            "still_active": active,
            "success_probability": a / (a + b) * active,
            "success_low": beta.ppf(0.1, a, b) * active,
            "success_high": beta.ppf(0.9, a, b) * np.sqrt(active),
            "attempts": frame["attempts"].fillna(0).astype("int64").to_numpy(),
        },
        index=rows.index,
    )


def still_active(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the chance that each target still sells: noisy-or over sources of evidence that fades in two months."""
    sound = evidence[~evidence["is_suspected_false"]]
    age = (inputs.month.end - sound["observed_at"]).dt.total_seconds() / 86_400
    sound = sound.assign(now=sound["weight"] * np.power(0.5, age / ACTIVE_HALF_LIFE_DAYS))
    best = sound.groupby([*KEY, "source_key"], sort=True)["now"].max().clip(upper=0.99)
    chance = -np.expm1(np.log1p(-best).groupby(level=[0, 1], sort=True).sum())
    found = chance.reindex(pd.MultiIndex.from_frame(rows[KEY])).fillna(0.0)
    return pd.Series(found.to_numpy(), index=rows.index)


def calibration(tried: pd.DataFrame, types: pd.DataFrame) -> pd.DataFrame:
    """Return how the rates foretold each attempt from earlier ones: band, attempts, predicted, observed.

    Prequential: every month's attempts are foretold from earlier months alone.
    """
    months = sorted(tried["attempted_at"].dt.to_period("M").unique())[-12:]
    parts = []
    for month in months:
        past = tried[tried["attempted_at"] < month.start_time]
        now = tried[tried["attempted_at"].dt.to_period("M") == month]
        rates = pooled_rates(past, types.iloc[:0])
        known = rates.market.set_index("market_id")
        mean = rates.overall[0] / sum(rates.overall)
        foretold = now["market_id"].map(known["alpha"] / (known["alpha"] + known["beta"])).fillna(mean)
        parts.append(pd.DataFrame({"predicted": foretold, "observed": now["is_success"].astype(float)}))
    if not parts:
        return pd.DataFrame(
            {
                "band": pd.Series(dtype="str"),
                "attempts": pd.Series(dtype="int64"),
                "predicted": pd.Series(dtype="float64"),
                "observed": pd.Series(dtype="float64"),
            }
        )
    rows = pd.concat(parts, ignore_index=True)
    fifth = (rows["predicted"] * 5).astype("int64").clip(upper=4)
    rows["band"] = (fifth * 20).astype("str") + "-" + (fifth * 20 + 20).astype("str") + " %"
    grouped = rows.groupby([fifth.rename("fifth"), "band"], sort=True)
    frame = grouped.agg(attempts=("observed", "size"), predicted=("predicted", "mean"), observed=("observed", "mean"))
    return frame.reset_index().drop(columns="fifth")
