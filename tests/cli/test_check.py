"""What `check` prints, and what it leaves in its report."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from rich.console import Console

from market_profile.cli.showing import run_check


def _said(town: Path) -> str:
    console = Console(file=io.StringIO(), width=200)
    run_check(town, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_file_that_no_kind_claims_is_noted_and_named_in_the_report_alone(town: Path) -> None:
    for path in (town / "inbox").iterdir():
        path.unlink()
    (town / "inbox" / "Jane Doe extract.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    said = _said(town)
    assert "no record kind claims its name" in said
    assert "taken in before" not in said
    assert "Jane Doe" not in said
    report = pd.read_csv(town / "store" / "check" / "quarantine.csv")
    assert report[["file", "line", "reason_codes"]].to_numpy().tolist() == [
        ["Jane Doe extract.csv", 0, "unclaimed_file"]
    ]


def test_an_empty_inbox_has_nothing_new(town: Path) -> None:
    for path in (town / "inbox").iterdir():
        path.unlink()
    assert "No new files in inbox/" in _said(town)
