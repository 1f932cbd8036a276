"""The index and the comparison over the months, written beside the months' folders from what stands in them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from market_profile.periods import Month
from market_profile.refresh.plan import Workspace
from market_profile.refresh.released import ReleaseStore
from market_profile.store.publish import write_file

if TYPE_CHECKING:
    from market_profile.render.months import MonthOnShelf, Reading

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_PAGES = tuple(f"{who}/profile.{ending}" for who in ("planner", "partner") for ending in ("html", "pdf"))

COMPARED = (
    ("price_per_pure_gram", "Price of a pure gram", "£", 0),
    ("purity", "Purity", "%", 0),
    ("deal_weight", "Deal weight", "g", 2),
    ("availability", "Attempts that end in a purchase", "%", 0),
    ("minutes_to_deal", "Minutes to a deal", "minutes", 0),
)
"""Indicator, its words, its unit and decimals: figures of twelve months that two months are compared by."""


def write_shelf(workspace: Workspace) -> None:
    """Write ``editions/index.html`` and, from two months on, ``editions/compare.html``.

    They are made from the months' folders alone: a refresh that was killed before it came here is mended by the next.
    """
    from market_profile.render.months import COMPARE, INDEX, Shelf, shelf_pages

    root = workspace.folder / "editions"
    folders = sorted(path for path in root.iterdir() if _is_edition(path)) if root.is_dir() else []
    if not folders:
        return
    theme, releases = workspace.settings.theme, ReleaseStore(workspace.folder / "store")
    shelf = Shelf(workspace.settings.area.name, tuple(_month(path, releases) for path in folders), theme)
    pages = shelf_pages(shelf)
    for name in (INDEX, COMPARE):
        if name in pages and not _is_same(root / name, pages[name]):
            write_file(root / name, pages[name])
    os.utime(root / INDEX)  # also where it says the same as before: it is up to date from here on


def mend_shelf(workspace: Workspace) -> None:
    """Write the pages where an edition is newer than they are, as after a run that was killed."""
    index = workspace.folder / "editions" / "index.html"
    made = index.stat().st_mtime_ns if index.is_file() else 0
    if any(path.stat().st_mtime_ns > made for path in index.parent.glob("*/run.json")):
        write_shelf(workspace)


def _is_edition(path: Path) -> bool:
    """Tell whether a folder holds a month's edition; one whose run.json is damaged is left off the shelf."""
    try:
        run = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return _MONTH.fullmatch(path.name) is not None and isinstance(run, dict) and {"sources", "not_supplied"} <= set(run)


def _is_same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _month(folder: Path, releases: ReleaseStore) -> MonthOnShelf:
    from market_profile.render.months import MonthOnShelf
    from market_profile.render.scales import day_text

    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    sources = run["sources"].values()
    return MonthOnShelf(
        month=folder.name,
        cutoff=str(day_text(Month(folder.name).last_day)),
        state=_state(folder, releases),
        accepted=sum(source["accepted"] for source in sources),
        set_aside=sum(source["quarantined"] for source in sources),
        missing=tuple(str(kind).replace("_", " ") for kind in run["not_supplied"]),
        files=frozenset(name for name in _PAGES if (folder / name).is_file()),
        readings=(*_headlines(folder), *_indicators(folder), *_counts(folder)),
    )


def _state(folder: Path, releases: ReleaseStore) -> str:
    """Return the state of a month's partner edition in words, with the two people who signed a released one.

    A draft made after a release says who signed what partners hold.
    """
    manifest = folder / "partner" / "manifest.json"
    if not manifest.is_file():
        return "not made"
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    state = str(content.get("state", "draft")).replace("_", " ").capitalize()
    people = [str(content[key]) for key in ("author", "approver") if content.get(key)]
    if people:
        return f"{state}: signed by {' and '.join(people)}"
    out = releases.last(folder.name)
    if out is None or out.notice is not None:
        return state
    return f"{state}, changed since: partners hold the edition signed by {' and '.join(out.signers)}"


def _headlines(folder: Path) -> list[Reading]:
    from market_profile.render.months import Reading

    rows = _table(folder, "headline_figures").to_dict("records")
    return [Reading(f"{str(row['figure']).capitalize()}, this month", float(row["value"])) for row in rows]


def _indicators(folder: Path) -> list[Reading]:
    from market_profile.render.months import Reading

    frame = _table(folder, "indicators")
    if frame.empty:
        return []
    year = frame[frame["period"].astype("str").str.endswith(f"..{folder.name}")]
    found = []
    for indicator, words, unit, decimals in COMPARED:
        rows = year[year["indicator"] == indicator].sort_values("drug", kind="stable")
        for row in rows.to_dict("records"):
            value, low, high = (_number(row[name]) for name in ("value", "low", "high"))
            drug = "all drugs" if row["drug"] == "all" else row["drug"]
            found.append(Reading(f"{words}, {drug}, twelve months", value, low, high, unit, decimals))
    return found


def _counts(folder: Path) -> list[Reading]:
    from market_profile.render.months import Reading

    counted = (
        ("hotspots", "Cells flagged as hotspots"), ("targets", "Targets on the board or left out"),
        ("review_pairs", "Pairs of nominals that wait for review"),
    )  # fmt: skip
    tables = folder / "planner" / "tables"
    there = [(name, words) for name, words in counted if (tables / f"{name}.csv").is_file()]
    return [Reading(words, float(len(_table(folder, name)))) for name, words in there]


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / "planner" / "tables" / f"{name}.csv"
    return pd.read_csv(path) if path.is_file() else pd.DataFrame()
