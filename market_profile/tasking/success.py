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

from market_profile.tasking import calibrate
from market_profile.tasking.active import at_work
from market_profile.tasking.candidates import KEY, market_of, targets_of
from market_profile.tasking.features import base_at, joined
from market_profile.tasking.foretold import where_met
from market_profile.tasking.model import Inputs, frame_with
from market_profile.tasking.pooling import pooled_rates, recency
from market_profile.tasking.said import PLACE, Parts, Seen, said_now
from market_profile.terms import Outcome

INTRODUCED = 0.4
"""A purchase that needed an introducer counts as so much of a success for an officer who comes as a stranger."""


@dataclass(frozen=True)
class Models:
    """What was learned of places (all attempts) and of people (attempts where somebody was met)."""

    place: calibrate.Model
    person: calibrate.Model


def attempts(inputs: Inputs) -> pd.DataFrame:
    """Return past attempts: record_ref, attempted_at, success (0-1), market_id, seller ("" none), weight."""
    rows = inputs.tables.get("test_purchases")
    is_test = (
        rows["outcome"].astype("str").isin([Outcome.PURCHASE.value, Outcome.REFUSED.value, Outcome.NO_DEALER.value])
    )
    rows = rows[is_test & (rows["attempted_at"] < inputs.month.end)]
    columns = ["record_ref", "attempted_at", "outcome", "introducer_needed", "easting_m", "northing_m"]
    frame = rows[columns].merge(_met(inputs), on="record_ref", how="left")
    bought = (frame["outcome"].astype("str") == Outcome.PURCHASE.value).astype("float64")
    introduced = frame["introducer_needed"].fillna(False).astype(bool)
    return frame.assign(
        success=bought.where(~introduced, bought * INTRODUCED),
        market_id=market_of(inputs, "test_purchases", frame["record_ref"]),
        seller=frame["seller"].astype("object").fillna("").astype("str"),
        weight=recency(frame["attempted_at"].to_numpy(), inputs.month.end.to_datetime64()),
    ).sort_values("record_ref", kind="stable")


def _met(inputs: Inputs) -> pd.DataFrame:
    """Return record_ref and seller (nominal_id) of attempts whose seller is known."""
    people = inputs.resolution.records
    people = frame_with(people[people["kind"] == "test_purchases"], {"record_ref": "str", "nominal_id": "str"})
    people = people.sort_values(["record_ref", "nominal_id"], kind="stable")
    return people.drop_duplicates("record_ref").rename(columns={"nominal_id": "seller"})[["record_ref", "seller"]]


def learned(told: pd.DataFrame, met: pd.DataFrame) -> Models:
    """Return the models of places and of people from what ``foretold`` says of all attempts and ``where_met``."""
    return Models(calibrate.learn(told), calibrate.learn(met))


@dataclass(frozen=True)
class Known:
    """What a chance rests on: past attempts, statements with a place (``seen_nearby``), and what was learned."""

    tried: pd.DataFrame
    seen: Seen
    models: Models


def success_chances(rows: pd.DataFrame, evidence: pd.DataFrame, known: Known, inputs: Inputs) -> pd.DataFrame:
    """Return, beside ``rows`` (candidates with their places), market_rate, still_active, success_probability, bounds,
    attempts, hours.

    The prior is the market's pooled rate; attempts near the target's own places, and a person's own, sharpen it; a
    nominal must still be at work and of a role that sells to strangers. Bounds hold nine in ten of what the chance may
    be.
    """
    where = rows[["target_easting_m", "target_northing_m"]].set_axis(PLACE, axis=1)
    said, hours = _said(where, known.seen, inputs)
    is_person = rows["target_kind"] == "nominal"
    at = where.assign(seller=rows["target_id"].where(is_person, ""), market_id=rows["market_id"])
    known_of, place, spread = _at_places(at, known.tried, said, known.models.place, inputs)
    _, willing, of_willing = _at_places(at, where_met(known.tried), said, known.models.person, inputs)
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
            "attempts": known_of["tries"].round().astype("int64").to_numpy(),
            "hours": pd.Series(hours, index=rows.index, dtype="str"),
        },
        index=rows.index,
    )


def _said(where: pd.DataFrame, seen: Seen, inputs: Inputs) -> tuple[Parts, np.ndarray]:
    """Return what statements say of each target's place at its busiest hours, and those hours; each place once."""
    spots = where.drop_duplicates()
    spot = spots.reset_index(drop=True).reset_index(names="spot")
    of_row = where.merge(spot, on=list(where.columns), how="left")["spot"].to_numpy()
    said, hours = said_now(spots, seen, inputs.month.end.to_datetime64())
    return {name: values[of_row] for name, values in said.items()}, hours[of_row]


def _at_places(at: pd.DataFrame, tried: pd.DataFrame, said: Parts, model: calibrate.Model,
               inputs: Inputs) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:  # fmt: skip
    """Return the features at each place, the chance of a purchase there from ``tried`` and the spread of its logit."""
    rates = pooled_rates(tried, inputs.indicators.market_types)
    known = joined(base_at(at.assign(prior=rates.of(at["market_id"])), tried), said, at.index)
    return (known, *model.chance(known))


def target_places(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return easting_m, northing_m of each target: the middle of its sound evidence, or of its market; else NaN."""
    sound = evidence[~evidence["is_suspected_false"] & evidence["easting_m"].notna()]
    order = np.lexsort((sound["record"], sound["observed_at"], sound["target"]))
    recent = sound[["target", "easting_m", "northing_m"]].take(order).groupby("target").tail(8)
    middle = recent.groupby("target")[["easting_m", "northing_m"]].median()
    found = middle.reindex(targets_of(rows, evidence)).set_axis(rows.index)
    columns = {"market_id": "str", "easting_m": "float64", "northing_m": "float64"}
    markets = frame_with(inputs.geography.markets, columns).drop_duplicates("market_id").set_index("market_id")
    centre = markets[["easting_m", "northing_m"]].reindex(rows["market_id"]).set_index(rows.index)
    return pd.DataFrame(found.where(found.notna(), centre))
