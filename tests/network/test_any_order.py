"""A made-up quarter with every kind of record: its network in any order of rows, and newcomers one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from small_worlds import People, log, people, tables

from market_profile.contracts.tables import Tables
from market_profile.network import build_network
from market_profile.network.replacement import (
    COLLEAGUE_DAYS,
    REACH_M,
    _newcomers,
)
from market_profile.network.waits import HORIZON_DAYS
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings

FEBRUARY, MARCH = Month("2019-02"), Month("2019-03")
FOLK = [f"N{i:02d}" for i in range(14)]
ROLES = ("dealer", "user", "runner", "supplier", "")


def quarter(seed: int) -> tuple[Tables, People]:
    """Return records of January to March and who is who in them."""
    chance = np.random.default_rng(seed)

    def day() -> str:
        return str(pd.Timestamp("2019-01-01") + pd.Timedelta(minutes=int(chance.integers(0, 89 * 1440))))

    def place() -> dict[str, float]:
        east, north = chance.integers(0, 4, 2) * 70.0
        return {"easting_m": 530_000 + east, "northing_m": 104_000 + north}

    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("logs", "subjects", "links", "arrests", "bought")}
    who: list[tuple[str, str, str, str]] = []
    for number in range(120):
        urn, grade = f"u{number:03d}", "E" if chance.random() < 0.1 else "B"
        rows["logs"].append(log(urn, day(), intelligence_assessment=grade, source_ref=f"s{number % 9}", **place()))
        named = chance.permutation(len(FOLK))[: chance.integers(1, 5)]
        for place_in_log, person in enumerate(named, start=1):
            phone = f"0700090000{chance.integers(3)}" if chance.random() < 0.3 else ""
            role = ROLES[chance.integers(len(ROLES))]
            rows["subjects"].append({"urn": urn, "subject_no": str(place_in_log), "role": role, "phone": phone})
            who.append(("log_subjects", urn, str(place_in_log), FOLK[person]))
        if len(named) > 1 and chance.random() < 0.6:
            link = {"urn": urn, "from_subject_no": "1", "to_subject_no": "2"}
            rows["links"].append({**link, "relation": str(chance.choice(["supplies", "associates", "runs_for"]))})
    for number in range(16):
        custody, bought = f"k{number:02d}", f"t{number:02d}"
        rows["arrests"].append({"custody_ref": custody, "arrested_at": day(), "operation": f"op{number % 3}"})
        rows["bought"].append({"tp_ref": bought, "attempted_at": day(), "outcome": "purchase", **place()})
        who.append(("arrests", custody, "1", str(chance.choice(FOLK))))
        who.append(("test_purchases", bought, "1", str(chance.choice(FOLK))))
    records = tables(
        intelligence_logs=rows["logs"], log_subjects=rows["subjects"], log_links=rows["links"],
        arrests=rows["arrests"], test_purchases=rows["bought"],
    )  # fmt: skip
    return records, people(*who)


def test_rows_in_any_order_give_one_network() -> None:
    records, who = quarter(4)
    before = build_network(records, who, FEBRUARY, NetworkSettings(), {}).state
    plain = build_network(records, who, MARCH, NetworkSettings(), before)
    assert len(plain.changes)
    assert plain.replacement.clocks["is_replaced"].any()
    for seed in (1, 2):
        chance = np.random.default_rng(seed)
        frames = {name: frame.iloc[chance.permutation(len(frame))] for name, frame in records.frames.items()}
        mixed = replace(who, records=who.records.iloc[chance.permutation(len(who.records))])
        found = build_network(Tables(frames), mixed, MARCH, NetworkSettings(), before)
        for name in ("edges", "nodes", "changes", "supply", "logs", "window", "phones", "things", "uses"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(plain, name))
        pd.testing.assert_frame_equal(found.replacement.clocks, plain.replacement.clocks)
        assert found.key_players == plain.key_players


def test_newcomers_equal_one_record_after_another() -> None:
    records, who = quarter(5)
    supply = build_network(records, who, MARCH, NetworkSettings(), {}).supply
    removed = pd.DataFrame(
        {
            "custody_ref": ["k1", "k2", "k3"],
            "nominal_id": FOLK[:3],
            "arrested_at": pd.to_datetime(["2019-01-20", "2019-02-10", "2019-03-01"]).astype("datetime64[us]"),
            "phone": ["", "07000900001", "07000900002"],
            "easting_m": [530_000.0, 530_070.0, np.nan],
            "northing_m": [104_000.0, 104_070.0, np.nan],
        }
    )
    found = _newcomers(removed, supply, pd.Series("dealer", index=FOLK), MARCH)
    plain: dict[tuple[int, str], list[tuple[float, str]]] = {}
    for clock, gone in enumerate(removed.to_dict("records")):
        for row in supply[~supply["is_suspected_false"]].to_dict("records"):
            apart = np.hypot(row["easting_m"] - gone["easting_m"], row["northing_m"] - gone["northing_m"])
            is_same_line = gone["phone"] != "" and row["phone"] == gone["phone"]
            wait = (row["observed_at"] - gone["arrested_at"]) / pd.Timedelta(days=1)
            if (apart <= REACH_M or is_same_line) and row["nominal_id"] != gone["nominal_id"]:
                plain.setdefault((clock, row["nominal_id"]), []).append((wait, row["record_ref"]))
    expected = []
    for (clock, person), told in sorted(plain.items()):
        later = [(wait, ref) for wait, ref in told if 0 < wait <= HORIZON_DAYS]
        if later and not any(-COLLEAGUE_DAYS < wait <= 0 for wait, _ in told):
            waits = [wait for wait, _ in later]
            expected.append((clock, person, min(waits), max(waits), len({ref for _, ref in later})))
    assert len(expected) > 2
    columns = ["clock", "other_id", "first", "last", "records"]
    pd.testing.assert_frame_equal(found[columns], pd.DataFrame(expected, columns=columns), check_dtype=False)
