"""Release from end to end: checks before signatures, delivery, verification by the partner, correction, withdrawal."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from market_profile.cli.app import main
from market_profile.editions.package import NotVerified, unzip_files, verify_edition, zip_files
from market_profile.errors import DisclosureLeak, DisclosureRefused, WrongUse
from market_profile.refresh.released import ReleaseStore
from market_profile.refresh.releasing import (
    Signer,
    check_partner,
    ledger_fault,
    register_key,
    release_partner,
    withdraw_partner,
)
from market_profile.refresh.run import refresh
from market_profile.synthetic import Plan, write_town

PASSPHRASE = "correct horse battery"
PEOPLE = ("ann", "bob")


def quiet(line: str) -> None:
    """Say nothing."""


def signers(*names: str) -> tuple[Signer, ...]:
    return tuple(Signer(name, lambda: PASSPHRASE) for name in names)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two people's keys outside any workspace; their public halves by name."""
    from market_profile.editions.keys import new_key

    folder = tmp_path_factory.mktemp("keys")
    public = {}
    for name in PEOPLE:
        pem, public[name] = new_key(PASSPHRASE)
        (folder / f"{name}.pem").write_bytes(pem)
    return {**public, "folder": str(folder)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]) -> Path:
    """A very small refreshed town with two registered people and two recipients, one of them with an age key."""
    import pyrage

    folder = tmp_path_factory.mktemp("made") / "town"
    write_town(folder, Plan(logs=260, months=2, seed=59))
    with (folder / "area.toml").open("a", encoding="utf-8") as handle:
        handle.write("\n[report]\npdf = false\n")
    for name in PEOPLE:
        register_key(folder, name, keys[name])
    identity = pyrage.x25519.Identity.generate()
    (folder.parent / "identity").write_text(str(identity), encoding="utf-8")
    rows = [
        ("Probation lead", "Probation", str(folder.parent / "probation"), str(identity.to_public()), ""),
        ("Housing lead", "Housing", str(folder.parent / "housing"), "", ""),
        ("Past lead", "Schools", str(folder.parent / "schools"), "", "2001-01-01"),
    ]
    with (folder / "decisions" / "recipients.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("name", "organisation", "deliver_to", "age_key", "until_on"), *rows])
    refresh(folder)
    return folder


@pytest.fixture
def town(made: Path, tmp_path: Path, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh copy of the refreshed town."""
    monkeypatch.setenv("MARKET_PROFILE_KEYS", keys["folder"])
    shutil.copytree(made, tmp_path / "town")
    return tmp_path / "town"


def command(*arguments: str | Path) -> int:
    """Run the command line in this process; return its exit code."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def month_of(town: Path) -> str:
    return max(path.name for path in (town / "editions").iterdir() if path.is_dir())


def told(keys: dict[str, str]) -> list[str]:
    from market_profile.editions.keys import fingerprint

    return [fingerprint(keys[name]) for name in PEOPLE]


def test_release_delivers_what_the_partner_can_verify(town: Path, made: Path, keys: dict[str, str]) -> None:
    month = month_of(town)
    heard: list[str] = []
    release_partner(town, month, signers(*PEOPLE), heard.append)
    assert any("attacker could work out none" in line for line in heard)
    package = next((made.parent / "housing").glob("*.zip"))
    assert package.name.startswith(f"OFFICIAL_market-profile_{month}")
    assert verify_edition(unzip_files(package.read_bytes()), told(keys)).month == month
    encrypted = next((made.parent / "probation").glob("*.age"))
    assert not (made.parent / "schools").exists(), "past the register's date"
    log = list(csv.DictReader((town / "store/release/disclosures.csv").open(encoding="utf-8")))
    assert [row["organisation"] for row in log] == ["Probation", "Housing"]
    fingerprints = [part for one in told(keys) for part in ("--fingerprint", one)]
    for received in (package, town / "editions" / month / "partner"):
        assert command("verify", received, *fingerprints) == 0
    assert command("verify", encrypted, *fingerprints, "--identity", made.parent / "identity") == 0
    assert command("verify", encrypted, *fingerprints) == 2
    assert command("verify", package, "--fingerprint", "ab" * 16, "--fingerprint", "cd" * 16) == 3
    assert command("release", town, "--month", month, "--author", "ann", "--approver", "ann") == 2
    report = (town / f"store/check/disclosure-{month}.csv").read_text(encoding="utf-8")
    assert report.startswith("cell,shown,rule,action\n")
    assert "[c],small counts and none are one hidden class,hidden" in report
    assert ledger_fault(town) == ""
    assert_every_changed_byte_fails(package.read_bytes(), keys)


def assert_every_changed_byte_fails(package: bytes, keys: dict[str, str]) -> None:
    files = unzip_files(package)
    for name in files:
        for place in {0, len(files[name]) // 2, len(files[name]) - 1}:
            changed = bytearray(files[name])
            changed[place] ^= 1
            with pytest.raises(NotVerified):
                verify_edition({**files, name: bytes(changed)}, told(keys))
    for place in range(0, len(package), max(1, len(package) // 400)):
        changed = bytearray(package)
        changed[place] ^= 1
        with pytest.raises(NotVerified):
            verify_edition(unzip_files(bytes(changed)), told(keys))
    for other in ({**files, "more.txt": b"x"}, {key: value for key, value in files.items() if key != "profile.html"}):
        with pytest.raises(NotVerified):
            verify_edition(other, told(keys))


@pytest.mark.slow
def test_a_second_release_is_a_correction_that_partners_read(town: Path, keys: dict[str, str]) -> None:
    month = month_of(town)
    reason = "Seizures of one station were counted twice; they are counted once now."
    with pytest.raises(WrongUse, match="never released"):
        release_partner(town, month, signers(*PEOPLE), quiet, reason)
    release_partner(town, month, signers(*PEOPLE), quiet)
    with pytest.raises(WrongUse, match="released already"):
        release_partner(town, month, signers(*PEOPLE), quiet)
    with pytest.raises(WrongUse, match="10 to 300"):
        release_partner(town, month, signers(*PEOPLE), quiet, "wrong")
    path = next((town / "inbox").glob("seizures_*"))
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:3]) + b"\n")
    release_partner(town, month, signers(*PEOPLE), quiet, reason)
    page = (town / "editions" / month / "partner/profile.html").read_text(encoding="utf-8")
    assert "Corrections to earlier editions" in page
    assert "Seizures of one station were counted twice" in page
    assert [one.state for one in ReleaseStore(town / "store").releases()] == ["corrected", "released"]
    assert ledger_fault(town) == ""


@pytest.mark.slow
def test_withdrawal_is_signed_for_and_takes_the_edition_away(town: Path) -> None:
    month = month_of(town)
    release_partner(town, month, signers(*PEOPLE), quiet)
    reason = "A wrong boundary was used for two areas."
    with pytest.raises(WrongUse, match="registered people"):
        withdraw_partner(town, month, Signer("eve", lambda: PASSPHRASE), reason)
    with pytest.raises(WrongUse, match="does not open"):
        withdraw_partner(town, month, Signer("ann", lambda: "another passphrase"), reason)
    withdraw_partner(town, month, *signers("ann"), reason)
    assert [path.name for path in (town / "editions" / month / "partner").iterdir()] == ["WITHDRAWN.txt"]
    with pytest.raises(WrongUse, match="cannot become withdrawn"):
        withdraw_partner(town, month, *signers("ann"), reason)
    refresh(town)
    page = (town / "editions" / month / "partner/profile.html").read_text(encoding="utf-8")
    assert "was withdrawn: do not use it" in page
    assert "A wrong boundary was used" in page


@pytest.mark.slow
def test_checks_without_release_and_refusal_with_what_to_change(town: Path) -> None:
    month = month_of(town)
    prepared = check_partner(town, month, quiet)
    assert prepared.checked.findings == ()
    assert ReleaseStore(town / "store").releases() == ()
    shown = next(entry for entry in prepared.made.entries if entry.value and entry.cell.startswith("seizures|all"))
    ReleaseStore(town / "store").add("2001-01", [type(shown)(shown.cell, None)], {"manifest.json": b"{}"})
    heard: list[str] = []
    check_partner(town, month, heard.append)  # an earlier month's other number is named as a correction
    other = next(entry for entry in prepared.made.entries if entry.value and entry.cell.startswith("arrests|all"))
    ReleaseStore(town / "store").add("2999-01", [type(other)(other.cell, None)], {"manifest.json": b"{}"})
    with pytest.raises(DisclosureRefused, match=r"arrests\|all"):
        check_partner(town, month, quiet)


def test_zip_is_deterministic_and_bounded() -> None:
    files = {"b.txt": b"2", "a/b.txt": b"1"}
    assert zip_files(files) == zip_files(dict(reversed(files.items())))
    assert unzip_files(zip_files(files)) == files
    with zipfile.ZipFile(__import__("io").BytesIO(zip_files(files))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.slow
def test_a_leak_stops_the_refresh_and_names_no_value(town: Path) -> None:
    """A nominal that reaches the partner's page through a decision is found before anything is written."""
    people = list(csv.DictReader(next((town / "inbox").glob("log_subjects_*")).open(encoding="utf-8-sig")))
    person = next(row for row in people if len(row["surname"]) > 4 and len(row["forenames"]) > 4)
    name = f"{person['forenames']} {person['surname']}"
    decisions = town / "decisions" / "recommendations.csv"
    decisions.write_text(decisions.read_text(encoding="utf-8").replace("Outreach to linked users", f"Visit {name}"))
    before = json.loads((town / "editions" / month_of(town) / "partner/manifest.json").read_text())["run_id"]
    with pytest.raises(DisclosureLeak, match="name in") as raised:
        refresh(town)
    assert person["surname"].casefold() not in str(raised.value).casefold()
    after = json.loads((town / "editions" / month_of(town) / "partner/manifest.json").read_text())["run_id"]
    assert after == before
