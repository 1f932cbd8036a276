"""Densities and Gi* against second implementations."""

from __future__ import annotations

import numpy as np
import pytest
from places import SOUTH, WEST, town

from market_profile.geography.grid import make_grid
from market_profile.geography.surfaces import gi_star, kernel_density, linear_binning


def test_linear_binning_by_hand() -> None:
    # a point a quarter across and half up: .75 x .5, .25 x .5 below and above
    mass = linear_binning(np.array([2.5]), np.array([5.0]), (0.0, 0.0), 10.0, (3, 3))
    assert mass[:2, :2].tolist() == [[0.375, 0.125], [0.375, 0.125]]
    assert mass.sum() == 1


def test_kernel_density_equals_the_exact_sum() -> None:
    draw = np.random.default_rng(3)
    east, north = WEST + draw.uniform(0, 4000, 500), SOUTH + draw.uniform(0, 4000, 500)
    grid = make_grid(town().boundary, 200)
    x, y = grid.centres(grid.flat)
    squared = (x[:, None] - east) ** 2 + (y[:, None] - north) ** 2
    exact = (np.exp(-squared / (2 * 200**2)) / (2 * np.pi * 200**2)).sum(axis=1)
    ours = kernel_density(east, north, grid, 200.0).ravel()[grid.flat]
    assert np.abs(ours - exact).max() <= 0.01 * exact.max()


def test_gi_star_equals_esda() -> None:
    esda = pytest.importorskip("esda")
    libpysal = pytest.importorskip("libpysal")
    counts = np.random.default_rng(4).poisson(1.0, (12, 15)).astype(float)
    weights = libpysal.weights.lat2W(12, 15, rook=False)
    theirs = esda.G_Local(counts.ravel(), weights, transform="B", star=True, permutations=0)
    ours = gi_star(counts, np.ones(counts.shape, dtype=bool))
    assert np.abs(ours.ravel() - theirs.Zs).max() < 1e-9
