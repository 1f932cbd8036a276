"""What an operation's place and its neighbours reported before and after: the counts of a displacement difference.

Only *reported* events are counted: discovered ones rise with the operation itself. The difference and its interval are
worked out by ``impact.displacement.weighted_displacement`` (Wheeler and Ratcliffe 2018) from the eight counts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.contracts.tables import Areas
from market_profile.geography.events import REPORTED
from market_profile.geography.grid import Floats, area_of_points
from market_profile.periods import Month

LONGEST_DAYS, SHORTEST_DAYS = 90, 28
"""Equal windows before the start and after it: a quarter, or what the records cover on the shorter side, if that is at
least four weeks."""

NEIGHBOUR_M = 1.0
"""Areas nearer than this touch; digitised edges leave slivers."""

GROUPS = ("target", "control", "buffer", "buffer_control")
DISPLACEMENT_COLUMNS = (
    "operation",
    "starts_on",
    "days",
    "target_areas",
    "buffer_areas",
    *(f"{group}_{when}" for when in ("before", "after") for group in GROUPS),
)


def displacement_counts(events: pd.DataFrame, operations: pd.DataFrame, areas: Areas, month: Month) -> pd.DataFrame:
    """Return ``DISPLACEMENT_COLUMNS``, one row an operation with a known area, oldest first.

    *Target*: the areas the operation names. *Buffer*: areas that touch them. The controls are as many other areas,
    those nearest in reported events before the start, none of them named by any operation or touching it.
    """
    codes = areas.frame["area_code"].to_numpy(dtype=object)
    kept = events[(events["family"] == REPORTED) & (events["weight"] > 0)]
    place = pd.Index(codes).get_indexer(pd.Index(area_of_points(areas, kept)))
    known = operations[operations["area_code"].isin(codes) & (operations["starts_on"] < month.end)]
    touches = _touching(areas)
    named = np.isin(codes, known["area_code"].to_numpy(dtype=object))
    free = ~(named | touches[named].any(axis=0))
    first = kept["at"].min() if len(kept) else month.end
    rows = []
    for operation, each in known.sort_values("starts_on", kind="stable").groupby("operation", sort=True):
        start = each["starts_on"].min()
        days = min(LONGEST_DAYS, _days(first, start), _days(start, month.end))
        if days < SHORTEST_DAYS:
            continue
        age = ((kept["at"] - start) / pd.Timedelta(days=1)).to_numpy(float)
        before, after = (
            _by_area(place, (age >= low) & (age < high), len(codes)) for low, high in ((-days, 0), (0, days))
        )
        target = np.isin(codes, each["area_code"].to_numpy(dtype=object))
        buffer = touches[target].any(axis=0) & ~target
        groups = _with_controls(target, buffer, free, before)
        sums = [float(counts[group].sum()) for counts in (before, after) for group in groups]
        rows.append((operation, start, days, int(target.sum()), int(buffer.sum()), *map(int, sums)))
    return pd.DataFrame(rows, columns=list(DISPLACEMENT_COLUMNS)).sort_values(
        ["starts_on", "operation"], kind="stable", ignore_index=True
    )


def _days(start: pd.Timestamp, end: pd.Timestamp) -> int:
    return int((end - start) / pd.Timedelta(days=1))


def _touching(areas: Areas) -> NDArray[np.bool_]:
    shapes = areas.frame.geometry
    left, right = shapes.sindex.query(shapes.buffer(NEIGHBOUR_M), predicate="intersects")
    matrix = np.zeros((len(shapes), len(shapes)), dtype=bool)
    matrix[left, right] = True
    np.fill_diagonal(matrix, False)
    return matrix


def _by_area(place: NDArray[np.intp], chosen: NDArray[np.bool_], size: int) -> Floats:
    inside = chosen & (place >= 0)
    return np.bincount(place[inside], minlength=size).astype(np.float64)


Mask = NDArray[np.bool_]


def _with_controls(target: Mask, buffer: Mask, free: Mask, before: Floats) -> tuple[Mask, Mask, Mask, Mask]:
    """Return target, its control, buffer, its control; each control has as many areas as what it is compared with."""
    control = _nearest(target, free & ~target & ~buffer, before)
    return target, control, buffer, _nearest(buffer, free & ~target & ~buffer & ~control, before)


def _nearest(group: Mask, free: Mask, before: Floats) -> Mask:
    """Return the free areas whose counts before lie nearest to the group's mean, as many as the group has."""
    wanted = before[group].mean() if group.any() else 0.0
    order = np.argsort(np.where(free, np.abs(before - wanted), np.inf), kind="stable")
    found = np.zeros(len(before), dtype=bool)
    found[order[: min(int(group.sum()), int(free.sum()))]] = True
    return found
