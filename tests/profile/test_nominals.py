"""The waterfall of a pair's evidence: its steps add up to the weight, however many fields there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from market_profile.profile.nominals import STEPS_SHOWN, steps

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
