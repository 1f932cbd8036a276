"""The image's conditions without an image: a read-only root, a fresh /tmp, no network; the bytes are the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from market_profile.refresh.run import refresh
from tests.conftest import ROOT, copy_town, edition_hashes

_CLOSED = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount --bind / /
mount -o remount,ro,bind /
mount -t tmpfs tmpfs /tmp
if touch written 2>/dev/null; then echo "the root can be written"; exit 9; fi
if getent hosts example.org >/dev/null 2>&1; then echo "there is a network"; exit 9; fi
shift
exec "$@"
"""


def _closed(*inside: str | Path) -> list[str]:
    """Return the command that runs in name spaces of its own: mounts and network."""
    owner = () if os.geteuid() == 0 else ("--map-root-user",)
    return ["unshare", *owner, "--mount", "--net", "sh", "-c", _CLOSED, "sh", *map(str, inside)]


@pytest.fixture
def area(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the workspace outside /tmp, which the closed process sees empty."""
    folder = ROOT / "build" / "closed" / tmp_path_factory.getbasetemp().name
    folder.mkdir(parents=True)
    if subprocess.run(_closed(folder, "true"), capture_output=True, check=False).returncode:
        pytest.skip("name spaces for mounts and network cannot be made here: the read-only root is not tried")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_refresh_needs_no_writable_root_and_no_network(area: Path, town_template: Path, tmp_path: Path) -> None:
    town = copy_town(town_template, area / "town")
    command = [sys.executable, "-m", "market_profile.cli", "refresh", str(town)]
    closed = {"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(_closed(area, *command), env=closed, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    plain = copy_town(town_template, tmp_path / "plain")
    refresh(plain)
    assert edition_hashes(town / "editions") == edition_hashes(plain / "editions")
