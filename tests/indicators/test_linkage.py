"""Keyed linkage: one form for a name, consent at the cut-off, the matrix by hand, and nothing of a person left over."""

from __future__ import annotations

import hashlib
import hmac
import os

import pandas as pd
import pytest

from market_profile.contracts.linkage_key import folded_name, key_from_text, linkage_key, linkage_keys
from market_profile.editions.eligibility import shareable
from market_profile.errors import InputRefused, WrongUse
from market_profile.indicators import measure_indicators, police_side
from market_profile.periods import Month
from market_profile.refresh.linkage_key import key_for, make_key, read_key, read_workspace_key
from market_profile.refresh.linking import write_pseudonyms
from market_profile.room_settings import LinkageSettings
from market_profile.terms import Audience
from market_profile.values import Sensitive

MONTH = Month("2019-02")
KEY = bytes(range(32))
NO_MARKETS = pd.DataFrame({"kind": [], "record_ref": [], "market_id": []}, dtype="str")
BORN = pd.Timestamp("1980-01-02")


def pseudonym(surname, forenames="Ann", born="1980-01-02"):
    return linkage_key(surname, forenames, born, KEY)


@pytest.mark.parametrize(
    ("surname", "forenames"),
    [("NASH", "Zoë"), (" nash ", "ZOE MARY"), ("Na'sh", "Zoë, M."), ("Násh", "zoe")],
)
def test_both_sides_write_a_person_in_one_form(surname, forenames):
    assert pseudonym(surname, forenames) == pseudonym("Nash", "Zoe")


def test_another_person_or_key_gives_another_pseudonym():
    one = pseudonym("Nash", "Zoe")
    assert len({one, pseudonym("Nash", "Zac"), pseudonym("Nashe", "Zoe"), pseudonym("Nash", "Zoe", "1980-01-03")}) == 4
    assert linkage_key("Nash", "Zoe", "1980-01-02", bytes(range(1, 33))) != one


def test_a_pseudonym_is_plain_hmac_sha256_so_that_a_provider_can_make_it_elsewhere():
    message = b"market-profile linkage v1|obriensmith|jeanluc|1980-01-02"
    expected = hmac.new(KEY, message, hashlib.sha256).hexdigest()
    assert pseudonym("O'Brien-Smith", "Jean-Luc Paul") == expected
    assert folded_name("Øystein Ågård ßon") == "oysteinagardsson"


@pytest.mark.parametrize("missing", [("", "Ann", "1980-01-02"), ("Nash", " ", "1980-01-02"), ("Nash", "Ann", "")])
def test_without_all_three_there_is_no_pseudonym(missing):
    assert linkage_key(*missing, KEY) == ""


def test_keys_of_a_frame_are_aligned_and_equal_the_single_ones():
    people = pd.DataFrame({
        "surname": ["Nash", "Wu", "Nash"], "forenames": ["Ann", "", "Ann"], "date_of_birth": [BORN, BORN, BORN],
    }, index=[7, 3, 5])  # fmt: skip
    assert linkage_keys(people, KEY).to_dict() == {7: pseudonym("Nash"), 3: "", 5: pseudonym("Nash")}


def test_pseudonyms_of_many_are_those_of_each():
    names = ["Nash", " NASH ", "O'Brien-Smith", "Zoë", "", None, "Łuk|asz", "nash", "123"]
    days = ["1990-05-02", None, "2001-01-31"]
    rows = [(one, other, day) for one in names for other in [*names, "zoe m.", "Jean-Luc, Paul"] for day in days]
    people = pd.DataFrame(rows, columns=["surname", "forenames", "date_of_birth"]).astype({"date_of_birth": "str"})
    people = people.assign(date_of_birth=pd.to_datetime(people["date_of_birth"], errors="coerce"))
    wanted = [linkage_key(one or "", other or "", day or "", KEY) for one, other, day in rows]
    assert linkage_keys(people, KEY).tolist() == wanted
    assert len(set(wanted)) == 4 * 5 * 2 + 1
    assert linkage_keys(people.head(0), KEY).tolist() == []
    with pytest.raises(WrongUse):
        linkage_keys(people, KEY[:31])


@pytest.mark.parametrize("content", [b"", b"ab" * 20, b"a" * 64, b"00" * 32])
def test_a_weak_key_is_refused_without_being_shown(content):
    with pytest.raises(WrongUse) as refused:
        key_from_text(content)
    assert content.decode() == "" or content.decode() not in str(refused.value)


def subject(no, surname, role="user", **more):
    base = {
        "urn": "U1",
        "subject_no": str(no),
        "surname": surname,
        "forenames": "Ann",
        "date_of_birth": BORN,
        "role": role,
    }
    return base | more


def client(key, surname="", spend=10.0, **more):
    base = {
        "client_key": key, "linkage_key": pseudonym(surname) if surname else "", "stage": "structured",
        "referred_on": pd.Timestamp("2018-12-01"), "stage_on": pd.Timestamp("2018-12-10"), "weekly_spend_gbp": spend,
        "consent_police_share": True, "main_drug": "heroin",
    }  # fmt: skip
    return base | more


@pytest.fixture
def measured(make, settings):
    """Return a function from treatment rows to what linking gives: users Adams, Brown and one without a birth date;
    Clark a dealer."""

    def measure(treatment, key=KEY, under=settings):
        log = {"urn": "U1", "submitted_at": pd.Timestamp("2019-01-10"), "source_evaluation": "1",
               "intelligence_assessment": "B"}  # fmt: skip
        subjects = [
            subject(1, "Adams"), subject(2, "Brown"), subject(3, "Clark", role="dealer"),
            subject(4, "Dale", date_of_birth=None),
        ]  # fmt: skip
        tables = make(intelligence_logs=[log], log_subjects=subjects, treatment=treatment)
        records = pd.DataFrame({
            "kind": "log_subjects", "record_ref": "U1", "subject_no": ["1", "2", "3", "4"],
            "nominal_id": ["N1", "N2", "N3", "N4"],
        })  # fmt: skip
        police = police_side(tables, records, MONTH, Sensitive(key) if key else None)
        return measure_indicators(tables, NO_MARKETS, MONTH, under, police)

    return measure


def test_the_police_side_of_any_row_order_in_order_of_pseudonym_and_id(make):
    logs = [
        {"urn": urn, "submitted_at": pd.Timestamp(day)} for urn, day in (("U1", "2019-01-10"), ("U2", "2017-05-01"))
    ]
    subjects = [
        subject(1, "Nash"), subject(2, "NASH"), subject(3, "Nash", role="dealer"), subject(5, "Ford"),
        subject(4, "Dale", date_of_birth=None), subject(1, "Adams", urn="U2"), subject(6, "Clark"),
        subject(1, "Egan", urn="U9"),
    ]  # fmt: skip
    arrest = {"custody_ref": "C1", "surname": "Brown", "forenames": "Ann", "date_of_birth": BORN,
              "arrested_at": pd.Timestamp("2019-02-03"), "offence_group": "Possession of drugs"}  # fmt: skip
    records = pd.DataFrame(
        [("log_subjects", "U1", "1", "N1"), ("log_subjects", "U1", "2", "N9"), ("log_subjects", "U1", "3", "N1"),
         ("log_subjects", "U1", "4", "N4"), ("log_subjects", "U1", "5", "N5"), ("log_subjects", "U2", "1", "N6"),
         ("log_subjects", "U9", "1", "N7"), ("arrests", "C1", "1", "N8")],
        columns=["kind", "record_ref", "subject_no", "nominal_id"], dtype="str",
    )  # fmt: skip
    sides = []
    for step in (1, -1):
        tables = make(intelligence_logs=logs[::step], log_subjects=subjects[::step], arrests=[arrest])
        sides.append(police_side(tables, records[::step], MONTH, Sensitive(KEY)))
    one, other = sides
    pd.testing.assert_frame_equal(one.keys, other.keys)
    # Clark stands in no resolved record and Dale has no date of birth; Nash is written twice and is two nominals
    known = {"Nash": ["N1", "N9"], "Ford": ["N5"], "Adams": ["N6"], "Egan": ["N7"], "Brown": ["N8"]}
    pairs = sorted((pseudonym(name), nominal) for name, nominals in known.items() for nominal in nominals)
    assert list(zip(one.keys["linkage_key"], one.keys["nominal_id"], strict=True)) == pairs
    # U9 is no log that was supplied, so it says of nobody when; U2 lies before the year of the capture lists
    assert one.users == other.users == {"N1", "N4", "N5", "N6", "N8", "N9"}
    assert one.captures.to_numpy().tolist() == [
        ["custody", "N8"], ["intelligence", "N1"], ["intelligence", "N5"], ["intelligence", "N9"],
    ]  # fmt: skip


def cells(found):
    matrix = found.linked.matrix
    return {(row["known"], row["treatment"]): row["people"] for row in matrix.to_dict("records")}


def test_the_matrix_by_hand(measured):
    rows = [
        client("a", "Adams", 100.0), client("b", "Clark", 20.0), client("c", "Evans", 40.0), client("d", ""),
        client("e", "Evans2", 60.0, outcome="completed drug free"),
    ]  # fmt: skip
    found = measured(rows)
    # Adams is a user in treatment, Brown a user who is not, Clark known for something else, Evans not known; d has no
    # pseudonym and Dale no date of birth
    assert cells(found) == {
        ("as a user", "now"): 1, ("as a user", "before"): 0, ("otherwise", "now"): 1, ("otherwise", "before"): 0,
        ("not known", "now"): 1, ("not known", "before"): 1, ("as a user", "none"): 1,
    }  # fmt: skip
    assert (found.linked.clients, found.linked.without_key, found.linked.unlinkable) == (5, 1, 1)
    spend = found.linked.matrix.set_index(["known", "treatment"])["total_gbp"]
    assert spend["as a user", "now"] == 100.0
    frame = found.frame.set_index("indicator")
    assert frame.at["treatment_known_as_user", "value"] == pytest.approx(25.0)
    assert frame.at["treatment_known_to_police", "value"] == pytest.approx(50.0)


@pytest.mark.parametrize(
    "terms",
    [
        {"consent_police_share": False},
        {"consent_police_share": None},
        {"consent_expires": pd.Timestamp("2019-02-27")},
        {"consent_expires": pd.Timestamp("2019-02-28")},
    ],
)
def test_no_consent_at_the_cut_off_no_link_whatever_the_settings_say(settings, measured, terms):
    loose = settings.model_copy(update={"treatment": settings.treatment.model_copy(update={"require_consent": False})})
    found = measured([client("a", "Adams", **terms), client("z", "Evans")], under=loose)
    assert found.spend.iloc[0]["clients"] == 2, "the settings let planners see rows without consent"
    assert cells(found)["as a user", "now"] == 0, "but never link them"


def test_consent_that_lasts_past_the_cut_off_holds(measured):
    rows = [client("a", "Adams", consent_expires=pd.Timestamp("2019-03-01"))]
    assert cells(measured(rows))["as a user", "now"] == 1


def test_a_withdrawal_takes_the_earlier_rows_out_too(measured):
    later = {"stage": "residential", "stage_on": pd.Timestamp("2019-02-01"), "consent_police_share": False}
    found = measured([client("a", "Adams"), client("a", "Adams", **later), client("z", "Evans")])
    assert cells(found)["as a user", "now"] == 0
    assert found.spend.iloc[0]["clients"] == 1


def test_partners_records_leave_a_withdrawn_client_out_altogether(make):
    later = {"stage": "residential", "stage_on": pd.Timestamp("2019-02-01"), "consent_police_share": False}
    rows = [client("a", "Adams"), client("a", "Adams", **later), client("z", "Evans")]
    shared = shareable(make(treatment=rows), pd.DataFrame(columns=["urn", "expires_on"]), MONTH)
    assert shared.get("treatment")["client_key"].tolist() == ["z"]


def test_without_a_key_there_is_no_matrix_and_no_pseudonym(measured):
    found = measured([client("a", "Adams")], key=None)
    assert found.linked.matrix.empty and not found.linked.is_linked


def test_nothing_published_holds_a_name_a_pseudonym_or_the_key(measured):
    found = measured([client("a", "Adams"), client("b", "Evans")])
    for frame in (found.frame, found.linked.matrix, found.hidden, found.changes, found.journeys):
        text = frame.to_csv() + repr(frame.columns.tolist())
        assert not [word for word in ("Adams", "Evans", pseudonym("Adams"), KEY.hex()) if word in text]


def test_a_key_is_made_once_kept_to_its_owner_and_read_back(tmp_path):
    path = tmp_path / "partnership.key"
    make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_key(path).reveal()) == 32
    with pytest.raises(WrongUse, match="no key was made"):
        make_key(path)
    path.chmod(0o644)
    if os.name == "posix":
        with pytest.raises(WrongUse, match="chmod 600"):
            read_key(path)
    found = read_workspace_key(tmp_path, LinkageSettings(key_file="partnership.key"))
    assert found.key is None and "chmod 600" in found.warning


@pytest.mark.parametrize("name", ["/dev/zero", "pipe", "folder", "long.key", "gone.key"])
def test_a_device_a_pipe_a_folder_or_an_extract_is_no_key_and_is_not_read_to_its_end(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "long.key").write_bytes(os.urandom(70_000))
    (tmp_path / "long.key").chmod(0o600)
    found = read_workspace_key(tmp_path, LinkageSettings(key_file=name))
    assert found.key is None and found.warning.startswith("treatment was not linked")


def test_a_key_among_files_that_are_given_away_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="move it out"):
        read_workspace_key(tmp_path, LinkageSettings(key_file="decisions/partnership.key"))


def test_partners_are_linked_only_where_the_settings_say_so(tmp_path):
    make_key(tmp_path / "k.key")
    settings = LinkageSettings(key_file="k.key")
    shared = LinkageSettings(key_file="k.key", in_partner_edition=True)
    assert key_for(tmp_path, settings, Audience.PARTNER).key is None
    assert key_for(tmp_path, settings, Audience.PLANNER).key is not None
    assert key_for(tmp_path, shared, Audience.PARTNER).key is not None


def test_the_providers_file_leaves_without_names(tmp_path):
    source, target = tmp_path / "clients.csv", tmp_path / "out.csv"
    source.write_text(
        "Client Key,Surname,Forenames,Date of Birth,Address,Referred On,Consent Police Share\n"
        "c1,Adams,Ann,02/01/1980,1 High Street,2018-12-01,Y\n"
        "c2,Brown,Ann,02/01/1980,2 High Street,2018-12-01,N\n"
        "c3,Clark,Ann,,3 High Street,2018-12-01,Y\n",
        encoding="utf-8",
    )
    done = write_pseudonyms(source, target, Sensitive(KEY), "%d/%m/%Y")
    assert (done.rows, done.made, done.incomplete, done.without_consent) == (3, 1, 1, 1)
    assert target.stat().st_mode & 0o777 == 0o600
    written = pd.read_csv(target, dtype=str, keep_default_na=False)
    assert written["linkage_key"].tolist() == [pseudonym("Adams"), "", ""]
    assert written["client_key"].tolist() == ["c1", "c2", "c3"]
    assert not [word for word in ("Adams", "Brown", "1980", "High Street") if word in target.read_text()]


def test_a_file_without_the_three_columns_is_refused_in_words(tmp_path):
    source = tmp_path / "clients.csv"
    source.write_text("client_key,surname\nc1,Adams\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="forenames, date_of_birth") as refused:
        write_pseudonyms(source, tmp_path / "out.csv", Sensitive(KEY))
    assert "Adams" not in str(refused.value)
    broken = tmp_path / "broken.csv"
    broken.write_text('surname,forenames,date_of_birth\n"Adams,Ann,1980-01-02\n', encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        write_pseudonyms(broken, tmp_path / "out.csv", Sensitive(KEY))
    assert "Adams" not in str(refused.value)
