"""Merging small partner areas into larger ones from public attributes alone: borders, codes, names and sizes.

Partners see counts up to 7 as one hidden class, so small areas show little. Larger ones are made once and kept: nothing
about the records takes part, so the geography tells nothing and does not change from month to month.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import shapely

from market_profile.contracts.tables import Areas

COLUMNS = ("area_code", "merged_code", "merged_name")
_LSOA_NAME = re.compile(r"(?P<town>.+) (?P<msoa>\d{3})[A-Z]")
_TOUCHING_M = 1.0
"""Borders that are drawn apart by less than this touch."""
_MOST_NAMES = 4


def merged_by_name(areas: Areas) -> pd.DataFrame | None:
    """Return LSOAs merged to their MSOAs, which their names state (``Saltmere 001A``); None where names are others.

    Columns: area_code, merged_code, merged_name. Source of the names: Office for National Statistics.
    """
    matches = [_LSOA_NAME.fullmatch(str(name)) for name in areas.frame["area_name"]]
    if not all(matches):
        return None
    found = [match for match in matches if match]
    groups: dict[str, set[str]] = {}
    for code, match in zip(areas.frame["area_code"], found, strict=True):
        groups.setdefault(f"{match['town']} {match['msoa']}", set()).add(str(code))
    return _table(areas, [frozenset(group) for group in groups.values()])


def merged_by_size(areas: Areas, start: pd.DataFrame | None, sizes: Mapping[str, float], least: float) -> pd.DataFrame:
    """Return areas merged with their neighbours until each holds ``least`` (residents, or areas) or stands alone.

    The smallest group joins its smallest neighbour (ties: longest shared border, then code); a group without a border
    joins the nearest. ``start`` is a coarser table to begin from. Columns: area_code, merged_code, merged_name.
    """
    shapes = {str(code): shape for code, shape in zip(areas.frame["area_code"], areas.frame.geometry, strict=True)}
    groups = [frozenset({code}) for code in shapes] if start is None else _groups(start)
    parts: dict[frozenset[str], Any] = {
        group: shapely.union_all([shapes[code] for code in sorted(group)]) for group in groups
    }
    weight = {group: sum(sizes.get(code, 0.0) for code in group) for group in groups}
    while len(parts) > 1:
        small = min(parts, key=lambda group: (weight[group], min(group)))
        if weight[small] >= least:
            break
        other = _neighbour(small, parts, weight)
        whole = small | other
        parts[whole] = shapely.union_all([parts.pop(small), parts.pop(other)])
        weight[whole] = weight.pop(small) + weight.pop(other)
    return _table(areas, list(parts))


def _neighbour(
    small: frozenset[str], parts: Mapping[frozenset[str], Any], weight: Mapping[frozenset[str], float]
) -> frozenset[str]:
    near = parts[small].buffer(_TOUCHING_M)
    others = [group for group in parts if group != small]
    border = {group: near.intersection(parts[group].boundary).length for group in others}
    touching = [group for group in others if border[group] > 4 * _TOUCHING_M]
    if touching:
        return min(touching, key=lambda group: (weight[group], -round(border[group]), min(group)))
    return min(others, key=lambda group: (round(parts[small].distance(parts[group])), min(group)))


def _groups(table: pd.DataFrame) -> list[frozenset[str]]:
    return [frozenset(map(str, rows)) for _, rows in table.groupby("merged_code", sort=True)["area_code"]]


def _table(areas: Areas, groups: list[frozenset[str]]) -> pd.DataFrame:
    names = dict(zip(areas.frame["area_code"].astype("str"), areas.frame["area_name"].astype("str"), strict=True))
    rows: list[tuple[str, str, str]] = []
    for number, group in enumerate(sorted(groups, key=min), start=1):
        words = _name([names[code] for code in sorted(group)])
        rows.extend((code, f"P{number:03d}", words) for code in sorted(group))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str").sort_values("area_code", ignore_index=True)


def _name(names: list[str]) -> str:
    """Return a name for a group: the MSOAs of one town by number, else the first names.

    Example:
        >>> _name(["Town 001A", "Town 001B", "Town 004C"])
        'Town 001, 004'
    """
    if len(names) == 1:
        return names[0]
    matches = [match for match in map(_LSOA_NAME.fullmatch, names) if match]
    towns = {match["town"] for match in matches}
    if len(matches) == len(names) and len(towns) == 1:
        return f"{towns.pop()} {', '.join(sorted({match['msoa'] for match in matches}))}"
    shown, more = sorted(names)[:_MOST_NAMES], len(names) - _MOST_NAMES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
