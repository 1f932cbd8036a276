"""Dirt in the extracts: bad rows with their reasons, lost places, duplicates, amendments and corrections."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.synthetic.faults import FAULTS, PLACE_FAULTS, Fault
from market_profile.synthetic.outbox import Outbox
from market_profile.synthetic.plan import Array
from market_profile.synthetic.scene import Scene
from market_profile.terms import Reason

RESUBMITTED = ("intelligence_logs", "test_purchases", "seizures", "arrests")
"""Kinds whose spoilt rows partly come back corrected in the next month's file."""
REPEATED = {"intelligence_logs": 0.006, "log_subjects": 0.004, "seizures": 0.01, "arrests": 0.01}
"""Share of rows sent twice, in the same file or the next month's."""
AMENDED_LOGS = 0.015
LAST = 1e15
"""Order of rows that stand at the end of their file."""


def soil(scene: Scene, outbox: Outbox) -> dict[str, pd.DataFrame]:
    """Return the frames of ``outbox`` with all dirt, ordered as they will be written within each month.

    Rows to be quarantined have ``_reason`` and are not ``_accepted``; rows that lose their place have ``_reason`` and
    are accepted; ``_duplicate`` rows repeat an earlier one.
    """
    result = {}
    for kind, frame in outbox.frames.items():
        rng = scene.plan.stream(f"dirt-{kind}")
        if kind == "test_purchases":
            frame = _fractions(frame, scene.calendar.months, rng)
        frame = _lose_places(kind, frame, scene, rng)
        if kind == "intelligence_logs":
            frame = _amend(frame, scene.calendar.months, rng)
        frame = _repeat(kind, frame, scene.calendar.months, rng)
        frame = _spoil(kind, frame, outbox, scene, rng)
        result[kind] = frame.sort_values(["_month", "_tag", "_order"], kind="stable").reset_index(drop=True)
    return result


def _fractions(frame: pd.DataFrame, months: int, rng: np.random.Generator) -> pd.DataFrame:
    """Mark purities written as fractions (they cannot be told from very low ones) and correct most a month later."""
    purity = pd.to_numeric(frame["purity_pct"], errors="coerce")
    wrong = (purity <= 1).to_numpy()
    corrected = frame[wrong & (frame["_month"] < months - 1) & (rng.random(len(frame)) < 0.6)].copy()
    corrected["purity_pct"] = (pd.to_numeric(corrected["purity_pct"]) * 100).round(1).astype(str).astype(object)
    corrected["_month"] += 1
    frame = frame.copy()
    frame.loc[wrong, ["_reason", "_column"]] = [str(Reason.OUT_OF_RANGE), "purity_pct"]
    frame.loc[wrong, "_accepted"] = False
    return pd.concat([frame, corrected], ignore_index=True)


def _lose_places(kind: str, frame: pd.DataFrame, scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    """Spoil the coordinates of a few rows that stay accepted: letters in it, a place far out, two that disagree."""
    frame = frame.copy()
    for reason in PLACE_FAULTS.get(kind, ()):
        able = np.flatnonzero((frame["easting_m"] != "") & (frame["_reason"] == "") & (frame["_tag"] == ""))
        if len(able) == 0:
            continue
        rows = rng.choice(able, max(1, round(len(able) * 0.0007)), replace=False)
        if reason == Reason.BAD_COORDINATE:
            frame.loc[rows, "easting_m"] = frame.loc[rows, "easting_m"].str.slice(0, 4) + "x2"
        elif reason == Reason.OUTSIDE_AREA:
            frame.loc[rows, "northing_m"] = (frame.loc[rows, "northing_m"].astype(int) + 210_000).astype(str)
        else:
            other = frame[(frame["latitude"] != "") & (frame["_tag"] != "")].iloc[:1]
            frame.loc[rows, "latitude"] = other["latitude"].iloc[0] if len(other) else "50.9"
            frame.loc[rows, "longitude"] = other["longitude"].iloc[0] if len(other) else "0.5"
        frame.loc[rows, ["_reason", "_column"]] = [str(reason), "easting_m"]
    return frame


def _amend(frame: pd.DataFrame, months: int, rng: np.random.Generator) -> pd.DataFrame:
    """Send some logs again a month or two later with a better grade and a line more."""
    able = np.flatnonzero((frame["_reason"] == "") & (frame["_month"] < months - 1) & (frame["_tag"] == "")
                          & (frame["grade_scheme"] != "5x5x5"))  # fmt: skip
    count = round(len(able) * AMENDED_LOGS)
    later = frame.iloc[rng.choice(able, count, replace=False)].copy()
    later["_month"] = np.minimum(later["_month"] + rng.integers(1, 3, count), months - 1)
    later["text"] = later["text"] + " Update: seen again by a second officer."
    later["intelligence_assessment"] = "B"
    return pd.concat([frame.assign(_amends=False), later.assign(_amends=True)], ignore_index=True)


def _repeat(kind: str, frame: pd.DataFrame, months: int, rng: np.random.Generator) -> pd.DataFrame:
    """Send a few unamended rows twice, in the same file or in the next month's."""
    amended = frame.duplicated("_ref", keep=False) if kind != "log_subjects" else pd.Series(False, index=frame.index)
    able = np.flatnonzero((frame["_reason"] == "") & ~amended)
    count = round(len(able) * REPEATED.get(kind, 0.0))
    again = frame.iloc[rng.choice(able, count, replace=False)].copy() if count else frame.iloc[:0].copy()
    again["_month"] = np.minimum(again["_month"] + rng.integers(0, 2, count), months - 1)
    again["_order"] += 0.6
    return pd.concat([frame, again.assign(_duplicate=True)], ignore_index=True)


def _spoil(kind: str, frame: pd.DataFrame, outbox: Outbox, scene: Scene, rng: np.random.Generator) -> pd.DataFrame:
    """Plant each fault of the kind at least once: in a copy under a new reference, or in the row itself, which then
    comes corrected a month later."""
    parts, months = [frame], scene.calendar.months
    free = _free_rows(kind, frame, outbox, months)
    for number, fault in enumerate(FAULTS[kind]):
        count = max(1, round(len(frame) * scene.plan.hardness.bad_rows_share))
        able = np.flatnonzero((frame["_reason"] == "") & ~frame["_duplicate"] & _can_take(frame, fault))
        rows = rng.choice(able, min(count, len(able)), replace=False)
        if len(rows) == 0:
            continue
        spoilt = _spoilt(kind, frame.iloc[rows].copy(), fault, number)
        if kind in RESUBMITTED and fault.column and len(free):
            fits = np.flatnonzero(_can_take(frame.iloc[free], fault))[:1]
            row, free = free[fits], np.delete(free, fits)
            if len(row):
                parts.append(_spoilt_itself(kind, frame.iloc[row].copy(), fault))
                parts[0] = parts[0].copy()
                parts[0].loc[parts[0].index[row], "_month"] += 1
        parts.append(spoilt)
    return pd.concat(parts, ignore_index=True)


def _can_take(frame: pd.DataFrame, fault: Fault) -> Array:
    """Tell which rows can show the fault: of its stream of files, with something in the column to be spoilt."""
    fits = (frame["_tag"] == fault.tag).to_numpy()
    if fault.column:
        fits = fits & (frame[fault.column] != "").to_numpy()
    return fits


def _free_rows(kind: str, frame: pd.DataFrame, outbox: Outbox, months: int) -> Array:
    """Return rows that nothing else refers to (no other version, no subjects) and that a later month can correct."""
    if kind not in RESUBMITTED:
        return np.array([], dtype=int)
    free = (frame["_reason"] == "") & ~frame.duplicated("_ref", keep=False) & (frame["_month"] < months - 1)
    if kind == "intelligence_logs":
        free &= ~frame["urn"].isin(outbox.frames["log_subjects"]["urn"])
    return np.flatnonzero(free)


def _spoilt(kind: str, rows: pd.DataFrame, fault: Fault, number: int) -> pd.DataFrame:
    """Return ``rows`` under new references with the fault; a totals row keeps a word and a figure only."""
    rows = _renamed(kind, rows, number)
    rows["_person"], rows["_order"] = -1, rows["_order"] + 0.5
    if fault.reason == Reason.TOTALS_ROW:
        own = [name for name in rows.columns if not name.startswith("_")]
        rows[own] = ""
        rows[own[0]], rows[own[-1]] = "Total", ""
        rows["_ref"], rows["_order"] = "", LAST
    elif fault.reason == Reason.UNKNOWN_PARENT:
        rows["urn"] = [f"SM00-{number:02d}{n:04d}" for n in range(len(rows))]
    return _with_fault(rows, fault)


def _renamed(kind: str, rows: pd.DataFrame, number: int) -> pd.DataFrame:
    key = KINDS[kind].key
    column = {"log_subjects": "subject_no", "log_links": "to_subject_no"}.get(kind, key[0] if key else "")
    if column:
        rows[column] = [f"9{number:02d}{n:03d}" if column.endswith("subject_no") else f"{value}-X{number:02d}{n:03d}"
                        for n, value in enumerate(rows[column])]  # fmt: skip
        if kind in ("crime_counts", "population"):
            rows[column] = rows[column].str.replace(r"-X\d+$", "", regex=True)
        rows["_ref"] = rows[list(key)].agg("/".join, axis=1)
    return rows


def _spoilt_itself(kind: str, rows: pd.DataFrame, fault: Fault) -> pd.DataFrame:
    return _with_fault(rows.assign(_person=-1), fault)


def _with_fault(rows: pd.DataFrame, fault: Fault) -> pd.DataFrame:
    if fault.column and fault.reason != Reason.UNKNOWN_PARENT:
        rows[fault.column] = fault.value
    return rows.assign(_reason=str(fault.reason), _column=fault.column, _accepted=False)
