"""The README is true: its commands exist, its files stand there, its settings are read."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from market_profile.cli import app
from market_profile.contracts.kinds import KINDS
from market_profile.settings import parse_settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_of_the_readme_exists_and_none_is_missing() -> None:
    named = set(re.findall(r"^\| `market-profile ([a-z-]+)", README, re.MULTILINE))
    command = get_command(app)
    assert set(getattr(command, "commands", {})) == named


def test_settings_in_the_readme_are_read() -> None:
    blocks = [
        re.sub(r"^ {3}", "", block, flags=re.MULTILINE) for block in re.findall(r"```toml\n(.*?)```", README, re.S)
    ]
    assert len(blocks) == 2
    settings = parse_settings("\n".join(blocks), tuple(KINDS))
    assert settings.source("intelligence_logs").columns["Log Ref"] == "urn"


def test_pictures_and_files_of_the_readme_stand_there() -> None:
    for name in re.findall(r"\]\(([a-z_/]+\.(?:png|md|toml))\)", README):
        assert (ROOT / name).is_file(), name
    for name in re.findall(r"`((?:data|market_profile)/[A-Za-z_]+\.md)`", README):
        assert (ROOT / name).is_file(), name


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("profile", "test", "setup", "bench", "lint", "verify"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
