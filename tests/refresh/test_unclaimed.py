"""A file that no kind claims is told of in run.json and quarantine.csv, as of the refresh, and named nowhere else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd

from market_profile.periods import Month
from market_profile.refresh.making import load_records
from market_profile.refresh.plan import Plan, make_plan, open_workspace, snapshot_files, take_in
from market_profile.refresh.report import run_report
from market_profile.store import MonthStore
from market_profile.synthetic import Plan as Town
from market_profile.synthetic import write_town

NAME = "interview of John Smith.docx"


def _plan(folder: Path, month: str | None = None) -> Plan:
    workspace = open_workspace(folder)
    batch, warnings = take_in(workspace)
    return make_plan(workspace, batch, month, warnings)


def _told(plan: Plan) -> tuple[list[dict[str, str]], pd.DataFrame]:
    report = run_report(plan, load_records(plan).files, (), [])
    assert "Smith" not in json.dumps(report["warnings"])
    rows = load_records(plan).quarantine
    return report["unclaimed"], rows[rows["reason_codes"] == "unclaimed_file"]


def test_it_is_told_of_while_it_lies_there_and_as_of_then(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    write_town(folder, Town(logs=100, months=2, seed=5))
    plain = _plan(folder)
    assert _told(plain)[0] == [] and _told(plain)[1].empty
    (folder / "inbox" / NAME).write_bytes(b"PK not a table")
    plan = _plan(folder)
    assert plan.key != plain.key
    assert not any("Smith" in warning for warning in plan.warnings)
    sha256 = hashlib.sha256(b"PK not a table").hexdigest()
    files, rows = _told(plan)
    assert [(one["name"], one["sha256"]) for one in files] == [(NAME, sha256)]
    assert rows[["file", "line", "raw"]].to_numpy().tolist() == [[NAME, 0, ""]]
    # the month is kept as it was made: a later month without the file does not change what was said of it
    earlier = Month(plan.month.text).plus(-1)
    for month in (earlier, plan.month):
        states: dict[str, dict[str, pd.DataFrame]] = {}
        record = _plan(folder, month.text).record
        MonthStore(folder / "store").save(record, snapshot_files(plan.workspace), states)
    (folder / "inbox" / NAME).unlink()
    assert _told(_plan(folder))[0] == []
    assert _told(_plan(folder, earlier.text))[0] == files
