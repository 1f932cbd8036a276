"""How a person is written down: full names and street names, slips, swaps, handed-on phones and borrowed homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.names import NICKNAMES, VARIANTS, misspellings
from market_profile.synthetic.plan import Array, words
from market_profile.synthetic.scene import Scene

ALIAS, FORENAME, INITIAL, NAME, FULL = range(5)
"""Styles of a mention: street name only, forename only, initial and surname, both names, both and date of birth."""


@dataclass(frozen=True)
class Setting:
    """Where mentions are written: shares of the five styles, and of the extras beside them."""

    styles: tuple[float, ...]
    alias_beside: float
    phone: float
    address: float
    vrm: float
    reference: float
    care: float
    """Factor on slips: 1 for logs, less where a person was in front of the writer."""


def log_setting(scene: Scene) -> Setting:
    """Return the setting of intelligence logs, from the plan's hardness."""
    h = scene.plan.hardness
    named = (h.style_alias, h.style_forename, h.style_initial, h.style_name)
    return Setting(
        (*named, 1 - sum(named)), h.alias_beside_name, h.phone_given, h.address_given, 0.05, h.reference_in_logs, 1.0
    )


def custody_setting(scene: Scene) -> Setting:
    """Return the setting of records made with the person at the desk."""
    reference = scene.plan.hardness.reference_in_custody
    return Setting((0.0, 0.0, 0.0, 0.03, 0.97), 0.25, 0.6, 0.9, 0.1, reference, 0.25)


def purchase_setting(scene: Scene) -> Setting:
    """Return the setting of test purchases: officers mostly learn a street name or a forename."""
    return Setting((0.44, 0.2, 0.02, 0.16, 0.18), 0.3, 0.3, 0.0, 0.0, 0.1, 1.0)


def write_mentions(scene: Scene, person: Array, day: Array, habit: Array, setting: Setting, topic: str) -> pd.DataFrame:
    """Return how each person (row numbers) is written on each day, one row a mention, all columns text.

    Mentions of one person with the same ``habit`` (a source's way of writing) are mostly written alike.
    """
    rng = scene.plan.stream(f"mentions-{topic}")
    draw = _Draws(rng, person, habit)
    frame = scene.people.frame
    h, care = scene.plan.hardness, setting.care
    style = np.searchsorted(np.cumsum(setting.styles)[:-1], draw.uniform(), side="right")
    forename = _column(frame, "forename", person)
    nick = words(forename).map(NICKNAMES).fillna("").to_numpy(dtype=object)
    forename = np.where((nick != "") & (draw.uniform() < h.nickname * care), nick, forename)
    forename = _slip(scene, forename, draw, care, "forename")
    surname = _slip(scene, _column(frame, "surname", person), draw, care, "surname")
    forename = np.where(style == INITIAL, words(forename).str.slice(0, 1).to_numpy(dtype=object), forename)
    forename = np.where(style == ALIAS, "", forename)
    surname = np.where(style <= FORENAME, "", surname)
    swap = (style >= NAME) & (draw.uniform() < h.swapped_names * care)
    forename, surname = np.where(swap, surname, forename), np.where(swap, forename, surname)
    case = draw.uniform()
    surname = np.where(case < 0.25, words(surname).str.upper().to_numpy(dtype=object), surname)
    forename = np.where((case > 0.97) & (style > ALIAS), words(forename).str.lower().to_numpy(dtype=object), forename)
    given = draw.uniform() < np.where(style == ALIAS, 1.0, np.where(style == FORENAME, 0.18, setting.alias_beside))
    has_reference = draw.uniform() < np.where(style >= NAME, setting.reference, setting.reference / 4)
    return pd.DataFrame({
        "nominal_ref": np.where(has_reference, _column(frame, "nominal_ref", person), ""),
        "surname": surname, "forenames": forename,
        "aliases": np.where(given, _alias(scene, person, draw), ""),
        "date_of_birth": np.where(style == FULL, _birth(scene, person, draw, care), ""),
        "sex": np.where(draw.uniform() < 0.7, _column(frame, "sex", person), ""),
        "phone": np.where(draw.uniform() < setting.phone, _phone(scene, person, day, draw), ""),
        "vrm": np.where(draw.uniform() < setting.vrm * 3, _column(frame, "vrm", person), ""),
        "address_text": np.where(draw.uniform() < setting.address, _address(scene, person), ""),
    }).astype(object)  # fmt: skip


class _Draws:
    """Random numbers of mentions; two in three are shared by all mentions of one person in one habit."""

    def __init__(self, rng: np.random.Generator, person: Array, habit: Array) -> None:
        self._rng = rng
        key = person.astype(np.int64) * 1_000_003 + habit.astype(np.int64)
        _, self._group = np.unique(key, return_inverse=True)
        self._count = int(self._group.max()) + 1 if len(person) else 0
        self._shared = rng.random(len(person)) < 0.6

    def uniform(self) -> Array:
        """Return uniforms in [0, 1), one a mention."""
        by_group = self._rng.random(self._count)[self._group]
        return np.where(self._shared, by_group, self._rng.random(len(self._group)))


def _column(frame: pd.DataFrame, name: str, person: Array) -> Array:
    values: Array = frame[name].to_numpy(dtype=object)[person]
    return values


def _slip(scene: Scene, written: Array, draw: _Draws, care: float, topic: str) -> Array:
    names, where = np.unique(written.astype(str), return_inverse=True)
    table = misspellings(names, scene.plan.stream(f"slips-{topic}"))
    slip = draw.uniform() < scene.plan.hardness.misspelt * care
    column = (draw.uniform() * VARIANTS).astype(int)
    return np.where(slip & (written != ""), table[where, column], written)


def _alias(scene: Scene, person: Array, draw: _Draws) -> Array:
    first, second = (_column(scene.people.frame, name, person) for name in ("alias", "alias_2"))
    u = draw.uniform()
    alone = np.where((second != "") & (u < 0.35), second, first)
    both = words(first) + "|" + words(second)
    return np.where((second != "") & (u > 0.9), both.to_numpy(dtype=object), alone)


def _birth(scene: Scene, person: Array, draw: _Draws, care: float) -> Array:
    """Return dates of birth as ISO text with swapped days and months, placeholders, wrong years and blanks."""
    h = scene.plan.hardness
    birth = scene.people.frame["birth"].to_numpy().astype("datetime64[D]")[person]
    text = np.datetime_as_string(birth, unit="D").astype(object)
    year, month, day = (words(text).str.slice(*part) for part in ((0, 4), (5, 7), (8, 10)))
    u = draw.uniform()
    edges = np.cumsum([h.birth_swapped, h.birth_placeholder, h.birth_wrong]) * care
    can_swap = (day.astype(int) <= 12).to_numpy() & (day != month).to_numpy()
    swapped = (year + "-" + day + "-" + month).to_numpy(dtype=object)
    placeholder = (year + "-01-01").to_numpy(dtype=object)
    shift = np.array([-3653, -366, -365, -10, -1, 1, 2, 10, 365, 366])[(draw.uniform() * 10).astype(int)]
    wrong = np.datetime_as_string(birth + shift.astype("timedelta64[D]"), unit="D").astype(object)
    text = np.where((u < edges[0]) & can_swap, swapped, text)
    text = np.where((u >= edges[0]) & (u < edges[1]), placeholder, text)
    return np.where((u >= edges[1]) & (u < edges[2]), wrong, text)


def _phone(scene: Scene, person: Array, day: Array, draw: _Draws) -> Array:
    """Return the number in use on the day, in three ways of writing."""
    phones = scene.people.phones
    turn = (np.floor(day / (scene.plan.hardness.phone_months * 30.4)).astype(int) + person) % phones.shape[1]
    digits = pd.Series(phones[person, turn].astype(str)).str.zfill(7)
    plain = "07" + digits.str.slice(0, 3) + digits.str.slice(3) + "00"
    u = draw.uniform()
    spaced = plain.str.slice(0, 5) + " " + plain.str.slice(5)
    abroad = "+44" + plain.str.slice(1)
    return np.where(u < 0.5, plain, np.where(u < 0.85, spaced, abroad)).astype(object)


def _address(scene: Scene, person: Array) -> Array:
    frame = scene.people.frame
    street = scene.ground.streets["street"].to_numpy(dtype=object)[frame["home"].to_numpy()[person]]
    house = pd.Series(frame["house"].to_numpy()[person].astype(str))
    flat = frame["flat"].to_numpy()[person]
    hostel = frame["in_hostel"].to_numpy()[person]
    text = np.where(flat > 0, "Flat " + pd.Series(flat.astype(str)) + ", " + house, house)
    text = np.where(hostel, "Hostel, " + house, text)
    written: Array = (words(text.astype(str)) + " " + words(street)).to_numpy(dtype=object)
    return written
