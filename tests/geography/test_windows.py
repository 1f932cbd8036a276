"""Poisson windows and Benjamini-Hochberg: by hand, on noise and on planted hotspots."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from places import rows, town
from scipy.stats import false_discovery_control, poisson

from market_profile.contracts.tables import Tables
from market_profile.geography.grid import make_grid
from market_profile.geography.windows import benjamini_hochberg, exposure, poisson_tail, significance
from market_profile.periods import Month

MEANS = (0.01, 0.02, 0.05, 0.1, 0.2, 1.0, 5.0)
MAPS = 100


def test_poisson_tail_by_hand() -> None:
    # P(X >= 2 | 0.5) = 1 - e^-0.5 (1 + 0.5)
    assert poisson_tail(np.array([2.0]), np.array([0.5]))[0] == pytest.approx(1 - math.exp(-0.5) * 1.5)
    assert poisson_tail(np.array([0.0]), np.array([0.5]))[0] == 1


def test_poisson_tail_against_scipy() -> None:
    counts, expected = np.meshgrid(np.arange(0, 40.0), [0.01, 0.3, 2.0, 30.0])
    assert np.allclose(poisson_tail(counts, expected), poisson.sf(counts - 1, expected), rtol=1e-9)


def test_benjamini_hochberg_by_hand_and_against_scipy() -> None:
    # sorted .01 .02 .03 .5: x4/1 = .04, x4/2 = .04, x4/3 = .04, x4/4 = .5
    assert benjamini_hochberg(np.array([0.5, 0.03, 0.02, 0.01])).round(9).tolist() == [0.5, 0.04, 0.04, 0.04]
    p = np.random.default_rng(1).uniform(size=500) ** 2
    assert np.allclose(benjamini_hochberg(p), false_discovery_control(p))


@pytest.mark.parametrize("mean", MEANS)
def test_pure_noise_gives_no_hotspots(mean: float) -> None:
    draw = np.random.default_rng(round(mean * 1000))
    inside = np.ones((45, 45), dtype=bool)
    share = inside / inside.size
    false = sum(
        bool((significance(draw.poisson(mean, inside.shape).astype(float), share, inside)[1] <= 0.05).any())
        for _ in range(MAPS)
    )
    # 5 % allowed; with 100 maps up to 10 lie within the 98 % range of a true 5 %
    print(f"mean {mean}: false hotspots on {false} of {MAPS} maps")
    assert false <= 10


def test_power_on_planted_hotspots() -> None:
    draw = np.random.default_rng(7)
    inside = np.ones((45, 45), dtype=bool)
    share = inside / inside.size
    found = {}
    for mean in MEANS:
        rate = np.full(inside.shape, mean)
        rate[20:23, 20:23] = 3 * mean
        maps = [significance(draw.poisson(rate).astype(float), share, inside)[1][20:23, 20:23] for _ in range(40)]
        found[mean] = float(np.mean([(each <= 0.05).any() for each in maps]))
    print("power of 3x hotspots of 3 x 3 cells by mean count:", found)
    assert found[5.0] == 1.0
    assert found[1.0] >= 0.5


def test_exposure_falls_back_and_says_so() -> None:
    areas = town()
    grid = make_grid(areas.boundary, 200)
    nothing = exposure(Tables({}), areas, grid, Month("2019-01"), "crime")
    assert nothing.denominator == "uniform"
    assert "No crime data" in nothing.statement
    people = rows("population", area_code=["A00"], residents=pd.array([100]), record_ref=["A00"])
    residents = exposure(Tables({"population": people}), areas, grid, Month("2019-01"), "crime")
    assert residents.denominator == "residents"
    assert residents.share.sum() == pytest.approx(1)
    # A00 is the south-west quarter of a quarter: its 25 cells hold 90 % + 25/400 of 10 %
    assert residents.share[:5, :5].sum() == pytest.approx(0.9 + 0.1 * 25 / 400)
