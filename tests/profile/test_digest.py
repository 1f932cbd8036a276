"""The digest: what is new since a day, and who is named, by hand; the command on a town that was never refreshed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from market_profile.contracts.tables import Tables
from market_profile.profile.digest import NEW_PERSON, LastEdition, make_digest
from tests.conftest import copy_town, run_cli
from tests.indicators.conftest import typed

SINCE = pd.Timestamp("2019-02-10")
BORN = pd.Timestamp("1980-01-02")


def log(urn, at):
    return {"urn": urn, "submitted_at": pd.Timestamp(at), "source_evaluation": "1", "intelligence_assessment": "B",
            "handling_code": "P", "text": f"report {urn}"}  # fmt: skip


def subject(urn, no, surname="", **more):
    return {"urn": urn, "subject_no": str(no), "surname": surname, "forenames": "Ann", "role": "dealer"} | more


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split(), dtype="str")


@pytest.fixture
def digest():
    """Return the digest of two new logs: one names a known nominal by reference, one by name and date of birth."""
    logs = [log("U1", "2019-01-05"), log("U2", "2019-02-10T08:00"), log("U3", "2019-02-11T09:00")]
    subjects = [
        subject("U1", 1, "Adams", nominal_ref="R1"), subject("U1", 2, "Brown", date_of_birth=BORN),
        subject("U2", 1, "Adamz", nominal_ref="R1"), subject("U2", 2, "Young", role="cuckooed"),
        subject("U3", 1, "BROWN", date_of_birth=BORN), subject("U3", 2, "Brown"),
    ]  # fmt: skip
    tables = Tables({
        "intelligence_logs": typed("intelligence_logs", logs),
        "log_subjects": typed("log_subjects", subjects),
        "arrests": typed("arrests", [{"custody_ref": "A1", "arrested_at": pd.Timestamp("2019-02-10T03:00")}]),
    })  # fmt: skip
    last = LastEdition(
        nominals=frame("nominal_id preferred_name last_seen", ("N1", "Ann Adams", "2019-01-05"),
                       ("N2", "Ann Brown", "2019-01-05")),
        records=frame("kind record_ref subject_no nominal_id", ("log_subjects", "U1", "1", "N1"),
                      ("log_subjects", "U1", "2", "N2")),
        nodes=frame("nominal_id role key_player_rank", ("N1", "dealer", "1"), ("N2", "user", "")),
        targets=frame("target_kind target_id excluded_reason", ("nominal", "N1", "")),
        diversions=frame("nominal_id reason", ("N2", "in treatment")),
        markets=frame("kind record_ref market_id", ("intelligence_logs", "U2", "P1")),
    )  # fmt: skip
    return make_digest(tables, last, {"arrests": "arrested_at", "seizures": "seized_at"}, SINCE)


def test_only_what_is_new_is_told_newest_first(digest):
    assert digest.logs["urn"].tolist() == ["U3", "U2"]
    assert digest.logs["market_id"].tolist() == ["", "P1"]
    assert digest.logs["grade"].tolist() == ["1B", "1B"]
    assert digest.counts.to_dict("records") == [{"kind": "arrests", "rows": 1}]


def test_people_are_known_by_reference_or_by_full_name_and_birth_and_by_no_less(digest):
    found = digest.nominals.set_index("urns")
    by_id = digest.nominals[digest.nominals["nominal_id"] != ""].set_index("nominal_id")
    assert by_id.at["N1", "urns"] == "U2" and by_id.at["N2", "urns"] == "U3"
    assert by_id.at["N1", "why"] == "on the test-purchase board; key player; dealer"
    assert by_id.at["N2", "care"] == "safeguard or support", "whom the board diverted is not a target here either"
    new = digest.nominals[digest.nominals["nominal_id"] == ""]
    assert len(new) == 2 and set(new["why"]) == {NEW_PERSON}
    assert found.at["U2", "care"].tolist().count("safeguard or support") == 1, "a cuckooed person is to be safeguarded"


@pytest.fixture
def folder_of_town(town_template: Path, tmp_path: Path) -> Path:
    return copy_town(town_template, tmp_path / "town")


def test_the_command_reads_a_town_that_was_never_refreshed_and_logs_no_person(folder_of_town: Path):
    done = run_cli("digest", folder_of_town, "--days", "4")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("OFFICIAL-SENSITIVE") and "new logs name" in done.stdout
    (folder,) = (folder_of_town / "store" / "digests").iterdir()
    nominals = pd.read_csv(folder / "nominals.csv", dtype=str, keep_default_na=False)
    assert len(nominals) and (folder / "nominals.csv").stat().st_mode & 0o777 == 0o600
    audit = (folder_of_town / "store" / "audit.jsonl").read_text()
    assert "consultation" in audit
    assert not [name for name in nominals["name"] if len(name) > 3 and name in audit]
    assert not (folder_of_town / "editions").exists() and not (folder_of_town / "store" / "tables").exists(), (
        "nothing is taken in"
    )


def test_a_day_that_is_none_is_refused(folder_of_town: Path):
    done = run_cli("digest", folder_of_town, "--since", "11/02/2019")
    assert done.returncode == 2 and "YYYY-MM-DD" in done.stderr
