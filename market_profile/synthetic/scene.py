"""The whole simulated town before anyone reports on it: ground, people, markets, careers and ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.careers import Careers, arrests_of_dealers, make_careers
from market_profile.synthetic.geography import Ground, make_ground
from market_profile.synthetic.markets import Markets, make_markets
from market_profile.synthetic.people import People, make_people
from market_profile.synthetic.plan import Array, Calendar, Plan, make_calendar
from market_profile.synthetic.ties import make_ties


@dataclass(frozen=True)
class Scene:
    """What is true in the town; days and rows refer to ``calendar`` and ``people.frame``."""

    plan: Plan
    calendar: Calendar
    ground: Ground
    people: People
    markets: Markets
    careers: Careers
    ties: pd.DataFrame
    dealer_arrests: pd.DataFrame

    def person_ids(self, rows: Array) -> Array:
        """Return the person_id of each row number."""
        ids: Array = self.people.frame["person_id"].to_numpy(dtype=object)[rows]
        return ids

    def site_days(self) -> pd.DataFrame:
        """Return the open days of every site with someone at work: site, crew, day, at_work, deals (expected)."""
        busy = (self.careers.on_post >= 0).astype(np.int32)
        at_work = np.zeros((len(self.markets.crews), busy.shape[1]), dtype=np.int32)
        np.add.at(at_work, self.markets.slots["crew"].to_numpy(), busy)
        site, day = self.markets.open_days()
        crew = self.markets.sites["crew"].to_numpy()[site]
        table = pd.DataFrame({"site": site, "crew": crew, "day": day, "at_work": at_work[crew, day]})
        table = table[table["at_work"] > 0].reset_index(drop=True)
        table["deals"] = 6.0 * self.markets.crews["activity"].to_numpy()[table["crew"]] * table["at_work"] ** 0.5
        return table


def make_scene(plan: Plan) -> Scene:
    """Return the town of ``plan``; the same plan gives the same town.

    Example:
        >>> len(make_scene(Plan(logs=200, months=2, seed=1)).people.frame)
        80
    """
    calendar = make_calendar(plan)
    ground = make_ground(plan)
    people = make_people(plan, ground)
    markets = make_markets(plan, ground, calendar)
    careers = make_careers(plan, markets, people, calendar)
    ties = make_ties(plan, ground, markets, people, careers, calendar)
    taken = arrests_of_dealers(careers, markets, calendar)
    return Scene(plan, calendar, ground, people, markets, careers, ties, taken)
