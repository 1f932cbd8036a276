"""What police and partners did: operations, county lines, assets and disruptions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.purchases import Operation
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, day_text, extract, number_text

TACTICS = (
    ("test purchase", "test purchase", 0),
    ("arrest", "warrants", 1),
    ("arrest", "arrests", 1),
    ("outreach", "outreach team", 1),
    ("high visibility", "patrols", 1),
)
ASSET_STAGES = ("seized", "restrained", "ordered", "recovered", "reinvested")


def make_operation_rows(scene: Scene, operations: list[Operation]) -> Extract:
    """Return one row a tactic of a phase, in the file of the month it starts; running ones have no end yet."""
    rng = scene.plan.stream("operation-rows")
    last = int(scene.calendar.starts[-2])
    rows, month = [], []
    for operation in operations:
        for phase, tactic, stage in TACTICS:
            start = operation.strikes if stage else operation.starts
            end = operation.ends if stage else operation.strikes - 1
            if start >= last:
                continue
            hours = float(rng.integers(30, 400))
            rows.append({
                "operation": operation.name, "phase": phase, "tactic": tactic,
                "starts_on": str(day_text(np.array([start]), scene)[0]),
                "ends_on": str(day_text(np.array([end]), scene)[0]) if end < last else "",
                "area_code": scene.ground.lsoas["area_code"].iloc[operation.area],
                "resource_hours": f"{hours:.0f}", "cost_gbp": f"{hours * 38:.2f}",
            })  # fmt: skip
            month.append(int(scene.calendar.month_of(np.array([start]))[0]))
    frame = pd.DataFrame(rows)
    ref = frame["operation"] + "/" + frame["phase"] + "/" + frame["tactic"] + "/" + frame["starts_on"]
    return extract("operations", frame, np.array(month), ref.to_numpy(dtype=object))


def make_county_lines(scene: Scene) -> tuple[Extract, Extract]:
    """Return lines when first seen, and the amendments that say they were closed."""
    rng = scene.plan.stream("lines")
    crews = scene.markets.crews
    lines = np.flatnonzero(crews["is_county_line"].to_numpy())
    stints = scene.careers.stints
    opened = stints[stints["crew"].isin(lines)].groupby("crew", sort=True)["from_day"].min().reindex(lines).to_numpy()
    last = int(scene.calendar.starts[-2])
    kept = opened < last - 1
    lines, opened = lines[kept], opened[kept]
    seen = np.maximum(opened, scene.calendar.starts[0] - 100)
    drugs = np.where(crews["second_drug"] != "", crews["drug"] + "|" + crews["second_drug"], crews["drug"])[lines]
    frame = pd.DataFrame(
        {
            "line_ref": crews["line_ref"].to_numpy(dtype=object)[lines],
            "first_seen": day_text(seen, scene),
            "status": "active",
            "closed_on": "",
            "closure_evidence": "",
            "drugs": drugs,
            "cuckooed_addresses": number_text(rng.poisson(1.4, len(lines)), 0),
            "safeguarding_visits": number_text(rng.poisson(2.2, len(lines)), 0),
        }
    )
    month = np.maximum(0, scene.calendar.month_of(seen))
    ref = frame["line_ref"].to_numpy(dtype=object)
    closed = seen + rng.integers(60, 300, len(lines))
    shut = (closed < last) & (scene.calendar.month_of(closed) > month) & (rng.random(len(lines)) < 0.6)
    after = frame.assign(status="closed", closed_on=day_text(closed, scene),
                         closure_evidence="line holder in custody, number no longer in use")[shut]  # fmt: skip
    return extract("county_lines", frame, month, ref), extract(
        "county_lines", after, scene.calendar.month_of(closed)[shut], ref[shut]
    )


def make_assets(scene: Scene) -> Extract:
    """Return asset cases, stage by stage; amounts shrink from stage to stage."""
    rng = scene.plan.stream("assets")
    cases = max(3, round(22 * scene.plan.scale**0.6))
    start = rng.integers(scene.calendar.starts[0], scene.calendar.starts[-2], cases)
    reached = rng.integers(1, 6, cases)
    who = np.repeat(np.arange(cases), reached)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(reached) - reached, reached)
    day = start[who] + turn * 45
    amount = np.round(rng.lognormal(np.log(4_000), 1.1, cases), 2)[who] * 0.8**turn
    kept = day < scene.calendar.starts[-2]
    who, turn, day, amount = who[kept], turn[kept], day[kept], amount[kept]
    frame = pd.DataFrame({
        "case_ref": np.array([f"AC{n + 1:04d}" for n in range(cases)], dtype=object)[who],
        "stage": np.array(ASSET_STAGES, dtype=object)[turn], "stage_on": day_text(day, scene),
        "amount_gbp": number_text(amount, 2),
    })  # fmt: skip
    ref = frame["case_ref"] + "/" + frame["stage"] + "/" + frame["stage_on"]
    return extract("assets", frame, scene.calendar.month_of(day), ref.to_numpy(dtype=object))


def make_disruptions(scene: Scene, operations: list[Operation]) -> Extract:
    """Return disruptions of groups, most of them minor, tied to the operation that struck."""
    rng = scene.plan.stream("disruptions")
    count = max(3, round(30 * scene.plan.scale**0.6))
    day = np.sort(rng.integers(scene.calendar.starts[0], scene.calendar.starts[-2], count))
    name = np.array([o.name for o in operations] + [""], dtype=object)[rng.integers(0, len(operations) + 1, count)]
    ref = np.array([f"D{n + 1:04d}" for n in range(count)], dtype=object)
    level = np.array(["minor", "moderate", "major"], dtype=object)[rng.choice(3, count, p=[0.6, 0.3, 0.1])]
    frame = pd.DataFrame({"disruption_ref": ref, "on": day_text(day, scene), "level": level, "operation": name})
    return extract("disruptions", frame, scene.calendar.month_of(day), ref)
