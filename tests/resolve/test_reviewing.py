"""Judgements at the command line: listed, withdrawn by a later line, never deleted; blind review hides the score."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from market_profile.cli.reviewing import list_judgements, run_review, withdraw_judgement
from market_profile.errors import WrongUse

LINE = "log_subjects,L1,1,log_subjects,L2,1,same,an analyst,2019-01-20,seen\n"
HEAD = "left_kind,left_ref,left_subject,right_kind,right_ref,right_subject,judgement,by,on,reason\n"
PAIR = {
    "left_kind": "log_subjects", "left_ref": "L2", "left_subject": "1", "right_kind": "log_subjects",
    "right_ref": "L1", "right_subject": "1", "left_nominal_id": "N000001", "right_nominal_id": "N000002",
    "probability": 0.71, "weight": 1.3, "mentions": 4, "contributions": '{"prior": -9.2, "surname": 10.5}',
}  # fmt: skip


def workspace(folder: Path, judgements: str) -> Path:
    """A workspace with one waiting pair."""
    tables = folder / "editions" / "2019-02" / "planner" / "tables"
    tables.mkdir(parents=True)
    pd.DataFrame([PAIR]).to_csv(tables / "review_pairs.csv", index=False)
    (folder / "decisions").mkdir()
    (folder / "decisions" / "judgements.csv").write_text(HEAD + judgements, encoding="utf-8")
    return folder


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def text(shown: Console) -> str:
    assert isinstance(shown.file, io.StringIO)
    return shown.file.getvalue()


def test_a_withdrawn_judgement_stays_in_the_file_and_the_pair_waits_again(tmp_path: Path) -> None:
    folder, before, after = workspace(tmp_path, LINE), console(), console()
    run_review(folder, "", False, before)
    assert "No pair waits" in text(before)  # it was answered, with left and right the other way round
    withdraw_judgement(folder, 1, "another analyst", console())
    rows = pd.read_csv(folder / "decisions" / "judgements.csv", dtype=str)
    assert rows["judgement"].tolist() == ["same", "unsure"]
    assert rows["by"].tolist() == ["an analyst", "another analyst"]
    run_review(folder, "", False, after)
    assert "Pair 1 of 1" in text(after)


def test_only_a_judgement_that_stands_can_be_withdrawn(tmp_path: Path) -> None:
    folder = workspace(tmp_path, LINE)
    with pytest.raises(WrongUse):
        withdraw_judgement(folder, 1, "", console())
    with pytest.raises(WrongUse):
        withdraw_judgement(folder, 2, "an analyst", console())
    shown = console()
    list_judgements(folder, shown)
    assert "an analyst" in text(shown)


@pytest.mark.parametrize("blind", [True, False])
def test_blind_review_hides_the_score_and_the_evidence(tmp_path: Path, blind: bool) -> None:
    shown = console()
    run_review(workspace(tmp_path, ""), "", blind, shown)
    assert ("0.71" in text(shown)) is not blind
    assert ("10.5" in text(shown)) is not blind
