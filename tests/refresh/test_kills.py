"""A refresh killed at any moment leaves every current edition whole; the next run completes it with the same bytes."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from market_profile.refresh.run import refresh
from market_profile.store.audit import verify_audit
from tests.conftest import ROOT, copy_town, edition_hashes

CLI = [sys.executable, "-m", "market_profile.cli", "refresh"]


@pytest.fixture(scope="module")
def before(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town with an edition of its month before the last, and the last month's files just arrived."""
    folder = copy_town(town_template, tmp_path_factory.mktemp("kills") / "town")
    later = folder.with_name("later")
    later.mkdir()
    last = max(path.name for path in (folder / "inbox").glob("log_subjects_*")).removeprefix("log_subjects_")[:7]
    for path in sorted((folder / "inbox").glob(f"*{last}*")):
        path.rename(later / path.name)
    refresh(folder)
    for path in sorted(later.iterdir()):
        path.rename(folder / "inbox" / path.name)
    return folder


@pytest.fixture(scope="module")
def expected(before: Path) -> dict[str, str]:
    """The hashes of both editions after a refresh that nothing disturbed."""
    folder = before.with_name("undisturbed")
    shutil.copytree(before, folder)
    refresh(folder)
    return edition_hashes(folder / "editions")


def _start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*CLI, str(folder)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _check_after_kill(folder: Path, old: dict[str, str], expected: dict[str, str], code: int) -> None:
    """Every edition that stands is whole: the old ones as they were, the new one complete or not there."""
    now = _months(edition_hashes(folder / "editions"))
    assert now in (_months(old), _months(expected))
    if code == 0:
        assert now == _months(expected)


def _months(hashes: dict[str, str]) -> dict[str, str]:
    """Return the files of whole editions: neither staging folders nor the pages beside them."""
    return {name: value for name, value in hashes.items() if name[0].isdigit()}


def _suffer(before: Path, folder: Path, expected: dict[str, str], kill: Callable[[Path], int], two: bool) -> None:
    shutil.copytree(before, folder)
    settings = folder / "area.toml"
    rows = 0 if two else 10**9
    settings.write_text(settings.read_text(encoding="utf-8") + f"\n[run]\nrows_for_second_process = {rows}\n")
    old = edition_hashes(folder / "editions")
    code = kill(folder)
    _check_after_kill(folder, old, expected, code)
    refresh(folder)
    assert edition_hashes(folder / "editions") == expected
    assert sorted(path.name for path in (folder / "editions").iterdir()) == sorted(
        {name.split("/")[0] for name in expected}
    )
    _check_audit(folder)
    shutil.rmtree(folder)


def _check_audit(folder: Path) -> None:
    log = folder / "store" / "audit.jsonl"
    assert verify_audit(log).fault == ""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    batches = [line["details"]["batch"] for line in lines if line["category"] == "collection"]
    assert batches == [1, 2]


def _kill_after(seconds: float) -> Callable[[Path], int]:
    def kill(folder: Path) -> int:
        child = _start(folder)
        try:
            return child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    return kill


def _kill_when(is_time: Callable[[Path], bool]) -> Callable[[Path], int]:
    def kill(folder: Path) -> int:
        child = _start(folder)
        while child.poll() is None and not is_time(folder):
            time.sleep(0.002)
        child.kill()
        return child.wait()

    return kill


def _tables_grow(folder: Path) -> bool:
    return len(list((folder / "store" / "tables" / "log_subjects" / "_delta_log").glob("*.json"))) > 1


@pytest.mark.slow
def test_killed_between_the_rows_and_the_marker_of_a_batch(
    before: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    _suffer(before, tmp_path / "town", expected, _kill_when(_tables_grow), two=False)


@pytest.mark.slow
def test_killed_once_the_month_is_kept_and_before_the_edition_is(
    before: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    month = max(name[:7] for name in _months(expected))
    _suffer(
        before, tmp_path / "town", expected, _kill_when(lambda f: (f / "store" / "months" / month).is_dir()), two=True
    )


@pytest.mark.slow
def test_thirty_kills_at_random_times(before: Path, expected: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "measured"
    shutil.copytree(before, folder)
    began = time.perf_counter()
    subprocess.run([*CLI, str(folder)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - began
    generator = random.Random(30)
    for number in range(30):
        seconds = whole * generator.uniform(0.15, 1.05)
        _suffer(before, tmp_path / f"town-{number}", expected, _kill_after(seconds), two=bool(number % 2))


def _together(folder: Path, count: int) -> list[int]:
    children = [_start(folder) for _ in range(count)]
    return [child.wait() for child in children]


def _one_of(before: Path, folder: Path, expected: dict[str, str], count: int) -> None:
    """Start ``count`` refreshes at once: one makes the edition and its audit line, the others find the lock held."""
    shutil.copytree(before, folder)
    lines = (folder / "store" / "audit.jsonl").read_bytes().count(b'"combination"')
    codes = _together(folder, count)
    assert sorted(codes) == [0, *[75] * (count - 1)]
    assert edition_hashes(folder / "editions") == expected
    assert (folder / "store" / "audit.jsonl").read_bytes().count(b'"combination"') == lines + 1
    _check_audit(folder)
    shutil.rmtree(folder)


@pytest.mark.slow
def test_of_three_refreshes_at_once_one_works(before: Path, expected: dict[str, str], tmp_path: Path) -> None:
    _one_of(before, tmp_path / "town", expected, 3)


@pytest.mark.slow
def test_of_twelve_refreshes_at_once_one_works_in_ten_rounds(
    before: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    for number in range(10):
        _one_of(before, tmp_path / f"town-{number}", expected, 12)
