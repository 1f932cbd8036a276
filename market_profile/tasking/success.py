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

LEAVING_RATE = 1 / 150
"""Chance a day that a seller leaves the market (arrest, moving on): a working life of some five months."""

SIGHTING = 0.4
"""A report's word that its person was at work on its date counts with 0.4 of its weight: many repeat old news or name
somebody else. What officers themselves did counts in full; several reports of late make up for it."""

LATEST = 8
"""So many of the latest statements are asked whether the person was still at work."""

USUAL_GAP_DAYS = 45.0
"""Before anything is known of a seller: one sound statement in six weeks, worth one observation."""

NEAR_M = 200.0
"""Attempts this far from a target say e**-0.5 as much of it: street markets are a few streets."""

INTRODUCED = 0.4
"""A purchase that needed an introducer counts as so much of a success for an officer who comes as a stranger."""

ROLE_PRIOR = {"dealer": 1.0, "runner": 0.4, "line_holder": 0.4, "supplier": 0.15}
"""How likely a seller of the role is to sell to an officer, against a dealer, before past purchases say (each worth
``ROLE_STRENGTH`` people); a tier above the street rarely does."""

ROLE_STRENGTH = 4.0

ARRESTED_DAYS = 60
ARRESTED_FACTOR = 0.35
"""A seller arrested in the last two months and not seen selling to an officer since is less likely to be back."""


@dataclass(frozen=True)
class Rates:
    """Posterior success per market: ``market`` frame (market_id, alpha, beta, attempts) and the overall pair."""

    market: pd.DataFrame
    overall: tuple[float, float]


def attempts(inputs: Inputs, markets: pd.DataFrame) -> pd.DataFrame:
    """Return past attempts: record_ref, attempted_at, success (0-1), market_id (or ""), weight; none aborted."""
    rows = inputs.tables.get("test_purchases")
    is_test = (
        rows["outcome"].astype("str").isin([Outcome.PURCHASE.value, Outcome.REFUSED.value, Outcome.NO_DEALER.value])
    )
    rows = rows[is_test & (rows["attempted_at"] < inputs.month.end)]
    own = frame_with(markets, MARKET_COLUMNS)
    own = own.loc[own["kind"] == "test_purchases", ["record_ref", "market_id"]]
    columns = ["record_ref", "attempted_at", "outcome", "introducer_needed", "easting_m", "northing_m"]
    frame = rows[columns].merge(own, on="record_ref", how="left")
    bought = (frame["outcome"].astype("str") == Outcome.PURCHASE.value).astype("float64")
    introduced = frame["introducer_needed"].fillna(False).astype(bool)
    age = (inputs.month.end - frame["attempted_at"]).dt.total_seconds() / 86_400
    return frame.assign(
        success=bought.where(~introduced, bought * INTRODUCED),
        market_id=frame["market_id"].astype("object").fillna("").astype("str"),
        weight=np.power(0.5, age / HALF_LIFE_DAYS),
    ).sort_values("record_ref", kind="stable")


def pooled_rates(tried: pd.DataFrame, types: pd.DataFrame) -> Rates:
    """Return success rates by market, shrunk to their type's rate and that to the overall rate.

    ``types``: market_id, type. Example: one market with 3 of 3, no other: overall (2+3)/(4+3) = 0.714, its type the
    same counts on that prior, (4*.714+3)/(4+3) = 0.837, the market (4*.837+3)/(4+3) = 0.907.
    """
    rows = tried.assign(won=tried["weight"] * tried["success"], lost=tried["weight"] * (1 - tried["success"]))
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


def success_chances(rows: pd.DataFrame, evidence: pd.DataFrame, tried: pd.DataFrame, rates: Rates,
                    inputs: Inputs) -> pd.DataFrame:  # fmt: skip
    """Return, beside ``rows`` (candidates), market_rate, still_active, success_probability, its bounds and attempts.

    The prior is the market's pooled rate; attempts near the target's own places sharpen it; a nominal must still be at
    work and of a role that sells to strangers.
    """
    from scipy.stats import beta

    mean = rates.overall[0] / sum(rates.overall)
    frame = rows[[*KEY, "market_id", "role"]].merge(rates.market, on="market_id", how="left")
    pooled = (frame["alpha"] / (frame["alpha"] + frame["beta"])).fillna(mean)
    near = nearby(rows, evidence, tried, inputs)
    a = (PRIOR_STRENGTH * pooled + near["won"]).clip(lower=0.05).to_numpy()
    b = (PRIOR_STRENGTH * (1 - pooled) + near["lost"]).clip(lower=0.05).to_numpy()
    active = still_active(frame, evidence, inputs) * _by_role(frame, inputs) * _since_arrest(frame, evidence, inputs)
    at_work = active.to_numpy()
    return pd.DataFrame(
        {
            "market_rate": a / (a + b),
            "still_active": at_work,
            "success_probability": a / (a + b) * at_work,
            "success_low": beta.ppf(0.1, a, b) * at_work,
            "success_high": beta.ppf(0.9, a, b) * np.sqrt(at_work),
            "attempts": near["attempts"].astype("int64").to_numpy(),
        },
        index=rows.index,
    )


def nearby(rows: pd.DataFrame, evidence: pd.DataFrame, tried: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return won and lost (weighted by recency and distance) and attempts within twice ``NEAR_M`` of each target."""
    from scipy.spatial import cKDTree

    where = target_places(rows, evidence, inputs)
    here = np.flatnonzero(where.notna().all(axis=1))
    there = tried[tried["easting_m"].notna() & tried["northing_m"].notna()]
    result = pd.DataFrame({"won": 0.0, "lost": 0.0, "attempts": 0.0}, index=rows.index)
    if not len(here) or there.empty:
        return result
    targets = cKDTree(where.iloc[here].to_numpy())
    pairs = targets.sparse_distance_matrix(
        cKDTree(there[["easting_m", "northing_m"]].to_numpy()), 3 * NEAR_M, output_type="ndarray"
    )
    pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
    told = np.exp(-0.5 * np.square(pairs["v"] / NEAR_M)) * there["weight"].to_numpy()[pairs["j"]]
    share = there["success"].to_numpy()[pairs["j"]]
    for column, value in (("won", told * share), ("lost", told * (1 - share)), ("attempts", pairs["v"] <= 2 * NEAR_M)):
        values = np.zeros(len(rows))
        values[here] = np.bincount(pairs["i"], value, len(here))
        result[column] = values
    return result


def target_places(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return easting_m, northing_m of each target: the middle of its sound evidence, or of its market; else NaN."""
    sound = evidence[~evidence["is_suspected_false"] & evidence["easting_m"].notna()]
    recent = sound.sort_values([*KEY, "observed_at", "record_ref"], kind="stable").groupby(KEY).tail(8)
    middle = recent.groupby(KEY)[["easting_m", "northing_m"]].median()
    found = middle.reindex(pd.MultiIndex.from_frame(rows[KEY])).set_index(rows.index)
    columns = {"market_id": "str", "easting_m": "float64", "northing_m": "float64"}
    markets = frame_with(inputs.geography.markets, columns).drop_duplicates("market_id").set_index("market_id")
    centre = markets.reindex(rows["market_id"]).set_index(rows.index)
    return found.where(found.notna(), centre)


def still_active(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the chance that each target still sells next month, from how long it has been silent.

    Sellers are seen at their own rate and leave at ``LEAVING_RATE``: silence that is long against a seller's usual gap
    says that they left (Schmittlein, Morrison and Colombo 1987). The last statement counts as a sighting with its
    weight (``SIGHTING`` of it for a report), else the one before it, up to ``LATEST``.
    """
    sound = evidence[~evidence["is_suspected_false"]]
    age = (inputs.month.end - sound["observed_at"]).dt.total_seconds() / 86_400
    seen = sound["weight"].where(sound["is_direct"], sound["weight"] * SIGHTING)
    rows_of = sound[[*KEY, "record_ref"]].assign(age=age, weight=seen)
    grouped = rows_of.groupby(KEY)["age"]
    rate = ((grouped.size() + 1) / (grouped.max() + USUAL_GAP_DAYS)).rename("rate")
    last = rows_of.sort_values([*KEY, "age", "record_ref"], kind="stable").groupby(KEY).head(LATEST).merge(rate, on=KEY)
    both = last["rate"] + LEAVING_RATE
    quiet = np.exp(-both * last["age"])
    here = quiet / (quiet + LEAVING_RATE / both * (1 - quiet))
    order = last.groupby(KEY).cumcount()
    missed = np.log1p(-last["weight"].clip(upper=0.99))
    before = missed.groupby([last[k] for k in KEY]).cumsum() - missed
    told = (last["weight"] * np.exp(before) * here * (order >= 0)).groupby([last[k] for k in KEY]).sum()
    month = (1 - np.exp(-30 * LEAVING_RATE)) / (30 * LEAVING_RATE)
    found = told.reindex(pd.MultiIndex.from_frame(rows[KEY])).fillna(0.0) * month
    return pd.Series(found.to_numpy(), index=rows.index)


def _by_role(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Share of each role's people who sold to an officer, against dealers', shrunk to ``ROLE_PRIOR``."""
    supply = inputs.network.supply
    sold = set(supply.loc[supply["kind"] == "test_purchases", "nominal_id"])
    nodes = inputs.network.nodes
    people = nodes.assign(sold=nodes["nominal_id"].isin(sold)).groupby("role")["sold"].agg(["sum", "size"])
    dealers = people.reindex(["dealer"]).fillna(0.0).iloc[0]
    usual = (dealers["sum"] + 1) / (dealers["size"] + 4)
    prior = pd.Series(ROLE_PRIOR)
    people = people.reindex(prior.index).fillna(0.0)
    share = (people["sum"] + ROLE_STRENGTH * prior * usual) / (people["size"] + ROLE_STRENGTH)
    factor = (share / share["dealer"]).clip(upper=1.0)
    found = rows["role"].map(factor).astype("float64")
    return found.where(rows["target_kind"] == "nominal", 1.0).fillna(1.0)


def _since_arrest(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.Series:
    clocks = inputs.network.replacement.clocks
    age = (inputs.month.end - clocks["arrested_on"]).dt.days
    arrested = clocks[age <= ARRESTED_DAYS].groupby("nominal_id")["arrested_on"].max()
    bought = evidence[(evidence["kind"] == "test_purchases") & (evidence["target_kind"] == "nominal")]
    last = bought.groupby("target_id")["observed_at"].max()
    taken = pd.Series(arrested.reindex(rows["target_id"]).to_numpy(), index=rows.index, dtype="datetime64[us]")
    seen = pd.Series(last.reindex(rows["target_id"]).to_numpy(), index=rows.index, dtype="datetime64[us]")
    is_gone = taken.notna() & ~(seen > taken) & (rows["target_kind"] == "nominal")
    return pd.Series(np.where(is_gone, ARRESTED_FACTOR, 1.0), index=rows.index)


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
        parts.append(pd.DataFrame({"predicted": foretold, "observed": now["success"]}))
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
