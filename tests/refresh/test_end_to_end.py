"""The monthly refresh on a small town: accounting, quarantine, reproducibility, replay, the flow, the release."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.errors import DisclosureLeak
from market_profile.periods import Month
from market_profile.refresh.leaks import check_no_leak
from market_profile.refresh.run import refresh
from tests.conftest import copy_town, edition_hashes, run_cli

PASSPHRASES = {
    "MARKET_PROFILE_PASSPHRASE_ANN": "correct horse battery",
    "MARKET_PROFILE_PASSPHRASE_BOB": "staple is odd",
}


@pytest.fixture(scope="module")
def refreshed(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town refreshed once, for tests that only look."""
    folder = copy_town(town_template, tmp_path_factory.mktemp("refreshed") / "town")
    refresh(folder)
    return folder


def newest(folder: Path) -> Path:
    """Return the folder of the newest edition."""
    return sorted(path for path in (folder / "editions").iterdir() if path.is_dir())[-1]


def independent_count(path: Path) -> int:
    """Count the physical records of a text file by the csv module alone, from its raw bytes."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    delimiter = ";" if text.split("\n", 1)[0].count(";") > 2 else "\t" if ".tsv" in path.name else ","
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    return len(rows) - 1


def test_every_row_is_accounted_for(refreshed: Path) -> None:
    report = json.loads((newest(refreshed) / "run.json").read_text(encoding="utf-8"))
    planted = pd.read_csv(refreshed / "truth" / "files.csv").set_index("file")
    counted = 0
    for source in report["sources"].values():
        for file in source["files"]:
            assert file["read"] == file["accepted"] + file["quarantined"] + file["duplicate"]
            path = refreshed / "inbox" / file["name"]
            if path.name.endswith((".csv", ".tsv", ".csv.gz", ".tsv.gz")):
                assert file["read"] == independent_count(path), path.name
                counted += 1
            expected = planted.loc[file["name"]]
            assert (file["accepted"], file["quarantined"], file["duplicate"]) == (
                expected["accepted"],
                expected["quarantined"],
                expected["duplicate"],
            ), path.name
    assert counted > 30
    assert set(planted.index) == {file["name"] for source in report["sources"].values() for file in source["files"]}


def test_every_planted_bad_row_is_quarantined_with_its_reason_and_none_else(refreshed: Path) -> None:
    planted = pd.read_csv(refreshed / "truth" / "bad_rows.csv", keep_default_na=False)
    rejected = planted[planted["is_accepted"] == 0]
    store = pd.concat(
        pd.read_parquet(path) for path in (refreshed / "store" / "tables" / "_quarantine").glob("*.parquet")
    )
    found = {(row.file, int(row.line)): set(row.reason_codes.split("|")) for row in store.itertuples()}
    expected: dict[tuple[str, int], set[str]] = {}
    for row in rejected.itertuples():
        expected.setdefault((str(row.file), int(row.line)), set()).add(str(row.reason_code))
    assert found == expected
    shown = pd.read_csv(newest(refreshed) / "planner" / "tables" / "quarantine.csv", keep_default_na=False)
    assert set(zip(shown["file"], shown["line"], strict=True)) <= set(found)
    assert shown["explanation"].str.len().min() > 20


def test_pages_and_contract_tables_are_there(refreshed: Path) -> None:
    edition = newest(refreshed)
    for name in (
        "planner/profile.html",
        "partner/profile.html",
        "partner/manifest.json",
        "planner/exports/hotspots.geojson",
        "planner/exports/profile.gpkg",
        "planner/exports/network.graphml",
        "planner/exports/link_chart.csv",
    ):
        assert (edition / name).stat().st_size > 200, name
    columns = {
        "nominals": "nominal_id,preferred_name,date_of_birth,roles,records,first_seen,last_seen,review_needed",
        "nominal_records": "kind,record_ref,subject_no,nominal_id,match_probability",
        "network_edges": "source_nominal_id,target_nominal_id,relation,weight,records,independent_sources,best_grade,"
        "first_seen,last_seen",
        "network_nodes": "nominal_id,role,role_probability,community,betweenness,k_core,cut_point,key_player_rank",
        "hotspots": "cell_id,rank,score,events,expected,p_adjusted,market_id,persistence,market_type,peak_hours",
        "targets": "rank,target_kind,target_id,score,score_low,score_high,success_probability,reasons,suggested_from,"
        "suggested_to,suggested_hours,reach,excluded_reason",
        "indicators": "indicator,drug,period,value,low,high,n,unit,definition_id",
        "quarantine": "kind,file,line,record_ref,reason_codes,columns,explanation,raw",
    }
    for name, wanted in columns.items():
        header = (edition / "planner" / "tables" / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        assert set(wanted.split(",")) <= set(header.split(",")), name


def test_no_day_of_the_program_s_own_is_anyone_s_birth(refreshed: Path) -> None:
    """Whoever was born on whichever day (1 January 1980 among them): no fixed date stands in a partner edition."""
    edition = newest(refreshed)
    files = {path.as_posix(): path.read_bytes() for path in edition.glob("partner/**/*") if path.is_file()}
    assert sum(name.endswith(".ods") for name in files) == 2
    month = Month(edition.name)
    born = pd.date_range("1900-01-01", f"{month.start.year - 10}-12-31", unit="us")
    rows = empty_frame(KINDS["log_subjects"]).reindex(range(len(born))).assign(date_of_birth=born)
    check_no_leak(Tables({"log_subjects": rows}), month, files)
    for written in ("1 January 1980", "01 January 1980", "1 Jan 1980", "1/1/1980", "01/01/1980", "1980-01-01"):
        page = f"<p>born {written}</p>".encode()
        with pytest.raises(DisclosureLeak, match="date of birth in a page"):
            check_no_leak(Tables({"log_subjects": rows}), month, {**files, "a page": page})


def test_refreshing_again_changes_no_byte(refreshed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(refreshed, again)
    before = edition_hashes(again / "editions")
    result = refresh(again, afresh=True)
    assert edition_hashes(again / "editions") == before
    assert result.read > 500
    log = (again / "store" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum('"collection"' in line for line in log) == 1


def test_order_zone_language_seed_folder_threads_and_processes_change_nothing(
    refreshed: Path, town: Path, tmp_path: Path
) -> None:
    generator = random.Random(5)
    written = town / "written"
    (town / "inbox").rename(written)
    (town / "inbox").mkdir()
    for number, path in enumerate(sorted(written.iterdir(), reverse=True)):  # files come in another order, and older
        shutil.copyfile(path, town / "inbox" / path.name)
        os.utime(town / "inbox" / path.name, (1e9 + number, 1e9 + number))
    for path in sorted((town / "inbox").glob("*.csv")):
        raw = path.read_bytes()
        header, *lines = raw.splitlines(keepends=True)
        if raw.count(b'"') == 0:
            generator.shuffle(lines)
        path.write_bytes(b"".join([header, *lines]))
    odd = {"TZ": "Pacific/Auckland", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "77"}
    odd |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_IO_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    odd |= {"NPY_DISABLE_CPU_FEATURES": "", "OPENBLAS_CORETYPE": "Haswell"}  # another processor's last bits
    settings = town / "area.toml"  # and the partner edition in a process of its own
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[run]\nrows_for_second_process = 0\n")
    done = run_cli("refresh", town, environment=odd, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    ours, theirs = edition_hashes(town / "editions"), edition_hashes(refreshed / "editions")
    different = sorted(name for name in theirs if ours.get(name) != theirs[name])
    # the quarantine names lines and keeps raw rows, so it follows the order of rows; nothing else does
    assert [name for name in different if "quarantine" not in name] == []


def test_months_are_rebuilt_as_of_then(town: Path) -> None:
    inbox, later = town / "inbox", town / "later"
    later.mkdir()
    months = [f"2018-{number:02d}" for number in range(1, 6)]
    for path in sorted(inbox.iterdir()):
        path.rename(later / path.name)
    for month in months:
        for path in sorted(later.glob(f"*{month}*")):
            path.rename(inbox / path.name)
        if month == months[-1]:
            for path in sorted(later.iterdir()):
                path.rename(inbox / path.name)
        assert refresh(town).month == month
    before = edition_hashes(town / "editions")
    reports = {month: _report(town, month) for month in months}
    shutil.rmtree(town / "editions")
    for month in months:
        refresh(town, month)
    assert edition_hashes(town / "editions") == before
    assert {month: _report(town, month) for month in months} == reports


def _report(folder: Path, month: str) -> dict[str, object]:
    report = json.loads((folder / "editions" / month / "run.json").read_text(encoding="utf-8"))
    report.pop("stages")
    return dict(report)


def test_release_needs_two_keys_and_signs(refreshed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(refreshed, folder)
    month = newest(folder).name
    secrets = {**PASSPHRASES, "MARKET_PROFILE_KEYS": str(tmp_path / "keys")}
    for name in ("ann", "bob"):
        assert run_cli("keys", name, "--workspace", folder, environment=secrets).returncode == 0
    command = ("release", folder, "--month", month, "--author", "ann", "--approver")
    assert run_cli(*command, "ann", environment=secrets).returncode == 2
    done = run_cli(*command, "bob", environment=secrets)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((newest(folder) / "partner" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "released"
    assert set(manifest["signatures"]) == {"ann", "bob"}
    assert "Draft" not in (newest(folder) / "partner" / "profile.html").read_text(encoding="utf-8")[:6000]
    assert run_cli("audit", folder, "--verify").returncode == 0
    released = edition_hashes(folder / "editions")
    refresh(folder)  # a later refresh that says the same leaves the released edition in place
    assert edition_hashes(folder / "editions") == released


def test_exit_codes_and_no_traceback(refreshed: Path, tmp_path: Path) -> None:
    missing = run_cli("refresh", tmp_path / "nowhere")
    assert (missing.returncode, "Traceback" in missing.stderr) == (2, False)
    bad = tmp_path / "bad"
    shutil.copytree(refreshed, bad)
    (bad / "area.toml").write_text('[area]\nname = "A"\ncode = "E"\npartner_areas = "x"\ncolour = "red"\n')
    wrong = run_cli("refresh", bad)
    assert wrong.returncode == 2
    assert "unknown key area.colour" in wrong.stderr
    hostile = tmp_path / "hostile"
    shutil.copytree(refreshed, hostile)
    (hostile / "inbox" / "assets_x.csv").write_text('case_ref,stage,stage_on,amount_gbp\n"1,seized,2018-01-01,5\n')
    refused = run_cli("refresh", hostile)
    assert (refused.returncode, "Traceback" in refused.stderr) == (3, False)
    month = newest(refreshed).name
    for command in (("targets", refreshed, "--top", "3"), ("review", refreshed), ("explain", refreshed, "N000001")):
        done = run_cli(*command)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
    assert run_cli("explain", refreshed, "nothing", "--month", month).returncode == 2
