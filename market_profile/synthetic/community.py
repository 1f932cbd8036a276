"""Harm, the community's voice, recorded crime by group, and population."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, day_text, extract, nearest_street, number_text, time_text

HARMS = ("ambulance", "naloxone", "overdose", "hospital", "death", "asb_report", "community_call", "safeguarding_visit")
HARM_SHARES = (0.16, 0.12, 0.1, 0.08, 0.02, 0.3, 0.16, 0.06)
QUESTIONS = (
    ("sees_dealing", ("yes", "no", "do not know"), (0.22, 0.6, 0.18)),
    ("feels_safe_after_dark", ("very", "fairly", "not very", "not at all"), (0.2, 0.42, 0.27, 0.11)),
)
CRIME_MONTHLY = {
    "burglary dwelling": 9.0,
    "burglary other": 8.0,
    "vehicle crime": 14.0,
    "robbery": 3.0,
    "violence": 62.0,
    "shoplifting": 34.0,
    "drug possession": 9.0,
    "drug trafficking": 3.0,
}
"""Offences a month for each 15,000 residents."""


def make_harm_events(scene: Scene) -> Extract:
    """Return harm: half near markets at work, half by residents."""
    rng = scene.plan.stream("harm")
    count = max(10, round(scene.plan.logs * 0.06))
    low, high = scene.calendar.starts[0], scene.calendar.starts[-2]
    days = scene.site_days()
    days = days[(days["day"] >= low) & (days["day"] < high)].reset_index(drop=True)
    near = days.iloc[rng.choice(len(days), count, p=(days["deals"] / days["deals"].sum()).to_numpy())]
    streets = scene.ground.streets
    anywhere = rng.integers(0, len(streets), count)
    row = np.where(rng.random(count) < 0.5, nearest_street(
        scene, scene.markets.spot_e[near["site"], 0], scene.markets.spot_n[near["site"], 0]), anywhere)  # fmt: skip
    day = np.sort(rng.uniform(low, high - 0.01, count))
    harm = np.array(HARMS, dtype=object)[rng.choice(len(HARMS), count, p=HARM_SHARES)]
    clinical = np.isin(harm, HARMS[:5])
    placed = rng.random(count) < 0.7
    ref = ("H" + pd.Series((np.arange(count) + 1).astype(str)).str.zfill(6)).to_numpy(dtype=object)
    frame = pd.DataFrame({
        "event_ref": ref, "occurred_at": time_text(day, scene), "harm": harm,
        "status": np.where(clinical, np.where(rng.random(count) < 0.5, "suspected", "confirmed"), ""),
        "drug": np.where(clinical, rng.choice(["heroin", "crack", "heroin", "cocaine", ""], count), ""),
        "area_code": scene.ground.lsoas["area_code"].to_numpy(dtype=object)[streets["area"].to_numpy()[row]],
        "easting_m": np.where(placed, number_text(streets["easting_m"].to_numpy()[row], 0), ""),
        "northing_m": np.where(placed, number_text(streets["northing_m"].to_numpy()[row], 0), ""),
    })  # fmt: skip
    return extract("harm_events", frame, scene.calendar.month_of(day), ref)


def make_survey(scene: Scene) -> Extract:
    """Return two waves (the first and last months, one in short towns); the second question changes its wording."""
    rng = scene.plan.stream("survey")
    waves = sorted({0, scene.calendar.months - 1})
    people = max(30, round(600 * min(1.0, scene.plan.scale**0.5)))
    parts = []
    for wave in waves:
        area = scene.ground.lsoas["area_code"].to_numpy(dtype=object)[rng.integers(0, len(scene.ground.lsoas), people)]
        weight = number_text(rng.gamma(20, 0.05, people), 2)
        for number, (question, answers, shares) in enumerate(QUESTIONS):
            version = "2" if number == 1 and wave != waves[0] else "1"
            answer = rng.choice(np.array(answers, dtype=object), people, p=shares)
            data = {"wave": scene.calendar.names[wave], "area_code": area, "question": question}
            part = pd.DataFrame({**data, "question_version": version, "response": answer, "weight": weight})
            parts.append(part.assign(month=wave))
    table = pd.concat(parts, ignore_index=True)
    return extract("community_survey", table.drop(columns="month"), table["month"].to_numpy())


def make_crime_counts(scene: Scene) -> Extract:
    """Return counts by offence group and month, with a seasonal swing."""
    rng = scene.plan.stream("crime-counts")
    months, groups = scene.calendar.months, list(CRIME_MONTHLY)
    size = scene.ground.lsoas["residents"].sum() / 15_000
    month = np.repeat(np.arange(months), len(groups))
    rate = np.tile(list(CRIME_MONTHLY.values()), months) * size * (1 + 0.08 * np.sin(month / 12 * 2 * np.pi))
    starts = scene.calendar.starts
    frame = pd.DataFrame({
        "period_start": day_text(starts[month], scene), "period_end": day_text(starts[month + 1] - 1, scene),
        "offence_group": np.tile(np.array(groups, dtype=object), months), "count": number_text(rng.poisson(rate), 0),
    })  # fmt: skip
    ref = frame["period_start"] + "/" + frame["period_end"] + "/" + frame["offence_group"]
    return extract("crime_counts", frame, month, ref.to_numpy(dtype=object))


def make_population(scene: Scene) -> Extract:
    """Return residents and addresses of each partner area (one file)."""
    lsoas = scene.ground.lsoas
    frame = pd.DataFrame({"area_code": lsoas["area_code"], "residents": lsoas["residents"].astype(str),
                          "addresses": lsoas["addresses"].astype(str)})  # fmt: skip
    return extract("population", frame, np.zeros(len(frame)), lsoas["area_code"].to_numpy(dtype=object))
