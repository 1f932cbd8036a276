"""An erased log is gone from the tables, from every earlier batch and from their files; the record says how many."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from market_profile.errors import WrongUse
from market_profile.refresh.plan import make_plan, open_workspace, take_in
from market_profile.refresh.retaining import retain
from market_profile.refresh.run import refresh
from market_profile.store import KeptFolder, Warehouse, retention, verify_audit
from market_profile.store.erasures import begun_erasure, check_none_begun, erasures
from market_profile.store.retention import begin_erasure, finish_erasure, overdue_logs
from tests.store.test_store import batch, logs


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town whose records were taken in."""
    from market_profile.synthetic import Plan, write_town

    folder = tmp_path_factory.mktemp("retention") / "town"
    write_town(folder, Plan(logs=200, months=3, seed=59))
    take_in(open_workspace(folder))
    return folder


def test_overdue_logs_are_erased_with_a_record(stored: Path) -> None:
    store = stored / "store"
    warehouse = Warehouse(store)
    before = warehouse.tables(warehouse.last_batch())
    dated = before.get("intelligence_logs")["review_date"].dropna().sort_values(kind="stable")
    day = (dated.iloc[len(dated) // 4] + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
    urns = overdue_logs(store, pd.Timestamp(day))
    assert 0 < len(urns) < len(before.get("intelligence_logs"))
    assert retain(stored, day, erase=False).erased == ()
    assert overdue_logs(store, pd.Timestamp(day)) == urns
    KeptFolder(store, "planner", "program").keep("resolve", "key", {"words": pd.DataFrame({"text": sorted(urns)})})
    done = retain(stored, day, erase=True)
    assert not (store / "kept").exists()
    after = warehouse.tables(warehouse.last_batch())
    assert not set(after.get("intelligence_logs")["urn"]) & urns
    for kind in ("intelligence_logs", "log_subjects", "log_links"):
        lost = len(before.get(kind)) - len(after.get(kind))
        assert lost == before.get(kind)["urn"].isin(urns).sum()
    assert sum(one.rows for one in done.erased) >= len(urns)
    assert erasures(store) == done.erased
    assert warehouse.faults() == ()
    report = verify_audit(store / "audit.jsonl")
    assert report.fault == ""
    last = (store / "audit.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert '"category": "erasure"' in last
    assert not any(urn in last for urn in urns)
    kept = [path.read_bytes() for path in sorted((store / "tables" / "intelligence_logs").rglob("part-*.parquet"))]
    columns = [
        pd.read_parquet(path)["urn"] for path in (store / "tables" / "intelligence_logs").rglob("part-*.parquet")
    ]
    assert kept
    assert not any(set(column) & urns for column in columns)
    assert retain(stored, day, erase=True).erased == ()
    logged = [path.read_bytes() for path in sorted((store / "tables").rglob("_delta_log/*")) if path.is_file()]
    assert not [urn for urn in urns if any(urn.encode() in content for content in logged)]
    # the files that the erasure wrote anew answer questions by record, and the next refresh takes in as ever
    left = after.get("intelligence_logs")["record_ref"].tolist()
    assert set(warehouse.known_versions("intelligence_logs", left)["record_ref"]) == set(left)
    take_in(open_workspace(stored))


def test_rows_set_aside_go_with_their_log(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.append(batch(logs(["a", "b"], 1, "x", "f1"), "1.csv", "f1", ["a", "a/1", "ab"]))
    places = pd.DataFrame({"kind": "intelligence_logs", "record_ref": ["a", "b"], "raw_place": "easting_m=1"})
    more = batch(logs(["c"], 1, "x", "f2"), "2.csv", "f2")
    warehouse.append(replace(more, place_faults=places))
    begin_erasure(tmp_path, frozenset({"a"}), "a rule")
    assert finish_erasure(tmp_path) == erasures(tmp_path)
    assert finish_erasure(tmp_path) == ()
    assert list(warehouse.quarantine(2)["record_ref"]) == ["ab"]
    assert list(warehouse.place_faults(2)["record_ref"]) == ["b"]
    for name in ("_quarantine", "_place_faults"):
        files = [pd.read_parquet(path) for path in (tmp_path / "tables" / name).glob("*.parquet")]
        assert files and not any(set(frame["record_ref"]) & {"a", "a/1"} for frame in files)


def test_a_log_whose_reference_holds_slashes_goes_with_its_rows_and_others_stay(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    refs = ["18/1", "18/1/2", "18/1/2/3", "18/2", "18/1/2/2/supplies", "18", "18/9", ""]
    kinds = [
        "intelligence_logs",
        "log_subjects",
        "log_subjects",
        "intelligence_logs",
        "log_links",
        "arrests",
        "arrests",
    ]
    brought = batch(logs(["18/1", "18/2", "18/1/2"], 1, "x", "f1"), "1.csv", "f1", refs)
    raw = ["raw"] * 7 + ["18/1 , ,Smith"]
    set_aside = brought.quarantine.assign(kind=[*kinds, "log_subjects"], raw=raw)
    unnamed = set_aside.tail(1).assign(raw="18/11,,Jones", line=99)
    warehouse.append(replace(brought, quarantine=pd.concat([set_aside, unnamed], ignore_index=True)))
    begin_erasure(tmp_path, frozenset({"18/1"}), "a rule")
    finish_erasure(tmp_path)
    left = warehouse.quarantine(1)
    assert sorted(left["record_ref"]) == ["", "18", "18/1/2/3", "18/2", "18/9"]  # 18/1/2/3 is a subject of 18/1/2
    assert left.loc[left["record_ref"] == "", "raw"].tolist() == ["18/11,,Jones"]
    assert warehouse.tables(1).get("intelligence_logs")["urn"].tolist() == ["18/1/2", "18/2"]


@pytest.mark.parametrize("step", ["_delete_where", "forget_logs", "end_erasure"])
def test_an_erasure_that_was_killed_is_completed_by_the_next(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.append(batch(logs(["a", "b"], 1, "x", "f1"), "1.csv", "f1", ["a", "a/1", "ab"]))
    warehouse.append(batch(logs(["c"], 1, "x", "f2"), "2.csv", "f2"))
    begin_erasure(tmp_path, frozenset({"c"}), "an earlier rule")
    finish_erasure(tmp_path)
    begin_erasure(tmp_path, frozenset({"a"}), "a rule")
    calls = []

    def killed(*given: object) -> None:
        calls.append(given)
        if len(calls) == (2 if step == "_delete_where" else 1):
            raise KeyboardInterrupt
        whole(*given)

    whole = getattr(retention, step)
    with monkeypatch.context() as patched:
        patched.setattr(retention, step, killed)
        with pytest.raises(KeyboardInterrupt):
            finish_erasure(tmp_path)
    assert begun_erasure(tmp_path) is not None
    with pytest.raises(WrongUse, match="broken off"):
        check_none_begun(tmp_path)
    finish_erasure(tmp_path)
    assert [(one.kind, one.batch, one.rows) for one in erasures(tmp_path)] == [
        ("intelligence_logs", 2, 1),
        ("intelligence_logs", 1, 1),
    ]
    assert begun_erasure(tmp_path) is None
    assert warehouse.faults() == ()
    assert list(warehouse.quarantine(2)["record_ref"]) == ["ab"]


def test_until_an_erasure_is_completed_nothing_is_made_from_the_store(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(stored, folder)
    store = folder / "store"
    logs_there = Warehouse(store).tables(1).get("intelligence_logs")
    begin_erasure(store, frozenset(logs_there["urn"].head(2)), "a rule")
    workspace = open_workspace(folder)
    for asked in (
        lambda: refresh(folder),
        lambda: refresh(folder, "2018-01"),
        lambda: take_in(workspace),
        lambda: make_plan(workspace, 1, "2018-01", ()),
        lambda: Warehouse(store).tables(1),
    ):
        with pytest.raises(WrongUse, match="broken off; run market-profile retain again"):
            asked()
    assert not (folder / "editions").exists()
    assert retain(folder, "1900-01-01", erase=True).erased
    left = Warehouse(store).tables(1).get("intelligence_logs")
    assert len(left) == len(logs_there) - 2
    assert make_plan(workspace, 1, None, ()).batch == 1


def test_a_damaged_note_of_an_erasure_says_so(tmp_path: Path) -> None:
    (tmp_path / "erasing.json").write_text('{"urns": [')
    with pytest.raises(WrongUse, match=r"erasing.json.*damaged"):
        begun_erasure(tmp_path)
