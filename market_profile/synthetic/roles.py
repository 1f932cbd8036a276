"""The part each person plays in each month, and how logs state it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.plan import Array
from market_profile.synthetic.scene import Scene

OTHER_ROLES = ("user", "dealer", "runner", "associate")


def roles_by_month(scene: Scene) -> Array:
    """Return (people, months + 1) of roles: the main one, or the post held in that month."""
    months = scene.calendar.months + 1
    table = np.repeat(scene.people.frame["role"].to_numpy(dtype=object)[:, None], months, axis=1)
    stints = scene.careers.stints
    kind = scene.markets.crews["kind"].to_numpy()[stints["crew"]]
    held = np.where(kind == "phone", "line_holder", "dealer")
    for month in range(months):
        low, high = scene.calendar.starts[month], scene.calendar.starts[month + 1]
        at_post = ((stints["from_day"] < high) & (stints["to_day"] > low)).to_numpy()
        table[stints["person"].to_numpy()[at_post], month] = held[at_post]
    return table


def stated_roles(scene: Scene, person: Array, month: Array, rng: np.random.Generator) -> Array:
    """Return the role that a log states: right, unknown, associate or another one."""
    true = roles_by_month(scene)[person, np.clip(month, 0, scene.calendar.months)]
    u = rng.random(len(person))
    right = scene.plan.hardness.stated_role_right
    wrong = 1 - right
    other = np.array(OTHER_ROLES, dtype=object)[rng.integers(0, len(OTHER_ROLES), len(person))]
    stated = np.where(u < right, true, np.where(u < right + 0.5 * wrong, "unknown", other))
    stated = np.where((u >= right + 0.5 * wrong) & (u < right + 0.7 * wrong), "associate", stated)
    is_minor = minors(scene)[person]
    return np.where(is_minor & (rng.random(len(person)) < 0.05), "victim", stated).astype(object)


def minors(scene: Scene) -> Array:
    """Tell who is under 18 at the start of the first month."""
    first = scene.calendar.date(scene.calendar.starts[:1])[0]
    birth = scene.people.frame["birth"].to_numpy().astype("datetime64[D]")
    result: Array = (first - birth).astype(int) < 18 * 365.25
    return result


def roles_frame(scene: Scene) -> pd.DataFrame:
    """Return person_id, month, role, one row a person-month."""
    table = roles_by_month(scene)
    people, months = table.shape
    ids = scene.people.frame["person_id"].to_numpy(dtype=object)
    return pd.DataFrame({
        "person_id": np.repeat(ids, months),
        "month": np.tile(np.array(scene.calendar.names, dtype=object), people),
        "role": table.ravel(),
    })  # fmt: skip
