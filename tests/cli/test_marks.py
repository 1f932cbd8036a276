"""What people type and what records say: nothing of it writes on the terminal, and no command spoils decisions/."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from market_profile.cli.deciding import Decided, decide
from market_profile.cli.reviewing import _row
from market_profile.cli.words import escape
from market_profile.errors import WrongUse
from market_profile.terms import Judgement


def test_a_value_is_printed_without_markup_and_marks() -> None:
    out = io.StringIO()
    Console(file=out, highlight=False).print(escape("[bold]J\x1b[2Jo\u202ee[/bold]"))
    assert out.getvalue() == "[bold]J?[2Jo?e[/bold]\n"


@pytest.mark.parametrize("field", ["by", "reason", "authority_ref"])
def test_a_decision_that_could_not_be_read_again_is_not_written(tmp_path: Path, field: str) -> None:
    (tmp_path / "editions" / "2018-02").mkdir(parents=True)
    said = {"target": "N1", "decision": "defer", "by": "A Planner", "reason": "weak", field: "a\x1b[D"}
    with pytest.raises(WrongUse, match="no control characters"):
        decide(tmp_path, None, Decided(**said), Console(file=io.StringIO()))
    assert not (tmp_path / "decisions").exists()


def test_arrow_keys_typed_into_an_answer_do_not_spoil_the_judgements() -> None:
    pair: dict[str, object] = {"left_kind": "log_subjects", "left_ref": "A1"}
    row = _row(pair, Judgement.SAME, "A Nalyst\x1b[D", "same\x1b[C photograph")
    assert (row["by"], row["reason"]) == ("A Nalyst?[D", "same?[C photograph")
