"""Hidden population: hand-worked and published examples, statsmodels and closed forms as other implementations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import optimize

from market_profile.indicators.hidden import chapman, hidden_population, history_counts
from market_profile.indicators.linkage import Linked
from market_profile.indicators.loglinear import design, histories, log_linear
from market_profile.indicators.police import PoliceSide

HEPATITIS = np.array([63.0, 55, 18, 69, 17, 21, 28])
"""Hepatitis A in a college in Taiwan, three lists P, Q, E (Chao, Tsay, Lin, Shau and Chao 2001, Statistics in Medicine
20, 3123-3157): people seen as 001, 010, 011, 100, 101, 110, 111."""

PEOPLE = dict(zip(("001", "010", "011", "100", "101", "110", "111"), HEPATITIS, strict=True))


def fitted(*pairs):
    found = log_linear(HEPATITIS)
    return next(fit for fit in found.fits if set(fit.pairs) == set(pairs))


def test_chapman_by_hand():
    # lists of 135 and 122 people, 49 on both: 136 x 123 / 50 - 1 = 333.56
    found = chapman(135, 122, 49)
    assert found.total == pytest.approx(333.56, abs=1e-9)
    # Seber: 136 x 123 x 86 x 73 / (50^2 x 51)
    assert found.variance == pytest.approx(136 * 123 * 86 * 73 / (2500 * 51), rel=1e-12)
    # Sadinle: 207.5 + 86.5 x 73.5 / 49.5 times and over exp(1.96 s), s as below
    s = np.sqrt(1 / 86.5 + 1 / 73.5 + 1 / 49.5 + 49.5 / (86.5 * 73.5))
    unseen = 86.5 * 73.5 / 49.5
    assert found.low == pytest.approx(207.5 + unseen * np.exp(-1.959963985 * s), rel=1e-8)
    assert found.high == pytest.approx(207.5 + unseen * np.exp(1.959963985 * s), rel=1e-8)


def test_log_linear_gives_the_published_totals():
    # the tutorial's table: 388 under independence (deviance 24.36), 1,313 with all three pairs
    assert round(fitted().total) == 388
    assert fitted().deviance == pytest.approx(24.36, abs=0.005)
    assert round(fitted((0, 1), (0, 2), (1, 2)).total) == 1313


def test_independence_solves_darrochs_equation():
    # Darroch 1958: N^2 (N - n) = (N - n1)(N - n2)(N - n3)
    one, two, three, seen = 135, 122, 126, 271
    root = optimize.brentq(
        lambda n: n**2 * (n - seen) - (n - one) * (n - two) * (n - three), seen + 1, 5000, xtol=1e-12
    )
    assert fitted().total == pytest.approx(root, rel=1e-8)


def test_closed_forms_of_bishop_fienberg_and_holland():
    # one pair (P with Q): unseen = 001 x (110 + 100 + 010) / (111 + 101 + 011)
    c = PEOPLE
    one = c["001"] * (c["110"] + c["100"] + c["010"]) / (c["111"] + c["101"] + c["011"])
    assert fitted((0, 1)).unseen == pytest.approx(one, rel=1e-8)
    # two pairs (P with Q, P with E): unseen = 010 x 001 / 011
    assert fitted((0, 1), (0, 2)).unseen == pytest.approx(c["010"] * c["001"] / c["011"], rel=1e-8)
    # three pairs: unseen = 111 x 100 x 010 x 001 / (110 x 101 x 011)
    three = c["111"] * c["100"] * c["010"] * c["001"] / (c["110"] * c["101"] * c["011"])
    assert fitted((0, 1), (0, 2), (1, 2)).unseen == pytest.approx(three, rel=1e-6)


@pytest.mark.parametrize("place", range(8))
def test_every_model_equals_statsmodels(place):
    fit = log_linear(HEPATITIS).fits[place]
    other = sm.GLM(HEPATITIS, design(3, fit.pairs)[1:], family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    assert fit.unseen == pytest.approx(np.exp(other.params[0]), rel=1e-6)
    assert fit.deviance == pytest.approx(other.deviance, abs=1e-6)
    assert fit.aic == pytest.approx(other.aic, abs=1e-6)


def test_akaike_chooses_and_the_interval_holds_the_estimate():
    found = log_linear(HEPATITIS)
    assert found.fits[0].aic == min(fit.aic for fit in found.fits)
    assert found.total == found.fits[0].total
    assert found.seen < found.low < found.total < found.high
    assert sum(fit.weight for fit in found.fits) == pytest.approx(1)


def test_the_interval_of_one_model_is_that_of_its_profile_likelihood():
    # two lists have one model; Cormack's interval is where twice the multinomial log-likelihood has dropped by 3.84
    from scipy.special import gammaln
    from scipy.stats import chi2

    counts = np.array([86.0, 73, 49])
    found = log_linear(np.array([73.0, 86, 49]))

    def profile(unseen):
        # independence: fitted shares are products of the margins of the completed table
        total = counts.sum() + unseen
        first, second = (86 + 49) / total, (73 + 49) / total
        share = np.array([(1 - first) * (1 - second), first * (1 - second), (1 - first) * second, first * second])
        cells = np.array([unseen, *counts])
        return gammaln(total + 1) - gammaln(unseen + 1) + np.sum(cells * np.log(share))

    top = profile(found.fits[0].unseen)
    drop = chi2.ppf(0.95, 1) / 2
    for bound in (found.low, found.high):
        assert top - profile(bound - found.seen) == pytest.approx(drop, abs=1e-3)


def test_a_pair_with_nobody_on_both_lists_is_in_no_model():
    found = log_linear(np.array([60.0, 50, 0, 70, 15, 20, 0]))
    assert found is None or all((1, 2) not in fit.pairs for fit in found.fits)


def test_histories_are_counted_in_the_order_of_the_models():
    lists = pd.DataFrame(
        {"a": [True, True, False, False], "b": [True, False, True, True], "c": [False, False, True, True]}
    )
    counted = dict(zip(map(tuple, histories(3)[1:].astype(int).tolist()), history_counts(lists), strict=True))
    assert counted[(1, 1, 0)] == 1 and counted[(1, 0, 0)] == 1 and counted[(0, 1, 1)] == 2
    assert sum(counted.values()) == 4


def side(captures):
    frame = pd.DataFrame(captures, columns=["source", "nominal_id"])
    keys = pd.DataFrame({"linkage_key": ["k1", "k1"], "nominal_id": ["N1", "N2"]})
    return PoliceSide(keys, frozenset(), frame, True)


def linked(rows):
    people = pd.DataFrame(rows, columns=["client_key", "nominal_id", "is_recent"])
    return Linked(pd.DataFrame(), len(rows), 0, 0, people, True)


def test_nominals_that_share_a_pseudonym_are_one_person():
    # N1 in intelligence and N2 in custody are one; N3 in intelligence; clients: N2, and one whom nobody knows
    captures = [("intelligence", "N1"), ("custody", "N2"), ("intelligence", "N3")]
    found = hidden_population(side(captures), linked([("c1", "N2", True), ("c2", "", True), ("c3", "N3", False)]))
    pair = found.set_index("sources").loc["custody and intelligence"]
    assert (pair["seen"], pair["overlap"]) == (2, 1)
    treated = found.set_index("sources").loc["custody and treatment"]
    assert (treated["seen"], treated["overlap"]) == (2, 1)
    assert not found["is_chosen"].any(), "an overlap of fewer than seven people gives no estimate"


def test_the_estimate_is_chosen_by_overlap():
    rows = [("intelligence", f"N{n}") for n in range(40)] + [("custody", f"N{n}") for n in range(30, 50)]
    police = PoliceSide(
        side([]).keys.iloc[:0], frozenset(), pd.DataFrame(rows, columns=["source", "nominal_id"]), False
    )
    found = hidden_population(police, Linked(pd.DataFrame(), 0, 0, 0, pd.DataFrame({"nominal_id": []}), False))
    chosen = found[found["is_chosen"]].iloc[0]
    # 41 x 21 / 11 - 1
    assert chosen["people"] == pytest.approx(41 * 21 / 11 - 1)
