"""The attacker finds what can be inferred and nothing else."""

from __future__ import annotations

import pytest

from market_profile.editions.disclosure import Policy, rounded_count
from market_profile.editions.gate import attack, check_can_release, check_nested_pairs
from market_profile.editions.show import Entry
from market_profile.errors import DisclosureRefused
from market_profile.periods import Month

POLICY = Policy()


def rolling(counts: dict[str, int], months: int) -> list[Entry]:
    """Return the rolling-window releases of monthly counts."""
    names = sorted(counts)
    entries = []
    for end in range(months - 1, len(names)):
        window = names[end - months + 1 : end + 1]
        value = rounded_count(sum(counts[name] for name in window), POLICY)
        entries.append(Entry(f"area|{window[0]}..{window[-1]}", value))
    return entries


def test_thirteen_rolling_editions_reveal_nothing() -> None:
    months = [Month("2018-01").plus(step).text for step in range(24)]
    for seed in range(8):
        counts = {name: (place * 7 + seed * 3) % 4 for place, name in enumerate(months)}
        assert attack(rolling(counts, 12), POLICY) == ()


def test_a_pinned_count_is_found_and_refused() -> None:
    # Monthly: January hidden (0-7). January and February together 13-17, February alone 8-12: no.
    # Whole 8-12 and its two other parts 8-12 each cannot be: the sums contradict, so anything could be derived.
    entries = [Entry("a|2018-01", None), Entry("a|2018-02", 15), Entry("a|2018-01..2018-02", 15)]
    assert attack(entries, POLICY) == ()
    narrow = Policy(hidden_up_to=7, round_to=1)
    exact = [Entry("a|2018-01", None), Entry("a|2018-02", 15), Entry("a|2018-01..2018-02", 18)]
    findings = attack(exact, narrow)
    assert [finding.cell for finding in findings] == ["a|2018-01"]
    with pytest.raises(DisclosureRefused, match=r"a\|2018-01"):
        check_can_release(exact, narrow)


def test_a_cell_released_twice_with_other_numbers_is_found() -> None:
    findings = attack([Entry("a|2018-01..2018-12", 20), Entry("a|2018-01..2018-12", 25)], POLICY)
    assert findings[0].rule == "released twice with different numbers"


def test_small_difference_of_the_treatment_funnel_is_refused() -> None:
    findings = check_nested_pairs({"structured of referred": (334, 329), "residential of referred": (334, 97)}, POLICY)
    assert [finding.cell for finding in findings] == ["structured of referred"]
