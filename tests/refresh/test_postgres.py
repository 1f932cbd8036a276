"""Prefect's own database on PostgreSQL: the flow runs, gives the plain refresh's bytes, and keeps nobody's data."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from market_profile.refresh.run import refresh
from tests.conftest import ROOT, copy_town, edition_hashes


def _tools() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_postgres(*command: str) -> list[str]:
    """Return the command for a user without rights: the server refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@pytest.fixture
def database() -> Iterator[str]:
    """Start a PostgreSQL server of its own on the loopback address and return its URL for Prefect."""
    tools = _tools()
    if tools is None:
        pytest.skip("NOT RUN: PostgreSQL's server is not installed")
    folder = Path(subprocess.check_output(_as_postgres("mktemp", "-d"), text=True).strip())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    initialise = _as_postgres(str(tools / "initdb"), "-D", str(folder / "data"), "-U", "prefect", "-A", "trust")
    subprocess.run(initialise, check=True, capture_output=True)
    server = subprocess.Popen(
        _as_postgres(str(tools / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", "127.0.0.1",
                     "-p", str(port)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ready = [str(tools / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
    for _ in range(120):
        if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
            break
        time.sleep(0.5)
    try:
        yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_the_flow_runs_with_postgresql_as_prefects_database(database: str, town_template: Path, tmp_path: Path) -> None:
    plain, flowed = (copy_town(town_template, tmp_path / name) for name in ("plain", "flowed"))
    refresh(plain)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment["PREFECT_API_DATABASE_CONNECTION_URL"] = database
    done = subprocess.run(
        [sys.executable, "-m", "flows", "refresh", str(flowed)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert edition_hashes(flowed / "editions") == edition_hashes(plain / "editions")
    assert not list((flowed / "store" / "prefect").glob("*.db"))
    dumped = subprocess.check_output(
        [str(_tools() / "pg_dump"), "-d", database.replace("+asyncpg", "")],  # type: ignore[operator]
        text=True,
    )
    assert "monthly_refresh" in dumped
    people = pd.read_csv(flowed / "truth" / "persons.csv", keep_default_na=False)
    canaries = {name for name in people["surname"] if len(name) > 6} | set(people["nominal_ref"]) - {""}
    assert [name for name in sorted(canaries) if name in dumped] == []
