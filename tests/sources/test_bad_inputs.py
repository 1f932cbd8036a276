"""Bad inputs made by hand: each read or refused with its exact reason, in 5 s and 300 MB, every row accounted for."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.sources.bad_inputs import Case, cases

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peak memory is read from /proc")


def _outcomes(step: int) -> list[tuple[Case, dict[str, Any]]]:
    """Read every ``step``-th case in one process of its own."""
    command = [sys.executable, "-m", "tests.sources.bad_inputs", str(step)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return list(zip(cases()[::step], rows, strict=True))


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len(set(names)) >= 120


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_each_is_read_or_refused_as_it_must_be_in_5_s_and_300_mb_and_adds_up(step: int) -> None:
    wrong, counted = [], 0
    for case, got in _outcomes(step):
        assert got["name"] == case.name
        expected = (case.reason, list(case.counts), sorted(case.codes))
        if "fault" in got or (got["reason"], got["counts"], got["codes"]) != expected:
            wrong.append((case.name, expected, got))
        elif got["seconds"] >= 5 or got["MB"] >= 300:
            wrong.append((case.name, "5 s and 300 MB", got))
        elif case.is_text and not case.reason:
            assert got["read"] == sum(got["counts"]) == _records(case), case.name
            counted += 1
    assert wrong == []
    assert counted > 100 / step


def _records(case: Case) -> int:
    """Count the records by the csv module alone."""
    raw = gzip.decompress(case.content) if case.file.endswith(".gz") else case.content
    text = ""
    for encoding in (case.source.get("encoding"), "utf-16" if raw[:2] == b"\xff\xfe" else None, "utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding) if encoding else ""
        except UnicodeDecodeError:
            continue
        if text:
            break
    first = text.splitlines()[0]
    mark = max(",;|\t", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]
    return len(rows) - 1
