"""A first intake in two processes: what it takes in is what one process takes in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from market_profile.refresh.apart import reading_apart
from market_profile.refresh.plan import open_workspace, read_new_files
from market_profile.settings import RunSettings
from market_profile.sources import APART, Intake


def _same(ours: Intake, theirs: Intake) -> None:
    assert ours.accounts == theirs.accounts
    assert (ours.refused, ours.warnings) == (theirs.refused, theirs.warnings)
    assert list(ours.accepted) == list(theirs.accepted)
    for kind, rows in ours.accepted.items():
        pd.testing.assert_frame_equal(rows, theirs.accepted[kind])
    pd.testing.assert_frame_equal(ours.quarantine, theirs.quarantine)
    pd.testing.assert_frame_equal(ours.place_faults, theirs.place_faults)


def test_two_processes_take_in_what_one_does_and_a_child_that_fails_is_made_good(town: Path) -> None:
    (town / "inbox" / "street_crime_2018-99.csv").write_bytes(b'Crime ID,Month\n"open')  # refused by the child
    (town / "inbox" / "log_subjects_2018-99.csv").write_bytes(b"")  # and by this process
    workspace = open_workspace(town)
    alone = read_new_files(workspace)
    assert {refusal.kind for refusal in alone.refused} == {"street_crime", "log_subjects"}
    assert len(alone.quarantine) and APART & set(alone.accepted)
    with reading_apart(town, is_first=True, run=RunSettings(rows_for_second_process=0)) as apart:
        assert apart is not None
        shared = read_new_files(workspace, apart)
    _same(shared, alone)
    assert not [path for path in (town / "store").rglob("*") if path.is_file()]
    (town / "area.toml").rename(town / "area.toml.away")  # the child cannot open the workspace
    with reading_apart(town, is_first=True, run=RunSettings(rows_for_second_process=0)) as apart:
        assert apart is not None
        mended = read_new_files(workspace, apart)
    _same(mended, alone)


def test_a_small_inbox_or_a_later_month_is_read_by_one_process(town: Path) -> None:
    for is_first, rows in ((False, 0), (True, 10_000_000)):
        with reading_apart(town, is_first, RunSettings(rows_for_second_process=rows)) as apart:
            assert apart is None
