"""The waterfall of a pair's evidence: its steps add up to the weight, however many fields there are."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_profile.contracts.tables import Tables
from market_profile.profile.nominals import STEPS_SHOWN, name_alone, steps

BITS = st.floats(-40, 20).map(lambda bits: round(bits, 4))


@given(BITS, st.dictionaries(st.sampled_from(list("abcdefghijkl")), BITS))
def test_steps_add_up_to_the_weight(prior: float, fields: dict[str, float]) -> None:
    found = steps({"prior": prior, **fields})
    assert abs(sum(bits for _, bits in found) - prior - sum(fields.values())) < 1e-3
    assert len(found) <= STEPS_SHOWN + 2
    assert found[0] == ("Chance beforehand", prior)


def test_small_parts_are_one_step() -> None:
    assert steps({"prior": -9.0, "surname": 11.5, "sex": 0.01, "phone": 0.02, "place": 0.0}) == [
        ("Chance beforehand", -9.0),
        ("Surname", 11.5),
        ("The rest", 0.03),
    ]


SUBJECTS = pd.DataFrame(
    {
        "urn": ["L1", "L1", "L2", "L3"],
        "subject_no": ["1", "2", "1", "1"],
        "surname": ["Ross", "", "", ""],
        "forenames": ["Bilal", "", "Megan", ""],
        "aliases": ["Tiny", "Beez|Bee", "Megs", ""],
    }
)
SALES = pd.DataFrame(
    {"record_ref": ["T1"], "seller_surname": [""], "seller_forenames": [""], "seller_aliases": ["Scouse"]}
)


@pytest.mark.parametrize(
    ("mention", "said"),
    [
        (("log_subjects", "L1", "1"), ""),
        (("log_subjects", "L1", "2"), "Beez"),
        (("log_subjects", "L2", "1"), "Megan"),
        (("log_subjects", "L3", "1"), ""),
        (("log_subjects", "L9", "1"), ""),
        (("test_purchases", "T1", "1"), "Scouse"),
        (("arrests", "C1", "1"), ""),
    ],
)
def test_a_mention_without_a_surname_is_told_by_what_it_says(mention: tuple[str, str, str], said: str) -> None:
    assert name_alone(Tables({"log_subjects": SUBJECTS, "test_purchases": SALES}), *mention) == said
