"""Signing keys from the command line: whose they may be, and that a mistyped passphrase makes none."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from market_profile.cli import releasing
from market_profile.errors import InputRefused, WrongUse
from market_profile.refresh.releasing import registered_keys
from market_profile.store import append_event
from market_profile.store.audit import AuditCategory

WORDS = "correct horse battery"


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARKET_PROFILE_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "area"
    folder.mkdir()
    (folder / "area.toml").write_text("", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "", ".hidden", "a/b", "a\x1b[2J", "x" * 200])
def test_a_name_is_no_path(name: str, area: Path) -> None:
    with pytest.raises(WrongUse, match="a name has letters"):
        releasing.make_key(name, area, Console(quiet=True))
    assert not list(area.parent.rglob("*.pem"))


@pytest.mark.parametrize("name", ["Ann O'Neill-Smith", "Zoë Ångström", "李 小龙", "A. Smith_2"])
def test_names_of_people_are_names(name: str, area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market_profile.cli.releasing.passphrase_from_environment", lambda _name: WORDS)
    releasing.make_key(name, area, Console(quiet=True))
    assert set(registered_keys(area)) == {name}
    assert [path.stem for path in area.parent.rglob("*.pem")] == [name]


def test_no_key_for_a_folder_that_is_no_workspace(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market_profile.cli.releasing.passphrase_from_environment", lambda _name: WORDS)
    with pytest.raises(WrongUse, match=r"no area\.toml"):
        releasing.make_key("Ann", area.parent / "mistyped", Console(quiet=True))
    assert not (area.parent / "mistyped").exists()
    assert not list(area.parent.rglob("*.pem"))


def test_a_mistyped_passphrase_makes_no_key(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([WORDS, WORDS + "x"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    with pytest.raises(WrongUse, match="differ"):
        releasing.make_key("Ann", area, Console(quiet=True))
    assert not list(area.parent.rglob("*.pem"))
    assert registered_keys(area) == {}


def test_an_audit_log_that_was_changed_is_refused(area: Path) -> None:
    log = area / "store" / "audit.jsonl"
    for number in range(3):
        append_event(log, AuditCategory.CONSULTATION, {"number": number})
    releasing.show_audit(area, True, None, Console(quiet=True))
    log.write_bytes(log.read_bytes().replace(b'"number": 1', b'"number": 7'))
    with pytest.raises(InputRefused, match="line 2") as told:
        releasing.show_audit(area, True, None, Console(quiet=True))
    assert told.value.exit_code == 3  # as doctor says it
