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
    ("key_judgements.toml", f"x = {'[' * 3000}", "nested too deeply, or a number is too long"),
    ("key_judgements.toml", f"x = {'9' * 5000}", "nested too deeply, or a number is too long"),
    ("key_judgements.toml", "key_judgement = [1]\n", "key_judgement 1: the keys are"),
    (
        "key_judgements.toml",
        '[[key_judgement]]\nsentence = "a\\u001b[2J"\nconfidence = "x"\nbecause = "y"\n',
        "key_judgement 1: sentence holds control characters",
    ),
    ("judgements.csv", JUDGEMENT + GOOD.replace("same custody", "\x1b[31msame"), "line 2: reason holds control"),
    ("judgements.csv", JUDGEMENT + GOOD.replace("A. Nalyst", "\u202eA. Nalyst"), "line 2: by holds control"),
    ("judgements.csv", JUDGEMENT + GOOD.replace("same custody", "x" * 200_000), "line 2: a cell is too long"),
    (
        "board_decisions.csv",
        "target_id,decision,by,on,reason,month\nN1,defer,X,2019-01-01,y,2018-13\n",
        "line 2: month must be written as YYYY-MM",
    ),
    (
        "deconfliction.csv",
        "target_id,area_code,from_on,to_on,why\n,,2018-01-01,2018-02-01,x\n",
        "line 2: target_id or area_code is needed",
    ),
    (
        "deconfliction.csv",
        "target_id,area_code,from_on,to_on,why\nN1,,2018-01-01,2018-02-01,x\n,A1,2019-01-01,2018-02-01,x\n",
        "line 3: to_on lies before from_on",
    ),
    (
        "claims.csv",
        "id,claim,outcome,population,window,source,reproduced,claimed_pct\nC1,a,b,c,d,e,unclear,half\n",
        "line 2: claimed_pct must be written as a number",
    ),
    (
        "claims.csv",
        "id,claim,outcome,population,window,source,reproduced,from_window\nC1,a,b,c,d,e,unclear,9999\n",
        "line 2: from_window must be written as 2018",
    ),
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


@pytest.mark.parametrize("name", ["judgement.csv", "Judgements.csv", "judgements (2).csv", "key_judgement.toml"])
def test_a_name_that_is_slightly_wrong_is_not_passed_over(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, JUDGEMENT + GOOD)
    with pytest.raises(WrongUse, match=r"a file that is not read; is it meant as (key_)?judgements"):
        read_decisions(tmp_path)


@pytest.mark.parametrize(
    "name", ["notes.txt", "judgements.csv~", ".~lock.judgements.csv", "claims_of_2018.csv", "keys.toml"]
)
def test_other_files_of_the_folder_are_left_alone(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, "x")
    assert read_decisions(tmp_path).judgements.empty


def test_what_is_no_ordinary_file_is_not_taken_for_an_absent_one(tmp_path: Path) -> None:
    (tmp_path / "decisions" / "grants.csv").mkdir(parents=True)
    with pytest.raises(WrongUse, match=r"grants.csv is not an ordinary file"):
        read_decisions(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "decisions").write_text("x", encoding="utf-8")
    with pytest.raises(WrongUse, match="make it a folder"):
        read_decisions(other)
