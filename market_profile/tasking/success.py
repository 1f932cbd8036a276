"""The chance that a test purchase succeeds next month: partial pooling over all past attempts, failures included.

Each market's rate is a beta posterior whose prior is the rate of its type, whose prior is the rate of all markets
(empirical Bayes, beta-binomial); recent and near attempts weigh more. ``calibrate`` then turns the pooled rate, the
hours, the age and the grade of the evidence into a chance, with weights learned from how earlier months came out. A
place is judged by all attempts. A person is judged by attempts where somebody was met, their own above all, times the
chance that they are still at work (``active``): that nobody was there says nothing of what a seller does when asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.indicators.markets import PLAIN_OPEN, PLAIN_SALE
from market_profile.tasking import calibrate
from market_profile.tasking.active import at_work
from market_profile.tasking.candidates import KEY
from market_profile.tasking.features import PRIOR_STRENGTH, features_at, hours_of, seen_nearby
from market_profile.tasking.model import MARKET_COLUMNS, Inputs, frame_with
from market_profile.terms import MarketType, Outcome

HALF_LIFE_DAYS = 120.0
"""Attempts weigh half after four months: markets move and close."""

OVERALL_PRIOR = (2.0, 2.0)
"""Before any attempt: even odds, weakly held."""

INTRODUCED = 0.4
"""A purchase that needed an introducer counts as so much of a success for an officer who comes as a stranger."""

FEWEST_CONTACTS = 4
"""Contacts from which a market's type is judged in looking back."""

RATE_COLUMNS = ["market_id", "alpha", "beta", "attempts"]


@dataclass(frozen=True)
class Models:
    """What was learned of places (all attempts) and of people (attempts where somebody was met)."""

    place: calibrate.Model
    person: calibrate.Model


@dataclass(frozen=True)
class Rates:
    """Posterior success per market: ``market`` frame (market_id, alpha, beta, attempts) and the overall pair."""

    market: pd.DataFrame
    overall: tuple[float, float]

    def of(self, market_id: pd.Series) -> pd.Series:
        """Return the pooled rate of each market; the overall one where it was never tried."""
        known = self.market.set_index("market_id")
        mean = self.overall[0] / sum(self.overall)
        return market_id.map(known["alpha"] / (known["alpha"] + known["beta"])).astype("float64").fillna(mean)


def attempts(inputs: Inputs, markets: pd.DataFrame) -> pd.DataFrame:
    """Return past attempts: record_ref, attempted_at, success (0-1), market_id, seller ("" none), weight."""
    rows = inputs.tables.get("test_purchases")
    is_test = (
        rows["outcome"].astype("str").isin([Outcome.PURCHASE.value, Outcome.REFUSED.value, Outcome.NO_DEALER.value])
    )
    rows = rows[is_test & (rows["attempted_at"] < inputs.month.end)]
    own = frame_with(markets, MARKET_COLUMNS)
    own = own.loc[own["kind"] == "test_purchases", ["record_ref", "market_id"]]
    columns = ["record_ref", "attempted_at", "outcome", "introducer_needed", "easting_m", "northing_m"]
    frame = rows[columns].merge(own, on="record_ref", how="left").merge(_met(inputs), on="record_ref", how="left")
    bought = (frame["outcome"].astype("str") == Outcome.PURCHASE.value).astype("float64")
    introduced = frame["introducer_needed"].fillna(False).astype(bool)
    return frame.assign(
        success=bought.where(~introduced, bought * INTRODUCED),
        market_id=frame["market_id"].astype("object").fillna("").astype("str"),
        seller=frame["seller"].astype("object").fillna("").astype("str"),
        weight=recency(frame["attempted_at"], inputs.month.end),
    ).sort_values("record_ref", kind="stable")


def _met(inputs: Inputs) -> pd.DataFrame:
    """Return record_ref and seller (nominal_id) of attempts whose seller is known."""
    people = frame_with(inputs.resolution.records, {"kind": "str", "record_ref": "str", "nominal_id": "str"})
    people = people[people["kind"] == "test_purchases"].sort_values(["record_ref", "nominal_id"], kind="stable")
    return people.drop_duplicates("record_ref").rename(columns={"nominal_id": "seller"})[["record_ref", "seller"]]


def where_met(tried: pd.DataFrame) -> pd.DataFrame:
    """Return the attempts where somebody was met, whether they sold or refused."""
    return tried[tried["outcome"].astype("str") != Outcome.NO_DEALER.value]


def learned(told: pd.DataFrame, met: pd.DataFrame) -> Models:
    """Return the models of places and of people from what ``foretold`` says of all attempts and ``where_met``."""
    return Models(calibrate.learn(told), calibrate.learn(met))


def recency(attempted_at: pd.Series, as_at: pd.Timestamp) -> pd.Series:
    """Return what an attempt still weighs at ``as_at``: half after ``HALF_LIFE_DAYS``."""
    age = (as_at - attempted_at).dt.total_seconds() / 86_400
    return pd.Series(np.power(0.5, age / HALF_LIFE_DAYS), index=attempted_at.index)


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
    return Rates(market[RATE_COLUMNS], overall)


def foretold(tried: pd.DataFrame, inputs: Inputs, since: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return every past attempt with the features that stood before its month: month, success, is_stranger, FEATURES.

    Rates, market types, hours and evidence are those of the end of the month before; nothing later is read. What an
    earlier month was told never changes, so ``since`` (the first day of a month) may leave out what is known.
    """
    seen = seen_nearby(inputs)
    placed = tried[tried["easting_m"].notna() & tried["northing_m"].notna()]
    placed = placed if since is None else placed[placed["attempted_at"] >= since]
    parts = []
    for month in sorted(placed["attempted_at"].dt.to_period("M").unique()):
        start = month.start_time
        past = tried[tried["attempted_at"] < start]
        now = placed[placed["attempted_at"].dt.to_period("M") == month]
        past = past.assign(weight=recency(past["attempted_at"], start))
        rates = pooled_rates(past, types_then(past))
        clock = now["attempted_at"].dt.hour + now["attempted_at"].dt.minute / 60
        at = now[["easting_m", "northing_m", "seller"]].assign(prior=rates.of(now["market_id"]), hour=clock)
        known = features_at(at, past, seen[seen["observed_at"] < start], start)
        told = now[["record_ref", "success", "market_id", "seller"]].assign(
            month=str(month), is_stranger=~now["introducer_needed"].fillna(False).astype(bool)
        )
        parts.append(pd.concat([told, known], axis=1))
    if not parts:
        names = ["record_ref", "success", "market_id", "seller", "month", "is_stranger", *calibrate.FEATURES]
        return pd.DataFrame(columns=names)
    return pd.DataFrame(pd.concat(parts, ignore_index=True))


def types_then(past: pd.DataFrame) -> pd.DataFrame:
    """Return market_id, type as they could be judged from ``past`` alone, by the plain shares of the indicators' rule.

    Markets with fewer than ``FEWEST_CONTACTS`` contacts have no type.
    """
    met = past[(past["outcome"].astype("str") != Outcome.NO_DEALER.value) & (past["market_id"] != "")]
    stranger = (met["success"] == 1.0).groupby(met["market_id"]).mean()
    sold = (met["success"] > 0).groupby(met["market_id"]).mean()
    contacts = met.groupby("market_id").size()
    kinds = np.select(
        [stranger >= PLAIN_OPEN, sold >= PLAIN_SALE], [MarketType.OPEN.value, MarketType.SEMI_OPEN.value],
        MarketType.CLOSED.value,
    )  # fmt: skip
    frame = pd.DataFrame({"market_id": contacts.index.astype("str"), "type": kinds})
    return frame[(contacts >= FEWEST_CONTACTS).to_numpy()]


def success_chances(rows: pd.DataFrame, evidence: pd.DataFrame, tried: pd.DataFrame, models: Models,
                    inputs: Inputs) -> pd.DataFrame:  # fmt: skip
    """Return, beside ``rows`` (candidates), market_rate, still_active, success_probability, bounds, attempts, hours.

    The prior is the market's pooled rate; attempts near the target's own places, and a person's own, sharpen it; a
    nominal must still be at work and of a role that sells to strangers. Bounds hold nine in ten of what the chance may
    be.
    """
    where = target_places(rows, evidence, inputs)
    seen = seen_nearby(inputs)
    best = hours_of(where, seen)
    is_person = rows["target_kind"] == "nominal"
    at = where.assign(hour=best["middle"], seller=rows["target_id"].where(is_person, ""), market_id=rows["market_id"])
    known, place, spread = _at_places(at, tried, seen, models.place, inputs)
    _, willing, of_willing = _at_places(at, where_met(tried), seen, models.person, inputs)
    place, spread = np.where(is_person, willing, place), np.where(is_person, of_willing, spread)
    active = at_work(rows[[*KEY, "market_id", "role"]], evidence, inputs)
    chance, low, high = calibrate.with_activity(place, spread, active.to_numpy(), is_person)
    return pd.DataFrame(
        {
            "market_rate": place,
            "still_active": active.to_numpy(),
            "success_probability": chance,
            "success_low": low,
            "success_high": high,
            "attempts": known["tries"].round().astype("int64").to_numpy(),
            "hours": best["hours"].to_numpy(),
            "target_easting_m": where["easting_m"].to_numpy(),
            "target_northing_m": where["northing_m"].to_numpy(),
        },
        index=rows.index,
    )


def _at_places(at: pd.DataFrame, tried: pd.DataFrame, seen: pd.DataFrame, model: calibrate.Model,
               inputs: Inputs) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:  # fmt: skip
    """Return the features at each place, the chance of a purchase there from ``tried`` and the spread of its logit."""
    rates = pooled_rates(tried, inputs.indicators.market_types)
    known = features_at(at.assign(prior=rates.of(at["market_id"])), tried, seen, inputs.month.end)
    return (known, *model.chance(known))


def target_places(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return easting_m, northing_m of each target: the middle of its sound evidence, or of its market; else NaN."""
    sound = evidence[~evidence["is_suspected_false"] & evidence["easting_m"].notna()]
    recent = sound.sort_values([*KEY, "observed_at", "record_ref"], kind="stable").groupby(KEY).tail(8)
    middle = recent.groupby(KEY)[["easting_m", "northing_m"]].median()
    found = middle.reindex(pd.MultiIndex.from_frame(rows[KEY])).set_index(rows.index)
    columns = {"market_id": "str", "easting_m": "float64", "northing_m": "float64"}
    markets = frame_with(inputs.geography.markets, columns).drop_duplicates("market_id").set_index("market_id")
    centre = markets[["easting_m", "northing_m"]].reindex(rows["market_id"]).set_index(rows.index)
    return pd.DataFrame(found.where(found.notna(), centre))
