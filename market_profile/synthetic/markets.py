"""Crews and the sites they sell at: street and address markets and phone lines that open, move and close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.geography import Ground
from market_profile.synthetic.plan import Array, Calendar, Plan

SPOTS = 4
"""Places where the deals of one site are made."""
SPREAD = {"street": 1.0, "address": 0.2, "phone": 7.0}
"""How far the places of deals lie from the middle, against street markets (``Hardness.market_spread_m``)."""
MOST_POSTS = 4
SELL_TO_STRANGER = {"open": 0.90, "semi-open": 0.35, "closed": 0.06}
SELL_WITH_INTRODUCER = {"open": 0.95, "semi-open": 0.85, "closed": 0.55}
DRUGS_OF_CREW = ("heroin", "crack", "cocaine", "cannabis", "mdma", "ketamine", "amphetamine")
DRUG_SHARES = (0.27, 0.30, 0.13, 0.20, 0.03, 0.04, 0.03)


@dataclass(frozen=True)
class Markets:
    """``crews`` one row a crew, ``sites`` one row a market in one place in time, ``slots`` one row a selling post.

    ``spot_e``/``spot_n`` (sites, SPOTS) are places of deals in metres; the first is the middle of the market.
    """

    crews: pd.DataFrame
    sites: pd.DataFrame
    slots: pd.DataFrame
    spot_e: Array
    spot_n: Array

    def open_days(self) -> tuple[Array, Array]:
        """Return (site, day) of every day on which a site is open."""
        first = self.sites["from_day"].to_numpy()
        length = self.sites["to_day"].to_numpy() - first
        site = np.repeat(np.arange(len(self.sites)), length)
        before = np.repeat(np.cumsum(length) - length, length)
        return site, first[site] + np.arange(len(site)) - before

    def site_on(self, crew: Array, day: Array) -> Array:
        """Return the site of each crew on each day; -1 where the crew has none."""
        table = np.full((len(self.crews), int(self.sites["to_day"].max()) + 1), -1, dtype=np.int32)
        site, open_day = self.open_days()
        table[self.sites["crew"].to_numpy()[site], open_day] = site
        inside = (day >= 0) & (day < table.shape[1])
        return np.where(inside, table[crew, np.clip(day.astype(int), 0, table.shape[1] - 1)], -1)


def make_markets(plan: Plan, ground: Ground, calendar: Calendar) -> Markets:
    """Return the crews of ``plan`` with all the sites they use until the month after the last."""
    rng = plan.stream("markets")
    crews = _crews(plan, rng)
    sites = _sites(plan, ground, calendar, crews, rng)
    slots = pd.DataFrame({"crew": np.repeat(np.arange(len(crews)), crews["posts"])})
    spot_e, spot_n = _spots(ground, crews, sites, plan.hardness.market_spread_m, rng)
    return Markets(crews, sites, slots, spot_e, spot_n)


def _crews(plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    size = plan.scale**0.65
    h = plan.hardness
    wanted = {"street": h.street_markets, "address": h.address_markets, "phone": h.phone_lines}
    counts = {name: max(2, round(number * size)) for name, number in wanted.items()}
    kind = np.repeat(list(counts), list(counts.values())).astype(object)
    count = len(kind)
    crews = pd.DataFrame({"kind": kind})
    u = rng.random(count)
    street = np.where(u < 0.5, "open", np.where(u < 0.87, "semi-open", "closed"))
    other = np.where(u < 0.12, "open", np.where(u < 0.6, "semi-open", "closed"))
    crews["type"] = np.where(kind == "street", street, other).astype(object)
    crews["drug"] = rng.choice(np.array(DRUGS_OF_CREW, dtype=object), count, p=DRUG_SHARES)
    crews["drug"] = np.where((kind == "phone") & (rng.random(count) < 0.8), "crack", crews["drug"]).astype(object)
    both = np.isin(crews["drug"].to_numpy(), ["heroin", "crack"]) & (rng.random(count) < 0.75)
    other_drug = np.where(crews["drug"] == "heroin", "crack", "heroin")
    crews["second_drug"] = np.where(both, other_drug, "").astype(object)
    crews["activity"] = np.exp(rng.normal(0, h.market_unevenness, count))
    crews["posts"] = np.where(rng.random(count) < h.several_posts, rng.choice([2, 3, 4], count, p=[0.5, 0.3, 0.2]), 1)
    crews.loc[kind == "phone", "posts"] = 1
    replacement = np.clip(np.exp(rng.normal(np.log(17), 0.55, count)), 4, 50)
    crews["replacement_days"] = np.round(replacement, 1)
    crews["opens_at"] = rng.choice([9, 11, 13, 15, 17, 18], count, p=[0.14, 0.2, 0.2, 0.18, 0.18, 0.1])
    crews["open_hours"] = rng.integers(4, 10, count)
    minutes = {"open": 4.0, "semi-open": 14.0, "closed": 38.0}
    crews["minutes"] = np.array([minutes[t] for t in crews["type"]]) * np.exp(rng.normal(0, 0.3, count))
    crews["line_ref"] = [f"L{n + 1:04d}" if k == "phone" else "" for n, k in enumerate(kind)]
    lines = kind == "phone"
    crews["is_county_line"] = lines & ((rng.random(count) < 0.7) | (np.cumsum(lines) == 1))
    return crews


def _sites(
    plan: Plan, ground: Ground, calendar: Calendar, crews: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return sites: a crew stays for an exponential time, then moves 250-900 m on, or closes and another opens."""
    life = plan.hardness.market_life_days
    count = len(crews)
    easting, northing, area = _first_places(ground, crews, rng)
    start = np.where(rng.random(count) < 0.75, 0, rng.integers(0, calendar.days, count))
    parts = []
    for step in range(12):
        end = np.minimum(start + np.round(30 + rng.exponential(life, count)), calendar.days)
        data = {"crew": np.arange(count), "step": step, "from_day": start, "to_day": end, "easting_m": easting}
        parts.append(pd.DataFrame({**data, "northing_m": northing, "area": area}))
        easting, northing, area = _move(ground, easting, northing, rng)
        start = end + np.where(rng.random(count) < 0.6, 0, rng.integers(5, 40, count))
    sites = pd.concat(parts, ignore_index=True)
    sites = sites[sites["from_day"] < calendar.days - 5].sort_values(["crew", "step"], kind="stable")
    sites = sites.reset_index(drop=True).astype({"from_day": int, "to_day": int})
    sites["market_id"] = [
        f"M{crew + 1:04d}{'abcdefghijkl'[step]}" for crew, step in zip(sites["crew"], sites["step"], strict=True)
    ]
    return sites


def _first_places(ground: Ground, crews: pd.DataFrame, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Place crews on streets, thicker towards the middle, no two on one street while streets last."""
    streets = ground.streets
    centre = streets[["easting_m", "northing_m"]].median()
    away = np.hypot(streets["easting_m"] - centre["easting_m"], streets["northing_m"] - centre["northing_m"])
    weight = np.exp(-away / away.median()).to_numpy()
    chosen = rng.choice(len(streets), len(crews), replace=len(crews) > len(streets) // 2, p=weight / weight.sum())
    row = streets.iloc[chosen]
    return row["easting_m"].to_numpy(float), row["northing_m"].to_numpy(float), row["area"].to_numpy()


def _move(ground: Ground, easting: Array, northing: Array, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Move each crew to the street nearest to a point 250-900 m away."""
    angle, far = rng.uniform(0, 2 * np.pi, len(easting)), rng.uniform(250, 900, len(easting))
    streets = ground.streets
    sx, sy = streets["easting_m"].to_numpy(float), streets["northing_m"].to_numpy(float)
    distance = np.hypot((easting + far * np.cos(angle))[:, None] - sx, (northing + far * np.sin(angle))[:, None] - sy)
    nearest = np.argmin(distance, axis=1)
    return sx[nearest], sy[nearest], streets["area"].to_numpy()[nearest]


def _spots(
    ground: Ground, crews: pd.DataFrame, sites: pd.DataFrame, spread_m: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return the places of deals: around the corner for streets, one door for addresses, far apart for deliveries."""
    spread = spread_m * np.array([SPREAD[kind] for kind in crews["kind"]])[sites["crew"]][:, None]
    easting = sites["easting_m"].to_numpy()[:, None] + spread * rng.normal(0, 1, (len(sites), SPOTS))
    northing = sites["northing_m"].to_numpy()[:, None] + spread * rng.normal(0, 1, (len(sites), SPOTS))
    good = ground.inside(easting, northing)
    easting = np.where(good, easting, sites["easting_m"].to_numpy()[:, None])
    northing = np.where(good, northing, sites["northing_m"].to_numpy()[:, None])
    easting[:, 0], northing[:, 0] = sites["easting_m"], sites["northing_m"]
    return np.round(easting), np.round(northing)
