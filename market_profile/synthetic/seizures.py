"""Seizures: what officers take at arrests, searches and warrants, one row an exhibit (drugs, cash, phones' worth)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.mentions import custody_setting, write_mentions
from market_profile.synthetic.narrative import drug_words
from market_profile.synthetic.plan import Array
from market_profile.synthetic.purchases import DEAL, DRIFT_PCT_PER_MONTH, Operation
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, british, extract, jitter, nearest_street, number_text, time_text

FORMS = {"heroin": "powder", "crack": "rocks", "cocaine": "powder", "cannabis": "herbal", "mdma": "tablets",
         "ketamine": "powder", "amphetamine": "powder"}  # fmt: skip
SEARCHES_PER_LOG = 0.045
"""Seizures from searches of users and others, for each log; those from dealers' arrests come on top."""


def make_seizures(scene: Scene, operations: list[Operation]) -> Extract:
    """Return all exhibits; a seizure of two drugs is two rows of one ``seizure_ref``."""
    rng = scene.plan.stream("seizures")
    events = pd.concat([_from_arrests(scene, rng), _from_searches(scene, rng)], ignore_index=True)
    events = events.sort_values(["day", "person"], kind="stable").reset_index(drop=True)
    events["seizure_ref"] = "SZ" + pd.Series((np.arange(len(events)) + 1).astype(str)).str.zfill(5)
    exhibits = _exhibits(events, rng)
    frame = _frame(scene, exhibits, operations, rng)
    ref = frame["seizure_ref"] + "/" + frame["exhibit_ref"]
    month = scene.calendar.month_of(exhibits["day"].to_numpy())
    return extract("seizures", frame, month, ref.to_numpy(dtype=object), exhibits["person"].to_numpy())


def _from_arrests(scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    taken = scene.dealer_arrests
    inside = (taken["arrested_day"] >= scene.calendar.starts[0]) & (taken["arrested_day"] < scene.calendar.starts[-2])
    taken = taken[inside & (taken["site"] >= 0) & (rng.random(len(taken)) < 0.85)]
    crew, site = taken["crew"].to_numpy(), taken["site"].to_numpy()
    return pd.DataFrame(
        {
            "day": taken["arrested_day"].to_numpy() + rng.uniform(0.3, 0.95, len(taken)),
            "person": taken["person"].to_numpy(),
            "drug": scene.markets.crews["drug"].to_numpy(dtype=object)[crew],
            "second": scene.markets.crews["second_drug"].to_numpy(dtype=object)[crew],
            "deals": np.round(rng.gamma(2.0, 9.0, len(taken)) + 2),
            "has_cash": rng.random(len(taken)) < 0.8,
            "east": scene.markets.spot_e[site, 0],
            "north": scene.markets.spot_n[site, 0],
            "is_supply": True,
        }
    )


def _from_searches(scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    """Draw searches at markets (three in four) and on any street, more where the patrols are."""
    count = max(6, round(scene.plan.logs * SEARCHES_PER_LOG))
    low, high = scene.calendar.starts[0], scene.calendar.starts[-2]
    days = scene.site_days()
    days = days[(days["day"] >= low) & (days["day"] < high)].reset_index(drop=True)
    area = scene.markets.sites["area"].to_numpy()[days["site"]]
    patrolled = scene.ground.lsoas["is_patrolled"].to_numpy()[area]
    weight = days["deals"].to_numpy() * np.where(patrolled, scene.plan.hardness.patrol_factor, 1.0)
    row = days.iloc[rng.choice(len(days), count, p=weight / weight.sum())]
    site, spot = row["site"].to_numpy(), rng.integers(0, 4, count)
    street = scene.ground.streets.iloc[rng.integers(0, len(scene.ground.streets), count)]
    at_market = rng.random(count) < 0.75
    crew = row["crew"].to_numpy()
    return pd.DataFrame({
        "day": row["day"].to_numpy() + rng.uniform(0.4, 0.99, count),
        "person": rng.choice(scene.people.of_role("user"), count),
        "drug": scene.markets.crews["drug"].to_numpy(dtype=object)[crew], "second": "",
        "deals": 1.0 + rng.poisson(0.6, count), "has_cash": rng.random(count) < 0.05,
        "east": np.where(at_market, scene.markets.spot_e[site, spot], street["easting_m"]),
        "north": np.where(at_market, scene.markets.spot_n[site, spot], street["northing_m"]), "is_supply": False,
    })  # fmt: skip


def _exhibits(events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    first = events.assign(part=1, what=events["drug"])
    second = events[events["second"] != ""].assign(part=2)
    second = second.assign(what=second["second"])
    both = pd.concat([first, second], ignore_index=True)
    both["cash"] = np.where(
        (both["part"] == 1) & both["has_cash"], np.round(rng.gamma(1.6, 260.0, len(both)) / 5) * 5, np.nan
    )
    return both.sort_values(["day", "person", "part"], kind="stable").reset_index(drop=True)


def _frame(scene: Scene, rows: pd.DataFrame, operations: list[Operation], rng: np.random.Generator) -> pd.DataFrame:
    count, day = len(rows), rows["day"].to_numpy()
    what = rows["what"].to_numpy(dtype=object)
    quantity, unit, weighed, form = _amounts(rows, rng)
    month = scene.calendar.month_of(day)
    purity = np.array([DEAL[d][2] + DRIFT_PCT_PER_MONTH.get(d, 0) * m for d, m in zip(what, month, strict=True)])
    tested = rows["is_supply"].to_numpy() & (unit != "tablets") & (rng.random(count) < 0.4)
    purity = np.where(tested, np.clip(purity * np.exp(rng.normal(0.05, 0.2, count)), 2, 97), np.nan)
    east, north = jitter(scene, rng, rows["east"].to_numpy(float), rows["north"].to_numpy(float), 10.0)
    street = scene.ground.streets["street"].to_numpy(dtype=object)[nearest_street(scene, east, north)]
    placed = rng.random(count) < 0.95
    person = rows["person"].to_numpy()
    written = write_mentions(scene, person, day, person % 3, custody_setting(scene), "seizures")
    supply = rows["is_supply"].to_numpy()
    cannabis = what == "cannabis"
    frame = pd.DataFrame(
        {
            "seizure_ref": rows["seizure_ref"].to_numpy(dtype=object),
            "exhibit_ref": "E" + rows["part"].astype(str),
            "seized_at": british(time_text(day, scene)),
            "drug": drug_words(what, rng),
            "form": form,
            "quantity": quantity,
            "unit": unit,
            "weighed": weighed,
            "purity_pct": number_text(purity, 1),
            "cash_gbp": number_text(rows["cash"].to_numpy(), 0),
            "poca_ref": np.where(rows["cash"] > 1000, "POCA-" + rows["seizure_ref"].str.slice(2), ""),
            "power": np.where(supply, "s.23 MDA warrant", "s.23 MDA search"),
            "offence_code": np.where(supply, "92A", np.where(cannabis, "92E", "92D")),
            "operation": _operation(operations, day, supply & (rng.random(count) < 0.5)),
            "easting_m": np.where(placed, number_text(east, 0), ""),
            "northing_m": np.where(placed, number_text(north, 0), ""),
            "latitude": "",
            "longitude": "",
            "location_text": street,
        }
    )
    names = written[["nominal_ref", "surname", "forenames", "aliases", "date_of_birth"]]
    role = np.where(rng.random(count) < 0.7, np.where(supply, "dealer", "user"), "").astype(object)
    return pd.concat([frame, names], axis=1).assign(role=role)


def _amounts(rows: pd.DataFrame, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Return quantity, unit, weighed and form: grams, wraps, tablets, plants; now and then ounces or milligrams."""
    what, deals = rows["what"].to_numpy(dtype=object), rows["deals"].to_numpy()
    grams = np.array([DEAL[d][1] for d in what]) * deals * np.exp(rng.normal(0, 0.3, len(rows)))
    form = np.array([FORMS[d] for d in what], dtype=object)
    u = rng.random(len(rows))
    wraps = np.isin(what, ["heroin", "crack", "cocaine"]) & (u < 0.35)
    plants = (what == "cannabis") & rows["is_supply"].to_numpy() & (u < 0.3)
    tablets = what == "mdma"
    ounces = ~wraps & ~plants & ~tablets & (grams > 20) & (u > 0.8)
    kind = [plants, tablets, wraps, ounces]
    unit = np.select(kind, ["plants", "tablets", "wraps", "oz"], "g").astype(object)
    form = np.select([plants, wraps], ["plants", "wraps"], form).astype(object)
    counted = number_text(np.maximum(1, deals), 0)
    quantity = np.where(plants | tablets | wraps, counted, number_text(np.maximum(grams, 0.01), 2))
    quantity = np.where(ounces, number_text(grams / 28.349523125, 2), quantity)
    estimated = rng.random(len(rows)) < 0.15
    weighed = np.where(unit == "g", np.where(estimated, "estimated", np.where(u < 0.7, "net", "gross")), "").astype(
        object
    )
    return quantity, unit, weighed, form


def _operation(operations: list[Operation], day: Array, wanted: Array) -> Array:
    """Name the operation whose arrest phase the day falls in, where ``wanted``."""
    name = np.full(len(day), "", dtype=object)
    for operation in operations:
        name[wanted & (day >= operation.strikes) & (day < operation.ends)] = operation.name
    return name
