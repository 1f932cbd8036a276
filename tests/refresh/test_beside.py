"""The two processes of a refresh: what one hands to the other, and that neither waits for one that is gone."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import IO

import pandas as pd
import pytest

from market_profile.refresh.beside import Ends, Running, start_beside
from market_profile.refresh.handing import unnamed
from market_profile.refresh.making import analyse_for, load_records
from market_profile.refresh.plan import Plan, make_plan, open_workspace, take_in
from market_profile.refresh.product import Products
from market_profile.refresh.timing import Stopwatch
from market_profile.terms import Audience
from tests.conftest import copy_town

RECORDS = pd.DataFrame({"kind": ["arrests"], "record_ref": ["A1"], "subject_no": ["1"], "nominal_id": ["N1"]})
MEASURES = ["planner: geography", "planner: indicators", "planner: impact"]


@pytest.fixture(scope="module")
def plan(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A town taken in and planned, not refreshed."""
    workspace = open_workspace(copy_town(town_template, tmp_path_factory.mktemp("beside") / "town"))
    batch, warnings = take_in(workspace)
    return make_plan(workspace, batch, None, warnings)


def test_a_child_that_is_told_who_is_who_hands_over_the_same_measures(plan: Plan) -> None:
    loaded = load_records(plan)
    alone, shared = Stopwatch(), Stopwatch()
    ours = analyse_for(plan, loaded, Audience.PLANNER, alone)
    child = start_beside(plan, with_measures=True)
    try:
        theirs = analyse_for(plan, loaded, Audience.PLANNER, shared, child)
        assert child.result() is not None
    finally:
        child.stop()
    stages = [stage["name"] for stage in shared.stages]
    assert [name for name in stages if name in MEASURES] == MEASURES
    assert "wait for measures" in stages
    assert theirs.profile.document == ours.profile.document
    for name, table in ours.profile.tables.items():
        pd.testing.assert_frame_equal(theirs.profile.tables[name], table)
    assert [stage["name"] for stage in alone.stages if stage["name"] in MEASURES] == MEASURES


def test_a_child_that_died_is_not_waited_for_and_its_part_is_made_here(plan: Plan) -> None:
    child = start_beside(plan, with_measures=True)
    child.process.kill()
    child.process.wait()
    watch = Stopwatch()
    analysed = analyse_for(plan, load_records(plan), Audience.PLANNER, watch, child)
    assert [stage["name"] for stage in watch.stages if stage["name"] in MEASURES] == MEASURES
    assert analysed.profile.tables
    assert child.result() is None
    child.stop()


class _Full:
    """A file on a disk that is full."""

    def write(self, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        return None


def test_a_full_disk_leaves_neither_process_waiting(plan: Plan) -> None:
    ours, theirs = socket.socketpair()
    full: IO[bytes] = _Full()  # type: ignore[assignment]
    child = start_beside(plan, with_measures=False)
    running = Running(child.process, Products(plan.workspace.store), plan.key, Ends(ours, full, full))
    running.resolved(RECORDS)
    assert theirs.recv(1) == b""
    assert running.measured(Stopwatch()) is None
    running.stop()
    child.ends.close()
    theirs.close()


def test_the_files_between_processes_have_no_name(plan: Plan) -> None:
    work = plan.workspace.store / "work"
    Products(plan.workspace.store).clear()
    with unnamed(work) as file:
        file.write(b"who is who")
        file.flush()
        assert os.fstat(file.fileno()).st_nlink == 0
        assert not list(work.iterdir())
