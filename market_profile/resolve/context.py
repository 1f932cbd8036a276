"""Where and with whom a unit is mentioned: its logs, squares of the ground, and the others named in the same logs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.resolve.coded import Codes
from market_profile.resolve.lists import Lists, Numbers, lists_of, order_of, spread

SPOT_M, PLACE_M = 200.0, 600.0
"""Sides of the squares in which two places count as one spot, and as one neighbourhood (street-corner supply)."""
_MOST_SQUARES = 1 << 20
"""Squares of a rectangle that are numbered by where they lie; points all over the world are numbered as they come."""
QUIET_MENTIONS = 12
"""Mentions within a spot up to which it counts as quiet."""


def context_lists(mentions: pd.DataFrame, unit: Numbers, aliases: Lists, names: Numbers) -> dict[str, Lists]:
    """Return the lists ``logs``, ``spots``, ``quiet_spots``, ``places``, ``associates`` and ``close`` of the units.

    Args:
        mentions: sorted mentions.
        unit: unit of each mention.
        aliases: street names of each mention.
        names: code of each mention's name as others are known by it, -1 where it has no surname.
    """
    count = int(unit.max(initial=-1)) + 1
    log = mentions["log"].to_numpy()
    spots, squares = _squares(mentions, unit, SPOT_M)
    busy = np.bincount(squares) > QUIET_MENTIONS if len(squares) else np.zeros(1, dtype=bool)
    all_spots = lists_of(spots, squares, count)
    nothing = lists_of(unit[:0], unit[:0], count)
    return {
        "logs": lists_of(np.where(log >= 0, unit, -1), log, count),
        "spots": all_spots,
        "quiet_spots": all_spots.where(~busy),
        "places": lists_of(*_squares(mentions, unit, PLACE_M), count),
        "associates": _associates(log, unit, aliases, names),
        "close": nothing,
    }


def _squares(mentions: pd.DataFrame, unit: Numbers, side_m: float) -> tuple[Numbers, Numbers]:
    """Return the squares of four grids, each shifted by half a side, with their units.

    Two places less than half a side apart share a square in at least one grid, wherever the grids begin.
    """
    known = (mentions["easting_m"].notna() & mentions["northing_m"].notna()).to_numpy()
    east, north = mentions["easting_m"].to_numpy()[known], mentions["northing_m"].to_numpy()[known]
    shifts = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5))
    column = np.concatenate([np.floor(east / side_m + right) for right, _ in shifts]).astype(np.int64)
    row = np.concatenate([np.floor(north / side_m + up) for _, up in shifts]).astype(np.int64)
    return np.tile(unit[known], 4), _numbers(column, row, np.repeat(np.arange(4), len(east)))


def _numbers(column: Numbers, row: Numbers, grid: Numbers) -> Numbers:
    """Return a number for each square: its place in the rectangle that holds all, or in turn where that is vast."""
    if not len(grid):
        return grid
    column, row = column - column.min(), row - row.min()
    height = int(row.max()) + 1
    code = (column * height + row) * 4 + grid
    return code if int(column.max()) < _MOST_SQUARES // height else pd.factorize(code)[0].astype(np.int64)


def _associates(log: Numbers, unit: Numbers, aliases: Lists, names: Codes | Numbers) -> Lists:
    """Return who else is named in the same logs: by name (sound and initial) or by street name."""
    named = np.flatnonzero((names >= 0) & (log >= 0))
    first_alias = int(names.max(initial=-1)) + 1
    row = aliases.rows
    borne = log[row] >= 0
    at = np.r_[named, row[borne]]
    key = np.r_[names[named], first_alias + aliases.values[borne].astype(np.int64)]
    order = order_of(log[at])
    at, key = at[order], key[order]
    me = np.flatnonzero(log >= 0)
    starts, ends = (np.searchsorted(log[at], log[me], side=side) for side in ("left", "right"))
    seen = spread(starts, ends - starts)
    who = np.repeat(me, ends - starts)
    others = at[seen] != who
    return lists_of(unit[who[others]], key[seen[others]].astype(np.int64), int(unit.max(initial=-1)) + 1)
