"""Police open data as data.police.uk publishes it: snapped points, ASB without an identifier, 'No Location' rows."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from market_profile.synthetic.plan import Array
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, day_text, degrees, extract, nearest_street

CRIME_TYPES = {
    "Anti-social behaviour": 0.27, "Violence and sexual offences": 0.30, "Criminal damage and arson": 0.08,
    "Other theft": 0.08, "Shoplifting": 0.06, "Public order": 0.07, "Vehicle crime": 0.05, "Burglary": 0.045,
    "Drugs": 0.03, "Robbery": 0.01, "Bicycle theft": 0.015, "Theft from the person": 0.01,
    "Possession of weapons": 0.006, "Other crime": 0.014,
}  # fmt: skip
OUTCOMES = ("Under investigation", "Investigation complete; no suspect identified", "Unable to prosecute suspect",
            "Local resolution", "Awaiting court outcome", "Offender given a caution")  # fmt: skip
PLACES = ("Parking Area", "Supermarket", "Petrol Station", "Nightclub", "Shopping Area", "Sports/Recreation Area")
FORCE = "Saltmere Constabulary"
SEARCH_COLUMNS = (
    "Type",
    "Date",
    "Part of a policing operation",
    "Policing operation",
    "Latitude",
    "Longitude",
    "Gender",
    "Age range",
    "Self-defined ethnicity",
    "Officer-defined ethnicity",
    "Legislation",
    "Object of search",
    "Outcome",
    "Outcome linked to object of search",
    "Removal of more than just outer clothing",
)


def make_street_crime(scene: Scene) -> Extract:
    """Return crimes by month: by residents and closeness to the middle; drug crime follows markets and patrols."""
    rng = scene.plan.stream("street-crime")
    months = scene.calendar.months
    per_month = round(scene.ground.lsoas["residents"].sum() * 0.0095)
    count = per_month * months
    types = rng.choice(
        np.array(list(CRIME_TYPES), dtype=object),
        count,
        p=np.array(list(CRIME_TYPES.values())) / sum(CRIME_TYPES.values()),
    )
    month = np.repeat(np.arange(months), per_month)
    street = _streets(scene, types, month, rng)
    streets, lsoas = scene.ground.streets, scene.ground.lsoas
    latitude, longitude = degrees(streets["easting_m"].to_numpy(float), streets["northing_m"].to_numpy(float))
    area = streets["area"].to_numpy()[street]
    u = rng.random(count)
    place = np.array([f"On or near {name}" for name in streets["street"]], dtype=object)[street]
    other = np.array([f"On or near {name}" for name in PLACES], dtype=object)[rng.integers(0, len(PLACES), count)]
    place = np.where(u < 0.12, other, place)
    police = len(streets) // 2
    at_station = (u > 0.99) | ((types == "Drugs") & (u > 0.983))
    street, area = np.where(at_station, police, street), np.where(at_station, streets["area"].to_numpy()[police], area)
    place = np.where(at_station, "On or near Police Station", place)
    nowhere = (u > 0.955) & (u < 0.975)
    asb = types == "Anti-social behaviour"
    frame = pd.DataFrame(
        {
            "Crime ID": np.where(asb, "", _identifiers(scene, count)),
            "Month": np.array(scene.calendar.names, dtype=object)[month],
            "Reported by": FORCE,
            "Falls within": FORCE,
            "Longitude": np.where(nowhere, "", longitude[street]),
            "Latitude": np.where(nowhere, "", latitude[street]),
            "Location": np.where(nowhere, "No Location", place),
            "LSOA code": np.where(nowhere, "", lsoas["area_code"].to_numpy(dtype=object)[area]),
            "LSOA name": np.where(nowhere, "", lsoas["area_name"].to_numpy(dtype=object)[area]),
            "Crime type": types,
            "Last outcome category": np.where(
                asb, "", np.array(OUTCOMES, dtype=object)[rng.choice(6, count, p=[0.3, 0.36, 0.24, 0.04, 0.04, 0.02])]
            ),
            "Context": "",
        }
    )
    frame["_m"] = month
    frame = frame.sort_values(["_m", "LSOA code", "Crime type", "Location"], kind="stable").reset_index(drop=True)
    return extract("street_crime", frame.drop(columns="_m"), frame["_m"].to_numpy())


def _streets(scene: Scene, types: Array, month: Array, rng: np.random.Generator) -> Array:
    """Return the street of each crime; drug crime sits at the markets of its month in six cases of ten."""
    streets, lsoas = scene.ground.streets, scene.ground.lsoas
    area = streets["area"].to_numpy()
    centre = streets[["easting_m", "northing_m"]].median()
    away = np.hypot(streets["easting_m"] - centre["easting_m"], streets["northing_m"] - centre["northing_m"]).to_numpy()
    weight = (
        lsoas["residents"].to_numpy()[area]
        * (0.4 + 2.5 * np.exp(-away / np.median(away)))
        * rng.gamma(0.9, 1.0, len(streets))
    )
    street = rng.choice(len(streets), len(types), p=weight / weight.sum())
    table = scene.site_days()
    table["month"] = scene.calendar.month_of(table["day"].to_numpy())
    patrolled = lsoas["is_patrolled"].to_numpy()[scene.markets.sites["area"].to_numpy()[table["site"]]]
    table["weight"] = table["deals"] * np.where(patrolled, scene.plan.hardness.patrol_factor, 1.0)
    sites = nearest_street(scene, scene.markets.spot_e[:, 0], scene.markets.spot_n[:, 0])
    is_drug = (types == "Drugs") & (rng.random(len(types)) < 0.6)
    for number in range(scene.calendar.months):
        rows = np.flatnonzero(is_drug & (month == number))
        pull = table[table["month"] == number].groupby("site", sort=True)["weight"].sum()
        if len(pull) and len(rows):
            street[rows] = sites[rng.choice(pull.index.to_numpy(), len(rows), p=(pull / pull.sum()).to_numpy())]
    return street


def _identifiers(scene: Scene, count: int) -> Array:
    """Return 64-character identifiers as published (four 16-character words of a counter's hash, vectorised)."""
    rng = scene.plan.stream("crime-id")
    words = pd.Series([""] * count, dtype="str")
    table = np.array(
        [hashlib.blake2b(f"{scene.plan.seed}-{n}".encode(), digest_size=8).hexdigest() for n in range(4096)],
        dtype=object,
    )
    for _ in range(4):
        words = words + pd.Series(table[rng.integers(0, 4096, count)], dtype="str")
    return words.to_numpy(dtype=object)


def make_stop_and_search(scene: Scene) -> Extract:
    """Return searches: at markets and in the patrolled area; no person can be told from a row."""
    rng = scene.plan.stream("stop-and-search")
    count = max(10, round(scene.plan.logs * 0.09))
    low, high = scene.calendar.starts[0], scene.calendar.starts[-2]
    streets = scene.ground.streets
    patrolled = scene.ground.lsoas["is_patrolled"].to_numpy()[streets["area"].to_numpy()]
    weight = np.where(patrolled, scene.plan.hardness.patrol_factor, 1.0)
    near = nearest_street(scene, scene.markets.spot_e[:, 0], scene.markets.spot_n[:, 0])
    np.add.at(weight, near, 12 * scene.plan.hardness.patrol_factor * patrolled[near] + 4.0)
    street = rng.choice(len(streets), count, p=weight / weight.sum())
    latitude, longitude = degrees(
        streets["easting_m"].to_numpy(float)[street], streets["northing_m"].to_numpy(float)[street]
    )
    day = np.sort(rng.uniform(low, high - 0.01, count))
    minute = np.datetime_as_string(scene.calendar.time(day).astype("datetime64[s]"), unit="s").astype(object)
    nowhere = rng.random(count) < 0.06
    found = rng.random(count) < 0.27
    pick = {
        "Type": (("Person search", "Person and Vehicle search", "Vehicle search"), (0.8, 0.17, 0.03)),
        "Gender": (("Male", "Female", ""), (0.86, 0.12, 0.02)),
        "Age range": (("10-17", "18-24", "25-34", "over 34", ""), (0.15, 0.34, 0.25, 0.22, 0.04)),
        "Self-defined ethnicity": (("Not stated", "Stated", ""), (0.3, 0.5, 0.2)),
        "Officer-defined ethnicity": (("White", "Black", "Asian", "Other", ""), (0.7, 0.12, 0.08, 0.05, 0.05)),
        "Object of search": (("Controlled drugs", "Offensive weapons", "Stolen goods"), (0.74, 0.16, 0.1)),
    }  # fmt: skip
    data = {
        name: rng.choice(np.array(values, dtype=object), count, p=shares) for name, (values, shares) in pick.items()
    }
    frame = pd.DataFrame({
        **data, "Date": pd.Series(minute) + "+00:00", "Part of a policing operation": "", "Policing operation": "",
        "Latitude": np.where(nowhere, "", latitude), "Longitude": np.where(nowhere, "", longitude),
        "Legislation": "Misuse of Drugs Act 1971 (section 23)",
        "Outcome": np.where(found, "Arrest", "A no further action disposal"),
        "Outcome linked to object of search": np.where(found, "True", "False"),
        "Removal of more than just outer clothing": np.where(rng.random(count) < 0.05, "True", "False"),
    })  # fmt: skip
    return extract("stop_and_search", frame[list(SEARCH_COLUMNS)], scene.calendar.month_of(day))


__all__ = ["day_text", "make_stop_and_search", "make_street_crime"]
