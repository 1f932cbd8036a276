"""What keeps a workspace running: editions that stand, the journal, doctor, stores of other versions, late parents."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable

from market_profile.errors import WrongUse
from market_profile.refresh.doctor import State, examine
from market_profile.refresh.plan import make_plan, open_workspace, take_in
from market_profile.refresh.run import refresh, standing_edition
from market_profile.refresh.shelf import write_shelf
from market_profile.store import Warehouse, bring_up_to_date
from market_profile.store.format import LAYOUT
from tests.conftest import copy_town, edition_hashes, run_cli


@pytest.fixture(scope="module")
def refreshed(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town refreshed once in two processes."""
    folder = copy_town(town_template, tmp_path_factory.mktemp("operations") / "town")
    settings = folder / "area.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[run]\nrows_for_second_process = 0\n")
    done = run_cli("refresh", folder)
    assert done.returncode == 0, done.stderr
    return folder


def _edition(folder: Path) -> Path:
    return next(path for path in (folder / "editions").iterdir() if path.is_dir())


def _states(folder: Path) -> dict[str, set[State]]:
    found: dict[str, set[State]] = {}
    for finding in examine(folder):
        found.setdefault(finding.what, set()).add(finding.state)
    return found


def test_an_edition_that_stands_is_not_made_again_and_one_that_does_not_is(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    before = edition_hashes(folder / "editions")
    report = (_edition(folder) / "run.json").read_bytes()
    assert any("stands as it was made" in warning for warning in refresh(folder).warnings)
    assert (_edition(folder) / "run.json").read_bytes() == report
    month = _edition(folder).name
    (folder / "editions" / month / "planner" / "tables" / "targets.csv").write_text("changed by hand\n")
    refresh(folder)
    assert edition_hashes(folder / "editions") == before
    settings = folder / "area.toml"
    assert standing_edition(make_plan(open_workspace(folder), 1, None, ())) is not None
    settings.write_text(settings.read_text(encoding="utf-8").replace('\nname = "', '\nname = "New ', 1))
    assert standing_edition(make_plan(open_workspace(folder), 1, None, ())) is None


def test_one_process_and_two_give_the_same_bytes(refreshed: Path, town: Path) -> None:
    refresh(town)
    assert edition_hashes(town / "editions") == edition_hashes(refreshed / "editions")
    assert not (refreshed / "store" / "work").exists()


def test_two_processes_one_after_the_other_give_the_same_bytes(refreshed: Path, town: Path) -> None:
    settings = town / "area.toml"
    limits = "\n[run]\nrows_for_second_process = 0\nmost_rows_at_once = 0\n"
    settings.write_text(settings.read_text(encoding="utf-8") + limits)
    names: list[str] = []
    refresh(town, on_stage=names.append)
    assert edition_hashes(town / "editions") == edition_hashes(refreshed / "editions")
    assert not [name for name in names if name.startswith("partner") or name == "wait for measures"]


def test_the_journal_has_one_line_a_stage_and_nobody_in_it(refreshed: Path) -> None:
    text = (refreshed / "store" / "logs" / "refresh.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["event"] == "began"
    assert lines[-1]["event"] == "ended"
    stages = [line["name"] for line in lines if line["event"] == "stage"]
    assert len(stages) == len(set(stages)) >= 10
    people = pd.read_csv(refreshed / "truth" / "persons.csv", keep_default_na=False)
    canaries = {name for name in people["surname"] if len(name) > 6} | set(people["nominal_ref"]) - {""}
    assert [name for name in sorted(canaries) if name in text] == []
    assert [path.name for path in (refreshed / "inbox").iterdir() if path.name in text] == []


def test_nothing_is_open_to_other_users(refreshed: Path) -> None:
    paths = [path for name in ("store", "editions") for path in (refreshed / name).rglob("*")]
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_doctor_finds_nothing_to_mend_after_a_refresh(refreshed: Path) -> None:
    done = run_cli("doctor", refreshed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ready for a refresh" in done.stdout


def test_doctor_finds_what_was_spoilt(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    month = _edition(folder).name
    (folder / "editions" / month / "planner" / "profile.html").write_text("spoilt")
    (folder / "store" / "audit.jsonl").write_bytes((folder / "store" / "audit.jsonl").read_bytes()[200:])
    rows = sorted((folder / "store" / "tables" / "arrests").glob("*/*.parquet")) or sorted(
        (folder / "store" / "tables" / "arrests").rglob("*.parquet")
    )
    rows[0].unlink()
    (folder / "store" / "audit.jsonl").chmod(0o644)
    states = _states(folder)
    assert {what for what, found in states.items() if State.FAULT in found} == {
        "edition",
        "audit",
        "store",
        "permissions",
    }
    (folder / "area.toml").write_text("[area]\nname = 1\n")
    assert State.FAULT in _states(folder)["settings"]
    assert run_cli("doctor", folder).returncode == 3


def _spoil(folder: Path, what: str) -> None:
    store = folder / "store"
    if what == "a table gone":
        shutil.rmtree(store / "tables" / "log_subjects")
    elif what == "a marker damaged":
        (store / "batches" / "000001.json").write_text("{")
    elif what == "a marker too many":
        (store / "batches" / "000999.json").write_text("{}")
    elif what == "the audit log damaged":
        (store / "audit.jsonl").write_text("garbage\n")
    elif what == "the editions a file":
        shutil.rmtree(folder / "editions")
        (folder / "editions").write_text("x")
    elif what == "the month a file":
        month = _edition(folder)
        shutil.rmtree(month)
        month.write_text("x")
    elif what == "the lock a folder":
        (store / ".lock").unlink()
        (store / ".lock").mkdir()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("a table gone", "table log_subjects is gone"), ("a marker damaged", "000001.json is damaged"),
        ("a marker too many", "000999.json is damaged"), ("the audit log damaged", "audit.jsonl is damaged"),
        ("the editions a file", "editions in the workspace is a file"), ("the month a file", "is a file"),
        ("the lock a folder", "store/.lock a file"),
    ],
)  # fmt: skip
def test_a_spoilt_store_is_refused_in_words_before_anything_is_made(
    refreshed: Path, tmp_path: Path, what: str, words: str
) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    _spoil(folder, what)
    with pytest.raises(WrongUse, match=words):
        refresh(folder, afresh=True)


def test_a_table_that_lost_rows_is_not_read(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    DeltaTable(str(folder / "store" / "tables" / "log_subjects")).delete("subject_no = '1'")
    with pytest.raises(WrongUse, match="log_subjects does not hold the rows"):
        Warehouse(folder / "store").tables(1)


def test_a_damaged_edition_of_another_month_is_left_off_the_shelf(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    shelf = (folder / "editions" / "index.html").read_bytes()
    (folder / "editions" / "2001-01").mkdir()
    (folder / "editions" / "2001-01" / "run.json").write_text("{")
    write_shelf(open_workspace(folder))
    assert (folder / "editions" / "index.html").read_bytes() == shelf


def test_a_store_of_layout_1_is_brought_up_to_date_and_a_later_one_refused(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    (folder / "store" / "layout").unlink()
    shutil.rmtree(folder / "store" / "standing")
    (folder / "store" / "work").mkdir()
    (folder / "store" / "work" / "made").write_bytes(b"a pickle of an earlier version")
    workspace = open_workspace(folder)
    batch, _ = take_in(workspace)
    assert not (folder / "store" / "work").exists()
    assert bring_up_to_date(folder / "store") == LAYOUT
    assert len(Warehouse(folder / "store").tables(batch).get("intelligence_logs")) > 500
    (folder / "store" / "layout").write_text(f"{LAYOUT + 1}\n")
    with pytest.raises(WrongUse, match="use the version that"):
        take_in(workspace)
    (folder / "store" / "layout").write_text(f"{LAYOUT}\n")
    record = next((folder / "store" / "months").iterdir()) / "record.json"
    written = record.read_text()
    for spoilt in (written.replace('"format": 1', '"format": 7'), written[:40]):
        record.write_text(spoilt)
        with pytest.raises(WrongUse, match="move that folder away"):
            make_plan(workspace, batch, None, ())


def test_subjects_that_came_before_their_log_are_judged_again_when_it_comes(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder, ignore=shutil.ignore_patterns("store", "editions"))
    inbox, later = folder / "inbox", folder / "later"
    later.mkdir()
    last = max(path.name for path in inbox.glob("intelligence_logs_*"))
    (inbox / last).rename(later / last)
    workspace = open_workspace(folder)
    first, _ = take_in(workspace)
    warehouse = Warehouse(folder / "store")
    waited = len(warehouse.waiting_rows())
    (later / last).rename(inbox / last)
    second, _ = take_in(workspace)
    complete = Warehouse(refreshed / "store")
    for kind in ("log_subjects", "log_links"):
        ours, theirs = warehouse.tables(second).get(kind), complete.tables(1).get(kind)
        assert len(warehouse.tables(first).get(kind)) < len(ours)
        assert list(ours["record_ref"]) == list(theirs["record_ref"])
    assert waited > len(complete.waiting_rows())
    ours, theirs = warehouse.files(second), complete.files(1)
    columns = ["name", "read", "accepted", "quarantined", "duplicate"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns], check_dtype=False)
    assert len(warehouse.quarantine(second)) == len(complete.quarantine(1))
    third, _ = take_in(workspace)
    assert third == second
