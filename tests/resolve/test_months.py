"""Ids that stay, judgements that hold, and results that do not depend on the order of rows."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import MONTH, NO_JUDGEMENTS, filler, frame, groups, logs_of, person, resolve

from market_profile.contracts.tables import Tables
from market_profile.errors import WrongUse
from market_profile.resolve import explain_pair
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import shipped_model
from market_profile.resolve.score import score_pairs
from market_profile.resolve.units import make_units

BORN = "1984-03-17"


def judgement(left: str, right: str, verdict: str, on: str = "2019-01-20") -> pd.DataFrame:
    """One judgement on subject 1 of two logs."""
    row = ["log_subjects", left, "1", "log_subjects", right, "1", verdict, "an analyst", on, "seen"]
    return pd.DataFrame([row], columns=NO_JUDGEMENTS.columns)


def shuffled(tables: Tables) -> Tables:
    """The same rows in another order."""
    frames = {kind: rows.sample(frac=1, random_state=7).reset_index(drop=True) for kind, rows in tables.frames.items()}
    return Tables(frames)


def town() -> list[list[dict[str, object]]]:
    """Forty people, each met three times: with a date of birth, with an initial, with a nickname or misspelling."""
    first = filler(40)
    short = [[subject | {"forenames": str(subject["forenames"])[0]} for subject in log] for log in first]
    slip = [[subject | {"surname": str(subject["surname"]) + "e"} for subject in log] for log in first]
    return first + short + slip


def test_row_order_changes_nothing() -> None:
    tables = logs_of(town())
    one, two = resolve(tables), resolve(shuffled(tables))
    for name in ("nominals", "records", "review", "events"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    for name, rows in one.state.items():
        pd.testing.assert_frame_equal(rows, two.state[name])


def test_one_person_one_id_and_ids_follow_the_records() -> None:
    found = resolve(logs_of(town()))
    assert len(found.nominals) == 40
    assert found.nominals["records"].eq(3).all()
    ids = found.records.set_index("record_ref")["nominal_id"]
    assert ids["L0001"] == "N000001" and ids["L0040"] == "N000040"


def test_renaming_everybody_keeps_every_id() -> None:
    letters = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nbvcxzlkjhgfdsapoiuytrewqm")
    tables = logs_of(town())
    subjects = tables.frames["log_subjects"].copy()
    for column in ("surname", "forenames"):
        subjects[column] = subjects[column].str.lower().str.translate(letters).str.title()
    again = resolve(tables.replace(log_subjects=subjects))
    assert resolve(tables).records["nominal_id"].tolist() == again.records["nominal_id"].tolist()


def test_next_month_keeps_ids_and_scores_only_what_is_new() -> None:
    logs = town()
    first = resolve(logs_of(logs[:100]))
    second = resolve(logs_of(logs), previous=first.state)
    before = first.records.set_index("record_ref")["nominal_id"]
    after = second.records.set_index("record_ref")["nominal_id"]
    assert after[before.index].equals(before)
    assert second.events.empty
    assert groups(second) == groups(resolve(logs_of(logs)))


def test_a_merge_is_a_line_in_the_ledger() -> None:
    apart = [[person("John Ravenscroft", BORN)], [person("Peter Tully", "1990-10-21")], *filler()]
    first = resolve(logs_of(apart))
    same = judgement("L0001", "L0002", "same")
    second = resolve(logs_of(apart), previous=first.state, judgements=same)
    assert second.events.to_dict("records") == [
        {
            "month": MONTH.text,
            "event": "merge",
            "from_id": "N000002",
            "to_id": "N000001",
            "records": 1,
            "reason": "judgement",
        }
    ]
    third = resolve(logs_of(apart), previous=second.state)
    assert third.events["event"].tolist() == ["split"]
    assert third.events["to_id"].tolist() == ["N000043"]  # an id that has been used is not used again


def test_different_always_holds() -> None:
    logs = [[person("John Ravenscroft", BORN)] for _ in range(4)]
    tables = logs_of([*logs, *filler()])
    assert frozenset({"L0001/1", "L0002/1", "L0003/1", "L0004/1"}) in groups(resolve(tables))
    found = resolve(tables, judgements=judgement("L0001", "L0002", "different"))
    ids = found.records.set_index("record_ref")["nominal_id"]
    assert ids["L0001"] != ids["L0002"]


def test_different_wins_over_same_and_unsure_takes_back() -> None:
    tables = logs_of([[person("John Ravenscroft", BORN)], [person("Peter Tully", "1990-10-21")], *filler()])
    same, unsure = judgement("L0001", "L0002", "same"), judgement("L0001", "L0002", "unsure", "2019-01-25")
    joined = frozenset({"L0001/1", "L0002/1"})
    assert joined in groups(resolve(tables, judgements=same))
    assert joined not in groups(resolve(tables, judgements=pd.concat([same, unsure])))
    later = judgement("L0001", "L0002", "same", "2019-03-02")  # after the end of the month
    assert joined not in groups(resolve(tables, judgements=later))


def test_every_explanation_adds_up() -> None:
    tables = logs_of([[person("John Ravenscroft", BORN)], [person("J Ravenscoft")], *filler()])
    parts = explain_pair(tables, MONTH, ("log_subjects", "L0001", "1"), ("log_subjects", "L0002", "1"))
    assert parts["field"].tolist()[:3] == ["prior", "surname", "forename"]
    assert parts.set_index("field")["level"]["forename"] == "initial agrees"
    units = make_units(collect_mentions(tables, MONTH), np.zeros(42, dtype=bool))
    alone = pd.DataFrame({"left": [0], "right": [1]})
    pair = score_pairs(units.frame, alone, shipped_model(), units.evidence.frequencies, units.evidence.persons)
    assert round(parts["weight"].sum(), 3) == round(pair["weight"].iloc[0], 3)
    with pytest.raises(WrongUse):
        explain_pair(tables, MONTH, ("log_subjects", "L0001", "1"), ("log_subjects", "L9999", "1"))


def test_nothing_in_nothing_out() -> None:
    found = resolve(Tables({}))
    assert found.nominals.empty and found.records.empty and found.review.empty and found.events.empty


def test_the_state_names_nobody() -> None:
    state = resolve(logs_of([[person("John Ravenscroft", BORN, phone="07700900123")], *filler()])).state
    text = "".join(frame.to_csv() for frame in state.values()).lower()
    assert not any(word in text for word in ("ravenscroft", "john", "07700900123", BORN))


def test_numbers_do_not_follow_references_made_of_names() -> None:
    rows = [
        {"record_ref": ref, "surname": name, "forenames": "Pat", "date_of_birth": born, "convicted_on": "2019-01-10"}
        for ref, name, born in (("a1", "Ashdown", "1980-05-17"), ("b2", "Birling", "1990-05-17"))
    ]
    renamed = [row | {"record_ref": ref} for row, ref in zip(rows, ("z9", "b2"), strict=True)]
    first, again = (resolve(Tables({"convictions": frame("convictions", part)})) for part in (rows, renamed))
    assert first.records["nominal_id"].tolist() == again.records["nominal_id"].tolist() == ["N000001", "N000002"]


def test_a_taken_back_judgement_calls_only_its_nominal_in_question() -> None:
    logs = [[person("John Ravenscroft", BORN)] for _ in range(3)]
    tables = logs_of([*logs, *filler()])
    apart = judgement("L0001", "L0002", "different")
    first = resolve(tables, judgements=apart)
    second = resolve(tables, previous=first.state)
    assert frozenset({"L0001/1", "L0002/1", "L0003/1"}) in groups(second)
    assert second.events["event"].tolist() == ["merge"]


def test_new_numbers_follow_the_earliest_mention_of_each() -> None:
    tables = logs_of(filler(6))
    dates = ["2019-01-20", "2019-01-05", "2019-01-12", "2019-01-02", "2019-01-09", "2019-01-15"]
    logs = tables.frames["intelligence_logs"].assign(submitted_at=pd.to_datetime(dates).astype("datetime64[us]"))
    found = resolve(tables.replace(intelligence_logs=logs)).records.set_index("record_ref")["nominal_id"]
    assert found.sort_values().index.tolist() == ["L0004", "L0002", "L0005", "L0003", "L0006", "L0001"]
