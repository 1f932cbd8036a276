"""The store: batches count whole or not at all, versions, quarantine, publishing, the audit chain."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.errors import WrongUse
from market_profile.store import Batch, Warehouse, bring_up_to_date, publish_folder, recover_folder, workspace_lock
from market_profile.store.audit import AuditCategory, append_event, verify_audit
from market_profile.store.format import LAYOUT, layout_of

FILES = ["kind", "name", "file_id", "sha256", "read", "accepted", "quarantined", "duplicate", "amended", "reasons"]
QUARANTINE = ["kind", "file", "file_id", "line", "record_ref", "reason_codes", "columns", "explanation", "raw"]


def logs(refs: list[str], version: int, text: str, file_id: str) -> pd.DataFrame:
    """Return accepted intelligence logs with the given references."""
    frame = empty_frame(KINDS["intelligence_logs"]).reindex(range(len(refs)))
    for name in frame.columns[frame.dtypes == "str"]:
        frame[name] = ""
    stated = {
        "urn": refs, "record_ref": refs, "text": text, "version": version, "source_file": file_id, "source_line": 2,
        "submitted_at": pd.Timestamp("2019-01-05"), "content_sha256": [f"{ref}{text}" for ref in refs],
    }  # fmt: skip
    return frame.assign(**stated).astype({"version": "int64", "source_line": "int64"})


def batch(frame: pd.DataFrame, name: str, sha: str, quarantined: list[str] | None = None) -> Batch:
    """Return a batch of one file."""
    bad = quarantined or []
    kinds = ["log_subjects" if "/" in ref else "intelligence_logs" for ref in bad]
    told = ["bad_grade", "grade", "why", "raw"]
    rows = [[kind, name, sha, line, ref, *told] for line, (kind, ref) in enumerate(zip(kinds, bad, strict=True), 2)]
    size = len(frame)
    files = [["intelligence_logs", name, sha, sha, size + len(bad), size, len(bad), 0, 0, "{}"]]
    return Batch(
        "2019-01",
        {"intelligence_logs": frame},
        pd.DataFrame(rows, columns=QUARANTINE),
        pd.DataFrame(files, columns=FILES),
    )


def test_amendments_are_versions_and_old_batches_stay_readable(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    assert warehouse.append(batch(logs(["a", "b"], 1, "old", "f1"), "1.csv", "f1")) == 1
    assert warehouse.append(batch(logs(["b"], 2, "new", "f2"), "2.csv", "f2")) == 2
    then, now = (warehouse.tables(number).get("intelligence_logs") for number in (1, 2))
    assert list(then["text"]) == ["old", "old"]
    assert list(now["text"]) == ["old", "new"]
    assert list(now.dtypes[["submitted_at", "text"]].astype(str)) == ["datetime64[us]", "str"]
    assert warehouse.known_files() == {"f1", "f2"}
    assert sorted(warehouse.known_versions("intelligence_logs", pd.Series(["a", "b"]))["version"]) == [1, 1, 2]


def test_a_batch_without_its_marker_does_not_count(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.append(batch(logs(["a"], 1, "x", "f1"), "1.csv", "f1"))
    warehouse.append(batch(logs(["b"], 1, "x", "f2"), "2.csv", "f2"))
    (tmp_path / "batches" / "000002.json").unlink()  # as a kill before the marker leaves it
    assert warehouse.last_batch() == 1
    assert list(warehouse.tables(1).get("intelligence_logs")["urn"]) == ["a"]
    warehouse.append(batch(logs(["c"], 1, "x", "f3"), "3.csv", "f3"))
    assert list(warehouse.tables(2).get("intelligence_logs")["urn"]) == ["a", "c"]
    assert list(warehouse.files(2)["name"]) == ["1.csv", "3.csv"]


def test_a_table_that_an_older_version_split_by_month_is_read_and_added_to(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.append(batch(logs(["b", "a"], 1, "old", "f1"), "1.csv", "f1"))
    table = tmp_path / "tables" / "intelligence_logs"
    rows = DeltaTable(str(table)).to_pyarrow_table()
    shutil.rmtree(table)
    write_deltalake(str(table), rows, partition_by=["record_month"])
    warehouse.append(batch(logs(["a", "c"], 2, "new", "f2"), "2.csv", "f2"))
    assert DeltaTable(str(table)).metadata().partition_columns == ["record_month"]
    assert list(warehouse.tables(1).get("intelligence_logs")["text"]) == ["old", "old"]
    assert list(warehouse.tables(2).get("intelligence_logs")["text"]) == ["new", "old", "new"]
    assert warehouse.months("intelligence_logs", 2)[-1] == "2019-01"
    assert sorted(warehouse.known_versions("intelligence_logs", pd.Series(["a", "x"]))["version"]) == [1, 2]


def test_a_table_is_read_anew_once_it_changed(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.append(batch(logs(["a"], 1, "x", "f1"), "1.csv", "f1"))
    assert list(warehouse.tables(1).get("intelligence_logs")["urn"]) == ["a"]
    before = warehouse.fingerprint()
    DeltaTable(str(tmp_path / "tables" / "intelligence_logs")).delete("urn = 'a'")
    assert warehouse.fingerprint() != before
    with pytest.raises(WrongUse, match="does not hold the rows"):  # and no erasure says why
        warehouse.tables(1)
    shutil.rmtree(tmp_path / "tables" / "intelligence_logs")
    write_deltalake(str(tmp_path / "tables" / "intelligence_logs"), pa.table({"batch": [1]}))
    assert warehouse.faults() == ()


def test_a_corrected_row_leaves_quarantine(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.append(batch(logs(["a"], 1, "x", "f1"), "1.csv", "f1", ["b", "c"]))
    warehouse.append(batch(logs(["b"], 1, "x", "f2"), "2.csv", "f2"))
    assert list(warehouse.quarantine(1)["record_ref"]) == ["b", "c"]
    assert list(warehouse.quarantine(2)["record_ref"]) == ["c"]


def test_publishing_replaces_the_whole_folder_and_recovers(tmp_path: Path) -> None:
    target = tmp_path / "2019-02"
    publish_folder(target, {"a/x.txt": b"1", "y.txt": b"2"})
    publish_folder(target, {"a/x.txt": b"3"})
    assert {path.relative_to(target).as_posix() for path in target.rglob("*")} == {"a", "a/x.txt"}
    assert (target / "a" / "x.txt").read_bytes() == b"3"
    assert oct((target / "a" / "x.txt").stat().st_mode)[-3:] == "600"
    target.rename(tmp_path / ".aside-2019-02")  # a kill between the two renames
    (tmp_path / ".staging-2019-02").mkdir()
    assert recover_folder(target)
    assert (target / "a" / "x.txt").read_bytes() == b"3"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2019-02"]


_TRY_LOCK = """
import sys
from pathlib import Path
from market_profile.errors import Locked
from market_profile.store.lock import workspace_lock
try:
    with workspace_lock(Path(sys.argv[1])):
        sys.exit(0)
except Locked as error:
    sys.exit(error.exit_code)
"""


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _TRY_LOCK, str(tmp_path)]
    with workspace_lock(tmp_path):
        assert subprocess.run(command, check=False).returncode == 75
    assert subprocess.run(command, check=False).returncode == 0


def test_no_folder_is_made_for_a_workspace_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="not a folder"), workspace_lock(tmp_path / "mistyped" / "store"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["changed", "removed", "swapped", "inserted", "tail cut", "rewritten"])
def test_tampering_with_the_audit_log_is_found(tmp_path: Path, kind: str) -> None:
    log = tmp_path / "audit.jsonl"
    for number in range(6):
        head = append_event(log, AuditCategory.COLLECTION, {"batch": number})
    assert verify_audit(log, head).fault == ""
    lines = log.read_bytes().splitlines(keepends=True)
    tampered = {
        "changed": [*lines[:2], lines[2].replace(b'"batch": 2', b'"batch": 9'), *lines[3:]],
        "removed": [*lines[:2], *lines[3:]],
        "swapped": [*lines[:2], lines[3], lines[2], *lines[4:]],
        "inserted": [*lines[:2], lines[1], *lines[2:]],
        "tail cut": lines[:-1],
        "rewritten": [*lines[:-1], lines[-1].replace(b": ", b":")],
    }[kind]
    log.write_bytes(b"".join(tampered))
    assert verify_audit(log, head).fault != ""


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    append_event(log, AuditCategory.COLLECTION, {"batch": 1})
    with log.open("ab") as handle:
        handle.write(b'{"category": "coll')
    append_event(log, AuditCategory.COLLECTION, {"batch": 2})
    assert verify_audit(log).fault == ""
    assert verify_audit(log).lines == 2


@pytest.mark.parametrize("damage", ["cut", "emptied", "gone", "log"])
def test_a_damaged_table_is_told_in_words_and_named_by_the_doctor(tmp_path: Path, damage: str) -> None:
    Warehouse(tmp_path).append(batch(logs(["a"], 1, "x", "f1"), "1.csv", "f1"))
    table = tmp_path / "tables" / "intelligence_logs"
    path = next(table.glob("*.parquet")) if damage != "log" else next((table / "_delta_log").glob("*.json"))
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(b"" if damage == "emptied" else content[: len(content) // 2])
    with pytest.raises(WrongUse, match="table intelligence_logs is damaged and cannot be read; bring store/ back"):
        Warehouse(tmp_path).tables(1)
    assert Warehouse(tmp_path).faults() == ("the table intelligence_logs is damaged",)


def test_a_store_of_layout_2_has_records_apart_that_shared_a_reference(tmp_path: Path) -> None:
    keys = [("SZ/19", "JS/1"), ("SZ", "19/JS/1"), ("SZ20", "JS/2"), ("SZ21", "3")]
    frame = empty_frame(KINDS["seizures"]).reindex(range(len(keys)))
    for name in frame.columns[frame.dtypes == "str"]:
        frame[name] = ""
    seizure, exhibit = zip(*keys, strict=True)
    refs = ["/".join(key) for key in keys]
    frame = frame.assign(
        seizure_ref=seizure, exhibit_ref=exhibit, record_ref=refs, version=[1, 2, 1, 1], source_file="f", source_line=2,
        seized_at=pd.Timestamp("2019-01-05"), content_sha256=["a", "b", "c", "d"],
    ).astype({"version": "int64", "source_line": "int64"})  # fmt: skip
    warehouse = Warehouse(tmp_path)
    warehouse.append(replace(batch(logs(["a"], 1, "x", "f"), "1.csv", "f"), accepted={"seizures": frame}))
    assert len(warehouse.tables(1).get("seizures")) == 3  # two that were one
    state = tmp_path / "months" / "2019-01" / "state" / "planner" / "resolve.mentions.parquet"
    state.parent.mkdir(parents=True)
    pd.DataFrame({"kind": ["seizures", "arrests"], "record_ref": ["SZ20/JS/2", "SZ/19/JS/1"]}).to_parquet(state)
    for _ in range(2):  # the second time as after a run that was killed before it wrote the mark
        (tmp_path / "layout").write_text("2\n")
        assert bring_up_to_date(tmp_path) == 2
        held = warehouse.tables(1).get("seizures")
        assert sorted(held["record_ref"]) == ["SZ/19/JS/1", "SZ20/JS/2", "SZ21/3", "SZ\\/19/JS/1"]
        assert held.set_index("record_ref").loc["SZ\\/19/JS/1", "seizure_ref"] == "SZ/19"
        assert warehouse.faults() == ()
    assert pd.read_parquet(state)["record_ref"].tolist() == ["SZ20/JS/2", "SZ/19/JS/1"]
    assert layout_of(tmp_path) == LAYOUT
