"""``market-profile whatif`` on the tables of an edition: what it prints, whom it spares, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_worlds import story

from market_profile.cli.app import main
from market_profile.network import build_network
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


SALES = {"N1": ("N4", "N5", "N6"), "N2": ("N6", "N7")}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = [
        (f"{dealer}{user}{i}", "2019-01-20", f"{dealer}:dealer", "supplies", f"{user}:user", {})
        for dealer, users in SALES.items()
        for user in users
        for i in (1, 2)
    ]
    network = build_network(*story(*told), Month("2019-01"), NetworkSettings(), {})
    folder = tmp_path_factory.mktemp("area")
    tables = folder / "editions" / "2019-01" / "planner" / "tables"
    tables.mkdir(parents=True)
    names = pd.DataFrame({"nominal_id": network.nodes["nominal_id"], "preferred_name": "Ann [Example]"})
    for name, frame in (("network_nodes", network.nodes), ("network_edges", network.edges), ("nominals", names)):
        frame.to_csv(tables / f"{name}.csv", index=False)
    return folder


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, int]:
    with pytest.raises(SystemExit) as end:
        main(["whatif", *arguments])
    out = capsys.readouterr()
    return " ".join((out.out + out.err).split()), int(end.value.code or 0)


def test_the_answer_by_hand(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words, code = said([str(workspace), "N1"], capsys)
    assert code == 0
    # N4 and N5 buy from N1 alone, N6 from N2 too; N4, N5 apart and N2, N6, N7 together: F = 1 - 6/20
    assert "2 lose every known supplier; 1 keep another" in words
    assert "0.700" in words
    assert "Likely replacements: N2 (Ann [Example])" in words
    assert words.startswith("OFFICIAL-SENSITIVE")
    for mechanism in ("contacts of contacts", "whoever has most ties", "other contacts"):
        assert mechanism in words


def test_users_are_spared_unless_asked_for(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words, code = said([str(workspace), "N1", "N6"], capsys)
    assert code == 0
    assert "Left out, to be protected and not removed: N6" in words
    words, code = said([str(workspace), "N6"], capsys)
    assert (code, "all of these nominals are to be protected" in words) == (2, True)
    words, code = said([str(workspace), "N6", "--include-protected"], capsys)
    assert (code, "To be protected, not removed: N6" in words) == (0, True)


def test_strangers_and_other_months_are_refused(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words, code = said([str(workspace), "N99"], capsys)
    assert (code, "network_nodes.csv" in words) == (2, True)
    words, code = said([str(workspace), "N1", "--month", "2018-01"], capsys)
    assert (code, "there is no edition for 2018-01" in words) == (2, True)
