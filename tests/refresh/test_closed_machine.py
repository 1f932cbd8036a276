"""A machine that is closed or full: read-only root, fresh /tmp, no network as in the image; a disk that fills up."""

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
_REFRESH = (sys.executable, "-m", "market_profile.cli", "refresh")
_FILLS_UP = """
set -e
written=$(du -sk "$1/written" | cut -f1)
mkdir "$1/disk"
mount --make-rprivate /
mount -t tmpfs -o size=$((written + $2))k tmpfs "$1/disk"
cp -r "$1/written" "$1/disk/town"
shift 2
"$@" "$0/disk/town" && exit 9 || echo "ended with $?"
mount -o remount,size=1g "$0/disk"
"$@" "$0/disk/town"
cp -r "$0/disk/town/editions" "$0/editions"
"""


def _closed(script: str, folder: Path, *inside: str) -> subprocess.CompletedProcess[str]:
    """Run the script in name spaces of its own: mounts and network."""
    owner = () if os.geteuid() == 0 else ("--map-root-user",)
    command = ["unshare", *owner, "--mount", "--net", "sh", "-c", script, str(folder), str(folder), *inside]
    closed = {"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=closed, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def area(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the workspace outside /tmp, which the closed process sees empty."""
    if ROOT.is_relative_to("/tmp"):  # nosec B108
        pytest.skip("this checkout lies in /tmp, which the closed process sees empty: the read-only root is not tried")
    folder = ROOT / "build" / "closed" / tmp_path_factory.getbasetemp().name
    folder.mkdir(parents=True)
    if _closed(_CLOSED, folder, "true").returncode:
        pytest.skip("name spaces for mounts and network cannot be made here: the read-only root is not tried")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def expected(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The editions that a plain refresh of the town gives."""
    plain = copy_town(town_template, tmp_path_factory.mktemp("plain") / "town")
    refresh(plain)
    return plain / "editions"


@pytest.mark.slow
def test_refresh_needs_no_writable_root_and_no_network(area: Path, town_template: Path, expected: Path) -> None:
    town = copy_town(town_template, area / "town")
    done = _closed(_CLOSED, area, *_REFRESH, str(town))
    assert done.returncode == 0, done.stdout + done.stderr
    assert edition_hashes(town / "editions") == edition_hashes(expected)


@pytest.mark.slow
@pytest.mark.parametrize("room_kb", [0, 400, 1_500, 3_000])
def test_a_disk_that_fills_up_is_said_in_words_and_the_next_run_completes(
    room_kb: int, area: Path, town_template: Path, expected: Path
) -> None:
    copy_town(town_template, area / "written")
    done = _closed(_FILLS_UP, area, str(room_kb), *_REFRESH)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ended with 1\n" in done.stdout
    assert "The disk is full." in done.stderr
    assert "Traceback" not in done.stderr
    assert edition_hashes(area / "editions") == edition_hashes(expected)
