"""The same machinery on public linkage data; each test prints its table beside the peers of PEERS.md."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peer_environment import clusters_of
from public_data import FOLDER, Problem, fake_1000, historical
from scores import agreement, blocking_recall

from market_profile.resolve.blocks import candidate_pairs
from market_profile.resolve.estimate import reestimate
from market_profile.resolve.link import LARGEST_BLOCK

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="public linkage data (../shared/data/linkage) are absent")


def table(name: str, problem: Problem, clusters: np.ndarray, peer: str) -> dict[str, float]:
    """Print and return the scores."""
    found = agreement(clusters, problem.truth)
    recall = blocking_recall(candidate_pairs(problem.keys, LARGEST_BLOCK), problem.truth)
    scores = " ".join(f"{key} {value:.4f}" for key, value in found.items())
    print(f"\n{name}: {scores} blocking_recall {recall:.3f} | peer: {peer}")
    return found


def test_fake_1000_without_labels() -> None:
    problem = fake_1000()
    _, linked = reestimate(problem.units, problem.keys, problem.model, problem.evidence, rounds=2)
    found = table("fake_1000", problem, linked.clusters, "Splink .9431, dedupe with 60 labels .9574 (B-cubed F)")
    assert found["b_cubed_f"] >= 0.957
    assert found["largest"] <= 2 * found["largest_true"]


def test_historical_on_the_half_of_persons_that_settings_were_not_chosen_on() -> None:
    raw = pd.read_csv(FOLDER / "historical_half.csv", dtype=str, keep_default_na=False)
    people = np.sort(raw["cluster"].unique())
    scored = np.random.default_rng(11).permutation(people)[: len(people) // 2]
    problem = historical(raw[raw["cluster"].isin(scored)])
    _, linked = reestimate(problem.units, problem.keys, problem.model, problem.evidence, rounds=1, largest_cluster=30)
    found = table("historical", problem, linked.clusters, "Splink .828 pair F1, .856 B-cubed F")
    assert found["pair_f1"] >= 0.88
    assert found["b_cubed_f"] >= 0.90
    assert found["precision"] >= 0.965
    assert found["largest"] <= 2 * found["largest_true"]


def test_estimating_from_few_records_changes_little() -> None:
    problem = fake_1000()
    few = problem.units.head(30)
    keys = problem.keys[problem.keys["unit"] < 30]
    model, _ = reestimate(few, keys, replace(problem.model, version="x"), problem.evidence, rounds=1)
    old = {(f.name, level.label): level for f in problem.model.fields for level in f.levels if level.m}
    for field in model.fields:
        for level in field.levels:
            if level.m and (field.name, level.label) in old:
                assert abs(level.m - (old[field.name, level.label].m or 0)) < 0.5


def test_the_peers_pairs_become_connected_components() -> None:
    pairs = pd.DataFrame({"left": ["4", "1", "1"], "right": ["1", "2", "2"]})
    labels = clusters_of(5, pairs)
    assert labels[1] == labels[2] == labels[4] and len(set(labels)) == 3
