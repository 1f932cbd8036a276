"""References that only look like another one, headers said twice, and what a note on a terminal may hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from market_profile.contracts.tables import Areas
from market_profile.settings import AreaSettings, Settings
from market_profile.sources import Known, read_inbox
from market_profile.visible import has_marks, key_with_marks, on_one_line
from tests.sources.conftest import Reader

HEAD = "custody_ref,arrested_at,nominal_ref\n"
REFERENCES = [
    ("C\u200b1", "bad_encoding"),  # zero-width space
    ("C1\ufe0f", "bad_encoding"),  # variation selector
    ("C\u034f1", "bad_encoding"),  # grapheme joiner
    ("C1\u3164", "bad_encoding"),  # Hangul filler
    ("C1\U000e0041", "bad_encoding"),  # tag
    ("C\u20031", "bad_encoding"),  # em space within
    ("C\u20281", "bad_encoding"),  # line separator
    ("E\u03011", "bad_encoding"),  # an accent of its own
    ('"C\n1"', "bad_encoding"),
    ('"C\t1"', "bad_encoding"),
    ("\u0421-1", "bad_encoding"),  # Cyrillic Es for C
    ("\uff23\uff11", "bad_encoding"),  # full width
    ("1.23457E+11", "bad_number"),
    ("1e+20", "bad_number"),
    ("C 1/18-00", ""),
    ("\u00c91", ""),  # one letter with its accent
    ("\u0416-12", ""),  # Cyrillic Zhe, which looks like no Latin letter
    ("12E5", ""),
    ("00123", ""),
]


@pytest.mark.parametrize(("reference", "reason"), REFERENCES)
def test_a_reference_is_kept_as_written_or_set_aside(read: Reader, reference: str, reason: str) -> None:
    intake = read({"arrests.csv": HEAD + f"{reference},2018-10-01,N1\n"})
    assert intake.quarantine["reason_codes"].tolist() == ([reason] if reason else [])
    assert intake.accounts[0].accepted == (0 if reason else 1)


@pytest.mark.parametrize("column", ["nominal_ref", "seller_phone", "linkage_key"])
def test_a_number_that_a_spreadsheet_rounded_joins_nobody(read: Reader, column: str) -> None:
    files = {
        "nominal_ref": ("arrests.csv", "custody_ref,arrested_at,nominal_ref\nC1,2018-10-01,{}\n"),
        "seller_phone": ("test_purchases.csv", "tp_ref,operation,attempted_at,outcome,seller_phone\n"
                         "T1,O,2018-10-01,purchase,{}\n"),
        "linkage_key": ("treatment.csv", "client_key,referred_on,linkage_key\nK1,2018-10-01,{}\n"),
    }  # fmt: skip
    name, text = files[column]
    intake = read({name: text.format("4.47701E+11")})
    assert intake.quarantine[["reason_codes", "columns"]].to_numpy().tolist() == [["bad_number", column]]
    assert "a spreadsheet rounded it" in intake.quarantine["explanation"].iloc[0]
    assert "447" not in intake.quarantine["explanation"].iloc[0]
    assert read({name: text.format("447701900123")}).quarantine.empty


def test_a_header_said_again_is_no_answer_of_a_survey(read: Reader) -> None:
    head = "wave,question,response\n"
    intake = read({"community_survey.csv": head + head + "w1,safe,yes\n" + head + "wave,question,yes\n"})
    assert intake.quarantine[["line", "reason_codes"]].to_numpy().tolist() == [
        [2, "malformed_row"],
        [4, "malformed_row"],
    ]
    entry = intake.accounts[0]
    assert (entry.read, entry.accepted, entry.quarantined) == (4, 2, 2)


def test_a_file_with_tsv_within_its_name_is_read_by_its_ending(read: Reader) -> None:
    assert read({"arrests.tsv.csv": HEAD + "C1,2018-10-01,N1\n"}).accounts[0].accepted == 1
    assert read({"ARRESTS_2.TSV": (HEAD + "C2,2018-10-01,N1\n").replace(",", "\t")}).accounts[-1].accepted == 1


def test_a_note_says_headings_on_one_line_without_marks(read: Reader) -> None:
    intake = read({"arrests.csv": "custody_ref,arrested_at,\x1b[31mred,\u202eder\nC1,2018-10-01,1,2\n"})
    assert any("columns not used: ?[31mred, ?der" in warning for warning in intake.warnings)
    assert not any(has_marks(warning) for warning in intake.warnings)


def test_settings_with_marks_are_told_by_their_key() -> None:
    assert key_with_marks({"area": {"name": "a\x1bb"}}) == "area.name"
    assert key_with_marks({"a": [{"b": {"c\u202e": 1}}]}) == "a.b"
    assert key_with_marks({"sources": {"x": {"delimiter": "\x1f"}}, "a": "fine\n\u200f"}) is None
    assert on_one_line("a\nb") == "a?b"


def test_a_folder_too_deep_to_open_is_not_passed_over(tmp_path: Path, areas: Areas) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    here = os.open(inbox, os.O_RDONLY)
    try:
        for _ in range(30):
            os.mkdir("d" * 200, dir_fd=here)
            deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = deeper
    finally:
        os.close(here)
    settings = Settings(area=AreaSettings(name="A", code="E1", partner_areas="a.geojson"))
    intake = read_inbox(tmp_path, settings, areas, Known())
    assert [refusal.reason for refusal in intake.refused] == ["unsafe_file"]


def test_a_file_that_grows_while_it_is_read_is_refused(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    from market_profile.sources import reading

    whole = reading.read_table

    def growing(*given: object) -> object:
        """Read the file, and then let another program write on."""
        table = whole(*given)  # type: ignore[arg-type]
        with given[1].path.open("a", encoding="utf-8") as stream:  # type: ignore[attr-defined]
            stream.write("C2,2018-10-02,N2\n")
        return table

    monkeypatch.setattr(reading, "read_table", growing)
    intake = read({"arrests.csv": HEAD + "C1,2018-10-01,N1\n"})
    assert [refusal.reason for refusal in intake.refused] == ["unreadable_file"]
    assert "changed while it was read" in intake.refused[0].message
