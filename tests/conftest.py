"""Shared: towns written once a session, where shared data stand, and how to run the command line for real."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from market_profile.refresh.process import be_frugal

be_frugal()  # as every command and its second process are, before numpy is read: its logarithms differ in the last bit

from market_profile.synthetic import Plan, write_town  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def edition_hashes(editions: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of every edition; run.json holds timings and is left out."""
    return {
        path.relative_to(editions).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(editions.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def run_cli(
    *arguments: str | Path, environment: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``market-profile`` as a process of its own."""
    command = [sys.executable, "-m", "market_profile.cli", *map(str, arguments)]
    full = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    return subprocess.run(command, capture_output=True, text=True, env=full, cwd=cwd, check=False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared folder's data; tests that need it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared/data is absent: the tests over real open data are skipped")
    return SHARED / "data"


@pytest.fixture(scope="session")
def town_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town, written once; copy it before refreshing."""
    folder = tmp_path_factory.mktemp("town") / "template"
    write_town(folder, Plan(logs=700, months=5, seed=41))
    return folder


@pytest.fixture
def town(town_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the small town, without a PDF to save time."""
    return copy_town(town_template, tmp_path / "town")


def copy_town(template: Path, target: Path) -> Path:
    """Copy a town's workspace and switch its PDF off."""
    shutil.copytree(template, target)
    settings = target / "area.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[report]\npdf = false\n", encoding="utf-8")
    return target
