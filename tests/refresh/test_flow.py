"""The Prefect flow gives the same bytes as the plain refresh, and Prefect's database holds no personal data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from flows.guard import guarded
from market_profile.refresh.run import refresh
from tests.conftest import ROOT, copy_town, edition_hashes


def run_flow(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``python -m flows`` as a process of its own, with Prefect's home where the flow puts it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.run(
        [sys.executable, "-m", "flows", *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def start_flow(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start ``python -m flows`` as ``run_flow`` does, without waiting for it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "flows", *map(str, arguments)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_a_fault_of_the_disk_keeps_its_kind_and_loses_the_file_that_may_name_a_person() -> None:
    def step() -> None:
        raise PermissionError(13, "Permission denied", "inbox/custody of John Ashcroft.csv")

    with pytest.raises(PermissionError) as found:
        guarded(step)()
    assert str(found.value) == "[Errno 13] Permission denied"


def test_flow_and_plain_refresh_give_the_same_bytes(town_template: Path, tmp_path: Path) -> None:
    plain = copy_town(town_template, tmp_path / "plain")
    flowed = copy_town(town_template, tmp_path / "flowed")
    refresh(plain)
    done = run_flow("refresh", flowed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "partner/profile.html" in done.stdout
    assert edition_hashes(flowed / "editions") == edition_hashes(plain / "editions")
    home = flowed / "store" / "prefect"
    assert home.is_dir()
    people = pd.read_csv(flowed / "truth" / "persons.csv", keep_default_na=False)
    canaries = {name for name in people["surname"] if len(name) > 6} | set(people["nominal_ref"]) - {""}
    texts = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert texts
    found = [name for name in sorted(canaries) if any(name.encode() in text for text in texts)]
    assert found == []
    # each step is a stage of run.json and of the journal, as in the plain refresh
    stages = [stage["name"] for stage in json.loads(next(flowed.rglob("run.json")).read_text())["stages"]]
    lines = (flowed / "store" / "logs" / "refresh.jsonl").read_text().splitlines()
    told = [line["name"] for line in map(json.loads, lines) if line["event"] == "stage"]
    expected = {"read inbox", "load records", "planner: resolve", "partner: profile", "render planner edition"}
    assert expected <= set(stages) and expected <= set(told)
    # a second run finds its inbox in the cache and changes nothing
    again = run_flow("refresh", flowed)
    assert again.returncode == 0, again.stdout + again.stderr
    assert edition_hashes(flowed / "editions") == edition_hashes(plain / "editions")
