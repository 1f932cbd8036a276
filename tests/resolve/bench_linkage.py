"""Linkage against public data and fictional towns, beside the peers of the same data; not collected by pytest.

``python -m tests.resolve.bench_linkage [seed ...]`` prints one row a data set; towns of 10,000 logs at the seeds given.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from cases import NO_JUDGEMENTS
from public_data import FOLDER, Problem, fake_1000, historical
from scores import agreement, blocking_recall
from towns import Town, make_town, same_name_relatives

from market_profile.periods import Month
from market_profile.resolve import resolve_nominals
from market_profile.resolve.estimate import reestimate
from market_profile.resolve.link import LARGEST_BLOCK
from market_profile.resolve.mentions import MENTION_KEY
from market_profile.resolve.score import candidate_pairs
from market_profile.settings import ResolveSettings

SEEDS = (31, 32, 33)
"""Towns that no setting was chosen on."""


def cpu_s() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def row(name: str, **scores: object) -> None:
    """Print one row."""
    print(f"{name:52}" + "  ".join(f"{key} {value}" for key, value in scores.items()), flush=True)


def public(name: str, problem: Problem, rounds: int, largest: float, peer: str) -> None:
    """Print the row of one public data set."""
    start = cpu_s()
    _, linked = reestimate(problem.units, problem.keys, problem.model, problem.evidence, rounds, largest)
    seconds = cpu_s() - start
    found = {key: f"{value:.4f}" for key, value in agreement(linked.clusters, problem.truth).items()}
    recall = blocking_recall(candidate_pairs(problem.keys, LARGEST_BLOCK), problem.truth)
    row(name, **found, blocking_recall=f"{recall:.3f}", cpu_s=f"{seconds:.1f}", peers=peer)


def town_rows(town: Town, name: str) -> None:
    """Print one town: linked afresh, then month by month from the half of the year on."""
    start = cpu_s()
    whole = resolve_nominals(town.tables, town.month, {}, NO_JUDGEMENTS, ResolveSettings())
    seconds = cpu_s() - start
    row(f"{name}, afresh", **_town_scores(town, whole.records), cpu_s=f"{seconds:.1f}")
    state: dict[str, pd.DataFrame] = {}
    before, changed, costs = None, [], []
    for back in range(6, -1, -1):
        start = cpu_s()
        found = resolve_nominals(town.tables, town.month.plus(-back), state, NO_JUDGEMENTS, ResolveSettings())
        costs.append(cpu_s() - start)
        ids = found.records.set_index(MENTION_KEY)["nominal_id"]
        if before is not None:
            changed.append(100 * float((ids.reindex(before.index) != before).mean()))
        before, state = ids, found.state
    row(
        f"{name}, month by month",
        **_town_scores(town, found.records),
        cpu_s=f"{np.median(costs[1:]):.1f}",
        changed_pct=" ".join(f"{share:.2f}" for share in changed),
    )


def _town_scores(town: Town, records: pd.DataFrame) -> dict[str, str]:
    ids = records["nominal_id"].to_numpy()
    scores = {}
    for label, rows in (("all", town.known), ("dob", town.known & town.dated), ("no_dob", town.known & ~town.dated)):
        found = agreement(ids[rows], town.person[rows].astype(str))
        scores[label] = f"P {found['precision']:.3f} R {found['recall']:.3f} F1 {found['pair_f1']:.3f}"
    merged, pairs = same_name_relatives(town, ids)
    return scores | {"relatives_merged": f"{merged}/{pairs}"}


def main(arguments: list[str] | None = None) -> None:
    """Print all rows; arguments are seeds of towns."""
    if FOLDER.is_dir():
        public("fake_1000", fake_1000(), 2, 400.0, "Splink B3 .9431, dedupe with 60 labels .9574")
        raw = pd.read_csv(FOLDER / "historical_half.csv", dtype=str, keep_default_na=False)
        people = np.sort(raw["cluster"].unique())
        scored = np.random.default_rng(11).permutation(people)[: len(people) // 2]
        half = historical(raw[raw["cluster"].isin(scored)])
        public("historical (scored half)", half, 1, 30.0, "Splink F1 .828 B3 .856")
    else:
        print("public linkage data (../shared/data/linkage) are absent: left out")
    for seed in [int(text) for text in arguments or []] or SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            town = make_town(Path(folder), logs=10_000, months=12, seed=seed, month=Month("2018-12"))
        town_rows(town, f"town of 10,000 logs, seed {seed}")


if __name__ == "__main__":
    main(sys.argv[1:])
