"""Noise, power and speed of the surfaces, printed by the districts' bench; rivals that are absent are left out."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import time
from collections.abc import Callable

import numpy as np
import shapely
from noise import MAPS, MEANS, false_maps, power

from market_profile.geography.grid import make_grid
from market_profile.geography.surfaces import gi_star, kernel_density
from market_profile.geography.windows import significance

POINTS = 100_000
SIDE_M, CELL_M, BANDWIDTH_M = 20_000.0, 200.0, 200.0
KDEPY_PYTHON = os.environ.get("KDEPY_PYTHON", "")
"""A Python of its own that has KDEpy: it stays out of this project's environment."""

KDEPY = """
import time, numpy as np
from KDEpy import FFTKDE
points = np.random.default_rng(1).uniform(0, 20000, (100000, 2))
runs = []
for _ in range(3):
    start = time.perf_counter()
    FFTKDE(kernel="gaussian", bw=200.0).fit(points).evaluate((512, 512))
    runs.append(time.perf_counter() - start)
print(min(runs))
"""


def best_of(work: Callable[[], object], runs: int = 5) -> float:
    """Return the shortest wall-clock seconds of a few runs."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def print_noise() -> None:
    """Print false maps of 200 and the power for 3 x 3 cells at three times the mean, by density."""
    print(f"mean  false of {MAPS}  power 3x")
    for mean in MEANS:
        print(f"{mean:<5g} {false_maps(mean, seed=11):>12}  {power(mean):8.2f}", flush=True)


def print_speed() -> None:
    """Print milliseconds of the density, the windows and Gi*, beside KDEpy and esda where they are installed."""
    points = np.random.default_rng(1).uniform(0, SIDE_M, (POINTS, 2))
    grid = make_grid(shapely.box(0, 0, SIDE_M, SIDE_M), CELL_M)
    ours = best_of(lambda: kernel_density(points[:, 0], points[:, 1], grid, BANDWIDTH_M))
    print(f"KDE of {POINTS:,} points: {1000 * ours:.1f} ms{_kdepy(ours)}; {_exact_error(points, grid):.2%} off the sum")
    inside = np.ones((316, 317), dtype=bool)
    counts = np.random.default_rng(2).poisson(0.1, inside.shape).astype(float)
    windows = best_of(lambda: significance(counts, inside / inside.size, inside))
    print(f"Poisson windows on {inside.size:,} cells: {1000 * windows:.1f} ms (bar 50)")
    local = best_of(lambda: gi_star(counts, inside))
    print(f"Gi* on {inside.size:,} cells: {1000 * local:.1f} ms{_esda(counts, local)}")


def _exact_error(points: np.ndarray, grid: object) -> float:
    """Return the largest difference from the exact sum over 400 cells, as a share of the largest density."""
    flat = grid.flat[:: max(1, len(grid.flat) // 400)]  # type: ignore[attr-defined]
    east, north = grid.centres(flat)  # type: ignore[attr-defined]
    squared = (east[:, None] - points[:, 0]) ** 2 + (north[:, None] - points[:, 1]) ** 2
    exact = np.exp(-squared / (2 * BANDWIDTH_M**2)).sum(axis=1) / (2 * np.pi * BANDWIDTH_M**2)
    ours = kernel_density(points[:, 0], points[:, 1], grid, BANDWIDTH_M).ravel()[flat]  # type: ignore[arg-type]
    return float(np.abs(ours - exact).max() / exact.max())


def _kdepy(ours: float) -> str:
    if not KDEPY_PYTHON:
        return " (KDEpy: set KDEPY_PYTHON to a Python that has it)"
    done = subprocess.run([KDEPY_PYTHON, "-c", KDEPY], capture_output=True, text=True, check=False)
    if done.returncode:
        return " (KDEpy failed)"
    theirs = float(done.stdout)
    return f"; KDEpy FFT {1000 * theirs:.0f} ms, {theirs / ours:.0f} times as long"


def _esda(counts: np.ndarray, ours: float) -> str:
    if importlib.util.find_spec("esda") is None:
        return " (esda is not installed)"
    import esda
    import libpysal

    weights = libpysal.weights.lat2W(*counts.shape, rook=False)
    kept: list[np.ndarray] = []

    def theirs() -> None:
        found = esda.G_Local(counts.ravel(), weights, transform="B", star=True, permutations=0)
        kept.append(np.asarray(found.Zs))

    seconds = best_of(theirs, 1)
    apart = np.abs(gi_star(counts, np.ones(counts.shape, dtype=bool)).ravel() - kept[0]).max()
    return f"; esda {1000 * seconds:.0f} ms, {seconds / ours:.0f} times as long, z apart by {apart:.1e}"
