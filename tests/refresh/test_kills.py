"""A refresh killed at any moment leaves every current edition whole; the next run completes it with the same bytes.

Two tests kill the command itself. The thirty random kills and the ten rounds of twelve use processes forked from a
server that has read every module but worked on nothing: they run the same ``refresh`` and start at the same instant.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from market_profile.errors import Locked
from market_profile.refresh.run import refresh
from market_profile.store.audit import verify_audit
from market_profile.synthetic import Plan, write_town
from tests.conftest import ROOT, copy_town, edition_hashes

CLI = [sys.executable, "-m", "market_profile.cli", "refresh"]
READ_ALREADY = ["market_profile.refresh.analysis", "market_profile.render", "market_profile.editions.make"]
Kill = Callable[[Path], int]
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload([*READ_ALREADY, __name__])

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny town with an edition of its month before the last, and the last month's files just arrived."""
    template = tmp_path_factory.mktemp("kills") / "template"
    write_town(template, Plan(logs=150, months=2, seed=41))
    folder = copy_town(template, template.with_name("town"))
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


def _suffer(before: Path, folder: Path, expected: dict[str, str], kills: list[Kill], two: bool) -> None:
    """Refresh a copy, killed as often as there are ``kills``; then undisturbed, which must give the expected bytes."""
    shutil.copytree(before, folder)
    settings = folder / "area.toml"
    rows = 0 if two else 10**9
    settings.write_text(settings.read_text(encoding="utf-8") + f"\n[run]\nrows_for_second_process = {rows}\n")
    old = edition_hashes(folder / "editions")
    for kill in kills:
        _check_after_kill(folder, old, expected, kill(folder))
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


def _work(folder: Path) -> None:
    """Refresh in this process and end it with the command's own exit codes; stands in for the command line."""
    os.umask(0o077)
    try:
        refresh(folder)
    except Locked:
        sys.exit(75)


def _forked(folder: Path) -> ForkServerProcess:
    child = SERVER.Process(target=_work, args=(folder,))
    child.start()
    return child


def _kill_after(seconds: float) -> Kill:
    def kill(folder: Path) -> int:
        child = _forked(folder)
        child.join(seconds)
        child.kill()
        child.join()
        return int(child.exitcode or 0)

    return kill


def _kill_when(is_time: Callable[[Path], bool]) -> Kill:
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
    _suffer(before, tmp_path / "town", expected, [_kill_when(_tables_grow)], two=False)


@pytest.mark.slow
def test_killed_once_the_month_is_kept_and_before_the_edition_is(
    before: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    month = max(name[:7] for name in _months(expected))
    kill = _kill_when(lambda folder: (folder / "store" / "months" / month).is_dir())
    _suffer(before, tmp_path / "town", expected, [kill], two=True)


def _products(folder: Path) -> list[Path]:
    return sorted((folder / "store" / "work").glob("[!.]*/stages.json"))


@pytest.mark.slow
def test_what_a_killed_run_had_finished_is_taken_over_by_the_next(
    before: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "town"
    shutil.copytree(before, folder)
    settings = folder / "area.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[run]\nrows_for_second_process = 0\n")
    assert _kill_when(lambda folder: bool(_products(folder)))(folder) == -signal.SIGKILL
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in _products(folder)]
    assert kept and _months(edition_hashes(folder / "editions")) != _months(expected)
    refresh(folder)
    assert edition_hashes(folder / "editions") == expected
    report = json.loads((folder / "editions" / max(_months(expected))[:7] / "run.json").read_text(encoding="utf-8"))
    made = {(stage["name"], stage["seconds"], stage["cpu_seconds"]) for stage in report["stages"]}
    assert {(stage["name"], stage["seconds"], stage["cpu_seconds"]) for stages in kept for stage in stages} <= made
    assert not (folder / "store" / "work").exists()


@pytest.mark.slow
def test_thirty_kills_at_random_times_three_in_a_row(before: Path, expected: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "measured"
    for _ in range(2):  # the first also waits for the server to read every module
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(before, folder)
        began = time.perf_counter()
        child = _forked(folder)
        child.join()
        assert child.exitcode == 0
        whole = time.perf_counter() - began
    generator = random.Random(30)
    for number in range(10):
        kills = [_kill_after(whole * generator.uniform(0.02, 1.05)) for _ in range(3)]
        _suffer(before, tmp_path / f"town-{number}", expected, kills, two=number % 3 == 0)


def _codes(children: list[subprocess.Popen[bytes]]) -> list[int]:
    return [child.wait() for child in children]


def _twelve(folder: Path) -> list[int]:
    children = [_forked(folder) for _ in range(12)]
    for child in children:
        child.join()
    return [int(child.exitcode or 0) for child in children]


def _one_of(before: Path, folder: Path, expected: dict[str, str], start: Callable[[Path], list[int]]) -> None:
    """Start refreshes at once: one makes the edition and its audit line, the others find the lock held."""
    shutil.copytree(before, folder)
    lines = (folder / "store" / "audit.jsonl").read_bytes().count(b'"combination"')
    codes = start(folder)
    assert sorted(codes) == [0, *[75] * (len(codes) - 1)]
    assert edition_hashes(folder / "editions") == expected
    assert (folder / "store" / "audit.jsonl").read_bytes().count(b'"combination"') == lines + 1
    _check_audit(folder)
    shutil.rmtree(folder)


@pytest.mark.slow
def test_of_three_refreshes_at_once_one_works(before: Path, expected: dict[str, str], tmp_path: Path) -> None:
    _one_of(before, tmp_path / "town", expected, lambda folder: _codes([_start(folder) for _ in range(3)]))


@pytest.mark.slow
def test_of_twelve_refreshes_at_once_one_works_in_ten_rounds(
    before: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    for number in range(10):
        _one_of(before, tmp_path / f"town-{number}", expected, _twelve)
