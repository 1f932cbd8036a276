"""Decisions that people edit: all optional, a malformed line refused with its number."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from market_profile.errors import WrongUse
from market_profile.sources import read_decisions

JUDGEMENT = "left_kind,left_ref,left_subject,right_kind,right_ref,right_subject,judgement,by,on,reason\n"
GOOD = "log_subjects,A1,1,arrests,C1,1,same,A. Nalyst,2019-01-05,same custody photograph\n"


def _write(folder: Path, name: str, text: str) -> None:
    (folder / "decisions").mkdir(exist_ok=True)
    (folder / "decisions" / name).write_bytes(text.encode())


def test_every_file_is_optional(tmp_path: Path) -> None:
    decisions = read_decisions(tmp_path)
    assert decisions.judgements.empty
    assert str(decisions.grants["expires_on"].dtype) == "datetime64[us]"
    assert decisions.key_judgements.columns.tolist() == [
        "id", "sentence", "likelihood", "confidence", "because", "sources",
    ]  # fmt: skip


def test_lines_are_read_and_the_hash_follows_content_not_layout(tmp_path: Path) -> None:
    _write(tmp_path, "judgements.csv", JUDGEMENT + GOOD)
    first = read_decisions(tmp_path)
    assert first.judgements.iloc[0]["on"] == pd.Timestamp("2019-01-05")
    _write(tmp_path, "judgements.csv", "\ufeff" + JUDGEMENT.replace("\n", "\r\n") + "\r\n" + GOOD)
    assert read_decisions(tmp_path).sha256 == first.sha256
    _write(tmp_path, "judgements.csv", JUDGEMENT + GOOD.replace("same,", "different,"))
    assert read_decisions(tmp_path).sha256 != first.sha256


BAD = [
    ("judgements.csv", JUDGEMENT + GOOD + GOOD.replace("same,", "perhaps,"), "line 3: judgement must be one of"),
    ("judgements.csv", JUDGEMENT + GOOD.replace("2019-01-05", "5/1/2019"), "line 2: on must be a day"),
    ("judgements.csv", JUDGEMENT + GOOD.replace("A. Nalyst", ""), "line 2: by is empty"),
    ("judgements.csv", JUDGEMENT + GOOD.replace("arrests", "person"), "line 2: right_kind must be one of"),
    ("judgements.csv", JUDGEMENT + "\n" + GOOD.strip() + ",more\n", "line 3: it has 11 cells"),
    ("judgements.csv", JUDGEMENT + 'log_subjects,"A1\n', "line 2: a quotation mark"),
    ("grants.csv", "urn,who,role,condition\n", "line 1: the columns must be"),
    ("grants.csv", "urn,who,role,condition,expires_on,note\n", "line 1: the columns must be"),
    ("grants.csv", "urn,who,role,condition,expires_on\nA1,B,C,D,2019-02-30\n", "line 2: expires_on must be a day"),
    (
        "recommendations.csv",
        "id,text,owner,due_on,status\nR1,Do,Me,2019-01-01,done\nR1,Do,Me,2019-01-01,done\n",
        "line 3: id must not repeat",
    ),
    ("board_decisions.csv", "target_id,decision,by,on,reason\nN1,maybe,X,2019-01-01,y\n", "line 2: decision must be"),
    ("key_judgements.toml", "[[key_judgement]]\nsentence = 1\n", "key_judgement 1: sentence must be a text"),
    ("key_judgements.toml", "[[key_judgement]]\nwords = 'x'\n", "key_judgement 1: the keys are"),
    ("key_judgements.toml", "x = 1\n", r"holds \[\[key_judgement\]\] blocks only"),
    ("key_judgements.toml", "x = \n", "is not valid TOML"),
]


@pytest.mark.parametrize(("name", "text", "message"), BAD)
def test_a_malformed_line_is_refused_with_its_number(tmp_path: Path, name: str, text: str, message: str) -> None:
    _write(tmp_path, name, text)
    with pytest.raises(WrongUse, match=message) as raised:
        read_decisions(tmp_path)
    assert name in str(raised.value)
    assert "Nalyst" not in str(raised.value)


def test_key_judgements_keep_their_order_and_join_their_sources(tmp_path: Path) -> None:
    block = "[[key_judgement]]\nsentence = 'It is likely.'\nlikelihood = 'likely'\nconfidence = 'Moderate'\n"
    _write(tmp_path, "key_judgements.toml", block + "because = 'two families'\nsources = ['a', 'b']\n")
    row = read_decisions(tmp_path).key_judgements.iloc[0]
    assert (row["likelihood"], row["sources"]) == ("likely", "a|b")
