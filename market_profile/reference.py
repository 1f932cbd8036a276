"""Reference tables under ``data/``: read once, each row with its source and the date it was checked.

A force corrects them without touching code. In a checkout they stand in ``data/``; in the wheel in ``_data/``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from market_profile.errors import MarketProfileError


def resource_folder(name: str) -> Path:
    """Return the folder ``data`` or ``templates``, in the checkout or in the installed package.

    Example:
        >>> resource_folder("data").name in {"data", "_data"}
        True
    """
    package = Path(__file__).parent
    for candidate in (package / f"_{name}", package.parent / name):
        if candidate.is_dir():
            return candidate
    raise MarketProfileError(f"the folder {name}/ is missing from the installation; reinstall market-profile")


@cache
def reference_table(name: str) -> pd.DataFrame:
    """Return the reference table ``data/<name>.csv`` with every cell as text and blanks as ``""``.

    Do not change the returned frame; copy it first.

    Example:
        >>> "grams" in reference_table("units").columns
        True
    """
    path = resource_folder("data") / f"{name}.csv"
    if not path.is_file():
        raise MarketProfileError(f"reference table data/{name}.csv is missing; reinstall market-profile")
    return pd.read_csv(path, dtype=str, keep_default_na=False, comment="#")
