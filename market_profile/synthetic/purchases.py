"""Test purchases: operations with phases, attempts at markets, what was bought, and laboratories that answer late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.markets import SELL_TO_STRANGER, SELL_WITH_INTRODUCER
from market_profile.synthetic.mentions import purchase_setting, write_mentions
from market_profile.synthetic.narrative import drug_words
from market_profile.synthetic.plan import Array
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, day_text, extract, jitter, nearest_street, number_text, time_text

DEAL = {
    "heroin": (10.0, 0.16, 42.0), "crack": (10.0, 0.14, 68.0), "cocaine": (40.0, 0.62, 48.0),
    "cannabis": (20.0, 1.7, 13.0), "mdma": (10.0, 0.35, 66.0), "ketamine": (20.0, 0.85, 62.0),
    "amphetamine": (10.0, 0.95, 14.0),
}  # fmt: skip
"""Usual price (£), net weight (g) and purity (%) of a deal in the first month."""
DRIFT_PCT_PER_MONTH = {"heroin": -0.7, "crack": 0.6, "cocaine": 0.9, "cannabis": 0.1}
"""Percentage points that purity moves in a month: the planted trend."""
OPERATION_NAMES = (
    "Lantern",
    "Pebble",
    "Cormorant",
    "Halyard",
    "Juniper",
    "Windlass",
    "Sextant",
    "Bramble",
    "Topsail",
    "Kestrel",
    "Marram",
    "Foghorn",
    "Limpet",
    "Sandbar",
    "Thistle",
    "Quayside",
    "Beacon",
    "Driftwood",
)
PHASE_DAYS = 70
ARREST_DAYS = 14


@dataclass(frozen=True)
class Operation:
    """One operation: test-purchase phase from ``starts``, arrest phase from ``strikes`` to ``ends`` (days)."""

    name: str
    starts: int
    strikes: int
    ends: int
    area: int


@dataclass(frozen=True)
class Purchases:
    """The first extract, the laboratory's amendments, and the truth of every attempt."""

    first: Extract
    reported: Extract
    truth: pd.DataFrame


def make_operations(scene: Scene) -> list[Operation]:
    """Return operations that follow one another, two at a time in towns of 10,000 logs or more."""
    rng = scene.plan.stream("operations")
    lanes = 1 if scene.plan.scale < 0.2 else 2
    found: list[Operation] = []
    for lane in range(lanes):
        day = int(scene.calendar.starts[0]) + lane * 40
        while day < scene.calendar.starts[-2] - 7:
            length = PHASE_DAYS + int(rng.integers(-20, 20))
            name = OPERATION_NAMES[len(found) % len(OPERATION_NAMES)]
            name += f" {len(found) // len(OPERATION_NAMES) + 1}" if len(found) >= len(OPERATION_NAMES) else ""
            area = int(rng.integers(0, len(scene.ground.lsoas)))
            found.append(Operation(f"Operation {name}", day, day + length, day + length + ARREST_DAYS, area))
            day += length + ARREST_DAYS
    return found


def make_purchases(scene: Scene, operations: list[Operation]) -> Purchases:
    """Return all attempts of ``operations``, with the amendments that bring purity a month or two later."""
    rng = scene.plan.stream("purchases")
    attempts = _attempts(scene, operations, rng)
    attempts = pd.concat([attempts, _outcomes(scene, attempts, rng)], axis=1)
    attempts = pd.concat([attempts, _goods(scene, attempts, rng)], axis=1)
    frame = _frame(scene, attempts, rng)
    month = scene.calendar.month_of(attempts["day"].to_numpy())
    bought = (attempts["outcome"] == "purchase").to_numpy()
    late = bought & (rng.random(len(attempts)) < scene.plan.hardness.lab_pending)
    never = bought & ~late & (rng.random(len(attempts)) < 0.06)
    status = np.where(late, "pending", np.where(~bought | never, "none", "reported"))
    first = frame.assign(
        lab_status=np.where(bought, status, ""), purity_pct=np.where(status == "reported", frame["purity_pct"], "")
    )
    comes = month + rng.integers(1, 3, len(attempts))
    arrives = late & (comes < scene.calendar.months) & (rng.random(len(attempts)) < 0.93)
    ref, person = frame["tp_ref"].to_numpy(dtype=object), attempts["person"].to_numpy()
    amended = frame.assign(lab_status="reported")[arrives]
    return Purchases(
        extract("test_purchases", first, month, ref, person),
        extract("test_purchases", amended, comes[arrives], ref[arrives], person[arrives]),
        _truth(scene, attempts, ref),
    )


def _attempts(scene: Scene, operations: list[Operation], rng: np.random.Generator) -> pd.DataFrame:
    """Draw attempts of each operation at sites that were noticed in its first weeks, mostly within opening hours."""
    last = int(scene.calendar.starts[-2])
    per_day = 0.95 * max(1.0, scene.plan.scale**0.6) if scene.plan.scale >= 0.2 else 0.7
    sites, crews = scene.markets.sites, scene.markets.crews
    parts = []
    for number, operation in enumerate(operations):
        begin, end = operation.starts, min(operation.strikes, last)
        count = max(1, int(rng.poisson(per_day * (end - begin))))
        alive = ((sites["from_day"] < begin + 20) & (sites["to_day"] > begin)).to_numpy()
        weight = np.where(alive, crews["activity"].to_numpy()[sites["crew"]], 0.0)
        weight = weight if weight.sum() > 0 else np.ones(len(sites))
        chosen = rng.choice(len(sites), count, p=weight / weight.sum())
        day = begin + np.sort(rng.integers(0, max(1, end - begin), count))
        parts.append(pd.DataFrame({"operation": number, "site": chosen, "day": day}))
    table = pd.concat(parts, ignore_index=True)
    crew = sites["crew"].to_numpy()[table["site"]]
    hour = crews["opens_at"].to_numpy()[crew] + rng.random(len(table)) * crews["open_hours"].to_numpy()[crew]
    hour = np.where(rng.random(len(table)) < 0.82, hour, rng.uniform(9, 22, len(table)))
    inside = (hour - crews["opens_at"].to_numpy()[crew]) % 24 < crews["open_hours"].to_numpy()[crew]
    table = table.assign(crew=crew, day=table["day"] + np.minimum(hour % 24, 23.9) / 24, is_open=inside)
    return table.sort_values(["day", "site"], kind="stable").reset_index(drop=True)


def _outcomes(scene: Scene, attempts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return person (-1 nobody), outcome, introducer and minutes: who is there decides, then the market's type."""
    from market_profile.synthetic.reports import _person_at_work

    site = scene.markets.site_on(attempts["crew"].to_numpy(), attempts["day"].to_numpy())
    person = _person_at_work(scene, attempts["crew"].to_numpy(), attempts["day"].to_numpy(), rng)
    present = (site == attempts["site"].to_numpy()) & attempts["is_open"].to_numpy() & (person >= 0)
    kind = scene.markets.crews["type"].to_numpy(dtype=object)[attempts["crew"]]
    introduced = rng.random(len(attempts)) < np.array(
        [{"open": 0.04, "semi-open": 0.45, "closed": 0.5}[k] for k in kind]
    )
    alone = np.array([SELL_TO_STRANGER[k] for k in kind])
    helped = np.array([SELL_WITH_INTRODUCER[k] for k in kind])
    sold = rng.random(len(attempts)) < np.where(introduced, helped, alone)
    outcome = np.where(~present, "no_dealer", np.where(sold, "purchase", "refused")).astype(object)
    outcome = np.where(rng.random(len(attempts)) < 0.04, "aborted", outcome)
    met = np.isin(outcome, ["purchase", "refused"])
    usual = scene.markets.crews["minutes"].to_numpy()[attempts["crew"]]
    minutes = np.maximum(1, np.round(usual * rng.gamma(3.0, 1 / 3.0, len(attempts))))
    return pd.DataFrame({
        "person": np.where(met, person, -1), "outcome": outcome, "introduced": introduced,
        "minutes": np.where(outcome == "purchase", minutes, np.nan),
    })  # fmt: skip


def _goods(scene: Scene, attempts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return asked, supplied, deals, price (for all deals), net_g, gross_g and purity; NaN where nothing was bought."""
    crews = scene.markets.crews
    crew, count = attempts["crew"].to_numpy(), len(attempts)
    main, second = crews["drug"].to_numpy(dtype=object)[crew], crews["second_drug"].to_numpy(dtype=object)[crew]
    asked = np.where((second != "") & (rng.random(count) < 0.4), second, main)
    supplied = np.where((second != "") & (rng.random(count) < 0.06), second, asked)
    bought = (attempts["outcome"] == "purchase").to_numpy()
    price, weight, purity = (np.array([DEAL[d][k] for d in supplied]) for k in range(3))
    month = scene.calendar.month_of(attempts["day"].to_numpy())
    drift = np.array([DRIFT_PCT_PER_MONTH.get(d, 0.0) for d in supplied]) * month
    deals = rng.choice([1, 2, 3], count, p=[0.68, 0.27, 0.05])
    each = price * rng.choice([1.0, 2.0], count, p=[0.8, 0.2])
    discount = np.where((deals == 2) & (rng.random(count) < 0.6), 0.75, 1.0)
    net = weight * (each / price) * deals * np.exp(rng.normal(0, 0.22, count))
    pure = np.clip((purity + drift) * np.exp(rng.normal(0, 0.2, count)), 2, 97)
    net = np.maximum(np.round(net, 3), 0.02)
    gone = np.where(bought, 1.0, np.nan)
    return pd.DataFrame({
        "asked": asked, "supplied": np.where(bought, supplied, ""), "deals": deals * gone,
        "price": np.round(each * deals * discount) * gone, "net": net * gone,
        "gross": np.round(net + rng.uniform(0.05, 0.4, count), 3) * gone, "purity": np.round(pure, 1) * gone,
    })  # fmt: skip


def _frame(scene: Scene, attempts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count, day = len(attempts), attempts["day"].to_numpy()
    operations = make_operations(scene)
    number = attempts["operation"].to_numpy()
    names = np.array([operation.name for operation in operations], dtype=object)[number]
    strikes = np.array([operation.strikes for operation in operations])[number]
    site = attempts["site"].to_numpy()
    east, north = jitter(scene, rng, scene.markets.spot_e[site, 0], scene.markets.spot_n[site, 0], 18.0)
    street = scene.ground.streets["street"].to_numpy(dtype=object)[nearest_street(scene, east, north)]
    bought = (attempts["outcome"] == "purchase").to_numpy()
    met = attempts["person"].to_numpy() >= 0
    seller = write_mentions(
        scene, np.maximum(attempts["person"].to_numpy(), 0), day, number, purchase_setting(scene), "tp"
    )
    seller = seller.where(pd.Series(met), "")
    kind = scene.markets.crews["kind"].to_numpy(dtype=object)[attempts["crew"]]
    met_type = np.where(attempts["introduced"], "Y", "N")
    refs = pd.Series((np.arange(count) + 1).astype(str)).str.zfill(5)
    frame = pd.DataFrame({
        "tp_ref": "TP" + refs, "operation": names, "phase": "test purchase",
        "authority_ref": pd.Series([f"RIPA-{n + 101}" for n in range(len(operations))])[number].to_numpy(dtype=object),
        "authority_expires": day_text(strikes + 21, scene), "attempted_at": time_text(day, scene),
        "outcome": attempts["outcome"], "contact_mode": kind,
        "introducer_needed": np.where(np.isin(attempts["outcome"], ["purchase", "refused"]), met_type, ""),
        "minutes_to_deal": number_text(attempts["minutes"].to_numpy(), 0),
        "drug_asked": drug_words(attempts["asked"].to_numpy(dtype=object), rng),
        "drug_supplied": drug_words(attempts["supplied"].to_numpy(dtype=object), rng),
    })  # fmt: skip
    frame = pd.concat([frame, _price_texts(scene, attempts, rng)], axis=1)
    frame = frame.assign(
        gross_g=number_text(attempts["gross"].to_numpy(), 3),
        net_g=number_text(attempts["net"].to_numpy(), 3),
        purity_pct=_purity_text(scene, attempts["purity"].to_numpy(), rng),
        lab_status="",
        exhibit_ref=np.where(bought, "EX/" + refs, ""),
        easting_m=number_text(east, 0),
        northing_m=number_text(north, 0),
        latitude="",
        longitude="",
        location_text=street,
    )
    for column in ("nominal_ref", "surname", "forenames", "aliases", "date_of_birth", "phone"):
        frame[f"seller_{column}"] = seller[column]
    return frame


def _price_texts(scene: Scene, attempts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return deals and price_gbp: a number, '£10', '£10.00', or '2 for £15' (then deals is sometimes left out)."""
    price, deals = number_text(attempts["price"].to_numpy(), 0), number_text(attempts["deals"].to_numpy(), 0)
    u = rng.random(len(attempts))
    share = scene.plan.hardness.price_as_text
    is_text = (u < share) & (price != "")
    several = is_text & (attempts["deals"].to_numpy() > 1)
    pounds = "£" + pd.Series(price, dtype="str")
    spoken = pd.Series(deals, dtype="str") + " for " + pounds
    written = np.where(several, spoken, np.where(u < share / 2, pounds, pounds + ".00"))
    silent = several & (rng.random(len(attempts)) < 0.6)
    return pd.DataFrame({"deals": np.where(silent, "", deals), "price_gbp": np.where(is_text, written, price)}).astype(
        object
    )


def _purity_text(scene: Scene, purity: Array, rng: np.random.Generator) -> Array:
    as_fraction = rng.random(len(purity)) < scene.plan.hardness.purity_as_fraction
    return np.where(as_fraction, number_text(purity / 100, 3), number_text(purity, 1))


def _truth(scene: Scene, attempts: pd.DataFrame, ref: Array) -> pd.DataFrame:
    """Return tp_ref, market_id and the true price, deals, weight and purity (also where no answer came)."""
    pure = attempts["net"] * attempts["purity"] / 100
    return pd.DataFrame(
        {
            "tp_ref": ref,
            "market_id": scene.markets.sites["market_id"].to_numpy(dtype=object)[attempts["site"]],
            "attempted_on": day_text(attempts["day"].to_numpy(), scene),
            "outcome": attempts["outcome"],
            "drug": attempts["supplied"],
            "deals": attempts["deals"],
            "price_gbp": attempts["price"],
            "net_g": attempts["net"],
            "purity_pct": attempts["purity"],
            "price_per_pure_g_gbp": np.round(attempts["price"] / pure, 2),
        }
    )
