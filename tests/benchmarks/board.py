"""The test-purchase board against its bars: precision and calibration on towns, a year of acting on each list.

``python -m tests.benchmarks board [--towns FOLDER ...] [--seeds N]``: towns that were refreshed already are read as
they are, others are refreshed in a copy; without towns five of 10,000 logs are written. Seeds are those of the year.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks import acting
from tests.benchmarks.ours import our_answer, refresh
from tests.benchmarks.truth import SUCCEEDS_AT, Town, joined, persons_of

TOWN_SEEDS = (5101, 5102, 5103, 5104, 5105)
ACT_SEEDS = 5
DRAWS = 2000


def main(arguments: list[str]) -> None:
    """Print the tables of the section."""
    parser = argparse.ArgumentParser(prog="board")
    parser.add_argument("--towns", nargs="*", type=Path, default=[])
    parser.add_argument("--seeds", type=int, default=ACT_SEEDS)
    parser.add_argument("--part", choices=("all", "towns", "year"), default="all")
    chosen = parser.parse_args(arguments)
    if chosen.part in ("all", "towns"):
        with tempfile.TemporaryDirectory() as place:
            towns = chosen.towns or _write(Path(place))
            precision_and_calibration([_refreshed(town, Path(place)) for town in towns])
    if chosen.part in ("all", "year"):
        year_of_acting(chosen.seeds)


def precision_and_calibration(towns: list[Town]) -> None:
    """Print precision at 10 of the board, most logs and highest degree, and the calibration of chances."""
    rows = pd.DataFrame([_precision(town) for town in towns])
    print("precision at 10 of people who would sell to a stranger next month")
    print(rows.to_string(index=False))
    for rival, bar in (("most logs", 1.5), ("highest degree", 1.2)):
        gap = rows["board"].to_numpy() - bar * rows[rival].to_numpy()
        low, high = _interval(gap)
        print(f"board - {bar} x {rival}: {gap.mean():.3f} [{low:.3f}, {high:.3f}] (bar: above zero)")
    bands = pd.concat([_read(town, "board_calibration") for town in towns], ignore_index=True)
    grouped = bands.assign(p=bands["attempts"] * bands["predicted"], o=bands["attempts"] * bands["observed"])
    grouped = grouped.groupby("band", sort=True)[["attempts", "p", "o"]].sum()
    error = float((grouped["p"] - grouped["o"]).abs().sum() / grouped["attempts"].sum())
    print(f"calibration error {error:.3f} over {int(grouped['attempts'].sum())} attempts (bar: 0.05 over 1,000)")
    shares = [_covered(town) for town in towns]
    print(f"ranges that hold the true chance, people above 20 %: {np.mean(shares):.2f} (said: 0.90)")


def year_of_acting(seeds: int) -> None:
    """Print the curve of supply under each list, and in how many seeds the board's year had the least supply."""
    runs = {(seed, policy): acting.run(seed, policy) for seed in range(seeds) for policy in acting.POLICIES}
    curves = {key: np.array(curve) / curve[0] for key, (curve, _) in runs.items()}
    print("supply of active dealers, month 0 (before) = 1; same attempts")
    for policy in acting.POLICIES:
        mean = np.mean([curves[seed, policy] for seed in range(seeds)], axis=0)
        print(f"{policy:15s}" + " ".join(f"{value:.2f}" for value in mean))
    totals = {key: float(curve[1:].mean()) for key, curve in curves.items()}
    best = [all(totals[s, "board"] < totals[s, rival] for rival in acting.RIVALS) for s in range(seeds)]
    print(f"the board's supply is the lowest in {sum(best)} of {seeds} seeds (bar: 80 %)")
    said = np.array([pair for seed in range(seeds) for pair in runs[seed, "board"][1]], dtype=float)
    fifth = np.minimum((said[:, 0] * 5).astype(int), 4)
    error = sum(abs((said[fifth == b, 0] - said[fifth == b, 1]).sum()) for b in range(5)) / len(said)
    told, sold = said.mean(axis=0)
    print(f"attempts on the board: {len(said)}, said {told:.2f}, sold {sold:.2f}, calibration error {error:.3f}")


def _write(place: Path) -> list[Path]:
    from market_profile.synthetic import Plan, write_town

    for seed in TOWN_SEEDS:
        write_town(place / f"s{seed}", Plan(logs=10_000, months=12, seed=seed))
    return [place / f"s{seed}" for seed in TOWN_SEEDS]


def _refreshed(folder: Path, place: Path) -> Town:
    town = Town(folder)
    if (folder / "editions" / town.last_month / "run.json").is_file():
        return town
    copy = place / f"copy-{folder.name}"
    shutil.copytree(folder, copy)
    town = Town(copy)
    refresh(town)
    return town


def _read(town: Town, name: str) -> pd.DataFrame:
    return pd.read_csv(town.folder / "editions" / town.last_month / "planner" / "tables" / f"{name}.csv")


def _chance(town: Town) -> pd.Series:
    truth = town.read("would_succeed")
    truth = truth[(truth["month"] == town.next_month) & (truth["target_kind"] == "nominal")]
    return truth.set_index("target_id")["probability"]


def _precision(town: Town) -> dict[str, float | str]:
    answer = our_answer(town)
    person, chance = persons_of(town, answer.mentions), _chance(town)
    logs = joined(town, answer.mentions).query("kind == 'log_subjects'").groupby("id").size()
    targets = _read(town, "targets")
    ranked = targets[(targets["target_kind"] == "nominal") & targets["rank"].notna()]
    good = ranked["target_id"].map(person).map(chance).fillna(0.0) >= SUCCEEDS_AT
    degree = _read(town, "network_nodes").set_index("nominal_id")["degree"].sort_index()
    lists = {
        "board": answer.targets["id"],
        "board, exploit only": ranked.loc[ranked["reach"] == "exploit", "target_id"],
        "most logs": logs.sort_values(ascending=False, kind="stable").index.to_series(),
        "highest degree": degree.sort_values(ascending=False, kind="stable").index.to_series(),
    }
    found: dict[str, float | str] = {"town": town.folder.name}
    for name, ids in lists.items():
        found[name] = float((ids.head(10).map(person).map(chance).fillna(0.0) >= SUCCEEDS_AT).mean())
    return found | {"such people who pass the rules": float(good.sum()), "of": float(len(good))}


def _covered(town: Town) -> float:
    answer, targets = our_answer(town), _read(town, "targets")
    rows = targets[(targets["target_kind"] == "nominal") & targets["rank"].notna()]
    rows = rows[rows["success_probability"] > 0.2]
    true = rows["target_id"].map(persons_of(town, answer.mentions)).map(_chance(town)).fillna(0.0)
    return float(((true >= rows["success_low"].round(2)) & (true <= rows["success_high"].round(2))).mean())


def _interval(values: np.ndarray) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean of paired differences (fixed seed)."""
    rng = np.random.default_rng(7)
    means = rng.choice(values, (DRAWS, len(values))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
