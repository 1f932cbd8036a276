"""The two processes of a refresh: what one hands to the other, and that neither waits for one that is gone."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

import pandas as pd
import pytest

from market_profile.refresh import second
from market_profile.refresh.beside import NO_SIGN, Child, Ends, Running, SecondProcess, looks_large
from market_profile.refresh.handing import GaveNoSign, beat, hand_over, handed, unnamed
from market_profile.refresh.making import analyse_for, case_for, load_records
from market_profile.refresh.measured import measure
from market_profile.refresh.plan import Plan, make_plan, open_workspace, take_in
from market_profile.refresh.product import Products
from market_profile.refresh.run import refresh
from market_profile.refresh.timing import Stopwatch
from market_profile.resolve import resolve_nominals
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
    second = SecondProcess(plan.workspace.folder)
    child = second.begin(plan, with_measures=True)
    try:
        theirs = analyse_for(plan, loaded, Audience.PLANNER, shared, child)
        assert child.result(shared) is not None
        assert child.ends_within(60, shared)
    finally:
        second.stop()
    stages = [stage["name"] for stage in shared.stages]
    assert [name for name in stages if name in MEASURES] == MEASURES
    assert "wait for measures" in stages
    assert theirs.profile.document == ours.profile.document
    for name, table in ours.profile.tables.items():
        pd.testing.assert_frame_equal(theirs.profile.tables[name], table)
    assert [stage["name"] for stage in alone.stages if stage["name"] in MEASURES] == MEASURES


def test_who_is_who_may_come_after_partners_own_and_gives_the_same_measures(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second, "SOON_SECONDS", 0.0)
    loaded = load_records(plan)
    records = resolved_of(plan)
    ours, theirs = socket.socketpair()
    with ours, theirs, unnamed(plan.workspace.store / "work") as said, unnamed(plan.workspace.store / "work") as made:
        part = second._ForPlanner(plan, Ends(theirs, said, made), Stopwatch())
        part.begin(loaded)
        part.resolved(RECORDS)
        assert part.case is not None
        hand_over(ours, said, records)
        assert part.measured(Stopwatch()) is None
        assert part.case is None
        measures, stages = handed(ours, made)
    alone = measure(case_for(plan, loaded, Audience.PLANNER), records, Stopwatch())
    pd.testing.assert_frame_equal(measures.geography.hotspots, alone.geography.hotspots)
    pd.testing.assert_frame_equal(measures.indicators.frame, alone.indicators.frame)
    assert [stage["name"] for stage in stages if stage["name"] in MEASURES] == MEASURES


def resolved_of(plan: Plan) -> pd.DataFrame:
    """Who is who among all records of the plan."""
    case = case_for(plan, load_records(plan), Audience.PLANNER)
    before, judged = case.before("resolve"), case.decisions.judgements
    return resolve_nominals(case.tables, case.month, before, judged, case.settings.resolve).records


def test_a_child_that_died_is_not_waited_for_and_its_part_is_made_here(plan: Plan) -> None:
    second = SecondProcess(plan.workspace.folder)
    child = second.begin(plan, with_measures=True)
    child.child.process.kill()
    child.child.process.wait()
    watch = Stopwatch()
    analysed = analyse_for(plan, load_records(plan), Audience.PLANNER, watch, child)
    assert [stage["name"] for stage in watch.stages if stage["name"] in MEASURES] == MEASURES
    assert analysed.profile.tables
    assert child.result(watch) is None
    second.stop()


class _Full:
    """A file on a disk that is full."""

    def seek(self, offset: int) -> int:
        return offset

    def truncate(self) -> int:
        return 0

    def write(self, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        return None


def test_a_full_disk_leaves_neither_process_waiting(plan: Plan) -> None:
    ours, theirs = socket.socketpair()
    full: IO[bytes] = _Full()  # type: ignore[assignment]
    second = SecondProcess(plan.workspace.folder)
    running = Running(Child(second.stand_by().process, Ends(ours, full, full)), plan)
    running.resolved(RECORDS)
    assert theirs.recv(1) == b""
    assert running.measured(Stopwatch()) is None
    second.stop()
    theirs.close()


def test_the_files_between_processes_have_no_name(plan: Plan) -> None:
    work = plan.workspace.store / "work"
    Products(plan.workspace.store).clear()
    with unnamed(work) as file:
        file.write(b"who is who")
        file.flush()
        assert os.fstat(file.fileno()).st_nlink == 0
        assert not list(work.iterdir())


def test_a_child_that_lives_but_does_nothing_is_given_up_and_its_part_is_made_here(plan: Plan) -> None:
    second = SecondProcess(plan.workspace.folder)
    child = replace(second.begin(plan, with_measures=True), patience=1.0)
    os.kill(child.child.process.pid, signal.SIGSTOP)
    told: list[str] = []
    watch = Stopwatch(on_end=lambda stage: told.append(stage["name"]))
    assert child.measured(watch) is None
    assert child.child.process.returncode == -signal.SIGKILL
    assert told == [NO_SIGN]
    assert child.result(watch) is None
    second.stop()


def test_a_child_that_says_that_it_gets_on_is_waited_for(plan: Plan, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with unnamed(tmp_path) as file:
        for _ in range(3):
            beat(theirs)
        hand_over(theirs, file, "measures")
        assert handed(ours, file, 1.0) == "measures"
    with pytest.raises(GaveNoSign):
        handed(ours, file, 0.05)
    theirs.close()
    ours.close()


def test_a_refresh_whose_second_process_hangs_ends_with_both_editions(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = town / "area.toml"
    limits = "rows_for_second_process = 0\npatience_minutes = 0.02\n"
    settings.write_text(settings.read_text(encoding="utf-8") + f"\n[run]\n{limits}")
    begin = SecondProcess.begin

    def hangs(second: SecondProcess, plan: Plan, with_measures: bool) -> Running:
        """Stop the child as soon as it is told what to make."""
        running = begin(second, plan, with_measures)
        os.kill(running.child.process.pid, signal.SIGSTOP)
        return running

    monkeypatch.setattr(SecondProcess, "begin", hangs)
    began = time.monotonic()
    result = refresh(town)
    assert result.planner_page.is_file() and result.partner_page.is_file()
    journal = (town / "store" / "logs" / "refresh.jsonl").read_text(encoding="utf-8")
    assert NO_SIGN in journal
    assert time.monotonic() - began < 240


def test_nothing_new_ends_the_child_that_stood_by(plan: Plan) -> None:
    second = SecondProcess(plan.workspace.folder)
    child = second.stand_by()
    second.stop()
    assert child.process.returncode is not None
    assert not list((plan.workspace.store / "work").glob("*"))


def test_a_child_that_is_told_nothing_ends_by_itself(plan: Plan) -> None:
    child = SecondProcess(plan.workspace.folder).stand_by()
    child.ends.close()
    assert child.process.wait(timeout=120) == 0


def test_what_is_handed_over_takes_the_place_of_what_was_before(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, unnamed(tmp_path) as file:
        for content in ("a long one " * 1000, "short"):
            hand_over(theirs, file, content)
            assert handed(ours, file) == content
        assert os.fstat(file.fileno()).st_size < 1000


def test_a_refresh_looks_large_by_its_new_files_and_what_the_store_holds(tmp_path: Path) -> None:
    inbox, batches = tmp_path / "inbox", tmp_path / "store" / "batches"
    assert not looks_large(tmp_path)
    inbox.mkdir()
    (inbox / "log_subjects_2018-01.csv").write_bytes(b"x" * 1000)
    assert not looks_large(tmp_path)
    (inbox / "street_crime_2018-01.csv").write_bytes(b"x" * 20_000_000)
    assert looks_large(tmp_path)
    batches.mkdir(parents=True)
    (batches / "000001.json").write_text('{"accepted": {"log_subjects": 40000}}', encoding="utf-8")
    assert not looks_large(tmp_path), "all files lay there when the last batch was taken in"
    SecondProcess(tmp_path).expect()
    assert not (tmp_path / "store" / "work").exists()
    time.sleep(0.02)
    (inbox / "log_subjects_2018-02.csv").write_bytes(b"x")
    assert looks_large(tmp_path)
    (batches / "000001.json").write_text("[]", encoding="utf-8")
    assert not looks_large(tmp_path), "a damaged store is not for this guess to judge"
