"""Arrests, convictions and court orders: records made with the person at the desk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.mentions import custody_setting, write_mentions
from market_profile.synthetic.plan import Array
from market_profile.synthetic.purchases import Operation
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.seizures import _operation
from market_profile.synthetic.texts import Extract, british, day_text, extract, time_text

ARRESTS_PER_LOG = 0.08
"""Arrests of users and others for each log; those of dealers at their posts come on top."""
OFFENCES = (
    ("92A", "drug trafficking"), ("92D", "drug possession"), ("92E", "drug possession"), ("46", "shoplifting"),
    ("28E", "burglary dwelling"), ("45", "vehicle crime"), ("8N", "violence"), ("34B", "robbery"),
)  # fmt: skip
USER_MIX = (0.03, 0.2, 0.13, 0.34, 0.08, 0.08, 0.1, 0.04)


def make_arrests(scene: Scene, operations: list[Operation]) -> Extract:
    """Return arrests: every dealer taken from a post, and users who offend over and over."""
    rng = scene.plan.stream("arrests")
    low, high = scene.calendar.starts[0], scene.calendar.starts[-2]
    taken = scene.dealer_arrests
    taken = taken[(taken["arrested_day"] >= low) & (taken["arrested_day"] < high)]
    dealers = pd.DataFrame(
        {
            "person": taken["person"],
            "day": taken["arrested_day"] + rng.uniform(0.3, 0.95, len(taken)),
            "offence": 0,
            "is_dealer": True,
        }
    )
    count = max(10, round(scene.plan.logs * ARRESTS_PER_LOG))
    people = np.concatenate([scene.people.of_role(role) for role in ("user", "user", "runner", "associate")])
    habit = rng.gamma(0.5, 1.0, len(people))
    others = pd.DataFrame({
        "person": rng.choice(people, count, p=habit / habit.sum()), "day": rng.uniform(low, high - 0.01, count),
        "offence": rng.choice(len(OFFENCES), count, p=USER_MIX), "is_dealer": False,
    })  # fmt: skip
    rows = pd.concat([dealers, others], ignore_index=True).sort_values(["day", "person"], kind="stable")
    return _arrest_extract(scene, rows.reset_index(drop=True), operations, rng)


def _arrest_extract(scene: Scene, rows: pd.DataFrame, operations: list[Operation], rng: np.random.Generator) -> Extract:
    count, day, person = len(rows), rows["day"].to_numpy(), rows["person"].to_numpy()
    written = write_mentions(scene, person, day, person % 2, custody_setting(scene), "arrests")
    dealer = rows["is_dealer"].to_numpy()
    codes, groups = (np.array([o[k] for o in OFFENCES], dtype=object)[rows["offence"]] for k in range(2))
    tested = rng.random(count) < 0.7
    result = np.where(rng.random(count) < 0.62, "positive", "negative")
    charged = rng.random(count) < np.where(dealer, 0.75, 0.5)
    decided = day + rng.integers(1, 60, count)
    known = decided < scene.calendar.starts[-2]
    held = np.where(dealer & charged, rng.integers(20, 200, count), rng.integers(0, 3, count))
    ref = ("CR" + pd.Series((np.arange(count) + 1).astype(str)).str.zfill(6)).to_numpy(dtype=object)
    frame = pd.DataFrame({"custody_ref": ref, "arrested_at": british(time_text(day, scene))})
    frame = pd.concat([frame, written[["nominal_ref", "surname", "forenames", "aliases", "date_of_birth"]]], axis=1)
    frame = frame.assign(
        offence_code=codes, offence_group=groups, operation=_operation(operations, day, dealer),
        drug_test_result=np.where(tested, result, ""),
        disposal=np.where(known, np.where(charged, "charged", "no further action"), ""),
        disposal_date=np.where(known, british(day_text(decided, scene)), ""),
        days_in_custody=pd.Series(held.astype(str)).to_numpy(dtype=object),
    )  # fmt: skip
    return extract("arrests", frame, scene.calendar.month_of(day), ref, person)


def make_convictions(scene: Scene) -> Extract:
    """Return convictions, with those of the two years before the first month in its file."""
    rng = scene.plan.stream("convictions")
    count = max(8, round(scene.plan.logs * 0.05))
    people = np.concatenate([scene.people.of_role(role) for role in ("user", "dealer", "runner", "line_holder")])
    habit = rng.gamma(0.6, 1.0, len(people))
    person = rng.choice(people, count, p=habit / habit.sum())
    day = rng.uniform(scene.calendar.starts[0] - 730, scene.calendar.starts[-2] - 0.01, count)
    order = np.lexsort((person, day))
    person, day = person[order], day[order]
    written = write_mentions(scene, person, np.maximum(day, 0), person % 2, custody_setting(scene), "convictions")
    frame = written[["nominal_ref", "surname", "forenames", "date_of_birth"]].assign(
        convicted_on=day_text(day, scene),
        offence_group=np.array([o[1] for o in OFFENCES], dtype=object)[rng.choice(len(OFFENCES), count, p=USER_MIX)],
    )
    month = np.maximum(0, scene.calendar.month_of(day))
    return extract("convictions", frame, month, None, person)


def make_court_orders(scene: Scene) -> Extract:
    """Return drug rehabilitation and other orders, one row a test; repeated positives rarely end in a breach."""
    rng = scene.plan.stream("orders")
    frame = scene.people.frame
    users = scene.people.of_role("user")
    users = users[frame["nominal_ref"].to_numpy()[users] != ""]
    chosen = np.sort(rng.permutation(users)[: max(4, len(users) // 12)])
    made = rng.integers(
        scene.calendar.starts[0], max(scene.calendar.starts[0] + 1, scene.calendar.starts[-2] - 20), len(chosen)
    )
    tests = rng.integers(1, 7, len(chosen))
    who = np.repeat(np.arange(len(chosen)), tests)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(tests) - tests, tests)
    test_day = made[who] + 14 * (turn + 1)
    kept = test_day < scene.calendar.starts[-2]
    who, test_day, turn = who[kept], test_day[kept], turn[kept]
    positive = rng.random(len(who)) < rng.beta(2, 1.5, len(chosen))[who]
    breached = positive & (turn >= 3) & (rng.random(len(who)) < 0.12)
    rows = pd.DataFrame({
        "nominal_ref": frame["nominal_ref"].to_numpy(dtype=object)[chosen[who]],
        "order": np.where(rng.random(len(chosen)) < 0.7, "drr", "other")[who],
        "made_on": day_text(made[who], scene), "test_on": day_text(test_day, scene),
        "test_result": np.where(positive, "positive", "negative"),
        "breached_on": np.where(breached, day_text(test_day + 1, scene), ""),
    })  # fmt: skip
    return extract("court_orders", rows, scene.calendar.month_of(test_day), _joined(rows), chosen[who])


def _joined(rows: pd.DataFrame) -> Array:
    """Return the record references of court orders."""
    text = rows["nominal_ref"] + "/" + rows["order"] + "/" + rows["made_on"] + "/" + rows["test_on"]
    return text.to_numpy(dtype=object)
