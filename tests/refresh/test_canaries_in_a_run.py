"""Canaries of every kind planted in the inbox: one run of the flow leaves none in what partners get, nor in any log."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from market_profile.editions.canaries import Scanner
from market_profile.errors import DisclosureLeak
from market_profile.refresh.journal import Journal
from market_profile.refresh.leaks import check_run
from market_profile.refresh.making import load_records
from market_profile.refresh.plan import make_plan, open_workspace, take_in
from market_profile.synthetic import Plan, write_town
from tests.refresh.test_flow import run_flow
from tests.refresh.test_partner_is_blind import clean, read, write

CANARIES: Mapping[str, tuple[str, dict[str, str]]] = {
    "name": ("log_subjects", {"forenames": "Zenobia", "surname": "Quartermaine"}),
    "alias": ("log_subjects", {"aliases": "The Wexford Ghost"}),
    "date of birth": ("log_subjects", {"DOB": "1961-03-07"}),
    "phone": ("log_subjects", {"phone": "07700900123"}),
    "vehicle": ("log_subjects", {"vrm": "QX61ZZV"}),
    "address": ("log_subjects", {"address_text": "914 Wexmarine Parade"}),
    "nominal reference": ("log_subjects", {"nominal_ref": "99/199017Z"}),
    "intelligence reference": ("intelligence_logs", {"Log Ref": "SM18-990123"}),
    "narrative": ("intelligence_logs", {"Report": "man in a red anorak hands small bags to two boys"}),
    "place": ("intelligence_logs", {"Location": "rear of 914 Crownwex Lane"}),
    "source": ("intelligence_logs", {"source_ref": "SRCZZ0097", "provenance": "chis"}),
    "officer": ("intelligence_logs", {"source_ref": "OFF99017", "provenance": "officer"}),
    "handling condition": ("intelligence_logs", {"handling_conditions": "not for the landlord of the Wexford Arms"}),
    "coordinates": ("intelligence_logs", {"easting_m": "575913", "northing_m": "104867"}),
    "degrees": ("intelligence_logs", {"latitude": "50.823127", "longitude": "0.493713"}),
    "unreadable cell": ("intelligence_logs", {"Date Submitted": "Wexbad Thursday Zebedee 9"}),
    "test purchase": ("test_purchases", {"tp_ref": "TP99017"}),
    "authority": ("test_purchases", {"authority_ref": "RIPA-99017"}),
    "exhibit": ("test_purchases", {"exhibit_ref": "EX/99017"}),
    "seller": ("test_purchases", {"seller_forenames": "Barnaby", "seller_surname": "Wexcombe"}),
    "seller's phone": ("test_purchases", {"seller_phone": "07700900987"}),
    "seizure": ("seizures", {"Seizure No": "SZ99017"}),
    "custody number": ("arrests", {"Custody No": "CU99017Z"}),
    "client key": ("treatment", {"client_key": "k9f3a77c21zz"}),
    "linkage key": ("treatment", {"linkage_key": "k8e2b66d10yy"}),
    "case": ("assets", {"case_ref": "AC99017"}),
    "line": ("county_lines", {"line_ref": "L99017X"}),
    "disruption": ("disruptions", {"disruption_ref": "D99017X"}),
    "operation not yet arrested": (
        "operations",
        {"operation": "Operation Wexbird", "ends_on": ""},
    ),
    "offender": ("convictions", {"forenames": "Ottoline", "surname": "Wexbridge"}),
    "forum's reason": ("case_forum", {"override_reason": "lives above the Wexford bakery with a cousin"}),
}
"""Kind: the record kind and the cells in which it is planted, a row of its own each."""

FILE_NAME = "intelligence_logs_wexquarter_9917.csv"
STRAY = "Zebedee Wexstray custody photo 9917.jpg"
SHEET = "Custody Wexford 9917"


def plant(folder: Path) -> Scanner:
    """Plant every canary in the inbox; return a scanner that knows them and nothing else."""
    scanner = Scanner()
    rows: defaultdict[str, int] = defaultdict(int)
    inbox = folder / "inbox"
    for kind, (record_kind, cells) in CANARIES.items():
        path = sorted(inbox.glob(f"{record_kind}_20*"))[0]
        table = read(path)
        names = {name.lower(): name for name in table.columns}
        for column, value in cells.items():
            table.loc[rows[record_kind], names[column.lower()]] = value
        rows[record_kind] += 1
        assert rows[record_kind] <= len(table), record_kind
        write(path, table)
        told = {"narrative", "handling condition", "forum's reason"}
        values = [value for value in cells.values() if value not in {"chis", "officer", ""}]
        (scanner.add_texts if kind in told else scanner.add)(kind, [" ".join(values)])
    first = sorted(inbox.glob("intelligence_logs_20*"))[0]
    first.rename(inbox / FILE_NAME)
    (inbox / STRAY).write_bytes(b"not a record")
    scanner.add("file name", [FILE_NAME, STRAY])
    custody = sorted(inbox.glob("arrests_20*"))[0]
    read(custody).to_excel(custody, index=False, sheet_name=SHEET)
    for other in sorted(inbox.glob("arrests_20*"))[1:]:
        other.unlink()
    settings = (folder / "area.toml").read_text(encoding="utf-8")
    assert 'sheet = "Custody"' in settings and "intelligence_logs_*.csv" in settings
    (folder / "area.toml").write_text(settings.replace('sheet = "Custody"', f'sheet = "{SHEET}"'), encoding="utf-8")
    scanner.add("sheet name", [SHEET])
    return scanner


def bytes_below(*folders: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for one in folders for path in sorted(one.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_no_canary_reaches_partners_or_any_log(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    write_town(folder, Plan(logs=320, months=3, seed=61))
    clean(folder)
    scanner = plant(folder)
    kinds = set(scanner.kinds)
    assert len(kinds) >= 25
    done = run_flow("refresh", folder)
    assert done.returncode == 0, done.stderr
    shared = bytes_below(*sorted((folder / "editions").glob("*/partner")))
    assert any(name.endswith("profile.html") for name in shared)
    assert scanner.scan(shared) == ()
    store = folder / "store"
    logs = bytes_below(store / "logs", store / "prefect") | {"audit": (store / "audit.jsonl").read_bytes()}
    assert any("prefect.db" in name for name in logs)
    said = {"output": done.stdout.replace(str(folder), "").encode(), "errors": done.stderr.encode()}
    assert scanner.scan({**logs, **said}) == ()
    assert_they_were_read(folder, scanner, kinds)


def assert_they_were_read(folder: Path, scanner: Scanner, kinds: set[str]) -> None:
    """The canaries stand in the records that were accepted or set aside: what was not read proves nothing."""
    workspace = open_workspace(folder)
    batch, warnings = take_in(workspace)
    loaded = load_records(make_plan(workspace, batch, None, warnings))
    frames = [*loaded.tables.frames.values(), loaded.quarantine, loaded.files]
    held = {f"{number}": frame.to_csv(index=False).encode() for number, frame in enumerate(frames)}
    found = {hit.kind for hit in scanner.scan({}, held)}
    assert len(found) >= 25, sorted(kinds - found)


def test_a_value_in_this_run_s_logs_is_found_and_an_old_one_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    store = tmp_path / "store"
    scanner = Scanner()
    scanner.add("name", ["Zenobia Quartermaine"])
    home = store / "prefect" / "storage"
    home.mkdir(parents=True)
    (home / "old").write_bytes(b"Zenobia Quartermaine")
    os.utime(home / "old", (1, 1))
    with Journal(store).run():
        check_run(scanner, {}, store)
        (home / "new.log").write_bytes(b"\x00\x07task failed for zenobia quartermaine\x00")
        with pytest.raises(DisclosureLeak, match=r"name in PREFECT_HOME/storage/new\.log") as raised:
            check_run(scanner, {}, store)
    assert "uartermaine" not in str(raised.value)
