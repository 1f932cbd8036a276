"""What is reported: which truths (and untruths) become intelligence logs, when, by whom and about whom."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.markets import MOST_POSTS
from market_profile.synthetic.plan import Array
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.sources_of_reports import SHARES, Sources, choose_sources

TOPIC_TIE_SHARE = 0.30
"""Share of logs about a tie between people; the rest is about markets, or scattered (``Hardness.scattered``)."""
TIE_WEIGHT = {"retail": 1.0, "wholesale": 2.6, "social": 0.8}
VISIBILITY = {"street": 1.0, "address": 0.55, "phone": 0.5}
"""How readily deals of each kind of market are noticed."""
REPORT_COLUMNS = [
    "topic", "crew", "site", "event_day", "easting_m", "northing_m", "provenance",
    "first_person", "second_person", "third_person", "relation",
]  # fmt: skip


def make_reports(scene: Scene, sources: Sources) -> pd.DataFrame:
    """Return one row a log in order of submission, with REPORT_COLUMNS and month, source, submitted_day, is_false,
    is_stale, echo_of (row number of the repeated log, else -1). Months run to the month after the last.
    """
    rng = scene.plan.stream("reports")
    calendar, plan = scene.calendar, scene.plan
    wanted = plan.logs + round(plan.logs / plan.months)
    draw = round(wanted * 1.12) + 40
    ties = round(draw * TOPIC_TIE_SHARE)
    scattered = round(draw * plan.hardness.scattered)
    reports = pd.concat([
        _about_markets(scene, rng, draw - ties - scattered),
        _about_ties(scene, rng, ties),
        _scattered(scene, rng, scattered),
    ], ignore_index=True)  # fmt: skip
    reports = reports.iloc[rng.permutation(len(reports))].reset_index(drop=True)
    reports["source"] = choose_sources(sources, reports["provenance"].to_numpy(), reports["crew"].to_numpy(), rng)
    reports = _spoil(scene, reports, sources, rng)
    lag = np.round(rng.exponential(2.2, len(reports)) + 0.04, 4)
    reports["submitted_day"] = (
        reports["event_day"] + lag + np.where(reports["is_stale"], rng.uniform(25, 170, len(reports)), 0)
    )
    reports = _echo(scene, reports, rng)
    reports["month"] = calendar.month_of(reports["submitted_day"].to_numpy())
    reports = _exactly(reports, plan.logs, wanted - plan.logs, calendar.months)
    return _renumber(reports)


def _about_markets(scene: Scene, rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Draw site-days by their deals, visibility and (officers only) the patrols of the area."""
    days = scene.site_days()
    days = days[days["day"] >= scene.calendar.starts[0] - 2].reset_index(drop=True)
    kind = scene.markets.crews["kind"].to_numpy()[days["crew"]]
    seen = days["deals"].to_numpy() * np.array([VISIBILITY[k] for k in kind])
    area = scene.markets.sites["area"].to_numpy()[days["site"]]
    mix = np.array(SHARES["market"])
    row, provenance = _draw_with_patrols(scene, rng, seen, area, mix, count)
    drawn = days.iloc[row]
    site, crew, day = drawn["site"].to_numpy(), drawn["crew"].to_numpy(), drawn["day"].to_numpy()
    spot = rng.choice(scene.markets.spot_e.shape[1], count, p=[0.55, 0.2, 0.15, 0.1])
    first = _person_at_work(scene, crew, day, rng)
    second, relation = _company(scene, first, day, rng)
    first, second, relation = _buyers_first(scene, first, second, relation, rng)
    hour = _hours(scene, crew, rng)
    return pd.DataFrame({
        "topic": "market", "crew": crew, "site": site, "event_day": day + hour / 24,
        "easting_m": scene.markets.spot_e[site, spot], "northing_m": scene.markets.spot_n[site, spot],
        "provenance": provenance, "first_person": first, "second_person": second,
        "third_person": np.where(rng.random(count) < 0.12, _company(scene, first, day, rng)[0], -1),
        "relation": relation,
    })  # fmt: skip


def _draw_with_patrols(
    scene: Scene, rng: np.random.Generator, weight: Array, area: Array, mix: Array, count: int
) -> tuple[Array, Array]:
    """Return (row, provenance): officers report more in the patrolled area, so that its total is ``patrol_factor``."""
    factor = (scene.plan.hardness.patrol_factor - (1 - mix[0])) / mix[0]
    patrolled = scene.ground.lsoas["is_patrolled"].to_numpy()[area]
    by_officers = weight * mix[0] * np.where(patrolled, factor, 1.0)
    by_others = weight * (1 - mix[0])
    both = np.concatenate([by_officers, by_others])
    drawn = rng.choice(len(both), count, p=both / both.sum())
    others = rng.choice(np.arange(1, len(mix)), count, p=mix[1:] / mix[1:].sum())
    return drawn % len(weight), np.where(drawn < len(weight), 0, others)


def _person_at_work(scene: Scene, crew: Array, day: Array, rng: np.random.Generator) -> Array:
    """Return the person of one of the crew's posts at work that day (-1 where none is)."""
    first_post = np.searchsorted(scene.markets.slots["crew"].to_numpy(), crew, side="left")
    posts = scene.markets.crews["posts"].to_numpy()[crew]
    whole = day.astype(int)
    offer = np.stack(
        [
            np.where(
                k < posts, scene.careers.on_post[np.minimum(first_post + k, len(scene.markets.slots) - 1), whole], -1
            )
            for k in range(MOST_POSTS)
        ],
        axis=1,
    )
    taste = np.where(offer >= 0, rng.random(offer.shape), -1.0)
    stint = offer[np.arange(len(crew)), np.argmax(taste, axis=1)]
    return np.where(stint >= 0, scene.careers.stints["person"].to_numpy()[stint], -1)


def _company(scene: Scene, person: Array, day: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return someone tied to ``person`` on ``day`` and the tie's number (negative minus one where ``person`` is its
    target); -1 and a large number where no tie was found in a few tries.
    """
    ties = scene.ties
    source, target = ties["source"].to_numpy(), ties["target"].to_numpy()
    me, other = np.concatenate([source, target]), np.concatenate([target, source])
    number = np.concatenate([np.arange(len(ties)), -np.arange(len(ties)) - 1])
    order = np.argsort(me, kind="stable")
    me, other, number = me[order], other[order], number[order]
    start, size = np.searchsorted(me, person, "left"), np.searchsorted(me, person, "right")
    size = size - start
    found, tie = np.full(len(person), -1), np.full(len(person), NO_TIE)
    begin, end = ties["from_day"].to_numpy(), ties["to_day"].to_numpy()
    for _ in range(5):
        pick = np.minimum(start + (rng.random(len(person)) * size).astype(int), len(me) - 1)
        row = np.where(number[pick] < 0, -number[pick] - 1, number[pick])
        good = (size > 0) & (found < 0) & (begin[row] <= day) & (day <= end[row])
        found, tie = np.where(good, other[pick], found), np.where(good, number[pick], tie)
    return found, tie


def _buyers_first(
    scene: Scene, first: Array, second: Array, relation: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Let some logs lead with the company instead of the seller (the tie then reads from its other end)."""
    turn = (second >= 0) & (rng.random(len(first)) < scene.plan.hardness.buyers_first)
    return np.where(turn, second, first), np.where(turn, first, second), np.where(turn, -relation - 1, relation)


NO_TIE = np.iinfo(np.int64).max
"""Stands for 'no tie stated' in the column ``relation``."""


def _hours(scene: Scene, crew: Array, rng: np.random.Generator) -> Array:
    opens = scene.markets.crews["opens_at"].to_numpy()[crew]
    length = scene.markets.crews["open_hours"].to_numpy()[crew]
    inside = opens + rng.random(len(crew)) * length
    return np.where(rng.random(len(crew)) < 0.9, inside % 24, rng.uniform(0, 24, len(crew)))


def _about_ties(scene: Scene, rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Draw ties by their days and level; the place is the crew's market, where it has one."""
    ties, calendar = scene.ties, scene.calendar
    begin = np.maximum(ties["from_day"].to_numpy(), calendar.starts[0] - 2)
    length = np.maximum(ties["to_day"].to_numpy() - begin, 0)
    weight = np.sqrt(length) * np.array([TIE_WEIGHT[level] for level in ties["level"]])
    row = rng.choice(len(ties), count, p=weight / weight.sum())
    day = np.minimum(begin[row] + rng.random(count) * length[row], calendar.days - 0.01)
    crew = ties["crew"].to_numpy()[row]
    site = np.where(crew >= 0, scene.markets.site_on(np.maximum(crew, 0), day.astype(int)), -1)
    spot = rng.integers(0, scene.markets.spot_e.shape[1], count)
    placed = (site >= 0) & (rng.random(count) < 0.5)
    provenance = rng.choice(len(SHARES["tie"]), count, p=SHARES["tie"])
    return pd.DataFrame({
        "topic": "tie", "crew": crew, "site": site, "event_day": day,
        "easting_m": np.where(placed, scene.markets.spot_e[site, spot], np.nan),
        "northing_m": np.where(placed, scene.markets.spot_n[site, spot], np.nan),
        "provenance": provenance, "first_person": ties["source"].to_numpy()[row],
        "second_person": ties["target"].to_numpy()[row], "third_person": -1, "relation": row,
    })  # fmt: skip


def _scattered(scene: Scene, rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Draw small-scale supply and use on any street, by residents (officers see more of it where they patrol)."""
    streets = scene.ground.streets
    area = streets["area"].to_numpy()
    weight = scene.ground.lsoas["residents"].to_numpy()[area].astype(float)
    row, provenance = _draw_with_patrols(scene, rng, weight, area, np.array(SHARES["scattered"]), count)
    people = np.concatenate(
        [scene.people.of_role("user"), scene.people.of_role("dealer"), scene.people.of_role("associate")]
    )
    day = rng.uniform(scene.calendar.starts[0] - 2, scene.calendar.days - 0.01, count)
    return pd.DataFrame({
        "topic": "scattered", "crew": -1, "site": -1, "event_day": day,
        "easting_m": streets["easting_m"].to_numpy()[row], "northing_m": streets["northing_m"].to_numpy()[row],
        "provenance": provenance, "first_person": rng.choice(people, count), "second_person": -1,
        "third_person": -1, "relation": NO_TIE,
    })  # fmt: skip


def _spoil(scene: Scene, reports: pd.DataFrame, sources: Sources, rng: np.random.Generator) -> pd.DataFrame:
    """Make some logs false (poor sources more often: wrong person, wrong place or both) and some stale."""
    doubt = 1 - sources.quality[reports["source"].to_numpy()]
    false = rng.random(len(reports)) < scene.plan.hardness.false_reports * doubt / doubt.mean()
    count = int(false.sum())
    wrong_place = rng.random(count) < 0.6
    streets = scene.ground.streets.iloc[rng.integers(0, len(scene.ground.streets), count)]
    reports = reports.copy()
    for column in ("easting_m", "northing_m"):
        values = reports[column].to_numpy(float, copy=True)
        values[false] = np.where(wrong_place & ~np.isnan(values[false]), streets[column].to_numpy(), values[false])
        reports[column] = values
    innocent = scene.people.of_role("unknown")
    anyone = np.where(
        rng.random(count) < 0.5, rng.choice(innocent, count), rng.integers(0, len(scene.people.frame), count)
    )
    person = reports["first_person"].to_numpy(copy=True)
    person[false] = np.where(wrong_place & (rng.random(count) < 0.5), person[false], anyone)
    reports["first_person"], reports["is_false"] = person, false
    reports["is_stale"] = ~false & (rng.random(len(reports)) < scene.plan.hardness.stale_reports)
    return reports


def _echo(scene: Scene, reports: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Turn some logs into repeats of another one, some days later and from another provenance."""
    reports = reports.copy()
    reports["key"] = np.arange(len(reports))
    reports["echo_of"] = -1
    count = round(len(reports) * scene.plan.hardness.echoed_reports)
    order = rng.permutation(len(reports))
    echo, said = order[:count], order[count : 2 * count]
    for column in [*REPORT_COLUMNS, "is_false", "is_stale"]:
        if column != "provenance":
            values = reports[column].to_numpy(copy=True)
            values[echo] = values[said]
            reports[column] = values
    day = reports["submitted_day"].to_numpy(copy=True)
    day[echo] = day[said] + rng.uniform(0.5, 6, count)
    mark = reports["echo_of"].to_numpy(copy=True)
    mark[echo] = said
    return reports.assign(submitted_day=day, echo_of=mark)


def _exactly(reports: pd.DataFrame, logs: int, following: int, months: int) -> pd.DataFrame:
    """Keep exactly ``logs`` within the months of the plan and ``following`` in the month after."""
    in_plan = np.flatnonzero((reports["month"] >= 0) & (reports["month"] < months))[:logs]
    after = np.flatnonzero(reports["month"] == months)[:following]
    kept = reports.iloc[np.concatenate([in_plan, after])]
    return kept.sort_values(["submitted_day", "key"], kind="stable").reset_index(drop=True)


def _renumber(reports: pd.DataFrame) -> pd.DataFrame:
    """Point ``echo_of`` to rows instead of keys (-1 where the repeated log was not kept)."""
    row_of = np.full(int(reports["key"].max()) + 2, -1)
    row_of[reports["key"].to_numpy()] = np.arange(len(reports))
    echo = reports["echo_of"].to_numpy()
    pointed = np.where((echo >= 0) & (echo < len(row_of)), row_of[np.minimum(echo, len(row_of) - 1)], -1)
    return reports.assign(echo_of=np.where(echo >= 0, pointed, -1)).drop(columns="key")
