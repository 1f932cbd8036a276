"""Who supplies, runs for, controls or goes about with whom, each tie with its days: the planted network."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.careers import Careers
from market_profile.synthetic.geography import Ground
from market_profile.synthetic.markets import Markets
from market_profile.synthetic.people import People
from market_profile.synthetic.plan import Array, Calendar, Plan

COLUMNS = ["source", "target", "relation", "from_day", "to_day", "crew", "level"]
STAYS_AFTER_REPLACEMENT = 0.85
"""Share of a post's users who go on with the next dealer."""


def make_ties(
    plan: Plan, ground: Ground, markets: Markets, people: People, careers: Careers, calendar: Calendar
) -> pd.DataFrame:
    """Return ties with person rows ``source`` and ``target``, in COLUMNS; ``level`` is retail, wholesale or social."""
    rng = plan.stream("ties")
    bosses = careers.stints[["slot", "crew", "person", "from_day", "to_day"]].rename(columns={"person": "boss"})
    parts = [
        _retail(rng, ground, markets, people, bosses, calendar),
        _wholesale(rng, markets, people, bosses, calendar),
        _runners(rng, markets, people, bosses, calendar),
        _homes(rng, markets, people, bosses, calendar),
        _social(rng, people, calendar),
    ]
    ties = pd.concat(parts, ignore_index=True)[COLUMNS]
    ties = ties[(ties["source"] != ties["target"]) & (ties["to_day"] - ties["from_day"] >= 3)]
    return ties.sort_values(COLUMNS[:4], kind="stable").reset_index(drop=True)


def _attach(
    rng: np.random.Generator, who: Array, crew_weight: Array, slots: pd.DataFrame, share: float, calendar: Calendar
) -> pd.DataFrame:
    """Attach each person to one post by weight, and ``share`` of them to a second, for a time."""
    weight = crew_weight[slots["crew"].to_numpy()]
    again = who[rng.random(len(who)) < share]
    both = np.concatenate([who, again])
    slot = rng.choice(len(slots), len(both), p=weight / weight.sum())
    start = np.where(rng.random(len(both)) < 0.5, 0, rng.integers(0, calendar.days - 20, len(both)))
    end = np.minimum(start + np.round(60 + rng.exponential(260, len(both))).astype(int), calendar.days)
    return pd.DataFrame({"person": both, "slot": slot, "a_from": start, "a_to": end})


def _overlap(attached: pd.DataFrame, bosses: pd.DataFrame) -> pd.DataFrame:
    both = attached.merge(bosses, on="slot", how="inner")
    both["from_day"] = both[["a_from", "from_day"]].max(axis=1)
    both["to_day"] = both[["a_to", "to_day"]].min(axis=1)
    return both[both["to_day"] > both["from_day"]].reset_index(drop=True)


def _retail(rng: np.random.Generator, ground: Ground, markets: Markets, people: People, bosses: pd.DataFrame,
            calendar: Calendar) -> pd.DataFrame:  # fmt: skip
    users = people.of_role("user")
    both = _overlap(_attach(rng, users, markets.crews["activity"].to_numpy(), markets.slots, 0.4, calendar), bosses)
    both = both[rng.random(len(both)) < STAYS_AFTER_REPLACEMENT]
    return both.assign(source=both["boss"], target=both["person"], relation="supplies", level="retail")


def _wholesale(rng: np.random.Generator, markets: Markets, people: People, bosses: pd.DataFrame,
               calendar: Calendar) -> pd.DataFrame:  # fmt: skip
    """Tie each crew's bosses to a supplier (two in two crews of five), and suppliers to a few above them."""
    suppliers = rng.permutation(people.of_role("supplier"))
    above = suppliers[: max(1, len(suppliers) // 6)]
    rest = suppliers[len(above) :] if len(suppliers) > 2 else suppliers
    crews = len(markets.crews)
    change = np.where(rng.random(crews) < 0.4, rng.integers(100, calendar.days, crews), calendar.days)
    first, second = rng.choice(rest, crews), rng.choice(rest, crews)
    table = pd.DataFrame({"crew": np.tile(np.arange(crews), 2), "person": np.concatenate([first, second])})
    table["a_from"] = np.concatenate([np.zeros(crews, int), change])
    table["a_to"] = np.concatenate([change, np.full(crews, calendar.days)])
    both = table.merge(bosses, on="crew")
    both["from_day"], both["to_day"] = both[["a_from", "from_day"]].max(axis=1), both[["a_to", "to_day"]].min(axis=1)
    both = both[both["to_day"] > both["from_day"]]
    lower = both.assign(source=both["person"], target=both["boss"], relation="supplies", level="wholesale")
    upper = pd.DataFrame({"source": rng.choice(above, len(rest)), "target": rest})
    upper = upper.assign(relation="supplies", from_day=0, to_day=calendar.days, crew=-1, level="wholesale")
    chain: pd.DataFrame = pd.concat([lower, upper], ignore_index=True)[COLUMNS]
    return chain


def _runners(rng: np.random.Generator, markets: Markets, people: People, bosses: pd.DataFrame,
             calendar: Calendar) -> pd.DataFrame:  # fmt: skip
    """Let runners work for posts (lines have most), and the bosses of lines control some of them."""
    pull = markets.crews["activity"].to_numpy() * np.where(markets.crews["kind"] == "phone", 6.0, 1.0)
    both = _overlap(_attach(rng, people.of_role("runner"), pull, markets.slots, 0.25, calendar), bosses)
    runs = both.assign(source=both["person"], target=both["boss"], relation="runs_for", level="wholesale")
    forced = both[(markets.crews["kind"].to_numpy()[both["crew"]] == "phone") & (rng.random(len(both)) < 0.3)]
    forced = forced.assign(source=forced["boss"], target=forced["person"], relation="controls", level="wholesale")
    working: pd.DataFrame = pd.concat([runs, forced], ignore_index=True)[COLUMNS]
    return working


def _homes(rng: np.random.Generator, markets: Markets, people: People, bosses: pd.DataFrame,
           calendar: Calendar) -> pd.DataFrame:  # fmt: skip
    """Let address markets and lines take over homes for one to three months."""
    who = people.of_role("cuckooed")
    pull = np.where(markets.crews["kind"] == "street", 0.02, 1.0)
    attached = _attach(rng, who, pull, markets.slots, 0.3, calendar)
    attached["a_to"] = np.minimum(attached["a_from"] + rng.integers(30, 95, len(attached)), calendar.days)
    both = _overlap(attached, bosses)
    both = both.assign(source=both["boss"], target=both["person"], relation="controls", level="wholesale")
    return both[COLUMNS]


def _social(rng: np.random.Generator, people: People, calendar: Calendar) -> pd.DataFrame:
    """Tie associates to people of the market, and relatives of one home to each other."""
    frame = people.frame
    friends = np.repeat(people.of_role("associate"), 2)
    core = np.concatenate([people.of_role(role) for role in ("dealer", "runner", "supplier", "line_holder")])
    pairs = pd.DataFrame({"source": friends, "target": rng.choice(core, len(friends)), "relation": "associates"})
    some_users = rng.choice(people.of_role("user"), len(frame) // 6)
    more = pd.DataFrame({"source": some_users, "target": rng.choice(people.of_role("user"), len(some_users))})
    kin = frame.reset_index()[lambda f: f["family"] != ""].groupby("family", sort=True)["index"].agg(["first", "last"])
    kin = pd.DataFrame({"source": kin["first"].to_numpy(), "target": kin["last"].to_numpy(), "relation": "lives_with"})
    ties = pd.concat([pairs, more.assign(relation="associates"), kin], ignore_index=True)
    start = rng.integers(0, max(1, calendar.days // 2), len(ties))
    end = np.minimum(start + np.round(90 + rng.exponential(300, len(ties))).astype(int), calendar.days)
    return ties.assign(from_day=start, to_day=end, crew=-1, level="social")
