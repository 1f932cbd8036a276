"""Row accounting and run.json."""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import version
from typing import Any

import pandas as pd

from market_profile import __version__
from market_profile.errors import AccountingError
from market_profile.refresh.plan import Plan
from market_profile.refresh.unclaimed import unclaimed_files
from market_profile.store import Warehouse

_TOTALS = ["read", "accepted", "quarantined", "duplicate", "amended"]
_VERSIONED = ("pandas", "geopandas", "shapely", "duckdb", "deltalake", "splink", "networkx", "scikit-learn", "prefect")


def check_accounting(files: pd.DataFrame) -> None:
    """Raise ``AccountingError`` unless read = accepted + quarantined + duplicate for every file."""
    if files.empty:
        return
    wrong = files["read"] != files["accepted"] + files["quarantined"] + files["duplicate"]
    if wrong.any():
        ids = ", ".join(files.loc[wrong, "file_id"].head(5))
        raise AccountingError(f"rows do not add up in {int(wrong.sum())} files ({ids}); nothing was published")


def reconciliation(files: pd.DataFrame) -> pd.DataFrame:
    """Return the accounting by kind: kind, files, read, accepted, quarantined, duplicate, amended."""
    check_accounting(files)
    if files.empty:
        return pd.DataFrame(columns=["kind", "files", *_TOTALS])
    grouped = files.groupby("kind", sort=True)
    return grouped[_TOTALS].sum().assign(files=grouped.size()).reset_index()[["kind", "files", *_TOTALS]]


def run_report(
    plan: Plan, files: pd.DataFrame, not_supplied: tuple[str, ...], stages: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return run.json as CONTRACT.md section 3 states it."""
    check_accounting(files)
    sources: dict[str, Any] = {}
    if len(files):
        for kind, rows in files.groupby("kind", sort=True):
            sources[str(kind)] = _source(rows)
    return {
        "month": plan.month.text,
        "area": plan.workspace.settings.area.name,
        "run_id": plan.run_id,
        "sources": sources,
        "stages": stages,
        "not_supplied": list(not_supplied),
        "unclaimed": unclaimed_files(plan),
        "warnings": [*Warehouse(plan.workspace.store).warnings(plan.batch), *plan.notes],
        "versions": {"market-profile": __version__, **{name: version(name) for name in _VERSIONED}},
        "settings_sha256": plan.workspace.settings.sha256,
    }


def _source(rows: pd.DataFrame) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    for text in rows["reasons"]:
        reasons.update(json.loads(text))
    listed = [
        {"name": row["name"], "sha256": row["sha256"], **{total: int(row[total]) for total in _TOTALS}}
        for row in rows[["name", "sha256", *_TOTALS]].to_dict("records")
    ]
    totals = {total: int(rows[total].sum()) for total in _TOTALS}
    return {"files": listed, **totals, "reasons": dict(sorted(reasons.items()))}
