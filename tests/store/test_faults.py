"""Every system call of the publish step is a place to be killed, to find the disk full or to meet a broken one.

strace injects the fault at the n-th call of a name. Afterwards the current edition is the old one or the new one,
whole; exit 0 means the new one; and publishing again gives the same bytes and leaves nothing beside it.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import market_profile.store.publish as publish
from tests.store.publish_once import MARK, content

SCRIPT = Path(__file__).with_name("publish_once.py")
FAILING = (
    "mkdir",
    "openat",
    "write",
    "fsync",
    "rename",
    "renameat2",
    "rmdir",
    "unlinkat",
    "unlink",
    "close",
    "getdents64",
)
FULL = ("mkdir", "openat", "write", "fsync", "rename", "renameat2", "close")
Point = tuple[str, int]


def _can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


needs_strace = pytest.mark.skipif(not _can_trace(), reason="NOT RUN: strace is missing or tracing is not allowed here")


def _publish(target: Path, way: str, *strace: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-S", "-B", str(SCRIPT), str(publish.__file__), str(target), "new", way]
    return subprocess.run(["strace", *strace, *command], capture_output=True, check=False, timeout=60)


def _standing(folder: Path, label: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    publish.publish_folder(folder / "2019-02", content(label))


def _points(folder: Path, way: str) -> list[Point]:
    """Return every system call of publishing as (name, how many of that name came before it and itself)."""
    _standing(folder, "old")
    trace = folder.with_name("trace")
    assert _publish(folder / "2019-02", way, "-o", str(trace)).returncode == 0
    seen: Counter[str] = Counter()
    points, is_on = [], False
    for line in trace.read_text(errors="replace").splitlines():
        called = re.match(r"([a-z0-9_]+)\(", line)
        if called is None:
            continue
        seen[called[1]] += 1
        if is_on and called[1] not in ("exit_group", "rt_sigaction", "munmap", "brk", "mmap", "sigaltstack"):
            points.append((called[1], seen[called[1]]))
        is_on = is_on or MARK in line
    return points


def _read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _suffer(folder: Path, way: str, point: Point, fault: str) -> None:
    """Publish over an old edition with one fault; check what stands, then publish again."""
    _standing(folder, "old")
    name, number = point
    done = _publish(
        folder / "2019-02", way, "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:{fault}:when={number}"
    )
    if way == "renames":
        publish.recover_folder(folder / "2019-02")  # without an exchange there is a moment between two renames
    stands = _read(folder / "2019-02")
    assert stands in (content("old"), content("new")), (point, fault, way)
    if done.returncode == 0:
        assert stands == content("new"), (point, fault, way, "exit 0 but wrong")
    publish.publish_folder(folder / "2019-02", content("new"))
    assert _read(folder) == {f"2019-02/{name}": data for name, data in content("new").items()}, (point, fault, way)


FAULTS: dict[str, tuple[str, Callable[[str], bool], int]] = {
    "killed": ("signal=KILL", lambda name: True, 75),
    "disk full": ("error=ENOSPC", lambda name: name in FULL, 50),
    "disk broken": ("error=EIO", lambda name: name in FAILING, 75),
}


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_at_any_system_call_breaks_the_current_edition(tmp_path: Path, fault: str) -> None:
    injected, is_wanted, least = FAULTS[fault]
    count = 0
    for way in ("exchange", "renames"):
        points = [point for point in _points(tmp_path / way / "editions", way) if is_wanted(point[0])]
        for point in points:
            _suffer(tmp_path / way / "editions", way, point, injected)
        count += len(points)
    print(f"{fault}: {count} points")
    assert count >= least


@needs_strace
@pytest.mark.parametrize("fault", FAULTS)
def test_a_sample_of_faults_does_not_break_the_current_edition(tmp_path: Path, fault: str) -> None:
    injected, is_wanted, _ = FAULTS[fault]
    for way in ("exchange", "renames"):
        points = [point for point in _points(tmp_path / way / "editions", way) if is_wanted(point[0])]
        for point in random.Random(fault).sample(points, 6):
            _suffer(tmp_path / way / "editions", way, point, injected)
