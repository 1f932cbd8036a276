"""The planted truth, written apart from the inbox: for tests and benchmarks only, never read by the profile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from market_profile.synthetic.markets import SELL_TO_STRANGER
from market_profile.synthetic.outbox import Outbox
from market_profile.synthetic.plan import Array
from market_profile.synthetic.purchases import DEAL, DRIFT_PCT_PER_MONTH
from market_profile.synthetic.reports import VISIBILITY
from market_profile.synthetic.roles import roles_frame
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import day_text

SPOT_SHARES = (0.55, 0.2, 0.15, 0.1)


def write_truth(folder: Path, scene: Scene, outbox: Outbox, placed: dict[str, pd.DataFrame]) -> None:
    """Write every truth file below ``folder`` (CSV); ``placed`` are the written rows with ``_file`` and ``_line``."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "persons": _persons(scene),
        "mentions": mentions(scene, placed),
        "roles": roles_frame(scene),
        "supply_edges": _edges(scene),
        "markets": _markets(scene),
        "supply_events": _supply_events(scene),
        "next_events": _next_events(scene, outbox),
        "logs": outbox.log_truth,
        "arrests_replacement": _replacements(scene),
        "would_succeed": _would_succeed(scene),
        "purchases": outbox.purchase_truth,
        "purity_price": _purity_price(scene),
        "area_bias": _area_bias(scene, outbox),
        "bad_rows": bad_rows(placed),
        "files": file_accounts(placed),
    }
    for name, frame in files.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _persons(scene: Scene) -> pd.DataFrame:
    frame = scene.people.frame
    return pd.DataFrame(
        {
            "person_id": frame["person_id"],
            "role": frame["role"],
            "surname": frame["surname"],
            "forename": frame["forename"],
            "alias": frame["alias"],
            "alias_2": frame["alias_2"],
            "sex": frame["sex"],
            "nominal_ref": frame["nominal_ref"],
            "date_of_birth": np.datetime_as_string(frame["birth"].to_numpy().astype("datetime64[D]"), unit="D"),
            "family": frame["family"],
        }
    )


def mentions(scene: Scene, placed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return kind, record_ref, subject_no, person_id, file, line of every accepted mention of a person.

    Kinds without a key have no ``record_ref`` here: join them by file and line.
    """
    parts = []
    for kind, rows in placed.items():
        good = rows[(rows["_person"] >= 0) & rows["_accepted"] & ~rows["_duplicate"]]
        subject = good["subject_no"] if kind == "log_subjects" else "1"
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "record_ref": good["_ref"],
                    "subject_no": subject,
                    "person_id": scene.person_ids(good["_person"].to_numpy(dtype=int)),
                    "file": good["_file"],
                    "line": good["_line"],
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    again = (table["record_ref"] != "") & table.duplicated(["kind", "record_ref", "subject_no"])
    return table[~again].reset_index(drop=True)


def _edges(scene: Scene) -> pd.DataFrame:
    ties = scene.ties
    crew, day = ties["crew"].to_numpy(), ties["from_day"].to_numpy()
    site = np.where(crew >= 0, scene.markets.site_on(np.maximum(crew, 0), day), -1)
    return pd.DataFrame(
        {
            "supplier_id": scene.person_ids(ties["source"].to_numpy()),
            "buyer_id": scene.person_ids(ties["target"].to_numpy()),
            "relation": ties["relation"],
            "from": day_text(day, scene),
            "to": day_text(ties["to_day"].to_numpy(), scene),
            "market_id": _market_ids(scene, site),
            "level": ties["level"],
        }
    )


def _market_ids(scene: Scene, site: Array) -> Array:
    ids = scene.markets.sites["market_id"].to_numpy(dtype=object)
    return np.where(site >= 0, ids[np.maximum(site, 0)], "")


def _markets(scene: Scene) -> pd.DataFrame:
    sites = scene.markets.sites
    crews = scene.markets.crews.iloc[sites["crew"].to_numpy()].reset_index(drop=True)
    opens, closes = crews["opens_at"], (crews["opens_at"] + crews["open_hours"]) % 24
    return pd.DataFrame(
        {
            "market_id": sites["market_id"],
            "kind": crews["kind"],
            "type": crews["type"],
            "drug": crews["drug"],
            "second_drug": crews["second_drug"],
            "easting_m": sites["easting_m"],
            "northing_m": sites["northing_m"],
            "area_code": scene.ground.lsoas["area_code"].to_numpy()[sites["area"]],
            "open_from": day_text(sites["from_day"].to_numpy(), scene),
            "open_to": day_text(sites["to_day"].to_numpy(), scene),
            "hours": [f"{a:02d}-{b:02d}" for a, b in zip(opens, closes, strict=True)],
            "replacement_days": crews["replacement_days"],
            "posts": crews["posts"],
            "activity": crews["activity"].round(4),
            "crew": [f"C{number + 1:04d}" for number in sites["crew"]],
            "line_ref": crews["line_ref"],
        }
    )


def _by_site_month(scene: Scene) -> pd.DataFrame:
    days = scene.site_days()
    days["month"] = scene.calendar.month_of(days["day"].to_numpy())
    days = days[(days["month"] >= 0) & (days["month"] <= scene.calendar.months)]
    grouped = days.groupby(["month", "site"], sort=True)
    return grouped.agg(deals=("deals", "sum"), days=("day", "size")).reset_index()


def _supply_events(scene: Scene) -> pd.DataFrame:
    """Return the true deals of each market, spot and month, the month after the last included."""
    table = _by_site_month(scene)
    spots = len(SPOT_SHARES)
    rows = table.loc[table.index.repeat(spots)].reset_index(drop=True)
    spot = np.tile(np.arange(spots), len(table))
    n = scene.plan.stream("true-deals").poisson(rows["deals"] * np.array(SPOT_SHARES)[spot])
    site = rows["site"].to_numpy()
    return pd.DataFrame({
        "month": np.array(scene.calendar.names, dtype=object)[rows["month"]], "market_id": _market_ids(scene, site),
        "easting_m": scene.markets.spot_e[site, spot], "northing_m": scene.markets.spot_n[site, spot], "n": n,
    })  # fmt: skip


def _next_events(scene: Scene, outbox: Outbox) -> pd.DataFrame:
    """Return the placed logs of the month after the last: what a forecast of it is scored against."""
    logs = outbox.log_truth
    logs = logs[(logs["month"] == scene.calendar.names[-1]) & logs["reported_easting_m"].notna()]
    columns = [
        "urn",
        "month",
        "topic",
        "market_id",
        "is_false",
        "provenance",
        "reported_easting_m",
        "reported_northing_m",
    ]
    return logs[columns].rename(columns={"reported_easting_m": "easting_m", "reported_northing_m": "northing_m"})


def _replacements(scene: Scene) -> pd.DataFrame:
    taken = scene.dealer_arrests
    taken = taken[taken["site"] >= 0]
    replaced = taken["replaced_day"].to_numpy()
    return pd.DataFrame(
        {
            "market_id": _market_ids(scene, taken["site"].to_numpy()),
            "person_id": scene.person_ids(taken["person"].to_numpy()),
            "arrested_on": day_text(taken["arrested_day"].to_numpy(), scene),
            "replaced_on": np.where(replaced >= 0, day_text(np.maximum(replaced, 0), scene), ""),
            "days": np.where(replaced >= 0, replaced - taken["arrested_day"].to_numpy(), -1),
            "others_at_work": taken["others_at_work"],
        }
    )


def _would_succeed(scene: Scene) -> pd.DataFrame:
    """Return, by month, the probability that a stranger who asks within hours is sold to, by market and by person."""
    table = _by_site_month(scene)
    names = np.array(scene.calendar.names, dtype=object)
    kind = scene.markets.crews["type"].to_numpy(dtype=object)[scene.markets.sites["crew"].to_numpy()[table["site"]]]
    sale = np.array([SELL_TO_STRANGER[k] for k in kind])
    length = np.diff(scene.calendar.starts)[table["month"]]
    places = pd.DataFrame(
        {
            "month": names[table["month"]],
            "target_kind": "place",
            "target_id": _market_ids(scene, table["site"].to_numpy()),
            "probability": np.round(table["days"].to_numpy() / length * sale, 4),
        }
    )
    stints = scene.careers.stints
    parts = [places]
    for month in range(scene.calendar.months + 1):
        low, high = scene.calendar.starts[month], scene.calendar.starts[month + 1]
        days = np.minimum(stints["to_day"], high) - np.maximum(stints["from_day"], low)
        now = stints[days > 0]
        sale = np.array([SELL_TO_STRANGER[k] for k in scene.markets.crews["type"].to_numpy()[now["crew"]]])
        chance = days[days > 0].to_numpy() / (high - low) * sale
        people = pd.DataFrame(
            {
                "month": names[month],
                "target_kind": "nominal",
                "target_id": scene.person_ids(now["person"].to_numpy()),
                "probability": chance,
            }
        )
        best = (
            people.groupby(["month", "target_kind", "target_id"], sort=True)["probability"].sum().clip(upper=1).round(4)
        )
        parts.append(best.reset_index())
    return pd.concat(parts, ignore_index=True)


def _purity_price(scene: Scene) -> pd.DataFrame:
    """Return the planted medians by drug and month: price and weight of a deal, purity, price per pure gram."""
    rows = [(name, drug, *DEAL[drug][:2], DEAL[drug][2] + DRIFT_PCT_PER_MONTH.get(drug, 0.0) * month)
            for month, name in enumerate(scene.calendar.names) for drug in DEAL]  # fmt: skip
    table = pd.DataFrame(rows, columns=["month", "drug", "price_per_deal_gbp", "net_g_per_deal", "purity_pct"])
    pure = table["net_g_per_deal"] * table["purity_pct"] / 100
    return table.assign(price_per_pure_g_gbp=(table["price_per_deal_gbp"] / pure).round(2))


def _area_bias(scene: Scene, outbox: Outbox) -> pd.DataFrame:
    """Return by area: whether it is patrolled, the reporting factor, deals, noticeable deals, logs on its markets."""
    lsoas, sites = scene.ground.lsoas, scene.markets.sites
    area_of = dict(zip(sites["market_id"], sites["area"], strict=True))
    table = _by_site_month(scene)
    table = table[table["month"] < scene.calendar.months]
    kind = scene.markets.crews["kind"].to_numpy()[sites["crew"].to_numpy()[table["site"]]]
    table["seen"] = table["deals"] * np.array([VISIBILITY[k] for k in kind])
    deals = table.groupby(sites["area"].to_numpy()[table["site"]])[["deals", "seen"]].sum()
    logs = outbox.log_truth
    inside = (logs["topic"] == "market") & (logs["month"] != scene.calendar.names[-1])
    counts = logs.loc[inside, "market_id"].map(area_of).value_counts()
    rows = pd.RangeIndex(len(lsoas))
    return pd.DataFrame(
        {
            "area_code": lsoas["area_code"],
            "is_patrolled": lsoas["is_patrolled"].astype(int),
            "reporting_factor": np.where(lsoas["is_patrolled"], scene.plan.hardness.patrol_factor, 1.0),
            "true_deals": deals["deals"].reindex(rows).fillna(0).round(1).to_numpy(),
            "noticeable_deals": deals["seen"].reindex(rows).fillna(0).round(1).to_numpy(),
            "logs": counts.reindex(rows).fillna(0).astype(int).to_numpy(),
        }
    )


def bad_rows(placed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return kind, file, line, record_ref, reason_code, column, is_accepted of every planted fault."""
    parts = []
    for kind, rows in placed.items():
        bad = rows[rows["_reason"] != ""]
        parts.append(pd.DataFrame({
            "kind": kind, "file": bad["_file"], "line": bad["_line"], "record_ref": bad["_ref"],
            "reason_code": bad["_reason"], "column": bad["_column"], "is_accepted": bad["_accepted"].astype(int),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def file_accounts(placed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what each file must come to: read = accepted + quarantined + duplicate."""
    parts = []
    for kind, rows in placed.items():
        counted = pd.DataFrame({
            "file": rows["_file"], "read": 1, "quarantined": (~rows["_accepted"].astype(bool)).astype(int),
            "duplicate": rows["_duplicate"].astype(int),
        })  # fmt: skip
        total = counted.groupby("file", sort=True).sum().reset_index()
        total["accepted"] = total["read"] - total["quarantined"] - total["duplicate"]
        parts.append(total.assign(kind=kind)[["kind", "file", "read", "accepted", "quarantined", "duplicate"]])
    return pd.concat(parts, ignore_index=True)
