"""Who sells where and when: posts are filled, dealers are arrested or leave, and are replaced after the crew's time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.markets import Markets
from market_profile.synthetic.people import People
from market_profile.synthetic.plan import Array, Calendar, Plan

TENURE_DAYS = {"street": 90.0, "address": 110.0, "phone": 170.0}
"""Mean days at a post before arrest or departure."""
ARRESTED_SHARE = 0.68
SHORTEST_DAYS, LONGEST_DAYS = 3, 60
"""Bounds of the time from an arrest to the replacement."""


@dataclass(frozen=True)
class Careers:
    """``stints`` has one row a person at a post: slot, crew, person, from_day, to_day, end (arrest|left|running).

    ``on_post`` (slots, days) holds the stint at work, -1 where the post is empty.
    """

    stints: pd.DataFrame
    on_post: Array

    def at_work(self, slots: Array, day: int) -> Array:
        """Return the stints at work in ``slots`` on ``day``."""
        found: Array = self.on_post[slots, day]
        return found[found >= 0]


def make_careers(plan: Plan, markets: Markets, people: People, calendar: Calendar) -> Careers:
    """Return all stints from the warm-up to the end of the month after the last."""
    rng = plan.stream("careers")
    slots, crews = markets.slots, markets.crews
    crew = slots["crew"].to_numpy()
    tenure = np.array([TENURE_DAYS[kind] for kind in crews["kind"]])[crew]
    wait = crews["replacement_days"].to_numpy()[crew]
    start = np.where(np.arange(len(slots)) % 4 < 3, 0, rng.integers(0, 150, len(slots)))
    parts = []
    for step in range(60):
        if np.all(start >= calendar.days):
            break
        end = start + np.round(12 + rng.exponential(tenure)).astype(int)
        is_arrest = rng.random(len(slots)) < ARRESTED_SHARE
        gap = np.clip(np.round(wait * np.exp(rng.normal(0, 0.25, len(slots)))), SHORTEST_DAYS, LONGEST_DAYS)
        after = end + np.where(is_arrest, gap, rng.integers(0, 4, len(slots))).astype(int)
        data = {"slot": np.arange(len(slots)), "crew": crew, "step": step, "from_day": start, "to_day": end}
        parts.append(pd.DataFrame({**data, "end": np.where(is_arrest, "arrest", "left"), "next_day": after}))
        start = after
    stints = pd.concat(parts, ignore_index=True)
    stints = stints[stints["from_day"] < calendar.days].sort_values(["from_day", "slot"], kind="stable")
    stints = stints.reset_index(drop=True)
    stints.loc[stints["to_day"] >= calendar.days, "end"] = "running"
    stints["to_day"] = np.minimum(stints["to_day"], calendar.days)
    stints["person"] = _fill(crews["kind"].to_numpy()[stints["crew"]], people, rng)
    return Careers(stints, _posts(stints, len(slots), calendar.days))


def _fill(kind: Array, people: People, rng: np.random.Generator) -> Array:
    """Choose the person of each stint in turn: line holders for lines, else dealers, now and then a runner moving up,
    a supplier reverting to the street or a user who sells."""
    person = np.full(len(kind), -1)
    lines = np.flatnonzero(kind == "phone")
    person[lines] = _in_turn(rng.permutation(people.of_role("line_holder")), len(lines))
    places = np.flatnonzero(kind != "phone")
    person[places] = _in_turn(rng.permutation(people.of_role("dealer")), len(places))
    u = rng.random(len(kind))
    for role, low, high in (("runner", 0.0, 0.06), ("supplier", 0.06, 0.08), ("user", 0.08, 0.13)):
        some = np.flatnonzero((u >= low) & (u < high) & (kind != "phone"))
        person[some] = _in_turn(rng.permutation(people.of_role(role)), len(some))
    return person


def _in_turn(pool: Array, count: int) -> Array:
    return pool[np.arange(count) % len(pool)]


def _posts(stints: pd.DataFrame, slots: int, days: int) -> Array:
    """Return (slots, days) of stint numbers: +stint+1 on the first day, minus it after the last, summed along time."""
    change = np.zeros((slots, days + 1), dtype=np.int64)
    number = np.arange(len(stints)) + 1
    np.add.at(change, (stints["slot"].to_numpy(), stints["from_day"].to_numpy()), number)
    np.add.at(change, (stints["slot"].to_numpy(), stints["to_day"].to_numpy()), -number)
    return np.cumsum(change, axis=1)[:, :days] - 1


def arrests_of_dealers(careers: Careers, markets: Markets, calendar: Calendar) -> pd.DataFrame:
    """Return each arrest of a person at a post: stint, person, crew, site, arrested_day, replaced_day, others_at_work.

    ``replaced_day`` is -1 where the replacement comes after the simulated time.
    """
    stints = careers.stints
    taken = stints[stints["end"] == "arrest"].copy()
    taken["stint"] = taken.index
    taken["site"] = markets.site_on(taken["crew"].to_numpy(), taken["to_day"].to_numpy() - 1)
    taken["replaced_day"] = np.where(taken["next_day"] < calendar.days, taken["next_day"], -1)
    busy = (careers.on_post >= 0).astype(np.int32)
    of_crew = np.zeros((len(markets.crews), busy.shape[1]), dtype=np.int32)
    np.add.at(of_crew, markets.slots["crew"].to_numpy(), busy)
    day = np.clip(taken["to_day"].to_numpy(), 0, busy.shape[1] - 1)
    taken["others_at_work"] = of_crew[taken["crew"].to_numpy(), day]
    taken = taken.rename(columns={"to_day": "arrested_day"})
    columns = ["stint", "person", "crew", "slot", "site", "arrested_day", "replaced_day", "others_at_work"]
    return taken[columns].reset_index(drop=True)
