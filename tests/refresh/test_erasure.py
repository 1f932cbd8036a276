"""After ``retain --erase`` nothing of a person whom only the erased logs named stands anywhere in the store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from market_profile.cli.app import main
from market_profile.refresh.retaining import retain
from market_profile.store import verify_audit
from market_profile.synthetic import Plan, write_town

LOGS = ("ERASE-1", "ERASE-2", "ERASE-3")
PERSON = ("Quillfeather", "Zebulonius", "07700900123", "7700900123", "12 Vanishing Lane", "QX09 GNE", "Whisperbird")
"""What only the erased logs say of the person."""
LAST = "2018-03"
BEFORE = "2018-06-02"


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small town with three logs about one more person, judged, granted and checked, refreshed once."""
    folder = tmp_path_factory.mktemp("erasure") / "town"
    write_town(folder, Plan(logs=300, months=3, seed=61))
    inbox, decisions = folder / "inbox", folder / "decisions"
    days = ("05/03/2018 10:00", "12/03/2018 10:00", "19/03/2018 10:00")
    said = [f"{urn},{day},1,B,P,phone,2018-06-01,Whisperbird sells" for urn, day in zip(LOGS, days, strict=True)]
    head = (
        "Log Ref,Date Submitted,source_evaluation,intelligence_assessment,handling_code,market_mode,review_date,Report"
    )
    (inbox / "intelligence_logs_more.csv").write_text("\n".join([head, *said]) + "\n")
    person = "Quillfeather,Zebulonius,07700 900123,12 Vanishing Lane,QX09 GNE,dealer"
    rows = [f"{urn},1,{person}" for urn in LOGS] + [f"ERASE-1,2,{person}\x01"]
    head = "Log Ref,Subject No,surname,forenames,phone,address_text,vrm,role"
    (inbox / "log_subjects_more.csv").write_text("\n".join([head, *rows]) + "\n")
    with (decisions / "judgements.csv").open("a") as file:
        file.write("log_subjects,ERASE-1,1,log_subjects,ERASE-2,1,same,analyst 1,2018-03-28,Whisperbird both times\n")
    with (decisions / "grants.csv").open("a") as file:
        file.write("ERASE-3,Community Safety Manager,partnership lead,Whisperbird only,2031-12-31\n")
    _command("check", str(folder))
    _command("refresh", str(folder))
    return folder


def _command(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code in (0, None)


def _found(root: Path) -> list[str]:
    """Return where a word about the person or a reference of the logs stands below the folder, tables read out."""
    words = [word.casefold() for word in (*PERSON, *LOGS)]
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        text = "\n".join(_texts(path)).casefold()
        found += [f"{path.relative_to(root)}: {word}" for word in words if word in text]
    return found


def _texts(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    yield content.decode("utf-8", errors="ignore")
    yield content.decode("utf-16-le", errors="ignore")
    if path.suffix == ".parquet":
        yield str(pq.read_table(io.BytesIO(content)).to_pydict())
    if path.suffix == ".arrow":
        yield str(pa.ipc.open_file(io.BytesIO(content)).read_all().to_pydict())


def test_a_person_of_erased_logs_alone_is_nowhere_in_the_store(refreshed: Path) -> None:
    store = refreshed / "store"
    places = {place.partition(":")[0].partition("/")[0] for place in _found(store)}
    assert {"tables", "months", "check"} <= places, "the person is not where the test expects it before the erasure"
    lines = pq.read_table(store / "months" / LAST / "state" / "planner" / "geography.lines.parquet").to_pydict()
    assert "07700900123" in lines["phone"]
    done = retain(refreshed, BEFORE, erase=True)
    assert done.overdue >= len(LOGS)
    assert _found(store) == []
    assert len(pq.read_table(store / "months" / LAST / "state" / "planner" / "geography.lines.parquet")) == (
        len(lines["phone"]) - 1
    )


def test_the_month_is_made_again_without_the_person(refreshed: Path) -> None:
    if not (refreshed / "store" / "erasures.csv").exists():
        retain(refreshed, BEFORE, erase=True)
    for kind in ("intelligence_logs", "log_subjects"):
        (refreshed / "inbox" / f"{kind}_more.csv").unlink()
    for name in ("judgements.csv", "grants.csv"):
        path = refreshed / "decisions" / name
        path.write_text("".join(line for line in path.read_text().splitlines(True) if "ERASE-" not in line))
    _command("refresh", str(refreshed), "--month", LAST)
    assert _found(refreshed / "editions") == []
    assert _found(refreshed / "store") == []
    assert verify_audit(refreshed / "store" / "audit.jsonl").fault == ""
