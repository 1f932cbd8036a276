"""An intake in two processes: what it takes in is what one process takes in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from market_profile.refresh.beside import SecondProcess
from market_profile.refresh.plan import Workspace, open_workspace, read_new_files, take_in
from market_profile.refresh.run import sharing
from market_profile.sources import APART, Intake


def _same(ours: Intake, theirs: Intake) -> None:
    assert ours.accounts == theirs.accounts
    assert (ours.refused, ours.warnings) == (theirs.refused, theirs.warnings)
    assert list(ours.accepted) == list(theirs.accepted)
    for kind, rows in ours.accepted.items():
        pd.testing.assert_frame_equal(rows, theirs.accepted[kind])
    pd.testing.assert_frame_equal(ours.quarantine, theirs.quarantine)
    pd.testing.assert_frame_equal(ours.place_faults, theirs.place_faults)


def _in_two(folder: Path, rows: int = 0) -> Workspace:
    """Return the workspace, set to use a second process above so many rows."""
    settings = folder / "area.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[run]\nrows_for_second_process = {rows}\n")
    return open_workspace(folder)


def test_two_processes_take_in_what_one_does_and_a_child_that_fails_is_made_good(town: Path) -> None:
    (town / "inbox" / "street_crime_2018-99.csv").write_bytes(b'Crime ID,Month\n"open')  # refused by the child
    (town / "inbox" / "log_subjects_2018-99.csv").write_bytes(b"")  # and by this process
    workspace, second = _in_two(town), SecondProcess(town)
    alone = read_new_files(workspace)
    assert {refusal.kind for refusal in alone.refused} == {"street_crime", "log_subjects"}
    assert len(alone.quarantine) and APART & set(alone.accepted)
    shared = read_new_files(workspace, sharing(workspace, second))
    assert second.child is not None, "it waits to be told what to make"
    _same(shared, alone)
    assert not [path for path in (town / "store").rglob("*") if path.is_file()]
    second.stop()
    (town / "area.toml").rename(town / "area.toml.away")  # the child cannot open the workspace
    mended = read_new_files(workspace, sharing(workspace, second))
    assert second.child is None
    _same(mended, alone)


def test_two_processes_take_in_a_later_month_as_one_does(town: Path) -> None:
    workspace, second = _in_two(town), SecondProcess(town)
    kept = {path: path.read_bytes() for path in (town / "inbox").glob("*2018-03*")}
    assert {"street_crime", "log_subjects"} <= {path.name.split("_2018")[0] for path in kept}
    for path in kept:
        path.unlink()
    take_in(workspace)
    for path, content in kept.items():
        path.write_bytes(content)
    alone = read_new_files(workspace)
    shared = read_new_files(workspace, sharing(workspace, second))
    assert second.child is not None
    second.stop()
    assert any(account.is_known for account in alone.accounts if account.kind in APART)
    assert APART & set(alone.accepted)
    _same(shared, alone)


def test_a_small_inbox_is_read_by_one_process_and_a_child_that_stood_by_is_ended(town: Path) -> None:
    workspace, second = _in_two(town, 10_000_000), SecondProcess(town)
    child = second.stand_by()
    read_new_files(workspace, sharing(workspace, second))
    assert second.child is None
    assert child.process.returncode is not None
