"""The quick weights against Splink as oracle; blocking recall; two births; pairs that go on waiting; own models."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import MONTH, filler, groups, logs_of, person, resolve
from test_months import BORN, judgement, town

from market_profile.errors import WrongUse
from market_profile.resolve.blocks import candidate_pairs
from market_profile.resolve.estimate import estimate_from
from market_profile.resolve.keys import blocking_keys
from market_profile.resolve.mentions import collect_mentions
from market_profile.resolve.model import chosen_model, model_text, shipped_model
from market_profile.resolve.recall import blocking_recall
from market_profile.resolve.score import connect, score_pairs
from market_profile.resolve.settled import two_births
from market_profile.resolve.units import make_units
from market_profile.resolve.weigh import weigh_pairs

HERE = (530_100.0, 104_100.0)


def test_quick_weights_are_those_of_splink() -> None:
    odd = [
        [person("Ann Avery-Smith", BORN, phone="07700900123", aliases="Dogz", at=HERE), person("Bill Tully")],
        [person("Avery Ann", "1984-01-01", aliases="Dogz|Tank", at=HERE), person("William Tully", "1990-05-06")],
        [person(aliases="Dogz", phone="07700900123"), person("J Blake", nominal_ref="1/2A", sex="M")],
        [person("John Blake", "1984-07-03", nominal_ref="1/2A", sex="F", vrm="AB12CDE"), person("Bill Tully")],
    ]
    mentions = collect_mentions(logs_of([*odd, *town()[:60]]), MONTH)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    number = len(units.frame)
    left, right = np.triu_indices(number, 1)
    pairs = pd.DataFrame({"left": left, "right": right})
    given = (pairs, shipped_model(), units.evidence.frequencies, units.evidence.persons, True)
    quick, oracle = weigh_pairs(units.coded, *given), score_pairs(units.frame, *given)
    pd.testing.assert_frame_equal(quick.sort_index(axis=1), oracle.sort_index(axis=1), check_dtype=False, atol=2e-4)


def test_blocking_recall_falls_where_keys_are_few() -> None:
    mentions = collect_mentions(logs_of(town()), MONTH)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    keys = blocking_keys(units.coded)
    full = blocking_recall(units.coded, keys, shipped_model(), units.evidence, 400)
    assert full is not None and full >= 99
    few = keys[keys["key"].to_numpy() >> 58 == 1]  # the full name alone
    less = blocking_recall(units.coded, few, shipped_model(), units.evidence, 400)
    assert less is not None and less < full


def test_two_births_are_two_only_where_no_slip_explains_them() -> None:
    def doubted(one: str, other: str, times: int = 2) -> bool:
        births = pd.Series(pd.to_datetime([one] * times + [other] * times))
        return bool(two_births(np.ones(2 * times, dtype=np.int64), births))

    assert doubted("1955-03-17", "1984-11-02")
    assert not doubted("1955-03-17", "1984-11-02", times=1)  # written once, it may be a mistake
    assert not doubted("1984-03-07", "1984-07-03")  # day and month swapped
    assert not doubted("1984-03-17", "1984-03-19")  # a figure slipped


def test_a_nominal_with_two_births_comes_apart_and_the_ledger_says_why() -> None:
    old = [[person("John Ravenscroft", "1955-03-17")] for _ in range(3)]
    young = [[person("John Ravenscroft", "1984-11-02")] for _ in range(3)]
    tables = logs_of([*old, *young, *filler()])
    state = resolve(tables, judgements=judgement("L0001", "L0004", "same")).state
    wrong = state["mentions"]
    assert wrong["nominal_id"].nunique() < len(resolve(tables).nominals)
    held = {**state, "judgements": state["judgements"].iloc[:0], "questioned": state["questioned"].iloc[:0]}
    found = resolve(tables, previous=held)
    assert frozenset({"L0001/1", "L0002/1", "L0003/1"}) in groups(found)
    assert found.events[["event", "reason"]].to_numpy().tolist() == [["split", "two births"]]
    again = resolve(tables, previous=found.state)
    assert again.events.empty


def test_a_pair_waits_until_somebody_answers() -> None:
    doubtful = [[person("John Ravenscroft", BORN)], [person("John Ravenscroft", "1984-06-17")], *filler()]
    tables = logs_of(doubtful)
    first = resolve(tables)
    row = pd.DataFrame([{
        "left_kind": "log_subjects", "left_ref": "L0003", "left_subject": "1", "right_kind": "log_subjects",
        "right_ref": "L0004", "right_subject": "1", "left_nominal_id": "", "right_nominal_id": "",
        "probability": 0.6, "weight": 0.6, "records": 1, "value": 0.3, "contributions": "{}",
    }])  # fmt: skip
    state = {**first.state, "review": row}
    assert (resolve(tables, previous=state).review["left_ref"] == "L0003").any()
    answered = resolve(tables, previous=state, judgements=judgement("L0003", "L0004", "different"))
    assert not (answered.review["left_ref"] == "L0003").any()
    unsure = resolve(tables, previous=state, judgements=judgement("L0003", "L0004", "unsure"))
    assert (unsure.review["left_ref"] == "L0003").any()


def test_threads_change_nothing() -> None:
    connection = connect()
    threads = connection.execute("SELECT current_setting('threads')").fetchone()
    connection.close()
    assert threads is not None and threads[0] >= 1
    mentions = collect_mentions(logs_of(town()), MONTH)
    units = make_units(mentions, np.zeros(len(mentions), dtype=bool))
    pairs = candidate_pairs(blocking_keys(units.coded), 400)
    given = (units.coded, shipped_model(), units.evidence.frequencies, units.evidence.persons)
    one = weigh_pairs(given[0], pairs, *given[1:])
    other = weigh_pairs(given[0], pairs.sample(frac=1, random_state=3), *given[1:])
    pd.testing.assert_frame_equal(one, other)


def test_an_own_model_is_read_back_and_another_shape_is_refused() -> None:
    model = estimate_from(logs_of(town()), MONTH, shipped_model())
    assert model.version.startswith(shipped_model().version + "+own 2019-02")
    assert chosen_model(model_text(model, "own")) == model
    assert chosen_model("") == shipped_model()
    fewer = replace(model, fields=model.fields[1:])
    for text in ("{}", "no JSON", model_text(fewer, "other")):
        with pytest.raises(WrongUse):
            chosen_model(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"m": 0.', '"m": -0.'), ('"m": 0.', '"m": 7.'), ('"m": 0.', '"m": NaN, "n": 0.'),
        ('"cap": ', '"cap": 1e300, "x": '), ('"prior_persons": ', '"prior_persons": NaN, "x": '),
        ('"prior_persons": ', '"prior_persons": -'), ('"version": "', '"version": "\\u001b[31m'),
        ('"frequency_of": "', '"frequency_of": "x'), ('"fields": [', '"fields": ["", '),
        ('"levels": [', '"levels": [7, '), ("{", "[" * 100_000),
    ],
)  # fmt: skip
def test_a_model_with_numbers_that_are_no_shares_is_refused(before: str, after: str) -> None:
    text = model_text(shipped_model(), "own")
    assert before in text
    with pytest.raises(WrongUse, match="linkage model"):
        chosen_model(text.replace(before, after, 1))
