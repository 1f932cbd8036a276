"""Read what market-profile wrote for planners as an ``Answer``, from its files alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

from tests.benchmarks.truth import Answer, Town

ROOT = Path(__file__).resolve().parents[2]


def refresh(town: Town) -> float:
    """Run ``market-profile refresh`` on the town in a process of its own and return its wall-clock seconds."""
    import time

    start = time.perf_counter()
    command = [sys.executable, "-m", "market_profile.cli", "refresh", str(town.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"refresh ended with {done.returncode}: {done.stderr[-2000:]}")
    return time.perf_counter() - start


def our_answer(town: Town) -> Answer:
    """Return the planner edition of the town's last month."""
    folder = town.folder / "editions" / town.last_month / "planner" / "tables"
    records = _read(folder, "nominal_records").rename(columns={"nominal_id": "id"})
    nodes = _read(folder, "network_nodes").rename(columns={"nominal_id": "id"})
    edges = _read(folder, "network_edges")
    stated = _supply(edges)
    return Answer(
        records[["kind", "record_ref", "subject_no", "id"]],
        nodes[["id", "role"]],
        pd.concat([stated, _likely(edges)], ignore_index=True),
        {"ours": _cells(folder)},
        _people(_read(folder, "targets")),
        _prices(_read(folder, "indicators")),
        stated,
    )


def sure_mentions(town: Town, least: float) -> pd.DataFrame:
    """Return the mentions whose nominal the planner edition gives a chance of ``least`` or more."""
    folder = town.folder / "editions" / town.last_month / "planner" / "tables"
    records = _read(folder, "nominal_records").rename(columns={"nominal_id": "id"})
    return records.loc[records["match_probability"] >= least, ["kind", "record_ref", "subject_no", "id"]]


def seconds_by_stage(town: Town) -> dict[str, float]:
    """Return the refresh's own timings from run.json."""
    report = json.loads((town.folder / "editions" / town.last_month / "run.json").read_text(encoding="utf-8"))
    return {stage["name"]: stage["seconds"] for stage in report["stages"]}


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype={"record_ref": str, "subject_no": str})


def _supply(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the supply edges that records state and the network publishes, those suspected false left out.

    Contradicted ties stay in: they are published, marked. Without them precision rises and recall falls.
    """
    rows = edges[edges["relation"] == "supplies"]
    rows = rows[~rows["is_suspected_false"].astype(bool)]
    names = {"source_nominal_id": "source", "target_nominal_id": "target"}
    return rows.rename(columns=names)[["source", "target"]].reset_index(drop=True)


def _likely(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the ties that the network publishes as likely supply, never stated: who is likely to supply whom."""
    rows = edges[edges["likely_supplier_nominal_id"].notna()]
    source, ends = rows["likely_supplier_nominal_id"], rows[["source_nominal_id", "target_nominal_id"]]
    target = ends["target_nominal_id"].where(ends["source_nominal_id"] == source, ends["source_nominal_id"])
    return pd.DataFrame({"source": source, "target": target}).reset_index(drop=True)


def _cells(folder: Path) -> pd.DataFrame:
    rows = _read(folder, "hotspots").sort_values("rank", kind="stable")
    return rows[["easting_m", "northing_m"]].reset_index(drop=True)


def _people(targets: pd.DataFrame) -> pd.DataFrame:
    rows = targets[(targets["target_kind"] == "nominal") & targets["excluded_reason"].isna()]
    rows = rows[rows["rank"].notna()].sort_values("rank", kind="stable")
    return rows[["target_id"]].rename(columns={"target_id": "id"}).reset_index(drop=True)


def _prices(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the price per pure gram of the longest window that ends last, for each drug."""
    rows = indicators[indicators["indicator"] == "price_per_pure_gram"]
    rows = rows[rows["period"].str.contains("..", regex=False)].sort_values("period", kind="stable")
    rows = rows.assign(last=rows["period"].str[-7:]).sort_values(["drug", "last", "n"], kind="stable")
    last = rows.drop_duplicates("drug", keep="last")
    return last.rename(columns={"value": "price_per_pure_g_gbp"})[["drug", "price_per_pure_g_gbp"]]
