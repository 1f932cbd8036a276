"""The attacker over many editions and two geographies, and what the gate proposes."""

from __future__ import annotations

import numpy as np
import pytest

from market_profile.editions.attack import Attack, attack_ledger
from market_profile.editions.cells import Structure, Sum
from market_profile.editions.disclosure import Policy, rounded_count
from market_profile.editions.gate import Ledger, run_gate
from market_profile.editions.show import Entry
from market_profile.periods import Month

POLICY = Policy()
DRUGS = ("heroin", "crack", "cannabis")
Released = tuple[list[list[Entry]], Structure, dict[str, int]]


def released(seed: int, areas: int, editions: int, policy: Policy = POLICY) -> Released:
    """Release 13 rolling-year editions of areas x drugs with every total, for LSOAs and for wards across them."""
    random = np.random.default_rng(seed)
    rate = np.exp(random.normal(-1.5, 1.5, (areas, 1, 1))) * np.array([0.5, 0.35, 0.15])[None, :, None]
    counts = random.poisson(np.broadcast_to(rate, (areas, len(DRUGS), editions + 11)))
    months = [Month("2018-01").plus(step).text for step in range(editions + 11)]
    names = [f"E{number:03d}" for number in range(areas)]
    wards = {f"W{first:03d}": frozenset(names[first : first + 7]) for first in range(0, areas, 7)}
    members = {**{name: frozenset({name}) for name in names}, **wards, "all": frozenset(names)}
    structure = Structure({code: part for code, part in members.items() if code != "all"}, {"evidence": Sum.PARTITION})
    truth: dict[str, int] = {}
    made: list[list[Entry]] = []
    for first in range(editions):
        period = f"{months[first]}..{months[first + 11]}"
        window = counts[:, :, first : first + 12].sum(axis=2)
        for code, part in members.items():
            rows = window[[names.index(name) for name in sorted(part)]].sum(axis=0)
            for drug, n in (*zip(DRUGS, rows, strict=True), ("all", rows.sum())):
                truth[f"evidence|{code}|{drug}|{period}"] = int(n)
        made.append([Entry(cell, rounded_count(n, policy)) for cell, n in truth.items() if cell.endswith(period)])
    return made, structure, truth


def assert_sound(result: Attack, truth: dict[str, int]) -> None:
    """The truth always lies within what the attacker is left with."""
    assert result.contradictory == ()
    assert all(one.low <= truth[one.cell] <= one.high for one in result.inferred)


def exactly_inferred(result: Attack) -> list[str]:
    return [one.cell for one in result.inferred if one.low == one.high]


def test_thirteen_editions_over_two_geographies_reveal_nothing() -> None:
    made, structure, truth = released(seed=1, areas=14, editions=13)
    result = attack_ledger([entry for edition in made for entry in edition], POLICY, structure)
    assert sum(1 <= n <= 7 for n in truth.values()) > 300
    assert_sound(result, truth)
    assert exactly_inferred(result) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_town_of_thirteen_editions_reveals_nothing(seed: int) -> None:
    made, structure, truth = released(seed, areas=58, editions=13)
    result = attack_ledger([entry for edition in made for entry in edition], POLICY, structure)
    assert sum(1 <= n <= 7 for n in truth.values()) > 1000
    assert_sound(result, truth)
    assert exactly_inferred(result) == []


def test_suppressing_below_five_alone_is_broken_by_the_same_attacker() -> None:
    weak = Policy(hidden_up_to=4, round_to=1)
    made, structure, truth = released(seed=1, areas=7, editions=6, policy=weak)
    result = attack_ledger([entry for edition in made for entry in edition], weak, structure)
    assert_sound(result, truth)
    assert len(exactly_inferred(result)) >= 5


def test_row_total_less_its_parts_is_found_and_the_remedy_passes() -> None:
    # heroin + crack + cannabis + ketamine of one area: 15 + 15 + 15 shown at 13-17 each, the whole 60 at 58-62:
    # ketamine is at least 58 - 51 = 7, and hidden at most 7
    period = "2018-01..2018-12"
    entries = [Entry(f"evidence|E1|{drug}|{period}", 15) for drug in DRUGS]
    entries += [Entry(f"evidence|E1|ketamine|{period}", None), Entry(f"evidence|E1|all|{period}", 60)]
    structure = Structure({"E1": frozenset({"E1"})}, {"evidence": Sum.PARTITION})
    checked = run_gate(Ledger((), tuple(entries), {}, structure), POLICY)
    assert [finding.cell for finding in checked.findings] == [f"evidence|E1|ketamine|{period}"]
    assert checked.remedy == (f"evidence|E1|cannabis|{period}",)
    left = tuple(entry for entry in entries if entry.cell not in checked.remedy)
    assert run_gate(Ledger((), left, {}, structure), POLICY).findings == ()


def test_a_ward_less_its_lsoas_is_found() -> None:
    # three LSOAs at 13-17, the ward at 58-62: the fourth is 7
    period = "2018-01..2018-12"
    bases = ("E1", "E2", "E3", "E4")
    structure = Structure({**{base: frozenset({base}) for base in bases}, "W": frozenset(bases)})
    first = tuple(Entry(f"area|{base}|{period}", 15 if base != "E4" else None) for base in bases)
    assert run_gate(Ledger((), first, {}, structure), POLICY).findings == ()
    checked = run_gate(Ledger((first,), (Entry(f"area|W|{period}", 60),), {}, structure), POLICY)
    assert [finding.cell for finding in checked.findings] == [f"area|E4|{period}"]


def test_the_pair_of_the_treatment_funnel_is_refused() -> None:
    counts = {"treatment stage|referred|as at 2019-02": 334, "treatment stage|structured|as at 2019-02": 329}
    now = tuple(Entry(cell, rounded_count(n, POLICY)) for cell, n in counts.items())
    found = run_gate(Ledger((), now, counts, Structure()), POLICY).findings
    assert [finding.rule for finding in found] == ["whole minus part is a small number"]
    everyone = dict.fromkeys(counts, 334)
    found = run_gate(Ledger((), now, everyone, Structure()), POLICY).findings
    assert [finding.rule for finding in found] == ["everyone in the group (100%)"]


def test_editions_that_contradict_are_attacked_from_the_newest_that_agree() -> None:
    period = "2018-01..2018-12"
    structure = Structure(families={"evidence": Sum.PARTITION})
    old = (Entry(f"evidence|heroin|{period}", 40), Entry(f"evidence|crack|{period}", None))
    new = (Entry(f"evidence|all|{period}", 100),)
    assert run_gate(Ledger((old,), new, {}, structure), POLICY).findings == ()
