"""One operation of Clear, Hold, Build, and the reports that residents make more of once it begins (seed 004)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, day_text, extract, number_text, time_text

NAME = "Operation Causeway"
PHASES = (
    ("clear", "warrants and arrests", 0, 45),
    ("hold", "patrols and visits", 45, 150),
    ("build", "residents", 150, 0),
)
"""Phase, tactic, first day after the start and last; the last phase is still open."""
EXTRA_REPORTS, EXTRA_DAYS = 45, 150
"""More reports by residents while it clears and holds: confidence, not harm."""


def first_day(scene: Scene) -> int:
    """Return the day on which it begins: the first of the month in the middle of the town's months."""
    return int(scene.calendar.starts[scene.calendar.months // 2])


def make_clear_hold_build(scene: Scene) -> Extract:
    """Return the operation's rows, one a phase, in the file of the month in which the phase starts."""
    rng = scene.plan.stream("clear-hold-build")
    start, last = first_day(scene), int(scene.calendar.starts[-2])
    code = scene.ground.lsoas["area_code"].iloc[_area(scene)]
    rows, month = [], []
    for phase, tactic, begins, ends in PHASES:
        day, end = start + begins, start + ends - 1
        if day >= last:
            continue
        hours = float(rng.integers(200, 900))
        rows.append({
            "operation": NAME, "phase": phase, "tactic": tactic,
            "starts_on": str(day_text(np.array([day]), scene)[0]),
            "ends_on": str(day_text(np.array([end]), scene)[0]) if ends and end < last else "",
            "area_code": code, "resource_hours": f"{hours:.0f}", "cost_gbp": f"{hours * 38:.2f}",
        })  # fmt: skip
        month.append(int(scene.calendar.month_of(np.array([day]))[0]))
    frame = pd.DataFrame(rows)
    ref = frame["operation"] + "/" + frame["phase"] + "/" + frame["tactic"] + "/" + frame["starts_on"]
    return extract("operations", frame, np.array(month), ref.to_numpy(dtype=object))


def make_confident_reports(scene: Scene) -> Extract:
    """Return the further reports of residents in its area, while it clears and holds."""
    rng = scene.plan.stream("clear-hold-build-reports")
    start, last = first_day(scene), int(scene.calendar.starts[-2])
    day = np.sort(rng.uniform(start + 1, start + EXTRA_DAYS, EXTRA_REPORTS))
    day = day[day < last - 0.01]
    area = _area(scene)
    streets = scene.ground.streets
    inside = np.flatnonzero(streets["area"].to_numpy() == area)
    row = rng.choice(inside if len(inside) else np.arange(len(streets)), len(day))
    harm = rng.choice(np.array(["asb_report", "community_call"], dtype=object), len(day))
    ref = ("HC" + pd.Series((np.arange(len(day)) + 1).astype(str)).str.zfill(5)).to_numpy(dtype=object)
    frame = pd.DataFrame({
        "event_ref": ref, "occurred_at": time_text(day, scene),
        "harm": harm, "status": "", "drug": "",
        "area_code": scene.ground.lsoas["area_code"].iloc[area],
        "easting_m": number_text(streets["easting_m"].to_numpy()[row], 0),
        "northing_m": number_text(streets["northing_m"].to_numpy()[row], 0),
    })  # fmt: skip
    return extract("harm_events", frame, scene.calendar.month_of(day), ref)


def _area(scene: Scene) -> int:
    """Return the area with most market sites, the first of equals."""
    return int(np.bincount(scene.markets.sites["area"].to_numpy(), minlength=len(scene.ground.lsoas)).argmax())
