"""The intake: every row counted once, faults together, duplicates, amendments, re-submissions and orphans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import market_profile.sources.intake
from market_profile.errors import AccountingError, InputRefused, SettingsError
from market_profile.settings import SourceSettings
from market_profile.sources import Intake, Known, quarantine_report, summary_text
from market_profile.sources.accounting import check_adds_up

Reader = Callable[..., Intake]
Logs = Callable[..., str]
HEAD = "urn,submitted_at,source_evaluation,intelligence_assessment,handling_code,text\n"


def _known(*intakes: Intake) -> Known:
    """Return what a store would hold after these intakes."""
    files = frozenset(entry.sha256 for intake in intakes for entry in intake.accounts)
    keys: dict[str, list[pd.DataFrame]] = {}
    for intake in intakes:
        for kind, frame in intake.accepted.items():
            keys.setdefault(kind, []).append(frame[["record_ref", "content_sha256", "version"]])
    return Known(files, {kind: pd.concat(frames) for kind, frames in keys.items()})


def _counts(intake: Intake) -> list[tuple[int, int, int, int, int]]:
    return [(e.read, e.accepted, e.quarantined, e.duplicate, e.amended) for e in intake.accounts]


def test_every_fault_of_a_row_is_reported_at_once_and_rows_add_up(read: Reader) -> None:
    text = (
        HEAD
        + "A1,2018-10-01,1,A,P,good\n"  # line 2
        + "A2,03/04/2018,9,Z,P,two readings and no grade\n"  # line 3
        + ",2018-10-01,1,A,P,no urn\n"  # line 4
        + 'A4,2018-10-01,1,A,P,"two\nlines",wide\n'  # lines 5 and 6
        + "A5,2018-10-01,1,A,,blank handling is C\n"  # line 7
        + "Total,5,,,,\n"  # line 8
    )
    intake = read({"intelligence_logs.csv": text})
    assert _counts(intake) == [(6, 2, 4, 0, 0)]  # 6 records on 7 physical lines: 2 + 4 + 0
    rows = intake.quarantine
    assert rows["line"].tolist() == [3, 4, 5, 8]
    assert rows["reason_codes"].tolist() == [
        "ambiguous_date|bad_grade",
        "missing_required",
        "malformed_row",
        "totals_row",
    ]
    assert rows["columns"].tolist()[:2] == ["submitted_at|source_evaluation|intelligence_assessment", "urn"]
    assert rows["record_ref"].tolist() == ["A2", "", "", ""]
    assert rows["raw"].tolist()[2] == 'A4,2018-10-01,1,A,P,"two\nlines",wide'
    assert intake.accounts[0].reasons == {
        "ambiguous_date": 1, "bad_grade": 1, "malformed_row": 1, "missing_required": 1, "totals_row": 1,
    }  # fmt: skip
    assert intake.accepted["intelligence_logs"]["handling_code"].tolist() == ["P", "C"]
    assert intake.sources()["intelligence_logs"]["quarantined"] == 4  # type: ignore[index]


def test_a_faulty_place_is_reported_with_the_other_faults_of_its_row_only(read: Reader) -> None:
    head = HEAD.replace("text", "easting_m,northing_m")
    intake = read({"intelligence_logs.csv": head + "A1,2018-10-01,1,A,P,1,2\nA2,soon,1,A,P,x,2\n"})
    assert intake.quarantine["reason_codes"].tolist() == ["bad_date|bad_coordinate"]
    assert intake.quarantine["columns"].tolist() == ["submitted_at|easting_m|northing_m"]
    assert intake.place_faults[["record_ref", "line", "place_fault", "raw_place"]].to_numpy().tolist() == [
        ["A1", 2, "outside_area", "easting_m=1; northing_m=2"]
    ]
    assert intake.accepted["intelligence_logs"]["easting_m"].isna().all()


def test_a_known_file_is_not_read_again_and_an_identical_one_is_all_duplicates(read: Reader, logs: Logs) -> None:
    first = read({"intelligence_logs_1.csv": logs("A1", "A2"), "intelligence_logs_2.csv": logs("A1", "A2")})
    assert _counts(first) == [(2, 2, 0, 0, 0), (2, 0, 0, 2, 0)]
    again = read({}, _known(first))
    assert [entry.is_known for entry in again.accounts] == [True, True]
    assert again.accepted == {}
    assert again.files().empty


def test_an_identical_file_with_faults_is_all_duplicates(read: Reader) -> None:
    text = HEAD + "A1,2018-10-01,1,A,P,x\nA2,soon,1,A,P,x\n"
    intake = read({"intelligence_logs_1.csv": text, "intelligence_logs_2.csv": text})
    assert _counts(intake) == [(2, 1, 1, 0, 0), (2, 0, 0, 2, 0)]
    assert len(intake.quarantine) == 1


def test_formatting_makes_no_amendment_and_content_does(read: Reader) -> None:
    first = read({"intelligence_logs_1.csv": HEAD + "A1,2018-10-01,1,A,P,x\nA2,2018-10-02,1,A,P,y\n"})
    second = read(
        {
            "intelligence_logs_2.csv": "text,URN,Submitted at,grade\n"
            " x ,A1,2018-10-01T00:00:00,A-1-P\n"  # the same in other clothes
            "Y,A2,2018-10-02,1AP\n"  # another text
        },
        _known(first),
    )
    assert _counts(second)[1] == (2, 1, 0, 1, 1)
    frame = second.accepted["intelligence_logs"]
    assert frame[["record_ref", "version"]].to_numpy().tolist() == [["A2", 2]]


def test_a_superseded_version_sent_again_is_a_duplicate_and_said(read: Reader) -> None:
    first = read({"intelligence_logs_1.csv": HEAD + "A1,2018-10-01,1,A,P,x\n"})
    second = read({"intelligence_logs_2.csv": HEAD + "A1,2018-10-01,1,A,P,y\n"}, _known(first))
    third = read({"intelligence_logs_3.csv": HEAD + "A1,2018-10-01,1,A,P,x\n\n"}, _known(first, second))
    assert _counts(third)[-1] == (1, 0, 0, 1, 0)
    assert any("superseded" in warning for warning in third.warnings)


def test_a_corrected_row_is_accepted_under_the_reference_of_its_quarantined_self(read: Reader) -> None:
    first = read(
        {
            "log_subjects_1.csv": "urn,subject_no,role\nA1,1,boss\n",
            "intelligence_logs.csv": HEAD + "A1,2018-10-01,1,A,P,\n",
        }
    )
    assert first.quarantine[["record_ref", "reason_codes"]].to_numpy().tolist() == [["A1/1", "unknown_value"]]
    second = read({"log_subjects_2.csv": "urn,subject_no,role\nA1,1,dealer\n"}, _known(first))
    assert second.accepted["log_subjects"]["record_ref"].tolist() == ["A1/1"]


def test_rows_whose_log_was_never_accepted_are_orphans(read: Reader) -> None:
    files = {
        "intelligence_logs.csv": HEAD + "A1,2018-10-01,1,A,P,\nA2,soon,1,A,P,\n",
        "log_subjects.csv": "urn,subject_no\nA1,1\nA2,1\nA3,1\n",
        "log_links.csv": "urn,from_subject_no,to_subject_no,relation\nA1,1,2,supplies\nA2,1,2,eats\n",
    }
    intake = read(files)
    assert intake.quarantine[["kind", "record_ref", "reason_codes"]].to_numpy().tolist() == [
        ["intelligence_logs", "A2", "bad_date"],
        ["log_subjects", "A2/1", "unknown_parent"],
        ["log_subjects", "A3/1", "unknown_parent"],
        ["log_links", "", "unknown_parent|unknown_value"],
    ]
    later = read({"log_subjects_2.csv": "urn,subject_no\nA1,2\n"}, _known(intake))
    assert later.accepted["log_subjects"]["record_ref"].tolist() == ["A1/2"]


def test_rows_without_a_reference_are_told_by_content_and_occurrence(read: Reader) -> None:
    head = "surname,convicted_on,offence_group\n"
    intake = read(
        {
            "convictions_1.csv": head + "NA,2018-10-01,supply\nNA,2018-10-01,supply\nB,2018-10-01,supply\n",
            "convictions_2.csv": head + "NA,2018-10-01,supply\n" * 3,
        }
    )
    assert _counts(intake) == [(3, 3, 0, 0, 0), (3, 1, 0, 2, 0)]  # of three alike, two were there already
    assert intake.accepted["convictions"]["record_ref"].is_unique


@pytest.mark.parametrize("in_one_file", [True, False])
def test_two_records_whose_keys_read_alike_are_two_records(read: Reader, in_one_file: bool) -> None:
    head = "seizure_ref,exhibit_ref,seized_at,drug\n"
    rows = ["SZ/19,JS/1,2018-10-03,heroin\n", "SZ,19/JS/1,2018-10-03,heroin\n"]
    files = [head + "".join(rows)] if in_one_file else [head + row for row in rows]
    intake = read({f"seizures_{number}.csv": text for number, text in enumerate(files)})
    assert sorted(intake.accepted["seizures"]["record_ref"]) == ["SZ/19/JS/1", "SZ\\/19/JS/1"]
    assert sum(entry.accepted for entry in intake.accounts) == 2
    assert intake.accepted["seizures"]["version"].tolist() == [1, 1]
    again = read({"seizures_9.csv": head + rows[0] + "\n"}, _known(intake))
    assert sum(entry.duplicate for entry in again.accounts) == 1


def test_links_whose_people_their_log_does_not_have_are_told_of_until_it_has(read: Reader, logs: Logs) -> None:
    head = "urn,from_subject_no,to_subject_no,relation\n"
    files = {
        "intelligence_logs.csv": logs("A1", "A2"),
        "log_subjects_1.csv": "urn,subject_no,surname\nA1,1,Jones\nA1,2,Smith\n",
        "log_links.csv": head + "A1,1,2,supplies\nA1,1,3,supplies\nA2,1,2,supplies\n",
    }
    first = read(files)
    assert first.accounts[-1].accepted == 3
    told = [one for one in first.warnings if "links" in one]
    assert told == ["log_links: links with a person whom their log does not have, in no network until it has: 2"]
    more = {"log_subjects_2.csv": "urn,subject_no,surname\nA1,3,Brown\n", "log_links_2.csv": head + "A1,3,2,supplies\n"}
    assert not [one for one in read(more, _known(first)).warnings if "links" in one]


def test_two_contents_of_one_reference_in_one_file_are_versions_in_order_of_time(read: Reader) -> None:
    rows = ["A1,2018-10-02,1,A,P,later", "A1,2018-10-01,1,A,P,sooner"]
    for order in (rows, rows[::-1]):
        intake = read({"intelligence_logs.csv": HEAD + "\n".join(order)})
        frame = intake.accepted["intelligence_logs"]
        assert frame[["text", "version"]].to_numpy().tolist() == [["sooner", 1], ["later", 2]]
        assert _counts(intake) == [(2, 2, 0, 0, 1)]


ROW = st.tuples(
    st.sampled_from(["A1", "A2", "A3", ""]),
    st.sampled_from(["2018-10-01", "2018-10-02T10:00", "03/04/2018", "never"]),
    st.sampled_from(["1", "4"]),
    st.sampled_from(["", "NA", "x"]),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=12), data=st.data())
def test_rows_add_up_and_their_order_does_not_matter(
    read: Reader, rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    lines = [f"{urn},{at},{source},A,P,{text}" for urn, at, source, text in rows]
    shuffled = data.draw(st.permutations(lines))
    results = []
    for order in (lines, shuffled):
        intake = read({"intelligence_logs.csv": HEAD + "\n".join(order) + "\n"})
        account = intake.accounts[0]
        assert account.read == len(rows) == account.accepted + account.quarantined + account.duplicate
        frame = intake.accepted["intelligence_logs"].drop(columns=["source_file", "source_line"])
        quarantine = intake.quarantine.drop(columns=["file_id", "line"]).sort_values("raw", ignore_index=True)
        results.append((frame, quarantine, account.reasons))
    pd.testing.assert_frame_equal(results[0][0], results[1][0])
    pd.testing.assert_frame_equal(results[0][1], results[1][1])
    assert results[0][2] == results[1][2]


def test_accounts_that_do_not_add_up_stop_the_run(read: Reader, logs: Logs) -> None:
    entry = read({"intelligence_logs.csv": logs("A1")}).accounts[0]
    check_adds_up(entry)
    with pytest.raises(AccountingError):
        check_adds_up(replace(entry, read=2))


HEADERS = [
    ("urn,urn,submitted_at,grade", "two headings stand for urn (columns 1 and 2)"),
    ("URN,Submitted At,source_evaluation", "lacks the columns intelligence_assessment"),
    ("A1,2018-10-01,1,A,P", "its first row is no header of intelligence_logs"),
]


@pytest.mark.parametrize(("header", "sentence"), HEADERS)
def test_headers_that_do_not_fit_refuse_the_file(read: Reader, header: str, sentence: str) -> None:
    intake = read({"intelligence_logs_secret name.csv": header + "\n"})
    assert sentence in intake.refused[0].sentence
    with pytest.raises(InputRefused) as raised:
        intake.check_none_refused()
    assert "secret name" not in str(raised.value)
    assert quarantine_report(intake)["file"].tolist() == ["intelligence_logs_secret name.csv"]
    assert "secret name" not in summary_text(intake)


def test_a_header_alone_is_no_rows(read: Reader) -> None:
    intake = read({"intelligence_logs.csv": HEAD})
    assert _counts(intake) == [(0, 0, 0, 0, 0)]
    assert intake.accepted["intelligence_logs"].empty


def test_a_mapping_to_no_column_names_the_key(read: Reader) -> None:
    with pytest.raises(SettingsError, match=r'sources.arrests.columns."X"'):
        read({"arrests.csv": "X\n"}, arrests=SourceSettings(columns={"X": "nowhere"}))


def test_kinds_claim_files_by_longest_name_pattern_or_published_name(read: Reader, logs: Logs) -> None:
    intake = read(
        {
            "Intelligence_Logs 2018.CSV": logs("A1"),
            "2018-10-sussex-street.csv": "Month,Longitude,Latitude,Location,Crime type\n2018-10,,,No Location,Drugs\n",
            "custody.txt": "custody_ref,arrested_at\nC1,2018-10-01\n",
            "notes about someone.docx": b"x",
            "arrests.csv": "custody_ref,arrested_at\nC2,2018-10-01\n",
        },
        arrests=SourceSettings(pattern="custody*"),
    )
    assert [(entry.kind, entry.name) for entry in intake.accounts] == [
        ("intelligence_logs", "Intelligence_Logs 2018.CSV"),
        ("arrests", "custody.txt"),
        ("street_crime", "2018-10-sussex-street.csv"),
    ]
    assert len(intake.warnings) == 2  # the notes, and arrests.csv which the declared pattern no longer claims
    assert not any("someone" in warning for warning in intake.warnings)


@pytest.mark.parametrize("name", ["arrests_2018.xls", "Arrests.xlsb", "arrests.csv.zip", "arrests.xlsx.gz", "arrests"])
def test_a_file_of_another_format_is_not_asked_for_its_kind(read: Reader, name: str) -> None:
    intake = read({name: b"\xd0\xcf\x11\xe0"})
    assert [one.reason for one in intake.unclaimed] == ["unclaimed_file"]
    assert ".xlsx, .ods and .parquet are what is read" in intake.warnings[0] and name not in intake.warnings[0]


def test_a_file_that_no_kind_claims_is_named_in_the_report_and_nowhere_else(read: Reader) -> None:
    intake = read({"Jane Smith notes.csv": "a\n1\n"})
    assert not intake.accounts and not intake.refused
    assert [one.name for one in intake.unclaimed] == ["Jane Smith notes.csv"]
    assert len(intake.warnings) == 1 and "Jane" not in intake.warnings[0]
    said = quarantine_report(intake)[["file", "line", "reason_codes"]].to_numpy().tolist()
    assert said == [["Jane Smith notes.csv", 0, "unclaimed_file"]]
    assert intake.unclaimed[0].file_id in intake.warnings[0]


def test_two_patterns_for_one_file_are_a_mistake(read: Reader, logs: Logs) -> None:
    sources = {"arrests": SourceSettings(pattern="*.csv"), "seizures": SourceSettings(pattern="x*")}
    with pytest.raises(SettingsError, match="arrests"):
        read({"x.csv": logs("A1")}, **sources)


def test_criteria_of_the_case_forum_are_kept(read: Reader) -> None:
    intake = read({"case_forum.csv": "nominal_ref,assessed_on,Violence Score,notes\nN1,2018-10-01,3,seen\n"})
    frame = intake.accepted["case_forum"]
    assert frame["violence_score"].tolist() == [3.0]
    assert any("notes" in warning for warning in intake.warnings)


def test_files_judged_part_by_part_give_the_same(read: Reader, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "urn,subject_no,surname\n"
    inbox = {
        "intelligence_logs_1.csv": HEAD + "A1,2018-10-01,1,A,P,x\nA2,2018-10-01,9,A,P,x\nA1,2018-10-01,1,A,P,x\n",
        "intelligence_logs_2.csv": HEAD.replace("text", "narrative")
        + "A1,2018-10-02,1,A,P,later\nA3,2018-13-01,1,A,P,x\n",
        "intelligence_logs_3.csv": HEAD + "A4,2018-10-01,1,A,P,x\n",
        "intelligence_logs_4.csv": HEAD + "A4,2018-10-01,1,A,P,x\n",
        "intelligence_logs_5.csv": HEAD + 'A5,2018-10-01,1,A,P,"never closed\n',
        "log_subjects_1.csv": head + "A1,1,Ash\nA9,1,Orphan\n",
        "log_subjects_2.csv": head + "A4,1,Birch\nA2,1,Orphan\nA4,1,Birch\n",
    }
    whole = read(inbox)
    monkeypatch.setattr(market_profile.sources.intake, "ROWS_AT_A_TIME", 1)
    parts = read(inbox)
    assert (parts.accounts, parts.refused, parts.warnings) == (whole.accounts, whole.refused, whole.warnings)
    assert _counts(whole)[:2] == [(3, 1, 1, 1, 0), (2, 1, 1, 0, 1)]
    pd.testing.assert_frame_equal(parts.quarantine, whole.quarantine)
    for kind, frame in whole.accepted.items():
        pd.testing.assert_frame_equal(parts.accepted[kind], frame)
