"""A small maker of typed tables: rows as dicts, every other column empty with its declared dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from market_profile.contracts.columns import DTYPES, SYSTEM_COLUMNS
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.settings import Settings

Rows = list[dict[str, Any]]


def typed(kind: str, rows: Rows) -> pd.DataFrame:
    """Return ``rows`` as an accepted frame of ``kind``, with derived columns and record_ref."""
    declared = KINDS[kind]
    dtypes = {column.name: DTYPES[column.type] for column in declared.columns} | SYSTEM_COLUMNS
    data = {}
    for name, dtype in dtypes.items():
        values = [row.get(name, "" if dtype == "str" else None) for row in rows]
        data[name] = pd.Series(values, dtype=object).astype(dtype if dtype != "int64" else "Int64")
    frame = pd.DataFrame(data)
    refs = ["/".join(str(row.get(key, "")) for key in declared.key) or f"row{place}" for place, row in enumerate(rows)]
    frame["record_ref"] = [row.get("record_ref", ref) for row, ref in zip(rows, refs, strict=True)]
    return declared.derive(frame) if declared.derive else frame


@pytest.fixture
def make() -> Callable[..., Tables]:
    """Return a function from kind=rows to Tables."""
    return lambda **kinds: Tables({kind: typed(kind, rows) for kind, rows in kinds.items()})


@pytest.fixture
def settings() -> Settings:
    """Return settings with every default."""
    return Settings.model_validate({"area": {"name": "Town", "code": "X1", "partner_areas": "a.geojson"}})
