"""What statements say of a place: how fresh and how good they are, and the hours that they speak of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.kept import NOTHING, Kept, key_of
from market_profile.network.ground import Ground, Ints, Part
from market_profile.tasking.model import Inputs

EVIDENCE_M = 200.0
"""Statements within this distance speak of the place."""

FADES_DAYS = 45.0
FRESH_DAYS = 90
BAND_HOURS = 2.0
"""An hour is judged by what was seen within two hours of it, on either side."""

UNKNOWN_HOURS = 2.0
"""Hours are shrunk to the whole day as if so many statements had been spread over it evenly."""

FEWEST_TIMED = 5
"""Below it nothing is said of hours."""

BEST_HOURS = 4
"""Length of the hours proposed: the middle one with ``BAND_HOURS`` on either side."""

PLACE = ["easting_m", "northing_m"]
Floats = NDArray[np.float64]
Parts = dict[str, np.ndarray]


@dataclass(frozen=True)
class Seen:
    """Dated, placed and sound statements in order of time: when, what they weigh, the hour (NaN: not timed), and their
    places, as points and laid out."""

    at: NDArray[np.datetime64]
    weight: Floats
    hour: Floats
    place: Floats
    ground: Ground


def seen_nearby(inputs: Inputs) -> Seen:
    """Return the statements that say something of a place; logs come in order of urn."""
    logs = inputs.network.logs
    columns = ["observed_at", "weight", *PLACE]
    is_sound = logs["easting_m"].notna() & ~logs["is_suspected_false"] & (logs["observed_at"] < inputs.month.end)
    return seen_of(logs.loc[is_sound, columns].sort_values("observed_at", kind="stable"))


def seen_of(logs: pd.DataFrame) -> Seen:
    """Return statements (observed_at, in order; weight; easting_m, northing_m) laid out; midnight is no time of day."""
    when = logs["observed_at"]
    clock = when.dt.hour + when.dt.minute / 60
    is_timed = (when != when.dt.normalize()).to_numpy()
    place = logs[PLACE].to_numpy(dtype=float)
    weight, hour = logs["weight"].to_numpy(dtype=float), np.where(is_timed, clock, np.nan)
    return Seen(when.to_numpy(), weight, hour, place, Ground(place, EVIDENCE_M))


def said_now(places: pd.DataFrame, seen: Seen, as_at: np.datetime64) -> tuple[Parts, NDArray[np.object_]]:
    """Return hours, recency and grade of each of ``places`` at its busiest hours, seen from ``as_at``, and those hours
    as text ("17-21", "" not known; the earlier on equals)."""
    size = len(places)
    age = days_between(as_at, seen.at)
    fading, fresh = seen.weight * np.exp(-age / FADES_DAYS), age < FRESH_DAYS
    slot = np.where(np.isfinite(seen.hour), np.nan_to_num(seen.hour), 24).astype(np.int64)
    is_full = seen.hour == slot
    recency, best = np.zeros(size), np.zeros(size)
    hours = np.zeros((2, size, 24), dtype=np.int64)
    for part in seen.ground.around(places[PLACE].to_numpy(dtype=float)):
        rows, near = part.rows, part.point
        recency[rows] = np.bincount(part.place, fading.take(near), len(rows))
        best[rows] = _best(part, fresh.take(near), seen.weight)
        hours[0, rows] = _by_hour(part.place, slot.take(near), len(rows))
        full = is_full.take(near)
        hours[1, rows] = _by_hour(part.place[full], slot.take(near[full]), len(rows))
    busy, first, is_known = _busiest(hours[0])
    inside = busy + hours[1][np.arange(size), (first + BEST_HOURS) % 24]
    words = np.array([f"{hour:02d}-{(hour + BEST_HOURS) % 24:02d}" for hour in range(24)] + [""], dtype=object)
    said = {"hours": _fit(inside, hours[0].sum(axis=1), is_known), "recency": np.log1p(recency), "grade": best}
    return said, words[np.where(is_known, first, 24)]


def said_before(
    places: pd.DataFrame, seen: Seen, hour: Floats, as_at: NDArray[np.datetime64], kept: Kept = NOTHING
) -> Parts:
    """Return hours, recency and grade of each of ``places`` at its ``hour`` of the day, by what was seen before its
    time ``as_at``.

    What was said before a past moment stays as it was as long as no statement from before it is new: it is ``kept``.
    """
    found = {name: np.zeros(len(places)) for name in ("hours", "recency", "grade")}
    point, told, last = places[PLACE].to_numpy(dtype=float), "", 0
    for moment in np.unique(as_at):
        upto = int(np.searchsorted(seen.at, moment, side="left"))
        told = key_of(told, *(part[last:upto] for part in (seen.at, seen.weight, seen.hour, seen.place)))
        last, rows = upto, np.flatnonzero(as_at == moment)
        key = key_of("said before", told, str(moment), point[rows], hour[rows])
        known = kept.look("tasking", key)
        if known is None:
            known = {"said": pd.DataFrame(_said_before(places.iloc[rows], seen, hour[rows], as_at[rows]))}
            kept.keep("tasking", key, known)
        for name, values in found.items():
            values[rows] = known["said"][name].to_numpy()
    return found


def _said_before(places: pd.DataFrame, seen: Seen, hour: Floats, as_at: NDArray[np.datetime64]) -> Parts:
    size = len(places)
    upto = np.searchsorted(seen.at, as_at, side="left")
    recency, best, inside, timed = (np.zeros(size) for _ in range(4))
    for whole in seen.ground.around(places[PLACE].to_numpy(dtype=float)):
        rows = whole.rows
        past = whole.point < upto[rows][whole.place]
        part = Part(rows, whole.place[past], whole.point[past])
        near, row = part.point, rows[part.place]
        age = days_between(as_at[row], seen.at[near])
        clock = seen.hour[near]
        recency[rows] = np.bincount(part.place, seen.weight[near] * np.exp(-age / FADES_DAYS), len(rows))
        best[rows] = _best(part, age < FRESH_DAYS, seen.weight)
        inside[rows] = np.bincount(part.place, _apart(clock, hour[row]) <= BAND_HOURS, len(rows))
        timed[rows] = np.bincount(part.place, np.isfinite(clock), len(rows))
    return {"hours": _fit(inside, timed, np.isfinite(hour)), "recency": np.log1p(recency), "grade": best}


def _by_hour(place: Ints, slot: Ints, size: int) -> Ints:
    """Return (places, 24): statements by hour of the day; slot 24 holds those without a time."""
    return np.bincount(place * 25 + slot, minlength=25 * size).reshape(size, 25)[:, :24]


def _busiest(hours: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return statements in each place's busiest hours, the first of these, and whether enough is known to say so."""
    run = sum(np.roll(hours, -step, axis=1) for step in range(BEST_HOURS))
    first = np.argmax(run, axis=1)
    return np.max(run, axis=1, initial=0), first, hours.sum(axis=1) >= FEWEST_TIMED


def _best(part: Part, is_fresh: NDArray[np.bool_], weight: Floats) -> Floats:
    """Return the weight of the best fresh statement near each place of the part; 0 where there is none."""
    place, told = part.place[is_fresh], weight.take(part.point[is_fresh])
    best = np.zeros(len(part.rows))
    first = np.flatnonzero(np.diff(place, prepend=-1))
    if len(first):
        best[place[first]] = np.maximum.reduceat(told, first)
    return np.maximum(best, 0.0)


def _fit(inside: np.ndarray, timed: np.ndarray, is_known: NDArray[np.bool_]) -> Floats:
    """Return the log share of statements within the hours against an even day; 0 where the hours are not known."""
    share = 2 * BAND_HOURS / 24
    fit = np.log((inside + UNKNOWN_HOURS) / (timed * share + UNKNOWN_HOURS))
    return np.where(is_known, fit, 0.0)


def days_between(later: np.ndarray | np.datetime64, earlier: np.ndarray) -> Floats:
    """Return the days from ``earlier`` to ``later``."""
    gap: Floats = (later - earlier).astype("timedelta64[us]").astype(np.int64) / 1_000_000 / 86_400
    return gap


def _apart(one: Floats, other: Floats) -> Floats:
    """Return hours between two times of day, the short way round; NaN stays NaN."""
    gap = np.abs(one - other)
    return np.asarray(np.minimum(gap, 24 - gap))
