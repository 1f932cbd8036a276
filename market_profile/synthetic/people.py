"""The people of the town: names, families, homes, phones and the part that each mainly plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.geography import Ground
from market_profile.synthetic.names import (
    FEMALE,
    MALE,
    POPULAR_STREET_NAMES,
    RARE_STREET_NAMES,
    SURNAMES,
)
from market_profile.synthetic.plan import Array, Plan

ROLE_SHARES = {
    "user": 0.615,
    "dealer": 0.12,
    "runner": 0.08,
    "line_holder": 0.02,
    "supplier": 0.02,
    "associate": 0.075,
    "cuckooed": 0.03,
    "unknown": 0.04,
}
"""Main part of people known to the police; ``unknown`` are people wrongly named."""
PHONES = 6


@dataclass(frozen=True)
class People:
    """``frame`` has one row a person in order of ``person_id``; ``phones`` is (people, PHONES) numbers in turn."""

    frame: pd.DataFrame
    phones: Array

    def of_role(self, role: str) -> Array:
        """Return the row numbers of the people who mainly play ``role``."""
        return np.flatnonzero((self.frame["role"] == role).to_numpy())


def make_people(plan: Plan, ground: Ground) -> People:
    """Return the people of ``plan``: about ``people_per_log`` times the logs."""
    rng = plan.stream("people")
    count = max(80, round(plan.logs * plan.hardness.people_per_log))
    roles = np.array(list(ROLE_SHARES), dtype=object)
    share = np.array(list(ROLE_SHARES.values()))
    frame = pd.DataFrame({"person_id": [f"P{n + 1:06d}" for n in range(count)]})
    frame["role"] = rng.permutation(np.repeat(roles, _split(count, share)))
    is_male = rng.random(count) < 0.78
    frame["sex"] = np.where(is_male, "M", "F")
    frame["forename"] = np.where(is_male, _zipf(rng, MALE, count, 12), _zipf(rng, FEMALE, count, 12))
    frame["surname"] = _zipf(rng, SURNAMES, count, 25)
    frame["birth"] = _births(rng, frame["role"].to_numpy())
    frame["family"] = ""
    frame = _add_homes(frame, plan, ground, rng)
    frame = _make_relatives(frame, plan, rng)
    frame = _add_marks(frame, plan, rng)
    return People(frame, _make_phones(plan, count, rng))


def _split(count: int, share: Array) -> Array:
    """Split ``count`` by shares, at least two each, the rest to the first."""
    parts: Array = np.maximum(2, np.floor(count * share)).astype(int)
    parts[0] += count - parts.sum()
    return parts


def _zipf(rng: np.random.Generator, names: tuple[str, ...], count: int, flat: int) -> Array:
    weight = 1 / (np.arange(len(names)) + flat)
    drawn: Array = rng.choice(np.array(names, dtype=object), count, p=weight / weight.sum())
    return drawn


def _births(rng: np.random.Generator, role: Array) -> Array:
    age = rng.gamma(6.0, 5.0, len(role)) + 17
    age = np.where(role == "runner", rng.uniform(15, 24, len(role)), age)
    age = np.where((role == "supplier") | (role == "line_holder"), rng.uniform(22, 48, len(role)), age)
    days = (np.clip(age, 15, 72) * 365.25).astype(int)
    births: Array = np.datetime64("2018-01-01") - days.astype("timedelta64[D]")
    return births


def _add_homes(frame: pd.DataFrame, plan: Plan, ground: Ground, rng: np.random.Generator) -> pd.DataFrame:
    """Give each person a home street, number and place; some share a hostel."""
    streets = ground.streets
    home = rng.integers(0, len(streets), len(frame))
    number = rng.integers(1, 140, len(frame))
    hostels = rng.integers(0, len(streets), max(2, round(4 * plan.scale**0.5)))
    in_hostel = rng.random(len(frame)) < plan.hardness.hostel
    home = np.where(in_hostel, hostels[rng.integers(0, len(hostels), len(frame))], home)
    number = np.where(in_hostel, 1, number)
    flat = np.where(rng.random(len(frame)) < 0.3, rng.integers(1, 24, len(frame)), 0)
    return frame.assign(home=home, house=number, flat=np.where(in_hostel, 0, flat), in_hostel=in_hostel)


def _make_relatives(frame: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Make fathers and sons who share forename, surname and often the home, and siblings who share the surname."""
    wanted = plan.hardness.relatives_per_thousand_logs * plan.logs / 1000
    pairs = min(len(frame) // 8, max(2, round(wanted)))
    order = rng.permutation(np.flatnonzero((frame["sex"] == "M").to_numpy()))
    elder, younger = order[:pairs], order[pairs : 2 * pairs]
    a, b = order[2 * pairs : 3 * pairs], order[3 * pairs : 4 * pairs]
    pairs_b = min(len(a), len(b))
    frame = frame.copy()
    names = frame[["forename", "surname"]].to_numpy(copy=True)
    names[younger] = names[elder]
    names[b[:pairs_b], 1] = names[a[:pairs_b], 1]
    frame["forename"], frame["surname"] = names[:, 0], names[:, 1]
    birth = frame["birth"].to_numpy(copy=True)
    generation = rng.integers(17 * 365, 29 * 365, pairs).astype("timedelta64[D]")
    birth[younger] = np.datetime64("1986-01-01") + rng.integers(0, 15 * 365, pairs).astype("timedelta64[D]")
    birth[elder] = birth[younger] - generation
    frame["birth"] = birth
    family = frame["family"].to_numpy(dtype=object, copy=True)
    labels = np.array([f"F{n + 1:05d}" for n in range(pairs + pairs_b)], dtype=object)
    family[elder], family[younger] = labels[:pairs], labels[:pairs]
    family[a[:pairs_b]], family[b[:pairs_b]] = labels[pairs:], labels[pairs:]
    frame["family"] = family
    same_home = younger[rng.random(pairs) < 0.5]
    from_home = elder[np.isin(younger, same_home)]
    for column in ("home", "house", "flat", "in_hostel"):
        values = frame[column].to_numpy(copy=True)
        values[same_home] = values[from_home]
        frame[column] = values
    return frame


def _add_marks(frame: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Give street names, a police reference and a vehicle to those who have one."""
    count = len(frame)
    for column in ("alias", "alias_2"):
        popular = _zipf(rng, POPULAR_STREET_NAMES, count, 4)
        rare = rng.choice(np.array(RARE_STREET_NAMES, dtype=object), count)
        frame[column] = np.where(rng.random(count) < plan.hardness.shared_street_names, popular, rare)
    has_second = rng.random(count) < 0.35
    frame["alias_2"] = np.where(has_second, frame["alias_2"], "")
    numbers = rng.permutation(np.arange(100_000, 100_000 + 9 * count))[:count]
    known = rng.random(count) < 0.8
    letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ"), dtype=object)[numbers % 24]
    reference = pd.Series([f"{n % 100:02d}" for n in numbers]) + "/" + pd.Series(numbers.astype(str)) + letters
    frame["nominal_ref"] = np.where(known, reference, "")
    plate = pd.Series(
        [
            f"{'ABCDEFGHKLMNPRSTUVWXY'[n % 21]}{'ABCDEFGHKLMNPRSTUVWXY'[n % 19]}{n % 18 + 1:02d} "
            f"{'BCDFGHJK'[n % 8]}{'LMNPRSTV'[n % 7]}{'ADEFGHJKUW'[n % 10]}"
            for n in numbers
        ]
    )
    frame["vrm"] = np.where(rng.random(count) < 0.3, plate, "")
    return frame


def _make_phones(plan: Plan, count: int, rng: np.random.Generator) -> Array:
    """Return numbers in Ofcom's range for drama (07700 900000-900999 is small, so a longer fictional form is used)."""
    own = rng.permutation(np.arange(1_000_000, 1_000_000 + PHONES * count)).reshape(count, PHONES)
    handed_on = rng.random((count, PHONES)) < plan.hardness.phone_shared
    giver = rng.integers(0, count, (count, PHONES))
    slot = rng.integers(0, PHONES, (count, PHONES))
    return np.where(handed_on, own[giver, slot], own)
