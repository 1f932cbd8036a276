"""The version of the layout of ``store/``: an older one is brought up to date, a later one is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

from market_profile.errors import WrongUse
from market_profile.store.publish import write_file
from market_profile.store.renaming import rename_references

LAYOUT = 3
"""1: no mark, a run's products pickled in ``work/``. 2: the mark ``layout``, products as files, ``standing/``.
3: references that no two keys share (``renaming``)."""


def layout_of(store: Path) -> int:
    """Return the layout of the store: 0 where nothing was ever taken in."""
    mark = store / "layout"
    if mark.is_file():
        text = mark.read_text(encoding="ascii", errors="replace").strip()
        if not text.isdigit():
            raise WrongUse("store/layout is damaged; bring store/ back from a copy, or move it away and refresh afresh")
        return int(text)
    return 1 if (store / "batches").is_dir() else 0


def bring_up_to_date(store: Path) -> int:
    """Bring a store of an older layout up to date and return the layout it had; refuse one of a later version.

    Layout 1 needs its ``work/`` removed (products of a killed run, which nothing of this version reads); its tables,
    batches and months are those of layout 2. Layout 2 needs some records renamed.
    """
    found = layout_of(store)
    if found > LAYOUT:
        raise WrongUse(
            f"store/ has layout {found}, and this market-profile knows layouts up to {LAYOUT}; use the version that "
            "wrote it or a later one"
        )
    if found == 1 and (store / "work").is_dir():
        shutil.rmtree(store / "work")
    if found in (1, 2):
        rename_references(store)
    if found < LAYOUT:
        write_file(store / "layout", f"{LAYOUT}\n".encode())
    return found
